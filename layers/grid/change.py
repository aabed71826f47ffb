"""Let the grid follow a change of a few rows, without weighing the city or assigning whole months again.

Weights by positions are counts, and litres are sums: what the touched objects gave before is taken off, what they give
after is put on, and only for the places whose weights or whereabouts the change can have touched. The result is the
rows that a build from nothing gives (tests/db/test_grid_change.py holds it to that), and the litres moved are held to
the records before they are committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from psycopg import sql

from layers import vocab
from layers.grid import areas, assign, conservation, litres, weights, years
from layers.grid.scope import TERMS, TOUCHED, Scope, touched
from layers.grid.within import Every, Within
from layers.sql import load

Cursor = Any
Objects = Mapping[int, Iterable[int]]
"""Ids of objects by their kind in `vocab.GRID_PLACE`, or `USER`."""

_SMALL_MONTH = 1_000  # records, which are assigned in a moment
_MOVING = ("meter", "water_user")  # datasets whose rows are positions that weigh
_TOUCHED = sql.SQL("SELECT kind, id FROM {}").format(sql.Identifier(TOUCHED))
_BARE = sql.SQL("(SELECT kind, id FROM {} UNION SELECT {}, id FROM grid_emptied) x")  # touched, or without any user now
_OLD, _NEW = sql.Identifier("grid_records_old"), sql.Identifier("grid_records_new")


class GridChange:
    """Made before the rows of a dataset are written, with the objects they concern; `apply` after, and once.

    Both in the change's transaction, under the imports' lock. For usage the objects are the records' places, and
    ``records`` the ids of the records themselves.
    """

    def __init__(self, cursor: Cursor, dataset: str, objects: Objects, records: Sequence[int] = ()) -> None:
        self._dataset = dataset
        self._sizes = assign.sizes(cursor)
        # What is not up to date as it stands cannot follow: it is made as a whole.
        self._stale = bool(self._sizes) and bool(assign.due(cursor))
        self._before = {kind: set(ids) for kind, ids in objects.items()}
        if not self._sizes or self._stale:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('layers_gridusage'))")
        self._every = Every(cursor)
        litres.make_records(cursor, _OLD, _NEW, litres.NONE)
        weights.make_points(cursor)
        self._touch(cursor, self._before)
        self._note(cursor, records, _OLD, -1)

    def apply(self, cursor: Cursor, objects: Objects, months: Sequence[date], records: Sequence[int] = ()) -> None:
        """Bring every size kept up to what is now; ``months`` are those in which the objects may have records.

        Raises `NotConserved` if the litres moved are not those recorded.
        """
        if self._stale or not self._sizes:
            assign.settle(cursor, self._dataset, months if self._dataset == "usage" else ())
            return
        touched = {kind: {*self._before.get(kind, ()), *objects.get(kind, ())} for kind in (*self._before, *objects)}
        self._touch(cursor, touched)
        self._note(cursor, records, _NEW, 1)
        for size in self._sizes:
            self._touch(cursor, touched)
            new, due = _without_litres(cursor, size, months)
            self._follow(cursor, size, [month for month in months if month not in due and month not in new])
            if new:
                assign.rebuild(cursor, new, size)
        cursor.execute("UPDATE layers_gridbuild SET changed_at = now()")
        cursor.execute(f"DROP TABLE grid_points, grid_inside, {TOUCHED}")

    def _touch(self, cursor: Cursor, objects: Mapping[int, set[int]]) -> None:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{TOUCHED}")
        cursor.execute(f"CREATE TEMP TABLE {TOUCHED} (kind smallint, id bigint) ON COMMIT DROP")
        for kind, ids in objects.items():
            cursor.execute(f"INSERT INTO {TOUCHED} SELECT %s, unnest(%s::bigint[])", [kind, sorted(ids)])
        # Unknown sizes would be taken for thousands of rows, and whole tables walked for one object.
        cursor.execute(f"ANALYZE {TOUCHED}")

    def _note(self, cursor: Cursor, records: Sequence[int], into: sql.Identifier, sign: int) -> None:
        """What the touched objects are now: records, and positions that weigh."""
        if self._dataset == "usage":
            cursor.execute(sql.SQL(load("grid_records")).format(into=into), {**TERMS, "records": list(records)})
            cursor.execute(sql.SQL("ANALYZE {}").format(into))
            return
        for within in self._every.all:
            few = touched(within)
            if self._dataset in _MOVING:
                weights.run(cursor, "grid_points", few, sign=sign)
                near = sql.SQL(load("grid_areas_near")).format(**few.parts)
                weights.note_inside(cursor, few, near, sign)
            elif sign > 0:
                # A facility's positions are counted anew: all that are inside its areas now.
                weights.note_inside(cursor, Scope(within), few.parts["areas"])

    def _follow(self, cursor: Cursor, size: int, months: Sequence[date]) -> None:
        """One size: new weights, what was given by the old ones, the swap, what is given now, the difference; in every edition of
        the divisions."""
        every = self._every
        litres.begin(cursor)
        weights.begin(cursor)
        if self._dataset == "usage":
            cursor.execute(
                "CREATE TEMP TABLE grid_weights_changed (place_kind smallint, place_id bigint, purpose smallint)"
            )
        else:
            self._weigh(cursor, size)
        weights.run(cursor, "grid_touched_litres", touched(every.today), size=size)
        for table in ("grid_direct", "grid_shared"):
            cursor.execute(f"ANALYZE {table}")
        for within in every.all:
            litres.add(cursor, size, months, within, -1, without=_NEW, instead=_OLD)
        if self._dataset != "usage":
            weights.swap(cursor, size)
            self._place(cursor, size)
        for within in every.all:
            litres.add(cursor, size, months, within, 1)
        litres.keep_by_edition(cursor, months, every)
        conservation.hold_change(cursor, size, months)
        cursor.execute(load("grid_apply"), {"size": size})
        if every.over:
            cursor.execute(load("grid_apply_difference"), {"size": size})
            conservation.hold_differences(cursor, size, months, every)
        years.follow(cursor, size, months, every)

    def _weigh(self, cursor: Cursor, size: int) -> None:
        """`grid_weights_changed`: the groups, (place, purpose), whose weights are others, with the new ones."""
        every = self._every
        for within in every.all:
            few = touched(within)
            weights.find_spots(cursor, size, few, weights.positions(few), weights.noted(few))
            weights.count_points(cursor, size, few)
        weights.run(cursor, "grid_groups", touched(every.today), size=size)
        for within in every.all:
            self._recount(cursor, size, within)
        emptied = sql.SQL("INSERT INTO {0} SELECT %s, id FROM grid_emptied EXCEPT SELECT * FROM {0}")
        cursor.execute(emptied.format(sql.Identifier(TOUCHED)), [vocab.PLACE_FACILITY])
        self._affect(cursor, sql.SQL("SELECT place_kind, place_id FROM grid_groups"))
        self._affect(cursor, _TOUCHED)
        weights.fold(cursor, "weights", every)
        among = sql.SQL("JOIN grid_groups g USING (place_kind, place_id, purpose)")
        weights.run(cursor, "grid_weights_changed", touched(every.today), size=size, among=among)

    def _recount(self, cursor: Cursor, size: int, within: Within) -> None:
        weights.run(cursor, "grid_weights_recounted", touched(within), size=size)
        # Only these are in scope of what weighs where no position does.
        bare = Scope(within, _BARE.format(sql.Identifier(TOUCHED), vocab.PLACE_FACILITY))
        cursor.execute("SELECT EXISTS (SELECT FROM grid_emptied)")
        if cursor.fetchone()[0] or self._dataset in ("facility", "supply_area"):
            areas.of_facilities(cursor, size, bare)
        weights.weigh_rest(cursor, bare)
        if within.over:
            weights.keep_then(cursor, within)

    def _place(self, cursor: Cursor, size: int) -> None:
        """Where the water of the touched objects goes now."""
        for within in self._every.all:
            weights.find_places(cursor, size, touched(within))
        weights.fold(cursor, "places", self._every)
        among = sql.SQL("JOIN {} t ON t.kind = p.kind AND t.id = p.place_id").format(sql.Identifier(TOUCHED))
        weights.run(cursor, "grid_places_swap", touched(self._every.today), size=size, among=among)

    def _affect(self, cursor: Cursor, objects: sql.Composable) -> None:
        """These have been looked at in every edition that is over."""
        over = [within.id for within in self._every.over]
        every = sql.SQL("INSERT INTO grid_affected SELECT e, o.* FROM unnest(%s::integer[]) e, ({}) o")
        cursor.execute(every.format(objects), [over])


def _without_litres(cursor: Cursor, size: int, months: Sequence[date]) -> tuple[list[date], list[date]]:
    """Months with records that a size has no litres of: (of a few records, of many).

    Few are what a change begins a month with: they are assigned whole. Many are what `manage.py grid` has still to do, being
    interrupted or asked for other months; litres cannot be taken off that were never put on, and they stay due.
    """
    new: list[date] = []
    due: list[date] = []
    for month in assign.unassigned_months(cursor, size, months):
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM layers_usagerecord WHERE month = %s LIMIT %s) AS seen",
            [month, _SMALL_MONTH + 1],
        )
        count = cursor.fetchone()[0]
        if count:
            (new if count <= _SMALL_MONTH else due).append(month)
    return new, due
