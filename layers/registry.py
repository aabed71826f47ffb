"""THE list of layers. Tiles, feeds, filters, legend and map read it, and import reads the datasets below it.

A *dataset* (`layers.datasets`) is a table that files are imported into and that carries a version. A *layer* is a
published view of a dataset: a slice (``scope``), a look, and the zooms at which it is drawn. Adding a layer is one
entry here and one test. The module is data: it can be read before Django is set up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from layers import dependencies, vocab
from layers.datasets import (
    DATASETS,
    DERIVED,
    FACILITY,
    GRID,
    METER,
    PERMIT,
    REGION,
    REPORTING_UNIT,
    SEWAGE_PLANT,
    SUPPLY_AREA,
    SURFACE_INTAKE,
    USAGE,
    WATER_USER,
    WELL,
    dataset,
)
from layers.errors import NotFound
from layers.fields import GRIDDED, SUMS, Dataset, Field, Geometry

__all__ = [
    "DATASETS",
    "DERIVED",
    "FACILITY",
    "GRID",
    "IMPORTED",
    "LAYERS",
    "LEVEL_LAYERS",
    "METER",
    "PERMIT",
    "REGION",
    "REPORTING_UNIT",
    "SEWAGE_PLANT",
    "STATISTICS",
    "SUPPLY_AREA",
    "SURFACE_INTAKE",
    "TABLES",
    "USAGE",
    "WATER_USER",
    "WELL",
    "Dataset",
    "Field",
    "Layer",
    "UsageOf",
    "dataset",
    "layer",
    "published",
]


# The datasets whose change can change a figure of usage.
STATISTICS = dependencies.behind(SUMS)


@dataclass(frozen=True, slots=True)
class UsageOf:
    """Where the usage of a layer's features is kept (see `layers.stats.carried`): of the regions of a level, or of the
    grid units of a size in metres.
    """

    kept: Literal["region", "grid"]
    at: int

    @property
    def monthly(self) -> bool:
        """Whether features can carry their months one by one: pages get those of regions from the series instead."""
        return self.kept == "grid"


@dataclass(frozen=True, slots=True, eq=False)  # one object a layer: compared and hashed as itself
class Layer:
    """A published slice of a dataset: what the map shows, tiles carry and feeds list under one name."""

    id: str
    zh: str
    en: str
    stage: Literal["region", "take", "supply", "use", "drain"]
    dataset: Dataset
    scope: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    min_zoom: int = 0
    max_zoom: int = 16  # tiles are made to here; maps overzoom beyond
    detail_zoom: int = 0  # below it a point layer's tiles hold clusters whose counts add up to the layer's
    color: str = "#1f6f8b"
    icon: str = "circle"
    usage: UsageOf | None = None  # its features can carry the usage of a period
    temporal: tuple[str, ...] = ()  # the field of its month, or those of the first and last day that it is true
    made_by: str = ""  # of a derived layer: the command that builds it

    @property
    def geometry(self) -> Geometry:
        return self.dataset.geometry

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.dataset.fields

    @property
    def with_usage(self) -> bool:
        return self.usage is not None

    def datasets(self, *, usage: bool = False) -> tuple[str, ...]:
        """The datasets whose versions make up the version of this layer's answers, or of those with usage in them."""
        figures = (SUMS, GRIDDED) if usage else ()
        return dependencies.behind(self.dataset.name, *(figures if self.dataset is GRID else figures[:1]))

    @property
    def tile_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.tile)

    @property
    def listed_fields(self) -> tuple[Field, ...]:
        """What a feature list shows: all but the links, which only the single feature spells out."""
        return tuple(f for f in self.fields if f.kind != "links")


def _scope(**values: object) -> Mapping[str, object]:
    return MappingProxyType(values)


LAYERS: tuple[Layer, ...] = (
    Layer(
        "district",
        "区",
        "Districts",
        "region",
        REGION,
        _scope(region__level=vocab.DISTRICT),
        0,
        12,
        color="#2b4c5e",
        icon="outline",
        usage=UsageOf("region", vocab.DISTRICT),
    ),
    Layer(
        "township",
        "街道(乡镇)",
        "Townships",
        "region",
        REGION,
        _scope(region__level=vocab.TOWNSHIP),
        7,
        13,
        color="#2b4c5e",
        icon="outline",
        usage=UsageOf("region", vocab.TOWNSHIP),
    ),
    Layer(
        "village",
        "社区(村)",
        "Villages",
        "region",
        REGION,
        _scope(region__level=vocab.VILLAGE),
        10,
        14,
        color="#2b4c5e",
        icon="outline",
        usage=UsageOf("region", vocab.VILLAGE),
    ),
    Layer(
        "grid_500",
        "500 米网格",
        "500 m grid",
        "region",
        GRID,
        _scope(size=500),
        9,
        14,
        color="#2b4c5e",
        icon="outline",
        usage=UsageOf("grid", 500),
        made_by="./shuitu manage grid",
    ),
    Layer(
        "grid_100",
        "100 米网格",
        "100 m grid",
        "region",
        GRID,
        _scope(size=100),
        13,
        16,
        color="#2b4c5e",
        icon="outline",
        usage=UsageOf("grid", 100),
        made_by="./shuitu manage grid --size 100",
    ),
    Layer("well", "机井", "Wells", "take", WELL, min_zoom=5, detail_zoom=13, color="#7a5c2e", icon="well"),
    Layer(
        "surface_intake",
        "地表取水口",
        "Surface intakes",
        "take",
        SURFACE_INTAKE,
        min_zoom=5,
        detail_zoom=9,
        color="#2f7fb5",
        icon="intake",
    ),
    Layer(
        "urban_plant",
        "城镇公共供水厂",
        "Urban plants",
        "supply",
        FACILITY,
        _scope(kind=1),
        5,
        detail_zoom=8,
        color="#0b6fa4",
        icon="plant",
    ),
    Layer(
        "township_plant",
        "乡镇集中供水厂",
        "Township plants",
        "supply",
        FACILITY,
        _scope(kind=2),
        5,
        detail_zoom=9,
        color="#1295b8",
        icon="plant-small",
    ),
    Layer(
        "village_station",
        "村庄供水站",
        "Village stations",
        "supply",
        FACILITY,
        _scope(kind=3),
        5,
        detail_zoom=11,
        color="#3bb0c9",
        icon="station",
    ),
    Layer(
        "self_built",
        "自建设施",
        "Self-built supplies",
        "supply",
        FACILITY,
        _scope(kind=4),
        5,
        detail_zoom=10,
        color="#5b7f95",
        icon="self-built",
    ),
    Layer(
        "supply_area",
        "供水范围",
        "Supply areas",
        "supply",
        SUPPLY_AREA,
        min_zoom=7,
        max_zoom=14,
        color="#1295b8",
        icon="area",
    ),
    Layer(
        "water_user",
        "用水户",
        "Water users",
        "use",
        WATER_USER,
        min_zoom=5,
        detail_zoom=14,
        color="#3c8d5a",
        icon="user",
    ),
    Layer("meter", "水表", "Meters", "use", METER, min_zoom=5, detail_zoom=15, color="#6aa84f", icon="meter"),
    Layer(
        "sewage_plant",
        "污水处理厂",
        "Sewage plants",
        "drain",
        SEWAGE_PLANT,
        _scope(kind=1),
        5,
        detail_zoom=8,
        color="#8e5aa8",
        icon="sewage",
    ),
    Layer(
        "village_sewage_station",
        "村级污水处理站",
        "Village sewage stations",
        "drain",
        SEWAGE_PLANT,
        _scope(kind=2),
        5,
        detail_zoom=11,
        color="#b48ac6",
        icon="sewage-small",
    ),
)

# Tables without a place of their own: listed, filtered and downloaded like layers, but neither drawn nor tiled.
TABLES: tuple[Layer, ...] = (
    Layer(
        "permit",
        "取水许可",
        "Abstraction permits",
        "take",
        PERMIT,
        temporal=("valid_from", "valid_to"),
    ),
    Layer(
        "usage",
        "用水记录",
        "Usage records",
        "use",
        USAGE,
        temporal=("month",),
    ),
)

# The layers that files can be imported into.
IMPORTED = tuple(layer for layer in LAYERS if layer.dataset in DATASETS)
_LAYERS = {layer.id: layer for layer in LAYERS}
_PUBLISHED = _LAYERS | {table.id: table for table in TABLES}
LEVEL_LAYERS = {layer.scope["region__level"]: layer for layer in LAYERS if layer.dataset is REGION}


def layer(layer_id: str) -> Layer:
    """The layer of that id; `NotFound` names those there are."""
    try:
        return _LAYERS[layer_id]
    except KeyError:
        raise NotFound(f"There is no layer {layer_id!r}.", param="layer", allowed=sorted(_LAYERS)) from None


def published(name: str) -> Layer:
    """The layer or table of that id; `NotFound` names those there are."""
    try:
        return _PUBLISHED[name]
    except KeyError:
        raise NotFound(f"There is no layer {name!r}.", param="layer", allowed=sorted(_PUBLISHED)) from None
