"""The kept years of the grid: a row a unit and year with its twelve months, from which maps of all usage are served.

Figures of single sources and purposes read `GridUsage` itself; both are built here as the same rows of litres.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from psycopg import sql

from layers import vocab
from layers.grid.within import Every
from layers.models import Release
from layers.sql import load
from layers.versions import bump

Cursor = Any

DATASET = "grid"  # the name under which the grid's version is kept

_AREA_RULES = sorted(vocab.AREA_RULES)


def refresh(cursor: Cursor, size: int, months: Sequence[date], every: Every) -> None:
    """Bring the kept years to the months that were assigned again, and raise the grid's version with them."""
    for year in sorted({month.year for month in months}):
        cursor.execute("DROP TABLE IF EXISTS pg_temp.grid_year_kept")
        cursor.execute(
            "CREATE TEMP TABLE grid_year_kept ON COMMIT DROP AS"
            " SELECT unit_id, volume_l, gross_l, by_area_l, present FROM layers_gridyear"
            " WHERE size = %s AND year = %s AND edition = 0",
            [size, year],
        )
        cursor.execute("DELETE FROM layers_gridyear WHERE size = %s AND year = %s AND edition = 0", [size, year])
        cursor.execute(
            _year_of([month for month in months if month.year == year]),
            {"size": size, "year": year, "area_rules": _AREA_RULES},
        )
        cursor.execute("DROP TABLE grid_year_kept")
        _in_other_editions(cursor, size, year, every)
    _raise_version()


def follow(cursor: Cursor, size: int, months: Sequence[date], every: Every) -> None:
    """The same after a change of a few rows, for the units in whose litres it made a difference (`grid_net`)."""
    cursor.execute(load("grid_year_units"), {"size": size, "area_rules": _AREA_RULES})
    for year in sorted({month.year for month in months}):
        _in_other_editions(cursor, size, year, every, ("grid_net", "grid_net_difference"))
    _raise_version()


def _in_other_editions(cursor: Cursor, size: int, year: int, every: Every, moved: Sequence[str] = ()) -> None:
    """A year in every other edition of the divisions: of all units, or of those that some tables name."""
    if not every.over:
        return
    named = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT unit_id FROM {}").format(sql.Identifier(table)) for table in moved
    )
    among = {
        f"among_{alias}": sql.SQL("{}.unit_id IN ({})").format(sql.Identifier(alias), named)
        if moved
        else sql.SQL("TRUE")
        for alias in ("y", "d")
    }
    given = {"size": size, "year": year, "editions": every.ids, "area_rules": _AREA_RULES}
    cursor.execute(sql.SQL(load("grid_year_editions")).format(**among), given)


def _raise_version() -> None:
    newest = Release.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None:  # nothing was ever imported: then nothing has a version
        bump(DATASET, newest)


def _year_of(touched: Sequence[date]) -> sql.Composed:
    """The statement that writes a year of which these months are new."""
    fresh = {month.month: sql.Identifier(f"month_{month.month}") for month in touched}
    joins = [
        sql.SQL(load("grid_year_month")).format(month=sql.Literal(month), name=fresh[month.month]) for month in touched
    ]
    slots = {f"{name}_slots": _slots(name, fresh) for name in ("volume", "gross", "by_area")}
    return sql.SQL(load("grid_year")).format(fresh=sql.SQL(" ").join(joins), present=_present(fresh), **slots)


def _present(fresh: Mapping[int, sql.Identifier]) -> sql.Composed:
    """A bit a month: of a touched month whether there are rows, of another what was kept."""
    kept = sum(1 << (nth - 1) for nth in range(1, 13) if nth not in fresh)
    bits = [
        sql.SQL("CASE WHEN {}.volume IS NULL THEN 0 ELSE {} END").format(name, sql.Literal(1 << (nth - 1)))
        for nth, name in fresh.items()
    ]
    return sql.SQL(" + ").join([sql.SQL("(COALESCE(kept.present, 0) & {})").format(sql.Literal(kept)), *bits])


def _slots(name: str, fresh: Mapping[int, sql.Identifier]) -> sql.Composed:
    """Twelve figures: of a touched month what is fresh, of another what was kept."""
    return sql.SQL(", ").join(
        sql.SQL("COALESCE({}.{}, 0)").format(fresh[nth], sql.Identifier(name))
        if nth in fresh
        else sql.SQL("COALESCE(kept.{}[{}], 0)").format(sql.Identifier(f"{name}_l"), sql.Literal(nth))
        for nth in range(1, 13)
    )
