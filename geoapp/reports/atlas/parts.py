"""Printing a long document part by part, and joining the parts as one PDF whose tags, links and bookmarks are those of a whole.

WeasyPrint holds all boxes of a document until it is written, a hundred kilobytes for a row of a table: sixteen districts at
once would take gigabytes. A part is laid out and painted alone, in whatever process; what is left of it are the objects of its PDF
as bytes, with gaps where they refer to each other, so that they can be numbered anew behind those of other parts.

What only the whole knows is left open too: keys of the tree of tags, and the page numbers, which stand on sheets of their own
(`stamps_of`) and are laid below each page.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pydyf
from weasyprint import DEFAULT_OPTIONS
from weasyprint.document import Document
from weasyprint.pdf import generate_pdf
from weasyprint.pdf.anchors import add_outlines

# What a gap stands for: an object of the part, a key of the tree of tags, the sheet with a page's number.
_GAP = re.compile(rb"\x00(-?\d+)\x00|\x01(\d+)\x01|\x02(\d+)\x02")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_NO_GAP = str.maketrans("", "", "\x00\x01\x02")
PAGES, ABOVE = -1, -2  # objects that the whole has: the list of pages, the element of tags that the part's hangs below
_OPTIONS = {**DEFAULT_OPTIONS, "pdf_variant": "pdf/a-2b", "pdf_version": "1.7", "output_intent": "srgb"}
Bookmarks = list[Any]  # (title, (page, x, y), bookmarks below, state), as `Document.make_bookmark_tree` has them


@dataclass(frozen=True, slots=True)
class PartObject:
    """An object of a part: its text with gaps, and what of it is a stream."""

    text: bytes
    stream: bytes | None = None


@dataclass(frozen=True, slots=True)
class PdfPart:
    """A part of a document, printed: everything by its place in ``objects``, pages by their place in the part."""

    objects: tuple[PartObject, ...]
    pages: tuple[int, ...]
    kinds: tuple[str, ...]  # of each page its name in the style sheet, by which its number stands where it does
    element: int = -1  # of the tags, above all others of the part
    keys_at: int = -1  # the leaf of the tree of keys
    keys: int = 0
    anchors: Mapping[str, tuple[int, float, float]] = field(default_factory=dict)
    bookmarks: Bookmarks = field(default_factory=list)


class _Numbered:
    """An object of the whole; pydyf asks no more of one."""

    __slots__ = ("compressible", "data", "free", "generation", "number", "offset")

    def __init__(self, data: bytes, *, compressible: bool) -> None:
        self.data, self.compressible = data, compressible
        self.number, self.generation, self.offset, self.free = 0, 0, 0, "n"

    @property
    def reference(self) -> bytes:
        return b"%d 0 R" % self.number

    @property
    def indirect(self) -> bytes:
        return b"%d 0 obj\n%s\nendobj" % (self.number, self.data)


def part_of(document: Document, name: str) -> PdfPart:
    """A part with its tags. Anchors are told behind the ``name``, as other parts have the same."""
    bookmarks = document.make_bookmark_tree(scale=0.75, transform_pages=True)
    document.make_bookmark_tree = lambda *scale, **how: []
    made = generate_pdf(document, None, 1, **{**_OPTIONS, "pdf_tags": True})
    root = _object(made, made.catalog["StructTreeRoot"])
    element, tree = _object(made, root["K"][0]), _object(made, root["ParentTree"])
    element["S"] = "/Part"
    keys = len(tree["Nums"]) // 2
    leaf = {"Limits": pydyf.Array([b"\x010\x01", b"\x01%d\x01" % (keys - 1)]), "Nums": _keyed(tree["Nums"])}
    tree.clear()
    tree.update(leaf)
    pages = _pages(made)
    for number, page in enumerate(pages):
        _stamped(made, page, number)
    writer = _Writer(made, {made.pages.number: PAGES, root.number: ABOVE}, f"{name}-")
    found = made.catalog.get("Names", {}).get("Dests", {}).get("Names", [])
    at = {page.reference: number for number, page in enumerate(pages)}
    anchors = {
        f"{name}-{found[n].string}": (at[found[n + 1][0]], found[n + 1][2], found[n + 1][3])
        for n in range(0, len(found), 2)
    }
    return PdfPart(
        writer.objects(), tuple(writer.places[page.number] for page in pages),
        tuple(page._page_box.page_type.name for page in document.pages),
        writer.places[element.number], writer.places[tree.number], keys, anchors, bookmarks,
    )  # fmt: skip


def stamps_of(document: Document) -> PdfPart:
    """Sheets with nothing on them but their numbers: each becomes a picture that is no page."""
    made = generate_pdf(document, None, 1, **_OPTIONS)
    pages = _pages(made)
    for page in pages:
        sheet = _object(made, page["Contents"])
        sheet.extra = {
            **sheet.extra, "Type": "/XObject", "Subtype": "/Form", "BBox": page["MediaBox"], "Resources": page["Resources"],
        }  # fmt: skip
    writer = _Writer(made, {made.pages.number: PAGES, **{page.number: PAGES for page in pages}}, "")
    sheets = tuple(writer.places[int(page["Contents"].split()[0])] for page in pages)
    return PdfPart(writer.objects(), sheets, ())


def _object(made: pydyf.PDF, reference: bytes) -> Any:
    return made.objects[int(reference.split()[0])]


def _pages(made: pydyf.PDF) -> list[Any]:
    return [made.objects[number] for number in made.pages["Kids"][::3]]


def _keyed(numbers: Sequence[Any]) -> pydyf.Array:
    return pydyf.Array([b"\x01%d\x01" % each if n % 2 == 0 else each for n, each in enumerate(numbers)])


def _stamped(made: pydyf.PDF, page: Any, number: int) -> None:
    """The page begins with the sheet that has its number, which is no content for who reads by ear."""
    _object(made, page["Resources"])["XObject"][f"Number{number}"] = b"\x02%d\x02" % number
    stamp = pydyf.Stream([b"/Artifact BMC q /Number%d Do Q EMC" % number])
    made.add_object(stamp)
    page["Contents"] = pydyf.Array([stamp.reference, page["Contents"]])


class _Writer:
    """Turns the objects of a PDF into those of a part."""

    def __init__(self, made: pydyf.PDF, special: Mapping[int, int], prefix: str) -> None:
        left_out = {made.catalog.number, *(int(made.catalog[name].split()[0]) for name in ("Metadata", "Outlines") if name in made.catalog)}  # fmt: skip
        self.kept = [
            each for each in made.objects if each.free != "f" and each.number not in left_out and each.number not in special
        ]  # fmt: skip
        self.places = {**{each.number: place for place, each in enumerate(self.kept)}, **special}
        self.prefix = prefix

    def objects(self) -> tuple[PartObject, ...]:
        return tuple(map(self._object, self.kept))

    def _object(self, each: Any) -> PartObject:
        if not isinstance(each, pydyf.Stream):
            return PartObject(self._text(each))
        extra = dict(each.extra)
        stream = pydyf.Stream(each.stream).data.split(b"stream\n", 1)[1].removesuffix(b"\nendstream")
        if each.compress:
            stream, extra["Filter"] = zlib.compress(stream), "/FlateDecode"
        return PartObject(self._text(pydyf.Dictionary({**extra, "Length": len(stream)})), stream)

    def _text(self, value: Any, key: str = "") -> bytes:
        """As pydyf writes it, with gaps."""
        if isinstance(value, dict):
            return (
                b"<<"
                + b"".join(b"/%s %s" % (name.encode(), self._text(each, name)) for name, each in value.items())
                + b">>"
            )
        if isinstance(value, list):
            return b"[" + b" ".join(self._text(each, key) for each in value) + b"]"
        if isinstance(value, pydyf.String):
            return self._string(value.string, key)
        if isinstance(value, bytes):
            found = _REFERENCE.fullmatch(value)
            return b"\x00%d\x00" % self.places[int(found[1])] if found else value
        if key in ("StructParents", "StructParent"):
            return b"\x01%d\x01" % value
        written: bytes = pydyf.Array([value]).data[1:-1]
        return written

    def _string(self, text: Any, key: str) -> bytes:
        if isinstance(text, bytes):
            text = text.decode("ascii")
        own = key in ("ID", "Headers", "Dest")  # what other parts call something of theirs
        written: bytes = pydyf.String((self.prefix if own else "") + str(text).translate(_NO_GAP)).data
        return written


def join(
    made: pydyf.PDF, parts: Iterable[PdfPart], stamps: PdfPart, bookmarks: Callable[[Sequence[int]], Bookmarks]
) -> None:
    """Put the parts behind the pages that a document has. ``bookmarks`` are asked for by how many pages stand before each part."""
    root = _object(made, made.catalog["StructTreeRoot"])
    element, tree = _object(made, root["K"][0]), _object(made, root["ParentTree"])
    own, keys = len(_pages(made)), len(tree["Nums"]) // 2
    leaf = pydyf.Dictionary({"Limits": pydyf.Array([0, keys - 1]), "Nums": tree.pop("Nums")})
    made.add_object(leaf)
    tree["Kids"] = pydyf.Array([leaf.reference])
    sheets = [_add(made, stamps, {PAGES: made.pages.number})[place].reference for place in stamps.pages]
    names: dict[str, Any] = {}
    before: list[int] = []
    for part in parts:
        before.append(len(_pages(made)))
        found = _add(made, part, {PAGES: made.pages.number, ABOVE: element.number}, keys, sheets[before[-1] :])
        for place in part.pages:
            made.pages["Count"] += 1
            made.pages["Kids"].extend([found[place].number, 0, "R"])
        element["K"].append(found[part.element].reference)
        tree["Kids"].append(found[part.keys_at].reference)
        keys += part.keys
        for name, (page, x, y) in part.anchors.items():
            names[name] = pydyf.Array([found[part.pages[page]].reference, "/XYZ", x, y, 0])
    assert len(sheets) == len(_pages(made)) and own < len(sheets)
    told = pydyf.Array([each for name in sorted(names) for each in (pydyf.String(name), names[name])])
    made.catalog["Names"] = pydyf.Dictionary({"Dests": pydyf.Dictionary({"Names": told})})
    add_outlines(made, bookmarks(before))


def _add(
    made: pydyf.PDF, part: PdfPart, whole: Mapping[int, int], keys: int = 0, sheets: Sequence[bytes] = ()
) -> Sequence[_Numbered]:
    """The objects of a part behind those that there are, its gaps filled; → them by their places."""
    first = len(made.objects)

    def filled(gap: re.Match[bytes]) -> bytes:
        if gap[1] is not None:
            place = int(gap[1])
            return b"%d 0 R" % (whole[place] if place < 0 else first + place)
        return b"%d" % (keys + int(gap[2])) if gap[2] is not None else sheets[int(gap[3])]

    for each in part.objects:
        data = _GAP.sub(filled, each.text)
        if each.stream is not None:
            data = b"%s\nstream\n%s\nendstream" % (data, each.stream)
        made.add_object(_Numbered(data, compressible=each.stream is None))
    found: Sequence[_Numbered] = made.objects[first:]
    return found
