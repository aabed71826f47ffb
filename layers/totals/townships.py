"""Whole townships of the grid: what a wide shape has most of its cells in, read once for all shapes of a period.

A unit is a part of a township, and so is the point in its middle: of a township that lies in a shape whole, all units count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from psycopg import sql

from layers import vocab
from layers.area import DrawnShape
from layers.db import Query, rows
from layers.filters import FeatureFilter
from layers.grid.figures import cell_litres, township_terms
from layers.kept.memory import Memory
from layers.periods import Period
from layers.registry import LEVEL_LAYERS
from layers.totals.asked import AskedTotals, Terms
from layers.versions import ALL_DATASETS, as_of


@dataclass(frozen=True, slots=True)
class Whole:
    """The townships that lie in a shape, and what their units hold of a selection."""

    units: int
    terms: tuple[Terms, ...]
    litres: Mapping[str, int | None]  # of each township, by code


@dataclass(frozen=True, slots=True)
class _Every:
    """All townships of a size in some months: how many units each has, and a row (nth township, nth month, source, purpose,
    litres, gross, by area) of whole numbers each."""

    units: Mapping[str, int]
    rows: np.ndarray


NONE = Whole(0, (), {})
_kept: Memory[_Every] = Memory(6)  # of a year in a city of 350 townships some 5 MB each
_litres: Memory[Mapping[str, int]] = Memory(24)
_UNITS = sql.SQL(
    "SELECT r.id, r.code, count(*) FROM layers_gridunit u JOIN layers_region r ON r.id = u.region_id"
    " WHERE u.size = %s AND {held} GROUP BY r.id, r.code"
)
_SUMMED = sql.SQL(
    "SELECT r.code, sum(c.volume_l)::bigint FROM ({litres}) c JOIN layers_gridunit u ON u.id = c.unit_id"
    " JOIN layers_region r ON r.id = u.region_id GROUP BY r.code"
)


def inside(asked: AskedTotals, drawn: DrawnShape, size: int) -> Whole:
    """The townships that lie in a shape whole, with what is selected of theirs."""
    wanted = FeatureFilter(area=drawn, period=asked.question.period, boundaries=asked.question.boundaries)
    found = wanted.apply(LEVEL_LAYERS[vocab.TOWNSHIP]).filter(geom__coveredby=drawn.geometry)
    codes = sorted(found.values_list("region__code", flat=True))
    if not codes:
        return NONE
    key = (size, asked.months, asked.within.edition.id)
    every = _kept.get_or_make(as_of(ALL_DATASETS).of_data, key, lambda: _read(asked, size))
    return _of(asked, every, [code for code in codes if code in every.units])


def _of(asked: AskedTotals, every: _Every, codes: Sequence[str]) -> Whole:
    nth = {code: at for at, code in enumerate(every.units)}
    kept = every.rows
    for column, chosen in (
        (0, [nth[code] for code in codes]),
        (2, sorted(asked.selection.sources)),
        (3, sorted(asked.selection.purposes)),
    ):
        kept = kept[np.isin(kept[:, column], chosen)]
    terms = [
        Terms(asked.months[month], source, purpose, *litres)
        for (month, source, purpose), litres in _summed(kept, (1, 2, 3))
    ]
    by_township = {code: litres[0] for (code,), litres in _summed(kept, (0,))}
    return Whole(
        sum(every.units[code] for code in codes), tuple(terms), {code: by_township.get(nth[code]) for code in codes}
    )


def _summed(kept: np.ndarray, by: tuple[int, ...]) -> list[tuple[list[int], list[int]]]:
    """(values of the columns ``by``, sums of the three columns of litres), a row each combination there is."""
    keys, which = np.unique(kept[:, by], axis=0, return_inverse=True)
    sums = np.zeros((len(keys), 3), dtype=np.int64)
    np.add.at(sums, which.ravel(), kept[:, 4:])
    return list(zip(keys.tolist(), sums.tolist(), strict=True))


def _read(asked: AskedTotals, size: int) -> _Every:
    """One walk over the cells of the months."""
    units, nth = {}, {}
    for at, (region, code, count) in enumerate(rows(Query(_UNITS.format(held=asked.within.cells.held("u")), [size]))):
        units[code], nth[region] = count, at
    months = {month.first_day: at for at, month in enumerate(asked.months)}
    elsewhere = asked.within.elsewhere(asked.months)
    found = [
        (nth[region], months[day], *row)
        for region, day, *row in rows(township_terms(size, asked.months, elsewhere=elsewhere))
        if region in nth
    ]
    return _Every(units, np.array(found, dtype=np.int64).reshape(-1, 7))


def litres(asked: AskedTotals, size: int, codes: Sequence[str], period: Period) -> list[int]:
    """What the units of some townships hold of the selection in another period; those of which nothing is recorded are left out."""
    if not codes:
        return []
    key = (size, str(period), asked.selection, asked.within.edition.id)
    every = _litres.get_or_make(as_of(ALL_DATASETS).of_data, key, lambda: _sum(asked, size, period))
    return [every[code] for code in codes if code in every]


def _sum(asked: AskedTotals, size: int, period: Period) -> Mapping[str, int]:
    found = cell_litres(size, period, asked.selection, elsewhere=asked.within.elsewhere(period.months))
    return dict(rows(Query(_SUMMED.format(litres=found.composed), found.params)))
