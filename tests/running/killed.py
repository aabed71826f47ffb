"""`python -m tests.running.killed [MINUTES] [SEED]`: an installation of its own whose processes are killed with -9 while files are
read, checked and imported: web worker, desk worker, reader, PostgreSQL's own. After each: the old state or the new, and a true page.

Takes minutes, so it is no test; `tests/http/test_desk_killed.py` is the short one.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import urllib.error
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_desk import Clerk
from tests.benchmarks.harness import django_setup
from tests.processes import children
from tests.running.conftest import Installation, installed

ROWS = 3_000
MOST_KILLS = 4  # a file
SETTLES_S = 180.0
# Whom to kill, by what its command line holds. Of the web server only those who answer: its master has a keeper of its own.
VICTIMS: dict[str, str] = {
    "desk worker": "desk_worker", "reader": "layers.ingest.reader", "web worker": "geoapp.serving", "PostgreSQL": "postgres: shuitu",
}  # fmt: skip


def victims(made: Installation, name: str) -> list[int]:
    spared, every = made.pids()["server"], made.everything()
    # A reader is told nothing of the installation: it is known by its parent.
    every += [child for parent in every for child in children(parent)]
    return [
        pid for pid in every if pid != spared and VICTIMS[name] in (line := _line(pid)) and "geoapp.keeper" not in line
    ]


def _line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def patiently(work: Callable[[], Any]) -> Any:
    """What a clerk does whose page does not come: wait, and ask again."""
    until = time.monotonic() + SETTLES_S
    while True:
        try:
            return work()
        except (OSError, urllib.error.URLError, ValueError):
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


class Watched:
    """One file on its way, and what must be so at every moment."""

    def __init__(self, made: Installation, clerk: Clerk, file: Path, prefix: str) -> None:
        self.made, self.clerk, self.prefix = made, clerk, prefix
        self.address = str(patiently(lambda: json.loads(clerk.post("/desk/", {"target": "well"}, file))["url"]))
        self.token = self.address.strip("/").split("/")[1]

    def stored(self) -> tuple[int, int]:
        """(its wells, its releases), of one moment."""

        def ask() -> tuple[int, int]:
            with self.made.connected() as link:
                row = link.execute(
                    "SELECT (SELECT count(*) FROM layers_well WHERE starts_with(code, %s)), "
                    "(SELECT count(*) FROM layers_release WHERE report #>> '{context,job}' = %s)",
                    [self.prefix, self.token],
                ).fetchone()
                assert row
                return int(row[0]), int(row[1])

        return patiently(_database(ask))

    def state(self) -> str:
        return str(patiently(lambda: json.loads(self.clerk.get(f"{self.address}state")))["state"])

    def look(self) -> str:
        """The state that its page tells; it must be true."""
        before = self.state()
        wells, releases = self.stored()
        told = self.state()
        assert (wells, releases) in ((0, 0), (ROWS, 1)), (wells, releases)
        assert before != "committed" or wells, "it says more than there is"
        assert not wells or told in ("committing", "committed"), f"all is there, and the page says {told}"
        return told

    def push(self, told: str) -> None:
        """What its clerk does next."""
        action = {"checked": "commit", "refused": "retry", "failed": "retry"}.get(told)
        if action:
            with contextlib.suppress(OSError, urllib.error.URLError, ValueError):
                self.clerk.post(self.address, {"action": action})


def _database(ask: Callable[[], Any]) -> Callable[[], Any]:
    import psycopg

    def asked() -> Any:
        try:
            return ask()
        except psycopg.Error as error:
            raise OSError("the database is away") from error

    return asked


def prepare(made: Installation, folder: Path) -> None:
    from tests.db.ingest_files import csv, geojson, regions

    made.run("-m", "geoapp.localdb", "start")
    made.run("manage.py", "migrate", "-v", "0")
    made.run("manage.py", "ensure_admin")
    units = csv(folder / "units.csv", "code,name\n110101,东城区水务局\n110102,西城区水务局")
    made.run("manage.py", "import_layer", "reporting_unit", str(units), "--commit")
    made.run("manage.py", "import_layer", "region", str(geojson(folder / "regions.geojson", regions())), "--commit")
    made.run("-m", "geoapp.serve", "start")


def rounds(made: Installation, folder: Path, minutes: float, chance: random.Random) -> str:
    from tests.db.ingest_files import VILLAGES

    with made.here():
        clerk = Clerk(made.url.rstrip("/"))
    killed: Counter[str] = Counter()
    files, longest, until = 0, 0.0, time.monotonic() + 60 * minutes
    while time.monotonic() < until:
        files += 1
        prefix = f"K{files}-"
        text = "".join(
            f"{prefix}{n},irrigation,none,{VILLAGES[n % 2]},116.0{2 + n % 2 * 5},39.05\n" for n in range(ROWS)
        )
        file = folder / f"{prefix}wells.csv"
        file.write_text(f"code,use,metering,region,lon,lat\n{text}", encoding="utf-8")
        watched = Watched(made, clerk, file, prefix)
        for _ in range(chance.randint(1, MOST_KILLS)):
            watched.push(watched.look())
            time.sleep(chance.uniform(0.0, 2.0))
            name = chance.choice(list(VICTIMS))
            if found := victims(made, name):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(found), signal.SIGKILL)
                    killed[name] += 1
        began = time.monotonic()
        while (told := watched.look()) != "committed":
            assert time.monotonic() - began < SETTLES_S, f"{prefix}: still {told}"
            watched.push(told)
            time.sleep(0.3)
        longest = max(longest, time.monotonic() - began)
        sys.stderr.write(f"{prefix} imported; killed so far: {dict(killed)}\n")
    return f"{files} files, each imported once and whole; killed {dict(killed)}; at most {longest:.0f} s from the last kill to the import"


def main() -> None:
    minutes, seed = float((sys.argv[1:] or ["5"])[0]), int((sys.argv[2:] or ["1"])[0])
    folder = Path(tempfile.mkdtemp(prefix="shuitu-killed-"))
    folder.chmod(0o755)
    django_setup()
    try:
        with installed(folder) as made:
            prepare(made, folder)
            sys.stdout.write(rounds(made, folder, minutes, random.Random(seed)) + "\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
