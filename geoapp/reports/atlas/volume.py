"""What a bound volume has around its chapters: front with the contents of all, end, and the sheets with the page numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from geoapp.reports import document, figures, terms
from geoapp.reports.ask import Ask
from geoapp.reports.atlas.chapter import BoundChapter
from geoapp.reports.atlas.words import WORDS as OWN
from geoapp.reports.atlas.words import said, title_of
from geoapp.reports.chapters import Chapter
from geoapp.reports.layouts.layout import COLOURS
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.official.page import Printing, filled
from geoapp.reports.official.page import title_of as title_by
from geoapp.reports.words import WORDS, word
from layers import place
from layers.languages import language
from layers.stats.regions import region_index
from layers.words import Listed

if TYPE_CHECKING:
    from weasyprint.document import Document

    from geoapp.reports.atlas.parts import Bookmarks, PdfPart

END = "end"  # the part behind the last chapter, and its anchor
_TRIES = 3  # until the contents are as long as they were reckoned with


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """A line of the contents."""

    kind: str
    anchor: str
    text: str
    page: int


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of which the chapters are printed. What is asked of the database is asked when it is made."""

    ask: Ask
    worn: Worn | None
    chapters: tuple[BoundChapter, ...]
    without: tuple[str, ...]
    told: dict[str, Any]

    @property
    def lang(self) -> str:
        return self.ask.lang

    def html(self, name: str, **values: Any) -> str:
        page = render_to_string(f"reports/atlas/{name}.html", {**self.told, **values})
        if self.worn is None:
            return page
        printing = Printing(self.told["title"], self.told["period"], synthetic=self.told["synthetic_told"])
        return filled(page, self.worn, self.lang, printing)


def volume(ask: Ask, worn: Worn | None, made: Iterable[BoundChapter]) -> Volume:
    """The chapters in their order, numbered as they were asked for; those with nothing to tell are named."""
    ordered = sorted(made, key=lambda each: each.number)
    chapters = tuple(each for each in ordered if each.part is not None)
    without = tuple(each.name for each in ordered if each.part is None)
    return Volume(ask, worn, chapters, without, _told(ask, worn, chapters, without))


def _told(ask: Ask, worn: Worn | None, chapters: Sequence[BoundChapter], without: Sequence[str]) -> dict[str, Any]:
    lang, here, index = ask.lang, place.read(), region_index(ask.within())
    root, first = index.root, chapters[0]
    city = here.called(root.code, root.name, lang) if root else ""
    usual = title_of(ask, index, here, lang)
    synthetic = any(each.synthetic for each in chapters)
    of_city = replace(ask, atlas="", unit=False, code=root.code if root else "")
    changed = first.changed_at
    return {
        "lang": lang,
        "html_lang": language(lang).tag,
        "word": {key: words.in_(lang) for key, words in WORDS.items()},
        "colours": first.layout.colours if first.layout else COLOURS,
        "title": title_by(worn, city, usual, lang) if worn else usual,
        "period": figures.period(str(ask.period.first), str(ask.period.last), lang),
        "place": city,
        "authority": here.authority(lang),
        "version": first.version,
        "as_of": word("version", lang, version=first.version, moment=figures.moment(changed, lang)),
        "created": changed.isoformat(timespec="seconds") if changed else "",
        "keywords": OWN["keywords"].in_(lang),
        "official": worn is not None,
        "margins": worn is not None and worn.margins == "official",
        "provisional": any(each.provisional for each in chapters),
        "synthetic": synthetic,
        "synthetic_told": word("synthetic_mark", lang) if synthetic else "",
        "chapters_word": said("chapters", lang),
        "count": len(chapters),
        "without": said("without", lang, names=Listed(*without)) if without else "",
        "map_address": of_city.map_address(),
        "qr": document.code_of(of_city.map_address()),
        "private": "" if ask.is_public else word("scan_private", lang, site=ask.site),
    }


def bound(made: Volume) -> bytes:
    """The volume as one PDF, for the archive and for everybody; the same bytes for the same chapters."""
    from geoapp.reports import press
    from geoapp.reports.atlas.parts import join, part_of, stamps_of

    ends = _ends(made)
    closing = [part_of(press.laid_out(ends, {}), END)] if ends else []
    parts: list[PdfPart] = [each.part for each in made.chapters if each.part is not None] + closing
    front, page = _front(made, parts, bool(ends))
    own = len(front.pages)
    kinds = [""] * own + [kind for part in parts for kind in part.kinds]
    stamps = stamps_of(press.laid_out(made.html("numbers", kinds=kinds), {}))
    top = [(made.told["title"], (0, 0.0, _top_of(front)), [], "open"), *front.make_bookmark_tree(0.75, True)]
    front.make_bookmark_tree = lambda *scale, **how: []

    def bookmarks(before: Sequence[int]) -> Bookmarks:
        return [*top, *(_moved(each, n) for n, part in zip(before, parts, strict=True) for each in part.bookmarks)]

    told = hashlib.sha256(page.encode())
    for part in parts:
        for each in part.objects:
            told.update(each.text + (each.stream or b""))
    return press.bound(front, told.hexdigest()[:32].encode(), lambda pdf: join(pdf, parts, stamps, bookmarks))


def _top_of(front: Document) -> float:
    return float(front.pages[0].height * 0.75)


def _moved(bookmark: Any, by: int) -> Any:
    label, (page, x, y), below, state = bookmark
    return label, (page + by, x, y), [_moved(each, by) for each in below], state


def _front(made: Volume, parts: Sequence[PdfPart], ends: bool) -> tuple[Document, str]:
    """The front, laid out with the page numbers of everything behind it; and its page."""
    from geoapp.reports import press

    behind = sum(len(part.pages) for part in parts)
    own = 2
    for _ in range(_TRIES):
        entries = _entries(made, parts, own, ends)
        page = made.html("front", entries=entries, pages=own + behind)
        front = press.laid_out(page, {})
        if len(front.pages) == own:
            break
        own = len(front.pages)
    # Links lead to where the parts have their anchors, once they are joined; here they only have to be known.
    front.pages[0].anchors.update({each.anchor: (0, 0, 0, 0) for each in entries})
    return front, page


def _entries(made: Volume, parts: Sequence[PdfPart], own: int, ends: bool) -> list[ContentsLine]:
    found, before = [], own
    for chapter, part in zip(made.chapters, parts, strict=False):
        head = f"{said('chapter', made.lang, n=chapter.number)}  {chapter.name}"
        found.append(ContentsLine("of-chapter", chapter.anchor, head, before + 1))
        for anchor, heading in chapter.sections:
            found.append(ContentsLine("of-section", anchor, heading, before + 1 + part.anchors[anchor][0]))
        before += len(part.pages)
    if ends:
        found.append(ContentsLine("of-chapter", f"{END}-{END}", said("end", made.lang), before + 1))
    return found


def _ends(made: Volume) -> str:
    """What every chapter would say again; nothing if the layouts have nothing of it."""
    by_key: dict[str, list[Chapter]] = {}
    for chapter in made.chapters:
        for each in chapter.ends:
            by_key.setdefault(each.key, []).append(each)
    if not by_key:
        return ""
    chapters = [
        replace(
            found[0],
            terms=terms.together((pair for each in found for pair in each.terms), made.lang),
            foot=_feet(found),
            first=False,
        )
        for found in by_key.values()
    ]
    return made.html(
        "end", head=said("end", made.lang), chapters=chapters, report={"map_address": made.told["map_address"]}
    )


def _feet(found: Sequence[Chapter]) -> tuple[str, ...]:
    """The small print of all of them: version, boundaries and whose the data are; and the warnings."""
    parts = dict.fromkeys(part for each in found for part in each.foot[:1] for part in part.split(" · "))
    return (*filter(None, [" · ".join(parts)]), *dict.fromkeys(line for each in found for line in each.foot[1:]))
