"""Staged codes → ids by joins, each row beside the row it would replace; unknown codes and duplicates are refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Composed, Identifier, Literal

from layers import registry
from layers.ingest.refusal import Expected, Faults
from layers.ingest.rows import BLANK, GEOM, ROW, blank_names
from layers.ingest.spec import Column, Spec
from layers.ingest.staging import STAGED
from layers.registry import Geometry
from layers.sql import load
from layers.words import Small, Words

ROWS = "import_rows"
FOUND = "found_region_id"

Cursor = Any


def lookup(refers_to: str, *, past: bool = False) -> Composed:
    """What a reference is looked up in: (id, code) of the rows that can be referred to; each code once.

    ``past`` admits closed divisions: of a code the current one, or else the one closed last.
    """
    if refers_to == "region" and past:
        return SQL(
            "(SELECT DISTINCT ON (code) id, code FROM layers_region ORDER BY code, valid_to_id DESC NULLS FIRST)"
        ).format()
    model = {"region": "layers.Region", "holder": "layers.AbstractionHolder"}.get(refers_to)
    table = apps.get_model(model or registry.dataset(refers_to).model)._meta.db_table
    current = SQL(" WHERE valid_to_id IS NULL") if refers_to == "region" else SQL("")
    return SQL("(SELECT id, code FROM {}{})").format(Identifier(table), current)


def stored_columns(spec: Spec, names: Sequence[str]) -> list[Column]:
    """The columns of the target table that the file gives; ``names`` are the staged ones."""
    return [column for column in spec.columns if column.name in names and column.target]


def written(spec: Spec, names: Sequence[str]) -> list[str]:
    """The target table's columns that the file says something of: what an update sets."""
    found = [column.target for column in stored_columns(spec, names)]
    return found + ([GEOM] if GEOM in names else [])


def make_rows(cursor: Cursor, spec: Spec, names: Sequence[str], *, keep: bool = False) -> None:
    """Make `ROWS` from staging; ``keep`` lets an empty cell leave the value that is there.

    Grain: a row of the file. Columns: ``id`` (row number), ``target_id`` (the row it would replace, by code),
    ``writes`` (it is new or differs), ``unknown`` (a reference is not found), the target table's columns, the links
    as text, and ``found_region_id`` to be filled in by placing.
    """
    stored = stored_columns(spec, names)
    selected: list[SQL | Composed] = [SQL("s.{} AS id").format(Identifier(ROW))]
    joins: list[Composed] = []
    unknown: list[Composed] = []
    values: dict[str, SQL | Composed] = {}
    for at, column in enumerate(stored):
        text = SQL("s.{}").format(Identifier(column.name))
        if not column.refers_to:
            values[column.target] = text
            continue
        alias = Identifier(f"r{at}")
        values[column.target] = SQL("{}.id").format(alias)
        joins.append(
            SQL(" LEFT JOIN {} {a} ON {a}.code = {}").format(lookup(column.refers_to, past=column.past), text, a=alias)
        )
        unknown.append(SQL("({} IS NOT NULL AND {}.id IS NULL)").format(text, alias))
    if GEOM in names:
        values[GEOM] = SQL("s.{}").format(Identifier(GEOM))
    for name in spec.key:
        if name not in values:
            empty = spec.defaults.get(name)
            values[name] = SQL("{}").format(Literal(empty)) if empty is not None else SQL("NULL::bigint")
    same = _same(spec, values)
    if keep and spec.merged:
        values |= _kept(spec, [*(column.name for column in stored), *([GEOM] if GEOM in names else [])], values)
    selected += [SQL("{} AS {}").format(value, Identifier(name)) for name, value in values.items()]
    selected.append(SQL("({}) AS unknown").format(SQL(" OR ").join(unknown) if unknown else SQL("FALSE")))
    selected += [SQL("s.{}").format(Identifier(link.name)) for link in spec.links if link.name in names]
    if spec.merged:
        joins.append(SQL(" LEFT JOIN {} t ON {}").format(Identifier(spec.table), same))
        selected += [SQL("t.id AS target_id"), SQL("{} AS writes").format(_differs(values, spec.geometry))]
        if spec.dataset.placed:
            selected.append(SQL("NULL::bigint AS {}").format(Identifier(FOUND)))
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(ROWS)))
    cursor.execute(
        SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} s{}").format(
            Identifier(ROWS), SQL(", ").join(selected), Identifier(STAGED), SQL("").join(joins)
        )
    )
    cursor.execute(SQL("ANALYZE {}").format(Identifier(ROWS)))


def _same(spec: Spec, values: dict[str, SQL | Composed]) -> Composed:
    """That a row ``t`` of the table has the key of the file's. What no row can lack is compared by =, which can be hashed."""
    needed = {column.target for column in spec.columns if column.field.required}
    return SQL(" AND ").join(
        SQL("t.{} = {}" if name in needed else "t.{} IS NOT DISTINCT FROM {}").format(Identifier(name), values[name])
        for name in spec.key
    )


def _kept(spec: Spec, names: Sequence[str], values: dict[str, SQL | Composed]) -> dict[str, SQL | Composed]:
    """The same values, those of empty cells as they are in the table."""
    bits = {name: at for at, name in enumerate(blank_names(spec))}
    targets = {column.name: column.target for column in spec.columns} | {GEOM: GEOM}
    return {
        targets[name]: SQL("CASE WHEN t.id IS NOT NULL AND (s.{} >> {}) & 1 = 1 THEN t.{} ELSE {} END").format(
            Identifier(BLANK), Literal(bits[name]), Identifier(targets[name]), values[targets[name]]
        )
        for name in names
    }


SAME_DEG = 1e-9  # a tenth of a millimetre, which is what fifteen digits of a spreadsheet leave


def _differs(values: dict[str, SQL | Composed], geometry: Geometry) -> Composed:
    """Whether a row is new or any value that the file gives differs."""
    plain = {name: value for name, value in values.items() if name != GEOM}
    theirs = SQL(", ").join(SQL("t.{}").format(Identifier(name)) for name in plain)
    found = SQL("t.id IS NULL OR ROW({}) IS DISTINCT FROM ROW({})").format(theirs, SQL(", ").join(plain.values()))
    if GEOM in values:
        found += SQL(" OR {}").format(_redrawn(SQL("t.{}").format(Identifier(GEOM)), values[GEOM], geometry))
    return SQL("({})").format(found)


def _redrawn(theirs: Composed, ours: SQL | Composed, geometry: Geometry) -> Composed:
    """Whether a geometry is another. PostGIS's = compares vertex by vertex, and most are the same so; else a point is the same
    within `SAME_DEG`, and an outline whichever way its rings turn and wherever they begin, as formats have rules of their own."""
    same = "ST_DWithin({a}, {b}, {near})" if geometry == "point" else "ST_Normalize({a}) = ST_Normalize({b})"
    return SQL("({a} IS DISTINCT FROM {b} AND NOT COALESCE(" + same + ", FALSE))").format(
        a=theirs, b=ours, near=Literal(SAME_DEG)
    )


def refuse_unknown(cursor: Cursor, spec: Spec, names: Sequence[str], refusals: Faults) -> None:
    """Refuse and take out the rows that refer to something that is not there."""
    cursor.execute(SQL("SELECT count(*) FROM {} WHERE unknown").format(Identifier(ROWS)))
    if not cursor.fetchone()[0]:
        return
    for column in stored_columns(spec, names):
        if column.refers_to:
            cursor.execute(
                SQL(
                    "SELECT r.id, s.{0} FROM {1} r JOIN {2} s ON s.{3} = r.id "
                    "WHERE r.unknown AND s.{0} IS NOT NULL AND r.{4} IS NULL ORDER BY 1"
                ).format(
                    Identifier(column.name),
                    Identifier(ROWS),
                    Identifier(STAGED),
                    Identifier(ROW),
                    Identifier(column.target),
                )
            )
            refuse(
                cursor.fetchall(), column.name, refusals, "unknown_reference",
                reference(column.refers_to, past=column.past),
            )  # fmt: skip
    cursor.execute(SQL("DELETE FROM {} WHERE unknown").format(Identifier(ROWS)))


def reference(refers_to: str, *, past: bool = False) -> Words:
    """How a report names what a code should have been of."""
    if refers_to == "region" and past:
        return Words("区划代码（现行或已停用）", "the code of a division, in use or closed")
    if refers_to == "region":
        return Words("现行的区划代码", "the code of a division in use")
    if refers_to == "holder":
        return Words("已登记的取水户", "a permit holder on record")
    of = Small(registry.dataset(refers_to))
    return Words("已登记的{dataset}编码", "a code on record among the {dataset}", dataset=of)


def refuse_duplicates(cursor: Cursor, spec: Spec, refusals: Faults) -> None:
    """Refuse and take out every row whose key occurs more than once: which of them is right only the sender knows."""
    parts = {
        "key": SQL(", ").join(Identifier(name) for name in spec.key),
        "rows": Identifier(ROWS),
        "shown": spec.named,
    }
    # Nearly always there are none, and a hash of the keys is enough to know; only otherwise are the rows sorted.
    cursor.execute(
        SQL("SELECT EXISTS (SELECT FROM {rows} GROUP BY {key} HAVING count(*) > 1)").format(**parts),
    )
    if not cursor.fetchone()[0]:
        return
    cursor.execute(
        SQL(
            "SELECT id, shown, CASE WHEN id = first THEN last ELSE first END FROM (SELECT id, {shown} AS shown, "
            "min(id) OVER same AS first, max(id) OVER same AS last "
            "FROM {rows} t WINDOW same AS (PARTITION BY {key})) d WHERE first < last ORDER BY id"
        ).format(**parts)
    )
    found = cursor.fetchall()
    for row, value, other in found:
        line = refusals.line(other)
        refusals.add(row, spec.key[0], value, "duplicate", Words("见第 {line} 行", "see row {line}", line=line))
    take_out(cursor, (row for row, _, _ in found))


def refuse_invalid(cursor: Cursor, refusals: Faults) -> None:
    """Refuse outlines that PostGIS calls invalid though the reader's library did not: the table would refuse them all."""
    cursor.execute(SQL(load("ingest_invalid")).format(rows=Identifier(ROWS)))
    found = cursor.fetchall()
    refuse(found, "geometry", refusals, "invalid_geometry")
    take_out(cursor, (row for row, _ in found))


def refuse(
    found: Sequence[tuple[int, object]], field: str, refusals: Faults, reason: str, expected: Expected = ""
) -> None:
    """Refuse the (row, value) pairs of a query."""
    if found:
        rows, values = zip(*found, strict=True)
        refusals.add_all(rows, field, values, reason, expected)


def take_out(cursor: Cursor, rows: Iterable[int]) -> None:
    """Take refused rows out of `ROWS`."""
    if numbers := list(rows):
        cursor.execute(SQL("DELETE FROM {} WHERE id = ANY(%s)").format(Identifier(ROWS)), [numbers])
