"""The divisions in time: which edition of them a month speaks in, and where things stood in editions that are over.

A release of boundaries begins a new edition from a month on, or corrects the current one. What was published of the months
before stays as it was; the same months in other divisions are asked for by name. Why: docs/decisions, "A month speaks in
its own divisions".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql

from layers import vocab
from layers.periods import Month
from layers.sql import load

Cursor = Any

OWN = 0  # the `UsageSum.edition` of the divisions of each month itself
_EVER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class EditionSpan:
    """The divisions of the months from ``since`` (None: from the beginning) on. ``first`` and ``last`` are the releases between
    which they were made and corrected: the divisions of an edition are those that were current at its ``last``."""

    id: int
    since: date | None
    first: int = 0
    last: int = _EVER

    @property
    def current(self) -> bool:
        return self.last == _EVER


_ONLY = EditionSpan(
    _EVER, None
)  # of a database that knows no others: its divisions hold from the beginning until today


class Editions:
    """All of them, in the order of their months; the last is today's."""

    def __init__(self, found: Sequence[EditionSpan]) -> None:
        self.all = tuple(found) or (_ONLY,)
        self.current = self.all[-1]
        self.past = self.all[:-1]

    def of(self, month: date) -> EditionSpan:
        """The divisions that a month speaks in."""
        return next(one for one in reversed(self.all) if one.since is None or one.since <= month)

    def by_edition(self, months: Sequence[date]) -> dict[EditionSpan, list[date]]:
        found: dict[EditionSpan, list[date]] = {}
        for month in months:
            found.setdefault(self.of(month), []).append(month)
        return found


Row = tuple[int, date | None, int | None, int | None]
ROWS = "SELECT id, since, first_release_id, last_release_id FROM layers_edition ORDER BY id"


def read(cursor: Cursor) -> Editions:
    """The editions there are. One query on a table of a few rows."""
    cursor.execute(ROWS)
    return of_rows(cursor.fetchall())


def of_rows(found: Sequence[Row]) -> Editions:
    """The editions of the table's rows (`ROWS`), by id."""
    return Editions([EditionSpan(id, since, first or 0, last or _EVER) for id, since, first, last in found])


def default_since(current: EditionSpan, published: Sequence[date]) -> date | None:
    """From when new divisions hold if nobody says: from the first month of which no usage has been published yet."""
    if not published:
        return current.since
    free = Month.of(published[-1]).plus(1).first_day
    return max(free, current.since or free)


def take_effect(cursor: Cursor, release_id: int, since: date | None) -> bool:
    """Divisions written by a release hold from that month on; → whether they began an edition, or only corrected the current.

    The month of the current edition (None, if that holds from the beginning) corrects it; an earlier one is the caller's to
    refuse. Call before anything is placed in them, in the import's transaction.
    """
    current = read(cursor).current
    if current is _ONLY:
        cursor.execute("INSERT INTO layers_edition (since) VALUES (NULL) RETURNING id")
        current = EditionSpan(cursor.fetchone()[0], None)
    if since == current.since:
        return False
    cursor.execute(
        "UPDATE layers_edition SET last_release_id = (SELECT max(id) FROM layers_release WHERE id < %s) WHERE id = %s",
        [release_id, current.id],
    )
    cursor.execute("INSERT INTO layers_edition (since, first_release_id) VALUES (%s, %s)", [since, release_id])
    return True


# What usage is counted by: which position it is, or was, measured at, and where that counts in today's divisions.
_STANDING = {
    vocab.PLACE_METER: "SELECT m.id, COALESCE(m.geom, u.geom) AS geom, COALESCE(r.code, '') AS code FROM layers_meter m "
    "LEFT JOIN layers_wateruser u ON u.id = m.stand_in_id LEFT JOIN layers_region r ON r.id = m.counted_region",
    vocab.PLACE_FACILITY: "SELECT m.id, m.geom, COALESCE(r.code, '') AS code FROM layers_supplyfacility m "
    "LEFT JOIN layers_region r ON r.id = m.counted_region",
    vocab.PLACE_PAST: "SELECT p.id, p.geom, COALESCE(r.code, '') AS code FROM layers_paststanding p "
    "LEFT JOIN layers_region r ON r.id = p.counted_region",
}


def note_places(cursor: Cursor, kind: int, ids: Sequence[int] | None = None) -> None:
    """Note anew where meters or facilities stand in the editions that are over: these, or all. Call when they are placed.

    `vocab.PLACE_PAST` are the places where they stood before they were moved.
    """
    if not read(cursor).past:
        return
    cursor.execute(
        sql.SQL(load("past_places")).format(standing=sql.SQL(_STANDING[kind])),
        {"kind": kind, "ids": None if ids is None else list(ids)},
    )


def note_all_places(cursor: Cursor) -> None:
    for kind in _STANDING:
        note_places(cursor, kind)
