"""What totals are asked of, and the figures that they are told from, whichever way they were counted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from layers.area import Area
from layers.periods import Month, Period
from layers.selection import EVERYTHING, Selection
from layers.stats.absence import added
from layers.stats.divisions import Divisions
from layers.stats.like import Pair
from layers.words import Words


@dataclass(frozen=True, slots=True)
class AreaQuestion:
    """An area and the usage that is asked of it; all of it parsed and known to be well formed."""

    area: Area
    period: Period
    selection: Selection = EVERYTHING
    boundaries: str = ""


@dataclass(frozen=True, slots=True)
class AskedTotals:
    """The same with what was looked up for it: the months there are, in which divisions, and what they are compared with."""

    question: AreaQuestion
    within: Divisions
    months: tuple[Month, ...]  # of the period, those with data
    pairs: Mapping[str, Pair | None]  # "previous" and "year"; None where there is nothing like it

    @property
    def selection(self) -> Selection:
        return self.question.selection

    @property
    def every_month(self) -> list[Month]:
        """Of the period and of all that it is compared with, each once, in order."""
        periods = [each for pair in self.pairs.values() if pair for each in (pair.period, pair.versus)]
        return sorted({*self.months, *(month for period in periods for month in period.months)})


@dataclass(frozen=True, slots=True)
class AreaPart:
    """A region with what of it is in the area. ``volume_l`` is None where nothing is recorded."""

    code: str
    volume_l: int | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What some cells hold in a month, by what it was taken from and used for: as it is, without its sign, and what of that came
    by area alone."""

    month: Month
    source: int
    purpose: int
    volume_l: int
    gross_l: int
    by_area_l: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Units of the grid that the line of an area goes through, and the litres in those that are counted and those that are not."""

    units: int
    counted_l: int
    left_l: int


@dataclass(frozen=True, slots=True)
class CityBalance:
    """Litres of the whole city in the period. Each is None where nothing is recorded so."""

    recorded_l: int | None
    placed_l: int | None  # in its regions, or in its cells
    unassigned_l: int | None
    outside_l: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The litres of an area, of the selection. None, and no entry, is what nothing is recorded of."""

    sources: Mapping[tuple[int, Month], int]
    purposes: Mapping[int, int]
    compared: Mapping[str, tuple[int | None, int | None]]  # of each pair: in the months of its own, and of the other
    parts: tuple[AreaPart, ...]
    balance: CityBalance
    km2: float
    rule: Words
    size: int | None = None  # of the cells, in metres
    units: int | None = None  # how many are counted
    by_area: float | None = None  # the share of the litres that is in its cells by area alone
    cut: Cut | None = None
    known: bool = field(default=True)  # False where a drawn shape has no litres, as no grid was made

    @property
    def volume_l(self) -> int | None:
        return added(self.sources.values())

    @property
    def volumes_by_source(self) -> dict[int, int]:
        return summed((source, litres) for (source, _), litres in self.sources.items())


def summed(litres: Iterable[tuple[int, int]]) -> dict[int, int]:
    """(key, litres) → litres by key."""
    found: dict[int, int] = {}
    for key, volume in litres:
        found[key] = found.get(key, 0) + volume
    return found
