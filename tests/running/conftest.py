"""An installation of its own, with the real things in it: a private cluster and a web server, each with its keeper."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from geoapp import cluster, identity, localdb, proc, serve, state
from tests import city as cities

PATIENCE_SECONDS = 120.0  # only to give up: what is waited for takes a few
ROOT = cities.ROOT


def eventually(true: Callable[[], object], what: str) -> None:
    """Wait until it is so."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until, f"never: {what}"
        time.sleep(0.1)


@dataclass
class Installation:
    """A state directory, and this checkout's programs run on it as the launcher runs them."""

    home: Path
    checkout: Path = ROOT
    given: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        unwanted = {"DATABASE_URL", "DEBUG", "SECRET_KEY", "SHUITU_SERVING", *serve.READ_AT_START, "PORT"}
        kept = {name: value for name, value in os.environ.items() if name not in unwanted}
        return {**kept, "SHUITU_STATE": str(self.home), "WEB_WORKERS": "1", **self.given}

    def run(self, *words: str, fails: bool = False, **given: str) -> str:
        """`python …` there; → all it said."""
        done = subprocess.run(
            [str(self.checkout / ".venv/bin/python") if self.checkout != ROOT else sys.executable, *words],
            cwd=self.checkout,
            env={**self.environment, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )
        assert (done.returncode != 0) == fails, done.stdout
        return done.stdout

    def up(self) -> None:
        """As `./shuitu up` does: everything runs, and nothing that runs well is touched."""
        self.run("-m", "geoapp.localdb", "start")
        self.run("-m", "geoapp.serve", "start")

    def stop(self) -> None:
        self.run("-m", "geoapp.serve", "stop")
        self.run("-m", "geoapp.localdb", "stop")

    @property
    def url(self) -> str:
        return serve.url(state.read_json(self.home / "server.json"))

    def answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    @contextlib.contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        with self.here(), localdb._connect(None) as link:
            yield link

    def database_answers(self) -> bool:
        with self.here():
            return not localdb.answers()

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        """This process asks as one of that installation."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHUITU_STATE", str(self.home))
            yield

    def cluster(self) -> cluster.Cluster:
        with self.here():
            return cluster.find_cluster()

    def pids(self) -> dict[str, int]:
        """Whoever runs of it, by what they do; 0 for who does not."""
        with self.here():
            place = cluster.find_cluster()
            return {
                "server": serve.master_pid(),
                "server's keeper": serve.keeper_pid(),
                "database": cluster.running_pid(place),
                "database's keeper": cluster.keeper_pid(place),
            }

    def everything(self) -> list[int]:
        """Every process that has to do with it, found without asking the code that is tested."""
        mark, data = f"SHUITU_STATE={self.home}".encode(), str(self.cluster().data)
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    environment = (entry / "environ").read_bytes().split(b"\0")
                    named = data in (entry / "cmdline").read_bytes().decode(errors="replace")
                    if (mark in environment or named or proc.working_dir(int(entry.name)) == data) and proc.alive(
                        int(entry.name)
                    ):
                        found.append(int(entry.name))
        return found


@contextlib.contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """An installation under a folder; all of it is ended and deleted afterwards."""
    made = Installation(folder / "state")
    try:
        state.make_dir(made.home)
        cities._static(made.home, {**made.environment, "DATABASE_URL": "postgresql:///none"}, sys.stderr)
        yield made
    finally:
        made.run("-m", "geoapp.serve", "stop")
        made.run("-m", "geoapp.localdb", "destroy")


@pytest.fixture(scope="session")
def _installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="shuitu-running-"))
    folder.chmod(0o755)  # others may come as far as the state directory: that has to guard itself
    try:
        with installed(folder) as made:
            made.run("-m", "geoapp.localdb", "start")
            made.run(
                "manage.py", "migrate", "-v", "0"
            )  # as the launcher does, or the page knows nothing of how open it is
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def running(_installation: Installation) -> Installation:
    """It runs, whatever the test before has killed."""
    _installation.up()
    return _installation


@pytest.fixture
def service() -> Any:
    """The user that serves; for tests that only root's installation has something to show to."""
    user = identity.service_user()
    if user is None:
        pytest.skip("not root, or before root's first ./shuitu up: everything runs as oneself")
    return user
