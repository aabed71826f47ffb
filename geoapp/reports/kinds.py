"""The two kinds of report, of a region and of an area, read and drawn by one way: all that is done with a report later is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geoapp.reports import content, document, ground
from geoapp.reports.areas import content as area_content
from geoapp.reports.areas import document as area_document
from geoapp.reports.areas.structure import AreaGround, AreaReport
from geoapp.reports.ask import Ask
from geoapp.reports.chapters import DrawnReport
from geoapp.reports.ground import Ground
from geoapp.reports.layouts import store as layouts
from geoapp.reports.layouts.layout import AREA, ReportLayout
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.structure import Printed, Report
from layers.later import later

_region_xlsx = later("geoapp.reports.workbook.xlsx")
_area_xlsx = later("geoapp.reports.areas.workbook.xlsx")


@dataclass(frozen=True, slots=True)
class ReadReport:
    """Everything that is read of a report, as plain values: what is made of it asks the database for nothing more."""

    report: Report | AreaReport
    ground: Ground | AreaGround
    lang: str
    layout: ReportLayout
    worn: Worn | None


def read(ask: Ask, worn: Worn | None) -> ReadReport:
    """Of one moment, if the caller sees to it."""
    there = layouts.usable(ask.lang)  # or nothing is computed
    if ask.area:
        area = area_content.build(ask)
        return ReadReport(area, area_content.read(area), ask.lang, there.layout_of(AREA), worn)
    report = content.build(ask)
    return ReadReport(report, ground.read(report), ask.lang, there.layout_of(report.level), worn)


def drawn(found: ReadReport) -> DrawnReport[Printed]:
    told, under = found.report, found.ground
    if isinstance(told, AreaReport):
        assert isinstance(under, AreaGround)
        return area_document.draw(told, under, found.lang, found.layout, found.worn)
    assert isinstance(under, Ground)
    return document.draw(told, under, found.lang, found.layout, found.worn)


def preview(found: ReadReport) -> bytes:
    """The report drawn, as the page that a browser shows."""
    return document.html(drawn(found), preview=True).encode()


def xlsx(report: Printed, lang: str, signed: Sequence[tuple[str, str]] = ()) -> bytes:
    """The workbook. ``signed``: lines of the first sheet that come before all others."""
    made: bytes = (_area_xlsx if isinstance(report, AreaReport) else _region_xlsx)(report, lang, signed)
    return made
