"""The periods between which the offline map is turned: the report's own, and each of its months.

Of each region one array of litres goes into the file, with none where nothing is recorded. What is said of a period as a
whole is said here, so that its words and sums are the report's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geoapp.reports import content, figures
from geoapp.reports.drawing import palette
from geoapp.reports.held import hidden
from geoapp.reports.sentences import incomplete
from geoapp.reports.structure import HeldWater, MapClasses, Report
from geoapp.reports.words import level_name, levels_name, word
from layers import vocab
from layers.db import rows
from layers.periods import parse_period
from layers.selection import EVERYTHING
from layers.stats import query
from layers.stats.absence import added
from layers.words import Words

Json = dict[str, Any]
_WHOLE, _MONTH = "whole", "month"


@dataclass(frozen=True, slots=True)
class MonthlyUse:
    """Litres of each month, of each region and of what is in none of them by why; none where nothing is recorded."""

    months: tuple[str, ...]
    # All that is recorded, what lies in none of the regions too: as the table of months has it.
    totals: tuple[int | None, ...]
    regions: dict[str, list[int | None]]
    beside: dict[str, tuple[int | None, ...]]

    def hidden(self, at: int) -> dict[str, int]:
        """What of a month is in no region's figure, by why."""
        beside = {why: litres[at] or 0 for why, litres in self.beside.items()}
        shown = added(litres[at] for litres in self.regions.values()) or 0
        rest = {"coarser": (self.totals[at] or 0) - shown - sum(beside.values()), **beside}
        return {why: litres for why, litres in rest.items() if litres}


def read(report: Report, prefixes: Sequence[str]) -> MonthlyUse:
    """Of the report's own months; of a single one nothing, as it is the period itself."""
    own = report.own_months
    if len(own) < 2:
        return MonthlyUse((), (), {}, {})
    months = tuple(report.months[at] for at in own)
    period = parse_period(f"{months[0]}..{months[-1]}")
    level = vocab.LEVEL.id_of(report.child_level)
    inside = [] if report.level == "city" else prefixes
    column = {month.first_day: at for at, month in enumerate(period.months)}
    regions: dict[str, list[int | None]] = {}
    for code, gap, day, litres in rows(query.series_query(level, period, EVERYTHING, inside, report.within)):
        if not gap:
            regions.setdefault(code, [None] * len(months))[column[day]] = litres
    of_parts = (*report.source_months.values(), *report.beside_months.values())
    return MonthlyUse(
        months,
        totals=tuple(added(litres[at] for litres in of_parts) for at in own),
        regions=regions,
        beside={why: tuple(litres[at] for at in own) for why, litres in report.beside_months.items()},
    )


def periods(report: Report, used: MonthlyUse, lang: str) -> list[Json]:
    """Of the whole period, then of each month: its name, total, lines of the heading, and by which scale it is drawn."""
    name = figures.period(report.period.first, report.period.last, lang)
    held = report.held[report.child_level]
    missing = incomplete(report, lang) if report.period.missing else ""
    scale = _WHOLE if used.months else _MONTH
    found = [_period(name, report.total_l, [hidden(held, lang), missing], scale, lang)]
    for at, month in enumerate(used.months):
        total = used.totals[at]
        lines = [hidden(HeldWater(held.level, total or 0, used.hidden(at)), lang)]
        star = month in report.provisional_months
        if star:
            lines.append(word("provisional_months", lang))
        found.append(_period(figures.month_long(month, lang) + "*" * star, total, lines, _MONTH, lang))
    return found


def _period(name: str, litres: int | None, lines: Sequence[str], scale: str, lang: str) -> Json:
    told = word("no_data", lang) if litres is None else figures.volume(litres, lang)
    return {"name": name, "litres": litres, "scale": scale, "lines": [f"{name} · {told}", *filter(None, lines)]}


def scales(report: Report, used: MonthlyUse, lang: str) -> Json:
    """The classes of the period and those of its months, which are one for all months: a colour is one amount throughout."""
    own = report.classes[f"{report.child_level}/volume"]
    level = {"level": level_name(report.child_level, lang), "levels": levels_name(report.child_level, lang)}
    if not used.months:
        note = Words("分级与网页地图相同：全市{level}。", "Classes as on the web map, over all {levels} of the city.")
        return {_MONTH: _scale(own, note.in_(lang, **level), lang)}
    of_whole = Words(
        "整个统计期的分级：全市{level}。各月另用一套，彼此可比。",
        "Classes of the whole period, over all {levels} of the city. The months have classes of their own, the same for each.",
    )
    of_months = Words(
        "各月的分级：全市{level}，各月同一套，颜色可比；与整个统计期的分级不同。",
        "Classes of single months, over all {levels} of the city: the same in every month, so that colours compare; not those of the whole period.",
    )
    return {
        _WHOLE: _scale(own, of_whole.in_(lang, **level), lang),
        _MONTH: _scale(content.classes_of_months(report), of_months.in_(lang, **level), lang),
    }


def _scale(classes: MapClasses, note: str, lang: str) -> Json:
    unit, texts = figures.classes(classes.breaks, lang)
    return {
        "unit": unit.name,
        "breaks": list(classes.breaks),
        "colors": palette.ramp(len(texts)),
        "texts": texts,
        "note": note,
    }


def units(lang: str) -> Json:
    """How a volume is written that stands alone, by `figures.volume`."""
    large = figures.largest(lang)
    return {
        "name": large.name,
        "per": large.litres,
        "least": figures.LEAST_OF_LARGE,
        "small": {"name": figures.M3.name, "per": figures.M3.litres},
        "nought": figures.volume(0, lang),
    }
