"""Litres of grid units in a period: builders of one statement each, for maps, feeds, legends and comparisons alike.

A unit of which nothing is recorded in what is asked has no row, and of a month of a year no number: that is not known, and a
recorded nought is 0. All sources and purposes are read from the kept years, anything narrower from `GridUsage`; both give the same rows.
``among`` names rows (a CTE) whose ``fid`` are the only units wanted, so that a tile reads its own units alone. Each month is told in
its own divisions; ``elsewhere`` is the edition in which all are to be told, where it is not that of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from layers import vocab
from layers.db import Query
from layers.periods import Month, Period
from layers.selection import EVERYTHING, Selection

COLUMNS = ("volume_l", "gross_l", "by_area_l")
_AREA_RULES = sorted(vocab.AREA_RULES)

_KEPT = sql.SQL(
    "SELECT unit_id, {columns} FROM layers_gridyear WHERE size = %s AND year = %s AND edition = 0 AND {present} AND {among}"
)
# A year in another edition is kept whole, for the units in which any of its months is another there.
_KEPT_ELSEWHERE = sql.SQL(
    "SELECT unit_id, {columns} FROM ("
    "SELECT DISTINCT ON (unit_id) * FROM layers_gridyear WHERE size = %s AND year = %s AND edition = ANY(%s) AND {among}"
    " ORDER BY unit_id, edition DESC) kept WHERE present <> 0 AND {present}"
)
# The rows of the sources and purposes asked for, summed by unit, or by unit and month. "IS TRUE" keeps the two lists out
# of the index condition: a unit's dozen rows of a month are read at once, and not searched for by each pair of terms.
_SELECTED = sql.SQL(
    "SELECT {by}, sum(volume_l)::bigint AS volume_l, sum(abs(volume_l))::bigint AS gross_l,"
    " sum(CASE WHEN rule = ANY(%s) THEN abs(volume_l) ELSE 0 END)::bigint AS by_area_l"
    " FROM {of} GROUP BY {by}"
)
_CHOSEN = sql.SQL(
    "size = %s AND month = ANY(%s) AND gap = 0"
    " AND (source = ANY(%s)) IS TRUE AND (purpose = ANY(%s)) IS TRUE AND {among}"
)
_OWN = sql.SQL("layers_gridusage{joined} WHERE {chosen}")
# Row by row with what is different there: a size without its sign is of what is left.
_ELSEWHERE = sql.SQL(
    "(SELECT unit_id, month, source, purpose, rule, sum(volume_l) AS volume_l FROM ("
    "SELECT unit_id, month, source, purpose, rule, volume_l, records FROM layers_gridusage WHERE {chosen} UNION ALL"
    " SELECT unit_id, month, source, purpose, rule, volume_l, records FROM layers_griddifference"
    " WHERE edition_id = %s AND {chosen}) both_"
    " GROUP BY unit_id, month, source, purpose, rule HAVING sum(records) <> 0) rows"
)


@dataclass(frozen=True, slots=True)
class Months:
    """Months one by one: the statement, and the columns it gives besides ``unit_id``."""

    query: Query
    names: tuple[str, ...]


def cell_litres(
    size: int, period: Period, selection: Selection, *, among: str | None = None, elsewhere: int | None = None
) -> Query:
    """(unit_id, volume_l, gross_l, by_area_l), a row a unit with any record of the selection in the period.

    ``gross_l`` is what the rows are without their sign, ``by_area_l`` the part of it that is there by area alone.
    """
    if selection != EVERYTHING:
        return _selected(size, period.months, selection, among, ("unit_id",), elsewhere)
    years = [_kept_sum(size, year, period, among, elsewhere) for year in _years(period)]
    if len(years) == 1:
        return years[0]
    summed = sql.SQL(", ").join(sql.SQL("sum({0})::bigint AS {0}").format(sql.Identifier(name)) for name in COLUMNS)
    parts = sql.SQL(" UNION ALL ").join([year.composed for year in years])
    return Query(
        sql.SQL("SELECT unit_id, {} FROM ({}) parts GROUP BY unit_id").format(summed, parts),
        [value for year in years for value in year.params],
    )


def cell_months(
    size: int, period: Period, selection: Selection, *, among: str | None = None, elsewhere: int | None = None
) -> Months:
    """The twelve months of each calendar year that the period touches, packed into two texts and a sum a year.

    ``litres_2019`` is twelve numbers joined by commas, with nothing between two of them for a month without any record;
    ``by_area_2019`` the percentage of each month that came by area, or one number where it is the same in all of them;
    ``sum_2019`` the litres of the year, which a map of 60,000 cells need not add up from texts. Whoever shows months one after
    another asks once a year.
    """
    names: list[str] = []
    params: list[object] = []
    joined: list[sql.Composable] = []
    for year in _years(period):
        found = cell_year(size, year, selection, among=among, elsewhere=elsewhere)
        of_year = packed_names(year)
        names += of_year
        params += found.params
        litres, by_area, summed, alias = (sql.Identifier(name) for name in (*of_year, f"packed_{year}"))
        joined.append(_PACKED.format(litres, by_area, summed, found.composed, alias))
    join = sql.SQL(" FULL JOIN {} USING (unit_id) ")
    body = joined[0]
    for other in joined[1:]:
        body = body + join.format(other)
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    return Months(Query(sql.SQL("SELECT unit_id, {} FROM {}").format(columns, body), params), tuple(names))


def packed_names(year: int) -> tuple[str, str, str]:
    """What `cell_months` calls a year's litres by month, its shares by area and its sum."""
    return f"litres_{year}", f"by_area_{year}", f"sum_{year}"


# Most cells know all of their water by area or all by position: one number instead of twelve.
_PACKED = sql.SQL(
    """(
    SELECT unit_id, array_to_string(volume_l, ',', '') AS {},
           CASE WHEN 0 = ALL(by_area_l) THEN '0' WHEN by_area_l = gross_l THEN '100' ELSE (
               SELECT string_agg(COALESCE(round(100.0 * part / NULLIF(whole, 0)), 0)::text, ',' ORDER BY nth)
               FROM unnest(by_area_l, gross_l) WITH ORDINALITY AS m (part, whole, nth)
           ) END AS {},
           (SELECT sum(litres)::bigint FROM unnest(volume_l) AS litres) AS {}
    FROM ({}) kept
    ) {}"""
)


def _years(period: Period) -> range:
    return range(period.first.year, period.last.year + 1)


def _among(name: str | None) -> sql.Composable:
    return sql.SQL("unit_id IN (SELECT fid FROM {})").format(sql.Identifier(name)) if name else sql.SQL("TRUE")


def _kept_sum(size: int, year: int, period: Period, among: str | None, elsewhere: int | None) -> Query:
    """The months of a period that lie in a year; those without any record are 0 in what is kept, and add nothing."""
    numbers = [month.month for month in period.months if month.year == year]
    columns = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(
            sql.SQL(" + ").join(sql.SQL("{}[{}]").format(sql.Identifier(name), sql.Literal(nth)) for nth in numbers),
            sql.Identifier(name),
        )
        for name in COLUMNS
    )
    return _kept(size, year, columns, _any_of(numbers), among, elsewhere)


def _kept(
    size: int, year: int, columns: sql.Composable, present: sql.Composable, among: str | None, elsewhere: int | None
) -> Query:
    """Of each unit of a kept year what ``columns`` say, where ``present`` holds."""
    if elsewhere is None:
        return Query(_KEPT.format(columns=columns, present=present, among=_among(among)), [size, year])
    text = _KEPT_ELSEWHERE.format(columns=columns, present=present, among=_among(among))
    return Query(text, [size, year, [0, elsewhere]])


def _any_of(numbers: Sequence[int]) -> sql.Composable:
    """Whether anything is recorded in any of these months of a kept year."""
    bits = sum(1 << (nth - 1) for nth in numbers)
    return sql.SQL("TRUE") if len(numbers) == 12 else sql.SQL("present & {} <> 0").format(sql.Literal(bits))


# Most units have a record in every month: their year is as it is kept.
_KNOWN = sql.SQL("CASE WHEN present = 4095 THEN volume_l ELSE ARRAY[{}] END AS volume_l, gross_l, by_area_l").format(
    sql.SQL(", ").join(
        sql.SQL("CASE WHEN {} THEN volume_l[{}] END").format(_any_of([nth]), sql.Literal(nth)) for nth in range(1, 13)
    )
)


def cell_year(
    size: int, year: int, selection: Selection, *, among: str | None = None, elsewhere: int | None = None
) -> Query:
    """(unit_id, volume_l, gross_l, by_area_l) of a year as arrays of twelve, January first.

    ``volume_l`` is null in a month without any record.
    """
    if selection == EVERYTHING:
        return _kept(size, year, _KNOWN, sql.SQL("TRUE"), among, elsewhere)
    months = [Month(year, nth) for nth in range(1, 13)]
    found = _selected(size, months, selection, among, ("unit_id", "month"), elsewhere)
    arrays = sql.SQL(", ").join(
        sql.SQL("ARRAY[{}] AS {}").format(
            sql.SQL(", ").join(
                sql.SQL(text).format(sql.Identifier(name), sql.Literal(month.first_day)) for month in months
            ),
            sql.Identifier(name),
        )
        for name, text in zip(COLUMNS, (_OF_MONTH, _OR_NOUGHT, _OR_NOUGHT), strict=True)
    )
    return Query(
        sql.SQL("SELECT unit_id, {} FROM ({}) months GROUP BY unit_id").format(arrays, found.composed), found.params
    )


_OF_MONTH = "max({}) FILTER (WHERE month = {})"
_OR_NOUGHT = f"COALESCE({_OF_MONTH}, 0)"


def cell_terms(
    size: int, months: Sequence[Month], selection: Selection, *, among: str, elsewhere: int | None = None
) -> Query:
    """(month, source, purpose, volume_l, gross_l, by_area_l) of all units together that ``among`` names: what they hold by what it
    was taken from and used for. A row a month, source and purpose with any record.
    """
    return _selected(size, months, selection, among, _TERMS, elsewhere)


def township_terms(size: int, months: Sequence[Month], *, elsewhere: int | None = None) -> Query:
    """(township's id, month, source, purpose, volume_l, gross_l, by_area_l): the same of all units of each township."""
    return _selected(size, months, EVERYTHING, None, ("region_id", *_TERMS), elsewhere, _OF_TOWNSHIP)


_TERMS = ("month", "source", "purpose")
_OF_TOWNSHIP = " JOIN (SELECT id AS unit_id, region_id FROM layers_gridunit) units USING (unit_id)"


def _selected(
    size: int, months: Sequence[Month], selection: Selection, among: str | None, by: tuple[str, ...],
    elsewhere: int | None, joined: str = "",
) -> Query:  # fmt: skip
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in by)
    chosen = _CHOSEN.format(among=_among(among))
    params = [size, [month.first_day for month in months], sorted(selection.sources), sorted(selection.purposes)]
    if elsewhere is None:
        return Query(
            _SELECTED.format(by=columns, of=_OWN.format(chosen=chosen, joined=sql.SQL(joined))), [_AREA_RULES, *params]
        )
    of = _ELSEWHERE.format(chosen=chosen) + sql.SQL(joined)
    return Query(_SELECTED.format(by=columns, of=of), [_AREA_RULES, *params, elsewhere, *params])


def month_balance(size: int, months: Sequence[Month], selection: Selection, *, elsewhere: int | None = None) -> Query:
    """(month, gap, volume_l, gross_l, by_area_l): what is in cells (gap 0) and what is in none, a row a month and reason."""
    gaps = _in_none(size, months, selection, elsewhere)
    if selection != EVERYTHING:
        cells = _selected(size, months, selection, None, ("month",), elsewhere)
        text = sql.SQL("SELECT month, 0::smallint, volume_l, gross_l, by_area_l FROM ({}) cells").format(cells.composed)
        return _union(Query(text, cells.params), gaps)
    # Each of the twelve summed in its place: taken apart into rows, a year would be twelve times as many.
    sums = sql.SQL(", ").join(
        sql.SQL("ARRAY[{}]").format(
            sql.SQL(", ").join(sql.SQL("sum({}[{}])::bigint").format(sql.Identifier(name), nth) for nth in range(1, 13))
        )
        for name in COLUMNS
    )
    kept = Query(
        sql.SQL(
            "SELECT make_date(year, nth::integer, 1), 0::smallint, v, g, a"
            " FROM (SELECT year, bit_or(present), {sums} FROM {of} GROUP BY year)"
            " AS y (year, present, v_l, g_l, a_l), unnest(v_l, g_l, a_l) WITH ORDINALITY AS m (v, g, a, nth)"
            " WHERE make_date(year, nth::integer, 1) = ANY(%s) AND present & (1 << (nth::integer - 1)) <> 0"
        ).format(sums=sums, of=_YEARS if elsewhere is None else _YEARS_ELSEWHERE),
        [
            size, sorted({month.year for month in months}), [0, elsewhere or 0], [month.first_day for month in months]
        ],
    )  # fmt: skip
    return _union(kept, gaps)


_YEARS = sql.SQL("layers_gridyear WHERE size = %s AND year = ANY(%s) AND edition = ANY(%s)")
_YEARS_ELSEWHERE = sql.SQL(
    "(SELECT DISTINCT ON (year, unit_id) * FROM {} ORDER BY year, unit_id, edition DESC) kept"
).format(_YEARS)


def _in_none(size: int, months: Sequence[Month], selection: Selection, elsewhere: int | None) -> Query:
    """What is in no cell, with the reason; nobody asks of it by which rule."""
    params: list[object] = [
        size, [month.first_day for month in months], sorted(selection.sources), sorted(selection.purposes)
    ]  # fmt: skip
    parts = [_NONE.format(sql.SQL("layers_gridusage WHERE TRUE"))]
    if elsewhere is not None:
        parts.append(_NONE.format(sql.SQL("layers_griddifference WHERE edition_id = %s")))
        params = [*params, elsewhere, *params]
    text = sql.SQL(
        "SELECT month, gap, sum(volume_l)::bigint, NULL::bigint, NULL::bigint FROM ({}) none_"
        " GROUP BY month, gap HAVING sum(records) <> 0"
    )
    return Query(text.format(sql.SQL(" UNION ALL ").join(parts)), params)


_NONE = sql.SQL(
    "SELECT month, gap, volume_l, records FROM {} AND size = %s AND month = ANY(%s) AND source = ANY(%s) AND purpose = ANY(%s)"
    " AND gap > 0 AND unit_id = 0"
)


def _union(first: Query, second: Query) -> Query:
    return Query(first.composed + sql.SQL(" UNION ALL ") + second.composed, [*first.params, *second.params])
