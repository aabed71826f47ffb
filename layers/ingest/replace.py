"""A file that replaces: what lies in its scope and is not in it goes, in the same release, and can be brought back with it.

The scope of usage is the months of the file, of other files the layer; within one region, if told. An object that others lead
to stays, and is told.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Composable, Identifier, Literal

from layers.fields import NOWHERE
from layers.history import keep
from layers.history.needed import leading_to
from layers.history.tables import OWN_HISTORY, kept
from layers.ingest import usage
from layers.ingest.refusal import ImportRefused
from layers.ingest.report import ImportReport
from layers.ingest.resolve import ROWS
from layers.ingest.spec import Spec
from layers.ingest.upsert import TOUCHED, Outcome
from layers.words import Small, Words

GONE = "import_gone"
NAMED = 200

Cursor = Any

# Where each row of a dataset counts, from its table ``t``.
_COUNTS: dict[str, str] = {
    "usage": (
        "COALESCE((SELECT m.counted_region FROM layers_meter m WHERE m.id = t.meter_id), "
        "(SELECT f.counted_region FROM layers_supplyfacility f WHERE f.id = t.facility_id), t.region_id)"
    ),
    "supply_area": "(SELECT f.counted_region FROM layers_supplyfacility f WHERE f.id = t.facility_id)",
    "permit": "t.declared_region_id",
    "population": "t.region_id",
    "provisional": "t.region_id",
}


def refuse_impossible(spec: Spec, within: str) -> None:
    """Raise `ImportRefused` for a dataset that no file replaces, or not by region."""
    if spec.name in OWN_HISTORY:
        raise ImportRefused(
            "行政区划不能整体替换：用 --closing 停用文件中没有的同级区划",
            "divisions are not replaced: --closing closes those that the file lacks",
            param="replace",
        )
    if within and spec.dataset.counted == NOWHERE:
        raise ImportRefused(
            "{name}不属于某个区划", "{name} lie in no division", param="within", name=Small(spec.dataset)
        )


def refuse_incomplete(report: ImportReport) -> None:
    """No replacement while rows are refused: what they stand for would go with it. Before anything is written."""
    if refused := report.refused:
        why = Words(
            "有 {refused:,} 行被拒收：它们原有的内容会随整体替换被删去，请先改正",
            "{refused:,} rows are refused, and what they stand for would go: correct them first",
            refused=refused,
        )
        if report.wanted_commit:
            raise ImportRefused.saying(why, param="replace")
        report.notes.append(why)


def find(cursor: Cursor, spec: Spec, within: str) -> int:
    """Make `GONE` (id): the rows in the scope that `ROWS` has none of; → how many. Before anything is written."""
    there: Composable
    if spec.name == "usage":
        there = SQL("t.month IN (SELECT month FROM {}) AND t.id NOT IN ({})").format(
            Identifier(ROWS), usage.records_there()
        )
    else:
        there = SQL("t.id NOT IN (SELECT target_id FROM {} WHERE target_id IS NOT NULL)").format(Identifier(ROWS))
    scope = [
        SQL("t.{} = {}").format(Identifier(spec.column(name).target), Literal(v)) for name, v in spec.scope.items()
    ]
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(GONE)))
    cursor.execute(
        SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT t.id FROM {} t WHERE {}").format(
            Identifier(GONE), Identifier(spec.table), SQL(" AND ").join([there, *scope, _inside(spec, within)])
        )
    )
    cursor.execute(SQL("ANALYZE {}").format(Identifier(GONE)))
    cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(GONE)))
    return int(cursor.fetchone()[0])


def gone(cursor: Cursor) -> list[int]:
    cursor.execute(SQL("SELECT id FROM {}").format(Identifier(GONE)))
    return [row[0] for row in cursor.fetchall()]


def months_gone(cursor: Cursor, spec: Spec) -> list[date]:
    """The months of the records that go."""
    if spec.name != "usage":
        return []
    cursor.execute(
        SQL("SELECT DISTINCT t.month FROM {} t JOIN {} g USING (id)").format(Identifier(spec.table), Identifier(GONE))
    )
    return [row[0] for row in cursor.fetchall()]


def refuse_outside(cursor: Cursor, spec: Spec, within: str) -> None:
    """Raise `ImportRefused` when the file holds rows that count outside the region it replaces. Once they are written: where
    objects count is known by then; where records do, by their rows of the file."""
    if not within:
        return
    written = Identifier(ROWS) if spec.name == "usage" else Identifier(spec.table)
    which = SQL("TRUE") if spec.name == "usage" else SQL("t.id IN (SELECT id FROM {})").format(Identifier(TOUCHED))
    cursor.execute(
        SQL("SELECT count(*) FROM {} t WHERE {} AND NOT COALESCE({}, FALSE)").format(
            written, which, _inside(spec, within)
        )
    )
    if count := cursor.fetchone()[0]:
        raise ImportRefused(
            "文件中有 {count:,} 行不在所替换的区划 {within} 内：去掉这些行，或去掉 --within",
            "{count:,} rows of the file lie outside {within}, which it is to replace: take them out, or leave out --within",
            param="within",
            count=count,
            within=within,
        )


def remove(cursor: Cursor, spec: Spec, release_id: int, outcome: Outcome, *, rehearsed: bool = False) -> list[str]:
    """Delete what is in `GONE` and may go, or of a rehearsal count it; → the codes, or the months of records, of the first `NAMED`
    of them."""
    table = kept(spec.name)
    for name, needed in leading_to(table, SQL("SELECT id FROM {}").format(Identifier(GONE)), {}):
        cursor.execute(SQL("DELETE FROM {} WHERE id IN ({})").format(Identifier(GONE), needed))
        if staying := cursor.rowcount:
            outcome.notes.append(
                Words(
                    "文件中没有的 {staying:,} 个对象仍被“{name}”引用，保留",
                    "{staying:,} objects that the file lacks are referred to by {name} and stay",
                    staying=staying,
                    name=name,
                )
            )
    which = SQL("SELECT id FROM {}").format(Identifier(GONE))
    cursor.execute(
        SQL("SELECT {} FROM {} t WHERE id IN ({}) ORDER BY 1 LIMIT {}").format(
            spec.named, Identifier(spec.table), which, Literal(NAMED)
        )
    )
    names = [row[0] for row in cursor.fetchall()]
    if rehearsed:
        outcome.gone = len(gone(cursor))
        return names
    keep.deleted(cursor, spec.name, release_id, which)
    for link in table.links:
        cursor.execute(
            SQL("DELETE FROM {} WHERE {} IN ({})").format(Identifier(link.table), Identifier(link.mine), which)
        )
    cursor.execute(SQL("DELETE FROM {} WHERE id IN ({})").format(Identifier(spec.table), which))
    outcome.gone = int(cursor.rowcount)
    return names


def _inside(spec: Spec, within: str) -> Composable:
    if not within:
        return SQL("TRUE")
    model = apps.get_model(spec.dataset.model)
    own = "t.counted_region" if any(f.name == "counted_region" for f in model._meta.concrete_fields) else "NULL"
    return SQL("{} IN (SELECT id FROM layers_region WHERE starts_with(code, {}))").format(
        SQL(_COUNTS.get(spec.name, own)), Literal(within)
    )
