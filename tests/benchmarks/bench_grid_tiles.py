"""Tiles of cells with their figures, made anew, against the bare SQL of the same tile."""

from __future__ import annotations

import gzip
import tempfile
from typing import Any

from tests.benchmarks import harness
from tests.benchmarks.bench_tiles import around

TITLE = "Tiles of the 500 m grid with figures: cold requests against the bare SQL (the busiest place, 2 × 2 tiles)"
ZOOMS = (9, 10, 11, 12, 14)
QUESTIONS: dict[str, dict[str, str]] = {
    "a month": {"period": "2019-07"},
    "a year of months": {"period": "2019", "monthly": "yes"},
    "two months": {"period": "2019-07", "versus": "2019-01"},
    "a month, residential": {"period": "2019-07", "purpose": "residential"},
    "a year of months, non-residential": {"period": "2019", "monthly": "yes", "resident": "no"},
}


def measure() -> str:
    harness.serving_setup()
    from django.conf import settings
    from django.test import Client

    from layers import filters, registry
    from layers.db import rows
    from tiles import cache
    from tiles.address import Tile
    from tiles.mvt import TileRequest, tile_query

    client, layer, lines = Client(), registry.layer("grid_500"), []
    for name, given in QUESTIONS.items():
        for z in ZOOMS:
            pair, largest, plain = harness.Pair(), 0, 0
            with tempfile.TemporaryDirectory() as empty:
                kept, settings.STATE_DIR = settings.STATE_DIR, empty
                for x, y in around(z)[:4]:
                    bare = tile_query(TileRequest(layer, Tile(z, x, y), filters.parse(layer, given)))
                    made: list[bytes] = []

                    def ours(z: int = z, x: int = x, y: int = y, made: list[bytes] = made, given: Any = given) -> None:
                        cache._filtered.forget()  # what is filtered is kept in memory
                        url = f"/tiles/grid_500/{z}/{x}/{y}.pbf"
                        made.append(client.get(url, given, HTTP_HOST="localhost", HTTP_ACCEPT_ENCODING="gzip").content)

                    pair.take(ours, lambda bare=bare: rows(bare))
                    largest = max(largest, *(len(body) for body in made))
                    plain = max(plain, *(len(gzip.decompress(body)) for body in made if body))
                settings.STATE_DIR = kept
            lines.append([*pair.row(f"{name}, z{z}"), f"{largest / 1024:.0f}", f"{plain / 1024:.0f}"])
    return harness.table([*harness.HEAD, "largest KiB (gzip)", "KiB"], lines)
