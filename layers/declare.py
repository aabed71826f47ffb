"""Declare the place, or declare it anew: what is stored follows, in the caller's transaction.

The plane is a function of the database that generated columns call, so a change writes every row anew that has such a column,
and takes out the cells of the old plane; the grid is then due (`manage.py grid --due`). Figures by region do not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from psycopg import sql

from layers import place, versions, vocab
from layers.models import Declaration, Release
from layers.names import english
from layers.place import Place
from layers.plane import PLANES
from layers.record import append as record
from layers.recorded import all_months
from layers.sql import load
from layers.stats import rebuild
from layers.words import Words

Cursor = Any
Tell = Callable[[str], None]

# Whose answers differ after a change of the place: of the divisions everything is behind, cells are cut anew.
_DATASETS = ("region", "supply_area", "grid")
_TOLD = ("root", "name_zh", "name_en", "authority_zh", "authority_en", "credit_zh", "credit_en")


class NotThisPlace(Exception):
    """A declaration that what is stored contradicts, and why."""

    def __init__(self, why: Words) -> None:
        super().__init__(why.en)
        self.why = why


def first(cursor: Cursor, root: str, zh: str, plane: int) -> Place:
    """Declare the place of the first boundary file, before its divisions are written."""
    _write(replace(place.read(cursor), root=root, zh=zh or root, en=english().get(root, "")))
    set_plane(cursor, plane)
    return place.read(cursor)


def change(cursor: Cursor, wanted: Place, actor: str, tell: Tell = lambda _: None) -> Release:
    """Bring the declaration, the plane and the root to what is wanted; → the release that tells of it.

    The lock of imports must be held. `NotThisPlace` for a root that the divisions which are there do not have.
    """
    before = place.read(cursor)
    if wanted.root != before.root:
        _move_root(cursor, before.root, wanted.root, tell)
    _write(wanted)
    if set_plane(cursor, wanted.plane, tell):
        tell("cells")
    release = Release.objects.create(
        dataset="region", file_name=f"{wanted.zh} EPSG:{wanted.plane}", actor=actor,
        report={"place": {"before": asdict(before), "now": asdict(wanted)}},
    )  # fmt: skip
    for dataset in _DATASETS:
        versions.bump(dataset, release.pk)
    record.released(release)
    return release


def set_plane(cursor: Cursor, plane: int, tell: Tell = lambda _: None) -> bool:
    """Measure in another plane from now on, and everything stored with it; → whether it is another than before."""
    if plane not in PLANES:
        raise ValueError(f"EPSG:{plane} is no plane of areas and grids")
    if plane == place.read(cursor).plane:
        return False
    cursor.execute(sql.SQL(load("plane_set")).format(srid=sql.Literal(plane)))
    cursor.execute(load("plane_tables"))
    for table, column in cursor.fetchall():
        tell(table)
        name = sql.SQL(".").join(map(sql.Identifier, table.split(".")))
        cursor.execute(
            sql.SQL("UPDATE {table} SET {column} = {column} WHERE {column} IS NOT NULL").format(
                table=name, column=sql.Identifier(column)
            )
        )
    cursor.execute(load("plane_no_cells"))
    return True


def _write(wanted: Place) -> None:
    names = {"name_zh": wanted.zh, "name_en": wanted.en}
    values = {name: names.get(name) if name in names else getattr(wanted, name) for name in _TOLD}
    Declaration.objects.update_or_create(pk=1, defaults=values)


def _move_root(cursor: Cursor, old: str, new: str, tell: Tell) -> None:
    """Give the city another code, as when a prefecture stood under its province's; its sums are kept by code."""
    if not old:
        return
    cursor.execute("SELECT min(code) FROM layers_region WHERE level > 1 AND NOT starts_with(code, %s)", [new])
    other = cursor.fetchone()[0]
    if other or place.levels_of(old) != place.levels_of(new):
        raise NotThisPlace(
            Words(
                "已有区划 {there}，不在 {new} 之下：根区划只能在 2 位与 4 位代码之间改，且须是现有各区划代码的前缀",
                "the division {there} is not below {new}: a root can be changed between codes of 2 and 4 digits that all divisions"
                " begin with",
                there=other or old,
                new=new,
            )
        )
    cursor.execute("UPDATE layers_region SET code = %s WHERE level = %s AND code = %s", [new, vocab.CITY, old])
    tell("sums")
    rebuild.rebuild(cursor, all_months(cursor))
