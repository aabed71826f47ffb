"""Questions to the sums: builders return `Query` values, and every figure anywhere comes from these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from layers import vocab
from layers.db import Query, rows
from layers.periods import Month, Period, signed_months
from layers.stats.selection import Selection, Signed


class Total(NamedTuple):
    """Litres of one region in a period, or (``gap`` > 0) of what has none at that level, under ``parent_code``."""

    code: str
    parent_code: str
    gap: int
    volume_l: int


def under(prefixes: Sequence[str]) -> tuple[str, list[str]]:
    """A condition that keeps the rows in the given regions, those that stand above their level included."""
    if not prefixes:
        return "TRUE", []
    patterns = [f"{prefix}%" for prefix in prefixes]  # prefixes are digits, checked against the region index
    return "(code LIKE ANY(%s) OR (gap > 0 AND parent_code LIKE ANY(%s)))", [patterns, patterns]  # type: ignore[list-item]


def _selected(sources: Signed, purposes: Signed) -> tuple[str, list[object]]:
    """A join that keeps the selected sums, with ``s.sign * p.sign`` as their weight."""
    text = (
        " JOIN unnest(%s::int[], %s::int[]) AS s (sel, sign) ON source_sel = s.sel"
        " JOIN unnest(%s::int[], %s::int[]) AS p (sel, sign) ON purpose_sel = p.sel"
    )
    params: list[object] = []
    for signed in (sources, purposes):
        params += [[sel for sel, _ in signed], [sign for _, sign in signed]]
    return text, params


def totals_query(
    level: int, singles: Sequence[date], signed: Sequence[tuple[date, int]], selection: Selection,
    prefixes: Sequence[str] = (),
) -> Query:  # fmt: skip
    """Litres by region of a level. Grain of the answer: (code, parent_code, gap). Reads one covering index."""
    inside, inside_params = under(prefixes)
    join, join_params = _selected(selection.source_sels, selection.purpose_sels)
    parts: list[str] = []
    params: list[object] = []
    for column, months in (("volume_l", [(month, 1) for month in singles]), ("ytd_l", signed)):
        if months:
            parts.append(
                f"SELECT code, parent_code, gap, {column} * s.sign * p.sign * m.sign FROM layers_usagesum{join}"
                " JOIN unnest(%s::date[], %s::int[]) AS m (month, sign) ON layers_usagesum.month = m.month"
                f" WHERE level = %s AND {inside}"
            )
            params += [
                *join_params,
                [month for month, _ in months],
                [sign for _, sign in months],
                level,
                *inside_params,
            ]
    source = " UNION ALL ".join(parts) or "SELECT ''::text, ''::text, 0, 0::bigint WHERE FALSE"
    text = f"SELECT code, parent_code, gap, sum(volume_l)::bigint FROM ({source}) AS part (code, parent_code, gap, volume_l)"
    return Query(text + " GROUP BY 1, 2, 3", params)


def totals_of(level: int, period: Period, selection: Selection, prefixes: Sequence[str] = ()) -> Query:
    """`totals_query` for a period: of the months of it that there are."""
    return totals_query(level, *signed_months(period, available_months()), selection, prefixes)


def totals(level: int, period: Period, selection: Selection, prefixes: Sequence[str] = ()) -> list[Total]:
    """Litres by region of a level in a period."""
    return [Total._make(row) for row in rows(totals_of(level, period, selection, prefixes))]


def series_query(level: int, period: Period, selection: Selection, prefixes: Sequence[str] = ()) -> Query:
    """Litres by region and month. Grain: (code, gap, month)."""
    inside, inside_params = under(prefixes)
    join, join_params = _selected(selection.source_sels, selection.purpose_sels)
    return Query(
        f"SELECT code, gap, month, sum(volume_l * s.sign * p.sign)::bigint FROM layers_usagesum{join}"
        f" WHERE level = %s AND month = ANY(%s) AND {inside} GROUP BY code, gap, month",
        [*join_params, level, [month.first_day for month in period.months], *inside_params],
    )


def one_region_query(level: int, code: str, period: Period, selection: Selection, by: str) -> Query:
    """Litres of one region by month and by each source (or purpose), whatever is selected of that one."""
    every = {"source": vocab.SOURCE, "purpose": vocab.PURPOSE}[by]
    singles = [(term.id, 1) for term in every]
    join, join_params = _selected(
        singles if by == "source" else selection.source_sels, singles if by == "purpose" else selection.purpose_sels
    )
    return Query(
        f"SELECT {by}_sel, month, sum(volume_l * s.sign * p.sign)::bigint FROM layers_usagesum{join}"
        " WHERE level = %s AND month = ANY(%s) AND code = %s GROUP BY 1, 2",
        [*join_params, level, [month.first_day for month in period.months], code],
    )


def available_months() -> list[Month]:
    """The months that have usage, in order."""
    return [
        Month.of(row[0])
        for row in rows(
            Query(
                "SELECT DISTINCT month FROM layers_usagesum"
                " WHERE level = 1 AND source_sel = 0 AND purpose_sel = 0 ORDER BY 1"
            )
        )
    ]
