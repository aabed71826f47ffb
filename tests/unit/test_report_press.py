"""Drawings printed by our own hand look as WeasyPrint draws them, letter by letter and point by point."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from geoapp.reports import press
from geoapp.reports.drawing.svg import Canvas, dots

SIZE = "@page{size:80mm 60mm;margin:0}body{margin:0}svg,img{display:block}"
SHAPES = re.compile(r"<text.*?</text>")


def drawing() -> str:
    canvas = Canvas(80, 60, "一张图")
    canvas.rect(0, 0, 80, 60, "#fbfaf7", "#cdd4d3")
    canvas.path("M5 5L30 5L30 30L5 30ZM10 10L20 10L20 20L10 20Z", fill="#1f7594", fill_rule="evenodd")
    canvas.path("M40 5L70 8.25L-5 50Z", fill="#7a2f6b", stroke="#2b4c5e", width=0.5, fill_opacity="0.13")
    canvas.path(dots([(50, 40), (52.5, 41), (0.5, 59)]), stroke="#7a5c2e", width=1.5, stroke_linecap="round")
    canvas.path("M70 40l1.8 6.4l-1.8 -1.3l-1.8 1.3Z", fill="#1b2b32")
    canvas.path("M60 50h6v3.4h-6Z", fill="#ffffff", stroke="#1b2b32", width=0.3)
    canvas.line(5, 55, 30, 55, "#9a4a1c", 0.4)
    for y, anchor in ((35, "start"), (42, "middle"), (49, "end")):
        canvas.text(35, y, "东华门街道 12", 9, anchor=anchor, halo=True, bold=anchor == "end")
    return canvas.to_svg()


def by_us(svg: str) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(press.pdf(f'<style>{SIZE}</style><img src="drawing:one">', {"one": svg}))


def by_weasyprint(svg: str) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(HTML(string=f"<style>{SIZE}</style>{svg}").write_pdf())


def picture(document: pypdfium2.PdfDocument) -> np.ndarray:
    return np.asarray(document[0].render(scale=4).to_pil().convert("RGB")).astype(int)


def letters(document: pypdfium2.PdfDocument) -> list[tuple[str, float, float]]:
    """Each letter with its left edge and bottom, in points."""
    text = document[0].get_textpage()
    found = [(text.get_text_range(i, 1), *text.get_charbox(i)[:2]) for i in range(text.count_chars())]
    return sorted(each for each in found if each[0].strip())


def test_shapes_are_the_same_to_the_last_pixel() -> None:
    svg = SHAPES.sub("", drawing())
    ours = picture(by_us(svg))
    assert len(np.unique(ours.reshape(-1, 3), axis=0)) > 10
    assert np.array_equal(ours, picture(by_weasyprint(svg)))


def test_letters_stand_where_they_stood() -> None:
    """Within a tenth of a millimetre: a whole line has the kerning that single letters have not."""
    ours, theirs = letters(by_us(drawing())), letters(by_weasyprint(drawing()))
    assert len(ours) == len(theirs) == 3 * 7  # the halo below each is no text of its own
    assert [each[0] for each in ours] == [each[0] for each in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert mine[1:] == pytest.approx(other[1:], abs=0.28)


def test_a_text_needs_no_transparency() -> None:
    assert b"/Transparency" not in press.pdf('<img src="drawing:one">', {"one": drawing()}, uncompressed_pdf=True)
    assert b"/Transparency" in HTML(string=drawing()).write_pdf(uncompressed_pdf=True)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("M1 2L3 -4.5Z", b"1 2 m\n3 -4.5 l\nh\n"),
        ("M1 2L3 4M5 6L7 8", b"1 2 m\n3 4 l\n5 6 m\n7 8 l\n"),
        ("M1 2h0M3 4.5h0", b"1 2 m 1 2 l\n3 4.5 m 3 4.5 l\n"),
        ("M1 2h0.5", None),
        ("M1 2l3 4", None),
        ("M1 2h6v3", None),
        ("M1 2C1 2 3 4 5 6", None),
    ],
)
def test_only_paths_of_absolute_lines_and_dots_are_said_at_once(data: str, said: bytes | None) -> None:
    assert press.operators(data) == said


WHOLE = '<!doctype html>\n<html lang="zh-CN">\n<head><meta charset="utf-8"><title>甲 &amp; 乙</title></head>\n<body><p>一<br>二 &#x27;<img src="a" alt="&gt;"></p>\n<table><colgroup><col><col></colgroup><tbody><tr><td>1</td></tr></tbody></table></body>\n</html>'


@pytest.mark.parametrize(
    "page", [WHOLE, WHOLE.replace("</p>", ""), WHOLE.replace("甲", "\x01"), WHOLE.partition("\n")[2]]
)
def test_a_page_is_read_as_html_however_it_is_read(page: str) -> None:
    def told(read: HTML) -> list[tuple[str, str, str, str]]:
        said = [(each.tag, each.text or "", each.tail or "", str(each.attrib)) for each in read.etree_element.iter()]
        return [(tag, text, tail.strip("\n"), given) for tag, text, tail, given in said]

    inside = URLFetcher(allowed_protocols=("data",))
    assert told(press.OwnPage(page, inside)) == told(HTML(string=page, url_fetcher=inside))


def test_a_drawing_that_fails_ends_the_printing() -> None:
    broken = drawing().replace('font-size="3.17"', 'font-size="big"', 1)
    assert broken != drawing()
    with pytest.raises(ValueError, match="big"):
        by_us(broken)


def test_nothing_is_fetched() -> None:
    with pytest.raises(FatalURLFetchingError):
        press.pdf('<img src="http://127.0.0.1:9/x.png">', {})


def test_a_font_for_official_documents_is_taken_by_name_where_the_machine_has_it(tmp_path: Path) -> None:
    """Of a machine that has none nothing changes; of one that got 仿宋 from its authority the text is set in it."""
    made = FontBuilder(1000)
    made.setupGlyphOrder([".notdef", "fang"])
    made.setupCharacterMap({ord("仿"): "fang"})
    pen = TTGlyphPen(None)
    for point in ((100, 0), (900, 0), (900, 800)):
        (pen.lineTo if point[0] > 100 else pen.moveTo)(point)
    pen.closePath()
    made.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "fang": pen.glyph()})
    made.setupHorizontalMetrics({".notdef": (1000, 0), "fang": (1000, 100)})
    made.setupHorizontalHeader(ascent=880, descent=-120)
    made.setupNameTable({"familyName": "FangSong_GB2312", "styleName": "Regular"})
    made.setupOS2()
    made.setupPost()
    (tmp_path / "fonts").mkdir()
    made.save(tmp_path / "fonts" / "own.ttf")
    css = (Path(press.__file__).parent / "templates/reports/official/official.css").read_text(encoding="utf-8")
    (families,) = re.findall(r"font: 16pt/28.9pt ([^;]+);", css)
    script = (
        "import sys; from geoapp.reports import press;"
        " sys.stdout.buffer.write(press.pdf(sys.argv[1], {}, uncompressed_pdf=True))"
    )
    page = f"<p style='font: 16pt {families}'>仿宋</p>"
    for home, taken in ((tmp_path, True), (tmp_path / "none", False)):
        told = {**os.environ, "XDG_DATA_HOME": str(home), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        done = subprocess.run([sys.executable, "-c", script, page], env=told, capture_output=True, check=True)
        assert (b"FangSong" in done.stdout) == taken


def test_a_file_is_whole_and_the_same_each_time() -> None:
    first, second = (press.pdf('<img src="drawing:one">', {"one": drawing()}, pdf_identifier=b"0a") for _ in range(2))
    assert first == second
    assert len(pypdfium2.PdfDocument(first)) == 1
