"""Divisions and their outlines, versioned.

The rule: a `Region` row is one name and one reporting unit from one release to another. A file that changes either
closes the row and opens a new one, and what refers to the division (children, declared and found regions, usage)
follows to the new row; closed rows keep theirs. An outline is closed and opened the same way, and also when its
region's row is, so that "as of release n" finds a region and its outline by the same test of the two validities.
Why: docs/decisions, "A renamed division is a new row".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Literal

from layers import editions, placing, vocab
from layers.ingest import follow, rehearsal
from layers.ingest.effective import CURRENT, month_told
from layers.ingest.refusal import Expected, Faults, ImportRefused
from layers.ingest.resolve import ROWS, reference, refuse, refuse_duplicates, refuse_invalid, take_out
from layers.ingest.rows import GEOM, ROW, levels
from layers.ingest.spec import Spec
from layers.ingest.staging import STAGED
from layers.ingest.upsert import Outcome
from layers.place import Place, levels_of, parents_of
from layers.recorded import all_months
from layers.sql import load
from layers.words import Listed, Words

NAMED = 50  # renamed and overhanging divisions that a report names
OVERHANG_SHARE = 0.01  # of a division's area outside its parent's outline, above which the report says so

Cursor = Any


def import_regions(
    cursor: Cursor,
    spec: Spec,
    names: Sequence[str],
    refusals: Faults,
    release_id: int,
    *,
    here: Place,
    closing: bool,
    effective: str,
    rehearsing: bool = False,
) -> Outcome:
    """Staged divisions → regions and boundaries, from the city down; see the module for the rule of versions.

    ``here`` is the place: what is no division of it is refused, and a city that has no row of its own is made of its districts.

    ``effective`` is the month from which they hold, `CURRENT` for that of the divisions they correct, or empty: see
    `editions.default_since`. A dry run writes twins of the divisions and their outlines; what refers to divisions, and is placed
    in them, refuses nothing and is left alone.
    """
    since = _since(cursor, effective)
    make_rows(cursor, names, here.root)
    refuse_duplicates(cursor, spec, refusals)
    refuse_invalid(cursor, refusals)
    _refuse_unknown_unit(cursor, names, refusals)
    _refuse_strangers(cursor, names, refusals, here.root)
    rehearsed = rehearsing and rehearsal.in_front(cursor, _WRITTEN)
    made = _make_root(cursor, here, release_id)
    refuse_orphans(cursor, refusals)
    closed = _close_missing(cursor, refusals, release_id) if closing else 0
    outcome = write(cursor, release_id, closed, rehearsed=rehearsed)
    outcome.notes = made + outcome.notes
    if outcome.anything and editions.take_effect(cursor, release_id, since):
        outcome.notes.insert(0, _effect_note(since))
    if not rehearsed:
        place_again(cursor, outcome, release_id)
    return outcome


def write(cursor: Cursor, release_id: int, closed: int, *reopened: int, rehearsed: bool = False) -> Outcome:
    """`ROWS` → regions and outlines, and what refers to them follows; ``closed`` divisions were closed before. Divisions that
    earlier releases (``reopened``) closed may be among them."""
    renamed = _renamed(cursor)
    _write_regions(cursor, release_id)
    follow.follow_regions(cursor, release_id, *reopened, rehearsed=rehearsed)
    boundaries = _write_boundaries(cursor, release_id)
    outcome = _count(cursor, closed)
    outcome.notes = _rename_notes(renamed) + _overhang_notes(cursor, boundaries)
    if outcome.anything:
        outcome.months = all_months(cursor)
    return outcome


def place_again(cursor: Cursor, outcome: Outcome, release_id: int) -> None:
    """Find everything in the outlines that a release opened, once it is told from when they hold."""
    cursor.execute("SELECT id FROM layers_boundary WHERE valid_from_id = %s", [release_id])
    boundaries = [row[0] for row in cursor.fetchall()]
    if boundaries or outcome.closed:
        outcome.moved = {k: n for k, n in placing.after_boundaries(cursor, boundaries).items() if n}


# What a file of divisions writes: of outlines those that it may close, and those that new ones are compared with.
_WRITTEN: dict[str, Composable] = {
    "layers.Region": SQL("SELECT id FROM layers_region"),
    "layers.Boundary": SQL(
        "SELECT b.id FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id WHERE b.valid_to_id IS NULL "
        "AND r.valid_to_id IS NULL AND r.code IN (SELECT code FROM {rows} UNION SELECT parent_code FROM {rows})"
    ).format(rows=Identifier(ROWS)),
    "layers.Edition": SQL("SELECT id FROM layers_edition"),
}


def _since(cursor: Cursor, effective: str) -> date | None:
    """The first day of the month from which the file's divisions hold; `ImportRefused` for one that cannot be."""
    current = editions.read(cursor).current
    if not effective:
        return editions.default_since(current, all_months(cursor))
    if effective == CURRENT:
        return current.since
    since = month_told(effective)
    if current.since and since < current.since:
        raise ImportRefused(
            "生效月份 {since} 早于现行区划的生效月份 {since_2}",
            "{since} is before the current divisions took effect ({since_2})",
            param="effective",
            allowed=[f"≥ {current.since:%Y-%m}", CURRENT],
            since=f"{since:%Y-%m}",
            since_2=f"{current.since:%Y-%m}",
        )
    return since


def _effect_note(since: date | None) -> Words:
    return Words(
        "新的区划自 {since} 起生效；此前各月仍按原区划统计",
        "the new divisions hold from {since} on; the months before keep theirs",
        since=f"{since:%Y-%m}",
    )


def make_rows(cursor: Cursor, names: Sequence[str], root: str) -> None:
    """`ROWS`: a row a division of the file beside the current region and outline of its code."""
    given = {name: SQL("s.{}").format(Identifier(name)) for name in names}
    unit = SQL("u.id") if "reporting_unit" in given else SQL("r.reporting_unit_id")
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(ROWS)))
    cursor.execute(
        SQL(load("ingest_regions")).format(
            rows=Identifier(ROWS),
            staged=Identifier(STAGED),
            row_no=Identifier(ROW),
            unit=unit,
            unit_code=given.get("reporting_unit", SQL("NULL::text")),
            source=given.get("boundary_source", SQL("COALESCE(b.source, '')")),
            quality=given.get("boundary_quality", SQL("b.quality")),
        ),
        {"digits": [parents_of(root).get(level) for level in vocab.DIVISIONS], "unsaid": _SURVEYED},
    )
    cursor.execute(SQL("ANALYZE {}").format(Identifier(ROWS)))


_TOGETHER = "{} 个下级区划合并"
# What an authority's own outlines are when its file does not say.
_SURVEYED = vocab.BOUNDARY_QUALITY.id_of("surveyed")


def _refuse_unknown_unit(cursor: Cursor, names: Sequence[str], refusals: Faults) -> None:
    if "reporting_unit" not in names:
        return
    cursor.execute(SQL("SELECT id, unit_code FROM {} WHERE unit_code IS NOT NULL AND unit_id IS NULL").format(_rows()))
    found = cursor.fetchall()
    refuse(found, "reporting_unit", refusals, "unknown_reference", reference("reporting_unit"))
    take_out(cursor, (row for row, _ in found))


def _refuse_strangers(cursor: Cursor, names: Sequence[str], refusals: Faults, root: str) -> None:
    """Refuse what is no division of the place: another city, a district of another, one of a level that it has not."""
    told = SQL("(SELECT s.parent FROM {} s WHERE s.code = r.code)").format(Identifier(STAGED))
    faults: list[tuple[str, str, Expected, Composable]] = [
        (
            "code",
            "not_of_place",
            Words("{root} 及其下", "{root} or a division below it", root=root),
            SQL("NOT starts_with(code, {root}) OR (level = 1) <> (code = {root})"),
        ),
    ]
    if vocab.DISTRICT not in levels_of(root):
        below = levels((vocab.TOWNSHIP, vocab.VILLAGE))
        faults.insert(0, ("level", "no_district_level", below, SQL("level = 2 AND code <> {root}")))
    if "parent" in names:
        faults.append(("parent", "wrong_parent", root, SQL("level = 2 AND {told} <> {root}")))
    for field, reason, expected, condition in faults:
        where = condition.format(root=Literal(root), told=told) if isinstance(condition, SQL) else condition
        cursor.execute(SQL("SELECT id, code FROM {} r WHERE {} ORDER BY id").format(_rows(), where))
        found = cursor.fetchall()
        refuse(found, field, refusals, reason, expected)
        take_out(cursor, (row for row, _ in found))


def _make_root(cursor: Cursor, here: Place, release_id: int) -> list[Words]:
    """The city as all its districts, if neither the file nor the database has it; → a note that says so."""
    cursor.execute(
        SQL(
            "SELECT EXISTS (SELECT FROM {rows} WHERE code = {root})"
            " OR EXISTS (SELECT FROM layers_region WHERE code = {root} AND valid_to_id IS NULL), count(*) FROM {rows}"
            " WHERE level = {next}"
        ).format(rows=_rows(), root=Literal(here.root), next=Literal(here.levels[1]))
    )
    there, count = cursor.fetchone()
    if there or not count:
        return []
    cursor.execute(
        SQL(
            "WITH city AS (INSERT INTO layers_region (code, name, level, valid_from_id) VALUES (%s, %s, %s, %s) RETURNING id)"
            " INSERT INTO layers_boundary (region_id, geom, source, quality, valid_from_id)"
            " SELECT city.id, ST_Multi(ST_UnaryUnion(ST_Collect(r.{geom}))), %s, min(r.quality), %s FROM city, {rows} r"
            " WHERE r.level = %s GROUP BY city.id"
        ).format(geom=Identifier(GEOM), rows=_rows()),
        [here.root, here.zh or here.root, vocab.CITY, release_id, _TOGETHER.format(count), release_id, here.levels[1]],
    )
    return [
        Words(
            "文件中没有 {name} {root} 这一行：市界由 {count} 个下级区划合并",
            "the file has no row of {name} {root}: its outline is that of {count} divisions together",
            name=here.zh,
            root=here.root,
            count=count,
        )
    ]


def _rows() -> Identifier:
    return Identifier(ROWS)


def refuse_orphans(cursor: Cursor, refusals: Faults) -> None:
    """Refuse divisions whose parent is neither there nor in the file; from the top, for a refused parent has no children."""
    for level in vocab.CODE_DIGITS:
        cursor.execute(
            SQL(
                "SELECT r.id, r.parent_code FROM {rows} r WHERE r.level = %s "
                "AND NOT EXISTS (SELECT FROM {rows} p WHERE p.code = r.parent_code) AND NOT EXISTS "
                "(SELECT FROM layers_region p WHERE p.code = r.parent_code AND p.valid_to_id IS NULL)"
            ).format(rows=_rows()),
            [level],
        )
        found = cursor.fetchall()
        refuse(found, "parent", refusals, "unknown_reference", reference("region"))
        take_out(cursor, (row for row, _ in found))


def _close_missing(cursor: Cursor, refusals: Faults, release_id: int) -> int:
    """Close the current divisions of the file's levels that it does not have, with their outlines; → how many."""
    if refusals.rows:
        raise ImportRefused(
            "文件中有被拒收的行，不能同时停用缺失的区划；请先改正",
            "rows were refused: mend them before closing what is missing",
            param="closing",
        )
    return close(
        cursor,
        SQL("r.level IN (SELECT level FROM {rows}) AND r.code NOT IN (SELECT code FROM {rows})").format(rows=_rows()),
        release_id,
    )


def close(cursor: Cursor, which: Composable, release_id: int) -> int:
    """Close the current divisions ``r`` that a condition names, with their outlines; → how many. `ImportRefused` if one is left without
    its parent."""
    cursor.execute(
        SQL(
            "WITH closed AS (UPDATE layers_region r SET valid_to_id = %s WHERE r.valid_to_id IS NULL AND {} RETURNING id), "
            "outlines AS (UPDATE layers_boundary SET valid_to_id = %s WHERE valid_to_id IS NULL "
            "AND region_id IN (SELECT id FROM closed)) SELECT count(*) FROM closed"
        ).format(which),
        [release_id, release_id],
    )
    closed = int(cursor.fetchone()[0])
    cursor.execute(
        "SELECT p.code, p.name FROM layers_region p WHERE p.valid_to_id = %s AND EXISTS (SELECT FROM layers_region c "
        "WHERE c.parent_id = p.id AND c.valid_to_id IS NULL) ORDER BY 1 LIMIT 5",
        [release_id],
    )
    if left := cursor.fetchall():
        shown = Listed(*(f"{name} {code}" for code, name in left))
        raise ImportRefused(
            "这些区划将停用，但仍有现行的下级区划：{shown}",
            "divisions that would be closed still have divisions below them: {shown}",
            param="closing",
            shown=shown,
        )
    return closed


def _renamed(cursor: Cursor) -> list[tuple[str, str, str]]:
    cursor.execute(
        SQL(
            "SELECT n.code, o.name, n.name FROM {} n JOIN layers_region o ON o.id = n.region_id "
            "WHERE n.name <> o.name ORDER BY 1"
        ).format(_rows())
    )
    return [tuple(row) for row in cursor.fetchall()]


def _write_regions(cursor: Cursor, release_id: int) -> None:
    """Close the rows that change and open their successors and the new ones, parents before children."""
    cursor.execute(
        SQL("UPDATE layers_region SET valid_to_id = %s WHERE id IN (SELECT region_id FROM {} WHERE differs)").format(
            _rows()
        ),
        [release_id],
    )
    for level in vocab.DIVISIONS:
        cursor.execute(
            SQL(
                "INSERT INTO layers_region (code, name, level, parent_id, reporting_unit_id, valid_from_id) "
                "SELECT r.code, r.name, r.level, p.id, r.unit_id, %s FROM {} r LEFT JOIN layers_region p "
                "ON p.code = r.parent_code AND p.valid_to_id IS NULL "
                "WHERE r.level = %s AND (r.region_id IS NULL OR r.differs) ORDER BY r.code"
            ).format(_rows()),
            [release_id, level],
        )


def _write_boundaries(cursor: Cursor, release_id: int) -> list[int]:
    """Close the outlines that change and open the new ones; → their ids."""
    redrawn = SQL("(r.boundary_id IS NULL OR r.redrawn OR r.differs)")
    cursor.execute(
        SQL("UPDATE layers_boundary SET valid_to_id = %s WHERE id IN (SELECT boundary_id FROM {} r WHERE {})").format(
            _rows(), redrawn
        ),
        [release_id],
    )
    cursor.execute(
        SQL(
            "INSERT INTO layers_boundary (region_id, geom, source, quality, valid_from_id) "
            "SELECT c.id, r.{}, r.source, r.quality, %s FROM {} r JOIN layers_region c "
            "ON c.code = r.code AND c.valid_to_id IS NULL WHERE {} ORDER BY r.code RETURNING id"
        ).format(Identifier(GEOM), _rows(), redrawn),
        [release_id],
    )
    return [row[0] for row in cursor.fetchall()]


def _count(cursor: Cursor, closed: int) -> Outcome:
    cursor.execute(
        SQL(
            "SELECT count(*) FILTER (WHERE region_id IS NULL), "
            "count(*) FILTER (WHERE region_id IS NOT NULL AND (differs OR redrawn)), count(*) FROM {}"
        ).format(_rows())
    )
    new, changed, rows = cursor.fetchone()
    # A closed division is a change of the dataset that no row of the file stands for.
    return Outcome(new, changed, rows - new - changed, closed=closed)


def _rename_notes(renamed: list[tuple[str, str, str]]) -> list[Words]:
    notes = [
        Words("{code} 由“{old}”更名为“{new}”", "{code} renamed from {old} to {new}", code=code, old=old, new=new)
        for code, old, new in renamed
    ]
    return _shortened(notes)


def _shortened(notes: list[Words]) -> list[Words]:
    more = len(notes) - NAMED
    return notes[:NAMED] + ([Words("另有 {more} 处", "and {more} more", more=more)] if more > 0 else [])


def _overhang_notes(cursor: Cursor, boundaries: Sequence[int]) -> list[Words]:
    """A warning, not a refusal: real outlines of two levels seldom fit to the metre."""
    cursor.execute(load("ingest_overhang"), {"boundaries": list(boundaries), "share": OVERHANG_SHARE})
    return _shortened(
        [
            Words(
                "{name} {code} 有 {share:.1%} 的面积在上级边界之外",
                "{code} {name}: {share:.1%} of it lies outside its parent",
                name=name,
                code=code,
                share=share,
            )
            for code, name, share in cursor.fetchall()
        ]
    )
