"""What the web server writes down: a line a request with its asker's address, in one time zone and in bounded files."""

from __future__ import annotations

import fcntl
import logging
import os
from datetime import timedelta
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from geoapp.logs import LogLine

FILE_BYTES = 50 << 20
KEPT_FILES = 4  # older ones, beside the one that is written
_LOOK_EVERY = 500  # lines of one process between two looks at the size


class BoundedFile(WatchedFileHandler):
    """A file that several processes append to, and that one of them moves aside when it is large: ``.1`` is the newest."""

    def __init__(self, path: Path, limit: int = FILE_BYTES, kept: int = KEPT_FILES) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self.limit, self.kept = limit, kept
        self._lines = 0

    def _open(self) -> TextIOWrapper:
        """For its owner's eyes: addresses of people are in it."""
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8")

    def emit(self, record: logging.LogRecord) -> None:
        self._lines += 1
        if self._lines % _LOOK_EVERY == 1:
            self._move_aside()
        super().emit(record)  # opens the file anew where it is another

    def _move_aside(self) -> None:
        path = Path(self.baseFilename)
        try:
            with path.with_name(f"{path.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if path.stat().st_size < self.limit:  # another process may just have done it
                    return
                for number in range(self.kept, 1, -1):
                    older = path.with_name(f"{path.name}.{number - 1}")
                    if older.exists():
                        older.replace(path.with_name(f"{path.name}.{number}"))
                path.replace(path.with_name(f"{path.name}.1"))
        except OSError:  # not there yet, or a full disk: it is written on as it is
            return


class Logs(Logger):
    """Gunicorn's two logs: its own words go to stderr, requests to the file that the configuration names."""

    def setup(self, cfg: Any) -> None:
        if cfg.accesslog:
            Path(cfg.accesslog).parent.mkdir(mode=0o700, exist_ok=True)
            Path(cfg.accesslog).touch(mode=0o600)  # before gunicorn itself opens it, for all to read
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(LogLine("%(asctime)s %(levelname)s gunicorn[%(process)d] %(message)s"))
        for handler in list(self.access_log.handlers):
            self.access_log.removeHandler(handler)
            handler.close()
        if cfg.accesslog:
            requests = BoundedFile(Path(cfg.accesslog))
            requests.setFormatter(LogLine("%(asctime)s %(message)s"))
            requests._gunicorn = True  # type: ignore[attr-defined] # for gunicorn to find again
            self.access_log.addHandler(requests)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """``2026-07-01T09:00:00.123+08:00 10.1.2.3 "GET /api/meta" 200 5120 B 12 ms 0f3c…``: the last is the request's id."""
        target = str(environ.get("RAW_URI", "")).replace('"', "%22")
        status = str(resp.status).split(None, 1)[0]
        milliseconds = request_time / timedelta(milliseconds=1)
        named = next((value for name, value in resp.headers if name.lower() == "x-request-id"), "-")
        self.access_log.info(
            '%s "%s %s" %s %s B %.0f ms %s',
            environ.get("REMOTE_ADDR") or "-", environ.get("REQUEST_METHOD"), target, status, resp.sent, milliseconds, named,
        )  # fmt: skip
