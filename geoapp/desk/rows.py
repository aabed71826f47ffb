"""What a check found in single rows, kept beside the file so that a page of it is read and not all: faults, changes, positions.

A small SQLite file in the job's folder, written whole by the worker. Faults are in the order of the file, the refused before the
warned; texts stand as they stood in the file, and what would have been right in every language there is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers import languages
from layers.ingest.refusal import Expected, Fault
from layers.words import Kept, Worded

if TYPE_CHECKING:
    from layers.ingest.report import ImportReport


PAGE = 50
REFUSED, WARNED = "refused", "warned"
_TABLES = """
CREATE TABLE fault (id INTEGER PRIMARY KEY, kind TEXT, row INTEGER, field TEXT, value TEXT, reason TEXT, expected TEXT,
    cell TEXT);
CREATE TABLE change (id INTEGER PRIMARY KEY, row INTEGER, code TEXT, field TEXT, old TEXT, new TEXT);
CREATE TABLE place (lon REAL, lat REAL, row INTEGER, code TEXT, kind TEXT);
CREATE INDEX fault_of ON fault (kind, field, reason);
CREATE INDEX change_of ON change (field);
"""


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Some of the rows, from page 1; ``count`` is of all."""

    rows: list[Any]
    number: int
    count: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One value that a file changes; ``old`` and ``new`` as people read them, None for nothing."""

    row: int
    code: str
    field: str
    old: str | None
    new: str | None


def path_of(folder: Path) -> Path:
    return folder / "rows.sqlite"


def refused_files(folder: Path) -> dict[str, Path]:
    """The table of the refused rows, by the language that says why."""
    return {code: folder / f"refused.{code}.csv" for code in languages.codes()}


def write(folder: Path, report: ImportReport) -> None:
    """Keep what a report says of rows. A folder that is gone is not made again: `OSError`."""
    part = folder / "rows.part"
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{part}?mode=rwc", uri=True)) as base:
        base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
        for kind, faults in ((REFUSED, report.refusals), (WARNED, report.warnings)):
            base.executemany(
                "INSERT INTO fault (kind, row, field, value, reason, expected, cell) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (kind, f.row, f.field, f.value, f.reason, _kept(f.expected), f.column)
                    for f in faults.first(len(faults.kept))
                ),
            )
        base.executemany("INSERT INTO change (row, code, field, old, new) VALUES (?, ?, ?, ?, ?)", _changes(report))
        base.executemany(
            "INSERT INTO place VALUES (?, ?, ?, ?, ?)",
            ((one.lon, one.lat, one.row, one.code, one.kind) for one in report.places),
        )
        base.commit()
    part.replace(path_of(folder))


@lru_cache(maxsize=1_000)  # most rows have the same faults
def _kept(expected: Expected) -> str:
    return json.dumps(expected.everywhere() if isinstance(expected, Worded) else expected, ensure_ascii=False)


def _read(kept: str) -> Expected:
    """What `_kept` made; a text of the times before it is what it says."""
    try:
        found = json.loads(kept)
    except ValueError:
        return kept
    if isinstance(found, dict):
        return Kept(found)
    return found if isinstance(found, str) else kept


def clear(folder: Path) -> None:
    """Forget what an earlier check found."""
    path_of(folder).unlink(missing_ok=True)


def are_there(folder: Path) -> bool:
    """Whether anything is kept; of a check that is not done, its first problems."""
    return path_of(folder).is_file()


def _changes(report: ImportReport) -> Iterable[tuple[Any, ...]]:
    return ((one.row, one.code, one.field, one.old, one.new) for one in report.changes.first)


def faults(folder: Path, kind: str = "", field: str | None = None, reason: str = "", page: int = 1) -> RowsPage:
    """A page of (kind, `Fault`, the column of the file that it is of, where a row has several records)."""
    asked = {"kind": kind or None, "field": field, "reason": reason or None}
    found = _page(folder, "fault", "kind, cell, row, field, value, reason, expected", asked, page)
    rows = [
        (kind, Fault(row, name, value, why, _read(kept)), cell)
        for kind, cell, row, name, value, why, kept in found.rows
    ]
    return RowsPage(rows, found.number, found.count)


def fault_groups(folder: Path) -> list[tuple[str, str, str, int]]:
    """(kind, field, reason, how many), the refused first, then the most frequent."""
    query = "SELECT kind, field, reason, count(*) FROM fault GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3"
    with _opened(folder) as base:
        return list(base.execute(query)) if base else []


def changes(folder: Path, field: str | None = None, page: int = 1) -> RowsPage:
    """A page of `ChangedValue`."""
    found = _page(folder, "change", "row, code, field, old, new", {"field": field}, page)
    return RowsPage([ChangedValue(*one) for one in found.rows], found.number, found.count)


def change_groups(folder: Path) -> list[tuple[str, int]]:
    """(field, how many values of it change), the most first."""
    with _opened(folder) as base:
        return list(base.execute("SELECT field, count(*) FROM change GROUP BY 1 ORDER BY 2 DESC, 1")) if base else []


def places(folder: Path) -> list[tuple[Any, ...]]:
    """The fields of `layers.ingest.places.Place`."""
    with _opened(folder) as base:
        return list(base.execute("SELECT lon, lat, row, code, kind FROM place")) if base else []


def has_places(folder: Path) -> bool:
    with _opened(folder) as base:
        return bool(base and base.execute("SELECT EXISTS (SELECT 1 FROM place)").fetchone()[0])


def _page(folder: Path, table: str, columns: str, asked: dict[str, str | None], page: int) -> RowsPage:
    given = {name: value for name, value in asked.items() if value is not None}
    where = " AND ".join(["1", *(f"{name} = :{name}" for name in given)])  # names of ours, values bound
    with _opened(folder) as base:
        if base is None:
            return RowsPage([], 1, 0)
        count = int(base.execute(f"SELECT count(*) FROM {table} WHERE {where}", given).fetchone()[0])  # noqa: S608
        number = min(max(page, 1), max(1, -(-count // PAGE)))
        rows = base.execute(
            f"SELECT {columns} FROM {table} WHERE {where} ORDER BY id LIMIT :most OFFSET :past",  # noqa: S608
            {**given, "most": PAGE, "past": (number - 1) * PAGE},
        ).fetchall()
    return RowsPage(rows, number, count)


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """The kept rows, to be read; None where there are none."""
    path = path_of(folder)
    if not path.is_file():
        yield None
        return
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        yield base
