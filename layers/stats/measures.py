"""THE list of measures: what figures of usage are told as. API, legends, tiles, files and reports read it; the page is held to it.

A measure is one entry here. One that is a figure of litres says how it is made of them and of what they are divided by
(`Divisors`); a change, and a place among former years, is found by the room of its own that compares periods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from layers.periods import Month
from layers.stats.population import NOBODY, People
from layers.words import Worded


@dataclass(frozen=True, slots=True)
class Divisors:
    """What litres of one place are divided by: its area, its people, and the time that they were used in."""

    area_m2: float = 0.0
    people: People = NOBODY
    days: int = 0
    months: int = 0

    @property
    def residents(self) -> int:
        return self.people.residents.number if self.people.residents else 0

    @property
    def households(self) -> int:
        return self.people.households.number if self.people.households else 0


def days_in(months: Sequence[Month]) -> int:
    """How many days some months have together."""
    return sum((month.plus(1).first_day - month.first_day) // timedelta(days=1) for month in months)


@dataclass(frozen=True, slots=True)
class Measure(Worded):
    """One way to tell usage. ``unit`` is its unit in the API; ``shown`` the one that files and people read."""

    name: str
    zh: str
    en: str
    unit: str
    shown: str
    field: str  # of a row of the statistics, and of the features of tiles and files
    of_litres: Callable[[int, Divisors], float | None] | None = None
    of_cells: bool = False  # told of the cells of the grid too
    of_people: str = ""  # which counts it is divided by, of `population.KINDS`
    in_time: str = ""  # and which time, of a `Divisors`
    of_month: bool = False  # of single months alone
    compares: bool = False  # two periods of anybody's choice, by /api/stats/compare

    def value(self, litres: int | None, by: Divisors) -> float | None:
        """The figure in its unit; None of what is not known, and of nothing to divide by."""
        assert self.of_litres is not None
        return None if litres is None else self.of_litres(litres, by)


def _per(litres: float, divisor: float) -> float | None:
    return litres / divisor if divisor else None


VOLUME = Measure(
    "volume", "用水量", "Water use", "m3", "m³", "volume_l", lambda litres, _: litres / 1000, of_cells=True
)
# m³ per km² from litres and m²: 10⁻³ m³/L over 10⁻⁶ km²/m².
PER_KM2 = Measure(
    "per_km2", "单位面积用水量", "Use per area", "m3/km2", "m³/km²", "m3_per_km2",
    lambda litres, by: _per(litres * 1000.0, by.area_m2), of_cells=True,
)  # fmt: skip
PER_RESIDENT = Measure(
    "per_resident", "人均日用水量", "Use per resident and day", "L/(person·d)", "L/(person·d)", "l_per_resident_day",
    lambda litres, by: _per(litres, by.residents * by.days), of_people="residents", in_time="days",
)  # fmt: skip
PER_HOUSEHOLD = Measure(
    "per_household", "户均月用水量", "Use per household and month", "m3/(household·month)", "m³/(household·month)",
    "m3_per_household_month", lambda litres, by: _per(litres / 1000, by.households * by.months),
    of_people="households", in_time="months",
)  # fmt: skip
CHANGE = Measure("change", "增减率", "Change", "ratio", "%", "change")
# Among the same month of all earlier years (`layers.stats.percentile`).
PERCENTILE = Measure(
    "percentile", "往年同月位次", "Among earlier years", "percentile", "%", "percentile", of_month=True
)
DIFFERENCE = Measure("difference", "增减量", "Difference", "m3", "m³", "difference_l", of_cells=True, compares=True)
RATIO = Measure("ratio", "增减率", "Change in relation", "ratio", "%", "change", of_cells=True, compares=True)

EVERY: tuple[Measure, ...] = (VOLUME, PER_KM2, PER_RESIDENT, PER_HOUSEHOLD, CHANGE, PERCENTILE, DIFFERENCE, RATIO)
BY_NAME = {measure.name: measure for measure in EVERY}
OF_REGIONS = tuple(measure for measure in EVERY if not measure.compares)  # of one period
OF_CELLS = tuple(measure for measure in EVERY if measure.of_cells and not measure.compares)
OF_LITRES = tuple(measure for measure in EVERY if measure.of_litres)
DIVIDED = tuple(measure for measure in OF_LITRES if measure is not VOLUME)


def names(measures: Sequence[Measure]) -> tuple[str, ...]:
    return tuple(measure.name for measure in measures)
