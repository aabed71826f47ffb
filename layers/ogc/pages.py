"""Pages for people: the same documents, Chinese first, with a small map of our own tiles where there is a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import shapely
from django.template.loader import render_to_string

from layers.crs import CRS84, Crs
from layers.features import FeatureQuery
from layers.http.encoding import dumps
from layers.ogc import links
from layers.ogc.links import Json
from layers.registry import Layer
from layers.values import SpokenColumn, words
from layers.versions import AsOf


def page(template: str, root: str, found: Json, as_of: AsOf, **context: Any) -> bytes:
    """A document as a page."""
    told = {
        "root": root, "found": found, "others": others(found), "as_of": as_of.to_dict(), "html_lang": "zh-CN", "lang": "zh",
        **context,
    }  # fmt: skip
    return render_to_string(f"layers/ogc/{template}.html", told).encode()


# The map of what has no place of its own: the city, with its districts.
CITY: Json = {"layer": "", "geometry": ""}
_OWN = {links.JSON: "JSON", links.GEOJSON: "GeoJSON", links.SCHEMA: "JSON Schema"}


def others(found: Json) -> list[Json]:
    """The same thing in forms for programs. Each says its form: a browser that follows a link accepts pages."""
    itself = {"href": found.get("$id", ""), "rel": "self", "type": links.SCHEMA}
    listed = found.get("links", [itself])
    own = [
        {"href": _with_form(one["href"], "json"), "rel": "alternate", "title": _OWN[one["type"]]}
        for one in listed
        if one["rel"] == "self"
    ]
    # Plain GeoJSON of a collection is linked without a form.
    files = [
        one if "?" in one["href"] else {**one, "href": _with_form(one["href"], "geojson")}
        for one in listed
        if one["rel"] in ("items", "alternate") and one["type"] != links.HTML
    ]
    return [*own, *files]


def _with_form(address: str, key: str) -> str:
    place, _, query = address.partition("?")
    return f"{place}?{urlencode({**dict(parse_qsl(query, keep_blank_values=True)), 'f': key}, safe=',:/')}"


def said(column: SpokenColumn, value: Any) -> str:
    """A property as people read it: terms by their name and word, numbers without the digits that no survey has."""
    if value is None:
        return "–"
    if column.vocab is not None:
        return f"{(words(column.vocab, 'zh') or {}).get(value, '')} {value}".strip()
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def of_collection(layer: Layer, found: Json) -> Json:
    """What the page of a collection shows besides its document: its map, and the way to its tiles."""
    tiles = next((one["href"] for one in found["links"] if one["rel"] == links.TILESETS_VECTOR), "")
    return {"layer": layer, "map": ground(layer, found), "tiles": tiles}


def ground(layer: Layer, found: Json) -> Json | None:
    """The map of a collection: its box, among its own objects."""
    spatial = found["extent"].get("spatial")
    if spatial is None:
        return None
    return boxed(layer, spatial["bbox"][0])


def boxed(layer: Layer | None, box: Sequence[float]) -> Json:
    """The map of a box of degrees, among the objects of a layer of points."""
    return _map(layer, str(shapely.to_geojson(shapely.box(*box))))


def listed(query: FeatureQuery, system: Crs, text: bytes) -> Json:
    """What a page of a list shows besides its document: rows in column order, its neighbours, its map."""
    found = orjson.loads(text)
    columns = query.columns()
    rows = [
        {"id": feature["id"], "values": [said(column, feature["properties"][column.name]) for column in columns]}
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
    properties = found["properties"]
    pairs = [(column, said(column, properties[column.name])) for column in query.columns()]
    name = properties.get("name") or properties.get("code") or found["id"]
    return {"columns": pairs, "name": name, "map": _shown(query.layer, system, [found])}


def _shown(layer: Layer, system: Crs, features: list[Json]) -> Json | None:
    """Features on the map; of coordinates in another order or unit there is none."""
    shapes = [{"type": "Feature", "geometry": one["geometry"], "properties": {}} for one in features if one["geometry"]]
    if system is not CRS84 or not shapes:
        return None
    return _map(layer, dumps({"type": "FeatureCollection", "features": shapes}).decode())


def _map(layer: Layer | None, geometry: str) -> Json:
    return {"layer": layer.id if layer and layer.geometry == "point" else "", "geometry": geometry}
