"""The background web server of one checkout: gunicorn, found again by its pid file and command line.

`python -m geoapp.serve start|stop|status`. `start` prints the address on its last line. It keeps a server
that answers and was started from the same code and settings, and replaces any other.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geoapp import env, proc, state

FIRST_PORT, LAST_PORT = 8000, 8999
START_SECONDS = 60.0
STOP_SECONDS = 20.0
LOG_BYTES = 20 * 1024 * 1024
# What a running server has read from the checkout; of the page's assets it knows the manifest.
CODE_DIRS = ("geoapp", "layers", "tiles", "data")
CODE_SUFFIXES = frozenset({".py", ".html", ".sql", ".json", ".csv", ".geojson", ".mo", ".svg", ".xml"})
NOT_CODE = frozenset({"node_modules", "__pycache__", "src", "static", "tests"})
# What a running server has read from the environment: if one changes, it has to start anew.
READ_AT_START = (
    "ALLOWED_HOSTS", "BIND", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL", "DB_POOL_SIZE", "DEBUG", "EXPORT_KEEP_MB",
    "EXPORT_SLOTS", "HTTPS", "IMPORT_MAX_MB", "IMPORT_READ_MB", "IMPORT_READ_SECONDS", "LOG_LEVEL", "PUBLIC_URL", "REPORT_WORKERS", "SECRET_KEY", "SHUITU_SECRET_KEY_FILE", "STATEMENT_TIMEOUT_MS",
    "STREAM_IDLE_SECONDS", "WEB_WORKERS",
    "WEB_THREADS",
)  # fmt: skip


class ServerTrouble(RuntimeError):
    """The server cannot be started or stopped; the message says why."""


def record_path() -> Path:
    return state.state_dir() / "server.json"


def log_path() -> Path:
    return state.make_dir(state.state_dir() / "logs") / "server.log"


def running() -> dict[str, Any]:
    """The record of our running server (pid, port, bind, fingerprint); empty when it is not running."""
    found = state.read_json(record_path())
    pid = int(found.get("pid") or 0)
    ours = pid and "geoapp.wsgi:application" in proc.command_line(pid)
    return found if ours and proc.working_dir(pid) == str(state.BASE_DIR) else {}


def url(record: dict[str, Any]) -> str:
    """Where a person on this machine opens the map."""
    bind = record["bind"]
    host = "127.0.0.1" if bind in ("0.0.0.0", "::", "") else bind
    return f"http://{f'[{host}]' if ':' in host else host}:{record['port']}/"


def _get(address: str, timeout: float) -> Any:
    """One GET, never through a proxy: the server is on this machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    # Behind HTTPS=1 a plain request is redirected; this one says it came through the proxy.
    headers = {"Host": _allowed_host(address), "X-Forwarded-Proto": "https"}
    return opener.open(urllib.request.Request(address, headers=headers), timeout=timeout)


def healthy(address: str, timeout: float = 5.0) -> bool:
    """Whether the server answers on /healthz."""
    return status_of(f"{address}healthz", timeout) == 200


def status_of(address: str, timeout: float) -> int:
    """HTTP status of one GET; 0 when there was no answer."""
    try:
        with _get(address, timeout) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _allowed_host(address: str) -> str:
    """A host the server accepts: the first plain name of ALLOWED_HOSTS, else the address's own."""
    names = env.words(os.environ.get("ALLOWED_HOSTS"), [])
    return next((name.lstrip(".") for name in names if name != "*"), address.split("/")[2])


def free_port(bind: str, wanted: int = 0) -> int:
    """The wanted port if it is free, or the first free one from 8000."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    for port in [wanted] if wanted else range(FIRST_PORT, LAST_PORT + 1):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bind, port))
            except PermissionError:
                raise ServerTrouble(f"PORT={port}: this user may not use it") from None
            except OSError:
                continue
            return port
    raise ServerTrouble(f"port {wanted} is used by another program" if wanted else "no free port from 8000 to 8999")


def _becomes_free(bind: str, port: int, seconds: float = 3.0) -> bool:
    """Whether the port is free, or soon will be: the workers of a killed server keep it for a moment."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            return free_port(bind, port) == port
        except ServerTrouble:
            time.sleep(0.2)
    return False


def fingerprint() -> str:
    """SHA-256 over the code, pins, static manifest and environment a server started now would read."""
    total = hashlib.sha256()
    for name in READ_AT_START:
        total.update(f"{name}={os.environ.get(name, '')}\0".encode())
    for path in [
        state.BASE_DIR / "requirements.lock",
        state.state_dir() / "static" / "staticfiles.json",
        *_code(),
    ]:
        if path.is_file():
            total.update(f"{path}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return total.hexdigest()


def _code() -> Iterator[Path]:
    for top in CODE_DIRS:
        for folder, names, files in os.walk(state.BASE_DIR / top):
            names[:] = sorted(name for name in names if name not in NOT_CODE)
            yield from (Path(folder, name) for name in sorted(files) if Path(name).suffix in CODE_SUFFIXES)


def start() -> dict[str, Any]:
    """Keep the running server if it is the right one and answers; else start one and wait for the map."""
    bind = os.environ.get("BIND") or "127.0.0.1"
    wanted = env.integer("PORT", os.environ.get("PORT"), 0, 1, 65535)
    code = fingerprint()
    record = running()
    if record:
        same = record["fingerprint"] == code and wanted in (0, record["port"])
        if same and healthy(url(record)):
            print("    already running")
            return record
        if wanted not in (0, record["port"]):
            free_port(bind, wanted)  # refused before the running one is stopped
        print("    the running one is of another code or setting, or does not answer: replaced", flush=True)
    # The same address as last time, if that can be had: somebody may have it open.
    last = int(state.read_json(record_path()).get("port") or 0)
    stop()
    if not wanted and last:
        wanted = last if _becomes_free(bind, last) else 0
    for _attempt in range(3):
        record = {"bind": bind, "port": free_port(bind, wanted), "fingerprint": code}
        record["pid"] = _launch(record)
        state.write_private(record_path(), json.dumps(record, indent=1) + "\n")
        if _wait(record):
            if env.integer("REPORT_WORKERS", os.environ.get("REPORT_WORKERS"), 1, 0, 32):
                _finish_reports()
            return record
        if not _port_was_taken():
            break
    raise ServerTrouble(f"the server does not start; the end of {log_path()}:\n{_log_tail()}")


def _launch(record: dict[str, Any]) -> int:
    """Start gunicorn in a session of its own, so that it outlives the terminal; → its pid."""
    log = log_path()
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    cores = os.cpu_count() or 1
    workers = env.integer("WEB_WORKERS", os.environ.get("WEB_WORKERS"), max(2, min(cores, 4)), 1, 64)
    threads = env.integer("WEB_THREADS", os.environ.get("WEB_THREADS"), 8, 1, 64)
    bind = f"[{record['bind']}]" if ":" in record["bind"] else record["bind"]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "geoapp.wsgi:application",
        "--bind",
        f"{bind}:{record['port']}",
    ]
    command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
    command += ["--timeout", "60", "--graceful-timeout", "10", "--keep-alive", "30", "--no-control-socket"]
    with log.open("ab") as out:
        started = subprocess.Popen(
            command,
            cwd=state.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    return started.pid


def _finish_reports() -> None:
    """Reports that were being made when the machine stopped go on: a worker looks once, and ends if there are none."""
    command = [sys.executable, "manage.py", "report_worker", "--idle", "0"]
    with (state.make_dir(state.state_dir() / "logs") / "reports.log").open("ab") as out:
        subprocess.Popen(
            command, cwd=state.BASE_DIR, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )


def _wait(record: dict[str, Any]) -> bool:
    """Wait until both /healthz and the map's page answer; → False when the server has ended."""
    address, until = url(record), time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if not proc.alive(record["pid"]):
            return False
        if healthy(address, 2.0):
            answer = status_of(address, 30.0)
            if answer == 200:
                return True
            stop()
            raise ServerTrouble(
                f"the map's page answers with {answer or 'nothing'}; the end of {log_path()}:\n{_log_tail()}"
            )
        time.sleep(0.1)
    stop()
    raise ServerTrouble(f"the server did not answer in {START_SECONDS:.0f} s; the end of {log_path()}:\n{_log_tail()}")


def _log_tail(lines: int = 12) -> str:
    text = log_path().read_text(encoding="utf-8", errors="replace") if log_path().exists() else ""
    return "\n".join(f"      {line}" for line in text.splitlines()[-lines:])


def _port_was_taken() -> bool:
    return "already in use" in _log_tail().lower()


def stop() -> bool:
    """Stop our server and wait until it is gone; → whether it was running."""
    record = running()
    if not record:
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        proc.send(record["pid"], number)
        if proc.wait_gone(record["pid"], STOP_SECONDS):
            return True
    raise ServerTrouble(f"the server (pid {record['pid']}) does not stop")


def report() -> int:
    """Print one line on the server; → 0 when it answers, 3 when not."""
    record = running()
    if not record:
        print("server    stopped")
        return 3
    answer = healthy(url(record))
    print(f"server    {'up  ' if answer else 'DOES NOT ANSWER'}  pid {record['pid']}, {url(record)}")
    if answer and (version := data_version(url(record))):
        print(f"data      {version}")
    return 0 if answer else 3


def data_version(address: str) -> str:
    """What the site itself says of its data's version; empty when it does not say."""
    try:
        with _get(f"{address}api/meta", 10.0) as answer:
            as_of = json.load(answer)["as_of"]
            return f"version {as_of['version']}, changed {as_of['changed_at']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def main(argv: list[str]) -> int:
    try:
        match argv:
            case ["start"]:
                print(url(start()))
            case ["stop"]:
                stop()
            case ["status"]:
                return report()
            case _:
                print("usage: python -m geoapp.serve start|stop|status", file=sys.stderr)
                return 2
    except (ServerTrouble, env.BadSetting, PermissionError) as error:
        print(f"    {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
