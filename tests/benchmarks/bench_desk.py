"""How long a clerk waits: a large file sent to the desk of a running server until its first problems and its preview are there,
against a bare COPY of the same file into a table of texts. Asked for: 500,000 rows within 30 s, the first problems within 2 s of
the end of reading, 62,800 rows read and checked a second. Every file is discarded; nothing is imported.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks import harness
from tests.benchmarks.bench_attacks import server

TITLE = "The desk: a file of some 500,000 rows from its sending to its preview, against a bare COPY of it"
ROWS = int(os.environ.get("ROWS", "500000"))
MOST_SECONDS = 600.0
BAD = 1_000  # one row in so many has a fault
HEAD = [
    "file", "rows", "MB", "sent s", "all read s", "first problems after s", "preview s", "rows/s", "reading rows/s", "COPY rows/s",
    "preview / COPY",
]  # fmt: skip
_EDGE = "the-edge-of-a-part"


class Clerk:
    """An administrator who has logged in, at one server."""

    def __init__(self, base: str) -> None:
        from geoapp import state

        self._base = base
        self._jar = CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar)).open
        password = (state.state_dir() / "admin_password").read_text().strip()
        self.get("/account/login")
        self.post("/account/login", {"username": "admin", "password": password, "next": "/desk/"})

    def get(self, path: str) -> bytes:
        with self._open(f"{self._base}{path}", timeout=MOST_SECONDS) as answer:
            return bytes(answer.read())

    def post(self, path: str, fields: dict[str, str], file: Path | None = None) -> bytes:
        told = {**fields, "csrfmiddlewaretoken": next(one.value or "" for one in self._jar if one.name == "csrftoken")}
        head = {"Referer": f"{self._base}/", "Accept": "application/json"}
        body = urlencode(told).encode()
        if file:
            head["Content-Type"] = f"multipart/form-data; boundary={_EDGE}"
            body = b"".join(_parts(told, file))
        request = urllib.request.Request(f"{self._base}{path}", body, head)
        with self._open(request, timeout=MOST_SECONDS) as answer:
            return bytes(answer.read())


def _parts(fields: dict[str, str], file: Path) -> Iterator[bytes]:
    for name, value in fields.items():
        yield f'--{_EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    yield f'--{_EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'.encode()
    yield file.read_bytes()
    yield f"\r\n--{_EDGE}--\r\n".encode()


def measure() -> str:
    lines = []
    with server() as port, tempfile.TemporaryDirectory() as folder:
        harness.django_setup()
        clerk = Clerk(f"http://127.0.0.1:{port}")
        for name, target, file in _files(Path(folder)):
            seen = _one(clerk, target, file)
            copied = _copy(file)
            lines.append([
                name, f"{ROWS:,}", f"{file.stat().st_size / 1e6:.0f}", f"{seen.sent:.1f}", f"{seen.read:.1f}",
                f"{seen.problems - seen.read:.1f}", f"{seen.preview:.1f}", f"{ROWS / seen.preview:,.0f}",
                f"{ROWS / (seen.read - seen.sent):,.0f}", f"{ROWS / copied:,.0f}", f"{seen.preview / copied:.0f}",
            ])  # fmt: skip
            print(" | ".join(lines[-1]), flush=True)
    return harness.table(HEAD, lines)


def _files(folder: Path) -> Iterator[tuple[str, str, Path]]:
    from layers.models import Meter, Region, Well

    meters = list(Meter.objects.order_by("code").values_list("code", "source", "purpose"))
    from layers.vocab import PURPOSE, SOURCE

    path = folder / "usage.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("month,meter,source,purpose,volume_l\n")
        for at in range(ROWS):
            code, source, purpose = meters[at % len(meters)]
            month = f"2015-{at // len(meters) + 1:02}"
            litres = 1000 + at % 9000 if at % BAD else "none"
            out.write(f"{month},{code},{SOURCE.by_id[source].code},{PURPOSE.by_id[purpose].code},{litres}\n")
    yield "usage, new months", "usage", path
    village = Region.objects.filter(valid_to=None, level=4).order_by("code").values_list("code", flat=True)[0]
    spot = Well.objects.exclude(geom=None).order_by("code")[0].geom
    path = folder / "wells.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("code,name,use,metering,depth_m,region,lon,lat\n")
        for at in range(ROWS):
            out.write(
                f"BENCH{at},井{at},irrigation,none,{50 if at % BAD else -1},{village},{spot.x + at % 700 / 1e6},{spot.y + at // 700 / 1e6}\n"
            )
    yield "wells, all new", "well", path


@dataclass
class Seen:
    """Seconds from the beginning until it was sent, read, its first problems stood on its page, and its preview was there."""

    sent: float
    read: float = 0.0
    problems: float = 0.0
    preview: float = 0.0


def _one(clerk: Clerk, target: str, file: Path) -> Seen:
    clerk.get("/desk/")
    began = time.perf_counter()
    address = json.loads(clerk.post("/desk/", {"target": target}, file))["url"]
    seen = Seen(time.perf_counter() - began)
    while time.perf_counter() - began < MOST_SECONDS:
        told = json.loads(clerk.get(f"{address}state"))
        if not seen.read and (told.get("done", 0) >= ROWS or told["step"] not in ("", "wait", "read")):
            seen.read = time.perf_counter() - began
        if told["problems"] and not seen.problems and "data-faults" in clerk.get(address).decode():
            seen.problems = time.perf_counter() - began
        if not told["busy"]:
            break
        time.sleep(0.1)
    page = clerk.get(address).decode()
    seen.preview = time.perf_counter() - began
    if told["state"] != "checked":
        raise RuntimeError(f"{file.name}: {told}")
    assert f"{ROWS:,}" in page
    clerk.post(address, {"action": "discard"})
    seen.read = seen.read or seen.preview
    seen.problems = seen.problems or seen.preview
    return seen


def _copy(file: Path) -> float:
    """Seconds of a bare COPY into a temporary table of texts."""
    from django.db import connection

    with file.open(encoding="utf-8") as lines:
        columns = next(lines).strip().split(",")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bench_desk ({', '.join(f'{column} text' for column in columns)})")
        began = time.perf_counter()
        with cursor.copy("COPY bench_desk FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(file.read_bytes())
        seconds = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_desk")
    return seconds
