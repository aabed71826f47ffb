"""What two numbers can mean: a reference system, the order of the axes, degrees with minutes and seconds packed behind the point.

A reading has a name that can be told: ``EPSG:4490``, ``GCJ-02``, ``EPSG:4548+swapped``, ``EPSG:4490+packed``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from layers.ingest import crs
from layers.ingest.positions.texts import Numbers
from layers.ingest.refusal import ImportRefused
from layers.words import COMMA, Listed, Worded, Words

Floats = NDArray[np.float64]
SWAPPED, PACKED = "swapped", "packed"
_METRES = 400.0  # no degree is more than 360


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a batch of positions; ``shift_m`` (east, north) is added, in metres on the ground, at the end."""

    source: crs.SourceCrs
    swapped: bool = False
    packed: bool = False
    shift_m: tuple[float, float] = (0.0, 0.0)

    @property
    def name(self) -> str:
        return self.source.name + f"+{SWAPPED}" * self.swapped + f"+{PACKED}" * self.packed

    @property
    def said(self) -> Worded:
        swapped = Words(
            "两列互换（X 为北、Y 为东，或经纬度写反）", "columns exchanged (X north, Y east, or latitude first)"
        )
        packed = Words(
            "小数为度.分秒（如 116.1641 为 116°16′41″）", "degrees.minutes and seconds (116.1641 is 116°16′41″)"
        )
        return Listed(_titled(self.source), *[swapped] * self.swapped, *[packed] * self.packed, by=COMMA)

    def arranged(self, numbers: Numbers) -> tuple[Floats, Floats]:
        """x before y in the source's own numbers; NaN where packed minutes or seconds would reach 60."""
        x, y = (numbers.y, numbers.x) if self.swapped else (numbers.x, numbers.y)
        if not self.packed:
            return x, y
        return np.where(numbers.written, x, unpacked(x)), np.where(numbers.written, y, unpacked(y))

    def placed(self, numbers: Numbers) -> tuple[Floats, Floats]:
        """Longitude and latitude in EPSG:4490; NaN or infinite where there is none."""
        x, y = self.arranged(numbers)
        return self.shifted(*crs.move(x, y, self.source))

    def shifted(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        if self.shift_m == (0.0, 0.0):
            return lon, lat
        per_lon, per_lat = metres_per_degree(lat)
        return lon + self.shift_m[0] / per_lon, lat + self.shift_m[1] / per_lat


def _titled(source: crs.SourceCrs) -> Worded | str:
    titles = {
        "GCJ-02": Words("火星坐标（高德、腾讯）", "of Chinese web maps"),
        "BD-09": Words("百度坐标", "of Baidu"),
        "EPSG:4490": Words("CGCS2000 经纬度", "CGCS2000 longitude, latitude"),
        "EPSG:4326": Words("WGS 84 经纬度", "WGS 84 longitude, latitude"),
    }
    title = titles.get(source.name) or (source.crs.name if source.crs else "")
    return (
        Words("{name} {title}", "{name} {title}", name=source.name, title=title)
        if title and title != source.name
        else source.name
    )


def metres_per_degree(lat: Floats) -> tuple[Floats, Floats]:
    """Metres in a degree of longitude and in one of latitude on the ellipsoid of CGCS2000, to a metre in a hundred kilometres."""
    phi = np.radians(lat)
    squeeze = 1.0 - 0.00669438002290 * np.sin(phi) ** 2
    return (
        np.radians(6378137.0 * np.cos(phi) / np.sqrt(squeeze)),
        np.radians(6378137.0 * (1.0 - 0.00669438002290) / squeeze**1.5),
    )


def unpacked(values: Floats) -> Floats:
    """ddd.mmssss → degrees: 116.1641 is 116°16′41″. NaN where minutes or seconds reach 60."""
    with np.errstate(invalid="ignore"):
        degrees = np.trunc(values)
        # In millionths of a second, so that no noise of the fraction makes sixty of fifty-nine.
        rest = np.round(np.abs(values - degrees) * 1e10)
        minutes, seconds = rest // 1e8, rest % 1e8 / 1e6
        found = degrees + np.sign(values) * (minutes + seconds / 60.0) / 60.0
        return np.where((minutes < 60) & (seconds < 60) & (np.abs(values) < _METRES), found, np.nan)


_MANY = 24  # numbers whose third and fourth decimals stay below 60 by chance once in 200,000 files


def look_packed(numbers: Numbers) -> bool:
    """Whether the decimals of many numbers read like minutes and seconds: never 60 or more, which of a hundred plain ones forty
    are. Numbers of two decimals say nothing."""
    there = numbers.there & ~numbers.written
    values = np.concatenate([numbers.x[there], numbers.y[there]])
    behind = np.round(np.abs(values - np.trunc(values)) * 1e10)
    seconds = behind // 1e6 % 100
    return bool((seconds > 0).sum() >= _MANY and (seconds < 60).all() and (behind // 1e8 < 60).all())


def told(word: str) -> Reading:
    """The reading of a name; `ImportRefused` for another word."""
    system, *more = word.split("+")
    if set(more) - {SWAPPED, PACKED} or len(set(more)) != len(more):
        raise ImportRefused(
            "读法 coordinates 没有“{word}”这一种", "{word!r} is no way to read coordinates", param="coordinates",
            allowed=["EPSG:4490", "GCJ-02", "EPSG:4490+swapped", "EPSG:4490+packed", "EPSG:4548+swapped"], word=word,
        )  # fmt: skip
    return Reading(crs.parse(system), SWAPPED in more, PACKED in more)


def are_metres(numbers: Numbers) -> bool:
    """Whether most of the numbers are too large for degrees."""
    there = numbers.there
    return bool(there.any() and np.median(np.maximum(np.abs(numbers.x), np.abs(numbers.y))[there]) > _METRES)


def alternatives(
    plain: Reading, numbers: Numbers, centre: tuple[float, float] | None, texts: bool
) -> Iterator[Reading]:
    """What else the numbers may mean, the likeliest first; ``centre``: of the city, longitude and latitude.

    ``texts``: they were typed into cells, where minutes can have been packed behind the point.
    """
    yield replace(plain, swapped=not plain.swapped)
    degrees = Reading(crs.parse(crs.STORED))
    if are_metres(numbers):
        yield from _planes(numbers, centre)
        return
    if not plain.source.kept:
        yield degrees
    if texts and not numbers.written.all():
        yield replace(degrees, packed=True)
        yield replace(degrees, packed=True, swapped=True)
    for name in crs.OFFSETS:
        yield Reading(crs.parse(name))
        yield Reading(crs.parse(name), swapped=True)


# The first EPSG code of each family, whose codes follow each other by central meridian from 75°E: six-degree zones 13–23
# and three-degree zones 25–45 with the zone in the easting, and without it. There the wide zones' planes are among the narrow ones'.
_FAMILIES = (
    (4491, 4513, 4534),  # CGCS2000
    (2327, 2349, 2370),  # Xi'an 1980
    (21413, 2401, 2422),  # Beijing 1954
)
_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135
_MILLION = 1_000_000


def _planes(numbers: Numbers, centre: tuple[float, float] | None) -> Iterator[Reading]:
    """Gauss–Krüger planes that the numbers fit: by the zone in the easting, or by the meridians near the city."""
    there = numbers.there
    x, y = float(np.median(numbers.x[there])), float(np.median(numbers.y[there]))
    for swapped in (False, True):
        east, north = (y, x) if swapped else (x, y)
        if not 300_000 < north < 6_500_000:
            continue
        zone = int(east // _MILLION)
        for family in _FAMILIES:
            for code in _codes(family, zone, centre):
                yield Reading(_system(code), swapped)


def _codes(family: tuple[int, int, int], zone: int, centre: tuple[float, float] | None) -> Iterator[int]:
    six_zone, three_zone, three = family
    if 13 <= zone <= 23:
        yield six_zone + zone - 13
    elif 25 <= zone <= 45:
        yield three_zone + zone - 25
    elif zone == 0 and centre is not None:
        nearest = round(centre[0] / 3) * 3
        for meridian in (nearest, nearest - 3, nearest + 3):
            if _FIRST_MERIDIAN <= meridian <= _LAST_MERIDIAN:
                yield three + (meridian - _FIRST_MERIDIAN) // 3


@lru_cache(maxsize=64)
def _system(code: int) -> crs.SourceCrs:
    return crs.parse(str(code))
