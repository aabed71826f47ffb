"""The sections of a report in their order, each with what stands in it; figures and tables numbered through in reading order. Pure.

Page, PDF and DOCX write these: which sections there are, what is in them and which number it has is decided here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from geoapp.reports import captions, tables, terms
from geoapp.reports.captions import Captioned, Counter
from geoapp.reports.credits import boundaries
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.layouts.layout import ReportLayout
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.structure import Mapped, Printed
from geoapp.reports.words import data_version, divided, word
from layers.feeds.meta import SYNTHETIC_NOTE
from layers.words import COLON, ENGLISH, SEMICOLON, Listed, Worded, Words

R = TypeVar("R", bound=Printed, covariant=True)
Pointer = tuple[Words, tuple[str, ...]]  # what is told of, and the keys of the figures and tables that hold it


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


@dataclass(frozen=True, slots=True)
class DrawnReport(Generic[R]):
    """A report of any kind with its drawings, made once for all of its forms, and how it is laid out. Kinds differ in their words
    and in what stands in their sections; page, print, DOCX, pictures and letterhead are the same of all."""

    report: R
    lang: str
    maps: list[Figure]
    charts: list[Figure]
    layout: ReportLayout = field(default_factory=ReportLayout)
    worn: Worn | None = None  # the letterhead
    chapter: int = 0  # of a bound volume; its figures and tables are counted by chapters

    @property
    def title(self) -> str:
        """What the report is called."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        """Whose water it is."""
        return self.report.name

    @property
    def stem(self) -> str:
        """What the names of its pictures begin with."""
        raise NotImplementedError

    @property
    def identified(self) -> tuple[str, str]:
        """The line of the cover that says what exactly it is of: label and text."""
        raise NotImplementedError

    @property
    def sentences(self) -> list[str]:
        raise NotImplementedError

    @property
    def pointers(self) -> tuple[Pointer, ...]:
        """Where the summary says that more is told."""
        raise NotImplementedError

    @property
    def sections(self) -> Mapping[str, Builder]:
        """The builder of each section that there is of this kind."""
        raise NotImplementedError


Builder = Callable[[Any], Chapter | None]


def chapters(drawn: DrawnReport[Printed]) -> tuple[Chapter, ...]:
    """The sections of the layout that the report has something for."""
    built = drawn.sections
    found = [chapter for key in drawn.layout.sections if key in built and (chapter := built[key](drawn)) is not None]
    found = _numbered([_headed(chapter, drawn) for chapter in found], drawn)
    said = [text for chapter in found for text in chapter.texts()]
    found = [replace(each, terms=terms.standing(said, drawn.lang)) if each.key == "terms" else each for each in found]
    found = [each for each in found if each.key != "terms" or each.terms]
    return tuple(replace(each, first=n == 0) for n, each in enumerate(found))


def _headed(chapter: Chapter, drawn: DrawnReport[Printed]) -> Chapter:
    heading = drawn.layout.heading(chapter.key, drawn.lang)
    return replace(chapter, heading=heading) if heading else chapter


def _numbered(found: Sequence[Chapter], drawn: DrawnReport[Printed]) -> list[Chapter]:
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
    seen = _where(drawn.pointers, numbers, lang)
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


def _where(pointers: Sequence[Pointer], numbers: Mapping[str, str], lang: str) -> str:
    """Which figures and tables hold what the summary tells of."""
    told: list[Worded] = []
    for what, keys in pointers:
        where = [numbers[key] for key in keys if key in numbers]
        if where:
            told.append(Words("{what}见{where}", "{what}: {where}", what=what, where=Listed(*where)))
    if not told:
        return ""
    return Words("{parts}。", "Details: {parts}.", parts=Listed(*told, by=SEMICOLON)).in_(lang)


def caption(drawn: DrawnReport[Printed], *found: Figure | tables.PrintedTable) -> tuple[Captioned, ...]:
    credit = drawn.report.place.credit(drawn.lang)
    return tuple(captions.of(one, drawn.lang, credit) for one in found)


def maps_and_charts() -> dict[str, Builder]:
    """The sections of drawings, which every kind of report has in the same way."""
    return {"maps": _maps, "charts": _charts, "terms": _terms}


def _maps(drawn: DrawnReport[Printed]) -> Chapter | None:
    return Chapter("maps", word("maps", drawn.lang), figures=caption(drawn, *drawn.maps)) if drawn.maps else None


def _charts(drawn: DrawnReport[Printed]) -> Chapter | None:
    return (
        Chapter("charts", word("charts", drawn.lang), figures=caption(drawn, *drawn.charts)) if drawn.charts else None
    )


def _terms(drawn: DrawnReport[Printed]) -> Chapter:
    return Chapter("terms", word("terms", drawn.lang))  # which words stand in the report is known at the end


def facilities(drawn: DrawnReport[Printed], level: str, under: Sequence[tuple[str, str]]) -> Chapter | None:
    """The lists of facilities; kinds that are too many for print are counted by the regions ``under`` it (code, name), of a ``level``."""
    found = tables.printed_facilities(drawn.report, drawn.lang, drawn.layout.facility_rows, level, under)
    return Chapter("facilities", word("facilities", drawn.lang), tables=caption(drawn, *found)) if found else None


def foot(drawn: DrawnReport[Printed]) -> tuple[str, ...]:
    """The small print at the end: of which data, whose outlines, whose figures, which divisions; and that it is made up."""
    report, lang = drawn.report, drawn.lang
    told = [
        _labelled("as_of", data_version(report, lang), lang),
        boundary_note(report, lang),
        _labelled("credit", report.place.credit(lang), lang),
        divided(report.within, lang),
        word("names_by_rule", lang) if lang == ENGLISH and report.names_in == ENGLISH else "",
    ]
    return (" · ".join(filter(None, told)), *((SYNTHETIC_NOTE.in_(lang),) if report.synthetic else ()))


def _labelled(key: str, text: str, lang: str) -> str:
    return f"{word(key, lang)}{COLON.in_(lang)}{text}" if text else ""


def boundary_note(report: Mapped, lang: str) -> str:
    """Whose outlines the report draws."""
    told = boundaries(report, report.boundaries, lang)
    return word("boundaries", lang, boundary=told) if told else ""
