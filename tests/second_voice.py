"""The list of features as the API answers it, and the same said by djangorestframework-gis out of the ORM: two makers that know
nothing of each other."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet

from layers import filters
from layers.feeds.features import feature_list
from layers.feeds.serializers import feature_serializer
from layers.functions import ForcePolygonCCW
from layers.http.encoding import dumps
from layers.registry import Layer


def listed(layer: Layer, given: dict[str, str], url: str = "") -> dict[str, Any]:
    """The answer as who asks reads it."""
    found: dict[str, Any] = json.loads(dumps(feature_list(layer, given, url)))
    return found


def objects(layer: Layer) -> QuerySet[Any]:
    """Every object of a layer in code order, with what its fields reach for and its rings as RFC 7946 has them."""
    reached = sorted({f.orm_path.rpartition("__")[0] for f in layer.listed_fields if "__" in f.orm_path})
    found = filters.base(layer).select_related(*reached) if reached else filters.base(layer)
    if layer.geometry == "polygon":
        found = found.annotate(wound=ForcePolygonCCW("geom"))
    return found.order_by(next(f.orm_path for f in layer.fields if f.name == "code"))


def serialized(layer: Layer) -> list[dict[str, Any]]:
    """Every feature of a layer."""
    found = list(objects(layer))
    for one in found:
        one.geom = getattr(one, "wound", one.geom)
    said: list[dict[str, Any]] = json.loads(dumps(feature_serializer(layer)(found, many=True).data))["features"]
    return said
