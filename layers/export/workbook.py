"""XLSX: a typed table with its header frozen, and a sheet that says what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import shapely
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from layers import languages
from layers.errors import BadParameter
from layers.export.base import WORKBOOK_ROWS, Options, axes, heading, headings
from layers.export.cells import text_cell
from layers.features.query import FeatureQuery
from layers.features.stream import rows
from layers.values import words


def _head(sheet: Any, titles: Iterable[str]) -> list[Any]:
    cells = []
    for title in titles:
        cell = text_cell(sheet, title)
        cell.font = Font(bold=True)
        cells.append(cell)
    return cells


@contextmanager
def _write_only() -> Iterator[Workbook]:
    """A workbook whose rows wait in temporary files; they are removed also when it is never saved."""
    book = Workbook(write_only=True)
    try:
        yield book
    except BaseException:
        for sheet in cast(list[Any], book.worksheets):
            if not sheet.closed:
                sheet.close()
            sheet._writer.cleanup()
        raise


def save(query: FeatureQuery, options: Options, path: Path) -> None:
    """`BadParameter` when there are more rows than a workbook is made of."""
    count = query.count() if query.limit is None else min(query.limit, query.count())
    if count > WORKBOOK_ROWS:
        raise BadParameter(
            f"{count:,} rows are too many for a workbook of {WORKBOOK_ROWS:,}; filter them, or take CSV.",
            param="f",
            allowed=["csv", f"xlsx of at most {WORKBOOK_ROWS:,} rows"],
        )
    with _write_only() as book:
        _table(book.create_sheet(options.title or query.layer.zh), query, options)
        _about(book.create_sheet("说明 about"), query, options)
        book.save(path)


def _table(sheet: Any, query: FeatureQuery, options: Options) -> None:
    columns = query.columns()
    placed = query.layer.geometry == "point" and query.has_geometry and options.shape != "none"
    titles = [*headings(columns, options.lang), *(axes(query, options.lang) if placed else ())]
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(titles)))}1"
    for place, title in enumerate(titles, 1):
        sheet.column_dimensions[get_column_letter(place)].width = max(12, 2 * len(title))
    sheet.append(_head(sheet, titles))
    terms_of = [words(column.vocab, options.lang) for column in columns]
    with rows(query if placed else replace(query, geometry=False)) as batches:
        for batch in batches:
            points = _points(batch) if placed else [()] * len(batch)
            for (_fid, *values), point in zip(batch, points, strict=True):
                told = [_value(sheet, value, terms) for value, terms in zip(values, terms_of, strict=False)]
                sheet.append([*told, *point])


def _points(batch: list[tuple[Any, ...]]) -> list[tuple[float | None, ...]]:
    """The coordinates of a batch's last values (WKB); none without a position."""
    found = shapely.get_coordinates(shapely.from_wkb([row[-1] for row in batch]), return_index=True)
    points: list[tuple[float | None, ...]] = [(None, None)] * len(batch)
    for place, (x, y) in zip(found[1].tolist(), found[0].tolist(), strict=True):
        points[place] = (x, y)
    return points


def _value(sheet: Any, value: Any, terms: Mapping[object, str] | None) -> Any:
    if terms is not None:
        value = terms.get(value, value)
    return text_cell(sheet, value) if isinstance(value, str) else value


def _about(sheet: Any, query: FeatureQuery, options: Options) -> None:
    for word, text in options.about.items():
        sheet.append([word, text_cell(sheet, text)])
    sheet.append([])
    sheet.append(_head(sheet, ["字段 field", *(_named(each) for each in languages.LANGUAGES)]))
    for column in query.columns():
        sheet.append([column.name, *(heading(column, code) for code in languages.codes())])


def _named(language: languages.Language) -> str:
    """The heading of the names in a language."""
    return f"{language.name}名" if language.code == languages.FIRST else language.name
