"""Which objects a statement of the grid is about, and in which divisions: all of the city, or those of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from layers import vocab
from layers.grid.within import Within

Cursor = Any

TOUCHED = "grid_touched"
"""Temporary table (kind, id) of the objects of a change; kinds are `vocab.GRID_PLACE`'s, and `USER`."""

USER = 4
"""A water user, which is no place of measurement but stands where water is used."""

TERMS: dict[str, Any] = {
    "meter": vocab.PLACE_METER,
    "facility": vocab.PLACE_FACILITY,
    "region": vocab.PLACE_REGION,
    "past": vocab.PLACE_PAST,
    "by_meter": vocab.BY_METER,
    "by_user": vocab.BY_USER,
    "by_own": vocab.BY_FACILITY_POSITION,
    "by_nothing": vocab.BY_NOTHING,
    "by_position": [vocab.BY_METER, vocab.BY_USER],
    "by_positions": vocab.BY_REGION_POSITIONS,
    "by_users": vocab.BY_FACILITY_USERS,
    "by_region_area": vocab.BY_REGION_AREA,
    "by_facility_area": vocab.BY_FACILITY_AREA,
    "coarse": vocab.GRID_COARSE,
    "no_place": vocab.GRID_NO_PLACE,
    "no_units": vocab.GRID_NO_UNITS,
    "outside": vocab.GRID_OUTSIDE,
    "township": vocab.TOWNSHIP,
    "village": vocab.VILLAGE,
    "serves_level": [vocab.FACILITY_SERVES_LEVEL[kind] for kind in sorted(vocab.FACILITY_SERVES_LEVEL)],
}


@dataclass(frozen=True, slots=True)
class Scope:
    """All objects, or those of a table (kind, id), as they count in one edition of the divisions."""

    within: Within
    among: sql.Composable | None = None

    @property
    def parts(self) -> dict[str, sql.Composable]:
        """By name, what statements leave open: those of `Within`, and a condition on the alias m, u, f, r, a or s of meters,
        users, facilities, regions, supply areas and of where meters and facilities stood before they were moved."""
        objects = {
            "meters": ("m.id", vocab.PLACE_METER),
            "users": ("u.id", USER),
            "facilities": ("f.id", vocab.PLACE_FACILITY),
            "areas": ("a.facility_id", vocab.PLACE_FACILITY),
            "regions": ("r.id", vocab.PLACE_REGION),
        }
        found = {name: self._among(sql.SQL(column), kind) for name, (column, kind) in objects.items()}
        stood = sql.SQL("(s.kind, s.object_id) IN (SELECT kind, id FROM {})")
        standings = sql.SQL("TRUE") if self.among is None else stood.format(self.among)
        return {**self.within.parts, **found, "standings": standings}

    @property
    def terms(self) -> dict[str, Any]:
        return {**TERMS, "edition": self.within.id}

    def _among(self, column: sql.SQL, kind: int) -> sql.Composable:
        if self.among is None:
            return sql.SQL("TRUE")
        return sql.SQL("{} IN (SELECT id FROM {} WHERE kind = {})").format(column, self.among, kind)


def touched(within: Within) -> Scope:
    """What a change touches."""
    return Scope(within, sql.Identifier(TOUCHED))


def affected(within: Within) -> Scope:
    """What may be otherwise in an edition that is over than today."""
    return Scope(within, sql.SQL("(SELECT kind, id FROM grid_affected WHERE edition = {}) x").format(within.id))
