"""Loading the city by the import against a bare COPY of the same rows into the same table, file by file.

In a scratch database. The reference table is a twin of the real one: its columns, checks, indexes and foreign keys, filled
alike up to that file. The rows are copied as text from a file, as psql's \\copy would; nothing is read from GeoPackage or
CSV, checked, resolved or placed. A second reference is a twin without indexes and constraints.
"""

from __future__ import annotations

import logging
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks import harness

TITLE = "Load: the import against a bare COPY of the same rows into the same table"
NAME = "shuitu_bench_load"
MONTHS = int(os.environ.get("BENCH_MONTHS", "12"))
HEAD = [
    "file", "rows", "import s", "rows/s", "of it sums s", "COPY s", "ratio without sums", "COPY, no indexes s",
]  # fmt: skip


def measure() -> str:
    harness.django_setup()
    logging.getLogger("pyogrio").setLevel(logging.WARNING)
    from django.db import connection

    from data import demo

    with scratch_database(), tempfile.TemporaryDirectory() as folder:
        lines = []
        with connection.cursor() as cursor:
            twins = {name: Twin(cursor, tables_of(name)) for name in dict.fromkeys(s.name for s in demo.datasets(1))}
        for step in demo.datasets(MONTHS):
            lines.append(one_file(step, twins[step.name], Path(folder)))
            print(" | ".join(lines[-1][1]), flush=True)
    text = harness.table(HEAD, [cells for _, cells in lines])
    usage = [found for found, _ in lines if found["name"] == "usage"]
    seconds = sum(found["import"] - found["sums"] for found in usage)
    rows = sum(found["rows"] for found in usage)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    copied = sum(found["copy"] for found in usage)
    return (
        f"{text}\n\nUsage records, {len(usage)} months: {rows:,} rows, {rows / seconds:,.0f} rows/s without sums, "
        f"{rows / copied:,.0f} rows/s by bare COPY, ratio {seconds / copied:.2f}. "
        f"Peak memory of the process, making the files included: {peak:,.0f} MB."
    )


def one_file(step: Any, twin: Twin, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Import one file and copy what it brought; → the figures and the table's line."""
    from django.db import connection

    from layers.ingest.run import Source, run

    path = step.write(folder)
    report = run(step.name, Source(path), commit=True, actor="benchmark")
    path.unlink()
    with connection.cursor() as cursor:
        rows = folder / "rows"
        copied, bare = twin.fill(cursor, rows)
    sums = report.steps.get("sums", 0.0)
    ratio = (report.seconds - sums) / copied
    cells = [
        step.label, f"{report.read:,}", f"{report.seconds:.1f}", f"{report.rows_per_second:,}", f"{sums:.1f}",
        f"{copied:.1f}", f"{ratio:.1f}", f"{bare:.1f}",
    ]  # fmt: skip
    found = {"name": step.name, "rows": report.read, "import": report.seconds, "sums": sums, "copy": copied}
    return found, cells


@contextmanager
def scratch_database() -> Iterator[None]:
    """Django on an empty database with the schema, gone afterwards."""
    from django.core.management import call_command
    from django.db import connection

    # Without FORCE, which an autovacuum worker of the superuser's would fail; a plain DROP sends such workers away.
    real = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
        cursor.execute(f"CREATE DATABASE {NAME}")
    connection.settings_dict["NAME"] = NAME
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = real
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")


def tables_of(dataset: str) -> list[str]:
    """The tables that a file of the dataset fills: its own, its links', and what it brings along."""
    from django.apps import apps

    from layers import registry

    model = apps.get_model(registry.dataset(dataset).model)
    beside = {"region": ["layers_region"], "permit": ["layers_abstractionholder"]}.get(dataset, [])
    links = [f.remote_field.through._meta.db_table for f in model._meta.many_to_many]
    return [*beside, model._meta.db_table, *links]


class Twin:
    """Twins of tables, with and without what makes writing slow."""

    def __init__(self, cursor: Any, tables: list[str]) -> None:
        self.tables = tables
        self.filled = dict.fromkeys(tables, 0)
        for table in tables:
            cursor.execute(f"CREATE TABLE {table}_twin (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"CREATE TABLE {table}_bare (LIKE {table} INCLUDING GENERATED)")
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
                [table],
            )
            for (definition,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table}_twin ADD {definition}")

    def fill(self, cursor: Any, path: Path) -> tuple[float, float]:
        """Copy the rows that came since the last call; → seconds of the twins with and without indexes."""
        whole = bare = 0.0
        for table in self.tables:
            cursor.execute(
                "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                [table],
            )
            columns = cursor.fetchone()[0]
            with (
                path.open("wb") as file,
                cursor.copy(
                    f"COPY (SELECT {columns} FROM {table} WHERE id > {self.filled[table]} ORDER BY id) TO STDOUT"
                ) as copy,
            ):
                for block in copy:
                    file.write(block)
            cursor.execute(f"SELECT COALESCE(max(id), 0) FROM {table}")
            self.filled[table] = cursor.fetchone()[0]
            for kind in ("twin", "bare"):
                seconds = harness.timed(
                    lambda k=kind, t=table, c=columns: _copy_in(cursor, path, f"COPY {t}_{k} ({c}) FROM STDIN")
                )
                whole, bare = (whole + seconds, bare) if kind == "twin" else (whole, bare + seconds)
        return whole, bare


def _copy_in(cursor: Any, path: Path, statement: str) -> None:
    with path.open("rb") as file, cursor.copy(statement) as copy:
        while block := file.read(1 << 20):
            copy.write(block)
