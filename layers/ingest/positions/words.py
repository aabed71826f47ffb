"""The headings of columns that hold a position: two numbers, a pair in one cell, degrees, minutes and seconds apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from itertools import product

# Of a plane the surveyors' words are sure (横 is east, 纵 is north); X and Y are not, which the evidence has to tell.
_LON = ("lon", "lng", "long", "longitude", "经度", "东经", "gps经度", "大地经度")
_LAT = ("lat", "latitude", "纬度", "北纬", "gps纬度", "大地纬度")
_EAST = ("x", "x坐标", "坐标x", "横坐标", "东坐标", "easting", "east")
_NORTH = ("y", "y坐标", "坐标y", "纵坐标", "北坐标", "northing", "north")
_UNITS = ("", "(°)", "(度)", "(e)", "(n)", "(度分秒)", "(十进制)", "(m)", "(米)")
_PAIR = (
    "坐标", "经纬度", "经度,纬度", "经度、纬度", "经度/纬度", "经纬度坐标", "地理坐标", "坐标(经度,纬度)", "经纬度(经度,纬度)",
    "coordinates", "coordinate", "lonlat", "lnglat", "lon,lat", "lng,lat", "longitude,latitude",
)  # fmt: skip
# Degrees, minutes and seconds in columns of their own, which `texts` joins.
PARTS: Mapping[str, tuple[str, ...]] = {
    "d": ("度", "°", "d", "deg", "degree", "degrees"),
    "m": ("分", "′", "'", "m", "min", "minute", "minutes"),
    "s": ("秒", "″", '"', "s", "sec", "second", "seconds"),
}
_JOINS = ("{}{}", "{}-{}", "{}_{}", "{} {}", "{}/{}", "{}.{}", "{}:{}", "{}({})", "{}_({})", "{}—{}")


def _normal(word: str) -> str:
    """As `layers.ingest.columns.normal` has headings."""
    return " ".join(unicodedata.normalize("NFKC", word).lower().split())


def _spelled(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_normal(word + unit) for word, unit in product(words, _UNITS)))


def _part(words: tuple[str, ...], part: str) -> tuple[str, ...]:
    taken = set(_spelled(words))  # 经度(度) is degrees with decimals, unless minutes stand beside it
    joined = (_normal(join.format(word, unit)) for word, unit, join in product(words, PARTS[part], _JOINS))
    return tuple(word for word in dict.fromkeys(joined) if word not in taken)


GEOMETRY_WORDS: Mapping[str, tuple[str, ...]] = {
    "lon": _spelled((*_LON, *_EAST)),
    "lat": _spelled((*_LAT, *_NORTH)),
    "wkt": ("wkt", "geometry", "geom", "几何"),
    "position": _PAIR,
    **{f"lon_{part}": _part(_LON, part) for part in PARTS},
    **{f"lat_{part}": _part(_LAT, part) for part in PARTS},
}
"""Word of a position → the headings that stand for it, as `layers.ingest.columns.normal` has them."""
