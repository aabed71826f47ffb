"""The parameter ``datetime``: what desktops send, the year 0 among it, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from layers.errors import BadParameter
from layers.ogc.times import Interval, parse_interval

JULY, END = date(2019, 7, 1), date(2019, 12, 31)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019-07-01", JULY, JULY),
        ("2019-07-01T12:30:00Z", JULY, JULY),
        ("2019-07-01T12:30:00.5Z", JULY, JULY),
        ("2019-07-01t12:30:00z", JULY, JULY),
        ("2019-07-02T07:00:00+08:00", JULY, JULY),
        ("2019-07-01/2019-12-31", JULY, END),
        ("2019-07-01T00:00:00Z/2019-12-31T23:59:59Z", JULY, END),
        ("2019-07-01/..", JULY, None),
        ("2019-07-01/", JULY, None),
        ("../2019-07-01", None, JULY),
        ("/2019-07-01", None, JULY),
        ("0000-01-01T00:00:00Z/2019-07-01T00:00:00Z", None, JULY),
        ("2019-07-01T00:00:00Z/9999-12-31T00:00:00Z", JULY, date(9999, 12, 31)),
        ("9999-12-31T23:59:59-08:00", date(9999, 12, 31), date(9999, 12, 31)),
        ("0001-01-01T00:00:00+08:00/..", date.min, None),
        ("0000-02-29", date.min, date.min),
        ("0000-01-01/0000-12-31", None, date.min),
        ("0000-01-01/..", None, None),
    ],
)
def test_an_interval(text: str, first: date | None, last: date | None) -> None:
    assert parse_interval(text) == Interval(first, last)


@pytest.mark.parametrize(
    "text",
    ["", "..", "/", "../..", "2019", "2019-07", "2019-13-01", "2019-02-30", "0000-13-01", "yesterday", "2019-07-01T25:00:00Z",
     "2019-12-31/2019-07-01", "2019-07-01/2019-08-01/2019-09-01", "2019-07-01/soon", "20190701", "2019-07-01 12:00:00Z",
     "２０１９-07-01", "-2019-07-01", "2019-07-01T", "2019-07-01T/..", "2019-07-01T00:00:00+99:00"],
)  # fmt: skip
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(BadParameter) as caught:
        parse_interval(text)
    assert caught.value.param == "datetime"
    assert caught.value.allowed
