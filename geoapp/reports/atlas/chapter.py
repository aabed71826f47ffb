"""One chapter of a bound volume: a report without cover and contents, printed as a part; and what the volume has to know of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from geoapp.reports import document, kinds
from geoapp.reports.ask import Ask
from geoapp.reports.atlas.words import said
from geoapp.reports.chapters import Chapter, DrawnReport
from geoapp.reports.layouts.layout import ReportLayout
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.official.page import filled
from geoapp.reports.structure import Printed
from geoapp.reports.trouble import DataChanged, refuse_closed
from layers import access, place, vocab
from layers.db import snapshot
from layers.errors import NotFound
from layers.stats.regions import region_index
from layers.versions import ALL_DATASETS, as_of

if TYPE_CHECKING:
    from geoapp.reports.atlas.parts import PdfPart

AT_THE_END = ("method", "terms")  # sections that are the same of every chapter, and told once


@dataclass(frozen=True, slots=True)
class BoundChapter:
    """A chapter with its place in the contents. Without a part there is nothing to tell of its region in the period."""

    number: int
    name: str
    part: PdfPart | None = None
    sections: tuple[tuple[str, str], ...] = ()  # anchor and heading
    ends: tuple[Chapter, ...] = ()  # its sections of those that the volume has once
    synthetic: bool = False
    provisional: bool = False
    version: int = 0
    changed_at: datetime | None = None
    layout: ReportLayout | None = None

    @property
    def anchor(self) -> str:
        return f"{name_of(self.number)}-head"


def name_of(number: int) -> str:
    """What its part is called, and its anchors begin with."""
    return f"c{number:02}"


def made(ask: Ask, number: int, worn: Worn | None, stamp: str, version: int) -> BoundChapter:
    """The chapter of a region, read, drawn and printed. `DataChanged` if the data are of another version by now."""
    with access.one_moment(stamp) as moment:
        with snapshot():
            if as_of(ALL_DATASETS).version != version:
                raise DataChanged
            try:
                drawn = kinds.drawn(kinds.read(ask, worn))
            except NotFound as error:
                if error.param != "period":
                    raise
                return BoundChapter(number, called(ask))
        chapter = printed(replace(drawn, chapter=number))
        refuse_closed(moment)
    return chapter


def called(ask: Ask) -> str:
    """The name of a region of which there is no report."""
    index = region_index(ask.within())
    found = index.info(ask.code, vocab.REPORTING_UNIT if ask.unit else index.by_code[ask.code].level)
    return place.read().called(found.code, found.name, ask.lang, unit=ask.unit)


def printed(drawn: DrawnReport[Printed]) -> BoundChapter:
    """What was drawn, as a part."""
    # Here and not above: half a second and 50 MB, which only who prints needs.
    from geoapp.reports import press
    from geoapp.reports.atlas.parts import part_of

    report, lang = drawn.report, drawn.lang
    told = document.context(drawn)
    sections = [each for each in told["chapters"] if each.key not in AT_THE_END]
    page_told = told | {
        "chapters": [replace(each, first=n == 0) for n, each in enumerate(sections)],
        "head": said("chapter", lang, n=drawn.chapter),
        "official": drawn.worn is not None,
    }
    page = str(render_to_string("reports/atlas/chapter.html", page_told))
    if drawn.worn is not None:
        page = filled(page, drawn.worn, lang, document.printing(drawn))
    figures = {figure.key: figure.svg for figure in (*drawn.maps, *drawn.charts)}
    name = name_of(drawn.chapter)
    return BoundChapter(
        drawn.chapter, report.name, part_of(press.laid_out(page, figures), name),
        tuple((f"{name}-{each.key}", each.heading) for each in sections), tuple(each for each in told["chapters"] if each.key in AT_THE_END),
        report.synthetic, bool(report.provisional), report.version, report.changed_at, drawn.layout,
    )  # fmt: skip
