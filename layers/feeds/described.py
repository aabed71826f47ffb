"""The words in which `layers.feeds.schema` says what each view is asked and answers: parts of its OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import serializers

from layers import registry, vocab
from layers.area import FORMS as AREA_FORMS
from layers.http.problems import CONTENT_TYPE
from layers.stats import percentile
from layers.stats.answer import METHODS, VERSUS

Described = dict[str, Any]  # keyword arguments of extend_schema
FEATURE_NAME = "Feature"  # of any layer, among the schemas of the document

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details: what is wrong, of which parameter, and what is allowed.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "param": {"type": "string"},
        "allowed": {"type": "array", "items": {}},
    },
    "required": ["type", "title", "status", "detail"],
}
AS_OF: dict[str, Any] = {
    "type": "object",
    "properties": {"version": {"type": "integer"}, "changed_at": {"type": "string", "nullable": True}},
    "required": ["version", "changed_at"],
}
SYNTHETIC: dict[str, Any] = {"type": "boolean", "description": "Whether figures or positions in it are made up"}
ACCESS: dict[str, Any] = {
    "type": "object",
    "description": "Whether personal data are open: while they are closed, water_user and meter are no layers, and permits,"
    " wells and others lack the fields that name somebody",
    "properties": {"personal": {"type": "string", "enum": ["open", "closed"]}, "why": {"type": "object"}},
    "required": ["personal", "why"],
}
DIVISIONS: dict[str, Any] = {
    "type": "object",
    "description": "The divisions that the answer speaks in: the months that they hold from and to, null for the beginning and for today",
    "properties": {
        "since": {"type": "string", "nullable": True},
        "until": {"type": "string", "nullable": True},
        "current": {"type": "boolean"},
    },
    "required": ["since", "until", "current"],
}
NUMBER_OR_NULL = {"type": "number", "nullable": True}
LITRES = {"type": "integer", "nullable": True, "description": "Litres; null where nothing is recorded, which is no 0"}
REDRAWN: dict[str, Any] = {
    "type": "object",
    "nullable": True,
    "description": "What was recorded at divisions themselves whose lines are others in the divisions of the answer: it stays with"
    " the code, and is not split",
    "properties": {
        "zh": {"type": "string"},
        "en": {"type": "string"},
        "volume_l": LITRES,
        "regions": {"type": "array", "items": {"type": "object"}},
    },
}
COUNT = {"type": "integer", "nullable": True, "description": "Null where nobody was counted, which is no 0"}
DAY = {"type": "string", "format": "date", "nullable": True, "description": "The day of the count"}
COUNTED: dict[str, Any] = {
    "type": "object",
    "nullable": True,
    "description": "What figures are divided by: how many, of which day, by which source, and whether of parts that were summed",
    "properties": {
        "number": {"type": "integer"},
        "day": {"type": "string", "format": "date"},
        "source": {"type": "string"},
        "summed": {"type": "boolean"},
    },
}
PER: dict[str, Any] = {
    "type": "object",
    "description": "A measure that divides the litres by people: by how many, in how many days (or months), and what is had",
    "properties": {
        "measure": {"type": "string"},
        "unit": {"type": "string"},
        "value": {"type": "number"},
        "counted": COUNTED,
        "times": {"type": "integer"},
    },
}
PROVISIONAL: dict[str, Any] = {
    "type": "array",
    "description": "The months of the figure that the authority calls provisional: they may still change",
    "items": {"type": "string"},
}
STANDING: dict[str, Any] = {
    "type": "object",
    "nullable": True,
    "description": "The place of a month among the same month of all earlier years, of how many; null of what is not known, of"
    " fewer than 3 such years, and where it is not asked for",
    "properties": {
        "class": {"type": "string", "enum": list(percentile.CLASSES)},
        "percentile": {"type": "number", "nullable": True, "description": "Null beyond the record"},
        "years": {"type": "integer"},
    },
}
FORMER: dict[str, Any] = {
    "type": "object",
    "nullable": True,
    "description": "The months of earlier years that a month is placed among, and how many it takes",
    "properties": {"months": {"type": "array", "items": {"type": "string"}}, "needed": {"type": "integer"}},
}
NOTES: dict[str, Any] = {
    "type": "array",
    "description": "Where the printed tables behind the demo contradict themselves, at the figure that it touches",
    "items": {
        "type": "object",
        "properties": {n: {"type": "string"} for n in ("figure", "region", "zh", "en", "period")},
    },
}


def answer(
    description: str,
    content_type: str = "application/json",
    optional: Mapping[str, Any] = MappingProxyType({}),
    **properties: Any,
) -> dict[Any, Any]:
    """An object with these members always, and with the ``optional`` ones where they are asked for."""
    return responses(record({"as_of": AS_OF, **properties}, optional), description, content_type)


def record(properties: Mapping[str, Any], optional: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    return {"type": "object", "properties": {**properties, **optional}, "required": list(properties)}


def as_it_is(schema: dict[str, Any]) -> serializers.Field:
    """A member of an answer that is described here, beside those that serializers describe."""
    return extend_schema_field(schema)(type("Described", (serializers.JSONField,), {}))()


def responses(body: Any, description: str, content_type: str) -> dict[Any, Any]:
    """The answer, and the refusals that every address has."""
    responses: dict[Any, Any] = {(200, content_type): OpenApiResponse(body, description)}
    for status, why in ((400, "A parameter is unknown or wrong"), (404, "There is no such thing")):
        responses[status, CONTENT_TYPE] = OpenApiResponse(PROBLEM, why)
    return responses


def query(name: str, description: str, *, enum: Any = None, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=description, enum=enum, required=required)


def path(name: str, description: str, enum: Any = None) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=description, enum=enum)


LAYER = path("layer_id", "A layer's id; 404 for one that is closed", [layer.id for layer in registry.LAYERS])
# Those whose objects have an answer each: of the tables, the ones with a code.
PAGED = tuple(one for one in (*registry.LAYERS, *registry.TABLES) if one.dataset.field("code") is not None)
OF_ONE = path("layer_id", "The id of a layer or table; 404 for one that is closed", [one.id for one in PAGED])
PERIOD = "A year, month, quarter or range of them: 2019, 2019-07, 2019-Q3, 2019-01..2019-06"
SELECTION = [
    query("source", f"Sources joined by commas: {', '.join(vocab.SOURCE.codes)}, or new_water (all but reclaimed)"),
    query("purpose", f"Purposes joined by commas: {', '.join(vocab.PURPOSE.codes)}"),
    query("resident", "Residential use only, or all but it", enum=["yes", "no"]),
]
VERSUS_PARAM = query(
    "versus", f"What to compare with: {' (unless told), '.join(VERSUS)}, or a period of as many months, such as 2018-07"
)
BOUNDARIES_PARAM = query(
    "boundaries",
    "The divisions to speak in: own (of the last month; unless told), current, those of a month (2019-06) or of a data version (v27)",
)
AREA_PARAM = f"""Several divisions or a drawn shape: {", ".join(AREA_FORMS)}; degrees of CGCS2000, longitude first, kept to five decimals"""
METHOD = query("method", "How the classes are cut", enum=list(METHODS))
CLASSES = OpenApiParameter("k", OpenApiTypes.INT, description="Classes, 2..9")
LEVEL = query(
    "level",
    "The first below the city unless told otherwise: districts, or a county's townships",
    enum=list(vocab.LEVEL.codes),
)
PARENT = query("parent", "Only regions inside this division or reporting unit (its code)")
