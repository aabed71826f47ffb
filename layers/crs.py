"""Reference systems of OGC API Features Part 2: which there are, in which order each names its axes, and boxes in them.

An authority's order counts: EPSG:4326 and EPSG:4490 are latitude first, EPSG:4548 and its neighbours are northing first. Clients turn what
they are given by that order, so a server that always answers x first puts the city into the wrong place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry.base import BaseGeometry

from layers import plane as planes
from layers.errors import BadParameter
from layers.models.base import STORAGE_SRID, TILE_SRID

_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@dataclass(frozen=True, slots=True)
class Crs:
    """A reference system: ``flipped`` where its second axis is our x; ``limits`` are west, south, east, north in it."""

    uri: str
    srid: int
    title: str
    flipped: bool
    limits: tuple[float, float, float, float]
    aliases: tuple[str, ...] = ()

    @property
    def stored(self) -> bool:
        """Whether its coordinates are those that are stored, but for their order."""
        return self.srid in (STORAGE_SRID, 4326)


_GLOBE = (-180.0, -90.0, 180.0, 90.0)
_MERCATOR = 20037508.342789244
# Well around a zone (20° from its meridian, equator to 60°N), where the projection has values to the millimetre.
_ZONE = (-2_000_000.0, -500_000.0, 3_000_000.0, 7_500_000.0)


def _epsg(code: int, title: str, flipped: bool, limits: tuple[float, float, float, float]) -> Crs:
    return Crs(f"{_EPSG}{code}", code, title, flipped, limits, (f"EPSG:{code}", f"urn:ogc:def:crs:EPSG::{code}"))


CRS84 = Crs(
    "http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, "WGS 84 longitude-latitude", False, _GLOBE, ("CRS84", "OGC:CRS84")
)  # fmt: skip
STORAGE = _epsg(STORAGE_SRID, "CGCS2000", True, _GLOBE)
_WGS84 = _epsg(4326, "WGS 84", True, _GLOBE)
_WEB = _epsg(TILE_SRID, "WGS 84 / Pseudo-Mercator", False, (-_MERCATOR, -_MERCATOR, _MERCATOR, _MERCATOR))
_PLANES = {
    srid: _epsg(srid, f"CGCS2000 / 3-degree Gauss-Kruger CM {planes.meridian(srid)}E", True, _ZONE)
    for srid in planes.PLANES
}
_BY_NAME = {
    name: system
    for system in (CRS84, _WGS84, STORAGE, _WEB, *_PLANES.values())
    for name in (system.uri, *system.aliases)
}
# As refusals tell them.
ALLOWED = [*(system.uri for system in (CRS84, _WGS84, STORAGE, _WEB)), f"{_EPSG}{planes.FIRST}…{planes.LAST}"]


def systems(plane: int) -> tuple[Crs, ...]:
    """The systems that documents name: of the planes the place's own. Whoever asks in another plane is answered too."""
    return (CRS84, _WGS84, STORAGE, _PLANES[plane], _WEB)


def parse_crs(text: str | None, param: str) -> Crs:
    """The system of a URI (or ``EPSG:4490``, in brackets or not); CRS84 when nothing is asked."""
    if not text:
        return CRS84
    found = _BY_NAME.get(text.strip("[]"))
    if found is None:
        raise BadParameter(f"{text!r} is not a reference system of this data.", param=param, allowed=ALLOWED)
    return found


def parse_box(text: str, system: Crs, param: str = "bbox") -> GEOSGeometry:
    """A box in a system's own axis order, four numbers or six (heights are ignored), as the ground it covers."""
    form = "low1,low2,high1,high2 in the axis order of bbox-crs; without it west,south,east,north in degrees"
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise BadParameter(f"{param}={text!r} is not numbers.", param=param, allowed=[form]) from None
    return box(numbers, system, param)


def box(numbers: Sequence[float], system: Crs, param: str) -> GEOSGeometry:
    """As `parse_box`, of numbers. A box of degrees whose west is east of its east goes around by the antimeridian."""
    if len(numbers) not in (4, 6) or not all(math.isfinite(number) for number in numbers):
        raise BadParameter(f"{param} is not four or six numbers.", param=param, allowed=["4 or 6 numbers"])
    half = len(numbers) // 2
    low, high = list(numbers[:2]), list(numbers[half : half + 2])
    if system.flipped:
        low, high = low[::-1], high[::-1]
    if low[1] > high[1] or (low[0] > high[0] and not system.stored):
        raise BadParameter(f"{param} has its corners exchanged.", param=param, allowed=["the lower corner first"])
    west, south, east, north = system.limits
    if system.stored and not all(west <= x <= east and south <= y <= north for x, y in (low, high)):
        names = ["latitude,longitude" if system.flipped else "longitude,latitude"]
        raise BadParameter(f"{param} leaves the range of degrees.", param=param, allowed=names)
    spans = [(low[0], high[0])] if low[0] <= high[0] else [(low[0], east), (west, high[0])]
    parts = [_rectangle(x1, low[1], x2, high[1], system) for x1, x2 in spans]
    return placed(shapely.union_all(parts) if len(parts) > 1 else parts[0], system)


def _rectangle(x1: float, y1: float, x2: float, y2: float, system: Crs) -> BaseGeometry:
    """The box within the system's limits (a map may show far more); a side that will bend is cut into short ones."""
    west, south, east, north = system.limits
    x1, x2 = (min(max(x, west), east) for x in (x1, x2))
    y1, y2 = (min(max(y, south), north) for y in (y1, y2))
    if (x1, y1) == (x2, y2):
        return shapely.Point(x1, y1)
    if x1 == x2 or y1 == y2:
        return shapely.LineString([(x1, y1), (x2, y2)])
    found = shapely.box(x1, y1, x2, y2)
    return found if system.stored else shapely.segmentize(found, max(x2 - x1, y2 - y1) / 64)


def placed(geometry: BaseGeometry, system: Crs) -> GEOSGeometry:
    """A geometry of x before y as the ORM takes it: it brings it to the storage system itself."""
    srid = STORAGE_SRID if system.stored else system.srid
    return GEOSGeometry(memoryview(shapely.to_wkb(geometry)), srid=srid)
