"""An area that totals are asked of: several divisions, or a shape that somebody drew. One spelling, read here alone. Pure.

    regions:110105,110108                 1 to 50 divisions of any level, by code
    circle:116.3,39.95,2000               longitude, latitude, metres
    box:116.2,39.8,116.6,40.1             west, south, east, north
    shape:116.3,39.9;116.4,39.9;116.4,40  3 to 200 corners, longitude,latitude

Degrees are of CGCS2000, longitude first, and are kept to five decimals: about a metre. The page's address, the API, files and reports
all spell an area so, and `Area.text` is that spelling whatever was given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import shapely
from django.contrib.gis.geos import Polygon

from layers.errors import BadParameter
from layers.later import later
from layers.models.base import STORAGE_SRID
from layers.params import REGION_CODE

PARAM = "area"
FORMS = (
    "regions:110108,110105",
    "circle:116.30,39.95,2000",
    "box:116.2,39.8,116.6,40.1",
    "shape:116.3,39.9;116.4,39.9;116.4,40.0",
)
REGIONS_MOST, CORNERS_LEAST, CORNERS_MOST = 50, 3, 200
METRES_LEAST, METRES_MOST = 10, 100_000
KM2_MOST = 100_000  # larger than any city; a box around half the world is a mistake
DIGITS = 5
_ROUND = 128  # corners that a circle is drawn with: less than a thousandth of its area is lost
_NUMBER = re.compile(r"-?\d{1,6}(\.\d{0,15})?", re.ASCII)
_km2 = later("layers.ellipsoid.km2")
_around = later("layers.ellipsoid.around")

Corner = tuple[float, float]  # longitude, latitude
Kind = Literal["circle", "box", "shape"]


@dataclass(frozen=True, slots=True)
class Regions:
    """Divisions by code, none of which lies in another. Whether they exist is the database's to say."""

    codes: tuple[str, ...]
    once: tuple[str, ...] = ()  # asked for besides, and part of these: counted once

    @property
    def text(self) -> str:
        return f"regions:{','.join(self.codes)}"


@dataclass(frozen=True)
class DrawnShape:
    """A shape of one ring without holes; ``corners`` are not closed. ``circle`` has the longitude, latitude and metres of one."""

    kind: Kind
    corners: tuple[Corner, ...]
    circle: tuple[float, float, int] | None = None

    @property
    def text(self) -> str:
        if self.circle:
            lon, lat, metres = self.circle
            return f"circle:{_said(lon)},{_said(lat)},{metres}"
        if self.kind == "box":
            (west, south), _, (east, north), _ = self.corners
            return "box:" + ",".join(map(_said, (west, south, east, north)))
        return "shape:" + ";".join(f"{_said(lon)},{_said(lat)}" for lon, lat in self.corners)

    @cached_property
    def geometry(self) -> Polygon:
        """As everything that is counted lies in it or not; as PostGIS reads degrees, its edges are straight in them."""
        return Polygon((*self.corners, self.corners[0]), srid=STORAGE_SRID)

    @cached_property
    def km2(self) -> float:
        """On the ellipsoid, so of a shape anywhere."""
        return float(_km2(self.corners))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        lon, lat = zip(*self.corners, strict=True)
        return min(lon), min(lat), max(lon), max(lat)


Area = Regions | DrawnShape


def parse_area(text: str) -> Area:
    """An area; `BadParameter` says what is wrong with what is none."""
    kind, separator, rest = text.strip().partition(":")
    if kind not in _READ or not separator:
        raise BadParameter(f"{_short(text)!r} is no area.", param=PARAM, allowed=FORMS)
    return _READ[kind](rest)


def _regions(text: str) -> Regions:
    asked = sorted({code.strip() for code in text.split(",") if code.strip()})
    wrong = [code for code in asked if not REGION_CODE.fullmatch(code)]
    if wrong:
        raise _bad(f"{_short(', '.join(wrong))} is no division code.", "2, 4, 6, 9 or 12 digits each, such as 110108")
    if not 1 <= len(asked) <= REGIONS_MOST:
        raise _bad(f"An area is of 1 to {REGIONS_MOST} divisions: these are {len(asked)}.", FORMS[0])
    once = tuple(code for code in asked if any(code != other and code.startswith(other) for other in asked))
    return Regions(tuple(code for code in asked if code not in once), once)


def _circle(text: str) -> DrawnShape:
    form = f"circle:longitude,latitude,metres with {METRES_LEAST} to {METRES_MOST} metres, such as {FORMS[1]}"
    parts = text.split(",")
    if len(parts) != 3:
        raise _bad("A circle is three numbers: longitude, latitude, metres.", form)
    (corner,) = _corners([(parts[0], parts[1])])
    metres = round(_number(parts[2]))
    if not METRES_LEAST <= metres <= METRES_MOST:
        raise _bad(f"A circle of {_short(parts[2])} metres is too small or too large.", form)
    return _whole(DrawnShape("circle", _around(corner, metres, _ROUND), (*corner, metres)))


def _box(text: str) -> DrawnShape:
    parts = text.split(",")
    if len(parts) != 4:
        raise _bad("A box is four numbers: west, south, east, north.", FORMS[2])
    (west, south), (east, north) = _corners([(parts[0], parts[1]), (parts[2], parts[3])])
    if west >= east or south >= north:
        raise _bad("The box has no area: west must be less than east, south less than north.", FORMS[2])
    return _whole(DrawnShape("box", ((west, south), (east, south), (east, north), (west, north))))


def _shape(text: str) -> DrawnShape:
    pairs = [tuple(pair.split(",")) for pair in text.split(";") if pair.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise _bad("A corner of the shape is not longitude,latitude.", FORMS[3])
    if len(pairs) > CORNERS_MOST + 1:  # one more where the first is said again at the end
        raise _bad(f"A shape has {CORNERS_LEAST} to {CORNERS_MOST} corners: this one has {len(pairs)}.", FORMS[3])
    corners: list[Corner] = []
    for corner in _corners(pairs):  # type: ignore[arg-type]  # each of two, as was looked at
        if not corners or corner != corners[-1]:
            corners.append(corner)
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if not CORNERS_LEAST <= len(corners) <= CORNERS_MOST:
        raise _bad(
            f"A shape has {CORNERS_LEAST} to {CORNERS_MOST} corners: this one has {len(corners)} different.", FORMS[3]
        )
    ring = shapely.Polygon(corners)
    if not ring.is_valid:
        raise _bad(f"The line of the shape crosses or touches itself{_where(ring)}.", FORMS[3])
    return _whole(DrawnShape("shape", tuple(corners)))


_READ: dict[str, Callable[[str], Area]] = {"regions": _regions, "circle": _circle, "box": _box, "shape": _shape}


def _where(ring: shapely.Polygon) -> str:
    """Where a ring is not simple, as far as GEOS says."""
    found = re.search(r"\[(\S+) (\S+?)\]", shapely.is_valid_reason(ring))
    return f" at {float(found[1]):.{DIGITS}f},{float(found[2]):.{DIGITS}f}" if found else ""


def _whole(drawn: DrawnShape) -> DrawnShape:
    west, south, east, north = drawn.bounds
    if (
        max(-south, north) > 85 or east - west > 180
    ):  # a circle that is cut at the 180th meridian has corners on both sides
        raise _bad("The area reaches beyond the map.", "between 85° south and 85° north, not across 180°")
    if drawn.km2 > KM2_MOST:
        raise _bad(f"An area of {drawn.km2:,.0f} km² is too large.", f"up to {KM2_MOST:,} km²")
    return drawn


def _corners(pairs: Iterable[tuple[str, str]]) -> list[Corner]:
    found = [(round(_number(lon), DIGITS), round(_number(lat), DIGITS)) for lon, lat in pairs]
    for lon, lat in found:
        if abs(lon) > 180 or abs(lat) > 85:
            raise _bad(
                f"{_said(lon)},{_said(lat)} is no place on the map.",
                "longitude first: -180 to 180, then latitude: -85 to 85",
            )
    return found


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()) or not math.isfinite(value := float(text)):
        raise _bad(f"{_short(text)!r} is no number.", "a decimal number such as 116.30")
    return value + 0.0


def _said(degrees: float) -> str:
    text = f"{degrees:.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _bad(detail: str, form: str) -> BadParameter:
    return BadParameter(detail, param=PARAM, allowed=[form])
