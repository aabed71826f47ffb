"""Rows whose position lies outside the division they name: taken, and said, with how far and where it was found."""

from __future__ import annotations

from typing import Any

from psycopg.sql import SQL, Identifier

from layers import vocab
from layers.ingest.refusal import Faults
from layers.ingest.resolve import ROWS
from layers.ingest.spec import Spec
from layers.sql import load

TOLERANCE_M = 50.0  # a border is drawn no better, and a well beside it is no fault

Cursor = Any


def warn(cursor: Cursor, spec: Spec, warnings: Faults) -> None:
    """Warn of the rows written, which are placed already, as `ROWS` names them."""
    cursor.execute(
        SQL(load("positions_outside")).format(rows=Identifier(ROWS), table=Identifier(spec.table)),
        {"tolerance_m": TOLERANCE_M, "top": vocab.CITY},
    )
    for row, code, named, found, metres in cursor.fetchall():
        where = f"在 {found}" if found else "在本市各区划之外"
        if named:
            warnings.add(
                row, "geometry", code, "outside_declared", f"登记在 {named}，位置{where}，相距 {_distance(metres)}"
            )
        else:
            warnings.add(row, "geometry", code, "outside_city", f"距本市边界 {_distance(metres)}")


def _distance(metres: float) -> str:
    return f"{metres / 1000:.1f} 公里" if metres >= 1000 else f"{metres:.0f} 米"
