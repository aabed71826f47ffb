"""How a table is read: units, years, months side by side, lines that are no objects, names of divisions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from layers.ingest.arrange import Arranged, arrange
from layers.ingest.columns import close_headings, distinct
from layers.ingest.divisions import Division, Names
from layers.ingest.reading import Choice
from layers.ingest.refusal import ImportRefused, Verdicts
from layers.ingest.rows import sound_rows
from layers.ingest.source import Source
from layers.ingest.spec import spec_for
from layers.ingest.table import Chunk, Table
from layers.ingest.wide import month_columns
from layers.ingest.years import Year


def table(headings: str, *lines: str, above: tuple[str, ...] = (), format_: str = "csv", chunk: int = 100) -> Table:
    """A table of texts split at commas; its heading is line 1."""
    names = distinct(headings.split(","))
    cells = [[cell or None for cell in line.split(",")] for line in lines]

    def chunks() -> Any:
        for at in range(0, len(cells), chunk):
            part = cells[at : at + chunk]
            columns = {name: pa.array([line[i] for line in part], pa.string()) for i, name in enumerate(names)}
            yield Chunk(np.arange(at + 2, at + 2 + len(part)), columns)

    return Table(format_, names, chunks, above=above)


def arranged(target: str, given: Table, name: str = "file.csv", **told: str) -> Arranged:
    said = {key.replace("__", "."): value for key, value in told.items()}
    return arrange(given, spec_for(target), Source(Path(name), told=said), name)


def read(found: Arranged) -> tuple[list[dict[str, Any]], Verdicts]:
    """The sound rows, and what was said."""
    verdicts = Verdicts()
    verdicts.refused.cells = verdicts.warned.cells = found.cells
    rows = [
        row
        for chunk in found.chunks()
        for row in sound_rows(chunk, found.spec, found.columns, None, verdicts).to_pylist()
    ]
    return rows, verdicts


def choice(found: Arranged, name: str) -> Choice:
    return next(one for one in found.choices if one.name == name)


USAGE = "月份,区划,水源类型,取水用途"
LINE = "2018-07,110101,区自来水,工业"


@pytest.mark.parametrize(
    ("heading", "above", "told", "litres", "asks"),
    [
        ("用水量", (), {}, 1_500, False),
        ("用水量", ("单位：万立方米",), {}, 15_000_000, False),
        ("用水量", ("2018年用水统计表（万m³）",), {}, 15_000_000, False),
        ("用水量（吨）", (), {}, 1_500, False),
        ("用水量（m³）", ("单位：万立方米",), {}, 1_500, False),
        ("用水量/万吨", (), {}, 15_000_000, False),
        ("用水量", ("单位：万m³、m³",), {}, 15_000_000, True),
        ("用水量", ("单位：桶立方",), {}, 1_500, True),
        ("用水量", ("单位：万元",), {}, 1_500, False),
        ("用水量", ("填报单位：吨庄水厂",), {}, 1_500, False),
        ("用水量", (), {"unit__volume_m3": "万m³"}, 15_000_000, False),
        ("用水量（m³）", (), {"unit__volume_m3": "万m³"}, 15_000_000, False),
        ("volume_m3", ("单位：万立方米",), {}, 1_500, False),
    ],
)
def test_a_volume_is_in_the_unit_that_is_said(
    heading: str, above: tuple[str, ...], told: dict[str, str], litres: int, asks: bool
) -> None:
    found = arranged("usage", table(f"{USAGE},{heading}", f"{LINE},1.5", above=above), **told)
    rows, verdicts = read(found)
    assert [row["volume_l"] for row in rows] == [litres] and not verdicts.refused.rows
    assert choice(found, "unit.volume_m3").asks is asks and choice(found, "unit.volume_m3").zh


def test_a_unit_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(ImportRefused) as caught:
        arranged("usage", table(f"{USAGE},用水量", f"{LINE},1"), unit__volume_m3="桶")
    assert "万m³" in (caught.value.allowed or [])


def test_a_unit_above_that_fits_two_columns_asks() -> None:
    given = table("编码,类型,名称,登记所在区划,供水能力,水量", "A,1,B,110101,5,6", above=("单位：万m³/d",))
    assert not choice(arranged("facility", given), "unit.capacity_m3_d").asks
    two = table(f"{USAGE},用水量,水量(升)", f"{LINE},1.5,", above=("单位：万m³",))
    assert not choice(arranged("usage", two), "unit.volume_m3").asks  # the other says its own


def test_depth_in_centimetres() -> None:
    found = arranged(
        "well", table("编码,用途,计量方式,登记所在区划,井深（cm）", "A,农业,无,110101,8200", "B,农业,无,110101,82米")
    )
    rows, verdicts = read(found)
    assert [row["depth_m"] for row in rows] == [82.0, 82.0]
    assert [fault.reason for fault in verdicts.warned.kept] == ["unit_in_cell"]


WIDE = "区划,水源类型,取水用途,1月,2月,3月"


def test_months_side_by_side_are_a_record_each() -> None:
    given = table(
        WIDE, "110101,区自来水,工业,10,20,30", "110102,区自来水,工业,1,/,abc", above=("2018年用水量（万m³）",)
    )
    found = arranged("usage", given)
    rows, verdicts = read(found)
    assert [(str(row["month"]), row["region"], row["volume_l"]) for row in rows] == [
        ("2018-01-01", "110101", 100_000_000), ("2018-02-01", "110101", 200_000_000), ("2018-03-01", "110101", 300_000_000),
        ("2018-01-01", "110102", 10_000_000),
    ]  # fmt: skip
    (fault,) = verdicts.refused.kept
    assert (fault.row, fault.column, fault.value) == (3, "3月", "abc")
    assert found.empty_cells == 1 and len({row["row_no"] for row in rows}) == 4
    assert choice(found, "months").zh and choice(found, "year").value == "2018" and not choice(found, "year").asks


@pytest.mark.parametrize(
    ("headings", "months"),
    [
        ("2019年1月,2019年2月", [(2019, 1), (2019, 2)]), ("2019-01,2019-02", [(2019, 1), (2019, 2)]), ("201901,201912", [(2019, 1), (2019, 12)]),
        ("1月用水量,2月用水量", [(None, 1), (None, 2)]), ("１月,１２月", [(None, 1), (None, 12)]), ("2019.01,2019.10", [(2019, 1), (2019, 10)]),
        ("Jan,Feb", [(None, 1), (None, 2)]), ("2019-01-01,2019-02-01", [(2019, 1), (2019, 2)]), ("1月(万m³),2月(万m³)", [(None, 1), (None, 2)]),
        ("1月,用水量", []), ("13月,14月", []), ("井深,编码", []),
    ],
)  # fmt: skip
def test_headings_that_are_months(headings: str, months: list[tuple[int | None, int]]) -> None:
    assert [(one.year, one.month) for one in month_columns(headings.split(","))] == months


def test_a_heading_that_may_be_october_is_refused() -> None:
    with pytest.raises(ImportRefused, match="10 月"):
        month_columns(["2019.1", "2019.11", "2019.12"])


@pytest.mark.parametrize(
    ("name", "told", "year", "asks"),
    [
        ("2018年用水量.xlsx", {}, "2018", True),
        ("用水量.xlsx", {"year": "2017"}, "2017", False),
    ],
)
def test_the_year_is_asked_for_where_the_table_does_not_say_it(
    name: str, told: dict[str, str], year: str, asks: bool
) -> None:
    given = table(WIDE, "110101,区自来水,工业,10,20,30")
    found = choice(arranged("usage", given, name, **told), "year")
    assert (found.value, found.asks) == (year, asks)


def test_a_year_that_is_nowhere_is_asked_for() -> None:
    """Months side by side: the newest year of which they can be is proposed, and the records are of what is told."""
    given = table(WIDE, "110101,区自来水,工业,10,20,30")
    found = choice(arranged("usage", given, "用水量.xlsx"), "year")
    today = date.today()
    assert found.asks and int(found.value) == today.year - (today.month < 3)
    assert {found.value, str(today.year - 5)} <= {found.value, *found.others} and found.value not in found.others
    rows, _ = read(arranged("usage", given, "用水量.xlsx", year="2017"))
    assert {str(row["month"])[:4] for row in rows} == {"2017"}


@pytest.mark.parametrize(("months", "today", "year"), [({1, 11}, date(2026, 11, 2), 2026), ({12}, date(2026, 11, 30), 2025), ({1}, date(2026, 1, 1), 2026)])  # fmt: skip
def test_no_month_that_has_not_begun_is_proposed(months: set[int], today: date, year: int) -> None:
    assert Year.unsaid(months, today).value == year


def test_two_years_in_a_title_ask() -> None:
    found = choice(arranged("usage", table(WIDE, "110101,区自来水,工业,1,2,3", above=("2018-2019年用水量",))), "year")
    assert (found.value, list(found.others), found.asks) == ("2018", ["2019"], True)


def test_months_side_by_side_can_say_their_own_unit_and_name() -> None:
    found = arranged(
        "usage",
        table("区划,水源类型,取水用途,2018年1月用水量（万m³）,2018年2月用水量（万m³）", "110101,区自来水,工业,1,2"),
    )
    assert [row["volume_l"] for row in read(found)[0]] == [10_000_000, 20_000_000]
    assert found.columns.times == {"volume_m3": Fraction(10_000)}
    counts = table("区划,水源类型,取水用途,1月户数,2月户数", "110101,区自来水,工业,1,2")
    with pytest.raises(ImportRefused, match="缺少必需的列：month"):
        arranged("usage", counts)


def test_years_and_months_in_two_columns() -> None:
    found = arranged(
        "usage", table(f"年份,{USAGE},用水量", "2018,10月,110101,区自来水,工业,1", "2017,3,110101,区自来水,工业,1")
    )
    assert [str(row["month"]) for row in read(found)[0]] == ["2018-10-01", "2017-03-01"]


def test_bare_months_take_the_titles_year_and_without_one_are_refused() -> None:
    line = f"10月{LINE[7:]},1"
    found = arranged("usage", table(f"{USAGE},用水量", line, above=("2018年用水统计表",)))
    rows, verdicts = read(found)
    assert [str(row["month"]) for row in rows] == ["2018-10-01"] and verdicts.used == {"year"}
    assert [fault.reason for fault in read(arranged("usage", table(f"{USAGE},用水量", line)))[1].refused.kept] == [
        "no_year"
    ]


PERMIT = "编码,取水户编码,取水户,年许可水量,区划代码"


@pytest.mark.parametrize(
    ("line", "total"),
    [
        ("合计,,,300,", True), ("合 计,,,300,", True), ("总计：,,,300,", True), ("小计,,,300,", True), (",,合计,300,", True),
        ("海淀区小计,,,300,", True), ("Total,,,300,", True), ("平均值,,,150,", True), ("注：单位为立方米,,,,", False),
        ("填表人：张三,,审核人：李四,,", False), ("制表,张三,,,", False), ("其中：工业,,,100,", False), ("其中,,,100,", False),
        ("海淀区,,,,", False), ("（本表截至2019年底）,,,,", False), ("备注:无,,,,", False), ("数据来源：水务局,,,,", False),
    ],
)  # fmt: skip
def test_lines_that_are_no_permits_are_taken_out(line: str, total: bool) -> None:
    given = table(PERMIT, "P1,H1,某公司,100,110101", "P2,H2,某校,200,110101", line)
    found = arranged("permit", given)
    rows, verdicts = read(found)
    assert [row["code"] for row in rows] == ["P1", "P2"] and not verdicts.refused.rows
    assert [one.line for one in found.footers.totals] == ([4] if total else [])
    assert found.footers.others == ([] if total else [4])
    assert len(found.last_notes()) == 1 and "第 4 行" in found.last_notes()[0].zh


@pytest.mark.parametrize(
    "line",
    [
        "P3,H3,合计机电公司,5,110101",
        "P3,H3,其中村,5,110101",
        "P3,,合计,5,110101",
        "P3,,,,",
        "P3,H3,注：某公司,5,110101",
        "统字1号,,,,",
        "P3,,小计,,",
    ],
)
def test_objects_of_odd_names_stay(line: str) -> None:
    rows, verdicts = read(arranged("permit", table(PERMIT, "P1,H1,某公司,100,110101", line)))
    assert len(rows) + len(verdicts.refused.rows) == 2


def test_totals_of_usage_are_known_by_any_of_its_words() -> None:
    given = table(
        f"{USAGE},用水量",
        f"{LINE},1",
        "2018-07,110101,小计,工业,1",
        "2018-07,110101,区自来水,合计,1",
        "合计,,,,1",
        "2018-07,,,,1",
    )
    found = arranged("usage", given)
    rows, verdicts = read(found)
    assert len(rows) == 1 and [one.line for one in found.footers.totals] == [3, 4, 5]
    assert set(verdicts.refused.rows) == {6}


def test_footers_are_found_in_every_chunk() -> None:
    given = table(PERMIT, "P1,H1,甲,1,", "小计,,,1,", "P2,H2,乙,2,", "合计,,,3,", chunk=1)
    found = arranged("permit", given)
    assert [row["code"] for row in read(found)[0]] == ["P1", "P2"]
    assert [(one.line, one.whole, one.texts) for one in found.footers.totals] == [
        (3, False, {"年许可水量": "1"}), (5, True, {"年许可水量": "3"}),
    ]  # fmt: skip


def test_headings_of_one_name_are_numbered_and_asked_about() -> None:
    assert distinct(["a", "a", "", "", "a", "b"]) == ("a", "a#2", "", "", "a#3", "b")
    given = table("编码,用途,计量方式,登记所在区划,井深,井深", "A,农业,无,110101,80,1998")
    with pytest.raises(ImportRefused, match="井深#2") as caught:
        arranged("well", given)
    assert caught.value.allowed == ["井深", "井深#2"]
    assert read(arranged("well", given, column__depth_m="井深#2"))[0][0]["depth_m"] == 1998.0


def test_a_heading_that_dbase_cut_is_known_and_said() -> None:
    given = table("编码,用途,计量方式,登记所在区", "A,农业,无,110101", format_="vector")
    found = arranged("well", given)
    assert found.columns.fields["region"] == "登记所在区" and choice(found, "column.region").value == "登记所在区"
    with pytest.raises(ImportRefused, match="--map region=登记所在区"):
        arranged("well", table("编码,用途,计量方式,登记所在区", "A,农业,无,110101"))


def test_headings_that_look_alike_are_proposed() -> None:
    use = spec_for("well").column("use").field
    assert close_headings(use, ["机井的用途", "井深", "备注"]) == ["机井的用途"]
    assert close_headings(use, ["甲", "乙"]) == []


def test_the_columns_of_a_file_of_refused_rows_are_passed_over() -> None:
    found = arranged("permit", table(f"{PERMIT},原因,建议", "P1,H1,甲,1,110101,编码重复,见第 3 行"))
    assert found.columns.ignored == () and len(read(found)[0]) == 1


DIVISIONS = [
    Division("11", "北京市"), Division("110101", "东城区"), Division("110108", "海淀区"), Division("110101001", "东华门街道办事处"),
    Division("110108002", "四季青镇"), Division("110108003", "永定路街道"), Division("110101001001", "多福巷社区居委会"),
    Division("110108002001", "南平庄村委会"), Division("110108003001", "新村社区"), Division("110101001002", "新村社区"),
    Division("110108002001", "平庄村委会", current=False), Division("110108009", "旧镇（东）", current=False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("海淀区", ["110108"]), ("海淀", ["110108"]), ("北京市海淀区", ["110108"]), ("海淀区四季青镇", ["110108002"]), ("四季青", ["110108002"]),
        ("海淀区 四季青镇 南平庄村", ["110108002001"]), ("海淀四季青南平庄", ["110108002001"]), ("四季青镇南平庄村委会", ["110108002001"]),
        ("东城区东华门街道多福巷社区", ["110101001001"]), ("东城区/东华门街道办事处/多福巷社区居民委员会", ["110101001001"]),
        ("新村社区", ["110101001002", "110108003001"]), ("海淀区新村社区", ["110108003001"]), ("平庄村", ["110108002001"]),
        ("海淀区旧镇(东)", ["110108009"]), ("旧镇（东）", ["110108009"]), ("朝阳区", []), ("东城区四季青镇", []), ("北京市", ["11"]), ("北京", ["11"]),
    ],
)  # fmt: skip
def test_a_division_is_known_by_its_name(text: str, codes: list[str]) -> None:
    assert [one.code for one in Names(DIVISIONS).find(text)] == codes


def test_the_parts_of_a_name_in_several_columns_are_put_together() -> None:
    found = arranged("well", table("编码,用途,计量方式,区,街道,村", "A,农业,无,海淀区,四季青镇,/", "B,农业,无,,,"))
    rows, verdicts = read(found)
    assert [row["region"] for row in rows] == ["海淀区四季青镇"] and verdicts.used == {"division_names"}
    assert {(fault.row, fault.field, fault.reason) for fault in verdicts.refused.kept} == {(3, "region", "missing")}
    assert choice(found, "column.region").value == "区+街道+村"
    own = arranged("well", table("编码,用途,计量方式,所在区,街道", "A,农业,无,海淀区,四季青镇"))
    assert read(own)[0][0]["region"] == "海淀区四季青镇"
    codes = arranged("well", table("编码,用途,计量方式,区划代码,街道", "A,农业,无,110101,四季青镇"))
    assert read(codes)[0][0]["region"] == "110101"


def test_a_record_of_a_meter_is_not_placed_by_its_district_too() -> None:
    headings = "月份,水表,区,街道,区划代码,水源类型,取水用途,水量"
    found = arranged("usage", table(headings, "2018-01,M1,海淀区,四季青镇,110108,自备井,工业,1"))
    rows, verdicts = read(found)
    assert "region" not in found.columns.fields and len(rows) == 1 and not verdicts.refused.rows
    found = arranged("usage", table(headings.replace("水表,", ""), "2018-01,海淀区,四季青镇,110108,自备井,工业,1"))
    assert read(found)[0][0]["region"] == "110108"


def test_every_choice_can_be_told_as_it_was_proposed() -> None:
    """What a clerk confirms is kept and given with the next file of the kind."""
    given = [
        ("usage", table(f"年份,{USAGE},用水量", "2018,10月,110101,区自来水,工业,1", above=("单位：万m³",))),
        ("usage", table(WIDE, "110101,区自来水,工业,10,20,30", above=("2018-2019年",))),
        ("well", table("编码,用途,计量方式,区,街道,村,井深", "A,农业,无,海淀区,四季青镇,/,8")),
        ("well", table("编码,用途,计量方式,登记所在区", "A,农业,无,110101", format_="vector")),
    ]  # fmt: skip
    for target, one in given:
        proposed = arranged(target, one)
        told = {choice.name.replace(".", "__"): choice.value for choice in proposed.choices}
        again = arranged(target, one, **told)
        assert read(again)[0] == read(proposed)[0] != []
