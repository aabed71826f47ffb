"""The printed report for those who hear it read: what PDF/UA-1 asks of a file, looked up in the file itself."""

from __future__ import annotations

import ctypes
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from django.db import transaction

from geoapp.reports import content, document, press
from geoapp.reports.ask import Ask
from layers.periods import parse_period
from tests.factories import DISTRICT
from tests.report_city import drawn_of, make_city

pytestmark = pytest.mark.django_db  # or the fixture below would find no test database, and take the other


@dataclass(frozen=True)
class Element:
    kind: str
    alt: str
    children: list[Element]

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.walk()

    def of(self, kind: str) -> list[Element]:
        return [each for each in self.walk() if each.kind == kind]


def _text(get: Callable[..., int], element: Any) -> str:
    length = get(element, None, 0)
    if not length:
        return ""
    room = ctypes.create_string_buffer(length)
    get(element, room, length)
    return room.raw.decode("utf-16-le").rstrip("\0")


def _element(found: Any) -> Element:
    children = (
        pdfium.FPDF_StructElement_GetChildAtIndex(found, i)
        for i in range(pdfium.FPDF_StructElement_CountChildren(found))
    )
    return Element(
        _text(pdfium.FPDF_StructElement_GetType, found),
        _text(pdfium.FPDF_StructElement_GetAltText, found),
        [_element(child) for child in children if child],
    )


@dataclass(frozen=True)
class Printed:
    drawn: document.Drawn
    plain: bytes  # the file without compression: its objects can be read
    pages: list[Element]

    def elements(self, kind: str) -> list[Element]:
        return [each for page in self.pages for each in page.of(kind)]


@pytest.fixture(scope="module")
def printed(django_db_setup: None, django_db_blocker: Any) -> Printed:
    with django_db_blocker.unblock(), transaction.atomic():
        make_city()
        drawn = drawn_of(content.build(Ask(DISTRICT, parse_period("2019"))))
        page = document.html(drawn)
        transaction.set_rollback(True)
    drawings = {figure.key: figure.svg for figure in (*drawn.maps, *drawn.charts)}
    plain = press.pdf(page, drawings, declare=press._declare_both, uncompressed_pdf=True, **press.ARCHIVED)
    pages = []
    with pypdfium2.PdfDocument(io.BytesIO(plain)) as file:
        for each in file:
            tree = pdfium.FPDF_StructTree_GetForPage(each)
            pages += [
                _element(pdfium.FPDF_StructTree_GetChildAtIndex(tree, i))
                for i in range(pdfium.FPDF_StructTree_CountChildren(tree))
            ]
            pdfium.FPDF_StructTree_Close(tree)
    return Printed(drawn, plain, pages)


def test_the_file_is_for_the_archive_too(printed: Printed) -> None:
    """What PDF/A-2b demands, as far as the objects tell; veraPDF tells all of it (tests/clients/test_verapdf.py)."""
    plain = printed.plain
    for told in (
        b'part="2"', b'conformance="B"', b"<pdfuaid:part>1</pdfuaid:part>", b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>",
        b"/S /GTS_PDFA1", b"/DestOutputProfile", b"/ID [",
    ):  # fmt: skip
        assert told in plain, told
    assert plain.count(b"<rdf:RDF") == 1 and b"/Encrypt" not in plain
    fonts = re.findall(rb"<<[^<]*/Type /FontDescriptor[^\n]*", plain)
    assert fonts and all(b"/FontFile" in each for each in fonts)
    links = re.findall(rb"/Type /Annot\b[^\n]*", plain)
    assert links and all(b"/F 4" in each for each in links)


def test_the_file_says_what_it_is(printed: Printed) -> None:
    catalog = re.search(rb"<</Type /Catalog[^\n]*", printed.plain)
    assert catalog is not None
    for told in (
        b"/Lang (zh-CN)", b"/MarkInfo <</Marked true>>", b"/DisplayDocTitle true", b"/StructTreeRoot", b"/Metadata",
    ):  # fmt: skip
        assert told in catalog[0], told
    assert b"<pdfuaid:part>1</pdfuaid:part>" in printed.plain and "试验区用水报告 2019年".encode() in printed.plain


def test_every_drawing_has_its_words(printed: Printed) -> None:
    told = [each.alt for each in printed.elements("Figure")]
    drawn = [figure.alt for figure in (*printed.drawn.maps, *printed.drawn.charts)]
    assert told == [printed.drawn.report.map_address, *drawn]
    assert all(told)


def test_headings_nest(printed: Printed) -> None:
    levels = [int(each.kind[1]) for page in printed.pages for each in page.walk() if re.fullmatch(r"H\d", each.kind)]
    assert levels[0] == 1 and levels.count(1) == 1 and len(levels) > 15
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_have_headers_that_their_cells_name(printed: Printed) -> None:
    tables = printed.elements("Table")
    assert len(tables) >= 7
    for table in tables:
        columns = len(table.of("TH"))
        assert columns
        assert {len(row.of("TD")) for body in table.of("TBody") for row in body.of("TR")} == {columns}
    cells = re.findall(rb"<</Type /StructElem/S /TD[^\n]*", printed.plain)
    headers = set(re.findall(rb"/S /TH[^\n]*/ID \((.*?)\)", printed.plain))
    named = [re.findall(rb"/Headers \[\((.*?)\)\]", cell) for cell in cells]
    assert len(cells) > 200 and all(len(each) == 1 and each[0] in headers for each in named)


def test_links_say_where_they_lead_and_pages_have_an_order(printed: Printed) -> None:
    links = re.findall(rb"<</Type /Annot/Subtype /Link[^\n]*", printed.plain)
    assert len(links) > 8 and all(b"/Contents (" in link and b"/StructParent " in link for link in links)
    pages = re.findall(rb"<</Type /Page/[^\n]*", printed.plain)
    assert pages and all(b"/Tabs /S" in page and b"/StructParents " in page for page in pages)


def test_every_font_is_in_the_file(printed: Printed) -> None:
    fonts = re.findall(rb"<</Type /FontDescriptor[^\n]*", printed.plain)
    assert fonts and all(b"/FontFile" in font for font in fonts)
    assert printed.plain.count(b"/ToUnicode ") >= len(fonts)


def test_all_that_is_said_is_marked(printed: Printed) -> None:
    """No text of a page lies outside the marks that the structure points to."""
    said = 0
    for stream in re.findall(rb"\nstream\n(.*?)\nendstream", printed.plain, re.S):
        if b" Tf" not in stream or b"BDC" not in stream:
            continue
        depth = 0
        for mark in re.findall(rb"(?:^|\s)(BDC|BMC|EMC|TJ|Tj)(?=\s|$)", stream):
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(mark, 0)
            if mark in (b"TJ", b"Tj"):
                assert depth > 0
                said += 1
        assert depth == 0
    assert said > 500
