"""The report of an area as one page, and as a PDF. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from geoapp.reports import captions, document, figures
from geoapp.reports.areas import drawing, tables
from geoapp.reports.areas.structure import AreaGround, AreaReport
from geoapp.reports.areas.words import WORDS, word
from geoapp.reports.captions import Captioned, Counter
from geoapp.reports.chapters import boundary_note
from geoapp.reports.drawing import charts
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.layouts.layout import COLOURS
from geoapp.reports.tables import PrintedTable
from geoapp.reports.words import WORDS as COMMON
from geoapp.reports.words import divided
from geoapp.reports.words import method as common_method
from geoapp.reports.words import word as common
from layers.feeds.meta import SYNTHETIC_NOTE
from layers.languages import language
from layers.words import Words


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """A report of an area with its drawings."""

    report: AreaReport
    lang: str
    maps: list[Figure]
    charts: list[Figure]


def draw(report: AreaReport, ground: AreaGround, lang: str) -> DrawnArea:
    told = report.told["volume_l"] is not None and len(report.months) > 1
    return DrawnArea(report, lang, drawing.draw(report, ground, lang), [charts.months(report, lang)] if told else [])


def preview(report: AreaReport, ground: AreaGround, lang: str) -> bytes:
    return html(draw(report, ground, lang), preview=True).encode()


def html(drawn: DrawnArea, *, preview: bool = False) -> str:
    return render_to_string("reports/area.html", {**_context(drawn, preview), "preview": preview})


def pdf(drawn: DrawnArea) -> bytes:
    """The printed report; the same bytes for the same data version and code."""
    return document.printed(html(drawn), [*drawn.maps, *drawn.charts])


def title_of(report: AreaReport, lang: str) -> str:
    return Words("{title}：{name}", "{title}: {name}", title=word("title", lang), name=report.name).in_(lang)


def _context(drawn: DrawnArea, preview: bool) -> dict[str, Any]:
    report, lang = drawn.report, drawn.lang
    as_of = common("version", lang, version=report.version, moment=figures.moment(report.changed_at, lang))
    return {
        "report": report,
        "lang": lang,
        "html_lang": language(lang).tag,
        "word": {key: words.in_(lang) for key, words in {**COMMON, **WORDS}.items()},
        "title": title_of(report, lang),
        "period": figures.period(report.period.first, report.period.last, lang),
        "as_of": as_of,
        "divisions": divided(report.within, lang),
        "created": report.changed_at.isoformat() if report.changed_at else "",
        "sentences": tables.sentences(report, lang),
        "facts": tables.facts(report, lang),
        "qr": document.code_of(report.map_address),
        "private": document.private_note(report, lang),
        "boundaries": boundary_note(report, lang),
        "colours": COLOURS,
        **_captioned(drawn, preview),
        "method": [*tables.method(report, lang), common_method(report.place.plane)[0].in_(lang)],
        "authority": report.place.authority(lang),
        "synthetic_note": SYNTHETIC_NOTE.in_(lang),
    }


def _captioned(drawn: DrawnArea, preview: bool) -> dict[str, list[Captioned]]:
    """Figures and tables by the section that they stand in, numbered in reading order; those that hold nothing are left out."""
    report, lang = drawn.report, drawn.lang
    counter, credit = Counter(lang), report.place.credit(lang)
    held: dict[str, Sequence[Figure | PrintedTable]] = {
        "summary_tables": tables.summary(report, lang),
        "maps": drawn.maps,
        "charts": drawn.charts,
        "regions": [tables.parts(report, lang), tables.months(report, lang)],
        "objects": [tables.objects(report, lang)],
        "balance": [tables.balance(report, lang)],
    }
    told: dict[str, list[Captioned]] = {}
    for section, found in held.items():
        there = [each for each in found if isinstance(each, Figure) or each.rows]
        told[section] = list(
            document.shown((counter.numbered(captions.of(each, lang, credit)) for each in there), preview)
        )
    return told
