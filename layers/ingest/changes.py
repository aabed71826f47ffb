"""What an import would make different in what is there: old → new by field, and what empty cells would clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from psycopg.sql import SQL, Composed, Identifier, Literal

from layers.history import said
from layers.ingest.reading import Choice
from layers.ingest.refusal import Verdicts
from layers.ingest.report import Change, Changes
from layers.ingest.resolve import ROWS, lookup, stored_columns
from layers.ingest.rows import BLANK, GEOM, ROW, blank_names
from layers.ingest.spec import Spec
from layers.ingest.staging import STAGED
from layers.link_tables import link_table
from layers.words import Listed, Worded, Words

LISTED = 200  # changes told one by one
_WARNED = 1_000  # cleared values told one by one
CLEAR, KEEP = "clear", "keep"

Cursor = Any


def find(cursor: Cursor, spec: Spec, names: Sequence[str], verdicts: Verdicts, *, keep: bool = False) -> Changes:
    """Compare `ROWS` with the objects they would replace; ``keep`` as `resolve.make_rows` was told. Call before they are
    written."""
    cursor.execute(SQL("SELECT EXISTS (SELECT FROM {} WHERE target_id IS NOT NULL)").format(Identifier(ROWS)))
    if not cursor.fetchone()[0]:
        return Changes()
    compared = _compared(spec, names)
    found = Changes(_counts(cursor, spec, compared))
    if not keep:
        found.cleared = _cleared(cursor, spec, names, compared, verdicts)
    if found.by_field:
        found.first = _first(cursor, spec, compared)
    return found


_POSITION = Words("位置", "Position")


def blank_choice(found: Changes, spec: Spec) -> Choice | None:
    """That empty cells clear values, where they do; they can be told to leave them."""
    if not found.cleared:
        return None
    words: dict[str, Worded] = {column.name: column.field for column in spec.columns}
    words |= {link.name: link for link in spec.links}
    shown = Listed(
        *(
            Words("{field} {times}", "{field} {times}", field=words.get(name, _POSITION), times=times)
            for name, times in found.cleared.items()
        )
    )
    total = sum(found.cleared.values())
    return Choice(
        "blank",
        CLEAR,
        Words(
            "{total} 个空白格会清除已有的值（{shown}）",
            "{total} empty cells clear values that are there",
            total=total,
            shown=shown,
        ),
        [KEEP],
    )


def _compared(spec: Spec, names: Sequence[str]) -> dict[str, str]:
    """Field → the column of the table and of `ROWS`."""
    found = {column.name: column.target for column in stored_columns(spec, names) if column.target not in spec.key}
    return found | ({GEOM: GEOM} if GEOM in names else {})


def _joined(spec: Spec) -> Composed:
    return SQL(" FROM {} r JOIN {} t ON t.id = r.target_id ").format(Identifier(ROWS), Identifier(spec.table))


def _differs(column: str) -> Composed:
    return SQL("t.{0} IS DISTINCT FROM r.{0}").format(Identifier(column))


def _counts(cursor: Cursor, spec: Spec, compared: Mapping[str, str]) -> dict[str, int]:
    if not compared:
        return {}
    counts = [SQL("count(*) FILTER (WHERE {})").format(_differs(column)) for column in compared.values()]
    cursor.execute(SQL("SELECT ") + SQL(", ").join(counts) + _joined(spec) + SQL("WHERE r.writes"))
    return {name: count for name, count in zip(compared, cursor.fetchone(), strict=True) if count}


def _cleared(
    cursor: Cursor, spec: Spec, names: Sequence[str], compared: Mapping[str, str], verdicts: Verdicts
) -> dict[str, int]:
    """Per field, how many values an empty cell takes away; the first are warned of, each with its row."""
    bits = {name: at for at, name in enumerate(blank_names(spec))}
    tests = {name: _differs(column) for name, column in compared.items()}
    tests |= {link.name: _linked(spec, link.name) for link in spec.links if link.name in names}
    found: dict[str, int] = {}
    cursor.execute(SQL("SELECT bit_or({}) FROM {}").format(Identifier(BLANK), Identifier(STAGED)))
    some = cursor.fetchone()[0] or 0
    for name, test in tests.items():
        if not some >> bits[name] & 1:
            continue
        old = _as_text(compared[name]) if name in compared else SQL("NULL::text")
        cursor.execute(
            SQL("SELECT r.id, {}, count(*) OVER ()").format(old) + _joined(spec)
            + SQL("JOIN {} s ON s.{} = r.id WHERE (s.{} >> %s) & 1 = 1 AND {} ORDER BY 1 LIMIT %s").format(
                Identifier(STAGED), Identifier(ROW), Identifier(BLANK), test
            ),
            [bits[name], _WARNED],
        )  # fmt: skip
        rows = cursor.fetchall()
        if rows:
            found[name] = rows[0][2]
            spoken = _as_spoken(cursor, spec, name, {text for _, text, _ in rows})
            for row, text, _ in rows:
                there = said.shown(spec.dataset, name, spoken[text])
                verdicts.warned.add(
                    row, name, None, "cleared", Words("已有 {there}", "now {there}", there=there) if text else ""
                )
    return found


def _linked(spec: Spec, name: str) -> Composed:
    through = link_table(spec.dataset.model, name)
    return SQL("EXISTS (SELECT FROM {} x WHERE x.{} = t.id)").format(
        Identifier(through.table), Identifier(through.mine)
    )


def _as_text(column: str, side: str = "t") -> Composed:
    """What is stored as text; of a shape its hexadecimal digits."""
    return SQL("{}.{}::text").format(SQL("t") if side == "t" else SQL("r"), Identifier(column))


def _first(cursor: Cursor, spec: Spec, compared: Mapping[str, str]) -> list[Change]:
    lines = [
        SQL("({}, {}, {}, {})").format(Literal(name), _as_text(column), _as_text(column, "r"), _differs(column))
        for name, column in compared.items()
    ]
    cursor.execute(
        SQL("SELECT r.id, {}, v.name, v.old, v.new").format(spec.named)
        + _joined(spec)
        + SQL("CROSS JOIN LATERAL (VALUES {}) v(name, old, new, differs) ").format(SQL(", ").join(lines))
        + SQL("WHERE r.writes AND v.differs ORDER BY r.id LIMIT %s"),
        [LISTED],
    )
    rows = cursor.fetchall()
    spoken = {
        name: _as_spoken(cursor, spec, name, {text for row in rows if row[2] == name for text in row[3:5]})
        for name in compared
    }
    return [Change(row, code, name, spoken[name][old], spoken[name][new]) for row, code, name, old, new in rows]


def _as_spoken(cursor: Cursor, spec: Spec, name: str, texts: set[str | None]) -> dict[str | None, str]:
    """What is stored, as text → as it is spoken."""
    column = next((one for one in spec.columns if one.name == name), None)
    there = {text for text in texts if text}
    if column is None:
        found = {text: said.shape(shapely.from_wkb(text)) for text in there if name == GEOM}
    elif column.refers_to:
        cursor.execute(
            SQL("SELECT id::text, code FROM {} x WHERE id::text = ANY(%s)").format(lookup(column.refers_to, past=True)),
            [list(there)],
        )
        found = dict(cursor.fetchall())
    else:
        found = {text: said.value(column.field, text) for text in there}
    return {text: found.get(text or "", text or "") for text in texts}
