"""MapLibre styles of single layers and of the whole map, from the registry's colours. URLs absolute, zooms explicit."""

from __future__ import annotations

from typing import Any

from layers.built import built_layers
from layers.registry import REGION, Layer
from layers.shapes import SHAPES
from layers.versions import AsOf, as_of_layers
from tiles.mvt import label_layer
from tiles.tilejson import tilejson

Json = dict[str, Any]
PAPER = "#f4f1ea"


def _base(layer: Layer, suffix: str, kind: str) -> Json:
    return {
        "id": f"{layer.id}{suffix}",
        "type": kind,
        "source": layer.id,
        "source-layer": layer.id,
        "minzoom": layer.min_zoom,
        "maxzoom": 24,
    }


def _point_layers(layer: Layer) -> list[Json]:
    count = ["coalesce", ["get", "count"], 1]
    return [
        {
            **_base(layer, "", "circle"),
            "paint": {
                "circle-color": layer.color,
                "circle-opacity": 0.85,
                "circle-radius": ["interpolate", ["linear"], ["sqrt", count], 1, 4, 10, 12, 100, 28],
                "circle-stroke-color": "#ffffff",
                "circle-stroke-width": 1,
            },
        },
        {
            **_base(layer, "-count", "symbol"),
            "filter": [">", count, 1],
            "layout": {"text-field": ["to-string", count], "text-size": 11, "text-font": ["Noto Sans CJK SC Regular"]},
            "paint": {"text-color": "#ffffff"},
        },
    ]


def _line_layers(layer: Layer, suffix: str = "") -> list[Json]:
    return [{**_base(layer, suffix, "line"), "paint": {"line-color": layer.color, "line-width": 1}}]


def _polygon_layers(layer: Layer) -> list[Json]:
    fill = 0.05 if layer.stage == "region" else 0.18
    layers = [
        {**_base(layer, "", "fill"), "paint": {"fill-color": layer.color, "fill-opacity": fill}},
        *_line_layers(layer, "-line"),
    ]
    label = label_layer(layer)
    if label:
        layers.append(
            {
                **_base(layer, "-label", "symbol"),
                "source-layer": label,
                "layout": {"text-field": ["get", "name"], "text-size": 12, "text-font": ["Noto Sans CJK SC Regular"]},
                "paint": {"text-color": "#26323a", "text-halo-color": "#ffffff", "text-halo-width": 1.2},
            }
        )
    return layers


_DRAWN = {"point": _point_layers, "line": _line_layers, "polygon": _polygon_layers}


def _source(layer: Layer, version: AsOf, root_url: str) -> Json:
    """The tiles spelled out and not a TileJSON address: desktops read only the former."""
    found = tilejson(layer, version, root_url, {})
    keep = ("tiles", "minzoom", "maxzoom", "bounds", "attribution")
    return {"type": "vector", "promoteId": "code", **{key: found[key] for key in keep if key in found}}


def style(layers: tuple[Layer, ...], name: str, root_url: str) -> Json:
    """A style of these layers in order; polygons lie under lines, and these under points, whatever the order asked."""
    versions = as_of_layers(layers)
    drawn = sorted(layers, key=lambda layer: -SHAPES[layer.geometry].dimension)
    styled = [one for layer in drawn for one in _DRAWN[layer.geometry](layer)]
    return {
        "version": 8,
        "name": name,
        "metadata": {"shuitu:as_of": max(version.version for version in versions.values())},
        "sources": {layer.id: _source(layer, versions[layer.id], root_url) for layer in layers},
        "layers": [{"id": "paper", "type": "background", "paint": {"background-color": PAPER}}, *styled],
    }


def map_style(root_url: str) -> Json:
    """All layers; everything but the regions is hidden at first, for the reader to switch on."""
    layers = built_layers()
    whole = style(layers, "水图", root_url)
    regions = {layer.id for layer in layers if layer.dataset is REGION}
    for one in whole["layers"]:
        if one["type"] != "background" and one["source"] not in regions:
            one.setdefault("layout", {})["visibility"] = "none"
    return whole
