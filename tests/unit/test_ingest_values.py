"""Values as people write them: numbers, units, codes, months and days, each understood or refused with its reason."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from layers import registry
from layers.ingest import checks, units
from layers.ingest.checks import Judge
from layers.ingest.columns import distinct, match
from layers.ingest.numerals import digits, numeral
from layers.ingest.parse import bare_month, date_meaning, division_name, month_meaning, parse_month, point_month
from layers.ingest.points import PointMonths
from layers.ingest.refusal import REASONS, Verdicts
from layers.ingest.spec import spec_for

USAGE = [f for f in registry.USAGE.fields if f.imported]
VOLUME = spec_for("usage").column("volume_m3").field
DEPTH = spec_for("well").column("depth_m").field
CAPACITY = spec_for("facility").column("capacity_m3_d").field
LITRES = spec_for("usage").column("volume_l").field
PERMITTED = spec_for("permit").column("permitted_m3_per_year").field


def judged(dataset: str, field: str, texts: list[str | None]) -> tuple[list[object], dict[int, str], dict[int, str]]:
    """(values, refused, warned) of a column of texts; rows numbered from 2."""
    verdicts = Verdicts()
    judge = Judge(np.arange(2, 2 + len(texts)), verdicts)
    values = checks.column_values(pa.array(texts, pa.string()), spec_for(dataset).column(field), judge)
    assert len(values) == len(texts)
    refused, warned = (
        {fault.row: fault.reason for fault in faults.kept} for faults in (verdicts.refused, verdicts.warned)
    )
    return values.to_pylist(), refused, warned


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1,080", "1080"), ("1，080", "1080"), ("1 080", "1080"), ("1\u00a0080", "1080"), ("1\u2009080.5", "1080.5"),
        ("1,234,567.25", "1234567.25"), ("-1,080", "-1080"), ("８１", "81"), ("８１．５", "81.5"), ("－3", "-3"), ("−3", "-3"),
        ("＋3", "3"), ("82米", "82"), ("82 m", "82"), ("82M", "82"), ("8200厘米", "82"), ("8,200cm", "82"), ("0.082公里", "82"),
        ("\u200b82", "82"), ("82\ufeff", "82"), ("\u00ad82米", "82"), (" 82 米 ", "82"), ("1'080", "1080"), ("82.米", "82"),
        ("1.5e2 m", "150"), (".5米", "0.5"),
    ],
)  # fmt: skip
def test_a_number_is_understood_as_people_write_it(text: str, meant: str) -> None:
    assert numeral(text, DEPTH).value == meant


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,08", "ambiguous_number"), ("1.080,5", "ambiguous_number"), ("1,0800", "ambiguous_number"), ("10,80,000", "ambiguous_number"),
        ("1,080 000", "ambiguous_number"), ("1.2.3", "ambiguous_number"), ("1,08米", "ambiguous_number"), ("2019,7", "ambiguous_number"),
        ("八十二", "chinese_numeral"), ("八十二米", "chinese_numeral"), ("壹佰", "chinese_numeral"), ("两万", "chinese_numeral"),
        ("82吨", "other_unit"), ("82 kW", "other_unit"), ("82亩", "other_unit"), ("82㎡", "other_unit"),
        ("约82", "not_a_number"), ("82-90", "other_unit"), (">82", "not_a_number"), ("82左右", "other_unit"), ("", "not_a_number"),
        ("米", "not_a_number"), ("--82", "not_a_number"), ("8２a", "other_unit"), ("∞", "not_a_number"), ("1/2", "other_unit"),
    ],
)  # fmt: skip
def test_a_number_that_may_be_two_is_refused_with_its_own_reason(text: str, reason: str) -> None:
    found = numeral(text, DEPTH)
    assert found.value is None and found.refused == reason and reason in REASONS


@pytest.mark.parametrize(
    ("field", "text", "meant"),
    [
        (VOLUME, "12.5 m³", "12.5"), (VOLUME, "12.5㎥", "12.5"), (VOLUME, "12.5M3", "12.5"), (VOLUME, "120吨", "120"), (VOLUME, "120 t", "120"),
        (VOLUME, "1.5万m³", "15000"), (VOLUME, "1.5万立方米", "15000"), (VOLUME, "1.5万", "15000"), (VOLUME, "1.5 万 方", "15000"),
        (VOLUME, "0.0001亿m3", "10000"), (VOLUME, "3千方", "3000"), (VOLUME, "5升", "0.005"), (VOLUME, "1.5×10⁴m³", "15000"),
        (VOLUME, "2m³/月", "2"), (LITRES, "2方", "2000"), (LITRES, "2 L", "2"), (CAPACITY, "1.5万m³/d", "15000"),
        (CAPACITY, "120吨/日", "120"), (CAPACITY, "120立方米／天", "120"), (PERMITTED, "2万m³/年", "20000"), (PERMITTED, "2万m³/a", "20000"),
    ],
)  # fmt: skip
def test_a_unit_in_the_cell_is_worked_out_exactly(field: object, text: str, meant: str) -> None:
    assert numeral(text, field).value == meant  # type: ignore[arg-type]


def test_a_cell_with_a_unit_of_its_own_is_warned_of_and_not_multiplied_by_the_columns() -> None:
    ten_thousand = Fraction(10_000)
    assert numeral("1.5", VOLUME, ten_thousand).value == "15000"
    assert numeral("1.5万m³", VOLUME, ten_thousand) == ("15000", "", "")
    assert numeral("20m³", VOLUME, ten_thousand) == ("20", "", "unit_in_cell")


def test_a_capacity_without_its_day_is_no_capacity() -> None:
    assert numeral("120吨", CAPACITY).refused == "other_unit"


@given(some.integers(-(10**12), 10**12), some.integers(0, 3), some.sampled_from([1, 10, 1000, 10**4, 10**8]))
def test_thousands_marks_and_units_change_no_digit(whole: int, decimals: int, times: int) -> None:
    amount = Fraction(whole, 10**decimals)
    text = digits(amount)
    assert Fraction(text) == amount
    marked = f"{abs(int(amount)):,}" + (f".{text.partition('.')[2]}" if "." in text else "")
    signed = f"-{marked}" if amount < 0 else marked
    for one in (text, signed, f"{signed} m³", f"\u200b{signed}立方米", signed.replace(",", "，")):
        assert Fraction(str(numeral(one, VOLUME).value)) == amount
    assert Fraction(str(numeral(text, VOLUME, Fraction(times)).value)) == amount * times


@given(some.text(alphabet="0123456789.,'  -+eE万千百m³3吨升/约一二十／，．", max_size=9))
def test_whatever_is_taken_for_a_number_is_one(text: str) -> None:
    found = numeral(text, VOLUME)
    assert (found.value is None) == bool(found.refused)
    if found.value is not None:
        Fraction(str(found.value))


@pytest.mark.parametrize(
    ("heading", "field", "unit"),
    [
        ("用水量（吨）", VOLUME, 1), ("用水量(万m³)", VOLUME, 10_000), ("用水量/万立方米", VOLUME, 10_000), ("用水量 10⁴m³", VOLUME, 10_000),
        ("用水量（×10^4m3）", VOLUME, 10_000), ("用水量【亿方】", VOLUME, 10**8), ("用水量_升", VOLUME, Fraction(1, 1000)),
        ("用水量(m³/月)", VOLUME, 1), ("井深（cm）", DEPTH, Fraction(1, 100)), ("井深/毫米", DEPTH, Fraction(1, 1000)),
        ("供水能力（万m³/d）", CAPACITY, 10_000), ("供水能力 万吨/日", CAPACITY, 10_000), ("年许可水量（万m³/a）", PERMITTED, 10_000),
    ],
)  # fmt: skip
def test_a_heading_says_its_unit(heading: str, field: object, unit: Fraction | int) -> None:
    found = units.of_heading(heading, field)  # type: ignore[arg-type]
    assert found is not None and found[1] == unit


@pytest.mark.parametrize(
    "heading", ["用水量", "用水量（2018年）", "用水量（吨/日）", "用水量（万元）", "用水量（104m³）", "井深（m）"]
)
def test_what_is_no_unit_of_volumes_is_none(heading: str) -> None:
    assert units.of_heading(heading, VOLUME) is None


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("单位：万立方米", ["万立方米"]), ("（单位：米）", ["米"]), ("2018年用水统计表（万m³）", ["万m³"]), ("计量单位: 吨", ["吨"]),
        ("填报单位：海淀区水务局 2019年7月 单位：米", ["米"]), ("单位：万m³、米", ["万m³", "米"]), ("单 位： 亿方", ["亿方"]),
        ("填报单位：某某水厂", []), ("用水单位：吨庄村", []), ("2018年（全年）", []),
    ],
)  # fmt: skip
def test_a_title_says_its_unit_and_not_who_filled_it_in(title: str, said: list[str]) -> None:
    assert [unit for unit, _ in units.of_titles([title])] == said


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2018年10月", 10), ("2018年10月份", 10), ("2018-10", 10), ("201810", 10), ("２０１８年１０月", 10), ("Oct 2018", 10), ("October 2018", 10),
        ("2018-Oct", 10), ("oct. 2018", 10), ("Sept 2018", 9), ("2018.10", 10), ("2018/10/1 0:00", 10), ("\ufeff2018-10", 10), ("2018年 1 月", 1),
    ],
)  # fmt: skip
def test_months_as_people_write_them(text: str, month: int) -> None:
    assert parse_month(text) == date(2018, month, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2018年第3季度", "not_one_month"), ("2018Q3", "not_one_month"), ("2018年上半年", "not_one_month"), ("2018年1-6月", "not_one_month"),
        ("2018年度", "not_one_month"), ("Oct-18", "short_year"), ("18-10", "short_year"), ("18年10月", "short_year"), ("10-Oct-18", "short_year"),
        ("10月", "no_year"), ("10", "no_year"), ("Oct", "no_year"), ("2018-13", "not_a_month"), ("2018.13", "not_a_month"),
        ("2018", "not_a_month"), ("43291", "not_a_month"), ("本月", "not_a_month"), ("2018-07-31", "not_a_month"),
    ],
)  # fmt: skip
def test_what_is_not_one_month_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert month_meaning()(text) == (None, reason, "")


@pytest.mark.parametrize(
    ("text", "month"),
    [("1月", 1), ("1", 1), ("12月份", 12), ("Dec.", 12), ("sept", 9), ("0", None), ("13月", None), (".Dec", None), ("DecX", None)],
)  # fmt: skip
def test_a_month_alone_is_one_of_twelve(text: str, month: int | None) -> None:
    assert bare_month(text) == month


def test_a_word_that_is_no_months_name_makes_no_month_of_a_year() -> None:
    assert (parse_month("abc 2018"), month_meaning(2018)("abc 2018").refused) == (None, "not_a_month")


def test_only_what_may_have_been_typed_as_a_number_is_a_point_month() -> None:
    assert [point_month(text) for text in ("2018.1", "２０１８．１０", "2018-01", "2018")] == [
        "2018.1",
        "2018.10",
        None,
        None,
    ]


@pytest.mark.parametrize(
    "text", ["海淀区 / 四季青镇", "海淀区>四季青镇", "海淀区－四季青镇", " 海淀区、四季青镇\u200b", "海淀区四季青镇"]
)
def test_what_stands_between_the_names_of_divisions_is_no_part_of_them(text: str) -> None:
    assert division_name(text) == "海淀区四季青镇"


def test_a_month_without_its_year_takes_the_one_told_and_a_serial_number_is_said() -> None:
    assert month_meaning(2018)("10月") == (date(2018, 10, 1), "", "year_added")
    assert month_meaning()("43282") == (date(2018, 7, 1), "", "serial_date")


@pytest.mark.parametrize(
    ("text", "day", "refused", "warned"),
    [
        ("2017/6/1 0:00", date(2017, 6, 1), "", ""), ("2017-6-1 00:00:00", date(2017, 6, 1), "", ""), ("20170601", date(2017, 6, 1), "", ""),
        ("2017.6.1", date(2017, 6, 1), "", ""), ("42887", date(2017, 6, 1), "", "serial_date"), ("2017年6月", None, "no_day", ""),
        ("2017-06", None, "no_day", ""), ("17/6/1", None, "short_year", ""), ("6/1/17", None, "short_year", ""), ("17年6月1日", None, "short_year", ""),
        ("1-Jun-17", None, "short_year", ""), ("6/1/2017", None, "not_a_date", ""), ("长期", None, "", "no_end"), ("永久有效", None, "", "no_end"),
        ("2017-02-30", None, "not_a_date", ""), ("2017/6/1 8:30", None, "not_a_date", ""),
    ],
)  # fmt: skip
def test_days_of_permits(text: str, day: date | None, refused: str, warned: str) -> None:
    assert date_meaning(open_ended=True)(text) == (day, refused, warned)


def test_only_an_end_can_be_never() -> None:
    assert judged("permit", "valid_from", ["长期"]) == ([None], {2: "not_a_date"}, {})
    assert judged("permit", "valid_to", ["长期"]) == ([None], {}, {2: "no_end"})
    assert date_meaning()("长期").refused == "not_a_date"


@pytest.mark.parametrize(
    ("texts", "verdicts"),
    [
        (["2018.1"], {"2018.1": "month_point"}),
        (["2018.1", "2018.2", "2018.9", "2018.11"], {"2018.1": "month_point"}),
        (["2018.1", "2018.10"], {"2018.1": "month_point_read", "2018.10": ""}),
        (["2018.9", "2018.10"], {"2018.10": ""}),
        (["2018.01", "2018.10"], {"2018.10": ""}),
        (["2018.10"], {"2018.10": "month_ten"}),
        (["2018.10", "2018.11", "2018.12"], {"2018.10": "month_ten"}),
        (["2017.10", "2018.1"], {"2018.1": "month_point", "2017.10": ""}),
        (["2018.2", "2018.11"], {}),
    ],
)
def test_a_month_typed_as_a_number_is_never_guessed(texts: list[str], verdicts: dict[str, str]) -> None:
    points = PointMonths()
    for row, text in enumerate(texts):
        points.note(text, [row])
    assert {text: points.verdict(text) for text in points.doubtful} == verdicts


def test_point_months_are_noted_in_either_width() -> None:
    verdicts = Verdicts()
    column = spec_for("usage").column("month")
    checks.column_values(
        pa.array(["2018.1", "２０１８．１", "2018-01", None]), column, Judge(np.arange(2, 6), verdicts)
    )
    assert verdicts.points.doubtful == {"2018.1": [2, 3]}


@pytest.mark.parametrize("word", ["/", "—", "-", "－", "无", "暂无", "N/A", "不详", "——", "NULL"])
def test_a_word_for_nothing_is_nothing_and_said(word: str) -> None:
    assert judged("well", "depth_m", [word, "80"]) == ([None, 80.0], {}, {2: "no_value"})
    assert judged("facility", "name", [word])[1:] == ({2: "missing"}, {})
    assert judged("permit", "valid_to", [word]) == ([None], {}, {2: "no_value"})


def test_a_word_of_the_vocabulary_is_no_word_for_nothing() -> None:
    assert judged("well", "metering", ["无", "/"]) == ([3, None], {3: "missing"}, {})


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#####"])
def test_a_spreadsheets_error_is_refused_as_one(error: str) -> None:
    assert judged("well", "depth_m", [error]) == ([None], {2: "excel_error"}, {})
    assert judged("facility", "name", [error])[1] == {2: "excel_error"}
    assert judged("well", "code", [error])[1] == {2: "excel_error"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AW\u200b1", "AW1"),
        ("ＡＷＤ２０－２", "AWD20-2"),
        ("\ufeffA1", "A1"),
        ("A1\u00ad", "A1"),
        ("井－１／甲", "井-1/甲"),
        ("取（京）1", None),
    ],
)
def test_a_code_is_cleaned_of_what_looks_the_same_and_that_is_said(text: str, code: str | None) -> None:
    values, refused, warned = judged("well", "code", [text, "B1"])
    assert (values, refused) == ([code or text, "B1"], {})
    assert warned == ({2: "cleaned_code"} if code else {})


@pytest.mark.parametrize("text", ["1.10101E+17", "1.10101001001e+17", "1E+15", "9.9E+101"])
def test_a_code_that_a_spreadsheet_made_a_number_of_is_refused(text: str) -> None:
    assert judged("well", "code", [text])[1] == {2: "damaged_code"}
    assert judged("well", "region", [text])[1] == {2: "damaged_code"}


def test_a_long_code_that_ends_in_noughts_is_looked_at_again() -> None:
    assert judged("well", "code", ["110101001001000000", "110101001001001", "1E05", "110101001001000"])[2] == {
        2: "maybe_damaged_code"
    }


@pytest.mark.parametrize(("field", "text"), [("volume_m3", "100000001"), ("volume_l", "100000000001")])
def test_a_volume_that_can_hardly_be_is_asked_about(field: str, text: str) -> None:
    verdicts = Verdicts()
    judge = Judge(np.array([2]), verdicts)
    checks.column_values(pa.array([text]), spec_for("usage").column(field), judge)
    assert verdicts.used == {"implausible"} and [fault.reason for fault in verdicts.warned.kept] == ["implausible"]
    assert judged("usage", field, [text[:-1]])[2] == {}


FORMS = (
    "{y}-{m:02d}",
    "{y}/{m}",
    "{y}{m:02d}",
    "{y}年{m}月",
    "{y} 年 {m:02d} 月份",
    "{y}.{m:02d}",
    "{y}-{m}-1",
    "{y}/{m:02d}/01 0:00",
    "{y}年{m}月1日",
)
WIDTHS = str.maketrans("0123456789", "０１２３４５６７８９")


@given(
    some.integers(1950, 2100),
    some.integers(1, 12),
    some.sampled_from(FORMS),
    some.booleans(),
    some.sampled_from(["", "\u200b", "\ufeff", " "]),
)
def test_a_month_is_the_same_in_every_form(year: int, month: int, form: str, wide: bool, mark: str) -> None:
    text = form.format(y=year, m=month)
    assert parse_month(mark + (text.translate(WIDTHS) if wide else text) + mark) == date(year, month, 1)


@given(some.text(alphabet="0123456789年月日季上下半/-. JanOct'号度", max_size=12))
def test_whatever_is_taken_for_a_month_or_a_day_is_one(text: str) -> None:
    for found in (month_meaning(2018)(text), month_meaning()(text), date_meaning()(text)):
        assert (found.value is None) == bool(found.refused)
        assert found.value is None or isinstance(found.value, date)
        assert {found.refused, found.warned} <= {"", *REASONS}


@given(
    some.sampled_from(["用水量", "水量", "本月用水量", "Volume"]),
    some.sampled_from([("m³", 1), ("立方米", 1), ("吨", 1), ("万m³", 10**4), ("万 立方米", 10**4), ("亿方", 10**8), ("10⁴m³", 10**4)]),
    some.sampled_from(["{n}（{u}）", "{n}({u})", " {n} ( {u} ) ", "{n}/{u}", "{n}【{u}】", "{n}（单位：{u}）", "{n}_{u}"]),
)  # fmt: skip
def test_a_heading_with_a_unit_is_its_field_in_that_unit(
    name: str, unit: tuple[str, Fraction | int], form: str
) -> None:
    heading = form.format(n=name, u=unit[0])
    assert match(USAGE, [heading]).fields == {"volume_m3": heading}
    found = units.of_heading(heading, VOLUME)
    assert found is not None and found[1] == unit[1]


@given(some.lists(some.sampled_from(["a", "b", "a#2", "", "井深"]), max_size=8))
def test_headings_told_apart_are_apart_and_in_order(headings: list[str]) -> None:
    found = distinct(headings)
    named = [one for one in found if one]
    assert len(found) == len(headings) and len(set(named)) == len(named)
    assert all(one.startswith(before) for one, before in zip(found, headings, strict=True))
    assert distinct(found) == found
