"""Text in files of ours: what would be run is guarded, what came with a guard keeps it, and nothing else changes."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from geoapp.reports.drawing.svg import Canvas
from layers.export.cells import text_cell
from layers.ingest.delimited import open_delimited
from layers.ingest.reading import Hints
from layers.ingest.refusal import Verdicts
from layers.ingest.report import ImportReport, write
from layers.ingest.workbook import open_workbook
from layers.text import GUARDED, guarded, is_formula, is_plain, one_line, unguarded, visible, xml_text
from tests.hostile import CODES, HOSTILE

# Any text, and often one that is made of what somebody would try.
TEXTS = st.one_of(
    st.text(),
    st.lists(st.sampled_from([*HOSTILE, *CODES, "'", "=", "-", "\t", "\n", " ", "甲"]) | st.text(max_size=3)).map(
        "".join
    ),
).map(lambda text: text.replace("\x00", ""))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("-1+2", "'-1+2"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("\n=1", "'\n=1"), ("\t甲", "'\t甲"), (" =1", "' =1"), ("＝1+1", "'＝1+1"),
        ("'=1", "''=1"), ("''-1", "'''-1"), ("'甲'", "'甲'"), ("甲=1", "甲=1"), ("", ""), ("'", "'"), ("3#井", "3#井"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


@given(TEXTS)
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not is_formula(guarded(text)) or guarded(text).startswith("'")


@given(TEXTS)
def test_the_reader_takes_off_what_python_does(text: str) -> None:
    (found,) = pc.replace_substring_regex(pa.array([text]), GUARDED, r"\1").to_pylist()
    assert found == unguarded(text)


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_csv_of_ours_is_read_as_it_was_meant(texts: list[str]) -> None:
    texts = [plain for text in texts if (plain := one_line(text).strip()) and is_plain(plain)]
    path = Path("names.csv")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["code", "name"])
        lines.writerows([str(n), guarded(text)] for n, text in enumerate(texts))
    opened = open_delimited(path, None, Hints(words=frozenset({"code", "name"})))
    found = [name for chunk in opened.chunks() for name in chunk.columns["name"].to_pylist()]
    assert found == texts


@pytest.fixture(autouse=True)
def in_a_room_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_numbers_in_a_file_of_another_are_read_with_and_without_the_guard() -> None:
    Path("numbers.csv").write_text("code,depth_m\nW1,-5\nW2,'-5\nW3,+5\n")
    found = [
        cell for chunk in open_delimited(Path("numbers.csv")).chunks() for cell in chunk.columns["depth_m"].to_pylist()
    ]
    assert found == ["-5", "-5", "+5"]


@settings(deadline=None, max_examples=40)
@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=5))
def test_a_cell_of_a_workbook_is_the_text_and_nothing_else(texts: list[str]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("names")
    sheet.append(["name", "number"])
    for text in texts:
        sheet.append([text_cell(sheet, text), 1])
    book.save("names.xlsx")
    cells = [row[0] for row in openpyxl.load_workbook("names.xlsx")["names"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [bool(cell.quotePrefix) for cell in cells] == [is_formula(text) for text in texts]
    # Our own reader, which knows the escapes as Excel does, trims and drops what is empty.
    read = [
        name for chunk in open_workbook(Path("names.xlsx"), None).chunks() for name in chunk.columns["name"].to_pylist()
    ]
    wanted = [xml_text(text).strip() or None for text in texts]
    assert read == wanted


@given(TEXTS, TEXTS)
def test_a_drawing_holds_a_text_as_text(title: str, text: str) -> None:
    canvas = Canvas(100, 100, title)
    canvas.text(1, 1, text, 6, halo=True)
    found = list(ElementTree.fromstring(canvas.to_svg()))
    assert [each.tag.rpartition("}")[2] for each in found] == ["title", "text", "text"]
    assert [each.text or "" for each in found] == [one_line(title), one_line(text), one_line(text)]


@pytest.mark.parametrize("text", ["\x1b[31m", "甲\n乙", "甲\u2028乙", "\x07", "\ufffe", "\r", "\x85"])
def test_control_characters_and_line_breaks_are_no_plain_text(text: str) -> None:
    assert not is_plain(text)
    assert re.search(r"[\x00-\x1f\x7f\ufffe]", one_line(text)) is None


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.isprintable()])
def test_what_is_printed_is_shown_as_it_is(text: str) -> None:
    assert visible(text) == text == one_line(text)


def test_a_terminal_is_given_nothing_to_obey() -> None:
    assert visible("\x1b[2J甲\r\n\u202e") == "·[2J甲···"


def test_no_cell_of_refused_rows_is_run() -> None:
    verdicts = Verdicts()
    for row, text in enumerate(HOSTILE, 2):
        verdicts.refused.add(row, text, text, "duplicate", text)
    write(ImportReport("well", "well", "井.csv", verdicts=verdicts), Path("refused.csv"))
    rows: list[Any] = list(csv.reader(io.StringIO(Path("refused.csv").read_text("utf-8-sig"), newline="")))[1:]
    assert [row[2] for row in rows] == [guarded(refusal.value) for refusal in verdicts.refused.first(99)]
    assert not [cell for row in rows for cell in row if is_formula(cell) and not cell.startswith("'")]
