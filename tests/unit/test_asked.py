"""What is asked of a field, held to what the words mean, for any numbers, days, months and texts."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import assume, given
from hypothesis import strategies as st

from layers import params, registry, values, vocab
from layers.errors import BadParameter
from layers.fields import Field
from layers.ingest import parse
from layers.periods import Days, Month, Period, parse_days, parse_period, signed_months

PLAIN = Field("depth_m", "井深", "Depth", "number", unit="m")
WHOLE = Field("year_built", "年", "Year", "integer")
LITRES = Field("volume_m3", "水量", "Volume", "number", path="volume_l", unit="m³", per_unit=1000)
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
MONTHS = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))
AMOUNTS = st.floats(-1e12, 1e12, allow_nan=False).map(lambda x: round(x, 4))


def terms(condition: Q) -> dict[str, Any]:
    """The comparisons of a condition that joins them all."""
    assert condition.connector == Q.AND and not condition.negated
    found: dict[str, Any] = {}
    for child in condition.children:
        found |= terms(child) if isinstance(child, Q) else dict([child])
    return found


def holds(condition: Q, path: str, value: Any) -> bool:
    asked = terms(condition)
    assert asked.pop(f"{path}__isnull") is False
    low, high = asked.pop(f"{path}__gte", value), asked.pop(f"{path}__lte", value)
    assert not asked
    return bool(low <= value <= high)


@given(litres=st.integers(-(10**12), 10**15), other=st.integers(-(10**12), 10**15))
def test_what_is_said_of_litres_asks_for_them_and_no_others(litres: int, other: int) -> None:
    said = str(values.spoken(LITRES, litres))
    asked = values.condition(LITRES, said)
    assert holds(asked, "volume_l", litres)
    assert not holds(asked, "volume_l", litres + 1) and not holds(asked, "volume_l", litres - 1)
    assert holds(values.condition(LITRES, f"..{said}"), "volume_l", other) is (other <= litres)
    assert holds(values.condition(LITRES, f"{said}.."), "volume_l", other) is (other >= litres)


@given(low=AMOUNTS, high=AMOUNTS, stored=st.integers(-(10**15), 10**15))
def test_bounds_between_litres_lie_inwards(low: float, high: float, stored: int) -> None:
    asked = values.condition(LITRES, f"{low!r}..{high!r}")
    truth = Decimal(repr(low)) * 1000 <= stored <= Decimal(repr(high)) * 1000
    assert holds(asked, "volume_l", stored) is truth
    edge = math.ceil(Decimal(repr(low)) * 1000)
    assert holds(values.condition(LITRES, f"{low!r}.."), "volume_l", edge)
    assert not holds(values.condition(LITRES, f"{low!r}.."), "volume_l", edge - 1)


@given(low=AMOUNTS, high=AMOUNTS, number=st.integers(-3000, 3000))
def test_whole_numbers_are_compared_as_numbers(low: float, high: float, number: int) -> None:
    assert holds(values.condition(WHOLE, f"{low!r}..{high!r}"), "year_built", number) is (low <= number <= high)
    assert holds(values.condition(PLAIN, f"{low!r}..{high!r}"), "depth_m", low) is (low <= high)


@given(amount=st.sampled_from(["1e300", "-1e300", "9e18", "-9.3e18"]))
def test_bounds_beyond_what_is_stored_are_no_errors(amount: str) -> None:
    for field in (WHOLE, LITRES):
        bound = terms(values.condition(field, f"{amount}.."))[f"{field.orm_path}__gte"]
        assert isinstance(bound, int) and abs(bound) <= 2**63 - 1
        assert (bound > 0) is not amount.startswith("-")


@given(day=DAYS, other=DAYS)
def test_a_day_is_itself(day: date, other: date) -> None:
    assert parse_days(str(day), "d") == Days(day, day)
    assert parse_days(f" {day}.. ", "d") == Days(day, None)
    assert parse_days(f"..{day}", "d") == Days(None, day)
    if other < day:
        with pytest.raises(BadParameter):
            parse_days(f"{day}..{other}", "d")
    else:
        assert parse_days(f"{day}..{other}", "d") == Days(day, other)


DATE = Field("valid_from", "有效期起", "Valid from", "date")


@given(low=DAYS, high=DAYS, stored=DAYS)
def test_both_ends_of_some_days_are_among_them(low: date, high: date, stored: date) -> None:
    """And the day before and the day after are not: at an end of the calendar that is asked of, too."""
    low, high = sorted((low, high))
    near = {low + timedelta(days=off) for off in (-1, 0, 1)} | {high + timedelta(days=off) for off in (-1, 0, 1)}
    for day in (*near, stored):
        assert holds(values.condition(DATE, f"{low}..{high}"), "valid_from", day) is (low <= day <= high)
        assert holds(values.condition(DATE, f"{low}.."), "valid_from", day) is (day >= low)
        assert holds(values.condition(DATE, f"..{high}"), "valid_from", day) is (day <= high)
        assert holds(values.condition(DATE, str(low)), "valid_from", day) is (day == low)
    month = Month.of(low)
    for day in (month.first_day, month.plus(1).first_day - timedelta(days=1), month.plus(1).first_day, stored):
        assert holds(values.condition(DATE, str(month)), "valid_from", day) is (Month.of(day) == month)


@given(first=MONTHS, length=st.integers(0, 400))
def test_months_are_all_their_days(first: Month, length: int) -> None:
    last = first.plus(length)
    assume(last.year <= 2200)
    found = parse_days(f"{first}..{last}", "d")
    assert found.first == first.first_day and found.first.day == 1
    assert found.last is not None and Month.of(found.last) == last
    assert (found.last + timedelta(days=1)).day == 1
    asked = parse_period(f"{first}..{last}")
    assert (asked.first, asked.last, asked.length) == (first, last, length + 1)
    assert asked.months[0] == first and asked.months[-1] == last and len(asked.months) == asked.length
    assert asked.previous().last.plus(1) == first and asked.previous().length == asked.length
    assert asked.year_before().first == Month(first.year - 1, first.month)
    assert parse_period(str(asked)) == asked


@given(first=MONTHS, more=st.integers(0, 1300))
def test_a_period_is_a_century_at_most(first: Month, more: int) -> None:
    last = first.plus(more)
    assume(last.year <= 2200)
    if more < 1200:
        assert parse_period(f"{first}..{last}").length == more + 1
    else:
        with pytest.raises(BadParameter):
            parse_period(f"{first}..{last}")


@given(held=st.sets(st.integers(0, 59)), first=st.integers(0, 59), length=st.integers(1, 40))
def test_kept_sums_make_up_a_period_exactly(held: set[int], first: int, length: int) -> None:
    """Each month that has sums counts once where it is asked for and never where it is not; years to date begin in January."""
    start = Month(2017, 1)
    available = [start.plus(number) for number in sorted(held)]
    asked = Period(start.plus(first), start.plus(first + length - 1))
    singles, signed = signed_months(asked, available)
    counted = dict.fromkeys(available, 0)
    for day in singles:
        counted[Month.of(day)] += 1
    for day, sign in signed:
        for month in available:
            counted[month] += sign * (month.year == day.year and month <= Month.of(day))
    assert counted == {month: int(asked.first <= month <= asked.last) for month in available}
    assert len(singles) + len(signed) <= 2 * (asked.last.year - asked.first.year + 1)


@given(text=st.text(max_size=12))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    for read in (
        lambda: parse_period(text, "p"), lambda: parse_days(text, "p"), lambda: params.parse_range(text, "p"),
        lambda: params.parse_term_ids(text, vocab.WELL_USE, "p"), lambda: params.parse_region(text, "p"),
        lambda: params.parse_count(text, "p", 1, 0, 9),
    ):  # fmt: skip
        try:
            read()
        except BadParameter as error:
            assert error.param == "p" and error.allowed


@pytest.mark.parametrize("vocabulary", vocab.ALL, ids=lambda found: found.name)
def test_every_spelling_of_a_term_is_that_term(vocabulary: vocab.Vocab) -> None:
    words = parse.term_words(vocabulary)
    for term in vocabulary:
        for word in (term.code, term.zh, term.en, *term.aliases):
            assert params.parse_term_ids(f" {word.upper()} ", vocabulary, "p") == ([term.id], False)
            assert parse.parse_term(f" {word.upper()}　", words) == term.id
    assert params.parse_term_ids("null", vocabulary, "p") == ([], True)
    assert parse.parse_term("no such word", words) is None


@given(day=DAYS)
def test_a_day_is_read_in_every_form(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    for text in (
        f"{day}",
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{day:%Y%m%d}",
        f" {day} 00:00:00.000 ",
        f"{day}T00:00",
    ):
        assert parse.parse_date(text) == day
    for text in (f"{day} 00:01", f"{y}-{m}", f"{day}x", f"x{day}", f"1899-{m:02d}-{d:02d}", f"2201-{m:02d}-{d:02d}"):
        assert parse.parse_date(text) is None


@given(month=MONTHS, day=st.integers(2, 28))
def test_a_month_is_its_first_day_in_every_form(month: Month, day: int) -> None:
    y, m = month.year, month.month
    for text in (f"{month}", f"{y}/{m}", f"{y}.{m}", f"{y}年{m}月", f"{y}{m:02d}", f"{month}-01", f"{y}年{m}月1日"):
        assert parse.parse_month(text) == month.first_day
    for text in (f"{month}-{day:02d}", f"{y}", f"{y}-13", f"{y}-00", f"{month}x", f"1899-{m:02d}", f"2201-{m:02d}"):
        assert parse.parse_month(text) is None


CODES = st.text(st.characters(categories=["L", "Nd"], include_characters="-_."), min_size=1, max_size=8).filter(
    lambda text: parse.clean_code(text) == text  # what is not is told apart in the tests of values
)


@given(
    codes=st.lists(CODES, max_size=6), separator=st.sampled_from([";", "；", ",", "，", "、", "|", " ", " ; ", "\t"])
)
def test_links_are_codes_once_each_in_order(codes: list[str], separator: str) -> None:
    assert parse.parse_links(separator.join(codes)) == ";".join(dict.fromkeys(codes))
    assert parse.parse_links(separator + separator.join(codes) + separator) == ";".join(dict.fromkeys(codes))


@given(name=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_a_text_asks_for_itself_whatever_stands_in_it(name: str) -> None:
    field = next(f for f in registry.WELL.fields if f.name == "name")
    asked = values.condition(field, name)
    listed = dict(_leaves(asked))["name__in"]
    assert name in listed and "" not in listed
    assert set(listed) - {name} <= {part.strip() for part in name.split(",")}


def _leaves(condition: Q) -> list[tuple[str, Any]]:
    return [leaf for child in condition.children for leaf in (_leaves(child) if isinstance(child, Q) else [child])]
