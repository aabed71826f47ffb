"""Text of a parameter to a typed value, or an error that names the parameter and what is allowed."""

from collections.abc import Callable

import pytest

from layers import params, vocab
from layers.errors import BadParameter
from layers.params import Bbox, Range


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("116.2,39.8,116.6,40.1", Bbox(116.2, 39.8, 116.6, 40.1)),
        (" 116.2 , 39.8 , 116.6 , 40.1 ", Bbox(116.2, 39.8, 116.6, 40.1)),
        ("-180,-90,180,90", Bbox(-180, -90, 180, 90)),
        ("116,40,116,40", Bbox(116, 40, 116, 40)),
        ("1.1e2,4e1,111,41", Bbox(110, 40, 111, 41)),
    ],
)
def test_a_bbox_is_read(text: str, expected: Bbox) -> None:
    assert params.parse_bbox(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "116,40,,41",
        "nan,40,116,41",
        "116,40,inf,41",
        "116.6,39.8,116.2,40.1",  # east before west: the antimeridian is nowhere near this city
        "116.2,40.1,116.6,39.8",
        "-181,39,116,40",
        "116,39,181,40",
        "116,-91,117,40",
        "116,40,117,91",
        "39.8,116.2,40.1,116.6",  # latitude first
    ],
)
def test_a_bbox_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadParameter) as caught:
        params.parse_bbox(text)
    assert caught.value.param == "bbox"
    assert caught.value.allowed


@pytest.mark.parametrize(("text", "expected"), [(None, 20), ("", 20), ("1", 1), ("100", 100), ("007", 7)])
def test_a_count_is_read(text: str | None, expected: int) -> None:
    assert params.parse_count(text, "limit", 20, 1, 100) == expected


@pytest.mark.parametrize("text", ["0", "101", "-1", "+1", "1.0", "1e2", " 1", "1 ", "one", "9" * 30, "1\n", "１０"])
def test_a_count_outside_its_range_is_refused(text: str) -> None:
    with pytest.raises(BadParameter) as caught:
        params.parse_count(text, "limit", 20, 1, 100)
    assert (caught.value.param, caught.value.allowed) == ("limit", ["1..100"])


@pytest.mark.parametrize("code", ["11", "5101", "110108", "110108001", "110108001001"])
def test_division_codes_are_read(code: str) -> None:
    assert params.parse_region(code) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "110",
        "11010800",
        "11010g",
        "110108%",
        "110108001001001",
        "海淀区",
        "110108 ",
        "110108\n",
        "１１０１０８",
    ],
)
def test_what_is_no_division_code_is_refused(text: str) -> None:
    with pytest.raises(BadParameter) as caught:
        params.parse_region(text, "parent")
    assert caught.value.param == "parent"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", Range(12, 12)),
        ("-3.5", Range(-3.5, -3.5)),
        ("10..50", Range(10, 50)),
        ("..50", Range(None, 50)),
        ("10..", Range(10, None)),
        ("50..10", Range(50, 10)),  # empty, not an error: nothing is in it
    ],
)
def test_a_range_is_read(text: str, expected: Range) -> None:
    assert params.parse_range(text, "depth_m") == expected


@pytest.mark.parametrize(
    "text", ["", "..", "a..b", "10..b", "nan", "inf..", "..1e999", "1,2", "10..20..30", ",", "0x10"]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(BadParameter) as caught:
        params.parse_range(text, "depth_m")
    assert caught.value.param == "depth_m"
    assert "null" in (caught.value.allowed or [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("supply", ([1], False)),
        ("irrigation,supply", ([2, 1], False)),
        ("supply,supply", ([1], False)),
        (" supply , null ", ([1], True)),
        ("null", ([], True)),
    ],
)
def test_terms_are_read(text: str, expected: tuple[list[int], bool]) -> None:
    assert params.parse_term_ids(text, vocab.WELL_USE, "use") == expected


def test_an_unknown_term_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadParameter) as caught:
        params.parse_term_ids("supply,drinking", vocab.WELL_USE, "use")
    assert "drinking" in caught.value.detail
    assert caught.value.allowed == [*vocab.WELL_USE.codes, "null"]


def test_words_keep_the_asked_order_and_come_once() -> None:
    assert params.parse_words("b, a,b,", "fields", ["a", "b"]) == ["b", "a"]


@pytest.mark.parametrize(
    "refused",
    [
        lambda: params.parse_choice("Equal", "method", "quantiles", ["quantiles", "equal"]),
        lambda: params.parse_words("a,c", "fields", ["a", "b"]),
        lambda: params.refuse_unknown({"perod": "2019"}, ["period"]),
    ],
)
def test_closed_lists_say_what_is_allowed(refused: Callable[[], object]) -> None:
    with pytest.raises(BadParameter) as caught:
        refused()
    assert caught.value.allowed


def test_a_choice_not_made_is_the_default() -> None:
    assert params.parse_choice(None, "method", "quantiles", ["quantiles"]) == "quantiles"
    assert params.parse_choice("", "method", "quantiles", ["quantiles"]) == "quantiles"


def test_a_repeated_parameter_is_refused() -> None:
    params.refuse_repeated({"source": ["reclaimed"]})
    with pytest.raises(BadParameter, match="2 times") as caught:
        params.refuse_repeated({"source": ["reclaimed", "group_tap"]})
    assert caught.value.param == "source"
