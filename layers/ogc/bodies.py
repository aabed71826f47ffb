"""What each answer holds, as schemas of the OpenAPI document: who reads the document can hold every answer to it.

OpenAPI 3.0 writes "or null" as ``nullable``, which a list of words has to hold as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from layers.features.columns import columns_of
from layers.feeds.described import AS_OF
from layers.ogc.links import Json
from layers.ogc.schema import GEOMETRIES
from layers.registry import Layer
from layers.values import value_schema

TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer", "minimum": 0}


def ref(name: str) -> Json:
    """The schema of that name among the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(item: Json, **more: object) -> Json:
    return {"type": "array", "items": item, **more}


def record(required: Json, optional: Json | None = None, **more: object) -> Json:
    """An object of members that are always there, and members that may be."""
    always = {"required": list(required)} if required else {}
    return {"type": "object", **always, "properties": {**required, **(optional or {})}, **more}


LINKS = listed(ref("link"), minItems=1)
_BOX = listed({"type": "number"}, minItems=4, maxItems=6)
_EXTENT = record(
    {},
    {
        "spatial": record({"bbox": listed(_BOX, minItems=1), "crs": TEXT}),
        "temporal": record(
            {"interval": listed(listed({**TEXT, "nullable": True}, minItems=2, maxItems=2), minItems=1), "trs": TEXT}
        ),
    },
)
_COLLECTION = record(
    {
        "id": TEXT, "title": TEXT, "description": TEXT, "keywords": listed(TEXT), "links": LINKS, "extent": _EXTENT,
        "itemType": {"type": "string", "enum": ["feature"]}, "itemCount": WHOLE,
    },
    {"crs": listed(TEXT), "storageCrs": TEXT, "as_of": AS_OF},
)  # fmt: skip
_SCHEMA = record(
    {
        "$schema": TEXT, "$id": TEXT, "title": TEXT, "type": {"type": "string", "enum": ["object"]},
        "properties": {"type": "object", "additionalProperties": record({"title": TEXT, "x-ogc-propertySeq": WHOLE})},
        "additionalProperties": {"type": "boolean", "enum": [False]},
    },
)  # fmt: skip
DOCUMENTS: Json = {
    "link": record(
        {"href": TEXT, "rel": TEXT, "type": TEXT, "title": TEXT},
        {"templated": {"type": "boolean"}, "method": {"type": "string", "enum": ["POST"]}, "body": {"type": "object"}},
    ),
    "landingPage": record({"title": TEXT, "description": TEXT, "links": LINKS, "as_of": AS_OF}),
    "confClasses": record({"conformsTo": listed(TEXT, minItems=1), "links": LINKS, "as_of": AS_OF}),
    "apiDefinition": record({"openapi": TEXT, "info": {"type": "object"}, "paths": {"type": "object"}}),
    "collection": _COLLECTION,
    "collections": record(
        {"collections": listed(ref("collection")), "crs": listed(TEXT), "links": LINKS, "as_of": AS_OF}
    ),
    "propertySchemas": _SCHEMA,
    **{
        f"{kind}Geometry": record(
            {"type": {"type": "string", "enum": [shape]}, "coordinates": listed({}, minItems=1)},
            nullable=True,
            additionalProperties=False,
        )
        for kind, (shape, _) in GEOMETRIES.items()
    },
    "noneGeometry": {"type": "object", "nullable": True, "maxProperties": 0},
}


def feature_of(layer: Layer) -> str:
    """The name of the schema of a layer's feature."""
    return f"{layer.id}_feature"


def features_of(layer: Layer) -> str:
    """The name of the schema of a page of them."""
    return f"{layer.id}_features"


def of_layers(layers: Iterable[Layer]) -> Json:
    """The schemas of the features of each layer, and of pages of them."""
    found: Json = {}
    for layer in layers:
        # A period adds figures of the usage asked for; without one a feature has its own properties and no others.
        own = {column.name: value_schema(column) for column in columns_of(layer)}
        properties = {"type": "object", "properties": own, "additionalProperties": layer.with_usage}
        marks = {"links": LINKS, "as_of": AS_OF, "synthetic": {"type": "boolean"}}
        feature = {
            "type": {"type": "string", "enum": ["Feature"]}, "id": {"type": "integer"},
            "geometry": ref(f"{layer.geometry}Geometry"), "properties": properties,
        }  # fmt: skip
        found[feature_of(layer)] = record(feature, marks, additionalProperties=False)
        found[features_of(layer)] = record(
            {
                "type": {"type": "string", "enum": ["FeatureCollection"]}, "features": listed(ref(feature_of(layer))),
                "numberMatched": WHOLE, "numberReturned": WHOLE, "timeStamp": {"type": "string", "format": "date-time"},
                **marks,
            },
            additionalProperties=False,
        )  # fmt: skip
    return found
