"""Rows whose position lies outside the division they name: taken, and said, with how far and where it was found."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from psycopg.sql import SQL, Identifier

from layers import vocab
from layers.ingest.refusal import Faults
from layers.ingest.resolve import ROWS
from layers.ingest.spec import Spec
from layers.sql import load
from layers.words import Words

TOLERANCE_M = 50.0  # a border is drawn no better, and a well beside it is no fault

Cursor = Any


def warn(cursor: Cursor, spec: Spec, warnings: Faults) -> None:
    """Warn of the rows written, which are placed already, as `ROWS` names them."""
    cursor.execute(
        SQL(load("positions_outside")).format(rows=Identifier(ROWS), table=Identifier(spec.table)),
        {"tolerance_m": TOLERANCE_M, "top": vocab.CITY},
    )
    for row, code, named, found, metres in cursor.fetchall():
        if named:
            why, where = "outside_declared", _where(named, found, _distance(metres))
        else:
            why, where = "outside_city", _from_city(_distance(metres))
        warnings.add(row, "geometry", code, why, where)


def _where(named: str, found: str | None, distance: Words) -> Words:
    if found:
        return Words(
            "登记在 {named}，位置在 {found}，相距 {distance}",
            "declared in {named}, found in {found}, {distance} away",
            named=named, found=found, distance=distance,
        )  # fmt: skip
    return Words(
        "登记在 {named}，位置在本市各区划之外，相距 {distance}",
        "declared in {named}, found outside all divisions of the city, {distance} away",
        named=named, distance=distance,
    )  # fmt: skip


def _from_city(distance: Words) -> Words:
    return Words("距本市边界 {distance}", "{distance} from the city's border", distance=distance)


def _distance(metres: float) -> Words:
    if metres >= 1000:
        return _kilometres(round(metres / 100))
    return _metres(round(metres))


@lru_cache(maxsize=10_000)  # of many rows few are as far
def _kilometres(hectometres: int) -> Words:
    return Words("{km:.1f} 公里", "{km:.1f} km", km=hectometres / 10)


@lru_cache(maxsize=1_000)
def _metres(metres: int) -> Words:
    return Words("{metres} 米", "{metres} m", metres=metres)
