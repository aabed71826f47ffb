"""How many objects of each layer stand in an area, and which regions it meets."""

from __future__ import annotations

from typing import Any

from layers import vocab
from layers.area import DrawnShape
from layers.built import built_layers
from layers.entries import Layer
from layers.features import counts
from layers.filters import FeatureFilter
from layers.periods import Period
from layers.registry import GRID, LEVEL_LAYERS, REGION
from layers.stats.profile import object_counts
from layers.stats.regions import RegionInfo


def of_regions(regions: list[RegionInfo]) -> list[dict[str, Any]]:
    """As each region's own page counts them."""
    return object_counts([region.code for region in regions])


def of_shape(drawn: DrawnShape) -> list[dict[str, Any]]:
    """By where they stand: a layer that may not be seen is not counted either, as a small shape would tell where its objects are."""
    wanted = FeatureFilter(area=drawn)
    return [{"layer": layer.id, "count": counts.number(layer, wanted.apply(layer))} for layer in _counted()]


def _counted() -> list[Layer]:
    return [layer for layer in built_layers() if layer.geometry != "none" and layer.dataset not in (REGION, GRID)]


def met(drawn: DrawnShape, period: Period, boundaries: str) -> list[dict[str, str]]:
    """The districts and townships that a shape meets, in the divisions of the figures, by code."""
    wanted = FeatureFilter(area=drawn, period=period, boundaries=boundaries)
    return [
        {"code": code, "name": name, "level": layer.id}
        for layer in (LEVEL_LAYERS[vocab.DISTRICT], LEVEL_LAYERS[vocab.TOWNSHIP])
        for code, name in wanted.apply(layer).order_by("region__code").values_list("region__code", "region__name")
    ]
