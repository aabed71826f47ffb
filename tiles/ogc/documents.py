"""The documents of OGC API Tiles: lists of tilesets, tilesets, and what they add to the features' own documents."""

from __future__ import annotations

from layers.built import built_layers
from layers.crs import CRS84
from layers.features import FeatureQuery
from layers.feeds.described import AS_OF
from layers.kept.memory import Memory
from layers.ogc import links
from layers.ogc.bodies import LINKS, TEXT, WHOLE, listed, record
from layers.ogc.collections import title
from layers.ogc.landing import TITLE
from layers.ogc.links import Json, link
from layers.ogc.openapi import operation
from layers.ogc.parts import Part
from layers.ogc.schema import property_schema
from layers.registry import Layer
from layers.shapes import SHAPES
from layers.values import column_of
from layers.versions import ALL_DATASETS, as_of
from tiles.ogc import matrix
from tiles.ogc.matrix import Bounds, Limits

_CONF = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
CLASSES = tuple(
    f"{_CONF}/{name}"
    for name in ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "mvt", "oas30")
)
_TEMPLATE = "{tileMatrix}/{tileRow}/{tileCol}"
_limits: Memory[list[Limits]] = Memory(64)


def bounds_of(layers: tuple[Layer, ...]) -> Bounds | None:
    """The box that holds all of some layers, in degrees; kept by version."""
    boxes = [box for box in (FeatureQuery(layer).extent() for layer in layers) if box is not None]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def limits_of(layers: tuple[Layer, ...]) -> list[Limits]:
    """The tiles there are of some layers together; kept by version, as every tile is held to them."""

    def make() -> list[Limits]:
        first, last = min(layer.min_zoom for layer in layers), max(layer.max_zoom for layer in layers)
        return matrix.limits(bounds_of(layers), first, last)

    return _limits.get_or_make(as_of(ALL_DATASETS).stamp, layers, make)


def base_of(root: str, layers: tuple[Layer, ...]) -> str:
    """Where the tilesets of one layer are, or of all."""
    return f"{root}/collections/{layers[0].id}/tiles" if len(layers) == 1 else f"{root}/tiles"


def _name(layers: tuple[Layer, ...]) -> str:
    return title(layers[0]) if len(layers) == 1 else TITLE


def _common(root: str, layers: tuple[Layer, ...]) -> Json:
    return {
        "title": f"{_name(layers)} · {matrix.ID}",
        "dataType": "vector",
        "crs": matrix.CRS,
        "tileMatrixSetURI": matrix.URI,
        "tileMatrixSetId": matrix.ID,
        "links": [
            *links.itself(f"{base_of(root, layers)}/{matrix.ID}", links.JSON, f"{_name(layers)} · {matrix.ID}"),
            link(
                f"{root}/tileMatrixSets/{matrix.ID}", links.TILING_SCHEME, links.JSON, "瓦片划分 Tile matrix set"
            ),
            link(
                f"{base_of(root, layers)}/{matrix.ID}/{_TEMPLATE}", "item", links.MVT, "瓦片 Tiles", templated=True
            ),
        ],
        "tileMatrixSetLimits": [one.to_dict() for one in limits_of(layers)],
    }  # fmt: skip


def tilesets(root: str, layers: tuple[Layer, ...]) -> Json:
    """The list of tilesets: one, in WebMercatorQuad."""
    url = base_of(root, layers)
    heading = f"{_name(layers)} · 瓦片集 Tilesets"
    return {"title": heading, "links": links.itself(url, links.JSON, heading), "tilesets": [_common(root, layers)]}


def tileset(root: str, layers: tuple[Layer, ...]) -> Json:
    """One tileset: where it has tiles, and what its layers carry."""
    box = bounds_of(layers)
    found = _common(root, layers)
    if box is not None:
        found["boundingBox"] = {"lowerLeft": box[:2], "upperRight": box[2:], "crs": CRS84.uri}
    found["layers"] = [_layer(root, layer) for layer in layers]
    return found


def _layer(root: str, layer: Layer) -> Json:
    return {
        "id": layer.id,
        "title": title(layer),
        "dataType": "vector",
        "geometryDimension": SHAPES[layer.geometry].dimension,
        "minTileMatrix": str(layer.min_zoom),
        "maxTileMatrix": str(layer.max_zoom),
        "propertiesSchema": {
            "type": "object",
            "properties": {field.name: property_schema(column_of(field)) for field in layer.tile_fields},
        },
        "links": [link(f"{root}/collections/{layer.id}", "collection", links.JSON, title(layer))],
    }


def schemes(root: str) -> Json:
    """The tile matrix sets: one."""
    heading = "瓦片划分 Tile matrix sets"
    own = link(f"{root}/tileMatrixSets/{matrix.ID}", "self", links.JSON, matrix.ID)
    return {
        "title": heading,
        "links": links.itself(f"{root}/tileMatrixSets", links.JSON, heading),
        "tileMatrixSets": [{"id": matrix.ID, "title": matrix.ID, "uri": matrix.URI, "links": [own]}],
    }


def scheme(root: str) -> Json:
    return {**matrix.definition(), "links": links.itself(f"{root}/tileMatrixSets/{matrix.ID}", links.JSON, matrix.ID)}


def _landing_links(root: str) -> list[Json]:
    return [
        link(f"{root}/tiles", links.TILESETS_VECTOR, links.JSON, "矢量瓦片 Vector tiles"),
        link(f"{root}/tileMatrixSets", links.TILING_SCHEMES, links.JSON, "瓦片划分 Tile matrix sets"),
    ]


def _collection_links(root: str, layer: Layer) -> list[Json]:
    if layer.geometry == "none":  # a table is not drawn
        return []
    return [link(f"{root}/collections/{layer.id}/tiles", links.TILESETS_VECTOR, links.JSON, "矢量瓦片 Vector tiles")]


def _paths() -> Json:
    plain = (links.JSON, links.HTML)
    found: Json = {
        "/tileMatrixSets": operation(
            "getTileMatrixSetsList", "瓦片划分 Tile matrix sets", "tiles", plain, "tileMatrixSets", [_F]
        ),
        f"/tileMatrixSets/{matrix.ID}": operation("getTileMatrixSet", matrix.ID, "tiles", plain, "tileMatrixSet", [_F]),
        **_tile_paths("/tiles", "dataset.vector", TITLE, "tiles"),
    }
    for layer in built_layers():
        found |= _tile_paths(f"/collections/{layer.id}/tiles", f"{layer.id}.collection.vector", title(layer), layer.id)
    return found


_F: Json = {
    "name": "f", "in": "query", "required": False, "schema": {"type": "string", "enum": ["json", "html"]},
    "description": "返回格式。The form of the answer.",
}  # fmt: skip


def _tile_paths(base: str, name: str, heading: str, tag: str) -> Json:
    """The three resources of a tileset, with the operation names that the standard ends them by."""
    plain = (links.JSON, links.HTML)
    place = [
        {"name": one, "in": "path", "required": True, "description": said, "schema": schema}
        for one, said, schema in (
            ("tileMatrix", "级别 Zoom", {"type": "string"}),
            ("tileRow", "行，自北向南 Row, from the north", {"type": "integer", "minimum": 0}),
            ("tileCol", "列 Column", {"type": "integer", "minimum": 0}),
        )
    ]
    tile = operation(f"{name}.getTile", f"{heading}：瓦片 a tile", tag, (links.MVT,), "", place)
    tile["get"]["responses"]["204"] = {"description": "此处没有要素 Nothing is there"}
    return {
        base: operation(f"{name}.getTileSetsList", f"{heading}：瓦片集 tilesets", tag, plain, "tileSets", [_F]),
        f"{base}/{matrix.ID}": operation(f"{name}.getTileSet", f"{heading} · {matrix.ID}", tag, plain, "tileSet", [_F]),
        f"{base}/{matrix.ID}/{_TEMPLATE}": tile,
    }


_ONE: Json = {"type": "integer", "minimum": 1}
_PLACE = listed({"type": "number"}, minItems=2, maxItems=2)
_LIMITS = record({"tileMatrix": TEXT, **dict.fromkeys(("minTileRow", "maxTileRow", "minTileCol", "maxTileCol"), WHOLE)})
_ITEM = {
    "title": TEXT, "dataType": {"type": "string", "enum": ["vector"]}, "crs": TEXT, "tileMatrixSetURI": TEXT,
    "tileMatrixSetId": TEXT, "tileMatrixSetLimits": listed(_LIMITS), "links": LINKS,
}  # fmt: skip
_OF_LAYER = record(
    {
        "id": TEXT, "title": TEXT, "dataType": _ITEM["dataType"], "geometryDimension": {"type": "integer", "enum": [0, 1, 2]},
        "minTileMatrix": TEXT, "maxTileMatrix": TEXT, "propertiesSchema": record({"properties": {"type": "object"}}),
        "links": LINKS,
    },
)  # fmt: skip
_MATRIX = record(
    {
        "id": TEXT, "scaleDenominator": {"type": "number"}, "cellSize": {"type": "number"}, "pointOfOrigin": _PLACE,
        "cornerOfOrigin": TEXT, "tileWidth": _ONE, "tileHeight": _ONE, "matrixWidth": _ONE, "matrixHeight": _ONE,
    },
)  # fmt: skip
SCHEMAS: Json = {
    "tileSets": record({"title": TEXT, "links": LINKS, "tilesets": listed(record(_ITEM)), "as_of": AS_OF}),
    "tileSet": record(
        {**_ITEM, "layers": listed(_OF_LAYER), "as_of": AS_OF},
        {"boundingBox": record({"lowerLeft": _PLACE, "upperRight": _PLACE, "crs": TEXT})},
    ),
    "tileMatrixSets": record(
        {
            "title": TEXT,
            "links": LINKS,
            "tileMatrixSets": listed(record({"id": TEXT, "title": TEXT, "uri": TEXT, "links": LINKS})),
            "as_of": AS_OF,
        }
    ),
    "tileMatrixSet": record(
        {
            "id": TEXT, "title": TEXT, "uri": TEXT, "crs": TEXT, "orderedAxes": listed(TEXT), "wellKnownScaleSet": TEXT,
            "tileMatrices": listed(_MATRIX, minItems=1), "links": LINKS, "as_of": AS_OF,
        }
    ),
}  # fmt: skip

PART = Part(CLASSES, _landing_links, _collection_links, _paths, SCHEMAS)
