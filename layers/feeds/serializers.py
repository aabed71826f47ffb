"""A layer's features as djangorestframework-gis describes them: for the OpenAPI document, and for tests and benchmarks as a
second voice that says the same. What is answered PostgreSQL makes (`layers.features`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from drf_spectacular.contrib.rest_framework_gis import GeoFeatureModelSerializerExtension
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework_gis.serializers import GeoFeatureModelSerializer, GeometryField

from layers.features.query import DEGREE_DIGITS
from layers.registry import Field, Layer
from layers.values import column_of, spoken, value_schema


class SpokenField(serializers.Field):
    """A stored value, as it is said everywhere."""

    def __init__(self, declared: Field, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        self.declared = declared

    def to_representation(self, value: Any) -> Any:
        return spoken(self.declared, value)


class DescribedSpoken(OpenApiSerializerFieldExtension):
    """Its type, unit and words in the document."""

    target_class = SpokenField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return value_schema(column_of(self.target.declared))


class DescribedFeature(GeoFeatureModelSerializerExtension):
    """As drf-spectacular has it, but that a feature may be without a position."""

    priority = 1

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        found = super().map_serializer(auto_schema, direction)
        found["properties"]["geometry"]["nullable"] = True
        return found


def _serializer_field(declared: Field) -> serializers.Field:
    source = declared.orm_path.replace("__", ".")
    kwargs: dict[str, Any] = {} if source == declared.name else {"source": source}
    if "." in source:
        kwargs["default"] = None  # a missing related object reads as null
    return SpokenField(declared, **kwargs)


@cache
def feature_serializer(layer: Layer) -> type[GeoFeatureModelSerializer]:
    """A serializer of a layer; the feature's id is its code."""
    code = next(f for f in layer.fields if f.name == "code")
    body: dict[str, Any] = {f.name: _serializer_field(f) for f in layer.listed_fields}
    body["id"] = serializers.CharField(source=code.orm_path.replace("__", "."), read_only=True)
    body["geom"] = GeometryField(precision=DEGREE_DIGITS, read_only=True, allow_null=True)
    body["Meta"] = type(
        "Meta",
        (),
        {
            "model": apps.get_model(layer.dataset.model),
            "geo_field": "geom",
            "id_field": "id",
            "fields": ["id", "geom", *[f.name for f in layer.listed_fields]],
        },
    )
    name = layer.id.title().replace("_", "")
    return type(f"{name}FeatureSerializer", (GeoFeatureModelSerializer,), body)
