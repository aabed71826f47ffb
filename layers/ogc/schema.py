"""What the features of a collection carry (Part 5), and what can be asked of them (Part 3), as JSON Schema."""

from __future__ import annotations

from layers.cql2.condition import GEOMETRY
from layers.features.columns import columns_of
from layers.ogc.collections import title
from layers.ogc.links import Json
from layers.registry import Layer
from layers.shapes import SHAPES
from layers.values import property_schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRIES = {name: (shape.stored, f"geometry-{shape.stored.lower()}") for name, shape in SHAPES.items()}


def _document(layer: Layer, url: str, geometry: Json) -> Json:
    properties = {column.name: property_schema(column) for column in columns_of(layer)}
    shape = {GEOMETRY: geometry} if layer.geometry != "none" else {}
    for number, one in enumerate((*shape.values(), *properties.values()), 1):
        one["x-ogc-propertySeq"] = number
    return {
        "$schema": DRAFT,
        "$id": url,
        "title": title(layer),
        "type": "object",
        "properties": {**shape, **properties},
        "additionalProperties": False,
    }


def schema(layer: Layer, url: str) -> Json:
    """The properties of its features, in the order in which they come."""
    _, kind = GEOMETRIES.get(layer.geometry, ("", ""))
    geometry = {"title": "几何", "x-ogc-role": "primary-geometry", "format": kind}
    return _document(layer, url, geometry)


def queryables(layer: Layer, url: str) -> Json:
    """The properties that a filter may name."""
    shape, kind = GEOMETRIES.get(layer.geometry, ("", ""))
    # By the reference desktops of before the standard know a geometry, by the format those after it.
    reference = f"https://geojson.org/schema/{shape}.json"
    geometry = {"title": "几何", "x-ogc-role": "primary-geometry", "$ref": reference, "format": kind}
    return _document(layer, url, geometry)
