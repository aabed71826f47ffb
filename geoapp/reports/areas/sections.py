"""The sections of the report of an area, and what stands in each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geoapp.reports import figures
from geoapp.reports.areas import tables
from geoapp.reports.areas.structure import AreaReport
from geoapp.reports.areas.words import word
from geoapp.reports.chapters import (
    Builder,
    Chapter,
    DrawnReport,
    Pointer,
    caption,
    facilities,
    foot,
    maps_and_charts,
)
from geoapp.reports.tables import PrintedTable
from geoapp.reports.words import method as common_method
from geoapp.reports.words import word as common
from layers.words import Words


@dataclass(frozen=True, slots=True)
class DrawnArea(DrawnReport[AreaReport]):
    """The report of an area with its drawings."""

    @property
    def title(self) -> str:
        return title_of(self.report, self.lang)

    @property
    def stem(self) -> str:
        return f"area-{self.report.period.text.replace('..', '_')}"

    @property
    def identified(self) -> tuple[str, str]:
        return common("area", self.lang), figures.area(self.report.told["area"]["area_km2"])

    @property
    def sentences(self) -> list[str]:
        return tables.sentences(self.report, self.lang)

    @property
    def pointers(self) -> tuple[Pointer, ...]:
        return (
            (Words("水源与用途", "source and purpose"), ("by_source", "by_purpose", "purposes")),
            (Words("其中各地区", "its parts"), ("ranking", "parts")),
            (Words("各月用水", "months"), ("months-chart", "months")),
        )

    @property
    def sections(self) -> Mapping[str, Builder]:
        return SECTIONS


def title_of(report: AreaReport, lang: str) -> str:
    return Words("{title}：{name}", "{title}: {name}", title=word("title", lang), name=report.name).in_(lang)


def _held(drawn: DrawnArea, key: str, heading: str, *found: PrintedTable) -> Chapter | None:
    """A section of tables; those that hold nothing are left out."""
    there = [table for table in found if table.rows]
    return Chapter(key, heading, tables=caption(drawn, *there)) if there else None


def _summary(drawn: DrawnArea) -> Chapter:
    report, lang = drawn.report, drawn.lang
    return Chapter(
        "summary",
        word("overview", lang),
        told=tuple(drawn.sentences),
        facts=tuple(tables.facts(report, lang)),
        tables=caption(drawn, *(table for table in tables.summary(report, lang) if table.rows)),
    )


def _regions(drawn: DrawnArea) -> Chapter | None:
    report, lang = drawn.report, drawn.lang
    return _held(drawn, "regions", word("by_region", lang), tables.parts(report, lang), tables.months(report, lang))


def _stages(drawn: DrawnArea) -> Chapter | None:
    return _held(drawn, "stages", common("stages", drawn.lang), tables.objects(drawn.report, drawn.lang))


def _facilities(drawn: DrawnArea) -> Chapter | None:
    report, lang = drawn.report, drawn.lang
    return facilities(drawn, tables.parts_title(report, lang), tables.under(report, lang))


def _method(drawn: DrawnArea) -> Chapter:
    report, lang = drawn.report, drawn.lang
    return Chapter(
        "method",
        word("method", lang),
        tables=caption(drawn, tables.balance(report, lang)),
        lines=(*tables.method(report, lang), common_method(report.place.plane)[0].in_(lang)),
        foot=foot(drawn),
    )


SECTIONS: dict[str, Builder] = {
    **maps_and_charts(),
    "summary": _summary,
    "regions": _regions,
    "stages": _stages,
    "method": _method,
    "facilities": _facilities,
}
