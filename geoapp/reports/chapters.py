"""The sections of a report in their order, each with what stands in it; figures and tables numbered through in reading order. Pure.

Page, PDF and DOCX write these: which sections there are, what is in them and which number it has is decided here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from geoapp.reports import captions, figures, tables, terms
from geoapp.reports.captions import Captioned, Counter
from geoapp.reports.credits import boundaries
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.layouts.layout import ReportLayout
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.sentences import sentences
from geoapp.reports.structure import Mapped, Rank, Report
from geoapp.reports.words import data_version, divided, level_name, levels_name, method, word
from layers.feeds.meta import SYNTHETIC_NOTE
from layers.words import COLON, SEMICOLON, Listed, Worded, Words


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report with its drawings, made once for all of its forms, and how it is laid out."""

    report: Report
    lang: str
    maps: list[Figure]
    charts: list[Figure]
    layout: ReportLayout = field(default_factory=ReportLayout)
    worn: Worn | None = None  # the letterhead
    chapter: int = 0  # of a bound volume; its figures and tables are counted by chapters


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section with its heading, and the parts that it has in the order in which they stand."""

    key: str
    heading: str
    told: tuple[str, ...] = ()  # whole sentences
    facts: tuple[tuple[str, str], ...] = ()  # label and figure
    remarks: tuple[str, ...] = ()  # on the facts
    ranked: str = ""  # what the ranks are called
    ranks: tuple[tuple[str, str], ...] = ()
    figures: tuple[Captioned, ...] = ()
    tables: tuple[Captioned, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()  # word and meaning
    lines: tuple[str, ...] = ()  # numbered
    foot: tuple[str, ...] = ()  # in small print
    first: bool = False  # of the report: it begins a page, whichever it is

    @property
    def template(self) -> str:
        return f"reports/sections/{self.key}.html"

    def texts(self) -> Iterator[str]:
        """Every text that stands in it, but for what explains words itself."""
        yield from (self.heading, self.ranked)
        yield from (*self.told, *self.remarks, *self.foot)
        for pair in (*self.facts, *self.ranks):
            yield from pair
        for each in (*self.figures, *self.tables):
            yield from each.texts()


def chapters(drawn: Drawn) -> tuple[Chapter, ...]:
    """The sections of the layout that the report has something for."""
    found = [chapter for key in drawn.layout.sections if (chapter := SECTIONS[key](drawn)) is not None]
    found = _numbered([_headed(chapter, drawn) for chapter in found], drawn)
    said = [text for chapter in found for text in chapter.texts()]
    found = [replace(each, terms=terms.standing(said, drawn.lang)) if each.key == "terms" else each for each in found]
    found = [each for each in found if each.key != "terms" or each.terms]
    return tuple(replace(each, first=n == 0) for n, each in enumerate(found))


def _headed(chapter: Chapter, drawn: Drawn) -> Chapter:
    heading = drawn.layout.heading(chapter.key, drawn.lang)
    return replace(chapter, heading=heading) if heading else chapter


def _numbered(found: Sequence[Chapter], drawn: Drawn) -> list[Chapter]:
    """With the numbers of figures and tables, and the places that refer to them."""
    counter, lang = Counter(drawn.lang, drawn.chapter), drawn.lang
    numbered = [
        replace(
            each,
            figures=tuple(counter.numbered(one) for one in each.figures),
            tables=tuple(counter.numbered(one) for one in each.tables),
        )
        for each in found
    ]
    numbers = {one.key: one.number for each in numbered for one in (*each.figures, *each.tables)}
    seen = _where(drawn.report, numbers, lang)
    listed = tables.listed_in_print(drawn.report, drawn.layout.facility_rows)
    lists = [numbers[found.layer] for found in listed if found.layer in numbers]
    return [
        replace(
            each,
            told=(*each.told, seen) if each.key == "summary" and seen else each.told,
            figures=tuple(
                captions.pointing_to_lists(captions.pointing(one, numbers.get("regions", ""), lang), lists, lang)
                for one in each.figures
            ),
        )
        for each in numbered
    ]


def _where(report: Report, numbers: dict[str, str], lang: str) -> str:
    """Which figures and tables hold what the summary tells of."""
    level = report.child_level
    parts = (
        (Words("水源与用途", "source and purpose"), ("by_source", "by_purpose", "purposes")),
        (Words("分区用水", "regions"), (f"{level}-volume", "ranking", "regions")),
        (Words("各月用水", "months"), ("months-chart", "months")),
    )
    told: list[Worded] = []
    for what, keys in parts:
        where = [numbers[key] for key in keys if key in numbers]
        if where:
            told.append(Words("{what}见{where}", "{what}: {where}", what=what, where=Listed(*where)))
    if not told:
        return ""
    return Words("{parts}。", "Details: {parts}.", parts=Listed(*told, by=SEMICOLON)).in_(lang)


def _caption(drawn: Drawn, *found: Figure | tables.PrintedTable) -> tuple[Captioned, ...]:
    credit = drawn.report.place.credit(drawn.lang)
    return tuple(captions.of(one, drawn.lang, credit) for one in found)


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
        tables=_caption(drawn, *tables.summary(report, lang)),
    )


def _maps(drawn: Drawn) -> Chapter | None:
    return Chapter("maps", word("maps", drawn.lang), figures=_caption(drawn, *drawn.maps)) if drawn.maps else None


def _charts(drawn: Drawn) -> Chapter | None:
    return (
        Chapter("charts", word("charts", drawn.lang), figures=_caption(drawn, *drawn.charts)) if drawn.charts else None
    )


def _regions(drawn: Drawn) -> Chapter:
    report, lang, most = drawn.report, drawn.lang, drawn.layout.region_rows
    found = [tables.regions(report, lang, report.child_level, report.children, "regions")]
    if report.grandchildren and len(report.grandchildren) <= most and report.level == "city":
        found.append(tables.regions(report, lang, report.grand_level, report.grandchildren, "regions-below"))
    found.append(tables.months(report, lang))
    return Chapter("regions", word("regions", lang), tables=_caption(drawn, *found))


def _stages(drawn: Drawn) -> Chapter:
    table = tables.stages(drawn.report, drawn.lang)
    return Chapter("stages", word("stages", drawn.lang), tables=_caption(drawn, table))


def _quality(drawn: Drawn) -> Chapter:
    table = tables.quality(drawn.report, drawn.lang)
    return Chapter("quality", word("quality", drawn.lang), tables=_caption(drawn, table))


def _facilities(drawn: Drawn) -> Chapter | None:
    found = tables.printed_facilities(drawn.report, drawn.lang, drawn.layout.facility_rows)
    return Chapter("facilities", word("facilities", drawn.lang), tables=_caption(drawn, *found)) if found else None


def _terms(drawn: Drawn) -> Chapter:
    return Chapter("terms", word("terms", drawn.lang))  # which words stand in the report is known at the end


def _method(drawn: Drawn) -> Chapter:
    report, lang = drawn.report, drawn.lang
    told = [
        _labelled("as_of", data_version(report, lang), lang),
        boundary_note(report, lang),
        _labelled("credit", report.place.credit(lang), lang),
        divided(report.within, lang),
    ]
    return Chapter(
        "method",
        word("method", lang),
        lines=tuple(each.in_(lang) for each in method(report.place.plane)),
        foot=(" · ".join(filter(None, told)), *((SYNTHETIC_NOTE.in_(lang),) if report.synthetic else ())),
    )


def _labelled(key: str, text: str, lang: str) -> str:
    return f"{word(key, lang)}{COLON.in_(lang)}{text}" if text else ""


SECTIONS: dict[str, Callable[[Drawn], Chapter | None]] = {
    "summary": _summary,
    "maps": _maps,
    "charts": _charts,
    "regions": _regions,
    "stages": _stages,
    "quality": _quality,
    "method": _method,
    "terms": _terms,
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


def boundary_note(report: Mapped, lang: str) -> str:
    """Whose outlines the report draws."""
    told = boundaries(report, report.boundaries, lang)
    return word("boundaries", lang, boundary=told) if told else ""
