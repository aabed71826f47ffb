"""Totals of drawn areas that nobody has asked for yet, against the bare sum of the same cells' litres."""

from __future__ import annotations

import math
import random

from tests.benchmarks import harness

TITLE = "Totals of an area: answers to new shapes against the bare sum of their cells"
SHAPES = 30  # a size
# Kilometres across: a township's, a district's, and one in which most townships lie whole.
SIZES = (("lasso of a township", 4.0), ("lasso of a district", 23.0), ("lasso of a sixth of the city", 55.0))
MIDDLE, SPREAD = (116.35, 39.95), 0.12


def lasso(dice: random.Random, km: float, corners: int = 40) -> str:
    """A hand's line around a place near the middle of the city: a ring that wobbles and never crosses itself."""
    lon, lat = (each + dice.uniform(-SPREAD, SPREAD) for each in MIDDLE)
    points = []
    for nth in range(corners):
        turn, reach = 2 * math.pi * nth / corners, km / 2 * dice.uniform(0.85, 1.15)
        east = lon + reach * math.cos(turn) / (111.32 * math.cos(math.radians(lat)))
        points.append(f"{east:.5f},{lat + reach * math.sin(turn) / 111.0:.5f}")
    return "shape:" + ";".join(points)


def measure() -> str:
    harness.serving_setup()
    from django.test import Client

    from layers.area import DrawnShape, parse_area
    from layers.db import Query, rows

    client, dice = Client(), random.Random(4490)

    def ask(area: str) -> None:
        answer = client.get("/api/stats/area", {"area": area, "period": "2019"}, HTTP_HOST="localhost")
        assert answer.status_code == 200

    # The balance of the whole city is read once a period, and townships once for wide shapes: what is measured comes after.
    ask(lasso(dice, 20.0))
    lines = []
    for name, km in SIZES:
        pair = harness.Pair()
        for _ in range(SHAPES):
            area = lasso(dice, km)
            drawn = parse_area(area)
            assert isinstance(drawn, DrawnShape)
            bare = Query(
                "SELECT month, source, purpose, sum(volume_l) FROM layers_gridusage WHERE size = 500 AND gap = 0"
                " AND month BETWEEN '2019-01-01' AND '2019-12-01' AND unit_id IN (SELECT id FROM layers_gridunit"
                " WHERE size = 500 AND ST_Intersects(geom, %s::geometry)) GROUP BY 1, 2, 3",
                [drawn.geometry.hexewkb.decode()],
            )
            pair.take(lambda area=area: ask(area), lambda bare=bare: rows(bare))  # type: ignore[misc]
        lines.append(pair.row(f"{name}, {km:.0f} km across"))
    return harness.table(harness.HEAD, lines)
