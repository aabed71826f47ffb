"""Periods as people write them, and the stored months and years to date that make them up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadParameter
from layers.periods import DAY_FORMS, Month, Period, parse_days, parse_period, signed_months


@pytest.mark.parametrize(
    ("text", "first", "last", "spoken"),
    [
        ("2019", (2019, 1), (2019, 12), "2019"),
        ("2019-07", (2019, 7), (2019, 7), "2019-07"),
        ("2019-Q1", (2019, 1), (2019, 3), "2019-01..2019-03"),
        ("2019-Q4", (2019, 10), (2019, 12), "2019-10..2019-12"),
        ("2019-01..2019-06", (2019, 1), (2019, 6), "2019-01..2019-06"),
        ("2019-01..2019-12", (2019, 1), (2019, 12), "2019"),
        ("2019..2021", (2019, 1), (2021, 12), "2019..2021"),
        ("2019-Q4..2020-Q1", (2019, 10), (2020, 3), "2019-10..2020-03"),
        ("2018..2019-03", (2018, 1), (2019, 3), "2018-01..2019-03"),
        (" 2019 ", (2019, 1), (2019, 12), "2019"),
    ],
)
def test_periods_are_read_and_spoken(text: str, first: tuple[int, int], last: tuple[int, int], spoken: str) -> None:
    period = parse_period(text)
    assert (period.first, period.last) == (Month(*first), Month(*last))
    assert str(period) == spoken
    assert parse_period(str(period)) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "19",
        "2019-13",
        "2019-00",
        "2019-7",
        "2019-Q5",
        "2019-q1",
        "2019-07-01",
        "..2019",
        "2019..",
        "2019..2020..2021",
        "2020..2019",
        "2019-07..2019-06",
        "1899",
        "2201",
        "1901..2150",
        "last year",
        "２０１９",
        "2019\n..2020",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(BadParameter) as caught:
        parse_period(text)
    assert caught.value.param == "period"
    assert "2019-Q3" in (caught.value.allowed or [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon", "'soon' is not a period"),
        ("2019..soon", "'soon' is not a period"),
        ("1899", "year 1899 is outside"),
        ("2019-13", "'2019-13' has no such month"),
        ("2020..2019", "'2020..2019' ends before it begins"),
        ("1901..2001-01", "'1901..2001-01' is longer than a century"),
    ],
)
def test_a_refusal_quotes_what_is_no_period(text: str, said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        parse_period(text)


def test_a_whole_century_is_a_period() -> None:
    assert parse_period("1901..2000").length == 1200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon", "'soon' is no day, month or year"),
        ("soon..2019", "'soon' is no day, month or year"),
        ("2019..soon", "'soon' is no day, month or year"),
        ("..", "'..' names no day"),
        ("2019-02..2019-01-31", "'2019-02..2019-01-31' ends before it begins"),
    ],
)
def test_a_refusal_quotes_what_is_no_day_and_says_where_and_what_may_stand_there(text: str, said: str) -> None:
    with pytest.raises(BadParameter, match=said) as caught:
        parse_days(text, "valid_to")
    assert (caught.value.param, caught.value.allowed) == ("valid_to", list(DAY_FORMS))


months = st.builds(Month, st.integers(1950, 2100), st.integers(1, 12))


@given(months, st.integers(0, 40), st.sets(st.integers(-14, 60), max_size=60))
def test_a_period_is_a_signed_sum_of_single_months_and_years_to_date(first: Month, more: int, there: set[int]) -> None:
    """Whatever months have sums: those of the period count once, all others not at all."""
    period = Period(first, first.plus(more))
    available = sorted(first.plus(step) for step in there)
    singles, signed = signed_months(period, available)
    weight = dict.fromkeys(available, 0)
    for day in singles:
        weight[Month.of(day)] += 1
    for day, sign in signed:  # a year to date is all months of its year up to it
        for month in available:
            if month.year == day.year and month <= Month.of(day):
                weight[month] += sign
    assert weight == {month: int(period.first <= month <= period.last) for month in available}
    years = period.last.year - period.first.year + 1
    assert len(singles) + len(signed) <= years + 1  # only the first year can need two


@pytest.mark.parametrize(
    ("text", "singles", "signed"),
    [
        ("2019-03", ["2019-03"], []),
        ("2019", [], [("2019-12", 1)]),
        ("2019-04..2019-06", [], [("2019-06", 1), ("2019-03", -1)]),
        ("2019-12..2020-02", ["2019-12"], [("2020-02", 1)]),
        ("2018", [], []),
    ],
)
def test_signed_months_by_hand(text: str, singles: list[str], signed: list[tuple[str, int]]) -> None:
    found_singles, found_signed = signed_months(parse_period(text), parse_period("2019..2020").months)
    assert [str(Month.of(day)) for day in found_singles] == singles
    assert [(str(Month.of(day)), sign) for day, sign in found_signed] == signed


@given(months, st.integers(-200, 200))
def test_months_are_counted_over_years(month: Month, steps: int) -> None:
    assert month.until(month.plus(steps)) == steps
    assert Month.of(month.plus(steps).first_day) == month.plus(steps)


@pytest.mark.parametrize(
    ("text", "previous", "year_before"),
    [
        ("2019-01", "2018-12", "2018-01"),
        ("2019-Q1", "2018-10..2018-12", "2018-01..2018-03"),
        ("2019", "2018", "2018"),
        ("2019..2020", "2017..2018", "2018..2019"),
    ],
)
def test_what_a_period_is_compared_with(text: str, previous: str, year_before: str) -> None:
    period = parse_period(text)
    assert str(period.previous()) == previous
    assert str(period.year_before()) == year_before
