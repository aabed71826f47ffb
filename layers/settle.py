"""What follows from a change of a few rows: by whom meters count, the sums, and the grid, each by what it has touched.

Large imports have everything made again (`layers.ingest.run`); the rows are the same either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import sql

from layers import placing, standing, vocab
from layers.dependencies import behind, leading_to
from layers.fields import GRIDDED, SUMS
from layers.grid.change import GridChange
from layers.grid.scope import USER
from layers.recorded import all_months
from layers.stats.adjust import Adjustment

Cursor = Any
Objects = dict[int, list[int]]

FEW = 1_000  # rows; above it, everything is made again

DATASETS = tuple(name for name in leading_to(SUMS, GRIDDED) if name not in behind("region"))
"""Where a change of a few rows has anything to settle; boundaries have everything made again."""

MOVING = (*placing.LENDING, "facility")
"""Whose rows decide where meters and facilities stand."""

_METERS = "settle_meters"

# Where the usage of a meter or a facility is counted, and whether a position says so.
_COUNTED = {
    vocab.PLACE_METER: "SELECT id, counted_region, counted_by, 0 FROM layers_meter WHERE id = ANY(%s)",
    vocab.PLACE_FACILITY: "SELECT id, counted_region, (geom IS NOT NULL)::integer, kind FROM layers_supplyfacility"
    " WHERE id = ANY(%s)",
}
_PAST = (
    "SELECT object_id, code, edition_id, 0 FROM layers_pastplace WHERE kind = %s AND object_id = ANY(%s)",
    "SELECT s.object_id, s.since, s.until, s.rule, s.counted_region, l.code, l.edition_id FROM layers_paststanding s"
    " LEFT JOIN layers_pastplace l ON l.kind = 5 AND l.object_id = s.id"  # vocab.PLACE_PAST
    " WHERE s.kind = %s AND s.object_id = ANY(%s)",
)
_PLACES = """
SELECT DISTINCT CASE WHEN meter_id IS NOT NULL THEN %s WHEN facility_id IS NOT NULL THEN %s ELSE %s END,
       COALESCE(meter_id, facility_id, region_id)
FROM layers_usagerecord WHERE id = ANY(%s)
"""


class Settlement:
    """Made before the rows of a dataset are written or deleted, `settle` after: both in the change's transaction.

    The imports' lock must be held, and the sums and the grid be those of the rows as they stand.
    """

    def __init__(
        self, cursor: Cursor, dataset: str, ids: Sequence[int], effect: standing.Effect | None = None
    ) -> None:  # fmt: skip
        """``effect`` says from which month on changed positions hold (`standing`)."""
        self._dataset = dataset
        self._effect = effect
        self._before = _objects(cursor, dataset, ids)
        if dataset in MOVING:
            standing.note(cursor, self._before)
        self._counted = _counted(cursor, self._before)
        records = _records(cursor, dataset, ids, self._before)
        self._sums = Adjustment(cursor, records)
        self._grid = GridChange(cursor, dataset, self._before, records if dataset == "usage" else ())

    def settle(self, cursor: Cursor, ids: Sequence[int]) -> list[date]:
        """Bring everything to what the rows, written and placed, are now; → the months whose sums changed."""
        objects = _merged(self._before, _objects(cursor, self._dataset, ids))
        if self._dataset in placing.LENDING:
            _stand_in(cursor, objects[vocab.PLACE_METER])
        if self._dataset in MOVING:
            standing.follow(cursor, objects, self._effect)
        records = _records(cursor, self._dataset, ids, objects)
        moved = self._dataset == "usage" or self._counted != _counted(cursor, objects)
        months = self._sums.apply(cursor, records) if moved else []
        self._grid.apply(
            cursor, objects, months if self._dataset == "usage" else all_months(cursor),
            records if self._dataset == "usage" else (),
        )  # fmt: skip
        return months


class Moving:
    """Of a large change of what decides where things stand: what it moves keeps where it stood. Made before, `follow` after."""

    def __init__(self, cursor: Cursor, dataset: str, ids: Sequence[int], effect: standing.Effect | None) -> None:
        self._dataset = dataset
        self._effect = effect
        self._before = _objects(cursor, dataset, ids)
        standing.note(cursor, self._before)

    def follow(self, cursor: Cursor, ids: Sequence[int]) -> None:
        """Once the rows are written and placed, and it is found by whom meters count."""
        standing.follow(cursor, _merged(self._before, _objects(cursor, self._dataset, ids)), self._effect)


def _objects(cursor: Cursor, dataset: str, ids: Sequence[int]) -> Objects:
    """The objects whose litres or positions the rows of a dataset decide, by kind."""
    given = list(ids)
    if dataset == "meter":
        return {vocab.PLACE_METER: given}
    if dataset == "facility":
        return {vocab.PLACE_FACILITY: given}
    if dataset == "supply_area":
        return {
            vocab.PLACE_FACILITY: _ids(cursor, "SELECT facility_id FROM layers_supplyarea WHERE id = ANY(%s)", given)
        }
    if dataset == "water_user":
        # Meters with a position count at their own, whoever uses them.
        borrowing = (
            "SELECT m.id FROM layers_meter_users mu JOIN layers_meter m ON m.id = mu.meter_id"
            " WHERE mu.wateruser_id = ANY(%s) AND m.geom IS NULL"
        )
        return {USER: given, vocab.PLACE_METER: _ids(cursor, borrowing, given)}
    found: Objects = {}
    if dataset == "usage":
        cursor.execute(_PLACES, [vocab.PLACE_METER, vocab.PLACE_FACILITY, vocab.PLACE_REGION, given])
        for kind, place in cursor.fetchall():
            found.setdefault(kind, []).append(place)
    return found


def _merged(one: Objects, other: Objects) -> Objects:
    return {kind: sorted({*one.get(kind, ()), *other.get(kind, ())}) for kind in {*one, *other}}


def _ids(cursor: Cursor, query: str, given: list[int]) -> list[int]:
    cursor.execute(query, [given])
    return sorted({row[0] for row in cursor.fetchall()})


def _counted(cursor: Cursor, objects: Objects) -> set[tuple[Any, ...]]:
    """Where the usage measured at the objects is counted, in every edition of the divisions; the sums are touched only if this changes."""
    found: set[tuple[Any, ...]] = set()
    for kind, query in _COUNTED.items():
        if objects.get(kind):
            cursor.execute(query, [objects[kind]])
            found |= {(kind, *row) for row in cursor.fetchall()}
            for past in _PAST:
                cursor.execute(past, [kind, objects[kind]])
                found |= {(kind, *row) for row in cursor.fetchall()}
    return found


def _records(cursor: Cursor, dataset: str, ids: Sequence[int], objects: Objects) -> list[int]:
    """The usage records that the rows are, or that were measured at what they decide of."""
    if dataset in ("usage", "supply_area"):
        return list(ids) if dataset == "usage" else []
    # Month by month: the records' one index leads with the month.
    found: list[int] = []
    for column, kind in (("meter_id", vocab.PLACE_METER), ("facility_id", vocab.PLACE_FACILITY)):
        if objects.get(kind):
            cursor.execute(
                sql.SQL(
                    "SELECT u.id FROM unnest(%s::date[]) AS m"
                    " JOIN layers_usagerecord u ON u.month = m AND u.{} = ANY(%s)"
                ).format(sql.Identifier(column)),
                [all_months(cursor), objects[kind]],
            )
            found += [row[0] for row in cursor.fetchall()]
    return found


def _stand_in(cursor: Cursor, meters: Sequence[int]) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{_METERS}")
    cursor.execute(f"CREATE TEMP TABLE {_METERS} ON COMMIT DROP AS SELECT unnest(%s::bigint[]) AS id", [list(meters)])
    cursor.execute(f"ANALYZE {_METERS}")
    placing.find_stand_ins(cursor, "meter", _METERS)
