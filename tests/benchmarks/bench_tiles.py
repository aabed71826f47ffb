"""Tiles made anew, per layer and zoom, against the bare SQL of the same tile."""

from __future__ import annotations

import math
import tempfile

from tests.benchmarks import harness

TITLE = "Vector tiles: cold requests against the bare SQL of the same tile (the busiest place, 3 × 3 tiles)"
LON, LAT = 116.38, 39.92
ZOOMS = (6, 8, 10, 12, 13, 14, 15, 16)


def around(z: int) -> list[tuple[int, int]]:
    n = 2**z
    x = int((LON + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2 * n)
    return [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]


def measure() -> str:
    harness.serving_setup()
    from django.conf import settings
    from django.test import Client

    from layers.built import built_layers
    from layers.db import rows
    from tiles.address import Tile
    from tiles.mvt import TileRequest, tile_query

    client, lines = Client(), []
    for layer in built_layers():
        for z in (z for z in ZOOMS if layer.min_zoom <= z <= layer.max_zoom):
            pair, largest = harness.Pair(), 0
            # A state directory of its own: nothing is kept from another run, and nothing of this one stays.
            with tempfile.TemporaryDirectory() as empty:
                kept, settings.STATE_DIR = settings.STATE_DIR, empty
                for x, y in around(z):
                    bare = tile_query(TileRequest(layer, Tile(z, x, y)))
                    sizes: list[int] = []

                    def ours(
                        z: int = z, x: int = x, y: int = y, sizes: list[int] = sizes, name: str = layer.id
                    ) -> None:
                        answer = client.get(
                            f"/tiles/{name}/{z}/{x}/{y}.pbf", HTTP_HOST="localhost", HTTP_ACCEPT_ENCODING="gzip"
                        )
                        assert answer.status_code in (200, 204)
                        sizes.append(len(answer.content))

                    pair.take(ours, lambda bare=bare: rows(bare))
                    largest = max(largest, *sizes)
                settings.STATE_DIR = kept
            lines.append([*pair.row(f"{layer.id} z{z}"), f"{largest / 1024:.1f}"])
    return harness.table([*harness.HEAD, "largest KiB (gzip)"], lines)
