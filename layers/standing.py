"""Where meters and facilities stood: a position holds from a month on, and the months before keep the one they had.

A meter moved in May was read where it stood until April: those litres stay where they were published. Whoever writes what
decides where usage counts (positions, a meter's users, declared regions) notes the objects before and lets `follow` keep what
moved after, both in the change's transaction. Why, and which month: docs/decisions, "A position holds from a month on".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql

from layers import editions, vocab
from layers.periods import Month
from layers.recorded import all_months
from layers.sql import load

Cursor = Any
Objects = Mapping[int, Sequence[int]]
"""Ids of meters and facilities by `vocab.PLACE_METER` and `vocab.PLACE_FACILITY`; other kinds are passed over."""

KINDS = (vocab.PLACE_METER, vocab.PLACE_FACILITY)

_TERMS: dict[str, Any] = {
    "meter": vocab.PLACE_METER,
    "facility": vocab.PLACE_FACILITY,
    "past": vocab.PLACE_PAST,
    "by_own": vocab.BY_FACILITY_POSITION,
    "by_declared": vocab.BY_DECLARED,
    "by_nothing": vocab.BY_NOTHING,
}


@dataclass(frozen=True, slots=True)
class Effect:
    """From which month on changed positions hold; None: in all months in which the object stands where it does, as when the one
    it had was wrong. ``firsts``: also of objects that had no position before, which otherwise get theirs for all months."""

    since: date | None
    firsts: bool = False


CORRECTION = Effect(None)


def by_default(cursor: Cursor) -> Effect:
    """From the first month of which no usage has been published, as divisions do; with no usage at all there is nothing to keep."""
    months = all_months(cursor)
    return Effect(Month.of(months[-1]).plus(1).first_day) if months else CORRECTION


def any_moved(cursor: Cursor) -> bool:
    """Whether anything ever stood elsewhere. Statements over all records look for it only then."""
    cursor.execute("SELECT EXISTS (SELECT FROM layers_paststanding)")
    return bool(cursor.fetchone()[0])


def begin(cursor: Cursor) -> None:
    """`standing_before`, with nothing noted."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.standing_before")
    cursor.execute(
        "CREATE TEMP TABLE standing_before (kind integer, object_id bigint, rule integer, geom geometry(Point, 4490),"
        " region_id bigint) ON COMMIT DROP"
    )


def note(cursor: Cursor, objects: Objects) -> None:
    """Note where objects stand, before anything is written."""
    begin(cursor)
    given = {kind: list(objects.get(kind, ())) for kind in KINDS}
    if not any(given.values()):
        return
    cursor.execute(
        sql.SQL("INSERT INTO standing_before SELECT kind, object_id, rule, geom, counted_region FROM ({}) n").format(
            _now("m.id = ANY(%(meters)s)", "f.id = ANY(%(facilities)s)")
        ),
        {**_TERMS, "meters": given[vocab.PLACE_METER], "facilities": given[vocab.PLACE_FACILITY]},
    )
    cursor.execute("ANALYZE standing_before")


def follow(cursor: Cursor, objects: Objects, effect: Effect | None = None) -> None:
    """Once they are placed again: keep where the noted objects stood, and note where all of these stood in past editions.

    ``effect`` None is `by_default`.
    """
    cursor.execute("DROP TABLE IF EXISTS pg_temp.standing_moved, pg_temp.standing_same")
    effect = effect or by_default(cursor)
    cursor.execute("SELECT EXISTS (SELECT FROM standing_before)")
    noted = cursor.fetchone()[0]
    if noted and effect.since is not None:
        cursor.execute(_of_noted("standing_kept"), {**_TERMS, "since": effect.since, "firsts": effect.firsts})
    for kind in KINDS:
        if objects.get(kind):
            editions.note_places(cursor, kind, objects[kind])
    if not noted or not any_moved(cursor):
        return
    cursor.execute("SELECT id FROM layers_paststanding JOIN standing_before USING (kind, object_id)")
    if past := [row[0] for row in cursor.fetchall()]:
        editions.note_places(cursor, vocab.PLACE_PAST, past)
        cursor.execute(_of_noted("standing_same"), _TERMS)


def _of_noted(name: str) -> sql.Composed:
    noted = "{}.id IN (SELECT object_id FROM standing_before WHERE kind = %({})s)"
    return sql.SQL(load(name)).format(now=_now(noted.format("m", "meter"), noted.format("f", "facility")))


def _now(meters: str, facilities: str) -> sql.Composed:
    return sql.SQL(load("standing_now")).format(meters=sql.SQL(meters), facilities=sql.SQL(facilities))
