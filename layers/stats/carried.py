"""The usage that a layer's features carry in a period: one hook that tile, feature feed and statistics ask alike.

A layer declares where its usage is kept (`registry.UsageOf`); what is kept how is told here, once. `carried` gives the
figures as a join to rows of features, so that a tile of a thousand cells reads a thousand cells' litres.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from django.db.models import F, QuerySet
from psycopg import sql

from layers.db import Query, rows
from layers.grid.figures import cell_litres, cell_months, packed_names
from layers.periods import Month, Period
from layers.registry import Field, Layer, UsageOf
from layers.selection import EVERYTHING, Selection
from layers.stats import measures
from layers.stats.divisions import Divisions, divisions, last_month
from layers.stats.like import pair
from layers.stats.measures import days_in
from layers.stats.population import KINDS, counted_of_level, last_day
from layers.stats.provisional import marks
from layers.stats.query import available_months, totals_of
from layers.words import Words


@dataclass(frozen=True, slots=True)
class Asked:
    """Which usage is asked for; ``versus`` compares with a second period, ``monthly`` gives the months one by one."""

    period: Period
    selection: Selection = EVERYTHING
    prefixes: tuple[str, ...] = ()  # of the regions asked for; more may be read
    versus: Period | None = None
    monthly: bool = False
    boundaries: str = ""  # the divisions that the figures speak in

    # Those divisions, from whoever looks them up anyway.
    find: Callable[[], Divisions] | None = field(default=None, compare=False, repr=False)

    @property
    def within(self) -> Divisions:
        return self.find() if self.find else divisions(self.boundaries, last_month(self.period, available_months()))


@dataclass(frozen=True, slots=True)
class Carried:
    """Usage as a join to rows ``f`` (fid, f_code, f_area_m2), one row each, and the columns it gives. No names clash.

    A row of which nothing is recorded joins nothing: its columns are null, and absent from a tile.
    """

    join: sql.Composable
    columns: tuple[tuple[str, sql.Composable], ...]
    params: tuple[object, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    @property
    def selected(self) -> sql.Composable:
        """The columns as a select list goes on: with a comma before each."""
        return sql.SQL("").join(sql.SQL(", {} AS {}").format(text, sql.Identifier(name)) for name, text in self.columns)


NOTHING = Carried(sql.SQL(""), (), ())

Column = tuple[str, sql.Composable]

_VOLUME: tuple[Column, ...] = (
    ("volume_l", sql.SQL("u.volume_l")),
    ("m3_per_km2", sql.SQL("u.volume_l * 1000.0 / NULLIF(f.f_area_m2, 0)")),
)
# Of regions alone, as cells have no counts of their own: those that the period divides by, and what is had by it.
_PEOPLE: tuple[Column, ...] = (
    ("residents", sql.SQL("p.residents")),
    ("residents_day", sql.SQL("p.residents_day::text")),
    ("l_per_resident_day", sql.SQL("u.volume_l::double precision / NULLIF(p.residents * p.days, 0)")),
    ("households", sql.SQL("p.households")),
    ("households_day", sql.SQL("p.households_day::text")),
    ("m3_per_household_month", sql.SQL("u.volume_l / 1000.0::double precision / NULLIF(p.households * p.months, 0)")),
)


def _compared(now: str) -> tuple[Column, ...]:
    """The words of the statistics: what was used before, how much more it is now, and in relation. ``now`` is the join that
    has the months compared; of nothing, or of less than nothing, there is no share, and of what is not known nothing."""
    difference = sql.SQL("{now}.volume_l - v.volume_l").format(now=sql.Identifier(now))
    return (
        ("previous_l", sql.SQL("v.volume_l")),
        ("difference_l", difference),
        ("change", sql.SQL("CASE WHEN v.volume_l > 0 THEN ({})::double precision / v.volume_l END").format(difference)),
    )


_UNLIKE: tuple[Column, ...] = (
    ("previous_l", sql.SQL("NULL::bigint")),
    ("difference_l", sql.SQL("NULL::bigint")),
    ("change", sql.SQL("NULL::double precision")),
)
# Of what is in the cell, the part that is there by area alone: nobody knows where it was used more exactly.
_SHARE: Column = ("share_by_area", sql.SQL("u.by_area_l::double precision / NULLIF(u.gross_l, 0)"))


_FINAL: Column = ("provisional", sql.SQL("NULL::text"))
_PROVISIONAL: Column = ("provisional", sql.SQL("CASE WHEN u.volume_l IS NOT NULL THEN o.months END"))


def _of_region(level: int, asked: Asked) -> Carried:
    within = asked.within

    def litres(period: Period, name: str) -> tuple[sql.Composable, tuple[object, ...]]:
        found = totals_of(level, [period], asked.selection, asked.prefixes, within)
        text = sql.SQL(
            "LEFT JOIN ({}) {name} (code, parent_code, gap, volume_l) ON {name}.code = f.f_code AND {name}.gap = 0"
        )
        return text.format(found.composed, name=sql.Identifier(name)), tuple(found.params)

    found = _with_versus(asked, litres, (*_VOLUME, *_PEOPLE))
    people, params = _people(level, asked.period, within)
    found = replace(found, join=found.join + sql.SQL(" ") + people, params=found.params + params)
    return _marked(found, asked, within, sql.SQL("f.f_code"))


def _marked(found: Carried, asked: Asked, within: Divisions, code: sql.Composable) -> Carried:
    """The same with which of its months are provisional, by the code of the division that a row is of or in."""
    months = [*asked.period.months, *(asked.versus.months if asked.versus else ())]
    marked = marks(within).within(months)
    if not marked.every:
        return replace(found, columns=(*found.columns, _FINAL))
    join, params = marked.column(code)
    return replace(
        found,
        join=found.join + sql.SQL(" ") + join,
        columns=(*found.columns, _PROVISIONAL),
        params=found.params + params,
    )


def _people(level: int, period: Period, within: Divisions) -> tuple[sql.Composable, tuple[object, ...]]:
    """A join of the counts of a level's regions, found by the one rule there is for them (`layers.stats.population`)."""
    known = counted_of_level(within, level, last_day(period))
    present = [month for month in available_months() if period.first <= month <= period.last] if known else []
    columns = [
        [getattr(count, name) if (count := getattr(people, kind)) else None for _, people in known]
        for kind in KINDS
        for name in ("number", "day")
    ]
    return sql.SQL(
        "LEFT JOIN (SELECT c.*, {days}::bigint AS days, {months}::bigint AS months FROM"
        " unnest(%s::text[], %s::bigint[], %s::date[], %s::bigint[], %s::date[])"
        " AS c (code, residents, residents_day, households, households_day)) p ON p.code = f.f_code"
    ).format(days=days_in(present), months=len(present)), ([code for code, _ in known], *columns)


def _of_cell(size: int, asked: Asked) -> Carried:
    within = asked.within
    if asked.monthly:
        years = Period(Month(asked.period.first.year, 1), Month(asked.period.last.year, 12))
        elsewhere = within.elsewhere(years.months)
        months = cell_months(size, asked.period, asked.selection, among="f", elsewhere=elsewhere)
        join, params = _joined(months.query, "m")
        return Carried(join, tuple((name, sql.Identifier("m", name)) for name in months.names), params)

    def litres(period: Period, name: str) -> tuple[sql.Composable, tuple[object, ...]]:
        elsewhere = within.elsewhere(period.months)
        return _joined(cell_litres(size, period, asked.selection, among="f", elsewhere=elsewhere), name)

    # The code of a cell ends with that of its township.
    return _marked(_with_versus(asked, litres, (*_VOLUME, _SHARE)), asked, within, sql.SQL("right(f.f_code, 9)"))


def _joined(found: Query, name: str) -> tuple[sql.Composable, tuple[object, ...]]:
    """A join by the features' own id."""
    join = sql.SQL("LEFT JOIN ({}) {name} ON {name}.unit_id = f.fid").format(found.composed, name=sql.Identifier(name))
    return join, tuple(found.params)


Litres = Callable[[Period, str], tuple[sql.Composable, tuple[object, ...]]]


def _with_versus(asked: Asked, litres: Litres, columns: tuple[Column, ...]) -> Carried:
    join, params = litres(asked.period, "u")
    if asked.versus is None:
        return Carried(join, columns, params)
    like = pair(asked.period, asked.versus, available_months())
    if like is None:
        return Carried(join, columns + _UNLIKE, params)
    now = "u" if like.period == asked.period else "w"
    joins = [(like.versus, "v")] if now == "u" else [(like.versus, "v"), (like.period, now)]
    for period, name in joins:
        second, more = litres(period, name)
        join, params = join + sql.SQL(" ") + second, params + more
    return Carried(join, columns + _compared(now), params)


_KEPT: Mapping[str, Callable[[int, Asked], Carried]] = MappingProxyType({"region": _of_region, "grid": _of_cell})


def carried(usage: UsageOf, asked: Asked) -> Carried:
    """The usage of features in a period and selection."""
    return _KEPT[usage.kept](usage.at, asked)


_WORDS = {
    "volume_l": Field("volume_l", "用水量(升)", "Volume used (litres)", "integer", unit="L"),
    "residents": Field("residents", "常住人口", "Residents", "integer", unit="persons"),
    "residents_day": Field("residents_day", "常住人口截至日期", "Residents counted on"),
    "households": Field("households", "户数", "Households", "integer", unit="households"),
    "households_day": Field("households_day", "户数截至日期", "Households counted on"),
    **{
        measure.field: Field(measure.field, measure.zh, measure.en, "number", unit=measure.shown)
        for measure in measures.DIVIDED
    },
    "provisional": Field("provisional", "暂定月份", "Provisional months"),
    "share_by_area": Field("share_by_area", "按面积分配的比例", "Share assigned by area", "number"),
    "previous_l": Field("previous_l", "对比期用水量(升)", "Volume compared with (litres)", "integer", unit="L"),
    "difference_l": Field("difference_l", "增减(升)", "Difference (litres)", "integer", unit="L"),
    "change": Field("change", "增减比例", "Change", "number"),
}
_FIRST = {
    "region": tuple(name for name, _ in (*_VOLUME, *_PEOPLE)),
    "grid": tuple(name for name, _ in (*_VOLUME, _SHARE)),
}


def fields_of(usage: UsageOf, asked: Asked) -> tuple[Field, ...]:
    """What `carried` adds to each feature, in its order, without asking anything."""
    if asked.monthly:
        return tuple(
            field for year in range(asked.period.first.year, asked.period.last.year + 1) for field in _of_year(year)
        )
    names = _FIRST[usage.kept] + (tuple(name for name, _ in _UNLIKE) if asked.versus else ()) + (_PROVISIONAL[0],)
    return tuple(_WORDS[name] for name in names)


def _of_year(year: int) -> tuple[Field, ...]:
    litres, by_area, summed = packed_names(year)
    by_month = Words("{year} 年逐月用水量(升)", "Litres by month of {year}", year=year)
    shares = Words("{year} 年逐月按面积分配(%)", "Per cent by area by month of {year}", year=year)
    whole = Words("{year} 年用水量(升)", "Litres of {year}", year=year)
    return (
        Field(litres, by_month.zh, by_month.en),
        Field(by_area, shares.zh, shares.en),
        Field(summed, whole.zh, whole.en, "integer", unit="L"),
    )


def figures_of(layer: Layer, features: QuerySet[Any], asked: Asked) -> dict[int, dict[str, Any]]:
    """The usage of some features of a layer, by their id."""
    assert layer.usage is not None
    code, area = (next(f.orm_path for f in layer.fields if f.name == name) for name in ("code", "area_m2"))
    inner = (
        features.order_by()
        .annotate(fid=F("pk"), f_code=F(code), f_area_m2=F(area))
        .values("fid", "f_code", "f_area_m2")
    )
    text, params = inner.query.sql_with_params()
    usage = carried(layer.usage, asked)
    found = rows(
        Query(
            sql.SQL("WITH f AS ({}) SELECT f.fid{} FROM f {}").format(sql.SQL(text), usage.selected, usage.join),
            (*params, *usage.params),
        )
    )
    return {row[0]: dict(zip(usage.names, row[1:], strict=True)) for row in found}
