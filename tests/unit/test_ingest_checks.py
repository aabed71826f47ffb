"""Text → values, and what is refused."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from layers.ingest import checks, parse, rows, spec
from layers.ingest.checks import Judge
from layers.ingest.refusal import Verdicts
from layers.ingest.spec import spec_for
from layers.vocab import SOURCE


def judged(dataset: str, field: str, texts: list[str | None]) -> tuple[list[object], dict[int, str]]:
    """The values of a column of texts, and the reason of each refused row (numbered from 2, as in a spreadsheet)."""
    verdicts = Verdicts()
    judge = Judge(np.arange(2, 2 + len(texts)), verdicts)
    values = checks.column_values(pa.array(texts, pa.string()), spec_for(dataset).column(field), judge)
    assert len(values) == len(texts)
    return values.to_pylist(), {refusal.row: refusal.reason for refusal in verdicts.refused.kept}


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("120", 120, None),
        ("+120", 120, None),
        ("120.0", 120, None),
        ("0", 0, None),
        (None, None, None),
        ("-1", None, "out_of_range"),
        ("10000000001", None, "out_of_range"),
        ("1,200", 1200, None),
        ("12.5", None, "not_an_integer"),
        ("120吨", None, "other_unit"),
        ("120吨/日", 120, None),
        ("99999999999999999999", None, "not_an_integer"),
        ("１２", 12, None),
        ("nan", None, "not_a_number"),
    ],
)
def test_whole_numbers(text: str | None, value: int | None, reason: str | None) -> None:
    assert judged("facility", "capacity_m3_d", [text]) == ([value], {2: reason} if reason else {})


@pytest.mark.parametrize(
    ("text", "litres", "reason"),
    [
        ("0", 0, None),
        ("0.001", 1, None),
        ("-0.001", None, "out_of_range"),
        ("-1", None, "out_of_range"),
        ("1000000000000", 10**15, None),
        ("1000000000000.001", None, "out_of_range"),
    ],
)
def test_permitted_volumes_are_nothing_or_more(text: str, litres: int | None, reason: str | None) -> None:
    assert judged("permit", "permitted_m3_per_year", [text]) == ([litres], {2: reason} if reason else {})


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("80", 80.0, None),
        ("80.", 80.0, None),
        (".5", 0.5, None),
        ("1e2", 100.0, None),
        ("1.e2", 100.0, None),
        ("+80.25", 80.25, None),
        (None, None, None),
        ("0", None, "out_of_range"),
        ("-3", None, "out_of_range"),
        ("20000", None, "out_of_range"),
        ("1e999", None, "out_of_range"),
        ("约80", None, "not_a_number"),
        ("80米", 80.0, None),
        ("1,000", 1000.0, None),
        ("inf", None, "not_a_number"),
    ],
)
def test_numbers(text: str | None, value: float | None, reason: str | None) -> None:
    assert judged("well", "depth_m", [text]) == ([value], {2: reason} if reason else {})


@pytest.mark.parametrize(
    ("text", "litres", "reason"),
    [
        ("1", 1000, None),
        ("0.001", 1, None),
        ("12.345", 12345, None),
        ("12.3450000", 12345, None),
        ("-0.5", -500, None),
        ("+7.25", 7250, None),
        ("3.", 3000, None),
        ("999999999.999", 999999999999, None),
        ("1000000000.001", None, "out_of_range"),
        ("0.0005", None, "not_litres"),
        ("12.3456", None, "not_litres"),
        ("1e3", None, "not_litres"),
        ("许多", None, "not_a_number"),
    ],
)
def test_cubic_metres_become_litres_exactly_or_not_at_all(text: str, litres: int | None, reason: str | None) -> None:
    assert judged("usage", "volume_m3", [text]) == ([litres], {2: reason} if reason else {})


def test_litres_are_exact_where_floats_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = spec._column
    monkeypatch.setattr(spec, "_column", lambda *given: replace(bounded(*given), low=None, high=None))
    texts = [f"{thousands}.{rest:03d}" for thousands in (0, 33, 9_007_199_254_740) for rest in (1, 10, 100, 333, 999)]
    expected = [int(text.replace(".", "")) for text in texts]
    assert judged("usage", "volume_m3", list(texts))[0] == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2019-07-01", date(2019, 7, 1)),
        ("2019/7/1", date(2019, 7, 1)),
        ("2019.07.01", date(2019, 7, 1)),
        ("20190701", date(2019, 7, 1)),
        ("2019年7月1日", date(2019, 7, 1)),
        ("2019-07-01 00:00:00", date(2019, 7, 1)),
        ("2019-07-01T00:00:00.000", date(2019, 7, 1)),
        ("２０１９-07-01", date(2019, 7, 1)),
        ("2019-02-29", None),
        ("2019-13-01", None),
        ("2019-07", None),
        ("01/07/2019", None),
        ("0019-07-01", None),
        ("2019-07-01 12:30:00", None),
        ("43647", None),
        ("", None),
    ],
)
def test_dates(text: str, found: date | None) -> None:
    assert parse.parse_date(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2019-07", date(2019, 7, 1)),
        ("2019/7", date(2019, 7, 1)),
        ("201907", date(2019, 7, 1)),
        ("2019年7月", date(2019, 7, 1)),
        ("2019-07-01", date(2019, 7, 1)),
        ("2019-07-02", None),
        ("2019-00", None),
        ("2019-13", None),
        ("2019", None),
        ("19-07", None),
        ("July 2019", date(2019, 7, 1)),
    ],
)
def test_months(text: str, found: date | None) -> None:
    assert parse.parse_month(text) == found


def test_a_month_to_come_is_refused() -> None:
    assert judged("usage", "month", ["2019-01", "2199-01", None]) == (
        [date(2019, 1, 1), date(2199, 1, 1), None],
        {3: "out_of_range", 4: "missing"},
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("group_tap", 1), ("GROUP_TAP", 1), ("自来水集团", 1), (" 自来水集团 ", 1), ("Group tap water", 1), ("再生水", 7), ("自建设施", 4),
        ("1", None), ("tap", None), ("自来水", None),
    ],
)  # fmt: skip
def test_terms_are_known_by_every_spelling(text: str, found: int | None) -> None:
    assert parse.parse_term(text, parse.term_words(SOURCE)) == found


def test_full_width_brackets_are_brackets() -> None:
    assert judged("region", "level", ["街道（乡镇）", "社区(村)", "district"])[0] == [3, 4, 2]


def test_a_refused_term_is_told_with_all_that_are_allowed() -> None:
    verdicts = Verdicts()
    judge = Judge(np.array([7]), verdicts)
    checks.column_values(pa.array(["泉"]), spec_for("well").column("metering"), judge)
    refusal = verdicts.refused.kept[0]
    assert (refusal.row, refusal.field, refusal.value, refusal.reason) == (7, "metering", "泉", "not_a_term")
    assert "水表（water_meter）" in refusal.zh and "应为" in refusal.zh
    assert "Water meter (water_meter)" in refusal.said.in_("en")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("W1", None), ("001", None), ("井-1/甲", None),
        ("W 1", "bad_code"), ("W;1", "bad_code"), ("W，1", "bad_code"), ("W\u30001", "bad_code"),
        ("W\x001", "control_character"), ("W" * 33, "too_long"), (None, "missing"),
    ],
)  # fmt: skip
def test_codes(text: str | None, reason: str | None) -> None:
    values, found = judged("well", "code", [text])
    assert found == ({2: reason} if reason else {})
    assert values == [text]  # leading zeros and all


def test_text_keeps_its_words_and_loses_line_breaks() -> None:
    assert judged("facility", "name", ["怀柔\n水厂", "a  b"]) == (["怀柔 水厂", "a b"], {})
    assert judged("facility", "name", ["x" * 121, "a\x07", None])[1] == {
        2: "too_long",
        3: "control_character",
        4: "missing",
    }


def test_an_empty_optional_cell_is_the_tables_default() -> None:
    assert judged("well", "name", [None, "a"])[0] == ["", "a"]
    assert judged("well", "status", [None, "停用"])[0] == [1, 3]
    assert judged("well", "depth_m", [None])[0] == [None]
    assert judged("usage", "correction_no", [None, "2"])[0] == [0, 2]


@pytest.mark.parametrize(
    ("text", "found"),
    [("a;b", "a;b"), ("a；b，a、c|d e", "a;b;c;d;e"), (";;", ""), ("a", "a")],
)
def test_links(text: str, found: str) -> None:
    assert parse.parse_links(text) == found


def test_a_value_that_was_refused_is_quoted_harmlessly() -> None:
    verdicts = Verdicts()
    verdicts.refused.add(2, "name", "a\x00b" + "c" * 200, "control_character")
    assert verdicts.refused.kept[0].value == "a·b" + "c" * 77 + "…"


def usage(**columns: list[str | None]) -> tuple[pa.Table, dict[int, str]]:
    """Usage rows of the given columns, the others as a sound record has them."""
    from layers import registry
    from layers.ingest.columns import match
    from layers.ingest.table import Chunk

    count = len(next(iter(columns.values())))
    sound = {"month": "2019-01", "source": "group_tap", "purpose": "industrial", "volume_l": "5"}
    texts = {name: [value] * count for name, value in sound.items() if name not in columns} | columns
    chunk = Chunk(np.arange(2, 2 + count), {name: pa.array(value, pa.string()) for name, value in texts.items()})
    verdicts = Verdicts()
    fields = [f for f in registry.USAGE.fields if f.imported]
    found = rows.sound_rows(chunk, spec_for("usage"), match(fields, list(texts)), None, verdicts)
    return found, {refusal.row: refusal.reason for refusal in verdicts.refused.kept}


def test_a_record_is_measured_at_exactly_one_place() -> None:
    found, reasons = usage(meter=["M1", None, "M1", None], region=[None, "110101", "110101", None])
    assert reasons == {4: "one_place", 5: "one_place"}
    assert found.column("row_no").to_pylist() == [2, 3]


def test_only_a_correction_is_negative() -> None:
    _, reasons = usage(meter=["M1"] * 3, volume_l=["-5", "-5", "0"], correction_no=["0", "1", None])
    assert reasons == {2: "negative"}


def test_volumes_in_either_unit_or_in_both_alike() -> None:
    both = {"meter": ["M1"] * 4, "volume_l": ["5000", None, "5000", None], "volume_m3": ["5", "6", "4", None]}
    found, reasons = usage(**both)
    assert found.column("volume_l").to_pylist() == [5000, 6000]
    assert reasons == {4: "contradiction", 5: "missing"}
