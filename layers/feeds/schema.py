"""What drf-spectacular is told of each view: parameters and answers, built from the registry and vocabularies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers

from layers import filters, registry, vocab
from layers.compare import COMPARED, DIRECTIONS, GRIDS
from layers.feeds.features import PAGE_DEFAULT, PAGE_MOST
from layers.feeds.serializers import feature_serializer
from layers.http.problems import CONTENT_TYPE
from layers.stats.answer import MEASURES, METHODS, VERSUS
from layers.stats.cells import MEASURES as CELL_MEASURES

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
NOTES: dict[str, Any] = {
    "type": "array",
    "description": "Where the printed tables behind the demo contradict themselves, at the figure that it touches",
    "items": {
        "type": "object",
        "properties": {n: {"type": "string"} for n in ("figure", "region", "zh", "en", "period")},
    },
}


def _answer(description: str, content_type: str = "application/json", **properties: Any) -> dict[Any, Any]:
    return _responses(_record({"as_of": AS_OF, **properties}), description, content_type)


def _record(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _as_it_is(schema: dict[str, Any]) -> serializers.Field:
    """A member of an answer that is described here, beside those that serializers describe."""
    return extend_schema_field(schema)(type("Described", (serializers.JSONField,), {}))()


def _responses(body: Any, description: str, content_type: str) -> dict[Any, Any]:
    """The answer, and the refusals that every address has."""
    responses: dict[Any, Any] = {(200, content_type): OpenApiResponse(body, description)}
    for status, why in ((400, "A parameter is unknown or wrong"), (404, "There is no such thing")):
        responses[status, CONTENT_TYPE] = OpenApiResponse(PROBLEM, why)
    return responses


def _query(name: str, description: str, *, enum: Any = None, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=description, enum=enum, required=required)


def _path(name: str, description: str, enum: Any = None) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=description, enum=enum)


LAYER = _path("layer_id", "A layer's id; 404 for one that is closed", [layer.id for layer in registry.LAYERS])
PERIOD = "A year, month, quarter or range of them: 2019, 2019-07, 2019-Q3, 2019-01..2019-06"
SELECTION = [
    _query("source", f"Sources joined by commas: {', '.join(vocab.SOURCE.codes)}, or new_water (all but reclaimed)"),
    _query("purpose", f"Purposes joined by commas: {', '.join(vocab.PURPOSE.codes)}"),
    _query("resident", "Residential use only, or all but it", enum=["yes", "no"]),
]
VERSUS_PARAM = _query(
    "versus", f"What to compare with: {' (unless told), '.join(VERSUS)}, or a period of as many months, such as 2018-07"
)
BOUNDARIES_PARAM = _query(
    "boundaries",
    "The divisions to speak in: own (of the last month; unless told), current, those of a month (2019-06) or of a data version (v27)",
)
METHOD = _query("method", "How the classes are cut", enum=list(METHODS))
CLASSES = OpenApiParameter("k", OpenApiTypes.INT, description="Classes, 2..9")
LEVEL = _query("level", "District unless told otherwise", enum=list(vocab.LEVEL.codes))
PARENT = _query("parent", "Only regions inside this division or reporting unit (its code)")


def _field_filters() -> list[OpenApiParameter]:
    """One parameter a filterable field, with the layers that know it; another layer's field is refused with 400."""
    known: dict[str, list[str]] = {}
    for layer in registry.LAYERS:
        for name in filters.filter_params(layer):
            known.setdefault(name, []).append(layer.id)
    taken = {parameter.name for parameter in SELECTION}
    return [
        _query(name, f"Field of {', '.join(layers)}: values joined by commas; numbers also as 10..50; null for none")
        for name, layers in sorted(known.items())
        if name not in taken
    ]


META: Described = {
    "operation_id": "meta",
    "responses": _answer("What there is to see", access=ACCESS, layers={"type": "array", "items": {"type": "object"}}),
}
LAYERS: Described = {
    "operation_id": "layers",
    "responses": _answer("Layers", layers={"type": "array", "items": {"type": "object"}}),
}
FEATURES: Described = {
    "operation_id": "features",
    "parameters": [
        LAYER,
        _query("bbox", "west,south,east,north in degrees of CGCS2000, longitude first"),
        _query("region", "Only what lies in this division or reporting unit (its code)"),
        _query("period", f"On regions and cells: adds the usage of the period. {PERIOD}"),
        _query(
            "versus",
            "With a period: adds the usage of this one, of as many months, the difference and the change over the months that both have",
        ),
        _query("monthly", "On cells: the twelve months of each year of the period instead", enum=["yes", "no"]),
        *SELECTION,
        *_field_filters(),
        BOUNDARIES_PARAM,
        _query(
            "fields",
            "Properties to send, joined by commas; all unless told. The figures of a period stay unless some of them are named",
        ),
        OpenApiParameter("limit", OpenApiTypes.INT, description=f"1..{PAGE_MOST}, {PAGE_DEFAULT} unless told"),
        OpenApiParameter("offset", OpenApiTypes.INT, description="Features to skip"),
    ],
    "responses": _responses(
        inline_serializer(
            "FeaturePage",
            {
                "as_of": _as_it_is(AS_OF),
                "synthetic": _as_it_is(SYNTHETIC),
                "type": _as_it_is({"type": "string", "enum": ["FeatureCollection"]}),
                "count": _as_it_is({"type": "integer"}),
                "next": _as_it_is({"type": "string", "nullable": True}),
                "previous": _as_it_is({"type": "string", "nullable": True}),
                "features": PolymorphicProxySerializer(
                    component_name=FEATURE_NAME,
                    serializers=[feature_serializer(layer) for layer in registry.LAYERS],
                    resource_type_field_name=None,
                    many=True,
                ),
            },
        ),
        "A page of features in code order; a period adds its figures to their properties",
        "application/geo+json",
    ),
}
FEATURE: Described = {
    "operation_id": "feature",
    "parameters": [LAYER, _path("code", "The feature's code")],
    "responses": _responses(
        {
            "allOf": [
                {"$ref": f"#/components/schemas/{FEATURE_NAME}"},
                _record({"as_of": AS_OF, "synthetic": SYNTHETIC, "links": {"type": "object"}}),
            ]
        },
        "One feature, with the objects it is linked to",
        "application/geo+json",
    ),
}
ROW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "name": {"type": "string"},
        "volume_l": LITRES,
        "share": NUMBER_OR_NULL,
        "area_km2": {"type": "number"},
        "m3_per_km2": NUMBER_OR_NULL,
        "previous_l": LITRES,
        "change": NUMBER_OR_NULL,
    },
}
STATS: Described = {
    "operation_id": "stats",
    "parameters": [
        LEVEL,
        PARENT,
        _query("period", PERIOD, required=True),
        *SELECTION,
        VERSUS_PARAM,
        _query("measure", "What the classes are of", enum=list(MEASURES)),
        METHOD,
        CLASSES,
        BOUNDARIES_PARAM,
    ],
    "responses": _answer(
        "rows + gaps = total, to the litre",
        synthetic=SYNTHETIC,
        level={"type": "string"},
        boundaries=DIVISIONS,
        redrawn=REDRAWN,
        total_l=LITRES,
        notes=NOTES,
        rows={"type": "array", "items": ROW},
        gaps={"type": "array", "items": {"type": "object"}},
        classes={"type": "object"},
    ),
}
SERIES: Described = {
    "operation_id": "series",
    "parameters": [
        LEVEL,
        PARENT,
        _query("period", f"All months unless told. {PERIOD}"),
        *SELECTION,
        METHOD,
        CLASSES,
        BOUNDARIES_PARAM,
    ],
    "responses": _answer(
        "Litres by region and month",
        synthetic=SYNTHETIC,
        boundaries=DIVISIONS,
        months={"type": "array", "items": {"type": "string"}},
        codes={"type": "array", "items": {"type": "string"}},
        volume_l={"type": "array", "items": {"type": "array", "items": LITRES}},
        gaps={"type": "object"},
        total_l={"type": "array", "items": LITRES},
        classes={"type": "object"},
        notes=NOTES,
    ),
}
CELLS: Described = {
    "operation_id": "stats_cells",
    "parameters": [
        _query("level", "A grid layer that is built", enum=list(GRIDS)),
        _query("period", PERIOD, required=True),
        *SELECTION,
        _query("measure", "What the classes are of", enum=list(CELL_MEASURES)),
        METHOD,
        CLASSES,
    ],
    "responses": _answer(
        "recorded = assigned + unassigned + outside, to the litre, in sum and month by month",
        synthetic=SYNTHETIC,
        level={"type": "string"},
        recorded_l=LITRES,
        assigned_l=LITRES,
        unassigned_l=LITRES,
        outside_l=LITRES,
        share_by_area=NUMBER_OR_NULL,
        months={"type": "array", "items": {"type": "object"}},
        classes={"type": "object"},
    ),
}
COMPARE: Described = {
    "operation_id": "stats_compare",
    "parameters": [
        _query("level", "District unless told otherwise", enum=list(COMPARED)),
        _query("period", PERIOD, required=True),
        _query(
            "versus",
            "The period to compare with, of as many months; the months that both have are compared, and named in the answer",
            required=True,
        ),
        _query("region", "Only features inside this division or reporting unit (its code)"),
        *SELECTION,
        _query("direction", "Which movers are listed: those that used more, or less", enum=list(DIRECTIONS)),
        OpenApiParameter("limit", OpenApiTypes.INT, description="1..1000 movers a page, 20 unless told"),
        OpenApiParameter("offset", OpenApiTypes.INT, description="Movers to leave out"),
        BOUNDARIES_PARAM,
    ],
    "responses": _answer(
        "Two periods feature by feature: diverging classes around 0, and the largest movers",
        synthetic=SYNTHETIC,
        level={"type": "string"},
        boundaries=DIVISIONS,
        features={"type": "integer"},
        placed={"type": "object"},
        classes={"type": "object"},
        count={"type": "integer"},
        movers={"type": "array", "items": {"type": "object"}},
    ),
}
REGION: Described = {
    "operation_id": "region",
    "parameters": [
        _path("code", "Code of a division or reporting unit; one that both share means the division"),
        _query("level", "The reporting unit of that code", enum=["reporting_unit"]),
        _query("period", PERIOD),
        VERSUS_PARAM,
        *SELECTION,
        BOUNDARIES_PARAM,
    ],
    "responses": _answer(
        "One region",
        synthetic=SYNTHETIC,
        boundaries=DIVISIONS,
        redrawn=REDRAWN,
        code={"type": "string"},
        name={"type": "string"},
        volume_l=LITRES,
        notes=NOTES,
        children={"type": "array", "items": ROW},
        facilities={"type": "array", "items": {"type": "object"}},
    ),
}
EDITIONS: Described = {
    "operation_id": "divisions",
    "responses": _answer(
        "Every edition of the divisions but the first, the newest first, with what it changed of the one before",
        synthetic=SYNTHETIC,
        changes={"type": "array", "items": {"type": "object"}},
    ),
}
SEARCH: Described = {
    "operation_id": "search",
    "parameters": [
        _query(
            "q",
            "A name or code, or a part of one, in any case; of one or two letters only the beginning of a code",
            required=True,
        ),
        OpenApiParameter("limit", OpenApiTypes.INT, description="1..100, 20 unless told"),
    ],
    "responses": _answer("Matches, best first", results={"type": "array", "items": {"type": "object"}}),
}
EXPLAIN: Described = {
    "operation_id": "explain",
    "parameters": [
        _query("unit", "Code of a grid unit, or unassigned or outside"),
        _query("region", "Code of a division or reporting unit; one of unit and region is needed"),
        _query("level", "The reporting unit of that code", enum=["reporting_unit"]),
        _query("period", PERIOD, required=True),
        *SELECTION,
        OpenApiParameter("size", OpenApiTypes.INT, description="Grid size of unassigned and outside: 500 unless told"),
        OpenApiParameter("limit", OpenApiTypes.INT, description="1..1000 parts a page, 100 unless told"),
        OpenApiParameter("offset", OpenApiTypes.INT, description="Parts to leave out"),
        BOUNDARIES_PARAM,
    ],
    "responses": _answer(
        "What a figure is made of; the parts of all pages add up to it. Places that may not be seen are summed, with count;"
        " null and no parts where nothing is recorded",
        synthetic=SYNTHETIC,
        volume_l=LITRES,
        parts_l=LITRES,
        missing={"type": "array", "items": {"type": "string"}},
        count={"type": "integer"},
        parts={"type": "array", "items": {"type": "object"}},
    ),
}
