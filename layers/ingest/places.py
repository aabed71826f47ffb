"""Where the rows of a file lie, for whoever looks at them on a map before they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL, Identifier

from layers.ingest.resolve import ROWS
from layers.ingest.rows import GEOM, ROW
from layers.ingest.spec import Spec
from layers.ingest.staging import STAGED
from layers.sql import load

MOST = 4_000

Cursor = Any


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row's position in degrees of EPSG:4490, of an outline a point inside; ``kind`` is new, changed, unchanged or refused."""

    lon: float
    lat: float
    row: int
    code: str
    kind: str


def sample(cursor: Cursor, spec: Spec, names: Sequence[str]) -> tuple[list[RowPlace], int]:
    """At most `MOST` of the rows that have a position, evenly taken, and how many have one. After `ROWS` was made."""
    if GEOM not in names or spec.key != ("code",) or spec.name == "region":
        return [], 0
    cursor.execute(
        SQL(load("ingest_places")).format(
            row=Identifier(ROW), geom=Identifier(GEOM), staged=Identifier(STAGED), rows=Identifier(ROWS)
        ),
        {"most": MOST},
    )
    found = cursor.fetchall()
    return [RowPlace(*one[:5]) for one in found], (found[0][5] if found else 0)
