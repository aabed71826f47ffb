"""Like with like: a partial year meets the months it has, and unlike periods are not compared."""

import pytest

from layers.errors import BadParameter
from layers.periods import Month, parse_period
from layers.stats.like import Pair, pair, refuse_unlike


def months(*periods: str) -> list[Month]:
    return sorted(month for text in periods for month in parse_period(text).months)


@pytest.mark.parametrize(
    ("period", "versus", "held", "expected"),
    [
        ("2019", "2018", ["2018", "2019"], ("2019", "2018")),
        # A year that has begun, beside a whole one: the months it has.
        ("2020", "2019", ["2019", "2020-01"], ("2020-01", "2019-01")),
        ("2019", "2020", ["2019", "2020-01"], ("2019-01", "2020-01")),
        ("2020", "2019", ["2019-03..2019-12", "2020-01..2020-05"], ("2020-03..2020-05", "2019-03..2019-05")),
        ("2019-Q3", "2019-Q2", ["2019"], ("2019-07..2019-09", "2019-04..2019-06")),
        # Nothing that both have; or two runs of months, which no period names.
        ("2020", "2019", ["2019-03", "2020-01"], None),
        ("2020", "2019", ["2019", "2020-01", "2020-03"], None),
    ],
)
def test_the_months_that_both_have_are_compared(
    period: str, versus: str, held: list[str], expected: tuple[str, str] | None
) -> None:
    found = pair(parse_period(period), parse_period(versus), months(*held))
    assert found == (Pair(*map(parse_period, expected)) if expected else None)


@pytest.mark.parametrize(("period", "versus"), [("2019", "2018..2019"), ("2019", "2018-07"), ("2019-07", "2019-Q2")])
def test_periods_of_unlike_length_are_refused_with_what_would_do(period: str, versus: str) -> None:
    with pytest.raises(BadParameter) as caught:
        refuse_unlike(parse_period(period), parse_period(versus))
    assert caught.value.param == "versus"
    assert str(parse_period(period).year_before()) in caught.value.allowed
