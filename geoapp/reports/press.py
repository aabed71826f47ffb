"""How WeasyPrint prints our drawings: each shape in one step, and each text in one step.

Left to itself it reads a path point by point and a text letter by letter, takes every drawing through the parser of HTML, and
makes a transparency group of each text that is not anchored at its start, which a print shop has to flatten. Our drawings
(`drawing.svg`) hold few kinds of things: those it knows better how to draw are drawn here, the rest by WeasyPrint.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any
from xml.etree import ElementTree

import pydyf
from weasyprint import CSS, HTML, cssselect2
from weasyprint.document import Document
from weasyprint.html import UA_STYLESHEET
from weasyprint.images import SVGImage
from weasyprint.svg import SVG
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from geoapp.reports import typeset
from geoapp.reports.typeset.voices import drawn

SCHEME = "drawing:"  # of the address by which a page shows a drawing
_OURS = re.compile(r"(?:M[\d. -]++(?:h0(?![\d.])|(?:L[\d. -]++)*+Z?+))*+")
_DOCTYPE = "<!doctype html>"
_VOID = re.compile(r"<((?:meta|img|br|col)\b[^<>]*)(?<!/)>")
_BEFORE = {"middle": 0.5, "end": 1.0}  # how much of a text lies before its anchor

typeset.begin()
for _talkative in ("fontTools", "weasyprint.progress"):  # each page of each report would be a line of the log
    logging.getLogger(_talkative).setLevel(logging.WARNING)


def operators(data: str) -> bytes | None:
    """A path of M, L, Z and dots (``h0``), all absolute, as PDF says it; None for any other path."""
    if not _OURS.fullmatch(data):
        return None
    return "".join(map(_part, data.split("M")[1:])).encode()


def _part(told: str) -> str:
    """A part of a path that begins at a point of its own, behind its M."""
    if told.endswith("h0"):
        return f"{told[:-2]} m {told[:-2]} l\n"
    closed = told.endswith("Z")
    first, *others = (told[:-1] if closed else told).split("L")
    return f"{first} m\n" + "".join([f"{point} l\n" for point in others]) + "h\n" * closed


class Drawing(SVG):
    """An SVG of `drawing.svg`."""

    def draw_node(self, node: Any, font_size: float, fill_stroke: bool = True, context: Any = None) -> None:
        if node.tag == "path" and (told := operators(node.get("d"))) is not None:
            self._path(node, font_size, told)
        elif node.tag == "text":
            self._text(node)
        else:
            super().draw_node(node, font_size, fill_stroke, context)

    def _path(self, node: Any, font_size: float, told: bytes) -> None:
        self.stream.push_state()
        fill, stroke = self.set_graphical_state(node, font_size)
        self.stream.stream.append(told)
        self.fill_stroke(fill, stroke, node.get("fill-rule") == "evenodd")
        self.stream.pop_state()

    def _text(self, node: Any) -> None:
        """One line, anchored by the width that it is printed with."""
        size = float(node.get("font-size"))
        line = drawn(self.font_config, node.get("font-family"), size, node.get("font-weight") == "bold", node.text)
        x = float(node.get("x")) - line.width * _BEFORE.get(node.get("text-anchor"), 0.0)
        self.stream.push_state()
        fill, stroke = self.set_graphical_state(node, size)
        self.stream.begin_text()
        self.fill_stroke(fill, stroke, text=True)
        line.draw(self.stream, x, float(node.get("y")))
        self.stream.end_text()
        self.stream.pop_state()


class Picture(SVGImage):
    """A drawing as an image of a page. What goes wrong in it ends the printing, instead of leaving it blank."""

    def __init__(self, svg: str, fonts: FontConfiguration) -> None:
        self._svg = Drawing(ElementTree.fromstring(svg), None, fonts)

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, _style: Any) -> None:
        self._svg.draw(stream, concrete_width, concrete_height, None, None)


def _without_notes() -> CSS:
    """WeasyPrint's style sheet, without what it says of the notes and marks of every element: five styles for each cell of a table.
    There are no footnotes in our pages, and marks before list items alone."""
    sheet = copy(UA_STYLESHEET)
    sheet.matcher = matcher = copy(UA_STYLESHEET.matcher)
    of_all, of_some = matcher.other_selectors, matcher.lower_local_name_selectors
    matcher.other_selectors = [each for each in of_all if each[3] is None]
    matcher.lower_local_name_selectors = {
        **of_some, "li": [*of_some.get("li", []), *(each for each in of_all if each[3] == "marker")],
    }  # fmt: skip
    return sheet


_OUR_SHEET = _without_notes()


class OwnPage(HTML):
    """One of our templates: XML, but for the ends of what holds nothing, and as that it is read in no time."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_OUR_SHEET]

    def __init__(self, page: str, url_fetcher: URLFetcher) -> None:
        head, _, rest = page.partition("\n")
        try:
            tree = ElementTree.fromstring(_VOID.sub(r"<\1/>", rest)) if head == _DOCTYPE else None
        except ElementTree.ParseError:
            tree = None
        if tree is None:
            super().__init__(string=page, url_fetcher=url_fetcher)
            return
        tree.text = None  # what stands before the head is of no element, in HTML
        self.base_url, self.url_fetcher, self.media_type = None, url_fetcher, "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


class _Said(pydyf.Object):
    """An object of a PDF as the bytes that it is written in."""

    data = b""
    compressible = True

    def __init__(self, of: pydyf.Object) -> None:
        self.number, self.generation, self.free, self.offset = of.number, of.generation, of.free, of.offset
        self.compressible = of.compressible
        self.data = _deflated(of) if isinstance(of, pydyf.Stream) and of.compress else of.data


def _deflated(stream: pydyf.Stream) -> bytes:
    """At zlib's own level: the highest, which pydyf takes, is three times as long about the same size."""
    plain = b"\n".join([each if type(each) is bytes else pydyf._to_bytes(each) for each in stream.stream])
    data: bytes = pydyf.Stream([zlib.compress(plain)], {**stream.extra, "Filter": "/FlateDecode"}).data
    return data


def _say_once(_document: Any, made: pydyf.PDF) -> None:
    """Turn every object into bytes now; pydyf would do so twice, for the file's identifier too."""
    made.objects = [
        _Said(each) if each.free != "f" and isinstance(each, pydyf.Object) else each for each in made.objects
    ]


# What WeasyPrint's metadata say of the archive's form (PDF/A-2b) and not of accessibility: PDF/UA-1, and, as PDF/A knows no such
# property, what it is (ISO 19005-2, 6.6.2.3; ISO 14289-1, 5).
_UA = (
    '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>'
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    '<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    "<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>"
    "</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)
ARCHIVED = {"pdf_variant": "pdf/a-2b", "pdf_tags": True}


def _declare_both(metadata: Any) -> None:
    """Have the metadata of a document declare PDF/UA-1 beside the form of the archive, of which alone WeasyPrint makes them."""
    made = metadata.generate_rdf_metadata
    metadata.generate_rdf_metadata = lambda *told: made(*told).replace(b"</rdf:RDF>", f"{_UA}</rdf:RDF>".encode())


def archived(page: str, drawings: Mapping[str, str], identifier: bytes) -> bytes:
    """The page as a PDF that is both: PDF/A-2b, for the archive, and PDF/UA-1, for everybody."""
    return pdf(page, drawings, declare=_declare_both, pdf_identifier=identifier, **ARCHIVED)


def pdf(
    page: str, drawings: Mapping[str, str], declare: Callable[[Any], None] = lambda metadata: None, **options: Any
) -> bytes:  # fmt: skip
    """The page printed; ``drawings`` are the SVGs that it shows at ``drawing:…``, by key."""
    document = laid_out(page, drawings)
    declare(document.metadata)
    found: bytes = document.write_pdf(finisher=_say_once, **options)
    return found


def laid_out(page: str, drawings: Mapping[str, str]) -> Document:
    """The page in boxes on sheets, not printed yet. It is whole in itself: nothing is ever read but what it and the drawings hold."""
    fonts = FontConfiguration()
    images = {SCHEME + key: Picture(svg, fonts) for key, svg in drawings.items()}
    inside = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    return OwnPage(page, inside).render(font_config=fonts, cache=images)


def bound(document: Document, identifier: bytes, join: Callable[[pydyf.PDF], None]) -> bytes:
    """A document with the parts that ``join`` puts behind it, as `archived`."""

    def finish(of: Document, made: pydyf.PDF) -> None:
        join(made)
        _say_once(of, made)

    _declare_both(document.metadata)
    found: bytes = document.write_pdf(finisher=finish, pdf_identifier=identifier, **ARCHIVED)
    return found
