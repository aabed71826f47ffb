"""The whole demo city for tests: a database made once and kept, and a server on it as in production.

The database `shuitu_city_test` lies on the default database's cluster. It is made by `demo` in a copy of the template, and
made anew only when the recipe, the schema or the SQL of the sums is another than it was made from. It can be
replaced by a city that runs already: SHUITU_TEST_CITY_URL and SHUITU_TEST_CITY_DSN.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import psycopg
from django.conf import settings as django_settings

from geoapp import identity, serve, state
from tests import databases
from tests.databases import ROOT, database_url

NAME = "shuitu_city_test"
# Of this process's server at the database; each that shares the tests has a server of its own on the one city.
APPLICATION = f"shuitu_city{os.environ.get('PYTEST_XDIST_WORKER', '')}"
STREAM_IDLE_SECONDS = 10  # patience that a test can outlast
START_SECONDS = 60.0


@dataclass(frozen=True)
class City:
    """`url` of the server, without a slash at its end, and the city's database for reading."""

    url: str
    link: psycopg.Connection[Any]

    def sql(self, query: str, params: Sequence[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a reading query."""
        return self.link.execute(query, params).fetchall()  # type: ignore[arg-type]


def fingerprint() -> str:
    """What the city is made from: the recipe, the migrations, and what places objects, sums usage and assigns it."""
    from data import demo  # and with it pandas and scipy: most runs of a few tests need no city

    digest = hashlib.sha256(demo.fingerprint().encode())
    made_by = [
        *ROOT.glob("*/migrations/0*.py"),
        *ROOT.glob("*/*/migrations/0*.py"),
        *(ROOT / "layers/sql").glob("usage_*.sql"),
        *(ROOT / "layers/sql").glob("*p[li][ae]ce*.sql"),
        *(ROOT / "layers/sql").glob("grid_[!d]*.sql"),
        *(ROOT / "layers/sql").glob("finding_*.sql"),
        *(ROOT / "layers/quality").glob("*.py"),
        *(ROOT / "layers/findings").glob("*.py"),
        ROOT / "layers/sql/stand_in.sql",
        ROOT / "layers/recorded.py",
        ROOT / "layers/stats/rebuild.py",
        *(
            ROOT / "layers/grid" / f"{name}.py"
            for name in ("areas", "assign", "cells", "tessellate", "units", "weights")
        ),
    ]
    for path in sorted(made_by):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(command: list[str], environment: dict[str, str], say: TextIO) -> None:
    """One `manage.py` command in a process of its own; its output is shown as it comes."""
    print(f"\n[city] {' '.join(command)}", file=say, flush=True)
    with subprocess.Popen(
        [sys.executable, "-u", "manage.py", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        last: list[str] = []
        for line in process.stdout:
            last = [*last[-30:], line]
            print(f"[city]   {line.rstrip()}", file=say, flush=True)
    if process.returncode:
        raise RuntimeError(f"manage.py {' '.join(command)} failed:\n{''.join(last)}")


@contextlib.contextmanager
def _lock(say: TextIO) -> Iterator[TextIO]:
    """Held shared by every run that uses the city, alone by one that makes it."""
    with (state.make_dir(state.state_dir()) / "test-city.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            print("\n[city] another run is making the city: waiting", file=say, flush=True)
            fcntl.flock(file, fcntl.LOCK_SH)
        yield file


def _is_made(settings: dict[str, Any], wanted: str) -> bool:
    with databases.cluster(settings) as link:
        return databases.is_made_from(link, NAME, wanted)


def _make(settings: dict[str, Any], wanted: str, environment: dict[str, str], say: TextIO) -> None:
    """The database from an empty one."""
    started = time.monotonic()
    empty = databases.template(settings)
    with databases.cluster(settings) as link:
        databases.make_anew(link, NAME, empty)
        _run(["demo"], environment, say)
        databases.mark(link, NAME, wanted)
    print(f"\n[city] made in {time.monotonic() - started:.0f} s", file=say, flush=True)


def _make_where_missing(settings: dict[str, Any], lock: TextIO, environment: dict[str, str], say: TextIO) -> None:
    wanted = fingerprint()
    if not _is_made(settings, wanted):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_made(settings, wanted):  # by the run we may have waited for
            _make(settings, wanted, environment, say)
        fcntl.flock(lock, fcntl.LOCK_SH)


def _home() -> Path:
    """A state directory of its own: tiles are kept by version, and other databases have other versions."""
    return state.make_dir(state.state_dir() / "test-city")


def _environment(settings: dict[str, Any], home: Path) -> dict[str, str]:
    """That of a process that works on the city, as in production."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"{database_url(settings, NAME)}&application_name={APPLICATION}",
        "SHUITU_STATE": str(home),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "STREAM_IDLE_SECONDS": str(STREAM_IDLE_SECONDS),
    }
    for unwanted in ("HTTPS", "SHUITU_SERVING", "DATABASE_WEB_URL"):
        environment.pop(unwanted, None)
    return environment


def _static(home: Path, environment: dict[str, str], say: TextIO) -> None:
    """The page's assets: those collected already, if they are of the newest build, else collected here."""
    collected = ROOT / ".local/static/staticfiles.json"
    built = [path.stat().st_mtime for path in (ROOT / "geoapp/web/static").rglob("*") if path.is_file()]
    link = home / "static"
    if link.is_symlink() and link.readlink() != collected.parent:
        link.unlink()
    if collected.exists() and collected.stat().st_mtime >= max(built, default=0.0):
        with contextlib.suppress(FileExistsError):  # another process that shares the tests may be at it too
            link.symlink_to(collected.parent)
        return
    mine = link / "staticfiles.json"
    if not mine.exists() or mine.stat().st_mtime < max(built, default=0.0):
        _run(["collectstatic", "--no-input", "-v", "0", "-i", "rest_framework", "-i", "redoc"], environment, say)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _hand_over(home: Path) -> None:
    """What the server writes, to the user that it runs as where the tests are root's."""
    user = identity.service_user()
    for name in ("", *state.CACHES, *state.KEPT, "logs"):
        (home / name).mkdir(exist_ok=True)
        for path in ((home / name), *(home / name).rglob("*")) if name else (home,):
            if user:
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def server_log(home: Path) -> Path:
    """What a server in that state directory says; several processes may share the tests."""
    return home / f"server{os.environ.get('PYTEST_XDIST_WORKER', '')}.log"


@contextlib.contextmanager
def served(environment: dict[str, str], home: Path, workers: int = 2) -> Iterator[str]:
    """A gunicorn on a free port of this machine, as in production; → its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = server_log(home)
    _hand_over(home)
    with log.open("w") as out:
        process = subprocess.Popen(
            serve.command(f"127.0.0.1:{port}"),
            cwd=ROOT,
            env={**environment, "WEB_WORKERS": str(workers), "HOME": str(home), "TMPDIR": str(home / "work")},
            stdout=out,
            stderr=out,
            **identity.popen_as(identity.service_user()),
        )
        try:
            until = time.monotonic() + START_SECONDS
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the city's server does not start:\n{log.read_text()[-3000:]}")
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _reading(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=on")


@contextlib.contextmanager
def running_city(settings: dict[str, Any], say: TextIO) -> Iterator[City]:
    """The city, made where it is missing, and a server on it for as long as it is used."""
    url, dsn = os.environ.get("SHUITU_TEST_CITY_URL"), os.environ.get("SHUITU_TEST_CITY_DSN")
    if url and dsn:
        with _reading(dsn) as link:
            yield City(url.rstrip("/"), link)
        return
    home = _home()
    environment = _environment(settings, home)
    with _lock(say) as lock:
        _make_where_missing(settings, lock, environment, say)
        _static(home, environment, say)
        with served(environment, home) as address, _reading(environment["DATABASE_URL"]) as link:
            yield City(address, link)


def main() -> None:
    """`python -m tests.city`: make the city where it is missing, while other tests run; those of the city wait for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")
    settings = django_settings.DATABASES["default"]
    with _lock(sys.stdout) as lock:
        _make_where_missing(settings, lock, _environment(settings, _home()), sys.stdout)


if __name__ == "__main__":
    main()
