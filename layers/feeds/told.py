"""Objects of any dataset in the same columns, with what may be told of their names: for lists that mix them."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db.models import Case, CharField, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Length

from layers import access
from layers.functions import Coordinate
from layers.registry import Dataset


def rows_of(dataset: Dataset, place: int, objects: QuerySet[Any], told: Any, rank: Any) -> QuerySet[Any]:
    """Objects as they are told of: every dataset's in the same columns."""
    nowhere = Value(None, output_field=FloatField())
    at = "geom" if dataset.placed else PointOnSurface("geom")  # of what lies underneath, where one can go
    lon, lat = (nowhere, nowhere) if dataset.geometry == "none" else (Coordinate(at, "X"), Coordinate(at, "Y"))
    region = F("declared_region__code") if has_region(dataset) else Value(None, output_field=CharField())
    return objects.annotate(
        told=told,
        rank=rank,
        place=Value(place),
        layer=layer_id(dataset),
        region_code=region,
        lon=lon,
        lat=lat,
        length=Length("told"),
    ).values("rank", "place", "layer", "code", "told", "region_code", "lon", "lat", "length")


def has_region(dataset: Dataset) -> bool:
    """Whether its objects are declared to be somewhere."""
    return any(field.orm_path.startswith("declared_region__") for field in dataset.fields)


def told_name(dataset: Dataset) -> tuple[Any, Q]:
    """The name of an object as far as its layer tells it, and which objects' names are told at all: what is not told is
    neither found nor ordered by."""
    layers = access.layers_of(dataset)
    if not dataset.field("name"):  # a permit is called by its holder
        holders = all(access.tells(layer, "holder_name") for layer in layers)
        return Coalesce("holder__name", Value("")) if holders else Value(""), Q(pk__in=[])
    told = [layer for layer in layers if access.tells(layer, "name")]
    if len(told) == len(layers):
        return F("name"), Q()
    which = [Q(**layer.scope) for layer in told if layer.scope]
    named = Case(*(When(one, then=F("name")) for one in which), default=Value(""), output_field=CharField())
    found = Q(pk__in=[])
    for one in which:
        found |= one
    return named, found


def layer_id(dataset: Dataset) -> Any:
    """The layer that an object has its page in, else its dataset."""
    layers = access.layers_of(dataset)
    cases = [When(Q(**layer.scope), then=Value(layer.id)) for layer in layers if layer.scope]
    whole = next((layer.id for layer in layers if not layer.scope), dataset.name)
    return Case(*cases, default=Value(whole), output_field=CharField()) if cases else Value(whole)
