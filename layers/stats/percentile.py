"""Where a month stands among the same month of all earlier years: percentile and class. Pure, but for one question to the sums.

As the United States Geological Survey tells streamflow ("WaterWatch", percentile classes): below the lowest and above the highest
of the record, and between them below the 10th, to the 24th, 25th to 75th, to the 90th and above the 90th percentile. The i-th
of n ordered values stands at 100·i/(n + 1) (Weibull 1939), values between two of them in proportion, equal ones in the middle of
their places. So the lowest of n years stands at 100/(n + 1): three years can tell the middle half and no less, and
nine or more are needed to tell a tenth. With fewer the two classes below the middle half are one, and so are the two above it.

The page has the same in `geoapp/web/src/percentile.ts`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from layers.db import rows
from layers.periods import Month, Period
from layers.selection import Selection
from layers.stats import query
from layers.stats.classes import Classes
from layers.stats.divisions import Divisions
from layers.words import Words

LEAST = 3  # years that can tell a middle half
TENTHS_FROM = 9  # years that can tell a tenth

CLASSES = ("record_low", "much_below", "below", "normal", "above", "much_above", "record_high")
# How the classes are called: where years can tell tenths, and of fewer.
WORDS = {
    "record_low": Words("低于历年", "below all years"),
    "much_below": Words("低于 10%", "below the 10th percentile"),
    "below": Words("10%～24%", "10th to 24th percentile"),
    "normal": Words("25%～75%", "25th to 75th percentile"),
    "above": Words("76%～90%", "76th to 90th percentile"),
    "much_above": Words("高于 90%", "above the 90th percentile"),
    "record_high": Words("高于历年", "above all years"),
}
WORDS_OF_FEW = {
    **WORDS,
    "below": Words("低于 25%", "below the 25th percentile"),
    "above": Words("高于 75%", "above the 75th percentile"),
}
BOUNDS = (10.0, 25.0, 75.0, 90.0)  # the middle class holds both of its own


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a month among so many earlier years. No percentile beyond the record: there it has no place in it."""

    name: str
    percentile: float | None
    years: int

    @property
    def words(self) -> Words:
        return (WORDS if self.years >= TENTHS_FROM else WORDS_OF_FEW)[self.name]

    def to_dict(self) -> dict[str, Any]:
        return {"class": self.name, "percentile": self.percentile, "years": self.years}


def standing(value: int | None, earlier: Iterable[int | None]) -> Standing | None:
    """The place of a month's litres among those of the same month of earlier years; None of what is not known, and among fewer
    than `LEAST` years that are."""
    known = sorted(litres for litres in earlier if litres is not None)
    years = len(known)
    if value is None or years < LEAST:
        return None
    if value < known[0]:
        return Standing("record_low", None, years)
    if value > known[-1]:
        return Standing("record_high", None, years)
    percentile = 100 * _place(value, known) / (years + 1)
    return Standing(_class(percentile, years), percentile, years)


def _place(value: int, known: Sequence[int]) -> float:
    """Among ordered values, the first being 1: the middle of those that are equal, or in proportion between two."""
    below, upto = bisect_left(known, value), bisect_right(known, value)
    if upto > below:
        return (below + 1 + upto) / 2
    return below + (value - known[below - 1]) / (known[below] - known[below - 1])


def _class(percentile: float, years: int) -> str:
    tenth, quarter, three_quarters, nine_tenths = BOUNDS
    tenths = years >= TENTHS_FROM
    if percentile < quarter:
        return "much_below" if tenths and percentile < tenth else "below"
    if percentile > three_quarters:
        return "much_above" if tenths and percentile > nine_tenths else "above"
    return "normal"


def earlier_months(month: Month, available: Sequence[Month]) -> list[Month]:
    """The same calendar month of the years before of which there are figures."""
    return [one for one in available if one.month == month.month and one.year < month.year]


def standings(
    level: int,
    month: Month,
    selection: Selection,
    prefixes: Sequence[str],
    within: Divisions,
    available: Sequence[Month],
) -> dict[str, Standing | None]:
    """The standing of every region of a level that has any record in these months, by code; all in the same divisions."""
    months = [*earlier_months(month, available), month]
    if len(months) <= LEAST:
        return {}
    periods = [Period(one, one) for one in months]
    found = rows(query.totals_of(level, periods, selection, prefixes, within))
    return {code: standing(litres[-1], litres[:-1]) for code, _, gap, *litres in found if not gap}


def classed(found: Iterable[Standing | None]) -> Classes:
    """How many there are of each of `CLASSES`, as the classes of a legend."""
    counts = dict.fromkeys(CLASSES, 0)
    for one in found:
        if one is not None:
            counts[one.name] += 1
    return Classes("percentile", [0.0, *BOUNDS, 100.0], list(counts.values()), 0.0, 100.0)
