"""How far a clerk's import reaches: a bureau's brings its own district's rows, and changes those of nobody else.

Looked at when the rows are known and before any is written. A row is refused where it would replace one that counts elsewhere, or
would count elsewhere itself: by its position, without one by the region that it declares. What it refers and links to beyond the reach is as
unknown as a code that does not exist, unless it was linked so before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from psycopg.sql import SQL, Composable, Identifier, Literal

from layers import access, placing, registry
from layers.fields import Dataset
from layers.ingest.refusal import Faults, ImportRefused
from layers.ingest.resolve import FOUND, ROWS, refuse, stored_columns, take_out
from layers.ingest.rows import GEOM, ROW
from layers.ingest.spec import Spec
from layers.ingest.staging import STAGED
from layers.models import Region
from layers.reach import Reach
from layers.words import Words

Cursor = Any
# Of what is measured somewhere the columns of `ROWS` that say where, and whose rows they name: of any other its region.
_MEASURED = {"meter_id": "meter", "facility_id": "facility"}
_HOLDER = next(one for one in registry.DERIVED if one.name == "holder")
_REGIONS = ("region_id", "declared_region_id")


def refuse_whole(spec: Spec, reach: Reach) -> None:
    """`ImportRefused` for who has no right to import, and for what is the whole city's to who has a part of it."""
    if not reach:
        raise ImportRefused(
            "这个账号没有导入的权限，或权限已被收回", "this account has no right to import, or has it no more"
        )
    if not reach.whole and not access.divides(spec.dataset):
        raise ImportRefused(
            "{dataset}是全市的数据，只有全市范围的账号可以导入",
            "{dataset} are the whole city's: an account whose right reaches all of it imports them",
            dataset=spec.dataset,
        )


def refuse_replacing(reach: Reach, within: str) -> None:
    """`ImportRefused` where what a file lacks would go of regions that a reach does not hold."""
    if not reach.holds(within):
        raise ImportRefused(
            "整体替换要限定在这个账号的权限范围内：{codes}",
            "a replacement has to be within what this account may change: {codes}",
            param="within",
            codes="、".join(reach.prefixes),
        )


def refuse_renaming(cursor: Cursor, names: Sequence[str], reach: Reach, refusals: Faults) -> None:
    """Refuse the rows by which a permit's holder would be called otherwise in permits that a reach does not hold: before holders are
    written."""
    if reach.whole or not {"holder_code", "holder_name"} <= set(names):
        return
    holders = _ids(_rows(_HOLDER, reach))
    cursor.execute(
        SQL(
            "SELECT s.{row}, s.holder_code FROM {staged} s JOIN layers_abstractionholder h ON h.code = s.holder_code "
            "WHERE s.holder_name <> h.name AND ((h.id IN ({own})) IS NOT TRUE OR EXISTS (SELECT FROM layers_abstractionpermit p "
            "WHERE p.holder_id = h.id AND (p.id IN ({permits})) IS NOT TRUE)) ORDER BY 1"
        ).format(
            row=Identifier(ROW), staged=Identifier(STAGED), own=holders, permits=_ids(_rows(registry.dataset("permit"), reach))
        )
    )  # fmt: skip
    found = cursor.fetchall()
    refuse(found, "holder_code", refusals, "beyond_reach", _codes(reach))
    if found:
        cursor.execute(
            SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(Identifier(STAGED), Identifier(ROW)),
            [[row for row, _ in found]],
        )


def hide_references(cursor: Cursor, spec: Spec, names: Sequence[str], reach: Reach) -> None:
    """Take what the rows of `ROWS` refer to beyond a reach for what there is not, unless what they replace refers to it: before
    unknown codes are refused, so that one refusal does not tell which codes are taken, and no row brings an object into reach."""
    for column in stored_columns(spec, names):
        if (own := held_ids(column.refers_to, reach)) is None:
            continue
        target = Identifier(column.target)
        there = [SQL("(r.{} IN ({})) IS TRUE").format(target, own)]
        if spec.merged:
            there.append(
                SQL("EXISTS (SELECT FROM {} t WHERE t.id = r.target_id AND t.{} = r.{})").format(
                    Identifier(spec.table), target, target
                )
            )
        if column.refers_to == "holder" and "holder_name" in names:
            # Who knows the name as well as the code is told nothing; new ones are the file's.
            there.append(
                SQL(
                    "EXISTS (SELECT FROM {} s JOIN layers_abstractionholder h ON h.code = s.holder_code"
                    " WHERE s.{} = r.id AND s.holder_name = h.name)"
                ).format(Identifier(STAGED), Identifier(ROW))
            )
        cursor.execute(
            SQL("UPDATE {} r SET {} = NULL, unknown = TRUE WHERE r.{} IS NOT NULL AND NOT ({})").format(
                Identifier(ROWS), target, target, SQL(" OR ").join(there)
            )
        )


def held_ids(refers_to: str, reach: Reach) -> Composable | None:
    """The identities, as a query, of what a reach holds among all that can be referred to; None where it holds all."""
    of = None if reach.whole else _dataset(refers_to)
    return _ids(_rows(of, reach)) if of and access.held(of, reach) else None


def _dataset(name: str) -> Dataset | None:
    return next((one for one in (*registry.DATASETS, *registry.DERIVED) if one.name == name and name != "region"), None)


def _rows(of: Dataset, reach: Reach) -> Any:
    return apps.get_model(of.model)._default_manager.filter(access.held(of, reach))


def _codes(reach: Reach) -> Words:
    return Words("{codes} 之内", "within {codes}", codes="、".join(reach.prefixes))


def refuse_beyond(cursor: Cursor, spec: Spec, names: Sequence[str], reach: Reach, refusals: Faults) -> None:
    """Refuse and take out the rows of `ROWS` that a reach does not hold."""
    if reach.whole:
        return
    cursor.execute(SQL("SELECT * FROM {} LIMIT 0").format(Identifier(ROWS)))
    there = {column.name for column in cursor.description}
    known = SQL("target_id IS NOT NULL") if "target_id" in there else SQL("FALSE")
    # Of a row that says nothing of where it is, what it replaces says it.
    beyond = [SQL("NOT COALESCE({}, {})").format(_says(cursor, there, spec, names, reach), known)]
    if "target_id" in there:
        beyond.append(SQL("(target_id IS NOT NULL AND target_id NOT IN ({}))").format(_ids(_rows(spec.dataset, reach))))
    cursor.execute(
        SQL("SELECT id, {} FROM {} t WHERE {} ORDER BY id").format(
            spec.named, Identifier(ROWS), SQL(" OR ").join(beyond)
        )
    )
    found = cursor.fetchall()
    refuse(found, spec.key[0], refusals, "beyond_reach", _codes(reach))
    take_out(cursor, (row for row, _ in found))


def _says(cursor: Cursor, there: set[str], spec: Spec, names: Sequence[str], reach: Reach) -> Composable:
    """Whether a row says that it is in the reach; null where it says nothing."""
    held = _ids(Region.objects.filter(access.begins("code", reach.prefixes)))
    says = [SQL("{} IN ({})").format(Identifier(name), held) for name in _REGIONS if name in there]
    says += [
        SQL("{} IN ({})").format(Identifier(name), _ids(_rows(registry.dataset(dataset), reach)))
        for name, dataset in _MEASURED.items()
        if name in there
    ]
    said: Composable = SQL("({})").format(SQL(" OR ").join(says)) if says else SQL("NULL::boolean")
    if not (spec.dataset.placed and GEOM in names):
        return said
    placing.place_rows(cursor, ROWS, SQL("o.{} IS NOT NULL").format(Identifier(GEOM)))
    return SQL("CASE WHEN {} IS NULL THEN {} ELSE {} IN ({}) END").format(
        Identifier(GEOM), said, Identifier(FOUND), held
    )


def _ids(found: Any) -> Composable:
    """The identities that a query finds, as a part of a statement: its values are prefixes of codes."""
    try:
        text, params = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return SQL("NULL::bigint")
    first, *others = text.split("%s")
    parts = [each for value, other in zip(params, others, strict=True) for each in (Literal(value), SQL(other))]
    return SQL("").join([SQL(first), *parts])
