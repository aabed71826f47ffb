"""Texts and dBASE tables as bureaux send them: read right, asked about, or refused by what they are."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.ingest import encodings, headings
from layers.ingest.reading import Hints
from layers.ingest.refusal import ImportRefused
from tests.awkward_files import HEADINGS, WELLS, WORDS, csv, dbf, named, register, shapefile, taken, zipped

BIG5 = [("編號", "名稱", "地點"), ("A1", "臺北市自來水廠", "萬華區"), ("A2", "興隆淨水場", "文山區")]
TITLE = ("海淀区机井基本情况表", "", "", "", "")
INFO = ("填报单位：海淀区水务局", "", "", "2019年7月", "单位：米")


@dataclass(frozen=True)
class Case:
    """A file of a kind, and what is right."""

    kind: str
    name: str
    data: bytes
    heading: str | None = None  # the decision that was taken
    encoding: str | None = None
    asks: tuple[str, ...] = ()
    first_row: int = 2
    told: dict[str, str] = field(default_factory=dict)
    cells: tuple[tuple[str | None, ...], ...] = WELLS
    headings: tuple[str, ...] = HEADINGS
    above: tuple[str, ...] = ()
    words: frozenset[str] = WORDS


RIGHT = [
    Case("plain", "a.csv", register()),
    Case("marked UTF-8", "a.csv", register("utf-8-sig")),
    Case("GBK, as Excel saves it", "a.csv", register("gbk"), encoding="GB18030"),
    Case("UTF-16 with a mark, Excel's Unicode text", "a.txt", csv([HEADINGS, *WELLS], "utf-16", "\t")),
    Case("UTF-16 without a mark", "a.csv", register("utf-16-le"), encoding="UTF-16LE"),
    Case("UTF-16 of the other order", "a.csv", register("utf-16-be"), encoding="UTF-16BE"),
    Case("a title and a blank line above", "a.csv", register("gbk", [TITLE, ()]), heading="3", encoding="GB18030", first_row=4,
         above=(TITLE[0],)),
    Case("who filled it in above", "a.csv", register(above=[TITLE, INFO]), heading="3", first_row=4,
         above=(TITLE[0], INFO[0], "2019年7月", "单位：米")),
    Case("a title without commas", "a.csv", register(above=[("海淀区机井基本情况表",)]), heading="2", first_row=3, above=(TITLE[0],)),
    Case("a title with a comma in quotes", "a.csv", register(above=[('"机井表,2019年"',)]), heading="2", first_row=3, above=("机井表,2019年",)),
    Case("a title over two lines in quotes", "a.csv", register(above=[('"机井表\n2019年"',)]), heading="2", first_row=3, above=("机井表\n2019年",)),
    Case("blank lines first", "a.csv", register(above=[(), ()]), heading="3", first_row=4),
    Case("ten lines of explanation above", "a.csv", register(above=[(f"说明第{n}条", "") for n in range(10)]), heading="11", first_row=12,
         above=tuple(f"说明第{n}条" for n in range(10))),
    Case("semicolons", "a.csv", csv([HEADINGS, *WELLS], delimiter=";")),
    Case("tabs under .csv", "a.csv", csv([HEADINGS, *WELLS], delimiter="\t")),
    Case("a title with more commas than the table has tabs", "a.csv", "甲,乙,丙,丁,戊,己,庚\n".encode() + csv([HEADINGS, *WELLS], delimiter="\t"),
         heading="2", first_row=3, above=("甲,乙,丙,丁,戊,己,庚",)),
    Case("a heading over two lines in quotes", "a.csv", csv([("编码", "名称", "用途", '"井深\n(米)"', "区划代码"), *WELLS]),
         headings=("编码", "名称", "用途", "井深\n(米)", "区划代码")),
    Case("two lines of heading, gaps filled below", "a.csv", csv([("编码", "名称", "位置", ""), ("", "", "经度", "纬度"), ("W1", "甲", "116.3", "39.9")]),
         heading="1-2", first_row=3, headings=("编码", "名称", "经度", "纬度"), cells=(("W1", "甲", "116.3", "39.9"),)),
    Case("a line of units below", "a.csv", csv([HEADINGS, ("", "", "", "米", ""), *WELLS]), heading="1-2", first_row=3,
         headings=("编码", "名称", "用途", "井深(米)", "区划代码")),
    Case("years above what they hold", "a.csv",
         csv([("", "", "2021年", "", "2022年", ""), ("编码", "名称", "数量", "金额", "数量", "金额"), ("W1", "甲", "1", "2", "3", "4")]),
         heading="1-2", first_row=3, headings=("编码", "名称", "2021年/数量", "2021年/金额", "2022年/数量", "2022年/金额"),
         cells=(("W1", "甲", "1", "2", "3", "4"),)),
    Case("another line told", "a.csv", csv([("编码", "名称"), ("code", "name"), ("W1", "甲")]), told={"heading": "2"}, heading="2",
         first_row=3, headings=("code", "name"), cells=(("W1", "甲"),), above=("编码", "名称")),
    Case("unknown headings: the first line of several words", "a.csv", csv([("井编号", "井名"), ("W1", "甲")]), headings=("井编号", "井名"),
         cells=(("W1", "甲"),)),
    Case("unknown headings below a title", "a.csv", csv([("台账", ""), ("井编号", "井名"), ("W1", "甲")]), heading="2", first_row=3,
         headings=("井编号", "井名"), cells=(("W1", "甲"),), above=("台账",)),
    Case("unknown headings below who filled it in", "a.csv", csv([("填报单位：甲", "单位：米"), ("井编号", "井名"), ("W1", "甲")]), heading="2",
         first_row=3, headings=("井编号", "井名"), cells=(("W1", "甲"),), above=("填报单位：甲", "单位：米")),
    Case("a word of the rows is a heading elsewhere", "a.csv", csv([("井编号", "类别"), ("W1", "编码")]), headings=("井编号", "类别"),
         cells=(("W1", "编码"),)),
    Case("Big5", "a.csv", csv(BIG5, "big5"), encoding="BIG5", asks=("encoding",), headings=BIG5[0], cells=tuple(BIG5[1:]), words=frozenset()),
    Case("Big5, told", "a.csv", csv(BIG5, "big5"), told={"encoding": "big5"}, encoding="BIG5", headings=BIG5[0], cells=tuple(BIG5[1:])),
    Case("a UTF-8 that somebody tells to be one", "a.csv", register(), told={"encoding": "UTF-8"}, encoding="UTF-8"),
    Case("footers are rows", "a.csv", csv([HEADINGS, WELLS[0], ("合计", "", "", "80", ""), ("注：井深为估计", "", "", "", "")]),
         cells=(WELLS[0], ("合计", None, None, "80", None), ("注：井深为估计", None, None, None, None))),
    Case("dBASE, GBK and not said", "a.dbf", dbf(HEADINGS, WELLS), encoding="GB18030", first_row=1),
    Case("dBASE, UTF-8", "a.dbf", dbf(HEADINGS[:3], [w[:3] for w in WELLS], "utf-8"), first_row=1, headings=HEADINGS[:3],
         cells=tuple(w[:3] for w in WELLS)),
    Case("dBASE says GBK and is", "a.dbf", dbf(HEADINGS, WELLS, language=0x4D), first_row=1),
    Case("dBASE, Big5", "a.dbf", dbf(BIG5[0], BIG5[1:], "big5"), encoding="BIG5", asks=("encoding",), first_row=1, headings=BIG5[0],
         cells=tuple(BIG5[1:])),
    Case("dBASE says Big5 and is", "a.dbf", dbf(BIG5[0], BIG5[1:], "big5", language=0x78), encoding="BIG5", first_row=1, headings=BIG5[0],
         cells=tuple(BIG5[1:])),
    Case("dBASE, a heading cut at ten bytes", "a.dbf", dbf(("编码", "登记所在区划"), [("W1", "110108")]), encoding="GB18030", first_row=1,
         headings=("编码", "登记所在区"), cells=(("W1", "110108"),)),
    Case("dBASE, a heading cut within a character", "a.dbf", dbf(("编码", "登记所在区划"), [("W1", "海淀区")], "utf-8"), first_row=1,
         headings=("编码", "登记所"), cells=(("W1", "海淀区"),)),
    Case("dBASE, a value cut within a character", "a.dbf", dbf(("code", "name"), [("W1", "翠微路一号井")], widths=(4, 7)), encoding="GB18030",
         first_row=1, headings=("code", "name"), cells=(("W1", "翠微路"),)),
    Case("dBASE numbers, dates, truth", "a.dbf",
         dbf(("n", "f", "d", "l", "c"), [("80.500", "8.1e+001", "20190701", "T", "007"), ("12", "****", "", "?", "")], "ascii", kinds="NFDLC"),
         first_row=1, headings=("n", "f", "d", "l", "c"), cells=(("80.5", "81", "2019-07-01", "true", "007"), ("12", "****", None, None, None)),
         words=frozenset()),
    Case("dBASE with a deleted row", "a.dbf", dbf(HEADINGS, [("X", "删", "", "", ""), *WELLS], deleted=[0]), encoding="GB18030", first_row=2),
    Case("a line that numbers the columns", "a.csv", csv([HEADINGS, ("甲", "乙", "丙", "1", "2"), *WELLS]), heading="1", first_row=3),
    Case("numbers in brackets below the heading", "a.csv", csv([TITLE, HEADINGS, ("(1)", "（2）", "(3)", "(4)", "(5)"), *WELLS]), heading="2", first_row=4,
         above=TITLE[:1]),
    Case("line ends of an old Mac", "a.csv", register().replace(b"\r\n", b"\r")),
    Case("a hint for Excel", "a.csv", b"sep=;\r\n" + csv([HEADINGS, *WELLS], delimiter=";"), heading="2", first_row=3, above=("sep=",)),
    Case("two marks", "a.csv", b"\xef\xbb\xbf" + register("utf-8-sig")),
    Case("vertical bars", "a.txt", csv([HEADINGS, *WELLS], delimiter="|")),
    Case("lost characters", "a.csv", csv([HEADINGS, ("W1", "\ufffd\ufffd井", "农业", "1", "110108")]), encoding="UTF-8", asks=("encoding",),
         cells=(("W1", "\ufffd\ufffd井", "农业", "1", "110108"),)),
    Case("lost characters, read as GBK and saved", "a.csv", csv([HEADINGS, ("W1", "锟斤拷锟斤拷", "农业", "1", "110108")], "gbk"), encoding="GB18030",
         asks=("encoding",), cells=(("W1", "锟斤拷锟斤拷", "农业", "1", "110108"),)),
]  # fmt: skip


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.kind)
def test_read_right(tmp_path: Path, case: Case) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.data)
    found = taken(path, told=case.told, words=case.words)
    assert found.headings == case.headings
    assert found.cells == list(case.cells)
    assert found.rows[0] == case.first_row and not found.ragged
    assert {name: choice.value for name, choice in found.choices.items()} == {
        name: value for name, value in (("heading", case.heading), ("encoding", case.encoding)) if value
    }
    assert tuple(name for name, choice in found.choices.items() if choice.asks) == case.asks
    assert found.above == case.above


REFUSED: list[tuple[str, str, bytes, dict[str, str], str]] = [
    ("a second heading among the rows", "a.csv", csv([HEADINGS, *WELLS, HEADINGS, *WELLS]), {}, "第 5 行又是一行表头"),
    ("another table below", "a.csv", csv([HEADINGS, *WELLS, ("", "", "", "", ""), ("名称", "编码", "经度", "纬度", ""), ("甲", "1", "2", "3", "")]), {},
     "第 6 行又是一行表头"),
    ("a workbook called .csv", "a.csv", b"PK\x03\x04" + bytes(40), {}, "已损坏或不完整|其实是"),
    ("a PDF called .csv", "a.csv", b"%PDF-1.4 ...", {}, "PDF"),
    ("a picture called .csv", "a.csv", b"\x89PNG\r\n\x1a\n", {}, "图片"),
    ("a web page called .csv", "a.csv", b"<html><table><tr><td>1</td></tr></table></html>", {}, "HTML"),
    ("no text at all", "a.csv", bytes(range(256)) * 9, {}, "不是文本"),
    ("neither of the encodings", "a.csv", b"code,name\n1,\xff\xff\xff\n", {}, "编码无法识别"),
    ("an encoding told that it is not", "a.csv", register("gbk"), {"encoding": "UTF-8"}, "编码无法识别"),
    ("an encoding told that there is not", "a.csv", register(), {"encoding": "EBCDIC"}, "没有“EBCDIC”这种编码"),
    ("a heading told that is not there", "a.csv", register(), {"heading": "99"}, "不在文件的前 4 行内"),
    ("a heading told in words", "a.csv", register(), {"heading": "第三行"}, "应写作行号"),
    ("two encodings put together", "a.csv", register("gbk") + "W9,翠微路九号井,农业,8,1\r\n".encode(), {}, "混有两种编码.*翠微路九号井"),
    ("commas of full width", "a.csv", "编码，名称，用途\nW1，甲，农业\n".encode(), {}, "全角逗号"),
    ("divided by spaces", "a.txt", "编码 名称 用途\nW1 甲 农业\n".encode(), {}, "列之间是空格"),
    ("only blank lines", "a.csv", b"\r\n\r\n,,,\r\n", {}, "空的"),
    ("dBASE cut short", "a.dbf", dbf(HEADINGS, WELLS)[:-100], {}, "应有 3 行"),
    ("dBASE without columns", "a.dbf", dbf((), []), {}, "已损坏"),
    ("a text called .dbf", "a.dbf", register() * 3, {}, "已损坏"),
    ("dBASE in no encoding", "a.dbf", dbf(("code", "name"), [("W1", b"\xff\xfe\xff\xfe")]), {}, "编码无法识别"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "told", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused_by_what_it_is(tmp_path: Path, name: str, data: bytes, told: dict[str, str], words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ImportRefused, match=words):
        taken(path, told=told)


@pytest.mark.parametrize("said", ["UTF-8", "ISO-8859-1", "1252", "no such thing"])
def test_an_encoding_that_is_said_wrongly_is_noticed(tmp_path: Path, said: str) -> None:
    members = named("机井", shapefile(dbf(HEADINGS, WELLS), 3, cpg=said))
    found = taken(zipped(tmp_path / "a.zip", members))
    assert found.cells == list(WELLS) and found.shapes == 3
    choice = found.choices["encoding"]
    assert choice.value == "GB18030" and said in choice.zh and "不符" in choice.zh and not choice.asks


@pytest.mark.parametrize("said", ["GBK", "936", "GB2312", None])
def test_an_encoding_that_is_said_rightly_is_taken(tmp_path: Path, said: str | None) -> None:
    found = taken(zipped(tmp_path / "a.zip", named("机井", shapefile(dbf(HEADINGS, WELLS), 3, cpg=said))))
    assert found.cells == list(WELLS)
    assert ("encoding" in found.choices) is (said is None)


def test_utf_8_under_a_cpg_that_says_gbk(tmp_path: Path) -> None:
    table = dbf(("code", "name"), [("W1", "翠微路一号井")], "utf-8")
    found = taken(zipped(tmp_path / "a.zip", named("机井", shapefile(table, 1, cpg="GBK"))))
    assert found.cells == [("W1", "翠微路一号井")]
    assert found.choices["encoding"].value == "UTF-8"


def test_rare_characters_are_asked_about(tmp_path: Path) -> None:
    """Latin letters of the West are rare characters in GB18030: nobody may take them for a name."""
    path = tmp_path / "a.dbf"
    path.write_bytes(dbf(("code", "name"), [("W1", "Forêt tête évêque"), ("W2", "Château Besançon")], "latin-1"))
    assert taken(path).choices["encoding"].asks


TEXTS = st.text(
    st.sampled_from(
        "海淀区水务局机井深度用途农业工业生活翠微路万寿羊坊店号村镇街道一二三" + string.ascii_letters + "0123456789"
    ),
    min_size=6,
)


@settings(max_examples=200, deadline=None)
@given(
    cells=st.lists(TEXTS, min_size=1, max_size=8),
    encoding=st.sampled_from(["UTF-8", "GB18030"]),
    said=st.sampled_from(["", "UTF-8", "GBK", "ISO-8859-1"]),
)
def test_names_come_back_whatever_is_said(cells: list[str], encoding: str, said: str) -> None:
    """Texts of some length are read in what they are written in, or nothing but ASCII was in them, or it is asked."""
    raw = [cell.encode(encodings.codec(encoding)) for cell in cells]
    found = encodings.judge(encodings.of_cells([one for one in raw if not one.isascii()]), said)
    assert found
    back = [encodings.decode_cut(one, found.encoding) for one in raw]
    assert (
        back == cells
        or (found.choice and found.choice.asks)
        or sum(not c.isascii() for cell in cells for c in cell) < 4
    )


@given(
    above=st.lists(st.sampled_from([(), ("标题",), ("填报单位：甲", "", "单位：米"), ("", "2019年")]), max_size=6),
    count=st.integers(2, 5),
)
def test_the_heading_is_found_below_any_titles(above: list[tuple[str, ...]], count: int) -> None:
    lines = [*above, HEADINGS[:count], WELLS[0][:count], WELLS[1][:count]]
    found = headings.find(lines, Hints({}, WORDS))
    assert (found.first, found.last, found.words) == (len(above), len(above), HEADINGS[:count])
    assert len(found.above) == sum(bool(cell) for line in above for cell in line)


@given(
    name=st.text("登记所在区划名称编码用途井深度年份ab1", min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_a_cut_heading_is_the_beginning_of_the_whole(name: str, encoding: str) -> None:
    cut = encodings.decode_cut(name.encode(encoding)[:10], encoding.upper())
    assert cut and name.startswith(cut)


def test_common_characters_tell_the_encodings_apart() -> None:
    text = "昌平区南邵镇污水处理厂第二水源井，鑫淼机井队"
    assert encodings.share(text, "GB18030")[0] > 0.9
    traditional = "臺北市自來水事業處淨水場"
    assert encodings.share(traditional.encode("big5").decode("gb18030", "replace"), "GB18030")[0] < 0.6
