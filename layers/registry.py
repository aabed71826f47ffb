"""THE list of layers. Tiles, feeds, filters, legend and map read it, and import reads the datasets below it.

A *dataset* (`layers.datasets`) is a table that files are imported into and that carries a version. A *layer* is a
published view of a dataset: a slice (``scope``), a look, and the zooms at which it is drawn. Adding a layer is one
entry here, or in a module that `layers.more` reads. The module is data: it can be read before Django is set up.
"""

from __future__ import annotations

import math

from layers import dependencies, icons, vocab
from layers.datasets import (
    DATASETS,
    FACILITY,
    METER,
    PERMIT,
    POPULATION,
    PROVISIONAL,
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
from layers.derived import DERIVED, FINDING, GRID, HOLDER
from layers.entries import Dot, Layer, Sign, UsageOf, scope
from layers.errors import NotFound
from layers.fields import OF_REGIONS, Dataset, Field, Geometry
from layers.ground import RAILWAY, ROAD, WATER_BODY, WATERCOURSE
from layers.more import more

__all__ = [
    "DATASETS",
    "DERIVED",
    "FACILITY",
    "FINDING",
    "GRID",
    "HOLDER",
    "IMPORTED",
    "LAYERS",
    "LEVEL_LAYERS",
    "METER",
    "PERMIT",
    "POPULATION",
    "PROVISIONAL",
    "REGION",
    "REPORTING_UNIT",
    "SEWAGE_PLANT",
    "STATISTICS",
    "SUPPLY_AREA",
    "SURFACE_INTAKE",
    "TABLES",
    "USAGE",
    "VOCABULARIES",
    "WATER_USER",
    "WELL",
    "Dataset",
    "Field",
    "Geometry",
    "Layer",
    "UsageOf",
    "dataset",
    "layer",
    "published",
]


# The datasets whose change can change a figure of usage.
STATISTICS = dependencies.behind(*OF_REGIONS)


_EIGHTH = math.pi / 4


def _level(code: str, several: str) -> tuple[str, str]:
    """What the divisions of a level are called, in Chinese and English; as a place does, where it has words of its own."""
    term = vocab.LEVEL.by_code[code]
    return term.zh, term.en if f"level.{code}" in vocab.worded() else several


LAYERS: tuple[Layer, ...] = (
    Layer(
        "district",
        *_level("district", "Districts"),
        "region",
        REGION,
        scope(region__level=vocab.DISTRICT),
        0,
        12,
        color="#2b4c5e",
        icon=icons.OUTLINE,
        needs="figures",
        usage=UsageOf("region", vocab.DISTRICT),
    ),
    Layer(
        "township",
        *_level("township", "Townships"),
        "region",
        REGION,
        scope(region__level=vocab.TOWNSHIP),
        7,
        13,
        color="#2b4c5e",
        icon=icons.OUTLINE,
        needs="figures",
        usage=UsageOf("region", vocab.TOWNSHIP),
    ),
    Layer(
        "village",
        *_level("village", "Villages"),
        "region",
        REGION,
        scope(region__level=vocab.VILLAGE),
        10,
        14,
        color="#2b4c5e",
        icon=icons.OUTLINE,
        needs="fine",
        usage=UsageOf("region", vocab.VILLAGE),
    ),
    Layer(
        "grid_500",
        "500 米网格",
        "500 m grid",
        "region",
        GRID,
        scope(size=500),
        9,
        14,
        color="#2b4c5e",
        icon=icons.OUTLINE,
        needs="fine",
        usage=UsageOf("grid", 500),
        made_by="./shuitu manage grid",
    ),
    Layer(
        "grid_100",
        "100 米网格",
        "100 m grid",
        "region",
        GRID,
        scope(size=100),
        13,
        16,
        color="#2b4c5e",
        icon=icons.OUTLINE,
        needs="fine",
        usage=UsageOf("grid", 100),
        made_by="./shuitu manage grid --size 100",
    ),
    Layer(
        "well",
        "机井",
        "Wells",
        "take",
        WELL,
        min_zoom=5,
        detail_zoom=13,
        color="#7a5c2e",
        icon=icons.WELL,
        printed=Dot(0.55),
        told_by="use",
    ),
    Layer(
        "surface_intake",
        "地表取水口",
        "Surface intakes",
        "take",
        SURFACE_INTAKE,
        min_zoom=5,
        detail_zoom=9,
        color="#2f7fb5",
        icon=icons.INTAKE,
        printed=Sign(4, 3, 1.6, math.pi, run_by="water_body"),
    ),
    Layer(
        "urban_plant",
        "城镇公共供水厂",
        "Urban plants",
        "supply",
        FACILITY,
        scope(kind=1),
        5,
        detail_zoom=8,
        color="#0b6fa4",
        icon=icons.PLANT,
        needs="figures",
        printed=Sign(1, 4, 2.0, _EIGHTH, run_by="managed_by"),
    ),
    Layer(
        "township_plant",
        "乡镇集中供水厂",
        "Township plants",
        "supply",
        FACILITY,
        scope(kind=2),
        5,
        detail_zoom=9,
        color="#1295b8",
        icon=icons.PLANT_SMALL,
        needs="figures",
        printed=Sign(2, 3, 1.7, run_by="managed_by"),
    ),
    Layer(
        "village_station",
        "村庄供水站",
        "Village stations",
        "supply",
        FACILITY,
        scope(kind=3),
        5,
        detail_zoom=11,
        color="#3bb0c9",
        icon=icons.STATION,
        needs="figures",
        printed=Sign(7, 4, 0.85, _EIGHTH, run_by="managed_by"),
    ),
    Layer(
        "self_built",
        "自建设施",
        "Self-built supplies",
        "supply",
        FACILITY,
        scope(kind=4),
        5,
        detail_zoom=10,
        color="#5b7f95",
        icon=icons.SELF_BUILT,
        printed=Sign(5, 4, 1.2, run_by="managed_by"),
        personal={"name": "an enterprise's or a person's own supply, named as its owner is"},
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
        icon=icons.AREA,
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
        icon=icons.USER,
        printed=Dot(0.4),
    ),
    Layer(
        "meter",
        "水表",
        "Meters",
        "use",
        METER,
        min_zoom=5,
        detail_zoom=15,
        color="#6aa84f",
        icon=icons.METER,
        printed=Dot(0),
    ),
    Layer(
        "sewage_plant",
        "污水处理厂",
        "Sewage plants",
        "drain",
        SEWAGE_PLANT,
        scope(kind=1),
        5,
        detail_zoom=8,
        color="#8e5aa8",
        icon=icons.SEWAGE,
        needs="figures",
        printed=Sign(3, 6, 1.7, run_by="operator"),
    ),
    Layer(
        "village_sewage_station",
        "村级污水处理站",
        "Village sewage stations",
        "drain",
        SEWAGE_PLANT,
        scope(kind=2),
        5,
        detail_zoom=11,
        color="#b48ac6",
        icon=icons.SEWAGE_SMALL,
        needs="figures",
        printed=Sign(6, 5, 0.9, run_by="operator"),
    ),
    Layer(
        "finding",
        "数据问题",
        "Findings",
        "quality",
        FINDING,
        scope(standing=True, of_person=False),
        min_zoom=5,
        detail_zoom=13,
        color="#b3412e",
        icon=icons.FAULT,
        printed=Dot(0),
    ),
    Layer(
        "finding_of_person",
        "用户与水表的数据问题",
        "Findings of users and meters",
        "quality",
        FINDING,
        scope(standing=True, of_person=True),
        min_zoom=5,
        detail_zoom=14,
        color="#d0795f",
        icon=icons.FAULT,
        needs="persons",
        printed=Dot(0),
    ),
    Layer(
        "water_body",
        "水体",
        "Water bodies",
        "ground",
        WATER_BODY,
        min_zoom=5,
        max_zoom=14,
        color="#3f83b5",
        icon=icons.WATER,
        needs="figures",
    ),
    Layer(
        "watercourse",
        "河流沟渠",
        "Rivers and canals",
        "ground",
        WATERCOURSE,
        min_zoom=6,
        max_zoom=14,
        color="#3f83b5",
        icon=icons.WATER,
        needs="figures",
    ),
    Layer(
        "road",
        "道路",
        "Roads",
        "ground",
        ROAD,
        min_zoom=6,
        max_zoom=14,
        color="#8a7452",
        icon=icons.ROAD,
        needs="figures",
    ),
    Layer(
        "railway",
        "铁路",
        "Railways",
        "ground",
        RAILWAY,
        min_zoom=7,
        max_zoom=14,
        color="#5d5f66",
        icon=icons.RAIL,
        needs="figures",
    ),
    *more("LAYERS"),
)

# Tables without a place of their own: listed, filtered and downloaded like layers, but neither drawn nor tiled. Objects
# that have a code have pages here too.
TABLES: tuple[Layer, ...] = (
    Layer(
        "permit",
        "取水许可",
        "Abstraction permits",
        "take",
        PERMIT,
        color="#7a5c2e",
        icon=icons.PERMIT,
        temporal=("valid_from", "valid_to"),
    ),
    Layer(
        "holder",
        "取水户",
        "Abstraction holders",
        "take",
        HOLDER,
        color="#7a5c2e",
        icon=icons.HOLDER,
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

# What is drawn by a sign of its own and listed by name, in the order of the lists.
_SIGNED = [(layer.printed.order, layer) for layer in LAYERS if isinstance(layer.printed, Sign)]
LISTED = tuple(layer for _, layer in sorted(_SIGNED, key=lambda signed: signed[0]))
# The layers that files can be imported into.
IMPORTED = tuple(layer for layer in LAYERS if layer.dataset in DATASETS)
_LAYERS = {layer.id: layer for layer in LAYERS}
_PUBLISHED = _LAYERS | {table.id: table for table in TABLES}
# Those of the domain, and those that only an added field speaks in.
VOCABULARIES = tuple(
    dict.fromkeys((*vocab.ALL, *(f.vocab for each in LAYERS for f in each.fields if f.vocab is not None)))
)
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
