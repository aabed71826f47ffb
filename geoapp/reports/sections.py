"""The sections of a region's report, and what of it stands in each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geoapp.reports import figures, tables
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
from geoapp.reports.sentences import sentences
from geoapp.reports.structure import Rank, Report
from geoapp.reports.words import level_name, levels_name, method, subject, title, word
from layers import vocab
from layers.words import Words


@dataclass(frozen=True, slots=True)
class Drawn(DrawnReport[Report]):
    """A region's report with its drawings."""

    @property
    def title(self) -> str:
        return title(self.report, self.lang)

    @property
    def subject(self) -> str:
        return subject(self.report, self.lang)

    @property
    def stem(self) -> str:
        unit = "unit-" if self.report.level == vocab.UNIT else ""
        return f"{unit}{self.report.code}-{self.report.period.text.replace('..', '_')}"

    @property
    def identified(self) -> tuple[str, str]:
        return word("code", self.lang), f"{self.report.code} · {level_name(self.report.level, self.lang)}"

    @property
    def sentences(self) -> list[str]:
        return sentences(self.report, self.lang)

    @property
    def pointers(self) -> tuple[Pointer, ...]:
        return (
            (Words("水源与用途", "source and purpose"), ("by_source", "by_purpose", "purposes")),
            (Words("分区用水", "regions"), (f"{self.report.child_level}-volume", "ranking", "regions")),
            (Words("各月用水", "months"), ("months-chart", "months")),
        )

    @property
    def sections(self) -> Mapping[str, Builder]:
        return SECTIONS


def _summary(drawn: Drawn) -> Chapter:
    report, lang = drawn.report, drawn.lang
    return Chapter(
        "summary",
        word("summary", lang),
        told=tuple(sentences(report, lang)),
        facts=tuple(facts(report, lang)),
        remarks=tuple(
            f"※{n} {note.in_(lang)}"
            for n, note in enumerate(report.notes, 1)
            if note.figure in ("total", "residents", "others")
        ),
        ranked=word("rank", lang) if report.ranks else "",
        ranks=tuple((word(f"rank_{rank.measure}", lang), ranked(rank, lang)) for rank in report.ranks),
        tables=caption(drawn, *tables.summary(report, lang)),
    )


def _regions(drawn: Drawn) -> Chapter:
    report, lang, most = drawn.report, drawn.lang, drawn.layout.region_rows
    found = [tables.regions(report, lang, report.child_level, report.children, "regions")]
    if report.grandchildren and len(report.grandchildren) <= most and report.level == "city":
        found.append(tables.regions(report, lang, report.grand_level, report.grandchildren, "regions-below"))
    found.append(tables.months(report, lang))
    return Chapter("regions", word("regions", lang), tables=caption(drawn, *found))


def _stages(drawn: Drawn) -> Chapter:
    table = tables.stages(drawn.report, drawn.lang)
    return Chapter("stages", word("stages", drawn.lang), tables=caption(drawn, table))


def _quality(drawn: Drawn) -> Chapter:
    table = tables.quality(drawn.report, drawn.lang)
    return Chapter("quality", word("quality", drawn.lang), tables=caption(drawn, table))


def _facilities(drawn: Drawn) -> Chapter | None:
    under = [(line.code, line.name) for line in drawn.report.children]
    return facilities(drawn, level_name(drawn.report.child_level, drawn.lang), under)


def _method(drawn: Drawn) -> Chapter:
    lines = tuple(each.in_(drawn.lang) for each in method(drawn.report.place.plane))
    return Chapter("method", word("method", drawn.lang), lines=lines, foot=foot(drawn))


SECTIONS: dict[str, Builder] = {
    **maps_and_charts(),
    "summary": _summary,
    "regions": _regions,
    "stages": _stages,
    "quality": _quality,
    "method": _method,
    "facilities": _facilities,
}


def facts(report: Report, lang: str) -> list[tuple[str, str]]:
    """Label and figure of the summary's first lines; what lies in no region stands beside residents and others, so that
    they are the total."""
    numbers = {note.figure: f" ※{n}" for n, note in enumerate(report.notes, 1)}
    parts = {"total": report.total_l, "residents": report.residents_l, "others": report.others_l, **report.beside}
    used = [(word(key, lang), _volume(litres, lang) + numbers.get(key, "")) for key, litres in parts.items()]
    found = [
        *used,
        (word("per_km2", lang), figures.density(report.m3_per_km2, lang)),
        (word("area", lang), figures.area(report.area_km2)),
    ]
    if report.level != "city":
        found.insert(len(used), (word("share_of_city", lang), figures.percent(report.share_of_city)))
    for change in report.changes:
        told = word("no_comparison", lang) if change.ratio is None else figures.change(change.ratio)
        found.append((word(f"change_{change.kind}", lang), told))
    return found


def ranked(rank: Rank, lang: str) -> str:
    """The place, and how much of the scope's water is ranked at all where that is not all of it."""
    level = level_name(rank.level, lang)
    said = {"level": level, "levels": levels_name(rank.level, lang), "nth": figures.nth(rank.place)}
    place = word("rank_line", lang, scope=rank.scope, of=rank.of, place=rank.place, **said)
    held = word("rank_held", lang, level=level, share=figures.percent(rank.held.share)) if rank.held.hidden else ""
    return place + held


def _volume(litres: int | None, lang: str) -> str:
    return word("no_data", lang) if litres is None else figures.volume(litres, lang)
