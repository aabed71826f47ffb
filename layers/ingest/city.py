"""Which city a file of boundaries is of: proposed by the first, confirmed by its sender, kept to by all that follow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg.sql import SQL, Identifier

from layers import declare, place, vocab
from layers import plane as planes
from layers.ingest.reading import Choice
from layers.ingest.refusal import ImportRefused
from layers.ingest.rows import GEOM
from layers.ingest.staging import STAGED
from layers.place import Place
from layers.words import Words

PLACE, NAME = "place", "place.name"
AT = "@"  # between the root's code and the plane
_FORM = re.compile(rf"(\d{{2}}|\d{{4}}|\d{{6}}){AT}(\d{{4}})", re.ASCII)
_DIRECT = frozenset({"11", "12", "31", "50"})  # cities that are provinces, whose districts' codes share four digits
_COUNTY = vocab.CODE_DIGITS[vocab.DISTRICT]
_KINDS = {
    2: Words("省级市", "a city that is a province"),
    4: Words("地级市", "a prefecture"),
    6: Words("县级，没有区一级", "a county, without districts"),
}
_NEIGHBOURS = (-1, 1)  # planes that are shown beside the one proposed

Cursor = Any


@dataclass(frozen=True, slots=True)
class Proposal:
    """The place of a first file: ``root`` and ``name`` (empty: the file does not say), its plane, whether the city has a row."""

    root: str
    name: str
    plane: int
    in_file: bool = True
    choices: Sequence[Choice] = field(default_factory=tuple)

    def declare(self, cursor: Cursor) -> Place:
        """In the transaction that brings the divisions, before they are written: areas are measured as they come."""
        return declare.first(cursor, self.root, self.name, self.plane)


def of_file(cursor: Cursor, names: Sequence[str], told: Mapping[str, str]) -> Proposal | None:
    """What the staged divisions propose to declare, None where the place is known; then what was ``told`` must be it.

    The row of the root is of the level of the city, whatever the file calls it: a county says that it is a county.
    """
    here = place.read(cursor)
    if here.root:
        _refuse_other(here, told)
        _refuse_far(here.plane, _bounds(cursor, "") if GEOM in names else None)
        _level_of_root(cursor, here.root)
        return None
    found = _proposed(cursor, names, told)
    if found is not None and found.in_file:
        _level_of_root(cursor, found.root)
    return found


def _refuse_other(here: Place, told: Mapping[str, str]) -> None:
    value = f"{here.root}{AT}{here.plane}"
    if told.get(PLACE, value) != value:
        raise ImportRefused(
            "城市已经声明为 {name} {value}；要改请用 ./shuitu manage place set",
            "the place is declared as {name} {value}: change it by ./shuitu manage place set",
            param=PLACE, allowed=[value], name=here.zh, value=value,
        )  # fmt: skip


def _refuse_far(plane: int, bounds: planes.Bounds | None) -> None:
    if bounds and not planes.reaches(plane, bounds):
        best = planes.plane_of(bounds)
        raise ImportRefused(
            "边界在 {west:.2f}–{east:.2f}°E，离平面坐标系 EPSG:{plane} 的中央经线 {meridian}°E 太远（至多 {reach}°），应为 EPSG:{best}",
            "the outlines lie at {west:.2f}–{east:.2f}°E, too far from the meridian {meridian}°E of the plane EPSG:{plane} (at most"
            " {reach}°): EPSG:{best} is theirs",
            param=PLACE, allowed=[f"EPSG:{best}"], west=bounds[0], east=bounds[2], plane=plane,
            meridian=planes.meridian(plane), reach=planes.REACH, best=best,
        )  # fmt: skip


def _level_of_root(cursor: Cursor, root: str) -> None:
    cursor.execute(SQL("UPDATE {} SET level = %s WHERE code = %s").format(Identifier(STAGED)), [vocab.CITY, root])


def _proposed(cursor: Cursor, names: Sequence[str], told: Mapping[str, str]) -> Proposal | None:
    cursor.execute(SQL("SELECT code, name, level FROM {} ORDER BY length(code), code").format(Identifier(STAGED)))
    rows = cursor.fetchall()
    if not rows:
        return None
    name_of = {code: name for code, name, _ in rows}
    roots = _roots([(code, level) for code, _, level in rows])
    value = told.get(PLACE)
    root, plane = _told(value, [*roots]) if value else (roots[0], 0)
    bounds = _bounds(cursor, root if root in name_of else "") if GEOM in names else None
    plane = plane or (planes.plane_of(bounds) if bounds else planes.USUAL)
    _refuse_far(plane, bounds)
    name = told.get(NAME) or name_of.get(root, "")
    in_file = root in name_of
    choices = [_place_choice(roots, root, name, plane, bounds, _measured(cursor, root, plane) if bounds else None)]
    if not in_file:
        choices.append(_name_choice(root, name))
    return Proposal(root, name, plane, in_file, choices)


def _roots(rows: Sequence[tuple[str, int]]) -> list[str]:
    """The codes that the city may have, the likeliest first: of the rows said to be a city, the one above all others."""
    codes = [code for code, _ in rows]
    said = [code for code, level in rows if level == vocab.CITY]
    above = [code for code in said if all(other.startswith(code) or code.startswith(other) for other in codes)]
    if said:
        best = max(above or said, key=len)
        return [best, *(code for code in said if code != best)]
    shortest = codes[0]
    if len(shortest) == _COUNTY and all(code.startswith(shortest) for code in codes):
        return [shortest]
    alike = [shortest[:digits] for digits in (4, 2) if all(code.startswith(shortest[:digits]) for code in codes)]
    if shortest[:2] in _DIRECT:
        alike = alike[::-1]
    if not alike:
        raise ImportRefused(
            "区划代码没有共同的前缀（如 {one} 与 {other}）：一个库只管一个城市",
            "the codes share no prefix ({one}, {other}): a database is of one city",
            param=PLACE, one=shortest, other=codes[-1],
        )  # fmt: skip
    return alike


def _told(value: str, roots: Sequence[str]) -> tuple[str, int]:
    found = _FORM.fullmatch(value)
    if not found or int(found[2]) not in planes.PLANES or found[1] not in roots:
        raise ImportRefused(
            "城市 {value!r} 应写作 根区划代码@平面坐标系，如 {example}",
            "{value!r} is no place of this file: the code of its root, @, and the plane, such as {example}",
            param=PLACE, allowed=[f"{root}{AT}{planes.FIRST}…{planes.LAST}" for root in roots],
            value=value, example=f"{roots[0]}{AT}{planes.USUAL}",
        )  # fmt: skip
    return found[1], int(found[2])


def _bounds(cursor: Cursor, root: str) -> planes.Bounds | None:
    """Of the root's outline, or of all where it has no row."""
    cursor.execute(
        SQL(
            "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)"
            " FROM (SELECT ST_Extent({geom}) AS e FROM {staged} WHERE %s IN ('', code)) boxed"
        ).format(geom=Identifier(GEOM), staged=Identifier(STAGED)),
        [root],
    )
    box = cursor.fetchone()
    return None if box[0] is None else box


def _measured(cursor: Cursor, root: str, plane: int) -> float | None:
    """By how many millionths the whole outline is larger in a plane than on the ellipsoid; None without an outline."""
    cursor.execute(
        SQL(
            "SELECT (ST_Area(ST_Transform({geom}, %s)) / NULLIF(ST_Area({geom}::geography), 0) - 1) * 1e6"
            " FROM {staged} WHERE code = %s AND ST_IsValid({geom})"
        ).format(geom=Identifier(GEOM), staged=Identifier(STAGED)),
        [plane, root],
    )
    found = cursor.fetchone()
    return found[0] if found else None


def _place_choice(
    roots: Sequence[str], root: str, name: str, plane: int, bounds: planes.Bounds | None, ppm: float | None
) -> Choice:
    why = Words(
        "城市：{named}（{kind}）", "the city: {named} ({kind})",
        named=" ".join(filter(None, (name, root))), kind=_KINDS[len(root)],
    )  # fmt: skip
    if bounds:
        why = Words(
            "{city}；平面坐标系：{fit}", "{city}; its plane: {fit}", city=why, fit=planes.fit(plane, bounds).told
        )
        if ppm is not None:
            why = Words(
                "{before}，全市面积与椭球面积相差 {ppm:+.0f} ppm", "{before}, the whole {ppm:+.0f} ppm off the ellipsoid's",
                before=why, ppm=ppm,
            )  # fmt: skip
        if plane != planes.USUAL:
            usual = planes.fit(planes.USUAL, bounds).told
            why = Words("{before}；若用 {usual}", "{before}; in {usual}", before=why, usual=usual)
    near = [plane + step for step in _NEIGHBOURS if plane + step in planes.PLANES]
    beside = [f"{root}{AT}{one}" for one in near if bounds is None or planes.reaches(one, bounds)]
    others = [*beside, *(f"{one}{AT}{plane}" for one in roots if one != root)]
    return Choice(PLACE, f"{root}{AT}{plane}", why, others, asks=True)


def _name_choice(root: str, name: str) -> Choice:
    why = Words(
        "文件中没有 {root} 这一行：市界由各区县合并，名称须说明（如 --read place.name=某某市）",
        "the file has no row of {root}: its outline is that of its districts together, its name has to be told",
        root=root,
    )
    return Choice(NAME, name, why, asks=True)
