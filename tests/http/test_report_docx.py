"""The report to write on: read back by its own library and by a parser of XML it is the printed report, in Word's own means."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from geoapp.reports import writable
from geoapp.reports.chapters import chapters
from geoapp.reports.sections import Drawn
from tests.report_city import drawn_apart

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def drawn(django_db_setup: None, django_db_blocker: Any) -> dict[str, Drawn]:
    return drawn_apart(django_db_blocker)


@pytest.fixture(scope="module")
def files(drawn: dict[str, Drawn]) -> dict[str, bytes]:
    return {lang: writable.docx(each) for lang, each in drawn.items()}


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


def text_of(paragraph: Any) -> str:
    """With the numbers of its fields, which the library passes over."""
    return "".join(each.text or "" for each in paragraph._p.iter(qn("w:t")))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headings_captions_and_tables_are_those_of_the_print(
    drawn: dict[str, Drawn], files: dict[str, bytes], lang: str
) -> None:
    made, told = Document(io.BytesIO(files[lang])), chapters(drawn[lang])
    of_style = {
        style: [text_of(each) for each in made.paragraphs if each.style.name == style]
        for style in ("Heading 1", "Caption", "List Number")
    }
    assert of_style["Heading 1"] == [chapter.heading for chapter in told]
    captioned = [each for chapter in told for each in (*chapter.figures, *chapter.tables)]
    assert of_style["Caption"] == [f"{each.number}  {each.title}{each.unit}" for each in captioned]
    assert of_style["List Number"] == [line for chapter in told for line in chapter.lines]
    tables = [each for each in captioned if each.table]
    assert len(made.tables) == len(tables)
    for found, each in zip(made.tables, tables, strict=True):
        rows = [[cell.text for cell in row.cells] for row in found.rows]
        assert each.table is not None
        expected = [*each.table.printed(), *([each.table.printed_total()] if each.table.total else [])]
        assert rows[1:] == [[text for _, text in row] for row in expected]
        assert len(found._tbl.findall(f".//{qn('w:tblHeader')}")) == 1
        assert found.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
        assert found._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == f"{each.number} {each.title}"
        assert (f"({each.table.columns[-1].unit})" in rows[0][-1]) == bool(
            each.table.columns[-1].unit and not each.unit
        )


def test_numbers_count_when_something_is_put_before_them(files: dict[str, bytes]) -> None:
    body = members(files["zh"])["word/document.xml"].decode()
    assert re.findall(r'w:instr=" SEQ (\S+) ', body).count("图") > 5
    assert re.findall(r'w:instr=" SEQ (\S+) ', body).count("表") > 6


def test_pictures_are_of_print_resolution_and_say_what_they_show(
    drawn: dict[str, Drawn], files: dict[str, bytes]
) -> None:
    made = Document(io.BytesIO(files["zh"]))
    figures = [each for chapter in chapters(drawn["zh"]) for each in chapter.figures]
    assert len(made.inline_shapes) == len(figures)
    for shape, each in zip(made.inline_shapes, figures, strict=True):
        assert each.figure is not None
        assert shape._inline.docPr.get("descr") == each.figure.alt and each.number in shape._inline.docPr.get("title")
        relation = shape._inline.graphic.graphicData.pic.blipFill.blip.embed
        picture = Image.open(io.BytesIO(made.part.related_parts[relation].blob))
        assert picture.format == "PNG" and picture.size[0] / (shape.width.mm / 25.4) == pytest.approx(200, abs=1)


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_paper_fonts_language_and_running_heads(
    drawn: dict[str, Drawn], files: dict[str, bytes], lang: str, tag: str
) -> None:
    made, report = Document(io.BytesIO(files[lang])), drawn[lang].report
    section = made.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    assert report.name in head.text and str(report.version) in head.text and "2019" in head.text
    assert re.findall(r'instr=" (\w+) "', foot._p.xml) == ["PAGE", "NUMPAGES"]
    for style in ("Normal", "Heading 1", "Caption", "Title"):
        fonts = made.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "微软雅黑" and not [name for name in fonts.attrib if "Theme" in name]
    told = next(made.styles.element.iter(qn("w:lang")))
    assert (told.get(qn("w:val")), told.get(qn("w:eastAsia"))) == (tag, "zh-CN")
    assert (made.core_properties.language, made.core_properties.author) == (tag, "水图 Shuitu")
    assert report.changed_at is None or made.core_properties.modified.year == report.changed_at.year


def test_the_same_data_make_the_same_bytes(drawn: dict[str, Drawn], files: dict[str, bytes]) -> None:
    assert writable.docx(drawn["zh"]) == files["zh"]


def test_every_part_is_xml_and_none_is_left_of_the_librarys_own(files: dict[str, bytes]) -> None:
    found = members(files["zh"])
    assert next(iter(found)) == "[Content_Types].xml" and not [name for name in found if "thumbnail" in name]
    for name, data in found.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(data)
    assert b"python-docx" not in b"".join(data for name, data in found.items() if not name.endswith(".png"))
    assert str(datetime.now().year + 1).encode() not in found["docProps/core.xml"]


def test_control_characters_become_what_xml_can_hold(drawn: dict[str, Drawn]) -> None:
    from dataclasses import replace

    report = drawn["zh"].report
    first = replace(report.children[0], name="甲\x0b\x00<w:t>&乙\n丙")
    odd = replace(drawn["zh"], report=replace(report, name="区\x1b名", children=(first, *report.children[1:])))
    made = Document(io.BytesIO(writable.docx(odd)))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    assert "甲\ufffd\ufffd<w:t>&乙 丙" in cells
    assert "区\ufffd名" in made.sections[0].header.paragraphs[0].text
