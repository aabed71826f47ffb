"""A folder of reports: its list of finished files, which several runs may keep at once, and whether it can take what is to come."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from geoapp.reports.ask import Ask
from geoapp.reports.files import CannotWrite, write_whole
from layers.kept.whole import clear_parts, is_as_told

RECORD, SPOILED = "reports.json", "reports.spoiled"
# What a file of each form takes at most of all that the demo city has, in bytes: room for it is looked for before it is computed.
ROOM = {
    "pdf": 4_000_000, "docx": 8_000_000, "xlsx": 2_000_000, "html": 4_000_000, "svg": 4_000_000, "png": 12_000_000,
}  # fmt: skip
_NEEDED = {"key": str, "bytes": int, "sha256": str}


class Record:
    """The list as it is now. ``spoiled`` is where a list that could not be read has been put aside."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / RECORD
        self.spoiled: Path | None = None
        self.files: dict[str, dict[str, Any]] = {}
        try:
            if self.path.exists():
                with _alone(folder):
                    self._read()
        except OSError as error:
            raise CannotWrite(self.path, error) from error

    def _read(self) -> None:
        try:
            told = json.loads(self.path.read_text("utf-8"))
            if not _is_record(told):
                raise ValueError("it is no list of files")
        except FileNotFoundError:
            self.files = {}
        except ValueError:
            self.files, self.spoiled = {}, _put_aside(self.path)
        else:
            self.files = told

    def add(self, files: dict[str, dict[str, Any]]) -> None:
        """Beside what others have added meanwhile."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(self.path.parent):
                self._read()
                self.files |= files
                told = json.dumps(self.files, ensure_ascii=False, indent=1, sort_keys=True)
                write_whole(self.path, f"{told}\n".encode())
        except OSError as error:
            raise CannotWrite(self.path, error) from error

    def holds(self, ask: Ask, form: str, stamp: str) -> bool:
        """Whether there is a file of this report, whole and of this version."""
        key = ask.key(stamp, (form,))
        return any(
            told["key"] == key and is_as_told(self.path.parent / name, told["bytes"], told["sha256"])
            for name, told in self.files.items()
        )


def _is_record(told: object) -> bool:
    return isinstance(told, dict) and all(
        isinstance(each, dict) and all(isinstance(each.get(name), kind) for name, kind in _NEEDED.items())
        for each in told.values()
    )


def _put_aside(path: Path) -> Path:
    """A name that nothing has: what was there may be wanted by whoever spoiled it."""
    aside, n = path.with_name(f"{SPOILED}.json"), 1
    while aside.exists():
        n += 1
        aside = path.with_name(f"{SPOILED}-{n}.json")
    path.rename(aside)
    return aside


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While one reads the list and writes it, nobody else does. The lock is the folder's own: it leaves no file, and ends with its
    process."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # a file system that knows no locks on folders: one run at a time there
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def refuse_unfit(folder: Path, forms: Sequence[str]) -> None:
    """`CannotWrite` for a folder that cannot take files of these forms: none, not ours, no room. Before anything is computed.

    The largest file is laid out as its file system does it, so that quotas and bounds on a file's size tell too.
    """
    if not forms:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_parts(folder)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".room-", suffix=".part") as file:
            os.posix_fallocate(file.fileno(), 0, max(ROOM[form] for form in forms))
        free = os.statvfs(folder)
    except OSError as error:
        raise CannotWrite(folder, error) from error
    needed = sum(ROOM[form] for form in forms)
    if free.f_bavail * free.f_frsize < needed:
        raise CannotWrite(folder, needed=needed, free=free.f_bavail * free.f_frsize)
