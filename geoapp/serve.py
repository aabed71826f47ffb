"""The background web server of one checkout: gunicorn and its keeper, found again by what the system says of them.

`python -m geoapp.serve start|stop|status`. `start` prints the address on its last line. It keeps a server
that answers and was started from the same code and settings, and replaces any other. Started by root, all of it
runs as the service's user; the socket is opened here and handed down, so that no restart can lose the port, and
a low one needs nobody of root's.
"""

import errno
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

from geoapp import env, identity, keeper, passage, proc, state, unread

FIRST_PORT, LAST_PORT = 8000, 8999
START_SECONDS = 60.0
# gunicorn lets its readers finish for ten seconds; a report or an import that is interrupted is begun again.
END: proc.Plan = ((signal.SIGTERM, 20.0), (signal.SIGKILL, 10.0))
END_WORKER: proc.Plan = ((signal.SIGINT, 5.0), (signal.SIGKILL, 10.0))
KEEPER_SECONDS = 40.0
PROGRAM = "geoapp.wsgi:application"
WORKERS = (("report_worker", "REPORT_WORKERS", 1, "reports.log"), ("desk_worker", "IMPORT_WORKERS", 2, "imports.log"))
ANSWERS = (200, 401)  # of the map's page: it is there, or for whoever logs in
BACKLOG = 2048  # who asks while the server is started again waits here
LOG_BYTES = 20 * 1024 * 1024
# What a running server has read from the checkout; of the page's assets it knows the manifest.
CODE_DIRS = ("geoapp", "layers", "tiles", "data")
CODE_SUFFIXES = frozenset(
    {".py", ".html", ".css", ".js", ".sql", ".json", ".csv", ".geojson", ".mo", ".svg", ".toml", ".xml"}
)
NOT_CODE = frozenset({"node_modules", "__pycache__", "src", "static", "tests"})
# What a running server has read from the environment: if one changes, it has to start anew.
READ_AT_START = (
    "ALLOWED_HOSTS", "BESIDE_SLOTS", "BIND", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL", "DATABASE_WEB_URL", "DB_POOL_SIZE", "DEBUG", "EMBED_ORIGINS", "EXPORT_KEEP_MB",
    "EXPORT_SLOTS", "HTTPS", "IMPORT_MAX_MB", "IMPORT_READ_MB", "IMPORT_READ_SECONDS", "IMPORT_WORKERS", "LEAKED_PASSWORDS", "LIMITS", "LIMIT_BURST", "LIMIT_DEAR_PER_MINUTE", "LIMIT_PER_SECOND", "LOG_LEVEL", "OFFLINE_KEEP_MB", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET_FILE", "OIDC_ISSUER", "OIDC_NAME", "OPEN_TO_ALL", "PUBLIC_URL", "RECORD_ORIGIN", "REPORT_TEMPLATES", "REPORT_WORKERS", "SECRET_KEY", "SESSION_NETWORK", "SHUITU_SECRET_KEY_FILE", "STATEMENT_TIMEOUT_MS", "STREAM_IDLE_SECONDS", "TILE_KEEP_MB", "TOTP_FOR_ADMINS", "TRUSTED_PROXIES", "VERDICT_DAYS", "WEB_WORKERS", "WORDS",
    "WEB_THREADS",
)  # fmt: skip


class ServerTrouble(RuntimeError):
    """The server cannot be started or stopped; the message says why."""


def record_path() -> Path:
    return state.state_dir() / "server.json"


def log_path() -> Path:
    return state.state_dir() / "logs" / "server.log"


def keeper_pid() -> int:
    """The pid of the process that starts our server again when it ends; 0 when there is none."""
    return next((pid for pid in proc.find(proc.MARK, "--name=server") if proc.of_this_state(pid)), 0)


def processes(word: str = PROGRAM) -> list[int]:
    """Every process of ours whose command line has that word, the keeper aside: the master, its workers, orphans."""
    return [pid for pid in proc.find(word) if proc.MARK not in proc.command_line(pid) and proc.of_this_state(pid)]


def master_pid() -> int:
    """The one that the keeper watches; without a keeper, the first that is nobody's worker. 0 when none runs."""
    found, kept = processes(), keeper_pid()
    mine = [pid for pid in found if proc.parent(pid) == kept] if kept else []
    return next(iter(mine or [pid for pid in found if proc.parent(pid) not in found]), 0)


def running() -> dict[str, Any]:
    """The record of our running server (port, bind, fingerprint); empty when there is none, or no process to it."""
    found = state.read_json(record_path())
    return found if "port" in found and (keeper_pid() or processes()) else {}


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


def open_port(bind: str, wanted: int = 0) -> socket.socket:
    """A listening socket on the wanted port, or on the first free one from 8000."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    for port in [wanted] if wanted else range(FIRST_PORT, LAST_PORT + 1):
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((bind, port))
            opened.listen(BACKLOG)
        except OSError as error:
            opened.close()
            if isinstance(error, PermissionError):
                raise ServerTrouble(f"PORT={port}: this user may not use it") from None
            if error.errno != errno.EADDRINUSE:
                raise ServerTrouble(f"BIND={bind}: no address of this machine ({error.strerror or error})") from None
        else:
            return opened
    raise ServerTrouble(f"port {wanted} is used by another program" if wanted else "no free port from 8000 to 8999")


def free_port(bind: str, wanted: int = 0) -> int:
    """The wanted port if it is free, or the first free one from 8000."""
    with open_port(bind, wanted) as opened:
        return int(opened.getsockname()[1])


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
    bind, wanted = check_address()
    _let_in()
    code = fingerprint()
    record = running()
    same = record and record["fingerprint"] == code and wanted in (0, record["port"])
    if same and (kept := keeper_pid()) and healthy(url(record)):
        proc.send(kept, signal.SIGUSR1)
        print("    already running")
        return record
    passage.check_readable(state.BASE_DIR, ["manage.py", "deploy/witness", *CODE_DIRS])
    passage.check_readable(Path(sys.prefix).resolve(), ["."])
    if record:
        print("    the running one is of another code or setting, or alone, or does not answer: replaced", flush=True)
    # The same address as last time, if that can be had: somebody may have it open.
    last = int(state.read_json(record_path()).get("port") or 0)
    stop()
    state.arrange()
    if not wanted and last:
        wanted = last if _becomes_free(bind, last) else 0
    with open_port(bind, wanted) as opened:
        record = {"bind": bind, "port": int(opened.getsockname()[1]), "fingerprint": code}
        state.write_private(record_path(), json.dumps(record, indent=1) + "\n")
        kept = _launch(opened)
    if not _wait(record, kept):
        raise ServerTrouble(f"the server does not start; the end of {log_path()}:\n{state.tail(log_path(), 12)}")
    proc.send(kept, signal.SIGUSR1)
    _finish_jobs()
    return record


def check_address() -> tuple[str, int]:
    """The address and port asked for; `ServerTrouble` while nothing has been stopped when they cannot be had."""
    bind = os.environ.get("BIND") or "127.0.0.1"
    wanted = env.integer("PORT", os.environ.get("PORT"), 0, 1, 65535)
    try:
        socket.getaddrinfo(bind, None)
    except OSError:
        raise env.BadSetting(f"BIND={bind!r}: use an address of this machine, 0.0.0.0 for all of them") from None
    if wanted and wanted != running().get("port"):
        free_port(bind, wanted)
    elif not wanted:
        free_port(bind)
    return bind, wanted


def _let_in() -> None:
    """See to it that there is a user to serve as, who reaches what it runs; also later, when somebody has closed it."""
    if os.geteuid() == 0 and identity.service_user() is None:
        raise ServerTrouble(f"there is no user '{identity.NAME}' to run the server as; ./shuitu up makes one")
    passage.grant_checkout()


def command(address: str) -> list[str]:
    """The program that serves on that address, as gunicorn writes one; how is said in `geoapp.serving.conf`."""
    return [
        sys.executable,
        "-m",
        "geoapp.serving",
        "--config",
        "python:geoapp.serving.conf",
        "--bind",
        address,
        PROGRAM,
    ]


def _launch(opened: socket.socket) -> int:
    """Have the server kept as the service's user, on a socket that is open; → the keeper's pid."""
    log = log_path()
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    kept = keeper.launch(
        "server",
        command(f"fd://{opened.fileno()}"),
        END,
        log=state.service_log(log.name),
        python=sys.executable,
        cwd=state.BASE_DIR,
        env=state.service_environment(),
        pass_fds=[opened.fileno()],
        **identity.popen_as(identity.service_user()),
    )
    return kept.pid


def _finish_jobs() -> None:
    """Reports and imports that the machine stopped in go on: a worker of each looks once, and ends if there are none."""
    for command, setting, usual, log in WORKERS:
        if not env.integer(setting, os.environ.get(setting), usual, 0, 32):
            continue
        with state.service_log(log).open("ab") as out:
            subprocess.Popen(
                [sys.executable, "manage.py", command, "--idle", "0"],
                cwd=state.BASE_DIR,
                env=state.service_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                umask=0o077,
                **identity.popen_as(identity.service_user()),
            )


def _wait(record: dict[str, Any], kept: int) -> bool:
    """Wait until both /healthz and the map's page answer; → False when the server has ended."""
    address, until = url(record), time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if not proc.alive(kept):
            return False
        if healthy(address, 2.0):
            answer = status_of(address, 30.0)
            if answer in ANSWERS:
                return True
            stop()
            raise ServerTrouble(
                f"the map's page answers with {answer or 'nothing'}; the end of {log_path()}:\n{state.tail(log_path(), 12)}"
            )
        time.sleep(0.1)
    stop()
    raise ServerTrouble(
        f"the server did not answer in {START_SECONDS:.0f} s; the end of {log_path()}:\n{state.tail(log_path(), 12)}"
    )


def stop() -> bool:
    """Stop our server by its keeper, and whatever works for it; → whether anything was running."""
    found = bool(keeper_pid() or processes())
    if kept := keeper_pid():
        proc.send(kept, signal.SIGTERM)
        if not proc.wait_gone(kept, KEEPER_SECONDS):
            proc.send(kept, signal.SIGKILL)
    for word, plan in ((PROGRAM, END), *((command, END_WORKER) for command, *_ in WORKERS)):
        if not proc.end_all(lambda word=word: processes(word), plan):  # type: ignore[misc]
            raise ServerTrouble(f"the server (pid {', '.join(map(str, processes(word)))}) does not stop")
    return found


def report() -> int:
    """Print one line on the server; → 0 when it answers, 3 when not."""
    record = running()
    if not record:
        print("server    stopped")
        return 3
    answer, kept = healthy(url(record)), keeper_pid()
    watched = f"kept by {kept}" if kept else "NOBODY STARTS IT AGAIN (./shuitu up)"
    print(f"server    {'up  ' if answer else 'DOES NOT ANSWER'}  pid {master_pid()}, {watched}, {url(record)}")
    if answer:
        for line in told_by_the_site(url(record)):
            print(line)
    return 0 if answer else 3


def told_by_the_site(address: str) -> list[str]:
    """What the site itself says of its data: their version, and whether personal ones are open; nothing if it does not."""
    try:
        with _get(f"{address}api/meta", 10.0) as answer:
            told = json.load(answer)
            as_of, access = told["as_of"], told["access"]
            return [
                f"data      version {as_of['version']}, changed {as_of['changed_at']}",
                f"personal  {access['personal'].upper()}: {access['why']['en']}",
            ]
    except urllib.error.HTTPError as error:
        return ["open      NOTHING without a log-in (./shuitu manage openness)"] if error.code in ANSWERS else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


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
    except (ServerTrouble, passage.NoPassage, env.BadSetting, PermissionError) as error:
        print(f"    {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(unread.run(main, sys.argv[1:]))
