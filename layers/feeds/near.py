"""What stands next to an object: the nearest of its own layer and of the supply facilities, with how far and in which direction."""

from __future__ import annotations

import math
from typing import Any

from django.contrib.gis.db.models.functions import GeometryDistance
from django.db.models import F, QuerySet, Value

from layers import access, filters, registry
from layers.built import built_layers
from layers.errors import NotFound
from layers.feeds.told import rows_of, told_name
from layers.functions import OnGround
from layers.registry import Dataset, Layer
from layers.stats.regions import RegionIndex, region_index

OWN, FACILITIES = 5, 3
TIES = 8  # as many more are read: of several at one spot the first are told, and the index knows no second order
SAME, SUPPLY = "same", "facility"


def near(layer: Layer, found: Any) -> list[dict[str, Any]]:
    """The nearest of the layer, and the nearest supply facilities besides; each the nearest first. Empty for what has no position.

    `NotFound` for layers whose objects have no point.
    """
    if layer.geometry != "point":
        placed = [other.id for other in built_layers() if other.geometry == "point"]
        raise NotFound(f"Objects of {layer.id} stand at no point.", param="layer", allowed=placed)
    if found.geom is None:
        return []
    own = registry.dataset(layer.dataset.name)  # as the registry has it: what is told of it is asked anew
    nearest = [_nearest(own, SAME, filters.base(layer).exclude(pk=found.pk), found, OWN)]
    others = access.objects(registry.FACILITY)
    if own is registry.FACILITY:
        others = others.exclude(**layer.scope)  # those of its own kind are there already
    nearest.append(_nearest(registry.FACILITY, SUPPLY, others, found, FACILITIES))
    index = region_index()
    rows = sorted(nearest[0].union(nearest[1], all=True), key=lambda row: (row["place"], row["metres"], row["number"]))
    own_rows, others_rows = ([row for row in rows if row["place"] == place] for place in (0, 1))
    return [_told(index, row) for row in [*own_rows[:OWN], *others_rows[:FACILITIES]]]


def _nearest(dataset: Dataset, group: str, objects: QuerySet[Any], found: Any, most: int) -> QuerySet[Any]:
    """By the index of the tiles' geometry: its plane is stretched alike in all directions, degrees are not."""
    name, _ = told_name(dataset)
    rows = rows_of(dataset, 0 if group == SAME else 1, objects.exclude(geom=None), name, Value(0))
    rows = rows.annotate(
        metres=OnGround("ST_Distance", found.geom, "geom"),
        radians=OnGround("ST_Azimuth", found.geom, "geom"),
        number=F("pk"),
    )
    return rows.order_by(GeometryDistance("geom_3857", Value(found.geom_3857)))[: most + TIES]


def _told(index: RegionIndex, row: dict[str, Any]) -> dict[str, Any]:
    code = row["region_code"]
    return {
        "group": SUPPLY if row["place"] else SAME,
        "layer": row["layer"],
        "code": row["code"],
        "name": row["told"],
        "path": " / ".join(step.name for step in index.path(code)[1:]) if code in index.by_code else "",
        "lon": row["lon"],
        "lat": row["lat"],
        "distance_m": round(row["metres"], 1),
        # Where it stands, from here; from the north, clockwise.
        "bearing_deg": None if row["radians"] is None else round(math.degrees(row["radians"]), 1),
    }
