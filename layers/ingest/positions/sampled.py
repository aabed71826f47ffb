"""Rows of a file whose positions are looked at to know how they are read, and what the database knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.ingest.checks import Judge
from layers.ingest.columns import ColumnMap
from layers.ingest.positions import known, texts
from layers.ingest.positions.bounds import Extent
from layers.ingest.positions.evidence import Codes, Floats, Seen, shift_of
from layers.ingest.positions.readings import Reading
from layers.ingest.positions.texts import Numbers
from layers.ingest.refusal import Verdicts
from layers.ingest.spec import Spec
from layers.ingest.table import Chunk

SAMPLE = 1_000  # rows whose divisions are looked up
STILL_DEG = 5e-5  # about five metres

Cursor = Any


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of the file: their line, their numbers, codes, and the divisions they name."""

    lines: NDArray[np.int64]
    numbers: Numbers
    codes: list[str | None]
    declared: Codes

    def take(self, at: NDArray[np.int64]) -> Rows:
        numbers = Numbers(self.numbers.x[at], self.numbers.y[at], self.numbers.written[at])
        return Rows(self.lines[at], numbers, [self.codes[i] for i in at], self.declared[at])


class Sample:
    """The rows that are looked at, and what is known of them whichever way they are read."""

    def __init__(self, cursor: Cursor, spec: Spec, rows: Rows, city: Extent | None) -> None:
        self._cursor = cursor
        # Divisions tell of points; an outline lies in many.
        self.placed = city is not None and spec.geometry == "point"
        at, self._lon, self._lat = known.standing(cursor, spec, rows.codes)
        self._known = rows.take(at)
        self._known_rows = at
        every = np.arange(len(rows.codes))
        self._at = every if len(every) <= SAMPLE else np.linspace(0, len(every) - 1, SAMPLE).astype(np.int64)
        self._rows = rows.take(self._at)

    def seen(self, reading: Reading) -> Seen:
        lon, lat = reading.placed(self._known.numbers)
        settled = np.zeros(len(self._at), dtype=bool)
        with np.errstate(invalid="ignore"):
            still = np.maximum(np.abs(lon - self._lon), np.abs(lat - self._lat)) < STILL_DEG
        settled[np.isin(self._at, self._known_rows[still])] = True
        found = (
            known.found(self._cursor, *reading.placed(self._rows.numbers))
            if self.placed else np.full(len(self._at), "", dtype="U12")
        )  # fmt: skip
        return Seen(reading.name, found, self._rows.declared, shift_of(lon, lat, self._lon, self._lat), settled)


def rows_of(spec: Spec, columns: ColumnMap, chunks: Sequence[Chunk]) -> Rows:
    """The rows of some chunks that have a position, whole: what is refused is refused when it is read."""
    found = [_of_chunk(spec, columns, chunk) for chunk in chunks if len(chunk)]
    if not found:
        nothing = Numbers(np.empty(0), np.empty(0), np.empty(0, dtype=bool))
        return Rows(np.empty(0, dtype=np.int64), nothing, [], np.empty(0, dtype="U12"))
    numbers = Numbers(
        np.concatenate([one.numbers.x for one in found]), np.concatenate([one.numbers.y for one in found]),
        np.concatenate([one.numbers.written for one in found]),
    )  # fmt: skip
    codes = [code for one in found for code in one.codes]
    lines = np.concatenate([one.lines for one in found])
    rows = Rows(lines, numbers, codes, np.concatenate([one.declared for one in found]))
    return rows.take(np.flatnonzero(numbers.there))


def _of_chunk(spec: Spec, columns: ColumnMap, chunk: Chunk) -> Rows:
    if texts.is_positions(columns.geometry):
        numbers = texts.read(chunk, columns.geometry, Judge(chunk.rows, Verdicts()))
    else:
        numbers = _middles(chunk, columns)
    return Rows(chunk.rows, numbers, _texts(chunk, columns, "code").to_pylist(), _declared(spec, columns, chunk))


def _middles(chunk: Chunk, columns: ColumnMap) -> Numbers:
    """The centre of each shape's box, which of a point is the point."""
    if "wkt" in columns.geometry:
        cells = chunk.columns[columns.geometry["wkt"]].to_numpy(zero_copy_only=False)
        shapes = shapely.from_wkt(cells, on_invalid="ignore")
    elif chunk.wkb is not None:
        shapes = shapely.from_wkb(chunk.wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    else:
        shapes = np.full(len(chunk), None, dtype=object)
    box: Floats = shapely.bounds(shapes)
    return Numbers((box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2, np.zeros(len(chunk), dtype=bool))


def _texts(chunk: Chunk, columns: ColumnMap, name: str) -> pa.Array:
    heading = columns.fields.get(name)
    return chunk.columns[heading] if heading else pa.nulls(len(chunk), pa.string())


def _declared(spec: Spec, columns: ColumnMap, chunk: Chunk) -> Codes:
    """The code of the division that each row names, "" where it names none."""
    name = next((column.name for column in spec.columns if column.target == "declared_region_id"), "")
    found = _texts(chunk, columns, name).fill_null("").to_numpy(zero_copy_only=False)
    codes = found.astype("U12")
    return np.where(np.strings.isdigit(codes), codes, "")  # a name is no code
