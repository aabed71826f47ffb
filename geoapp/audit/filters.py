"""Which lines are wanted: text of an address → typed values → a query that an index answers, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from psycopg import sql

from geoapp.audit.models import Line
from geoapp.audit.seals import midnight
from geoapp.audit.words import ACT, CHANNEL, DONE, RESULT
from layers.errors import BadParameter
from layers.vocab import Vocab
from layers.words import Words

FILTERS = ("from", "to", "account", "act", "result", "address", "channel", "object")
PARAMS = (*FILTERS, "before", "lang")
USUAL_DAYS = 30  # looked at unless a day is named from which on
SUMMED = 100_000  # lines that the picture counts, the newest
_VOCABS: Mapping[str, Vocab] = {"act": ACT, "result": RESULT, "channel": CHANNEL}
_TEXTS = ("account", "address", "object")
_TEXT_MOST = 200


@dataclass(frozen=True, slots=True)
class LineAt:
    """A line in the order of time; a page goes on behind it."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{int(self.at.timestamp()) * 1_000_000 + self.at.microsecond}-{self.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The lines from ``since`` on and before ``until``, with these values (a column → what it is)."""

    since: datetime
    until: datetime | None
    values: Mapping[str, Any]
    given: Mapping[str, str]
    before: LineAt | None = None

    def lines(self) -> QuerySet[Line]:
        found = Line.objects.filter(at__gte=self.since, **self.values)
        if self.until is not None:
            found = found.filter(at__lt=self.until)
        if self.values.get("result", DONE) != DONE:
            found = found.exclude(result=DONE)  # as the index of the few others says it
        return found.order_by("-at", "-id")

    def page(self, most: int) -> list[Line]:
        return list(behind(self.lines(), self.before)[:most])

    def address(self, **changes: str) -> str:
        """The query of the same filters, and of what is added to them."""
        return urlencode({**{name: text for name, text in self.given.items() if text}, **changes}, safe=":")


def behind(lines: QuerySet[Line], place: LineAt | None) -> QuerySet[Line]:
    """Those that come after a line. The bound of time is one that the index knows."""
    if place is None:
        return lines
    return lines.filter(at__lte=place.at).exclude(at=place.at, id__gte=place.id)


def parse(given: Mapping[str, str]) -> Wanted:
    """`BadParameter`, in both languages, for what cannot be read."""
    values: dict[str, Any] = {}
    for name, vocab in _VOCABS.items():
        if text := given.get(name, ""):
            if text not in vocab.by_code:
                raise BadParameter(
                    Words("{name} 没有 {text!r} 这个值。", "{name} has no value {text!r}.", name=vocab, text=text[:40]),
                    param=name, allowed=list(vocab.codes),
                )  # fmt: skip
            values[name] = vocab.id_of(text)
    values |= {name: text[:_TEXT_MOST] for name in _TEXTS if (text := given.get(name, "").strip())}
    first, last = _day(given, "from"), _day(given, "to")
    if first and last and first > last:
        raise BadParameter(
            Words("起始日在终止日之后。", "The first day is after the last."), param="from", allowed=[given["to"]]
        )
    today = timezone.localdate()
    since = midnight(first or min(today, last or today) - timedelta(days=USUAL_DAYS))
    until = midnight(last + timedelta(days=1)) if last else None
    kept = {name: given.get(name, "").strip() for name in (*FILTERS, "lang")}
    return Wanted(since, until, values, kept, _place(given.get("before", "")))


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2200:
        raise BadParameter(
            Words("{text!r} 不是日期。", "{text!r} is not a day.", text=text[:40]), param=name, allowed=["2026-01-31"]
        )
    return found


def _place(text: str) -> LineAt | None:
    at, _, number = text.partition("-")
    if not (at.isascii() and at.isdigit() and number.isascii() and number.isdigit() and len(text) < 40):
        return None
    microseconds = int(at)
    if microseconds > 7_258_118_400_000_000:  # the year 2200
        return None
    seconds, rest = divmod(microseconds, 1_000_000)
    moment = datetime.fromtimestamp(seconds, tz=timezone.get_current_timezone()).replace(microsecond=rest)
    return LineAt(moment, min(int(number), (1 << 63) - 1))


def by_day(wanted: Wanted) -> list[tuple[date, int, int, int]]:
    """(day, act, result, lines) of the newest `SUMMED` lines, the oldest day first.

    Raw, as the ORM cannot group what was cut; the inner query is its own.
    """
    inner, params = wanted.lines().values("at", "act", "result")[:SUMMED].query.sql_with_params()
    statement = sql.SQL(
        "SELECT (at AT TIME ZONE {zone})::date AS day, act, result, count(*) FROM ({inner}) AS newest"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).format(zone=sql.Literal(timezone.get_current_timezone_name()), inner=sql.SQL(inner))
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
