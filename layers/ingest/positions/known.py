"""What the database knows of some positions: the divisions that cover them, where known codes stand, how far the city reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL, Composed, Identifier

from layers.ingest.positions.bounds import Extent
from layers.ingest.positions.evidence import Codes, Floats
from layers.ingest.spec import Spec
from layers.sql import load

MOST_CODES = 5_000

Cursor = Any


def extent(cursor: Cursor) -> Extent | None:
    """How far the current divisions reach; None while there are none."""
    cursor.execute(load("positions_extent"))
    row = cursor.fetchone()
    return None if row is None else Extent(*map(float, row))


def found(cursor: Cursor, lon: Floats, lat: Floats) -> Codes:
    """The code of the smallest division that covers each position, "" for none; NaN and infinity lie nowhere."""
    codes = np.full(len(lon), "", dtype="U12")
    for name in ("positions_found", "positions_found_above"):
        at = np.flatnonzero((codes == "") & np.isfinite(lon) & np.isfinite(lat))
        if len(at):
            cursor.execute(load(name), {"n": at.tolist(), "lon": lon[at].tolist(), "lat": lat[at].tolist()})
            for n, code in cursor.fetchall():
                codes[n] = code
    return codes


def standing(cursor: Cursor, spec: Spec, codes: Sequence[str | None]) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Which of the codes (by index) are known with a position, and its longitude and latitude: of outlines their box's centre."""
    first: dict[str, int] = {}
    for at, code in enumerate(codes):
        if code is not None and len(first) < MOST_CODES:
            first.setdefault(code, at)
    cursor.execute(
        SQL(
            "SELECT code, (ST_XMin(geom) + ST_XMax(geom)) / 2, (ST_YMin(geom) + ST_YMax(geom)) / 2 FROM {} o "
            "WHERE code = ANY(%s) AND geom IS NOT NULL ORDER BY code"
        ).format(outlines_of(spec)),
        [list(first)],
    )
    rows = cursor.fetchall()
    return (
        np.array([first[code] for code, _, _ in rows], dtype=np.int64),
        np.array([lon for _, lon, _ in rows], dtype=np.float64),
        np.array([lat for _, _, lat in rows], dtype=np.float64),
    )


def outlines_of(spec: Spec) -> Composed:
    """What holds (code, geom) of a dataset's current objects."""
    if spec.name != "region":
        return SQL("{}").format(Identifier(spec.table))
    return SQL(
        "(SELECT r.code, b.geom FROM layers_region r JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL "
        "WHERE r.valid_to_id IS NULL)"
    ).format()
