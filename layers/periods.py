"""Periods of months: what people write, and the fewest stored sums that make one up. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from layers.errors import BadParameter
from layers.params import parse_day
from layers.words import Words

FORMS = ("2019", "2019-07", "2019-Q3", "2019-01..2019-06", "2019..2021")
_ONE = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>\d{2})|Q(?P<quarter>[1-4])))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, ordered and counted."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    def plus(self, months: int) -> Month:
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def until(self, other: Month) -> int:
        """How many months lie from this one to the other: 0 for itself."""
        return (other.year - self.year) * 12 + other.month - self.month

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months from ``first`` to ``last``, both included."""

    first: Month
    last: Month

    @property
    def length(self) -> int:
        return self.first.until(self.last) + 1

    @property
    def months(self) -> list[Month]:
        return [self.first.plus(i) for i in range(self.length)]

    def shifted(self, months: int) -> Period:
        return Period(self.first.plus(months), self.last.plus(months))

    def previous(self) -> Period:
        """The period of the same length just before."""
        return self.shifted(-self.length)

    def year_before(self) -> Period:
        """The same months of the year before."""
        return self.shifted(-12)

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first)
        if self.first.month == 1 and self.last.month == 12:
            return str(self.first.year) if self.first.year == self.last.year else f"{self.first.year}..{self.last.year}"
        return f"{self.first}..{self.last}"


def _one(text: str, param: str) -> Period:
    found = _ONE.fullmatch(text)
    if found is None:
        raise BadParameter(
            Words("看不懂统计期“{text}”", "{quoted} is not a period.", text=text, quoted=repr(text)), param=param, allowed=FORMS
        )  # fmt: skip
    year = int(found["year"])
    if not 1900 <= year <= 2200:
        told = Words("年份 {year} 不在 1900–2200 之内", "The year {year} is outside 1900–2200.", year=str(year))
        raise BadParameter(told, param=param, allowed=FORMS)
    if found["quarter"]:
        first = 3 * int(found["quarter"]) - 2
        return Period(Month(year, first), Month(year, first + 2))
    if found["month"]:
        if not 1 <= int(found["month"]) <= 12:
            told = Words("“{text}”没有这个月份", "{quoted} has no such month.", text=text, quoted=repr(text))
            raise BadParameter(told, param=param, allowed=FORMS)
        month = Month(year, int(found["month"]))
        return Period(month, month)
    return Period(Month(year, 1), Month(year, 12))


def parse_period(text: str, param: str = "period") -> Period:
    """``2019``, ``2019-07``, ``2019-Q3`` or two of them joined by ``..``; `BadParameter` for anything else."""
    start, separator, end = text.strip().partition("..")
    first = _one(start, param)
    last = _one(end, param) if separator else first
    if last.last < first.first:
        told = Words(
            "统计期“{text}”的终点早于起点", "The period {quoted} ends before it begins.", text=text, quoted=repr(text)
        )
        raise BadParameter(told, param=param, allowed=FORMS)
    if first.first.until(last.last) >= 1200:
        told = Words(
            "统计期“{text}”超过一百年", "The period {quoted} is longer than a century.", text=text, quoted=repr(text)
        )
        raise BadParameter(told, param=param, allowed=FORMS)
    return Period(first.first, last.last)


DAY_FORMS = (*FORMS, "2019-03-15", "2019-03-15..2019-04", "..2019", "2019..", "null")


@dataclass(frozen=True, slots=True)
class Days:
    """Days from ``first`` to ``last``, both included; None leaves a side open."""

    first: date | None
    last: date | None


def parse_days(text: str, param: str) -> Days:
    """A day (or the instant it begins with), what `parse_period` takes, or two of these joined by ``..``, of which one may be missing."""
    start, separator, end = text.strip().partition("..")
    if not separator:
        end = start
    first = _span(start, param).first if start or not separator else None
    last = _span(end, param).last if end or not separator else None
    if first is None and last is None:
        raise BadParameter(f"{text!r} names no day.", param=param, allowed=DAY_FORMS)
    if first is not None and last is not None and last < first:
        raise BadParameter(f"{text!r} ends before it begins.", param=param, allowed=DAY_FORMS)
    return Days(first, last)


def _span(text: str, param: str) -> Days:
    """The days of one side."""
    text = text.strip()
    try:
        if (day := parse_day(text)) is not None:
            return Days(day, day)
        months = _one(text, param)
    except BadParameter:
        raise BadParameter(f"{text!r} is no day, month or year.", param=param, allowed=DAY_FORMS) from None
    return Days(months.first.first_day, months.last.plus(1).first_day - timedelta(days=1))


def signed_months(period: Period, available: Sequence[Month]) -> tuple[list[date], list[tuple[date, int]]]:
    """The stored sums that make up a period: (single months, signed years to date), as first days.

    A year from which one month is asked takes that month; otherwise the year to date of the last month asked, less
    that of the last one before the first. ``available`` are the months that have sums, in order.
    """
    singles: list[date] = []
    signed: list[tuple[date, int]] = []
    for year in range(period.first.year, period.last.year + 1):
        held = [month for month in available if month.year == year]
        asked = [month for month in held if period.first <= month <= period.last]
        before = [month for month in held if month < period.first]
        if len(asked) == 1:
            singles.append(asked[0].first_day)
        elif asked:
            signed.append((asked[-1].first_day, 1))
            signed += [(before[-1].first_day, -1)] if before else []
    return singles, signed
