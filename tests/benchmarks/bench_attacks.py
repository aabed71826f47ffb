"""What four readers notice of one client that means no good: failures, and how much longer they wait than in quiet."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, urlsplit

from tests.benchmarks import harness
from tests.benchmarks.attacks import ATTACKS

TITLE = "Four readers beside an attack (60 s each unless SECONDS says otherwise), against the same readers in quiet"
READERS = 4
SECONDS = float(os.environ.get("SECONDS", "60"))
QUIET_SECONDS = float(os.environ.get("QUIET_SECONDS", "15"))
ONLY = os.environ.get("ATTACKS", "")  # names of attacks, or parts of them, with commas; all unless told
SETTLE_SECONDS = 240.0  # at most, between an attack and the next quiet
LOOK_SECONDS = 4.0
ALIKE = 1.25  # times that two looks may differ
DEAR_LOOKS = 8
WAITED_FOR = (1, 2)  # of a report: queued, running
PAUSE_SECONDS = 0.1  # a person looks at what came
READ = (
    "/",
    "/api/meta",
    "/api/stats?period=2019&level=district",
    "/api/stats?period=2019-07&level=township&parent=110108",
    "/api/regions/110108",
    "/api/layers/urban_plant/features?limit=50",
    "/tiles/township/10/843/387.pbf",
    "/tiles/well/14/13489/6203.pbf",
    f"/api/search?q={quote('海淀')}",
)


class Reader(threading.Thread):
    """Somebody who reads what the map asks for, page after page, over one connection."""

    def __init__(self, port: int, start: int, until: float) -> None:
        super().__init__(daemon=True)
        self.port, self.until = port, until
        self.paths = cycle([*READ[start:], *READ[:start]])
        self.seconds: list[float] = []
        self.failures: list[str] = []

    def run(self) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while time.monotonic() < self.until:
            path = next(self.paths)
            begun = time.perf_counter()
            try:
                link.request("GET", path, headers={"Accept-Encoding": "gzip"})
                answer = link.getresponse()
                answer.read()
                if answer.status not in (200, 204):
                    self.failures.append(f"{path}: {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{path}: {error!r}")
                link.close()
            self.seconds.append(time.perf_counter() - begun)
            time.sleep(PAUSE_SECONDS)
        link.close()


def read(port: int, seconds: float) -> list[Reader]:
    readers = [Reader(port, 2 * number, time.monotonic() + seconds) for number in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return readers


@contextlib.contextmanager
def server() -> Iterator[int]:
    """The port of a server on the database of the settings; one that runs already, if SERVER_URL names it."""
    if url := os.environ.get("SERVER_URL"):
        yield urlsplit(url).port or 80
        return
    harness.django_setup()
    from django.conf import settings

    from tests import city

    place = settings.DATABASES["default"]
    with tempfile.TemporaryDirectory() as home:
        environment = city._environment(place, Path(home)) | {
            "LIMITS": "0",
            "DATABASE_URL": city.database_url(place, place["NAME"]),
        }
        city._static(Path(home), environment, sys.stderr)
        with city.served(environment, Path(home)) as served:
            yield urlsplit(served).port or 80


def settle(port: int) -> None:
    """Wait until what an attack began is finished or given up, and readers find it as quiet twice in a row."""
    until, before = time.monotonic() + SETTLE_SECONDS, 0.0
    while time.monotonic() < until:
        if at_work(port):
            time.sleep(1)
            continue
        now = harness.percentile([second for reader in read(port, LOOK_SECONDS) for second in reader.seconds], 0.95)
        if before / ALIKE < now < before * ALIKE:
            return
        before = now
    print(f"not quiet after {SETTLE_SECONDS:.0f} s: what is called quiet is not", file=sys.stderr)


def at_work(port: int) -> bool:
    """Whether dear questions wait, which are answered in their turn, or reports that are asked for."""
    try:
        for _ in range(DEAR_LOOKS):  # each connection may come to another web process
            _asked(port, "/reports/preview?region=11&period=none")
        jobs = json.loads(_asked(port, "/reports/jobs?lang=en"))["jobs"]
    except (OSError, http.client.HTTPException, ValueError):
        return True
    return any(job["status"] in WAITED_FOR for job in jobs)


def _asked(port: int, path: str) -> bytes:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(link):
        link.request("GET", path)
        return link.getresponse().read()


def measure() -> str:
    lines = []
    with server() as port:
        read(port, 5.0)  # what is made once is made
        settle(port)
        for name in (name for name in ATTACKS if any(part in name for part in ONLY.split(","))):
            quiet = [second for reader in read(port, QUIET_SECONDS) for second in reader.seconds]
            attacker = subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.attacks", name, str(port), str(SECONDS + 2)], cwd=harness.ROOT
            )
            time.sleep(1)
            readers = read(port, SECONDS)
            if attacker.wait(30):
                raise RuntimeError(f"the attack {name!r} ended by itself")
            under = [second for reader in readers for second in reader.seconds]
            failures = [failure for reader in readers for failure in reader.failures]
            for failure in failures[:3]:
                print(f"{name}: {failure}", file=sys.stderr)
            p95, reference = harness.percentile(under, 0.95), harness.percentile(quiet, 0.95)
            lines.append(
                [
                    name,
                    str(len(under)),
                    str(len(failures)),
                    f"{harness.percentile(under, 0.5) * 1000:.0f}",
                    f"{p95 * 1000:.0f}",
                    f"{reference * 1000:.0f}",
                    f"{p95 / reference:.1f}",
                ]
            )
            print(lines[-1], file=sys.stderr, flush=True)
            settle(port)
    head = ["attack", "read", "failed", "p50 ms", "p95 ms", "p95 ms in quiet", "ratio p95"]
    return harness.table(head, lines)
