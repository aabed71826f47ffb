"""What lies underneath: waters, roads and railways, datasets like any other that change no figure of usage. Data.

They orient whoever reads the map. A row says where it comes from (``source``): an open map wants to be named wherever it is
shown, and so does a survey.
"""

from __future__ import annotations

from dataclasses import replace

from layers import vocab
from layers.fields import NOWHERE, Dataset, Field
from layers.shapes import Geometry

BANDS = ((8, "geom_far"), (11, "geom_middle"))
"""Zooms up to which tiles read a simplified column: `layers.models.ground` says how far they were simplified."""

_CODE = Field("code", "编码", "Code", required=True, tile=True, filter=True, aliases=("水务码", "id", "osm_id"))
_NAME = Field("name", "名称", "Name", tile=True, filter=True)
_KIND = Field("kind", "类型", "Kind", "term", tile=True, filter=True)
_QUALITY = Field("boundary_quality", "图形质量", "Shape quality", "term", vocab=vocab.BOUNDARY_QUALITY, filter=True)
_ACCURACY = Field(
    "accuracy_m",
    "误差",
    "Accuracy",
    "integer",
    unit="m",
    low=0,
    high=100_000,
    unusual=10_000,
    aliases=("精度", "精度(米)"),
)
_SOURCE = Field("source", "数据来源", "Source", filter=True, aliases=("来源",), public="a publication or a survey")
_AREA = Field("area_m2", "面积", "Area", "number", unit="m²", imported=False)
_LENGTH = Field("length_m", "长度", "Length", "number", unit="m", imported=False)


def _underneath(name: str, zh: str, en: str, model: str, geometry: Geometry, *fields: Field) -> Dataset:
    code = _CODE.told("the number of a public work or water")
    size = _AREA if geometry == "polygon" else _LENGTH
    return Dataset(
        name, zh, en, model, geometry, (code, *fields, _QUALITY, _ACCURACY, _SOURCE, size),
        counted=NOWHERE, bands=BANDS, search_order=9, spelt=False,
    )  # fmt: skip


WATER_BODY = _underneath(
    "water_body",
    "水体",
    "Water bodies",
    "layers.WaterBody",
    "polygon",
    _NAME.told("a river, a lake, a canal"),
    replace(_KIND, vocab=vocab.WATER_KIND, aliases=("水体类型",)),
)
WATERCOURSE = _underneath(
    "watercourse",
    "河流沟渠",
    "Rivers and canals",
    "layers.Watercourse",
    "line",
    _NAME.told("a river, a canal"),
    replace(_KIND, vocab=vocab.WATERCOURSE_KIND, aliases=("河渠类型", "waterway")),
)
ROAD = _underneath(
    "road",
    "道路",
    "Roads",
    "layers.Road",
    "line",
    _NAME.told("a public road"),
    replace(_KIND, zh="等级", en="Class", vocab=vocab.ROAD_CLASS, aliases=("道路等级", "fclass", "highway")),
    Field("number", "编号", "Number", tile=True, filter=True, aliases=("路线编号", "ref"), public="a public road"),
)
RAILWAY = _underneath(
    "railway",
    "铁路",
    "Railways",
    "layers.Railway",
    "line",
    _NAME.told("a public railway"),
    replace(_KIND, vocab=vocab.RAIL_KIND, aliases=("铁路类型", "railway")),
)
UNDERNEATH = (WATER_BODY, WATERCOURSE, ROAD, RAILWAY)
