"""The monthly matrix of a level: what a page moves through without asking again, with the classes of its legends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from layers import vocab
from layers.db import rows
from layers.periods import Month, Period
from layers.selection import Selection
from layers.stats import measures, query
from layers.stats.absence import added
from layers.stats.answer import coverage, level_asked, prefixes_of, refuse_finer_parent, regions_of
from layers.stats.classes import classify
from layers.stats.divisions import divisions
from layers.stats.measures import Divisors, Measure, days_in
from layers.stats.population import KINDS, Populations, last_day, populations
from layers.stats.provisional import marks
from layers.stats.regions import RegionInfo, region_index

Litres = list[int | None]
# What may be asked for: everything, or without the figures what they are painted by, or what their rows are called.
PARTS = ("all", "classes", "names")


def series(
    level: int, selection: Selection, parent: str, period: Period | None, method: str = "quantiles", k: int = 5,
    boundaries: str = "", part: str = "all",
) -> dict[str, Any]:  # fmt: skip
    """The monthly matrix of a level (or `answer.BELOW_ROOT`): one row of litres a region, one column a month, gaps apart.

    All months in the same divisions, those of the last of them unless told: months of two editions would be no series.

    With it a page moves its month slider without asking again. Sums over rows and gaps equal ``total_l``. A month of which
    nothing is recorded is null, in a region as in a gap or the total. Of `PARTS` the others are for a page that has it and
    wants other classes, or the names of the rows (in their order).
    """
    available = query.available_months()
    months = coverage(period, available).present if period else available
    within = divisions(boundaries, months[-1] if months else None)
    index = region_index(within)
    level = level_asked(index, level)
    prefixes = prefixes_of(index, parent)
    refuse_finer_parent(index, level, parent)
    regions = regions_of(index, level, prefixes)
    column = {month.first_day: i for i, month in enumerate(months)}
    matrix: dict[str, Litres] = {region.code: [None] * len(months) for region in regions}
    gaps: dict[str, Litres] = {term.code: [None] * len(months) for term in vocab.GAP if term.id}
    if months:
        found = rows(query.series_query(level, Period(months[0], months[-1]), selection, prefixes, within))
        for code, gap, day, volume in found:
            if gap:
                of_gap = gaps[vocab.GAP.by_id[gap].code]
                of_gap[column[day]] = added([of_gap[column[day]], volume])
            else:
                matrix.setdefault(code, [None] * len(months))[column[day]] = volume
    about = {
        "level": vocab.LEVEL.by_id[level].code,
        "parent": parent or None,
        "boundaries": within.to_dict(),
        "filters": selection.to_dict(),
    }
    if part == "names":
        return {**about, "codes": list(matrix), "names": [index.info(code, level).name for code in matrix]}
    listed = [index.info(code, level) for code in matrix]
    counted = populations(within)
    classes = _classes(list(matrix.values()), _RowDivisors(listed, counted), months, method, k)
    if part == "classes":
        return {**about, "months": [str(month) for month in months], "classes": classes}
    in_none = [added(row[i] for row in gaps.values()) for i in range(len(months))]
    return {
        **about,
        "months": [str(month) for month in months],
        "codes": list(matrix),
        "provisional": marks(within).within(months).to_list(),
        "area_km2": [region.area_m2 / 1e6 for region in listed],
        "population": _population(listed, index.by_code.get(parent) or index.root, counted),
        "volume_l": list(matrix.values()),
        "gaps": gaps,
        "gaps_l": in_none,
        "total_l": [added([*(row[i] for row in matrix.values()), in_none[i]]) for i in range(len(months))],
        "classes": classes,
    }


@dataclass(frozen=True, slots=True)
class _Summed:
    """What each row holds in a period, and which of its months have figures: the same for every measure."""

    period: Period
    months: list[Month]
    litres: Litres


class _RowDivisors:
    """What the litres of each row are divided by, of any months."""

    def __init__(self, listed: Sequence[RegionInfo], counted: Populations) -> None:
        self._listed, self._counted = listed, counted
        self._plain = [Divisors(region.area_m2) for region in listed]

    def of(self, measure: Measure, months: Sequence[Month], period: Period) -> list[Divisors]:
        """Divisors for each row, of the months with figures that a period has. People and time only where the measure asks for them:
        there are thousands of rows, and dozens of months."""
        if not measure.of_people:
            return self._plain
        days, end = days_in(months), last_day(period)
        return [Divisors(region.area_m2, self._counted.of(region, end), days, len(months)) for region in self._listed]

    def lack(self, measure: Measure) -> bool:
        """Whether no row has what the measure divides by."""
        kind = measure.of_people
        return bool(kind) and not any(self._counted.counts(region, kind) for region in self._listed)


def _population(listed: Sequence[RegionInfo], whole: RegionInfo | None, counted: Populations) -> dict[str, Any]:
    """Of each kind the days of which there are counts, and by day the number of each row, and of what the rows are parts of."""
    found = {}
    for kind in KINDS:
        of_rows = [counted.counts(region, kind) for region in listed]
        of_whole = counted.counts(whole, kind) if whole else {}
        days = sorted({day for counts in (*of_rows, of_whole) for day in counts})
        found[kind] = {
            "days": [day.isoformat() for day in days],
            "numbers": [[counts[day].number if day in counts else None for counts in of_rows] for day in days],
            "whole": [of_whole[day].number if day in of_whole else None for day in days],
        }
    return found


def _classes(
    matrix: list[Litres], divisors: _RowDivisors, months: Sequence[Month], method: str, k: int
) -> dict[str, Any]:
    """Legend classes by measure: of single months, of each calendar year, and of all months together.

    Those of the months hold over all of them, so that a colour means one amount while the slider moves; those of a year
    or of everything are what the statistics API gives for that period.
    """
    years = sorted({month.year for month in months})
    single = [_summed(matrix, months, Period(month, month)) for month in months]
    yearly = {str(year): [_summed(matrix, months, Period(Month(year, 1), Month(year, 12)))] for year in years}
    whole = [_summed(matrix, months, Period(months[0], months[-1]))] if months else []

    def classed(measure: Measure, periods: Sequence[_Summed]) -> dict[str, Any]:
        values = [
            measure.value(litres, by)
            for each in ([] if divisors.lack(measure) else periods)
            for litres, by in zip(each.litres, divisors.of(measure, each.months, each.period), strict=True)
        ]
        return classify(values, method, k).told(measure.name)

    return {
        measure.name: {
            "month": classed(measure, single),
            "year": {year: classed(measure, periods) for year, periods in yearly.items()},
            "all": classed(measure, whole),
        }
        for measure in measures.OF_LITRES
    }


def _summed(matrix: list[Litres], months: Sequence[Month], period: Period) -> _Summed:
    inside = [i for i, month in enumerate(months) if period.first <= month <= period.last]
    return _Summed(period, [months[i] for i in inside], [added(row[i] for i in inside) for row in matrix])
