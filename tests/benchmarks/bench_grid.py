"""The street-level grid of the whole city, each step beside what a careful analyst would call for it.

Everything of ours runs in transactions that are rolled back; the database is as it was afterwards. The line beside tobler
needs `.venv/bin/python -m pip install -c requirements.lock tobler` (the extra ``benchmarks`` of pyproject.toml); without
it that line is left out. Cells of 100 m are made in a process of their own, so that its peak memory is theirs.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tests.benchmarks import harness

TITLE = "Grid: units, placing, a month and an explanation"
TIMES = 3
SIZE = 500

POSTGIS_UNITS = """
CREATE TEMP TABLE by_postgis ON COMMIT DROP AS
WITH township AS (
    SELECT b.region_id, ST_Transform(b.geom, 4548) AS geom FROM layers_boundary b
    JOIN layers_region r ON r.id = b.region_id AND r.level = 3 AND r.valid_to_id IS NULL WHERE b.valid_to_id IS NULL
)
SELECT t.region_id, g.i, g.j,
       CASE WHEN ST_ContainsProperly(t.geom, g.geom) THEN g.geom ELSE ST_Intersection(t.geom, g.geom) END AS geom
FROM township t CROSS JOIN LATERAL ST_SquareGrid(%s, t.geom) g
WHERE ST_Intersects(t.geom, g.geom)
"""
# Months' work without the grid: records by the village of their meter.
BARE_MONTHS = """
SELECT u.month, COALESCE(m.found_region_id, u.region_id), u.source, u.purpose, sum(u.volume_l)
FROM layers_usagerecord u LEFT JOIN layers_meter m ON m.id = u.meter_id
WHERE u.month = ANY(%s) GROUP BY 1, 2, 3, 4
"""
# Where the units of today's meters are found, in the database and out of it.
PLACING = """
SELECT {what} FROM layers_meter m
JOIN layers_region v ON v.id = m.found_region_id
JOIN layers_gridunit u ON u.size = %s AND u.region_id = v.parent_id
    AND u.col = m.cell_x / %s AND u.row = m.cell_y / %s
"""


@contextmanager
def rolled_back() -> Iterator[Any]:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor
        transaction.set_rollback(True)


def measure() -> str:
    harness.django_setup()
    steps: list[Callable[[], list[str]]] = [
        placing,
        placing_from_tables,
        sharing,
        month,
        by_hand,
        explanation,
        everything,
        units,
        units_in_postgis,
        fine_units,
    ]  # fmt: skip; what leaves the most dead rows behind it comes last
    lines = []
    for step in steps:
        found = step()
        if not found:
            continue
        lines.append(found)
        print(" | ".join(lines[-1]), flush=True)
    table = harness.table([name.replace(" ms", " s") for name in harness.HEAD], lines)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return f"{table}\n\nPeak memory of the process, the references' included: {peak:,.0f} MB."


def outlines() -> Any:
    """The townships of today in the plane."""
    from django.db import connection

    from layers.grid.units import from_wkb

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsBinary(ST_Transform(b.geom, 4548)) FROM layers_boundary b JOIN layers_region r"
            " ON r.id = b.region_id AND r.level = 3 AND r.valid_to_id IS NULL WHERE b.valid_to_id IS NULL ORDER BY r.code"
        )
        return from_wkb([row[0] for row in cursor.fetchall()])


def units() -> list[str]:
    """Cutting alone on both sides: what it takes to write the units is measured by `units_in_postgis`."""
    import geopandas
    import numpy as np
    import shapely

    from layers.grid.tessellate import tessellate

    townships = outlines()
    parts = tessellate(townships, SIZE)
    col, row = np.unique(np.c_[parts.col, parts.row], axis=0).T * float(SIZE)
    cells = geopandas.GeoDataFrame(geometry=shapely.box(col, row, col + SIZE, row + SIZE), crs=4548)
    frame = geopandas.GeoDataFrame(geometry=townships, crs=4548)
    pair = harness.Pair()
    for _ in range(TIMES):
        pair.take(lambda: tessellate(townships, SIZE), lambda: geopandas.overlay(frame, cells, how="intersection"))
    return pair.row(f"cutting {len(parts):,} units of {SIZE} m / geopandas.overlay", scale=1.0, digits=2)


def units_in_postgis() -> list[str]:
    """Read, cut, transform and write with indexes, against set-based PostGIS that only cuts into a bare table."""
    from layers.grid import units as grid_units
    from layers.grid.within import Every

    pair = harness.Pair()

    def ours() -> None:
        with rolled_back() as cursor:
            cursor.execute("TRUNCATE layers_gridunit CASCADE")  # its weights too; all come back with the rollback
            start = time.perf_counter()
            grid_units.refresh(cursor, SIZE, Every(cursor))
            seconds.append(time.perf_counter() - start)

    def postgis() -> None:
        with rolled_back() as cursor:
            cursor.execute(POSTGIS_UNITS, [SIZE])

    seconds: list[float] = []
    for _ in range(1):
        pair.take(ours, postgis)
    pair.ours = seconds
    return pair.row("units read, cut and written with indexes / cut by PostGIS", scale=1.0, digits=2)


FINE = """
import resource, time
from tests.benchmarks import bench_grid, harness
harness.django_setup()
from layers.grid import units, weights
from layers.grid.within import Every
with bench_grid.rolled_back() as cursor:
    cursor.execute("SET LOCAL work_mem = '192MB'")
    cursor.execute("DELETE FROM layers_gridweight WHERE size = 100")
    cursor.execute("DELETE FROM layers_gridunit WHERE size = 100")
    start = time.perf_counter()
    every = Every(cursor)
    came = units.refresh(cursor, 100, every)[1]
    cut = time.perf_counter()
    weights.refresh(cursor, 100, every)
    weighed = time.perf_counter()
print(came, cut - start, weighed - cut, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def fine_units() -> list[str]:
    """100 m: `geopandas.overlay` would need a frame of 1.7 million cells first, so PostGIS cuts the 500 m ones beside it."""
    pair = harness.Pair()
    said: list[str] = []

    def ours() -> None:
        done = subprocess.run([sys.executable, "-c", FINE], capture_output=True, text=True, check=True)
        said.extend(done.stdout.split())

    def postgis() -> None:
        with rolled_back() as cursor:
            cursor.execute(POSTGIS_UNITS, [SIZE])

    pair.take(ours, postgis)
    count, cut, weighed, peak = said
    pair.ours = [float(cut)]
    return pair.row(
        f"{int(count):,} units of 100 m cut and written (all weights in {float(weighed):.0f} s more, {int(peak):,} MB at the"
        f" peak) / {SIZE} m ones cut by PostGIS",
        scale=1.0,
        digits=2,
    )


def _frames(cursor: Any) -> tuple[Any, Any]:
    """Meters with a position and units of the default size, read from the tables as an analyst would."""
    import geopandas

    from layers.grid.units import from_wkb

    cursor.execute("SELECT ST_AsBinary(geom) FROM layers_meter WHERE geom IS NOT NULL")
    meters = geopandas.GeoDataFrame(geometry=from_wkb([row[0] for row in cursor.fetchall()]), crs=4490)
    cursor.execute("SELECT id, ST_AsBinary(geom) FROM layers_gridunit WHERE size = %s", [SIZE])
    rows = cursor.fetchall()
    units = geopandas.GeoDataFrame({"id": [r[0] for r in rows]}, geometry=from_wkb([r[1] for r in rows]), crs=4490)
    return meters, units


def placing() -> list[str]:
    """The join alone, each where its inputs lie ready: rows in the database, frames in memory."""
    import geopandas
    from django.db import connection

    with connection.cursor() as cursor:
        meters, units = _frames(cursor)
        pair = harness.Pair()
        ratio = SIZE // 100
        for _ in range(2 * TIMES):
            pair.take(
                lambda: cursor.execute(PLACING.format(what="count(u.id)"), [SIZE, ratio, ratio]),
                lambda: geopandas.sjoin(meters, units, predicate="within"),
            )
    return pair.row(f"placing {len(meters):,} meters, the join alone / geopandas.sjoin", scale=1.0, digits=2)


def placing_from_tables() -> list[str]:
    """The same inputs in the same place, and the same result: from the tables to (meter, unit) in memory."""
    import geopandas
    from django.db import connection

    found: list[int] = []
    with connection.cursor() as cursor:
        ratio = SIZE // 100

        def ours() -> None:
            cursor.execute(PLACING.format(what="m.id, u.id"), [SIZE, ratio, ratio])
            found.append(len(cursor.fetchall()))

        pair = harness.Pair()
        for _ in range(TIMES):
            pair.take(ours, lambda: geopandas.sjoin(*_frames(cursor), predicate="within"))
    return pair.row(f"placing {found[-1]:,} meters, from tables to pairs / geopandas.sjoin", scale=1.0, digits=2)


def sharing() -> list[str]:
    """Villages' records of a month shared to units: ours exact to the litre, weights known; tobler's by floats.

    tobler is no dependency of ours (it brings rasterio and statsmodels) but an extra of the benchmarks.
    """
    try:
        from tobler.area_weighted import area_interpolate
    except ImportError:
        return []
    import geopandas
    import numpy as np
    from django.db import connection
    from psycopg.sql import SQL

    from layers.grid import litres
    from layers.grid.scope import TERMS
    from layers.grid.units import from_wkb
    from layers.grid.within import Every
    from layers.recorded import all_months
    from layers.sql import load

    with connection.cursor() as cursor:
        last = all_months(cursor)[-1]
        cursor.execute(
            "SELECT ST_AsBinary(ST_Transform(b.geom, 4548)), jsonb_object_agg(k.key, k.litres) FROM ("
            " SELECT region_id, source || '-' || purpose AS key, sum(volume_l) AS litres FROM layers_usagerecord"
            " WHERE month = %s AND region_id IS NOT NULL GROUP BY 1, 2) k"
            " JOIN layers_boundary b ON b.region_id = k.region_id AND b.valid_to_id IS NULL GROUP BY b.id, b.geom",
            [last],
        )
        rows = [(blob, json.loads(litres)) for blob, litres in cursor.fetchall()]
        keys = sorted({key for row in rows for key in row[1]})
        values = {key: [float(row[1].get(key, 0)) for row in rows] for key in keys}
        places = geopandas.GeoDataFrame(values, geometry=from_wkb([row[0] for row in rows]), crs=4548)
        cursor.execute("SELECT ST_AsBinary(ST_Transform(geom, 4548)) FROM layers_gridunit WHERE size = %s", [SIZE])
        frame = geopandas.GeoDataFrame(geometry=from_wkb([row[0] for row in cursor.fetchall()]), crs=4548)
    pair, errors = harness.Pair(), []

    def ours() -> None:
        with rolled_back() as cursor:
            cursor.execute("SET LOCAL work_mem = '192MB'")
            today = Every(cursor).today
            base = SQL(load("grid_base")).format(held=SQL(""), **today.parts)
            cursor.execute(base, {**TERMS, "size": SIZE, "months": [last]})
            cursor.execute("DELETE FROM grid_base WHERE share_kind IS DISTINCT FROM %s", [TERMS["region"]])
            cursor.execute("ANALYZE grid_base")
            cursor.execute(
                "SELECT count(*) FROM (" + litres.shares_of("grid_base", today).as_string(cursor.connection) + ") s",
                {"size": SIZE},
            )

    def tobler() -> None:
        found = area_interpolate(places, frame, extensive_variables=keys, allocate_total=True)
        errors.append(max(abs(np.sum(found[key]) - np.sum(places[key])) for key in keys))

    pair.take(ours, tobler)
    what = f"sharing {sum(len(row[1]) for row in rows):,} sums of places / tobler (off by up to {max(errors):.3g} L, ours 0)"
    return pair.row(what, scale=1.0, digits=2)


def month() -> list[str]:
    """What the import of a month sets off that was not there: its sums and its grid, both held to its records.

    The months that follow the last are given its records, each another one: rows that a rollback leaves behind would be
    met again by who writes the same month.
    """
    from django.db import connection

    from layers.models import UsageRecord
    from layers.periods import Month
    from layers.recorded import all_months

    with connection.cursor() as cursor:
        last = all_months(cursor)[-1]
    columns = [field.column for field in UsageRecord._meta.local_concrete_fields if field.column not in ("id", "month")]
    copied = f"INSERT INTO layers_usagerecord (month, {', '.join(columns)}) SELECT %s, {', '.join(columns)}"
    pair, records, following = harness.Pair(), 0, Month.of(last)
    for _ in range(TIMES):
        following = following.plus(1)
        pair.reference.append(harness.timed(partial(_bare, [last])))
        with rolled_back() as cursor:
            cursor.execute(f"{copied} FROM layers_usagerecord WHERE month = %s", [following.first_day, last])
            records = cursor.rowcount
            cursor.execute("ANALYZE layers_usagerecord")  # as the import does before
            pair.ours.append(harness.timed(partial(_sum_and_assign, cursor, [following.first_day])))
    return pair.row(
        f"a month of {records:,} records that comes, summed and assigned / bare GROUP BY", scale=1.0, digits=2
    )


def everything() -> list[str]:
    """All months from nothing but the records; the database's own memory beside it."""
    from django.db import connection

    from layers.recorded import all_months

    with connection.cursor() as cursor:
        months = all_months(cursor)
        cursor.execute("SELECT count(*) FROM layers_usagerecord")
        records = cursor.fetchone()[0]
    pair = harness.Pair()
    pair.reference.append(harness.timed(partial(_bare, months)))
    with rolled_back() as cursor:
        cursor.execute("TRUNCATE layers_usagesum, layers_gridusage, layers_gridyear")
        pair.ours.append(harness.timed(partial(_sum_and_assign, cursor, months)))
        cursor.execute("SELECT pg_backend_pid()")
        peak = harness.peak_mb(cursor.fetchone()[0])
    return pair.row(
        f"all {len(months)} months, {records:,} records, summed and assigned ({peak:,} MB in the database's process)"
        " / bare GROUP BY",
        scale=1.0,
        digits=2,
    )


def _sum_and_assign(cursor: Any, months: list[Any]) -> None:
    from layers.grid import assign
    from layers.stats import rebuild

    rebuild.rebuild(cursor, months)
    assign.rebuild(cursor, months, SIZE, _show)


def _show(month: Any, done: int, of: int) -> None:
    if of > 1 and sys.stderr.isatty():
        print(f"\r{month:%Y-%m} {done}/{of}", end="", file=sys.stderr, flush=True)


def _bare(months: list[Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BARE_MONTHS, [months])
        cursor.fetchall()


def by_hand() -> list[str]:
    """A meter with a year of readings moved in the administration: found, summed and assigned; beside one month assigned."""
    from django.contrib.gis.geos import Point

    from layers.admin.journal import ChangeByHand
    from layers.grid import assign
    from layers.models import Meter
    from layers.recorded import all_months

    pair = harness.Pair()
    moved = Meter.objects.filter(geom__isnull=False).order_by("code")[:: 350_000 // TIMES][:TIMES]

    def move(meter: Meter) -> None:
        change = ChangeByHand("meter", "benchmark", "change", [meter.pk])
        meter.geom = Point(meter.geom.x + 0.02, meter.geom.y + 0.01, srid=4490)
        meter.save()
        change.settle([meter.pk])

    for meter in moved:
        with rolled_back() as cursor:
            pair.reference.append(harness.timed(lambda: assign.rebuild(cursor, all_months(cursor)[-1:], SIZE)))
        with rolled_back():
            pair.ours.append(harness.timed(partial(move, meter)))
    return pair.row("a meter moved by hand: placed, summed, assigned / assigning one month", scale=1.0, digits=2)


def explanation() -> list[str]:
    """A unit of 10,000 meters for a year, against reading its meters' records. They are moved there for the measurement."""
    from layers.periods import Month, Period
    from layers.recorded import all_months
    from layers.stats import explain

    pair = harness.Pair()
    with rolled_back() as cursor:
        year = all_months(cursor)[-12:]
        period = Period(Month.of(year[0]), Month.of(year[-1]))
        cursor.execute(
            "SELECT u.id, u.code FROM layers_gridplace p JOIN layers_gridunit u ON u.id = p.unit_id"
            " WHERE p.size = %s GROUP BY 1, 2 ORDER BY count(*) DESC, 2 LIMIT 1",
            [SIZE],
        )
        unit, code = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM layers_gridplace WHERE unit_id = %s", [unit])
        cursor.execute(
            "UPDATE layers_gridplace SET unit_id = %s WHERE id IN (SELECT id FROM layers_gridplace"
            " WHERE size = %s AND kind = 3 AND unit_id <> %s ORDER BY id LIMIT %s)",
            [unit, SIZE, unit, 10_000 - cursor.fetchone()[0]],
        )
        for _ in range(TIMES):
            pair.take(
                lambda: explain.explain_unit(code, period),
                lambda: cursor.execute(
                    "SELECT sum(u.volume_l) FROM layers_gridplace p CROSS JOIN unnest(%s::date[]) AS m (month)"
                    " JOIN layers_usagerecord u ON u.month = m.month AND u.meter_id = p.place_id"
                    " WHERE p.unit_id = %s",
                    [year, unit],
                ),
            )
    return pair.row("explaining a unit of 10,000 meters for a year / reading their records", scale=1.0, digits=3)
