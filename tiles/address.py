"""Which piece of the world a tile is. Pure; z, x, y in that order everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from layers.errors import NotFound
from layers.registry import Layer

# Half the side of the Web Mercator square, in metres (EPSG:3857: π × 6378137).
HALF = 20037508.342789244


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of WebMercatorQuad: row 0 is the north."""

    z: int
    x: int
    y: int

    @property
    def side_m(self) -> float:
        return 2 * HALF / 2**self.z

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres of EPSG:3857.

        Each edge from its own number, so that neighbours share it to the last bit.
        """
        side = self.side_m
        return -HALF + self.x * side, HALF - (self.y + 1) * side, -HALF + (self.x + 1) * side, HALF - self.y * side

    def buffered(self, share: float) -> tuple[float, float, float, float]:
        """The bounds widened on each side by a share of the tile's side."""
        west, south, east, north = self.bounds
        margin = self.side_m * share
        return west - margin, south - margin, east + margin, north + margin


def tile_of(layer: Layer, z: int, x: int, y: int) -> Tile:
    """The tile, if the layer has it; `NotFound` says which there are."""
    if not layer.min_zoom <= z <= layer.max_zoom:
        raise NotFound(
            f"{layer.id} has no tiles at zoom {z}.", param="z", allowed=[f"{layer.min_zoom}..{layer.max_zoom}"]
        )
    most = 2**z - 1
    for name, value in (("x", x), ("y", y)):
        if value > most:
            raise NotFound(f"{name}={value} is outside zoom {z}.", param=name, allowed=[f"0..{most}"])
    return Tile(z, x, y)
