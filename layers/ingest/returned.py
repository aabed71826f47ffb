"""The refused rows as a table: the columns of the file, in its order, with why each was refused and what would be right.

Corrected, it is imported as it is: the two columns are passed over (`layers.ingest.arrange`), and what only stood above the
heading, the unit and the year, is in the headings. The rows are copied out of the file by reading it once more.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.ingest.apart import opened_apart
from layers.ingest.arrange import RETURNED, hints, unreturned
from layers.ingest.checks import Mask
from layers.ingest.crs import STORED, of_file, to_stored
from layers.ingest.measures import name as unit_name
from layers.ingest.reading import open_questions
from layers.ingest.refusal import REASONS, Fault, ImportRefused
from layers.ingest.report import ImportReport
from layers.ingest.source import Source
from layers.ingest.spec import Spec, spec_for
from layers.ingest.table import Chunk, Table
from layers.ingest.units import of_heading
from layers.ingest.wide import month_columns
from layers.registry import Field
from layers.text import guarded

_WKT, _YEAR = "wkt", "年份"


def write_refused(source: Source, report: ImportReport, path: Path) -> int:
    """Write the refused rows of an import as CSV that spreadsheets open in Chinese; → how many lines.

    Positions that are not in columns stand in a column ``wkt``, as EPSG:4490 unless the sender told what they are in.
    Raises `ImportRefused` when the file can be read no more.
    """
    faults = report.refusals.by_line()
    spec = spec_for(report.target)
    count = 0
    with (
        opened_apart(source.path, source.layer, hints(spec, source)) as table,
        path.open("w", encoding="utf-8-sig", newline="") as out,
    ):
        lines = csv.writer(out)
        headings = unreturned(table.headings)
        year = _year(report) if "month" in report.columns.fields and not report.refusals.cells else None
        shown = [
            *_headings(headings, report, spec),
            *([_YEAR] if year else []),
            *([_WKT] if table.has_geometry else []),
        ]
        lines.writerow([*map(guarded, shown), *RETURNED])
        for row, cells, wkt in _rows(table, headings, sorted(faults), source):
            more = [*([str(year)] if year else []), *([wkt] if table.has_geometry else [])]
            lines.writerow([*map(guarded, [*cells, *more]), *map(guarded, _said(faults[row], spec))])
            count += 1
    return count


def _headings(headings: Sequence[str], report: ImportReport, spec: Spec) -> Iterator[str]:
    """The headings, with the unit and the year that they are read in where these stood elsewhere."""
    field_of = {heading: name for name, heading in report.columns.fields.items()}
    units = {choice.name: choice.value for choice in report.choices}
    months = {one.heading: one for one in month_columns(headings)} if report.refusals.cells else {}
    year = _year(report)
    for heading in headings:
        month = months.get(heading)
        shown = f"{year}年{heading}" if month and not month.year and year else heading
        name = field_of.get(heading) or (next(iter(report.columns.times), "") if month else "")
        field: Field | None = next((c.field for c in spec.columns if c.name == name), None)
        told = units.get(unit_name(field)) if field else None
        if field and told and name in report.columns.times and not of_heading(heading, field):
            shown = f"{shown}（{told}）"
        yield shown


def _year(report: ImportReport) -> int | None:
    """The year that months are read in; None while it waits to be confirmed: written into headings, it would be taken for said."""
    asked = any(choice.name == "year" for choice in open_questions(report.choices, report.told))
    return None if asked else report.columns.year


def _rows(
    table: Table, headings: Sequence[str], wanted: Sequence[int], source: Source
) -> Iterator[tuple[int, list[str], str]]:
    """(line, its cells, its geometry) of the wanted lines."""
    numbers = np.array(wanted, dtype=np.int64)
    for chunk in table.chunks():
        found = [*_whole(chunk, np.isin(chunk.rows, numbers), headings, table, source), *_ragged(chunk, len(headings))]
        yield from sorted(found)


def _whole(
    chunk: Chunk, mask: Mask, headings: Sequence[str], table: Table, source: Source
) -> Iterator[tuple[int, list[str], str]]:
    if mask.any():
        at = pa.array(np.flatnonzero(mask))
        columns = [chunk.columns[heading].take(at).to_pylist() for heading in headings]
        shapes = _wkt(chunk, at, table, source)
        for place, row in enumerate(chunk.rows[mask].tolist()):
            yield row, [column[place] or "" for column in columns], shapes[place]


def _ragged(chunk: Chunk, width: int) -> Iterator[tuple[int, list[str], str]]:
    """Rows of another number of cells, as they stand and in the first cell: which cell is whose only the sender knows, and
    nothing of it may be taken as it is."""
    for row, text in chunk.ragged:
        yield row, [text, *[""] * (width - 1)], ""


def _wkt(chunk: Chunk, at: pa.Array, table: Table, source: Source) -> list[str]:
    if chunk.wkb is None:
        return [""] * len(at)
    found = shapely.from_wkb(chunk.wkb.take(at).to_numpy(zero_copy_only=False), on_invalid="ignore")
    own = None if source.crs else of_file(table.crs)
    if own is not None and own.name != STORED:
        found = to_stored(found, own)
    texts: list[Any] = shapely.to_wkt(found, rounding_precision=9).tolist()
    return [text or "" for text in texts]


def _said(faults: Sequence[Fault], spec: Spec) -> tuple[str, str]:
    """Why a row was refused, and what would have been right."""
    words = {column.name: column.field.zh for column in spec.columns} | {link.name: link.zh for link in spec.links}
    whys = [f"{_where(fault, words)}{REASONS[fault.reason].zh}" for fault in faults]
    rights = [f"{_where(fault, words)}{fault.expected}" for fault in faults if fault.expected]
    return "；".join(dict.fromkeys(whys)), "；".join(dict.fromkeys(rights))


def _where(fault: Fault, words: dict[str, str]) -> str:
    named = words.get(fault.field, fault.field)
    cell = f"（{fault.column}）" if fault.column and fault.field else ""
    return f"{named}{cell}：" if named else ""


def try_refused(source: Source, report: ImportReport, path: Path) -> bool:
    """As `write_refused`, where there are any; whether it could be done."""
    if not report.refused:
        return False
    try:
        write_refused(source, report, path)
    except ImportRefused:
        path.unlink(missing_ok=True)
        return False
    return True
