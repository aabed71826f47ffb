"""Pages for people: the same documents, Chinese first, with a small map of our own tiles where there is a place."""

from __future__ import annotations

from typing import Any

import orjson
import shapely
from django.template.loader import render_to_string

from layers.features import FeatureQuery
from layers.feeds.encoding import dumps
from layers.ogc.crs import CRS84, Crs
from layers.ogc.links import Json
from layers.registry import Layer
from layers.versions import AsOf


def page(template: str, root: str, found: Json, as_of: AsOf, **context: Any) -> bytes:
    """A document as a page."""
    told = {"root": root, "found": found, "as_of": as_of.to_dict(), "html_lang": "zh-CN", "lang": "zh", **context}
    return render_to_string(f"layers/ogc/{template}.html", told).encode()


def ground(layer: Layer, found: Json) -> Json | None:
    """The map of a collection: its box, among its own objects."""
    spatial = found["extent"].get("spatial")
    if spatial is None:
        return None
    return _map(layer, str(shapely.to_geojson(shapely.box(*spatial["bbox"][0]))))


def listed(query: FeatureQuery, system: Crs, text: bytes) -> Json:
    """What a page of a list shows besides its document: rows in column order, its neighbours, its map."""
    found = orjson.loads(text)
    columns = query.columns()
    rows = [
        {"id": feature["id"], "values": [feature["properties"][column.name] for column in columns]}
        for feature in found["features"]
    ]
    return {
        "columns": columns,
        "rows": rows,
        "pages": [one for one in found["links"] if one["rel"] in ("prev", "next")],
        "map": _shown(query.layer, system, found["features"]),
    }


def single(query: FeatureQuery, system: Crs, text: bytes) -> Json:
    """What the page of one feature shows besides its document."""
    found = orjson.loads(text)
    pairs = [(column, found["properties"][column.name]) for column in query.columns()]
    return {"columns": pairs, "map": _shown(query.layer, system, [found])}


def _shown(layer: Layer, system: Crs, features: list[Json]) -> Json | None:
    """Features on the map; of coordinates in another order or unit there is none."""
    shapes = [{"type": "Feature", "geometry": one["geometry"], "properties": {}} for one in features if one["geometry"]]
    if system is not CRS84 or not shapes:
        return None
    return _map(layer, dumps({"type": "FeatureCollection", "features": shapes}).decode())


def _map(layer: Layer, geometry: str) -> Json:
    return {"layer": layer.id if layer.geometry == "point" else "", "geometry": geometry}
