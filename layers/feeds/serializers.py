"""Features as GeoJSON, made by djangorestframework-gis from a layer's entry in the registry."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework_gis.serializers import GeoFeatureModelSerializer, GeometryField

from layers.functions import ForcePolygonCCW
from layers.models.base import Placed
from layers.registry import Field, Layer
from layers.values import spoken

# 1e-7° is about a centimetre: finer than any survey here, and a third of the bytes.
_PRECISION = 7


class SpokenField(serializers.Field):
    """A stored value, as it is said everywhere."""

    def __init__(self, declared: Field, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        self.declared = declared

    def to_representation(self, value: Any) -> Any:
        return spoken(self.declared, value)


def _serializer_field(declared: Field) -> serializers.Field:
    source = declared.orm_path.replace("__", ".")
    kwargs: dict[str, Any] = {} if source == declared.name else {"source": source}
    if "." in source:
        kwargs["default"] = None  # a missing related object reads as null
    return SpokenField(declared, **kwargs)


@cache
def feature_serializer(layer: Layer, names: tuple[str, ...]) -> type[GeoFeatureModelSerializer]:
    """A serializer of the named fields of a layer; the feature's id is its code."""
    declared = [f for f in layer.listed_fields if f.name in names]
    code = next(f for f in layer.fields if f.name == "code")
    body: dict[str, Any] = {f.name: _serializer_field(f) for f in declared}
    body["id"] = serializers.CharField(source=code.orm_path.replace("__", "."), read_only=True)
    # Rings as RFC 7946 has them: `with_relations` lets the database wind them.
    wound = {"source": "wound"} if layer.geometry == "polygon" else {}
    body["geom"] = GeometryField(precision=_PRECISION, **wound)
    body["Meta"] = type(
        "Meta",
        (),
        {
            "model": apps.get_model(layer.dataset.model),
            "geo_field": "geom",
            "id_field": "id",
            "fields": ["id", "geom", *[f.name for f in declared]],
        },
    )
    return type(f"{layer.id.title().replace('_', '')}Serializer", (GeoFeatureModelSerializer,), body)


def with_relations(layer: Layer, found: QuerySet[Any]) -> QuerySet[Any]:
    """Fetches in one query what the fields reach for."""
    reached = {f.orm_path.rpartition("__")[0] for f in layer.listed_fields if "__" in f.orm_path}
    found = found.select_related(*sorted(reached)) if reached else found
    # Generated tile geometry is as large as the stored one and never listed.
    unused = ["geom_3857"] if issubclass(found.model, Placed) else [
        name for name in ("geom_3857", "label_3857") if any(f.name == name for f in found.model._meta.fields)
    ]  # fmt: skip
    if layer.geometry != "polygon":
        return found.defer(*unused)
    return found.annotate(wound=ForcePolygonCCW("geom")).defer(*unused, "geom")
