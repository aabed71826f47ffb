"""Which divisions an answer speaks in: those of its months, today's, or those of any edition that is asked for.

A figure of several months speaks in the divisions of the last of them, so that no answer mixes two editions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from layers import editions
from layers.dependencies import behind
from layers.editions import Editions, EditionSpan
from layers.errors import BadParameter
from layers.grid.within import Within
from layers.kept.memory import Memory
from layers.periods import Month, Period
from layers.versions import Stamp, as_of

PARAM = "boundaries"
OWN, CURRENT = "own", "current"
FORMS = (OWN, CURRENT, "2019-06", "v27")
_MONTH, _VERSION = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII), re.compile(r"v(\d{1,9})", re.ASCII)

_editions: Memory[Editions] = Memory(2)


@dataclass(frozen=True, slots=True)
class Divisions:
    """One edition of the divisions, and which rows of the sums speak in it."""

    edition: EditionSpan
    sums: tuple[int, ...]
    until: Month | None = None  # the last month that they hold in; None: until today
    stamp: Stamp | None = field(
        default=None, compare=False
    )  # the version of the divisions that this was read at, if it is known

    @property
    def cells(self) -> Within:
        """As the grid has them."""
        return Within(self.edition, alone=self.sums == (editions.OWN,))

    def elsewhere(self, months: Iterable[Month]) -> int | None:
        """The edition by which months of others are told in these divisions; None where all are their own."""
        if self.sums == (editions.OWN,):
            return None
        since = Month.of(self.edition.since) if self.edition.since else None
        own = ((since is None or since <= month) and (self.until is None or month <= self.until) for month in months)
        return None if all(own) else self.edition.id

    def to_dict(self) -> dict[str, Any]:
        """As answers tell it: from which month to which these divisions hold (None: from the beginning, until today)."""
        since = self.edition.since
        return {
            "since": str(Month.of(since)) if since else None,
            "until": str(self.until) if self.until else None,
            "current": self.edition.current,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """All editions there are at a version of the divisions."""

    editions: Editions
    stamp: Stamp | None = None

    def of(self, edition: EditionSpan) -> Divisions:
        later = next((one.since for one in self.editions.all if one.id > edition.id), None)
        sums = (editions.OWN, edition.id) if self.editions.past else (editions.OWN,)
        return Divisions(edition, sums, Month.of(later).plus(-1) if later else None, self.stamp)


def known() -> Known:
    """One small query for the version; the rest is kept."""

    def make() -> Editions:
        with connection.cursor() as cursor:
            return editions.read(cursor)

    stamp = as_of(behind("region")).of_data
    return Known(_editions.get_or_make(stamp, "", make), stamp)


def parse_boundaries(text: str | None) -> str:
    """`BadParameter` for what is none of `FORMS`."""
    if not text or text in (OWN, CURRENT) or _MONTH.fullmatch(text) or _VERSION.fullmatch(text):
        return text or OWN
    raise BadParameter(f"{text!r} names no divisions.", param=PARAM, allowed=FORMS)


def today() -> Divisions:
    there = known()
    return there.of(there.editions.current)


def divisions(boundaries: str, month: Month | None, there: Known | None = None) -> Divisions:
    """The divisions meant by a question whose last month with usage is this; without one its own are today's."""
    there = there or known()
    every = there.editions
    if found := _MONTH.fullmatch(boundaries):
        month = Month(int(found[1]), int(found[2]))
    elif found := _VERSION.fullmatch(boundaries):
        return there.of(next(one for one in reversed(every.all) if one.first <= int(found[1])))
    elif boundaries == CURRENT:
        month = None
    return there.of(every.of(month.first_day) if month else every.current)


def last_month(period: Period, available: Sequence[Month]) -> Month:
    """The last month of a period that has usage; its very last, if none has."""
    return max((month for month in available if period.first <= month <= period.last), default=period.last)


def every() -> list[Divisions]:
    """All editions, the oldest first."""
    there = known()
    return [there.of(one) for one in there.editions.all]
