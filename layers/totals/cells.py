"""Totals of a drawn shape: the cells of the grid whose middle lies in it, each whole, and what that cannot know.

The middle of a unit lies in one of two shapes that share a line and never in both, so that the totals of neighbours add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.gis.db.models.functions import Intersection
from django.db.models import Sum
from psycopg import sql

from layers import filters, vocab
from layers.area import DrawnShape
from layers.db import Query, rows
from layers.functions import PlaneArea
from layers.grid.figures import cell_litres, cell_terms, month_balance
from layers.kept.memory import Memory
from layers.models import Boundary, GridBuild
from layers.periods import Month, Period
from layers.registry import LAYERS
from layers.sql import load
from layers.stats import query
from layers.stats.absence import added, share
from layers.stats.like import Pair
from layers.totals import townships
from layers.totals.asked import AreaPart, AskedTotals, CityBalance, Cut, Figures, Terms, summed
from layers.versions import ALL_DATASETS, as_of
from layers.words import Words

FINE_KM2 = 40  # up to here the finest grid that is made: four thousand cells of 100 m
WIDE_KM2 = 1500  # from here on townships that lie in it whole are read whole: six thousand cells of 500 m
USUAL = 500  # metres, where that is made
RULE = Words(
    "按 {size} 米网格计：网格的中心点落在范围内，整格计入；否则整格不计。",
    "Counted by cells of {size} m: a cell whose middle lies in the area counts whole, any other not at all.",
)
NO_GRID = Words(
    "还没有生成网格，画出的范围没有水量，只有对象数；管理员可运行 {command} 生成网格。",
    "No grid was made yet: a drawn area has objects and no litres. The administrator makes one by {command}.",
)

_balances: Memory[CityBalance] = Memory(64)


@dataclass(frozen=True, slots=True)
class _Unit:
    id: int
    region: str
    is_cut: bool
    is_in: bool


def grid_size(drawn: DrawnShape) -> int | None:
    """The size of cells that a shape is counted by: the finest there is for a small one, else the usual; None without any."""
    made = sorted(GridBuild.objects.values_list("size", flat=True))
    if not made:
        return None
    if drawn.km2 <= FINE_KM2:
        return made[0]
    return USUAL if USUAL in made else made[-1]


def figures(asked: AskedTotals, drawn: DrawnShape) -> Figures:
    """Reads the units of the shape, their litres by source and purpose, and by unit. Works without a grid: then nothing is known."""
    size = grid_size(drawn)
    if size is None:
        return _unknown(asked, drawn)
    whole = townships.inside(asked, drawn, size) if drawn.km2 >= WIDE_KM2 else townships.NONE
    units = [_Unit(*row) for row in rows(_units(asked, drawn, size, list(whole.litres)))]
    counted = [unit.id for unit in units if unit.is_in]
    elsewhere = asked.within.elsewhere(asked.months)
    found = rows(_among(counted, cell_terms(size, asked.months, asked.selection, among="f", elsewhere=elsewhere)))
    terms = [*(Terms(Month.of(day), *row) for day, *row in found), *whole.terms]
    own = Period(asked.months[0], asked.months[-1])
    by_unit = _by_unit(asked, size, [unit.id for unit in units], own)
    in_region = dict(whole.litres)
    for unit in units:
        if unit.is_in:
            in_region[unit.region] = added([in_region.get(unit.region), by_unit.get(unit.id)])

    def over(period: Period) -> int | None:
        litres = by_unit if period == own else _by_unit(asked, size, counted, period)
        return added(
            [*(litres.get(unit) for unit in counted), *townships.litres(asked, size, list(whole.litres), period)]
        )

    def both(pair: Pair) -> tuple[int | None, int | None]:
        return over(pair.period), over(pair.versus)

    cut = [unit for unit in units if unit.is_cut]
    return Figures(
        sources=_by_source(terms),
        purposes=summed((each.purpose, each.volume_l) for each in terms),
        compared={name: both(pair) if pair else (None, None) for name, pair in asked.pairs.items()},
        parts=tuple(AreaPart(code, litres) for code, litres in sorted(in_region.items())),
        balance=_balance(asked, size),
        km2=_km2_in_city(asked, drawn),
        rule=RULE.of(size=size),
        size=size,
        units=len(counted) + whole.units,
        by_area=share(added(each.by_area_l for each in terms), added(each.gross_l for each in terms)),
        cut=Cut(
            len(cut),
            sum(by_unit.get(unit.id, 0) for unit in cut if unit.is_in),
            sum(by_unit.get(unit.id, 0) for unit in cut if not unit.is_in),
        ),
    )


def _km2_in_city(asked: AskedTotals, drawn: DrawnShape) -> float:
    """Of a shape what lies in the city, measured as its regions are: no water is told of the land around it, nor shared out to it."""
    city = Boundary.objects.filter(region__level=vocab.CITY, geom__intersects=drawn.geometry)
    found = filters.outlined(city, asked.within).aggregate(m2=Sum(PlaneArea(Intersection("geom", drawn.geometry))))
    return float(found["m2"] or 0) / 1e6


def _by_source(terms: Sequence[Terms]) -> dict[tuple[int, Month], int]:
    found: dict[tuple[int, Month], int] = {}
    for each in terms:
        found[each.source, each.month] = found.get((each.source, each.month), 0) + each.volume_l
    return found


def _unknown(asked: AskedTotals, drawn: DrawnShape) -> Figures:
    found = query.totals(vocab.CITY, asked.question.period, asked.selection, [], asked.within)
    command = next(layer.made_by for layer in LAYERS if layer.made_by)
    return Figures(
        sources={}, purposes={}, compared=dict.fromkeys(asked.pairs, (None, None)), parts=(),
        balance=CityBalance(added(t.volume_l for t in found), None, None, None), km2=_km2_in_city(asked, drawn),
        rule=NO_GRID.of(command=command), known=False,
    )  # fmt: skip


def _units(asked: AskedTotals, drawn: DrawnShape, size: int, whole: list[str]) -> Query:
    text = sql.SQL(load("area_units")).format(held=asked.within.cells.held("u"))
    return Query(text, {"shape": drawn.geometry.hexewkb.decode(), "size": size, "whole": whole})


def _among(units: Sequence[int], found: Query) -> Query:
    """A statement over some units, which its parts call ``f``."""
    text = sql.SQL("WITH f AS MATERIALIZED (SELECT unnest(%s::bigint[]) AS fid) {}").format(found.composed)
    return Query(text, [list(units), *found.params])


def _by_unit(asked: AskedTotals, size: int, units: Sequence[int], period: Period) -> dict[int, int]:
    """Litres of the units in a period."""
    elsewhere = asked.within.elsewhere(period.months)
    found = rows(_among(units, cell_litres(size, period, asked.selection, among="f", elsewhere=elsewhere)))
    return {unit: litres for unit, litres, *_ in found}


def _balance(asked: AskedTotals, size: int) -> CityBalance:
    """The whole grid's, kept by version: every shape of a period has the same."""
    key = (size, str(asked.question.period), asked.selection, asked.within.edition.id)
    return _balances.get_or_make(as_of(ALL_DATASETS).of_data, key, lambda: _read_balance(asked, size))


def _read_balance(asked: AskedTotals, size: int) -> CityBalance:
    litres: dict[str, int | None] = {"placed": None, "unassigned": None, "outside": None}
    names = {vocab.GRID_ASSIGNED: "placed", vocab.GRID_OUTSIDE: "outside"}
    elsewhere = asked.within.elsewhere(asked.months)
    for _, gap, volume, *_ in rows(month_balance(size, asked.months, asked.selection, elsewhere=elsewhere)):
        name = names.get(gap, "unassigned")
        litres[name] = added([litres[name], volume])
    recorded = query.totals(vocab.CITY, asked.question.period, asked.selection, [], asked.within)
    return CityBalance(added(t.volume_l for t in recorded), litres["placed"], litres["unassigned"], litres["outside"])
