"""A letterhead on a real report, before it is saved: what the administration shows at one click."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from geoapp import beside
from geoapp.reports import document, kinds
from geoapp.reports.ask import Ask
from geoapp.reports.kinds import ReadReport
from geoapp.reports.official import pattern
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.official.page import filled
from geoapp.reports.official.states import SignRefused
from layers.periods import parse_period
from layers.stats.answer import last_year
from layers.stats.query import available_months
from layers.stats.regions import region_index
from layers.words import Words


def shown(worn: Worn, lang: str, site: str) -> bytes:
    """The PDF of a report that would wear it: of its own division or bureau, else of the first district. `SignRefused` without data."""
    ask = _example(worn, lang, site)
    number = pattern.written(worn.pattern, timezone.localtime().year, worn.first_number, ask.code)

    return beside.done(pdf, lambda: (kinds.read(ask, worn), worn, number))


def pdf(found: ReadReport, worn: Worn, number: str) -> bytes:
    """Asks nothing of the database: it is made in the process beside."""
    drawn = kinds.drawn(found)
    printing = replace(document.printing(drawn), number=number, sample=True)
    page = filled(document.marked(drawn), worn, drawn.lang, printing)
    return document.printed(page, [*drawn.maps, *drawn.charts])


def _example(worn: Worn, lang: str, site: str) -> Ask:
    index = region_index()
    if not available_months() or index.root is None:
        raise SignRefused(
            Words(
                "还没有用水数据，无法预览：请先导入区划与用水量。",
                "There are no figures yet to show it with: import divisions and usage first.",
            )
        )
    below = index.levels[index.below[0]] if index.below else []
    code = worn.code or (below[0].code if below else index.root.code)
    return Ask(code, parse_period(str(last_year())), lang, worn.scope == "reporting_unit", site=site)
