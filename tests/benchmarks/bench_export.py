"""Files: 60,000 wells in each format beside ogr2ogr from PostGIS, and all usage records as CSV beside a bare COPY."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

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


_CHILD = """
import json, resource, sys, time
from tests.benchmarks import harness
harness.serving_setup()
from django.urls import get_resolver
get_resolver().url_patterns  # all that a web process has read
from layers import registry
from layers.export import FORMATS
from layers.features.query import FeatureQuery
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, size = time.perf_counter(), 0
for piece in FORMATS["csv"].write(FeatureQuery(registry.published("usage"))):
    size += len(piece)
print(json.dumps([time.perf_counter() - start, size, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def _usage() -> str:
    """The largest table, in a process of its own, so that its memory can be told."""
    from django.db import connection

    done = subprocess.run([sys.executable, "-c", _CHILD], check=True, capture_output=True, text=True, cwd=harness.ROOT)
    seconds, size, before, after = json.loads(done.stdout.splitlines()[-1])

    def bare() -> None:
        with connection.cursor() as cursor, cursor.copy("COPY layers_usagerecord TO STDOUT (FORMAT csv)") as lines:
            for _ in lines:
                pass

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        reference = harness.timed(bare)
        cursor.execute("SELECT count(*) FROM layers_usagerecord")
        (count,) = cursor.fetchone()
    head = ["what", "rows", "s", "MB", "bare COPY s", "ratio", "process before MB", "its peak MB", "grown by MB"]
    row = [
        "usage records · csv", f"{count:,}", f"{seconds:.1f}", f"{size / 1e6:.0f}", f"{reference:.1f}",
        f"{seconds / reference:.2f}", f"{before / 1024:.0f}", f"{after / 1024:.0f}", f"{(after - before) / 1024:.0f}",
    ]  # fmt: skip
    return harness.table(head, [row])
