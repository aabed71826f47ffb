"""Geometries in CQL2 trees: GeoJSON and boxes, checked before the database sees them."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.errors import GEOSException

from layers.cql2.tokens import refusal
from layers.crs import Crs, box, placed

# Operators by the ORM's lookup of a feature's geometry, and what each becomes with the feature on the right.
LOOKUPS = {
    "s_intersects": "intersects", "s_disjoint": "disjoint", "s_contains": "contains", "s_within": "within",
    "s_touches": "touches", "s_crosses": "crosses", "s_overlaps": "overlaps", "s_equals": "equals",
}  # fmt: skip
TURNED = {"contains": "within", "within": "contains"}
# What is true of any geometry and itself.
REFLEXIVE = ("intersects", "contains", "within", "equals")
_COLLECTIONS_IN = ("intersects", "disjoint")


def place(tree: Any, system: Crs, lookup: str) -> GEOSGeometry:
    """A literal in ``system``, in its axis order; `BadParameter` for what is no valid geometry in its limits."""
    if set(tree) == {"bbox"} and isinstance(tree["bbox"], list):
        numbers = [n for n in tree["bbox"] if isinstance(n, int | float) and not isinstance(n, bool)]
        return box(numbers if len(numbers) == len(tree["bbox"]) else (), system, "filter")
    try:
        found = shapely.force_2d(shapely.from_geojson(orjson.dumps(tree)))
    except (GEOSException, TypeError, ValueError) as error:
        raise refusal(f"this is no geometry ({error})") from None
    if system.flipped:
        found = shapely.transform(found, lambda at: at[:, ::-1])
    if found.geom_type == "GeometryCollection" and lookup not in _COLLECTIONS_IN:
        raise refusal(f"a collection of geometries cannot be asked of s_{lookup}")
    if not shapely.is_valid(found):
        raise refusal(f"the geometry is not valid ({shapely.is_valid_reason(found)})")
    at = shapely.get_coordinates(found)
    west, south, east, north = system.limits
    if not np.all((at >= (west, south)) & (at <= (east, north))):
        order = "y before x" if system.flipped else "x before y"
        raise refusal(f"a geometry leaves the area of {system.uri}, which has {order}")
    return placed(found, system)
