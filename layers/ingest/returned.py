"""The refused rows as a table: the columns of the file, in its order, with why each was refused and what would be right.

Corrected, it is imported as it is: the two columns are passed over (`layers.ingest.arrange`), and what only stood above the
heading, the unit and the year, is in the headings. The rows are copied out of the file by reading it once more, whichever
languages it is written in.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.ingest.apart import opened_apart
from layers.ingest.arrange import YEAR, hints, returned_headings, unreturned
from layers.ingest.checks import Mask
from layers.ingest.crs import STORED, of_file, to_stored
from layers.ingest.measures import name as unit_name
from layers.ingest.reading import open_questions
from layers.ingest.refusal import REASONS, Expected, Fault, ImportRefused
from layers.ingest.report import ImportReport
from layers.ingest.source import Source
from layers.ingest.spec import Spec, spec_for
from layers.ingest.table import Chunk, Table
from layers.ingest.units import of_heading
from layers.ingest.wide import month_columns
from layers.registry import Field
from layers.text import guarded
from layers.words import COLON, SEMICOLON, Worded, Words, in_language

_WKT = "wkt"


def write_refused(source: Source, report: ImportReport, paths: Mapping[str, Path]) -> int:
    """Write the refused rows of an import as CSV that spreadsheets open in Chinese, by language; → how many lines.

    Positions that are not in columns stand in a column ``wkt``, as EPSG:4490 unless the sender told what they are in.
    Raises `ImportRefused` when the file can be read no more.
    """
    faults = report.refusals.by_line()
    spec = spec_for(report.target)
    count = 0
    with ExitStack() as stack:
        table = stack.enter_context(opened_apart(source.path, source.layer, hints(spec, source)))
        headings = unreturned(table.headings)
        year = report.columns.year if "month" in report.columns.fields and not report.refusals.cells else None
        written = []
        for lang, path in paths.items():
            lines = csv.writer(stack.enter_context(path.open("w", encoding="utf-8-sig", newline="")))
            shown = [
                *_headings(headings, report, spec, lang),
                *([YEAR.in_(lang)] if year else []),
                *([_WKT] if table.has_geometry else []),
            ]
            lines.writerow([*map(guarded, shown), *returned_headings(lang)])
            written.append((lines, _Sayer(spec, lang)))
        for row, cells, wkt in _rows(table, headings, sorted(faults), source):
            more = [*([str(year)] if year else []), *([wkt] if table.has_geometry else [])]
            stands = list(map(guarded, [*cells, *more]))
            for lines, sayer in written:
                lines.writerow([*stands, *map(guarded, sayer.said(faults[row]))])
            count += 1
    return count


def _headings(headings: Sequence[str], report: ImportReport, spec: Spec, lang: str) -> Iterator[str]:
    """The headings, with the unit and the year that they are read in where these stood elsewhere."""
    field_of = {heading: name for name, heading in report.columns.fields.items()}
    units = {choice.name: choice.value for choice in report.choices}
    months = {one.heading: one for one in month_columns(headings)} if report.refusals.cells else {}
    year = _year(report)
    for heading in headings:
        month = months.get(heading)
        shown = _dated(heading, year) if month and not month.year and year else heading
        name = field_of.get(heading) or (next(iter(report.columns.times), "") if month else "")
        field: Field | None = next((c.field for c in spec.columns if c.name == name), None)
        told = units.get(unit_name(field)) if field else None
        if field and told and name in report.columns.times and not of_heading(heading, field):
            shown = Words("{heading}（{unit}）", "{heading} ({unit})", heading=shown, unit=told).in_(lang)
        yield shown


def _dated(heading: str, year: int) -> str:
    """The heading of a month with its year, as `layers.ingest.wide` reads it."""
    return f"{year}年{heading}" if "月" in heading else f"{heading} {year}"


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


class _Sayer:
    """Why rows were refused, and what would have been right, in a language. Many rows are refused for the same."""

    def __init__(self, spec: Spec, lang: str) -> None:
        self._lang = lang
        self._words: dict[str, Worded] = {column.name: column.field for column in spec.columns}
        self._words |= {link.name: link for link in spec.links}
        self._one = lru_cache(maxsize=10_000)(self._say)

    def said(self, faults: Sequence[Fault]) -> tuple[str, str]:
        """(reasons, what would be right) of a row."""
        found = [self._one(fault.field, fault.column, fault.reason, fault.expected) for fault in faults]
        between = SEMICOLON.in_(self._lang)
        whys = between.join(dict.fromkeys(why for why, _ in found))
        return whys, between.join(dict.fromkeys(right for _, right in found if right))

    def _say(self, field: str, column: str, reason: str, expected: Expected) -> tuple[str, str]:
        named = str(in_language(self._words.get(field, field), self._lang))
        if column and field:
            named = Words("{field}（{column}）", "{field} ({column})", field=named, column=column).in_(self._lang)
        where = named + COLON.in_(self._lang) if named else ""
        right = f"{where}{in_language(expected, self._lang)}" if expected else ""
        return where + REASONS[reason].in_(self._lang), right


def try_refused(source: Source, report: ImportReport, paths: Mapping[str, Path]) -> bool:
    """As `write_refused`, where there are any; whether it could be done."""
    if not report.refused:
        return False
    try:
        write_refused(source, report, paths)
    except ImportRefused:
        for path in paths.values():
            path.unlink(missing_ok=True)
        return False
    return True
