"""How far a layer reaches: tiles far from everything cost no query each, however many are asked for."""

from __future__ import annotations

from layers.features import FeatureQuery
from layers.kept.memory import Memory
from layers.registry import Layer
from layers.versions import Stamp
from tiles.address import Tile
from tiles.ogc.matrix import Bounds, limits

_boxes: Memory[Bounds | None] = Memory(64)
_MARGIN = 1  # tiles: more than a tile is buffered by


def learn(layer: Layer, stamp: Stamp) -> None:
    """Ask for the box of all that the layer has, once a version: when a tile turned out to be empty, and not before."""
    _boxes.get_or_make(stamp, layer.id, FeatureQuery(layer).extent)


def is_beyond(layer: Layer, tile: Tile, stamp: Stamp) -> bool:
    """Whether a tile is known to have nothing, whatever the filter."""
    box = _boxes.get(stamp, layer.id)
    if box is None:
        return False
    (held,) = limits(box, tile.z, tile.z)
    return not (
        held.first_col - _MARGIN <= tile.x <= held.last_col + _MARGIN
        and held.first_row - _MARGIN <= tile.y <= held.last_row + _MARGIN
    )
