"""The other forms: workbook, offline map, pictures; and the command that writes them into a folder."""

from __future__ import annotations

import io
import json
import re
import xml.dom.minidom
import zipfile
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from geoapp.reports import content, document, figures, pictures, tables, workbook
from geoapp.reports.ask import Ask, data_stamp, parse_formats
from geoapp.reports.bulk import outstanding
from geoapp.reports.files import write_whole
from geoapp.reports.record import Record
from layers.errors import BadParameter
from layers.export.timeless import zipped
from layers.periods import parse_period
from tests.factories import DISTRICT, SOUTHERN
from tests.report_city import drawn_apart, make_city

pytestmark = pytest.mark.django_db  # or `drawn` would find no test database, and take the other
ASK = Ask(DISTRICT, parse_period("2019"), site="http://x/")


@pytest.fixture(scope="module")
def both(django_db_setup: None, django_db_blocker: Any) -> dict[str, document.Drawn]:
    return drawn_apart(django_db_blocker)


@pytest.fixture(scope="module")
def drawn(both: dict[str, document.Drawn]) -> document.Drawn:
    return both["zh"]


# By the unit that a heading states: what is stored in one of it, and how a cell is written.
UNITS = {
    "万 m³": (10**7, "#,##0.00"), "万 m³/km²": (10**4, "#,##0.00"), "m³": (10**3, "#,##0"), "m³/km²": (1, "#,##0"),
    "million m³": (10**9, "#,##0.000"), "million m³/km²": (10**6, "#,##0.000"),
    "thousand m³": (10**6, "#,##0.0"), "thousand m³/km²": (10**3, "#,##0.0"),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_holds_every_table_as_numbers(drawn: document.Drawn, lang: str) -> None:
    data = workbook.xlsx(drawn.report, lang)
    book = openpyxl.load_workbook(io.BytesIO(data))
    reckoned = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    expected = workbook.every_table(drawn.report, lang)
    assert len(book.sheetnames) == len(expected) + 1 == len(set(book.sheetnames))
    for table, name in zip(expected, book.sheetnames[1:], strict=True):
        sheet = book[name]
        assert sheet.freeze_panes == "A2" and sheet.print_title_rows == "$1:$1"
        page = sheet.page_setup
        assert (page.orientation, int(page.paperSize), page.fitToWidth, page.fitToHeight) == ("landscape", 9, 1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and not re.search(r"\d", name)
        assert [cell.value for cell in sheet[1]] == [workbook.header(column) for column in table.columns]
        below = 1 + len(table.rows) + bool(table.total)
        assert sheet.max_row == below + (1 + len(table.notes) if table.notes else 0)
        for cells, row in zip(
            sheet.iter_rows(min_row=2, max_row=below),
            [*table.rows, *([table.total] if table.total else [])],
            strict=True,
        ):
            for cell, value, column in zip(cells, row, table.columns, strict=True):
                divisor, written = 1, workbook.FORMATS.get(column.kind)
                if column.kind in ("litres", "density"):
                    divisor, written = UNITS[workbook.header(column).split("(")[-1].removesuffix(")")]
                if isinstance(value, int | float) and cell.data_type != "f":
                    assert cell.value == pytest.approx(value / divisor, rel=1e-12) and cell.data_type == "n"
                    assert cell.number_format == written
                elif isinstance(value, int | float):
                    assert row == table.total and re.fullmatch(r"=SUM\(([A-Z])2:\1\d+\)", cell.value)
                    assert reckoned[name][cell.coordinate].value == pytest.approx(value / divisor)
                elif column.kind == "month" and row != table.total:
                    assert f"{cell.value:%Y-%m}" == value and cell.number_format == "yyyy-mm"
                else:
                    assert (cell.value or "") == (value or "") and cell.data_type in ("s", "n")
    regions = next(table for table in expected if table.key == "regions")
    assert regions.total[3] == drawn.report.total_l == sum(int(row[3] or 0) for row in regions.rows)
    assert any("万 m³" in workbook.header(column) for column in regions.columns) == (lang == "zh")


def test_nothing_in_english_is_told_in_ten_thousands(both: dict[str, document.Drawn]) -> None:
    english, report = both["en"], both["en"].report
    texts = [document.html(english), *(figure.svg for figure in (*english.maps, *english.charts))]
    texts += [column.unit for table in workbook.every_table(report, "en") for column in table.columns]
    assert not [text for text in texts if "10⁴" in text or "万 m³" in text]
    for table in workbook.every_table(report, "en"):
        assert len({column.unit for column in table.columns if column.kind == "litres"}) <= 1, table.key


def test_no_name_is_taken_for_a_formula(drawn: document.Drawn) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook.xlsx(drawn.report, "zh")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert formulas and all(re.fullmatch(r"=SUM\([A-Z]\d+:[A-Z]\d+\)", formula) for formula in formulas)


def test_the_first_sheet_says_what_the_figures_are(drawn: document.Drawn) -> None:
    rows = list(
        openpyxl.load_workbook(io.BytesIO(workbook.xlsx(drawn.report, "zh"))).worksheets[0].iter_rows(values_only=True)
    )
    told = {label: text for label, text in rows[1:] if label}
    assert rows[0][0] == "试验区用水报告" and told["统计期"] == "2019年 · 2019" and DISTRICT in told["名称"]
    assert told["数据版本"].startswith(f"第 {drawn.report.version} 版") and "全口径" in told["编制说明"]


def test_the_same_data_make_the_same_workbook_and_pictures(drawn: document.Drawn) -> None:
    assert workbook.xlsx(drawn.report, "en") == workbook.xlsx(drawn.report, "en")
    assert pictures.svgs(drawn) == pictures.svgs(drawn)


def test_drawings_are_whole_and_inside_their_paper(drawn: document.Drawn) -> None:
    from geoapp.reports.drawing.svg import MM_PER_PT, text_width

    with zipfile.ZipFile(io.BytesIO(pictures.svgs(drawn))) as archive:
        names = archive.namelist()
        expected = ("township-volume", "village-per_km2", "objects", "supply-areas", "months")
        assert {f"{DISTRICT}-2019-{key}.svg" for key in expected} <= set(names)
        for name in names:
            root = xml.dom.minidom.parseString(archive.read(name)).documentElement
            width, height = (float(each) for each in root.getAttribute("viewBox").split()[2:])
            texts = root.getElementsByTagName("text")
            said = "".join(text.firstChild.data for text in texts)
            # Taken out of the report it still says of whom, what, when, and of which data.
            assert drawn.report.name in said and "2019年" in said and f"第 {drawn.report.version} 版" in said, said
            assert "不可用于决策" in said
            for text in texts:
                x, y = float(text.getAttribute("x")), float(text.getAttribute("y"))
                across = text_width(text.firstChild.data, float(text.getAttribute("font-size")) / MM_PER_PT)
                left = x - {"": 0, "middle": across / 2, "end": across}[text.getAttribute("text-anchor")]
                assert left >= -0.5 and left + across <= width + 0.5 and 0 < y <= height, (name, text.firstChild.data)


def test_maps_say_what_they_are_drawn_in(drawn: document.Drawn) -> None:
    for figure in drawn.maps:
        assert "EPSG:4548" in figure.svg and "比例尺 1:" in figure.svg and "不可用于决策" in figure.svg
        assert figure.alt and re.search(r">\d+ k?m<", figure.svg)


def test_a_picture_is_of_print_resolution(drawn: document.Drawn) -> None:
    figures = [*drawn.maps, *drawn.charts]
    shots = pictures.shots(figures)
    assert list(shots) == [figure.key for figure in figures]
    picture = Image.open(io.BytesIO(shots[figures[0].key]))
    width = float(re.search(r'width="([\d.]+)mm"', drawn.maps[0].svg)[1])  # type: ignore[index]
    assert picture.size[0] == pytest.approx(width / 25.4 * pictures.DPI, abs=2)
    assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 20


def test_printed_and_calculated_numbers_are_one(drawn: document.Drawn) -> None:
    table = tables.months(drawn.report, "zh")
    assert table.columns[1].shown(12_345_678_901) == figures.unit((), "zh").text(12_345_678_901) == "1,234.57"


@pytest.mark.parametrize(("text", "forms"), [(None, ("pdf",)), ("xlsx,pdf", ("pdf", "xlsx")), ("png", ("png",))])
def test_forms_are_parsed(text: str | None, forms: tuple[str, ...]) -> None:
    assert parse_formats(text) == forms


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(BadParameter):
        parse_formats("doc")


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b.txt", b"one")
    write_whole(tmp_path / "a" / "b.txt", b"two")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"two"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.txt"]


@pytest.fixture(autouse=True)
def _in_this_process(settings: Any) -> None:
    settings.SERVICE_USER = ""  # a process of another user's would not see what the test has written


def run(folder: Path, *words: str) -> str:
    out = StringIO()
    call_command("report", "--period", "2019", "--out", str(folder), *words, stdout=out)
    return out.getvalue()


def test_a_workbook_is_settled_whatever_prefix_a_library_gave_the_terms() -> None:
    core = b'<c xmlns:dct="http://purl.org/dc/terms/"><dct:modified xsi:type="dct:W3CDTF">2031-01-01T00:00:00Z</dct:modified></c>'
    told = unpacked(workbook._settled(zipped({"docProps/core.xml": core}), datetime(2019, 1, 2, 3, 4, 5)))
    assert ">2019-01-02T03:04:05Z<" in told["docProps/core.xml"] and "2031" not in told["docProps/core.xml"]


def unpacked(data: bytes) -> dict[str, str]:
    """The members of a ZIP as text, so that a difference can be read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_command_makes_what_is_missing_and_keeps_what_is_whole(tmp_path: Path) -> None:
    make_city()
    assert "1 份写入" in run(tmp_path, "--district", SOUTHERN, "--formats", "xlsx,svg")
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {"110101001-南街道-2019.xlsx", "110101001-南街道-2019-svg.zip", "reports.json"}
    assert "1 份已有" in run(tmp_path, "--district", SOUTHERN, "--formats", "svg,xlsx")
    (tmp_path / "110101001-南街道-2019.xlsx").write_bytes(b"half")
    told = run(tmp_path, "--district", SOUTHERN, "--formats", "xlsx,svg")
    assert "xlsx" in told and "svg" not in told
    again = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for name, data in made.items():
        if name.endswith((".xlsx", ".zip")):
            assert unpacked(again[name]) == unpacked(data), name
    assert again == made
    record = json.loads((tmp_path / "reports.json").read_text())
    assert {told["version"] for told in record.values()} == {content.build(ASK).version}


def test_another_data_version_is_made_anew(tmp_path: Path) -> None:
    make_city()
    run(tmp_path, "--district", SOUTHERN, "--formats", "xlsx")
    ask = Ask(SOUTHERN, parse_period("2019"))
    assert Record(tmp_path).holds(ask, "xlsx", data_stamp())
    assert not outstanding([ask], ["xlsx"], Record(tmp_path), data_stamp())
    assert [task.forms for task in outstanding([ask], ["xlsx"], Record(tmp_path), "27-other")] == [("xlsx",)]
    (tmp_path / "reports.json").write_text("{ cut sho")
    assert outstanding([ask], ["xlsx"], Record(tmp_path), data_stamp())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--district", "110999"], "没有代码为 110999"), ([], "--district"), (["--district", DISTRICT, "--formats", "doc"], "doc"),
        (["--district", DISTRICT, "--period", "2031"], "2031 没有用水数据"),
    ],
)  # fmt: skip
def test_the_command_says_what_is_wrong_before_it_begins(tmp_path: Path, words: list[str], said: str) -> None:
    make_city()
    with pytest.raises(CommandError, match=said) as refused:
        run(tmp_path, *words)
    assert refused.value.returncode == 2 and list(tmp_path.iterdir()) == []
