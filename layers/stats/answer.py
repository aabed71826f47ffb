"""The statistics of a level and period, ready to be spoken: the one source of figures for map, feed and report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from layers import vocab
from layers.errors import BadParameter, NotFound
from layers.periods import FORMS, Month, Period, parse_period
from layers.selection import EVERYTHING, Selection
from layers.stats import measures, percentile, query
from layers.stats.absence import added, ratio, share
from layers.stats.classes import METHODS, classify
from layers.stats.divisions import Divisions, divisions
from layers.stats.like import Pair, pair, refuse_unlike
from layers.stats.measures import Divisors, days_in
from layers.stats.percentile import LEAST, Standing, classed, earlier_months, standings
from layers.stats.population import last_day, populations
from layers.stats.provisional import ProvisionalMonths, marks
from layers.stats.query import Total
from layers.stats.redrawn import redrawn
from layers.stats.regions import RegionIndex, RegionInfo, region_index
from layers.words import Words

MEASURES = measures.names(measures.OF_REGIONS)
VERSUS = ("previous", "year")
BELOW_ROOT = 0  # no level, but whichever is the first below the city


__all__ = ["MEASURES", "METHODS", "VERSUS", "Question", "answer", "last_year"]


@dataclass(frozen=True, slots=True)
class Question:
    """What the statistics API is asked; all of it parsed and known to be well formed."""

    level: int  # or `BELOW_ROOT`
    period: Period
    selection: Selection = EVERYTHING
    parent: str = ""
    unit: bool = False  # the parent is the reporting unit of that code and not the division
    versus: str | Period = "previous"  # or the very period to compare with
    measure: str = "volume"
    method: str = "quantiles"
    k: int = 5
    boundaries: str = ""  # which divisions to speak in; empty: those of the last month (see `divisions`)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which months of a period have data. A period with none of them is not answered at all."""

    present: list[Month]
    missing: list[Month]

    @property
    def period(self) -> Period:
        """The period from its first to its last month with data."""
        return Period(self.present[0], self.present[-1])


def coverage(period: Period, available: Sequence[Month], param: str = "period") -> Coverage:
    """Splits a period by what there is; `NotFound` (with the range there is) when nothing of it is there."""
    held = set(available)
    present = [month for month in period.months if month in held]
    if not present:
        have = f"{available[0]}..{available[-1]}" if available else "nothing yet: import a month of usage first"
        raise NotFound(
            Words("{period} 没有用水数据", "There is no usage in {period}.", period=str(period)), param=param, allowed=[have]
        )  # fmt: skip
    return Coverage(present, [month for month in period.months if month not in held])


def last_year() -> Period:
    """The calendar year of the newest month with usage; `NotFound` when there is none at all."""
    available = query.available_months()
    if not available:
        raise NotFound("There is no usage yet: import a month first.", param="period")
    year = available[-1].year
    return Period(Month(year, 1), Month(year, 12))


def parse_versus(text: str | None) -> str | Period:
    """One of the words, or a period of any length; `BadParameter` for neither."""
    if not text or text in VERSUS:
        return text or VERSUS[0]
    try:
        return parse_period(text, "versus")
    except BadParameter as error:
        raise BadParameter(error.detail, param="versus", allowed=[*VERSUS, *FORMS]) from None


def compared(asked: Period, covered: Coverage, versus: str | Period, available: Sequence[Month]) -> Pair | None:
    """What to compare with, like with like; None when there is nothing like it.

    Of a period that was named, the months that both have; `BadParameter` when it is not of as many months. Of the words, all
    months of what there is: before a year comes a year, of one that is not complete yet the same months and not the season
    before.
    """
    if isinstance(versus, Period):
        refuse_unlike(asked, versus)
        coverage(versus, available, "versus")
        return pair(asked, versus, available)
    base = covered.period
    if len(covered.present) != base.length:
        return None
    whole_years = asked.first.month == 1 and asked.last.month == 12
    if versus == "year":
        other = base.year_before()
    else:
        other = base.shifted(-asked.length) if whole_years else base.previous()
    held = set(available)
    return Pair(base, other) if all(month in held for month in other.months) else None


def level_asked(index: RegionIndex, level: int) -> int:
    """The level itself, or for `BELOW_ROOT` the first below the city: districts, or a county's townships.

    `BadParameter` for one that the place has not.
    """
    if level == BELOW_ROOT:
        return index.below[0]
    if level not in (vocab.CITY, vocab.REPORTING_UNIT, *index.below):
        there = [vocab.LEVEL.by_id[one].code for one in (vocab.CITY, *index.below, vocab.REPORTING_UNIT)]
        raise BadParameter(f"There is no level {vocab.LEVEL.by_id[level].code} here.", param="level", allowed=there)
    return level


def prefixes_of(index: RegionIndex, parent: str, *, unit: bool = False) -> list[str]:
    return index.prefixes(parent, unit=unit) if parent else []


def within_of(index: RegionIndex, region: RegionInfo) -> list[str]:
    """Code prefixes of all that lies in a region, or in what a bureau reports."""
    return index.prefixes(region.code, unit=True) if region.level == vocab.REPORTING_UNIT else [region.code]


def refuse_finer_parent(index: RegionIndex, level: int, parent: str, *, unit: bool = False) -> None:
    """`BadParameter` for a parent that can hold no region of the level: nothing, summed, would look like an answer.

    Reporting units are parts of the city; a unit holds townships and villages.
    """
    if not parent:
        return
    own = vocab.TOWNSHIP if unit or parent not in index.by_code else index.by_code[parent].level
    held = [n for n in vocab.LEVEL.by_id if (own == vocab.CITY if n == vocab.REPORTING_UNIT else own <= n)]
    if level not in held:
        asked, allowed = vocab.LEVEL.by_id[level].code, [vocab.LEVEL.by_id[n].code for n in held]
        raise BadParameter(f"{parent} holds no region of the level {asked}.", param="level", allowed=allowed)


def regions_of(index: RegionIndex, level: int, prefixes: Sequence[str]) -> list[RegionInfo]:
    """The current regions of a level inside the given ones, in code order."""
    if not prefixes:
        return index.levels[level]
    return [region for region in index.levels[level] if region.code.startswith(tuple(prefixes))]


def divisors(within: Divisions, covered: Coverage, asked: Period) -> Callable[[RegionInfo], Divisors]:
    """What litres of a region in a period are divided by: of its time the months that there are figures of."""
    counted, end = populations(within), last_day(asked)
    days, months = days_in(covered.present), len(covered.present)
    return lambda region: Divisors(region.area_m2, counted.of(region, end), days, months)


def answer(question: Question) -> dict[str, Any]:
    """Value, share, density, use per head and change of every region of a level, what has no region there, and legend classes.

    Grain: one row a current region, null where nothing is recorded. rows + gaps = total, to the litre; each row's and
    gap's share is of that total.
    """
    available = query.available_months()
    covered = coverage(question.period, available)
    within = divisions(question.boundaries, covered.present[-1])
    index = region_index(within)
    question = replace(question, level=level_asked(index, question.level))
    prefixes = prefixes_of(index, question.parent, unit=question.unit)
    refuse_finer_parent(index, question.level, question.parent, unit=question.unit)
    other = compared(question.period, covered, question.versus, available)
    standing, former = _standings(question, covered, prefixes, within, available)
    found = query.totals(question.level, question.period, question.selection, prefixes, within, other)
    total = added(t.volume_l for t in found)
    marked = marks(within).within(covered.present)
    by = divisors(within, covered, question.period)
    lines = _lines(index, question, prefixes, found, total, by, standing, marked, compared=other is not None)
    return {
        "level": vocab.LEVEL.by_id[question.level].code,
        "parent": question.parent or None,
        "period": {
            "text": str(question.period),
            "from": str(question.period.first),
            "to": str(question.period.last),
            "months": len(covered.present),
            "days": days_in(covered.present),
            "missing": [str(month) for month in covered.missing],
        },
        "versus": {
            "kind": "period" if isinstance(question.versus, Period) else question.versus,
            "period": str(other.versus) if other else None,
            "compared": str(other.period) if other else None,  # the months of the period that are
        },
        "provisional": marked.of(prefixes),
        "provisional_notes": marked.notes(prefixes),
        # Of a month that is told by its place among those of earlier years: which these are.
        "former": None if former is None else {"months": [str(month) for month in former], "needed": LEAST},
        "boundaries": within.to_dict(),
        "redrawn": redrawn(index, within, question.period, available, question.selection, prefixes),
        "filters": question.selection.to_dict(),
        "total_l": total,
        "rows": lines,
        "gaps": [
            {
                "gap": vocab.GAP.by_id[t.gap].code,
                "parent": t.parent_code or None,
                "volume_l": t.volume_l,
                "share": share(t.volume_l, total),
            }
            for t in sorted(found, key=lambda t: (t.gap, t.parent_code))
            if t.gap and t.volume_l is not None
        ],
        "classes": legend(lines, question),
    }


def _standings(
    question: Question, covered: Coverage, prefixes: Sequence[str], within: Divisions, available: Sequence[Month]
) -> tuple[dict[str, Standing | None], list[Month] | None]:
    """The place of every region's month among the same month of earlier years, where it is asked for, and which months these are."""
    if question.measure != measures.PERCENTILE.name:
        return {}, None
    month = covered.present[0]
    former = earlier_months(month, available)
    return standings(question.level, month, question.selection, prefixes, within, available), former


def refuse_measure(measure: str, period: Period) -> None:
    """`BadParameter` for a measure of single months of a period that is none."""
    if measures.BY_NAME[measure].of_month and period.length != 1:
        raise BadParameter(
            f"The measure {measure} is of single months, and {period} has {period.length}.",
            param="measure",
            allowed=[str(period.first), *(name for name in MEASURES if not measures.BY_NAME[name].of_month)],
        )


def _lines(
    index: RegionIndex,
    question: Question,
    prefixes: Sequence[str],
    found: list[Total],
    total: int | None,
    divisors_of: Callable[[RegionInfo], Divisors],
    standing: Mapping[str, Standing | None],
    marked: ProvisionalMonths,
    *,
    compared: bool,
) -> list[dict[str, Any]]:
    volumes = {t.code: (t.volume_l, t.like_l, t.previous_l if compared else None) for t in found if not t.gap}
    regions = regions_of(index, question.level, prefixes)
    known = {region.code for region in regions}
    # A region closed since still has its volume, under its old name; one of another edition counts in others here.
    closed = [index.info(code, question.level) for code in sorted(volumes) if code not in known and any(volumes[code])]
    lines = []
    for region in [*regions, *closed]:
        volume, like, previous = volumes.get(region.code, (None, None, None))
        by = divisors_of(region)
        lines.append(
            {
                "code": region.code,
                "name": region.name,
                "volume_l": volume,
                "share": share(volume, total),
                "area_km2": region.area_m2 / 1e6,
                **by.people.to_dict(),
                **{measure.field: measure.value(volume, by) for measure in measures.DIVIDED},
                "previous_l": previous,
                "change": ratio(like, previous),
                "standing": told.to_dict() if (told := standing.get(region.code)) else None,
                "provisional": marked.of(within_of(index, region)) if marked.every else [],
            }
        )
    return lines


def legend(lines: list[dict[str, Any]], question: Question) -> dict[str, Any]:
    """Classes of the asked measure over the rows, in its unit (`measures`)."""
    measure = measures.BY_NAME[question.measure]
    if measure is measures.PERCENTILE:
        found = (Standing(told["class"], None, 0) for line in lines if (told := line["standing"]))
        return classed(found).told(measure.name) | {"names": list(percentile.CLASSES)}
    values = [line[measure.field] for line in lines]
    if measure is measures.VOLUME:  # rows have litres
        values = [measure.value(litres, Divisors()) for litres in values]
    return classify(values, question.method, question.k).told(measure.name)
