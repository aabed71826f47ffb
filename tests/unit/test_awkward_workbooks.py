"""Workbooks as bureaux send them: read right, asked about, or refused by what they are."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from layers.ingest import marks
from layers.ingest.refusal import ImportRefused
from tests import workbooks
from tests.awkward_files import HEADINGS, WELLS, ods, ods_row, ole, register, taken, zipped
from tests.old_workbooks import error, unsaved, xls

Sheet = Any


def book(
    path: Path,
    lines: list[tuple[Any, ...]],
    change: Callable[[Sheet], None] | None = None,
    **more: list[tuple[Any, ...]],
) -> Path:
    """A workbook with a sheet 机井 of these lines, changed, and more sheets."""
    made = openpyxl.Workbook()
    for name, rows in {"机井": lines, **more}.items():
        sheet = made.active if name == "机井" else made.create_sheet(name)
        sheet.title = name
        for row in rows:
            sheet.append(row)
    if change:
        change(made["机井"])
    made.save(path)
    return path


def patched(path: Path, old: str, new: str) -> Path:
    """The workbook with something else in the XML of its first sheet."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w") as target:
        for name, data in parts.items():
            if name.endswith("sheet1.xml"):
                assert old in data.decode()
                data = data.decode().replace(old, new).encode()
            target.writestr(name, data)
    return path


ROWS = [HEADINGS, *WELLS]
TITLE = ("海淀区2019年机井基本情况表",)
INFO = ("填报单位：海淀区水务局", None, None, "2019年7月", "单位：米")


def merge(*ranges: str) -> Callable[[Sheet], None]:
    def change(sheet: Sheet) -> None:
        for one in ranges:
            sheet.merge_cells(one)

    return change


def test_titles_above_the_heading(tmp_path: Path) -> None:
    found = taken(book(tmp_path / "a.xlsx", [TITLE, INFO, *ROWS], merge("A1:E1", "A2:C2")))
    assert (found.headings, found.cells, found.rows) == (HEADINGS, list(WELLS), [4, 5, 6])
    assert found.above == (TITLE[0], INFO[0], "2019年7月", "单位：米")
    choice = found.choices["heading"]
    assert (choice.value, choice.asks) == ("3", False) and "5 个列名" in choice.zh and "2" in choice.others


def test_a_title_merged_over_two_lines(tmp_path: Path) -> None:
    found = taken(book(tmp_path / "a.xlsx", [TITLE, (), *ROWS], merge("A1:E2")))
    assert (found.headings, found.choices["heading"].value, found.rows[0]) == (HEADINGS, "3", 4)


def test_a_title_in_two_cells_above_a_heading_of_which_one_word_is_known(tmp_path: Path) -> None:
    found = taken(
        book(tmp_path / "a.xlsx", [("机井", "基本情况"), ("编码", "井的名字", "深度多少"), ("W1", "甲", "1")])
    )
    assert (found.headings, found.rows) == (("编码", "井的名字", "深度多少"), [3])
    assert found.choices["heading"].asks and "1" in found.choices["heading"].others


def test_a_wide_table_of_months(tmp_path: Path) -> None:
    lines = [
        TITLE,
        ("区划代码", "名称", "2019年用水量（万立方米）", None),
        (None, None, "1月", "2月"),
        ("110108", "甲", 1, 2),
    ]
    found = taken(book(tmp_path / "a.xlsx", lines, merge("A1:D1", "A2:A3", "B2:B3", "C2:D2")))
    assert found.headings == ("区划代码", "名称", "2019年用水量（万立方米）/1月", "2019年用水量（万立方米）/2月")


def test_two_lines_of_heading_merged(tmp_path: Path) -> None:
    lines = [
        TITLE,
        ("编码", "名称", "位置", None, "2021年", None),
        (None, None, "经度", "纬度", "数量", "金额"),
        ("W1", "甲", 116.3, 39.9, 5, 6),
    ]
    found = taken(book(tmp_path / "a.xlsx", lines, merge("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2")))
    assert found.headings == ("编码", "名称", "经度", "纬度", "2021年/数量", "2021年/金额")
    assert found.choices["heading"].value == "2-3"
    assert (found.rows, found.cells) == ([4], [("W1", "甲", "116.3", "39.9", "5", "6")])


def test_three_lines_of_heading_merged(tmp_path: Path) -> None:
    lines = [("编码", "名称", "用水量", None, None, None), (None, None, "2021年", None, "2022年", None), (None, None, "地表", "地下", "地表", "地下"),
             ("W1", "甲", 1, 2, 3, 4)]  # fmt: skip
    found = taken(book(tmp_path / "a.xlsx", lines, merge("A1:A3", "B1:B3", "C1:F1", "C2:D2", "E2:F2")))
    assert found.headings == (
        "编码",
        "名称",
        "用水量/2021年/地表",
        "用水量/2021年/地下",
        "用水量/2022年/地表",
        "用水量/2022年/地下",
    )
    assert (found.choices["heading"].value, found.rows) == ("1-3", [4])


def test_a_line_of_units_below_the_heading(tmp_path: Path) -> None:
    found = taken(book(tmp_path / "a.xlsx", [HEADINGS, (None, None, None, "（米）", None), *WELLS]))
    assert found.headings == (*HEADINGS[:3], "井深(米)", HEADINGS[4])
    assert found.rows[0] == 3


def test_the_heading_is_told(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [("编码", "名称"), ("甲", "乙"), ("W1", "x")])
    assert taken(path, told={"heading": "1-2"}).headings == ("编码/甲", "名称/乙")
    with pytest.raises(ImportRefused, match="应写作行号"):
        taken(path, told={"heading": "0"})


def test_a_table_that_begins_in_another_column(tmp_path: Path) -> None:
    lines = [
        (),
        (None, None, *HEADINGS),
        (None, None, "W1", "甲", "农业", 80, "110108"),
        (None, None, None, "乙", "工业", 81, "110109"),
    ]
    found = taken(book(tmp_path / "a.xlsx", lines, merge("C3:C4")))
    assert found.headings == HEADINGS
    assert found.cells == [("W1", "甲", "农业", "80", "110108"), ("W1", "乙", "工业", "81", "110109")]


def test_merged_names_hold_for_all_their_rows(tmp_path: Path) -> None:
    lines = [
        HEADINGS,
        ("W1", "甲", "农业", 1, "110108"),
        ("W2", None, "农业", 2, None),
        ("W3", None, "农业", 3, None),
        ("W4", "乙", None, 4, "110109"),
    ]
    found = taken(book(tmp_path / "a.xlsx", lines, merge("B2:B4", "E2:E4")))
    assert [row[1] for row in found.cells] == ["甲", "甲", "甲", "乙"]
    assert [row[4] for row in found.cells] == ["110108", "110108", "110108", "110109"]
    assert not found.choices["merged"].asks and "2 处合并" in found.choices["merged"].zh


def test_merged_names_hold_over_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.ingest.workbook.CHUNK_ROWS", 2)
    lines = [("code", "name"), *((f"W{n}", "甲" if not n else None) for n in range(7))]
    assert [row[1] for row in taken(book(tmp_path / "a.xlsx", lines, merge("B2:B7"))).cells] == ["甲"] * 6 + [None]


def test_a_merged_number_may_be_a_sum_and_is_asked_about(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [HEADINGS, ("W1", "甲", "农业", 240, "110108"), ("W2", "乙", "农业", None, "110108")],
        merge("D2:D3"),
    )
    found = taken(path)
    assert found.choices["merged"].asks and "井深" in found.choices["merged"].zh
    assert [row[3] for row in found.cells] == ["240", "240"]
    assert [row[3] for row in taken(path, told={"merged": "first"}).cells] == ["240", None]
    with pytest.raises(ImportRefused, match="没有“half”"):
        taken(path, told={"merged": "half"})


def test_hidden_rows_and_columns_are_said(tmp_path: Path) -> None:
    def change(sheet: Sheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True

    found = taken(book(tmp_path / "a.xlsx", ROWS, change))
    assert found.cells == list(WELLS)
    assert "1 行是隐藏的" in found.notes and "第 3 行" in found.notes and "隐藏的列 D" in found.notes


def test_formulas_without_results_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [HEADINGS, ("W1", "甲", "农业", "=40+40", "110108")])
    with pytest.raises(ImportRefused, match="1 个单元格是公式，但没有保存计算结果（如 D2）"):
        taken(path)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="D2"><f>1+1</f></c>',
        '<c r="D2"><f t="shared" si="0"/></c>',
        '<c r="D2" s="3"><f t="shared" si="0"/><v/></c>',
    ],
)
def test_formulas_without_results_in_every_spelling(tmp_path: Path, cell: str) -> None:
    with pytest.raises(ImportRefused, match="D2"):
        taken(
            workbooks.write(
                tmp_path / "a.xlsx", {"S": [workbooks.row(1, dict(enumerate(HEADINGS, 1))), f'<row r="2">{cell}</row>']}
            )
        )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="D2"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="D2" t="str"><f>""</f><v></v></c>', None),  # the saved result is an empty text
        ('<c r="D2" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="D2" t="e"><f>A1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="D2" s="1" t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c r="D2"><v>1.10101199001011E+17</v></c>', "1.10101199001011e+17"),
        ('<c r="D2"><v>2018.1</v></c>', "2018.1"),
    ],
)
def test_what_stands_in_a_cell(tmp_path: Path, cell: str, text: str | None) -> None:
    rows = [workbooks.row(1, dict(enumerate(HEADINGS, 1))), f'<row r="2">{workbooks.cell("A2", "W1")}{cell}</row>']
    assert taken(workbooks.write(tmp_path / "a.xlsx", {"S": rows})).cells[0][3] == text


def test_elements_with_a_prefix_are_understood(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [HEADINGS, ("W1", "甲", "农业", "X", "110108")])
    patched(path, "<sheetData>", "<sheetData><!-- -->")
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    for name in ("worksheet", "sheetData", "row", "c", "v", "f", "is", "t"):
        xml = (
            xml.replace(f"<{name}>", f"<x:{name}>")
            .replace(f"<{name} ", f"<x:{name} ")
            .replace(f"</{name}>", f"</x:{name}>")
        )
    xml = xml.replace("xmlns=", "xmlns:x=").replace('t="inlineStr"><x:is><x:t>X</x:t></x:is>', 't="e"><x:v>#N/A</x:v>')
    parts["xl/worksheets/sheet1.xml"] = xml.encode()
    zipped(path, parts)
    assert taken(path).cells == [("W1", "甲", "农业", "#N/A", "110108")]


def test_a_workbook_in_the_strict_form_of_the_standard(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [HEADINGS, ("W1", "甲", "农业", "=1+1", "110108")])
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        for old, new in (
            ("spreadsheetml/2006/main", "spreadsheetml/main"),
            ("officeDocument/2006/relationships", "officeDocument/relationships"),
        ):
            parts[name] = parts[name].replace(
                f"http://schemas.openxmlformats.org/{old}".encode(), f"http://purl.oclc.org/ooxml/{new}".encode()
            )
    zipped(path, parts)
    with pytest.raises(ImportRefused, match="D2"):
        taken(path)


def padded(code: str) -> Callable[[Sheet], None]:
    def change(sheet: Sheet) -> None:
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, 1).number_format = code

    return change


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("000", "007"),
        ('"W"000', "W007"),
        ("00000000", "00000007"),
        ("0", "7"),
        ("General", "7"),
        ("0.00", "7"),
        ('0"米"', "7"),
    ],
)
def test_numbers_that_are_shown_with_zeros_in_front(tmp_path: Path, code: str, shown: str) -> None:
    path = book(tmp_path / "a.xlsx", [HEADINGS, (7, "甲", "农业", 80, "110108")], padded(code))
    found = taken(path)
    assert found.cells[0][0] == shown
    assert ("zeros" in found.choices) == (shown != "7")
    if shown != "7":
        assert found.choices["zeros"].asks and "编码" in found.choices["zeros"].zh
        assert taken(path, told={"zeros": "stored"}).cells[0][0] == "7"


def test_a_number_format_is_for_numbers(tmp_path: Path) -> None:
    found = taken(book(tmp_path / "a.xlsx", ROWS, padded("000")))
    assert found.cells == list(WELLS) and not found.choices


def test_of_several_sheets_the_known_one_is_taken(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", ROWS, None, 说明=[("填表说明", "一"), ("二", "三")], 汇总=[("区", "数量"), ("海淀", 3)]
    )
    found = taken(path)
    assert found.cells == list(WELLS)
    assert (found.choices["sheet"].value, list(found.choices["sheet"].others)) == ("机井", ["说明", "汇总"])
    assert taken(path, "汇总").headings == ("区", "数量")


def test_of_two_registers_one_is_to_be_chosen(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ROWS, None, 二期=ROWS)
    with pytest.raises(ImportRefused, match="多张工作表") as caught:
        taken(path)
    assert caught.value.allowed == ["机井", "二期"]
    assert taken(path, told={"sheet": "二期"}).cells == list(WELLS)


def hide(state: str, name: str) -> Callable[[Sheet], None]:
    def change(sheet: Sheet) -> None:
        sheet.parent[name].sheet_state = state

    return change


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_read_and_said(tmp_path: Path, state: str) -> None:
    path = book(tmp_path / "a.xlsx", ROWS, hide(state, "旧"), 旧=ROWS)
    found = taken(path)
    assert found.cells == list(WELLS) and "隐藏的工作表未读：旧" in found.notes
    assert taken(path, "旧").cells == list(WELLS)


def test_the_sheet_that_explains_a_file_of_ours_is_passed_over(tmp_path: Path) -> None:
    found = taken(
        book(
            tmp_path / "a.xlsx",
            ROWS,
            None,
            **{"说明 about": [("字段 field", "中文名"), ("code", "编码"), ("name", "名称")]},
        )
    )
    assert found.cells == list(WELLS) and not found.choices


def test_several_tables_in_one_sheet_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="第 6 行又是一行表头"):
        taken(book(tmp_path / "a.xlsx", [*ROWS, (), ("名称", "用途", "区划代码"), ("甲", "农业", "110108")]))


def test_a_heading_repeated_on_every_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="第 5 行又是一行表头"):
        taken(book(tmp_path / "a.xlsx", [*ROWS, *ROWS]))


def test_footers_and_blank_lines_are_handed_on(tmp_path: Path) -> None:
    found = taken(book(tmp_path / "a.xlsx", [*ROWS, ("合计", None, None, 243.5, None), (), ("填表人：张三",)]))
    assert found.rows == [2, 3, 4, 5, 7]
    assert found.cells[-2:] == [("合计", None, None, "243.5", None), ("填表人：张三", None, None, None, None)]


@pytest.mark.parametrize(("name", "made"), [("a.xls", "a.xlsx"), ("A.XLSX", "b.xlsx")])
def test_a_workbook_is_opened_by_what_it_is(tmp_path: Path, name: str, made: str) -> None:
    path = book(tmp_path / made, ROWS).rename(tmp_path / name)
    assert taken(path).cells == list(WELLS)


OLD = [HEADINGS, ("W1", "甲", "农业", 80.0, "110108"), ("W2", "乙", "工业", 81.5, "110109")]


def test_an_old_workbook(tmp_path: Path) -> None:
    found = taken(xls(tmp_path / "a.xls", [TITLE, *OLD], hidden_rows=[2], hidden_columns=[3]))
    assert found.cells == [("W1", "甲", "农业", "80", "110108"), ("W2", "乙", "工业", "81.5", "110109")]
    assert found.rows == [3, 4] and "第 3 行" in found.notes and "隐藏的列 D" in found.notes


def test_errors_and_formulas_in_an_old_workbook(tmp_path: Path) -> None:
    found = taken(xls(tmp_path / "a.xls", [HEADINGS, ("W1", "甲", "农业", error(1, 3, 0x2A), error(1, 4, 0x17))]))
    assert found.cells == [("W1", "甲", "农业", "#N/A", "#REF!")]
    with pytest.raises(ImportRefused, match="D2"):
        taken(xls(tmp_path / "b.xls", [HEADINGS, ("W1", "甲", "农业", unsaved(1, 3), "110108")]))


def test_numbers_shown_with_zeros_in_an_old_workbook(tmp_path: Path) -> None:
    found = taken(xls(tmp_path / "a.xls", [HEADINGS, (7.0, "甲", "农业", None, "110108")], padded="0000"))
    assert found.cells[0][0] == "0007" and found.choices["zeros"].asks


def table(*rows: str) -> dict[str, bytes]:
    return ods("".join(rows))


def test_an_opendocument_workbook(tmp_path: Path) -> None:
    found = taken(zipped(tmp_path / "a.ods", table(ods_row(TITLE), *map(ods_row, ROWS))))
    assert (found.headings, found.cells, found.rows) == (HEADINGS, list(WELLS), [3, 4, 5])


def test_hidden_and_merged_in_an_opendocument_workbook(tmp_path: Path) -> None:
    covered = "<table:covered-table-cell/>" + "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in ("乙", "农业", "81", "110108")
    )
    rows = [
        ods_row(HEADINGS),
        ods_row(
            WELLS[0], 'table:visibility="filter"', 'table:number-rows-spanned="2" table:number-columns-spanned="1"'
        ),
        f"<table:table-row>{covered}</table:table-row>",
    ]
    found = taken(zipped(tmp_path / "a.ods", table(*rows)))
    assert found.cells == [WELLS[0], ("W1", "乙", "农业", "81", "110108")]
    assert "1 行是隐藏的" in found.notes and "第 2 行" in found.notes and "merged" in found.choices


def test_formulas_without_results_in_an_opendocument_workbook(tmp_path: Path) -> None:
    row = '<table:table-row><table:table-cell office:value-type="string"><text:p>W1</text:p></table:table-cell><table:table-cell table:formula="of:=1+1"/></table:table-row>'
    with pytest.raises(ImportRefused, match="B2"):
        taken(zipped(tmp_path / "a.ods", table(ods_row(("编码", "名称")), row)))


def test_errors_in_an_opendocument_workbook(tmp_path: Path) -> None:
    cell = '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
    row = f'<table:table-row><table:table-cell office:value-type="string"><text:p>W1</text:p></table:table-cell>{cell}</table:table-row>'
    assert taken(zipped(tmp_path / "a.ods", table(ods_row(("编码", "名称")), row))).cells == [("W1", "#N/A")]


def cut(path: Path) -> bytes:
    return book(path, ROWS).read_bytes()[:-400]


REFUSED: list[tuple[str, str, Callable[[Path], bytes], str]] = [
    ("a web page", "a.xls", lambda path: b'<html><meta charset="gb2312"><table><tr><td>1</td></tr></table></html>', "网页（HTML）.*另存为 .xlsx"),
    ("a table without a page", "a.xls", lambda path: b'\xef\xbb\xbf<table border="1"><tr><td>1</td></tr></table>', "网页（HTML）"),
    ("a page with a doctype", "a.xls", lambda path: b"<!DOCTYPE html>\n<!-- x --><HTML><body></body></HTML>", "网页（HTML）"),
    ("a web archive", "a.xls", lambda path: b"MIME-Version: 1.0\r\n", "网页（HTML）"),
    ("XML of Excel 2003", "a.xls",
     lambda path: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
     "XML 表格"),
    ("a password", "a.xlsx", lambda path: ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "密码"),
    ("a password of an old one", "a.xls", lambda path: xls(path, OLD, locked=True).read_bytes(), "密码"),
    ("an old Word document", "a.xls", lambda path: ole("Root Entry", "WordDocument"), "Word 文档"),
    ("some old Office file", "a.xls", lambda path: ole("Root Entry"), "旧式 Office 文件"),
    ("a Word document", "a.xlsx", lambda path: zipped(path, {"[Content_Types].xml": b"", "word/document.xml": b""}).read_bytes(), "Word 文档"),
    ("a binary workbook", "a.xlsx", lambda path: zipped(path, {"[Content_Types].xml": b"", "xl/workbook.bin": b""}).read_bytes(), "xlsb.*另存为 .xlsx"),
    ("a text", "a.xlsx", lambda path: register("gbk"), "纯文本.*扩展名改为 .csv"),
    ("another zip", "a.xlsx", lambda path: zipped(path, {"a.csv": b"x"}).read_bytes(), "zip 压缩文件"),
    ("cut short", "a.xlsx", cut, "已损坏或不完整"),
    ("a PDF", "a.xlsx", lambda path: b"%PDF-1.7", "PDF"),
    ("a RAR", "a.xlsx", lambda path: b"Rar!\x1a\x07", "RAR.*压缩为 .zip"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused_by_what_it_is(tmp_path: Path, name: str, data: Callable[[Path], bytes], words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data(tmp_path / "made.xlsx"))
    with pytest.raises(ImportRefused, match=words):
        taken(path)


@pytest.mark.parametrize(
    ("code", "found"),
    [("000", ("", 3)), ('"机"0000', ("机", 4)), (r"\A\-00", ("A-", 2)), ("00;[Red]-00", ("", 2)), ("0", None), ("General", None), ("@", None), ("#,##0", None),
     ("yyyy-mm-dd", None), ("0.00E+00", None), ("00.0", None), ("", None)],
)  # fmt: skip
def test_which_formats_fill_up_with_zeros(code: str, found: marks.Padding | None) -> None:
    assert marks.padding(code) == found
