"""The parameter ``datetime``: an instant, or an interval that may be open at either end. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from layers.errors import BadParameter

FORMS = ("2019-07-01", "2019-07-01T00:00:00Z", "2019-01-01/2019-06-30", "../2019-06-30", "2019-01-01/..")
_OPEN = ("", "..")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# GDAL writes the day of a condition so, whichever field it is of, and believes what comes: no answer could be right.
_GDAL_DAY = re.compile(r"\d{4}-\d{2}-\d{2}T", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from ``first`` to ``last``, both included; None leaves a side open."""

    first: date | None
    last: date | None


def parse_interval(text: str) -> Interval:
    """An RFC 3339 day or instant, or two of them joined by ``/``; ``..`` or nothing leaves a side open.

    The year 0, which desktops send for "since ever", is before all that a calendar here holds: that side is open.
    """
    start, slash, end = text.strip().partition("/")
    if not slash:
        day = _day(start, text)
        return Interval(day or date.min, day or date.min)
    first = None if start in _OPEN else _day(start, text)
    last = None if end in _OPEN else _day(end, text)
    if start in _OPEN and end in _OPEN:
        raise _refusal(text, "both sides are open")
    if first is not None and last is not None and first > last:
        raise _refusal(text, "it ends before it begins")
    return Interval(first, last or (date.min if end.startswith("0000") else None))


def _day(text: str, whole: str) -> date | None:
    """The day, in UTC, of an instant; None for one of the year 0."""
    if _GDAL_DAY.fullmatch(text):
        why = f"{text!r} is what GDAL writes for a day of any date field; ask for the field itself, by filter"
        raise _refusal(whole, why)
    if not _DAY.fullmatch(text) and not _INSTANT.fullmatch(text):
        raise _refusal(whole, f"{text!r} is neither a day nor an instant")
    year_zero = text.startswith("0000")
    told = f"2000{text[4:]}" if year_zero else text  # a leap year: the rest of the date is judged all the same
    try:
        if len(told) == 10:
            day = date.fromisoformat(told)
        else:
            day = _utc(datetime.fromisoformat(told.upper()))
    except ValueError as error:
        raise _refusal(whole, str(error)) from None
    return None if year_zero else day


def _utc(moment: datetime) -> date:
    if moment.tzinfo is None:
        return moment.date()
    if (
        not timedelta(days=1)
        < moment.replace(tzinfo=None) - datetime.min
        < datetime.max - datetime.min - timedelta(days=1)
    ):
        return moment.date()  # at the ends of the calendar there is no room to move by a zone
    return moment.astimezone(UTC).date()


def _refusal(text: str, why: str) -> BadParameter:
    return BadParameter(f"datetime={text!r}: {why}.", param="datetime", allowed=FORMS)
