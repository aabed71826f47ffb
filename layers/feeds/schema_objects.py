"""What drf-spectacular is told of the views of objects: lists, one, its use, what stands near it, and the search."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    inline_serializer,
)

from layers import filters, registry, vocab
from layers.feeds.described import (
    AREA_PARAM,
    AS_OF,
    BOUNDARIES_PARAM,
    FEATURE_NAME,
    LAYER,
    LITRES,
    NUMBER_OR_NULL,
    OF_ONE,
    PERIOD,
    PROVISIONAL,
    SELECTION,
    SYNTHETIC,
    Described,
    answer,
    as_it_is,
    path,
    query,
    record,
    responses,
)
from layers.feeds.features import PAGE_DEFAULT, PAGE_MOST
from layers.feeds.serializers import feature_serializer


def _field_filters() -> list[OpenApiParameter]:
    """One parameter a filterable field, with the layers that know it; another layer's field is refused with 400."""
    known: dict[str, list[str]] = {}
    for layer in registry.LAYERS:
        for name in filters.filter_params(layer):
            known.setdefault(name, []).append(layer.id)
    taken = {parameter.name for parameter in SELECTION}
    return [
        query(name, f"Field of {', '.join(layers)}: values joined by commas; numbers also as 10..50; null for none")
        for name, layers in sorted(known.items())
        if name not in taken
    ]


FEATURES: Described = {
    "operation_id": "features",
    "parameters": [
        LAYER,
        query("bbox", "west,south,east,north in degrees of CGCS2000, longitude first"),
        query(
            "region",
            "Only what lies in this division or reporting unit (its code; reporting_unit/CODE where a district has it too)",
        ),
        query("area", f"Only what lies in this area. {AREA_PARAM}"),
        query("period", f"On regions and cells: adds the usage of the period. {PERIOD}"),
        query(
            "versus",
            "With a period: adds the usage of this one, of as many months, the difference and the change over the months that both have",
        ),
        query("monthly", "On cells: the twelve months of each year of the period instead", enum=["yes", "no"]),
        *SELECTION,
        *_field_filters(),
        BOUNDARIES_PARAM,
        query(
            "fields",
            "Properties to send, joined by commas; all unless told. The figures of a period stay unless some of them are named",
        ),
        OpenApiParameter("limit", OpenApiTypes.INT, description=f"1..{PAGE_MOST}, {PAGE_DEFAULT} unless told"),
        OpenApiParameter("offset", OpenApiTypes.INT, description="Features to skip"),
    ],
    "responses": responses(
        inline_serializer(
            "FeaturePage",
            {
                "as_of": as_it_is(AS_OF),
                "synthetic": as_it_is(SYNTHETIC),
                "type": as_it_is({"type": "string", "enum": ["FeatureCollection"]}),
                "count": as_it_is({"type": "integer"}),
                "next": as_it_is({"type": "string", "nullable": True}),
                "previous": as_it_is({"type": "string", "nullable": True}),
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
_RELEASE: dict[str, Any] = {
    "type": "object",
    "nullable": True,
    "description": "The release that wrote it last; null of what is derived",
    "properties": {
        "number": {"type": "integer"},
        "made_at": {"type": "string"},
        "by_hand": {"type": "boolean", "description": "A change in the administration, and no file"},
    },
}
_OF_TABLE = record(
    {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"type": "object", "nullable": True, "description": "Null: a table's objects have no place"},
        "properties": {"type": "object"},
    }
)
_WORDS = {"type": "object", "additionalProperties": {"type": "string"}}
_FAULTS = {
    "type": "array",
    "description": "What rules of quality find wrong with it, the gravest first; empty for whom findings are not shown",
    "items": record(
        {
            "code": {"type": "string"},
            "rule": {"type": "string"},
            "title": _WORDS,
            "severity": {"type": "string", "enum": list(vocab.SEVERITY.codes)},
            "state": {"type": "string", "enum": list(vocab.FINDING_STATE.codes)},
            "since": {"type": "string", "format": "date"},
            "evidence": _WORDS,
            "remedy": _WORDS,
            "fixes": {"type": "array", "items": _WORDS},
            "objects": {"type": "array", "items": {"type": "string"}},
        }
    ),
}
FEATURE: Described = {
    "operation_id": "feature",
    "parameters": [OF_ONE, path("code", "The feature's code")],
    "responses": responses(
        {
            "allOf": [
                {"anyOf": [{"$ref": f"#/components/schemas/{FEATURE_NAME}"}, _OF_TABLE]},
                record(
                    {
                        "as_of": AS_OF,
                        "synthetic": SYNTHETIC,
                        "links": {"type": "object"},
                        "release": _RELEASE,
                        "faults": _FAULTS,
                    }
                ),
            ]
        },
        "One feature, with the objects it is linked to",
        "application/geo+json",
    ),
}
_EACH_LITRES: dict[str, Any] = {"type": "array", "items": LITRES}
USE: Described = {
    "operation_id": "use",
    "parameters": [OF_ONE, path("code", "The feature's code")],
    "responses": responses(
        {
            "type": "object",
            "properties": {
                "as_of": AS_OF,
                "synthetic": SYNTHETIC,
                "layer": {"type": "string"},
                "code": {"type": "string"},
                "closed": {
                    "type": "boolean",
                    "description": "Personal data are closed: no figure of single objects is told",
                },
                "months": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "All that have records of anything",
                },
                "provisional": PROVISIONAL,
                "volume_l": _EACH_LITRES,
                "by_source_month": {
                    "type": "array",
                    "items": record({"source": {"type": "string"}, "volume_l": _EACH_LITRES}),
                },
                "years": {
                    "type": "array",
                    "description": "Calendar years with a record; the change is that of the months that both years have",
                    "items": record(
                        {
                            "year": {"type": "integer"},
                            "months": {"type": "integer"},
                            "volume_l": LITRES,
                            "like": {"type": "string", "nullable": True},
                            "previous_l": LITRES,
                            "change": NUMBER_OR_NULL,
                            "permitted_l": LITRES,
                            "of_permitted": NUMBER_OR_NULL,
                        }
                    ),
                },
                "meters": {"type": "integer", "nullable": True, "description": "By how many it is measured"},
                "shared": {
                    "type": "object",
                    "nullable": True,
                    "description": "The meters that measure others as well, counted whole; of a meter, its users",
                    "properties": {"meters": {"type": "integer"}, "volume_l": LITRES, "users": {"type": "integer"}},
                },
                "records": {
                    "type": "object",
                    "nullable": True,
                    "description": "The field and its values that give its records at /feeds/usage; null where they are too many to name",
                    "properties": {
                        "field": {"type": "string"},
                        "codes": {"type": "array", "items": {"type": "string"}},
                    },
                },
                "points": {
                    "type": "array",
                    "nullable": True,
                    "description": "Of a permit or holder: what is permitted, by kind, and how many of them meters measure; null of anything else",
                    "items": record(
                        {
                            "kind": {"type": "string", "enum": ["wells", "intakes", "users"]},
                            "count": {"type": "integer"},
                            "metered": {"type": "integer"},
                        }
                    ),
                },
                "permits": {
                    "type": "array",
                    "items": record(
                        {
                            "code": {"type": "string"},
                            "permitted_l_per_year": LITRES,
                            "valid_from": {"type": "string", "nullable": True},
                            "valid_to": {"type": "string", "nullable": True},
                            "others": {"type": "integer", "description": "How many of the kind it allows besides"},
                        }
                    ),
                },
            },
            "required": ["as_of", "synthetic", "layer", "code", "closed"],
        },
        "What a well, supply facility, user or meter used by month and source, and what its permits allow; of a permit or holder what meters say was taken under it",
        "application/json",
    ),
}
NEAR: Described = {
    "operation_id": "near",
    "parameters": [OF_ONE, path("code", "The feature's code")],
    "responses": answer(
        "The nearest of its layer, and the nearest supply facilities; empty for what has no position",
        synthetic=SYNTHETIC,
        layer={"type": "string"},
        code={"type": "string"},
        near={
            "type": "array",
            "items": record(
                {
                    "group": {"type": "string", "enum": ["same", "facility"]},
                    "layer": {"type": "string"},
                    "code": {"type": "string"},
                    "name": {"type": "string"},
                    "path": {"type": "string"},
                    "lon": {"type": "number"},
                    "lat": {"type": "number"},
                    "distance_m": {"type": "number"},
                    "bearing_deg": {
                        "type": "number",
                        "nullable": True,
                        "description": "Where it stands from here, from the north clockwise; null at the same spot",
                    },
                }
            ),
        },
    ),
}
SPELT_REGIONS: Described = {
    "operation_id": "spelt_regions",
    "parameters": [
        query(
            "q", "One word in Latin letters: pinyin, initials or syllables, or a part of an English name", required=True
        ),
        query("level", "That of the regions; the first below the city unless told", enum=vocab.LEVEL.codes),
    ],
    "responses": answer(
        "Codes of the regions that it says, by the spelling of the search",
        codes={"type": "array", "items": {"type": "string"}},
    ),
}
SEARCH: Described = {
    "operation_id": "search",
    "parameters": [
        query(
            "q",
            "A name or code, or a part of one, in any case; of one or two letters only the beginning of a code. Of several words each is in the"
            " name or code, or in the name of a division that holds it. Letters are pinyin too, initials or syllables, of divisions and public"
            " facilities, and the English names of divisions. Two coordinates give the position they mean (layer position)",
            required=True,
        ),
        OpenApiParameter("limit", OpenApiTypes.INT, description="1..100, 20 unless told"),
    ],
    "responses": answer("Matches, best first", results={"type": "array", "items": {"type": "object"}}),
}
