"""A position that somebody pasted into the search: what it means, and where it lies."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import Point

from layers.ingest.china import CHINA
from layers.ingest.positions.forms import Angle, pair
from layers.models import BoundaryPiece
from layers.models.base import STORAGE_SRID
from layers.stats.regions import RegionIndex

DIGITS = 6  # a tenth of a metre


def position(text: str) -> tuple[float, float] | None:
    """Longitude and latitude, in degrees, of two coordinates in any of the forms that files may have them in; None for what is none.

    Without letters that say which is which, what can be a longitude of China is one.
    """
    found = pair(text)
    if found is None:
        return None
    first, second = found
    west, south, east, north = CHINA
    for lon, lat in ((first, second), (second, first)):
        if _can_be(lon, "lon", west, east) and _can_be(lat, "lat", south, north):
            return round(lon.value, DIGITS), round(lat.value, DIGITS)
    return None


def _can_be(angle: Angle, axis: str, low: float, high: float) -> bool:
    return angle.axis in ("", axis) and low <= angle.value <= high


def hit(index: RegionIndex, lon: float, lat: float) -> dict[str, Any]:
    """The position as an answer of the search, with the divisions that it lies in."""
    pieces = BoundaryPiece.objects.filter(geom__covers=Point(lon, lat, srid=STORAGE_SRID), boundary__valid_to=None)
    code = pieces.values_list("region__code", flat=True).first()
    region = index.nearest(code) if code else None
    path = index.lineage(region)[1:] if region else []
    return {
        "layer": "position", "code": region.code if region else "", "name": f"{lon:g}, {lat:g}", "path": " / ".join(step.name for step in path), "lon": lon,
        "lat": lat,
    }  # fmt: skip
