"""Questions to the sums: builders return `Query` values, and every figure anywhere comes from these."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from psycopg import sql

from layers import vocab
from layers.db import Query, rows
from layers.periods import Month, Period, signed_months
from layers.selection import EVERYTHING, Selection, Signed
from layers.sql import load
from layers.stats.divisions import Divisions
from layers.stats.like import Pair


class Total(NamedTuple):
    """Litres of one region in a period, or (``gap`` > 0) of what has none at that level, under ``parent_code``.

    None where nothing is recorded: that is not known, and a recorded nought is 0.
    """

    code: str
    parent_code: str
    gap: int
    volume_l: int | None
    previous_l: int | None = None  # in the period compared with, where one was asked
    like_l: int | None = None  # in those of its own months that are compared with it


def under(prefixes: Sequence[str]) -> tuple[str, list[str]]:
    """A condition that keeps the rows in the given regions, those that stand above their level included."""
    if not prefixes:
        return "TRUE", []
    patterns = [f"{prefix}%" for prefix in prefixes]  # prefixes are digits, checked against the region index
    return "(code LIKE ANY(%s) OR (gap > 0 AND parent_code LIKE ANY(%s)))", [patterns, patterns]  # type: ignore[list-item]


def _cells(sources: Signed, purposes: Signed, months: Mapping[date, Sequence[int]]) -> list[tuple[Any, ...]]:
    """Which ranges of the cube to read: (source_sel, purpose_sel, month, weight, ...), the weights those of the month."""
    return [
        (source, purpose, month, *(one * other * weight for weight in weights))
        for (source, one), (purpose, other), (month, weights) in itertools.product(sources, purposes, months.items())
    ]


def _reading(cells: Sequence[tuple[Any, ...]], weights: Sequence[str]) -> tuple[str, list[list[Any]]]:
    """A FROM of the sums joined to the ranges to read: one pass for any signs, so that no other join multiplies rows."""
    types = ["int", "int", "date", *("int" for _ in weights)]
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    text = (
        f" FROM unnest({arrays}) AS cell (source_sel, purpose_sel, month, {', '.join(weights)})"
        " JOIN layers_usagesum USING (source_sel, purpose_sel, month)"
    )
    return text, [list(column) for column in zip(*cells, strict=True)] or [[] for _ in types]


def totals_of(
    level: int, periods: Sequence[Period], selection: Selection, prefixes: Sequence[str], within: Divisions
) -> Query:
    """Litres by region of a level, a column for each period: of the months of it that there are, in these divisions.

    Grain of the answer: (code, parent_code, gap), those with any record in any of the periods; NULL in a period without.
    Records are counted as litres are summed, with the same signs. Reads one covering index, what the periods share once.
    """
    available = available_months()
    names = [f"in_{place}" for place in range(len(periods))]
    inside, inside_params = under(prefixes)
    months: dict[str, dict[date, list[int]]] = {"volume_l": {}, "ytd_l": {}}
    for place, period in enumerate(periods):
        singles, signed = signed_months(period, available)
        for column, chosen in (("volume_l", [(month, 1) for month in singles]), ("ytd_l", signed)):
            for month, sign in chosen:
                months[column].setdefault(month, [0] * len(periods))[place] += sign
    parts: list[str] = []
    params: list[object] = []
    for (column, weights), counted in zip(months.items(), ("records", "ytd_records"), strict=True):
        reading, arrays = _reading(_cells(selection.source_sels, selection.purpose_sels, weights), names)
        parts.append(
            f"SELECT code, parent_code, gap, {column}, {counted}, {', '.join(names)}{reading}"
            f" WHERE level = %s AND edition = ANY(%s) AND {inside}"
        )
        params += [*arrays, level, list(within.sums), *inside_params]
    present = [f"sum(n * {name}) > 0" for name in names]
    sums = ", ".join(
        f"CASE WHEN {known} THEN sum(litres * {name})::bigint END" for name, known in zip(names, present, strict=True)
    )
    return Query(
        f"SELECT code, parent_code, gap, {sums} FROM ({' UNION ALL '.join(parts)})"
        f" AS part (code, parent_code, gap, litres, n, {', '.join(names)}) GROUP BY 1, 2, 3 HAVING {' OR '.join(present)}",
        params,
    )


def totals(
    level: int,
    period: Period,
    selection: Selection,
    prefixes: Sequence[str],
    within: Divisions,
    other: Pair | None = None,
) -> list[Total]:
    """Litres by region of a level in a period, and in the months of both that are compared, in the same divisions."""
    if other is None:
        return list(itertools.starmap(Total, rows(totals_of(level, [period], selection, prefixes, within))))
    found = rows(totals_of(level, [period, other.versus, other.period], selection, prefixes, within))
    return list(itertools.starmap(Total, found))


# Whether anything at all is recorded of what is summed: a sum of nothing is not known, and no nought.
_PRESENT = "sum(records * sign) > 0"


def _by_month(sources: Signed, purposes: Signed, period: Period) -> tuple[str, list[list[Any]]]:
    return _reading(_cells(sources, purposes, {month.first_day: (1,) for month in period.months}), ["sign"])


def series_query(level: int, period: Period, selection: Selection, prefixes: Sequence[str], within: Divisions) -> Query:
    """Litres by region and month. Grain: (code, gap, month), those with any record."""
    inside, inside_params = under(prefixes)
    reading, arrays = _by_month(selection.source_sels, selection.purpose_sels, period)
    return Query(
        f"SELECT code, gap, month, sum(volume_l * sign)::bigint{reading}"
        f" WHERE level = %s AND edition = ANY(%s) AND {inside} GROUP BY code, gap, month HAVING {_PRESENT}",
        [*arrays, level, list(within.sums), *inside_params],
    )


def one_region_query(level: int, code: str, period: Period, selection: Selection, by: str, within: Divisions) -> Query:
    """Litres of one region by month and by each source (or purpose), whatever is selected of that one; of any record."""
    every = {"source": vocab.SOURCE, "purpose": vocab.PURPOSE}[by]
    singles = [(term.id, 1) for term in every]
    reading, arrays = _by_month(
        singles if by == "source" else selection.source_sels,
        singles if by == "purpose" else selection.purpose_sels,
        period,
    )
    return Query(
        f"SELECT {by}_sel, month, sum(volume_l * sign)::bigint{reading}"
        f" WHERE level = %s AND edition = ANY(%s) AND code = %s GROUP BY 1, 2 HAVING {_PRESENT}",
        [*arrays, level, list(within.sums), code],
    )


def crossed_query(
    level: int, period: Period, by: Literal["source", "purpose"], prefixes: Sequence[str], within: Divisions
) -> Query:
    """Litres of a level's regions, and of what has none there, in a period by each source (or purpose) with all of the other.

    Grain: (code, gap, source or purpose), those with any record.
    """
    terms = [(term.id, 1) for term in {"source": vocab.SOURCE, "purpose": vocab.PURPOSE}[by]]
    sources = terms if by == "source" else EVERYTHING.source_sels
    purposes = terms if by == "purpose" else EVERYTHING.purpose_sels
    singles, signed = signed_months(period, available_months())
    inside, inside_params = under(prefixes)
    parts: list[str] = []
    params: list[object] = []
    for litres, counted, months in (
        ("volume_l", "records", [(month, 1) for month in singles]),
        ("ytd_l", "ytd_records", signed),
    ):
        reading, arrays = _reading(_cells(sources, purposes, {month: (sign,) for month, sign in months}), ["sign"])
        parts.append(
            f"SELECT code, gap, {by}_sel, {litres} * sign, {counted} * sign{reading}"
            f" WHERE level = %s AND edition = ANY(%s) AND {inside}"
        )
        params += [*arrays, level, list(within.sums), *inside_params]
    return Query(
        f"SELECT code, gap, term, sum(litres)::bigint FROM ({' UNION ALL '.join(parts)})"
        " AS part (code, gap, term, litres, n) GROUP BY 1, 2, 3 HAVING sum(n) > 0",
        params,
    )


def regions_query(
    codes: Mapping[int, Sequence[str]],
    months: Sequence[Month],
    selection: Selection,
    by: Literal["source", "purpose"],
    within: Divisions,
) -> Query:
    """Litres of several regions (by level) in each of some months, by each source (or purpose) of the selection.

    Grain: (code, source or purpose, month), those with any record.
    """
    terms = sorted(selection.sources if by == "source" else selection.purposes)
    singles: Signed = [(term, 1) for term in terms]
    cells = _cells(
        singles if by == "source" else selection.source_sels,
        singles if by == "purpose" else selection.purpose_sels,
        {month.first_day: (1,) for month in months},
    )
    reading, arrays = _reading(cells, ["sign"])
    found = " UNION ALL ".join(
        f"SELECT code, {by}_sel AS term, month, volume_l * sign AS litres, records * sign AS n{reading}"
        " WHERE level = %s AND edition = ANY(%s) AND gap = 0 AND code = ANY(%s)"
        for _ in codes
    )
    params = [each for level, of_level in codes.items() for each in (*arrays, level, list(within.sums), list(of_level))]
    return Query(
        f"SELECT code, term, month, sum(litres)::bigint FROM ({found}) parts GROUP BY 1, 2, 3 HAVING sum(n) > 0", params
    )


def newest_months(level: int, codes: Sequence[str]) -> dict[str, Month]:
    """The last month of which anything is recorded in each of some regions of a level; those without any are left out."""
    found = rows(
        Query(
            "SELECT code, max(month) FROM layers_usagesum WHERE level = %s AND gap = 0 AND records > 0 AND code = ANY(%s) GROUP BY 1",
            [level, list(codes)],
        )
    )
    return {code: Month(month.year, month.month) for code, month in found}


def available_months() -> list[Month]:
    """The months that have usage, in order."""
    found = rows(Query(sql.SQL(load("months")).format(table=sql.Identifier("layers_usagesum"))))
    return [Month.of(row[0]) for row in found]
