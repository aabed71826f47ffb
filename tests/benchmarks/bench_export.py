"""Files: 60,000 wells in each format beside ogr2ogr from PostGIS, and all usage records as CSV beside a bare COPY."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from tests import city as cities
from tests.benchmarks import harness

TITLE = "Files: each format beside ogr2ogr of the same rows, and all usage records as CSV beside a bare COPY"
ROUNDS = 3
DRIVERS = {
    "geojson": "GeoJSON", "geojsonseq": "GeoJSONSeq", "csv": "CSV", "fgb": "FlatGeobuf", "gpkg": "GPKG",
    "shp": "ESRI Shapefile", "xlsx": "XLSX",
}  # fmt: skip


def measure() -> str:
    harness.serving_setup()
    head = ["what", "rows", "calls", "p50 s", "p95 s", "reference p50 s", "reference p95 s", "ratio p50"]
    wells = harness.table([*head, "MB"], _wells())
    return f"{wells}\n\n{_usage()}"


def _source() -> tuple[str, str, int]:
    """GDAL's name of the database, the SQL of the wells as a file has them, and how many there are."""
    from django.db import connection
    from psycopg import sql

    from layers import registry
    from layers.features.query import FeatureQuery

    query = FeatureQuery(registry.layer("well"))
    columns = [sql.Identifier("p", column.name) for column in query.columns()]
    statement = query.statement(sql.SQL(", ").join([*columns, sql.SQL("{} AS geom").format(query.shaped)]))
    known = connection.settings_dict
    words = {"dbname": known["NAME"], "host": known["HOST"], "user": known["USER"], "password": known["PASSWORD"]}
    with connection.cursor() as cursor:
        text = cursor.mogrify(statement.text, statement.params)
    return "PG:" + " ".join(f"{key}='{value}'" for key, value in words.items() if value), text, query.count()


def _wells() -> list[list[str]]:
    from layers import registry
    from layers.export import FORMATS, Options
    from layers.features.query import FeatureQuery

    database, text, count = _source()
    query, lines = FeatureQuery(registry.layer("well")), []
    with tempfile.TemporaryDirectory() as home:
        for form in FORMATS.values():
            pair, size = harness.Pair(), 0
            ours, theirs = Path(home, f"ours.{form.suffix}"), Path(home, f"theirs.{form.suffix.split('.')[0]}")
            driver = DRIVERS.get(form.key)

            def write(form=form, ours=ours) -> None:  # type: ignore[no-untyped-def]
                with ours.open("wb") as file:
                    file.writelines(form.write(query, Options(shape="lonlat")))

            def refer(driver=driver, theirs=theirs) -> None:  # type: ignore[no-untyped-def]
                if driver is None:
                    return
                geometry = ["-lco", "GEOMETRY=AS_XY"] if driver == "CSV" else []
                theirs.unlink(missing_ok=True)
                command = ["ogr2ogr", "-f", driver, *geometry, "-overwrite", str(theirs), database, "-sql", text]
                subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

            for _ in range(1 if form.key == "xlsx" else ROUNDS):
                pair.take(write, refer)
            size = ours.stat().st_size
            row = pair.row(f"wells · {form.key}", 1, 2)
            if driver is None:
                row[4:] = ["–", "–", "–"]
            lines.append([row[0], f"{count:,}", *row[1:], f"{size / 1e6:.1f}"])
    return lines


def _usage() -> str:
    """The largest table as a web worker sends it: a server as in production, and the memory of its workers as the kernel tells it."""
    from django.conf import settings
    from django.db import connection

    known = settings.DATABASES["default"]
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "DATABASE_URL": cities.database_url(known, known["NAME"]),
            "SHUITU_STATE": home,
            "SECRET_KEY": secrets.token_urlsafe(50),
        }
        environment.pop("SHUITU_SERVING", None)
        with cities.served(environment, Path(home)) as url:
            before = _memory(url)
            start = time.perf_counter()
            size, lines = _read(f"{url}/feeds/usage.csv")
            seconds = time.perf_counter() - start
            after = _memory(url)

    def bare() -> None:
        with connection.cursor() as cursor, cursor.copy("COPY layers_usagerecord TO STDOUT (FORMAT csv)") as lines:
            for _ in lines:
                pass

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        reference = harness.timed(bare)
    head = [
        "what",
        "rows",
        "s",
        "MB",
        "bare COPY s",
        "ratio",
        "worker at its start MB",
        "worker's peak MB",
        "of its own (Pss) MB",
    ]
    row = [
        "usage records · csv", f"{lines - 1:,}", f"{seconds:.1f}", f"{size / 1e6:.0f}", f"{reference:.1f}",
        f"{seconds / reference:.2f}", f"{before['VmHWM']:.0f}", f"{after['VmHWM']:.0f}", f"{after['Pss']:.0f}",
    ]  # fmt: skip
    return harness.table(head, [row])


def _read(url: str) -> tuple[int, int]:
    """Bytes and lines of an answer, read to its end and kept nowhere. The name of the server is this machine's."""
    size = lines = 0
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=600) as answer:
        while piece := answer.read(1 << 20):
            size += len(piece)
            lines += piece.count(b"\n")
    return size, lines


def _memory(url: str) -> dict[str, float]:
    """The most of any worker of the server, in MB: resident at its highest since it started, and its share now."""
    port = url.rpartition(":")[2]
    found: dict[str, float] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            if f"127.0.0.1:{port}\0" not in command:
                continue
            told = (process / "status").read_text() + (process / "smaps_rollup").read_text()
        except OSError:  # it has ended meanwhile
            continue
        for name, kilobytes in re.findall(r"^(VmHWM|Pss):\s+(\d+) kB", told, re.M):
            found[name] = max(found.get(name, 0.0), int(kilobytes) * 1024 / 1e6)
    return found
