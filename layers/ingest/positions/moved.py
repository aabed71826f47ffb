"""Known objects that a file moves as one: where the first rows stand and those behind them are in another datum."""

from __future__ import annotations

from typing import Any

import numpy as np
from psycopg.sql import SQL, Identifier

from layers.ingest.positions.decide import COORDINATES
from layers.ingest.positions.evidence import shift_of, shift_told
from layers.ingest.positions.sampled import STILL_DEG
from layers.ingest.reading import Choice
from layers.ingest.resolve import ROWS
from layers.ingest.spec import Spec
from layers.sql import load
from layers.words import Words

ENOUGH = 10  # moved by one vector, which as many corrections by hand are not
_MOST = 20_000

Cursor = Any


def question(cursor: Cursor, spec: Spec, reading: str) -> Choice | None:
    """What is asked where the rows of `ROWS` that move known points move them by one vector; None where they do not."""
    cursor.execute(
        SQL(load("positions_moved")).format(rows=Identifier(ROWS), table=Identifier(spec.table)),
        {"still_deg": STILL_DEG, "most": _MOST},
    )
    found = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 4)
    shift = shift_of(*found.T) if len(found) >= ENOUGH else None
    if shift is None or not shift.is_one_vector:
        return None
    return Choice(
        COORDINATES, reading,
        Words("改动位置的行整体平移，可能是另一种基准：{shift}", "the rows that move known positions move them by one vector, perhaps of another datum: {shift}", shift=shift_told(shift)), asks=True,
    )  # fmt: skip
