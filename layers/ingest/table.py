"""What every reader gives: headings, and chunks of rows as text with their row numbers. Values are judged later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.ingest.reading import Choice
from layers.words import Worded


@dataclass(slots=True)
class Chunk:
    """Some rows of a file.

    ``rows``: int64[n], the line in the spreadsheet (heading = 1) or the feature's number from 1. ``columns``: heading
    → string array [n], trimmed, null where empty. ``wkb``: binary array [n] in the file's CRS, or None for a table.
    ``ragged``: rows that have another number of cells than the heading, as (row, text).
    """

    rows: NDArray[np.int64]
    columns: dict[str, pa.Array]
    wkb: pa.Array | None = None
    ragged: list[tuple[int, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: headings and a way to read it through once, chunk by chunk."""

    format: str
    headings: tuple[str, ...]
    chunks: Callable[[], Iterator[Chunk]]
    has_geometry: bool = False
    crs: str | None = None  # as the file says it: authority code or WKT
    notes: Sequence[Worded] = ()  # what the reader assumed
    choices: Sequence[Choice] = ()  # what the reader decided
    above: Sequence[str] = ()  # what stands above the heading, a text a cell: titles, who filled it in, units


def cell_text(value: object) -> str | None:
    """One cell of a workbook as it is meant: whole numbers without a point, dates as ISO, nothing as None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip() or None


def float_text(value: float) -> str | None:
    """Fifteen significant digits, as spreadsheets show them: 110101.0 → "110101", 0.1 + 0.2 → "0.3"."""
    if value != value:  # NaN is how formats without nulls say "empty"
        return None
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def text_array(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A typed Arrow column → string array, trimmed, null where empty; lists become words joined by ``;``."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    kind = values.type
    if pa.types.is_dictionary(kind):
        return text_array(values.dictionary_decode())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.array([_joined(item) for item in values.to_pylist()], pa.string())
    if pa.types.is_floating(kind):
        return pa.array([None if v is None else float_text(v) for v in values.to_pylist()], pa.string())
    if pa.types.is_temporal(kind) or pa.types.is_boolean(kind):
        return pa.array([cell_text(v) for v in values.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_nested(kind):
        return pa.nulls(len(values), pa.string())
    return trimmed(values.cast(pa.string()))


def trimmed(texts: pa.Array) -> pa.Array:
    """Without white space at the ends (the ideographic space too); null where nothing is left."""
    texts = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _joined(item: Any) -> str | None:
    words = [text for text in (cell_text(value) for value in item or ()) if text]
    return ";".join(words) or None


def without_empty_rows(chunk: Chunk) -> Chunk:
    """Drop rows in which nothing is written: a spreadsheet's blank lines are no data and no fault."""
    if chunk.wkb is not None or not chunk.columns:
        return chunk
    filled = np.zeros(len(chunk), dtype=bool)
    for column in chunk.columns.values():
        filled |= column.is_valid().to_numpy(zero_copy_only=False)
        if filled.all():
            return chunk
    keep = pa.array(filled)
    return Chunk(chunk.rows[filled], {k: v.filter(keep) for k, v in chunk.columns.items()}, None, chunk.ragged)
