"""Datums that no public transformation brings to CGCS2000 exactly: Xi'an 1980, Beijing 1954 and whatever else PROJ only guesses.

Their parameters are kept by the authorities of each province. So the uncertainty is said, and an authority may tell the shift
of its city in metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pyproj

from layers.ingest.crs import STORED, SourceCrs
from layers.ingest.reading import Choice
from layers.ingest.refusal import ImportRefused
from layers.words import Words

DATUM, SHIFT, BALLPARK = "datum", "datum.shift", "ballpark"
GOOD_M = 1.0  # a transformation of that accuracy needs no word
# WGS 84 and CGCS2000 differ by centimetres, which EPSG's transformation between them calls null.
_SAME = ("WGS84", "WORLDGEODETICSYSTEM1984", "CHINA2000", "CHINAGEODETICCOORDINATESYSTEM2000", "CGCS2000", "DCHINA2000")
UNKNOWN_M = 100.0  # how far Xi'an 1980 and Beijing 1954 lie from CGCS2000, in tens of metres up to about this
_FURTHEST_M = 1_000.0


def uncertainty_m(source: SourceCrs) -> float | None:
    """How far positions may lie from where they belong after the transformation; None where that is no matter."""
    if source.crs is None or source.kept:
        return None
    return _uncertainty_m(source.crs.to_wkt())


@lru_cache(maxsize=64)
def _uncertainty_m(wkt: str) -> float | None:
    system = pyproj.CRS.from_wkt(wkt)
    datum = system.datum or (system.geodetic_crs.datum if system.geodetic_crs else None)
    name = "".join(c for c in (datum.name if datum else "").upper() if c.isalnum())
    if any(name.startswith(same) for same in _SAME):
        return None
    accuracy = pyproj.Transformer.from_crs(system, STORED, always_xy=True).accuracy
    if accuracy < 0:
        return UNKNOWN_M
    return accuracy if accuracy > GOOD_M else None


def shift(told: Mapping[str, str]) -> tuple[float, float]:
    """The shift told by the authority, metres east and north; (0, 0) where none was. `ImportRefused` for no such pair."""
    word = told.get(SHIFT)
    if word is None:
        return 0.0, 0.0
    try:
        east, north = (float(part) for part in word.replace("，", ",").split(","))
    except ValueError:
        east = north = float("nan")
    if not (abs(east) <= _FURTHEST_M and abs(north) <= _FURTHEST_M):
        raise ImportRefused(
            "{shift}={word}：应为向东、向北的米数，如 {shift}=-12.5,48.2，各不超过 {furthest_m:.0f} 米",
            "{shift}={word!r} is not metres east,north, such as -12.5,48.2",
            param=SHIFT,
            shift=SHIFT,
            word=word,
            furthest_m=_FURTHEST_M,
        )
    return east, north


def question(source: SourceCrs, told: Mapping[str, str]) -> Choice | None:
    """What is to be said, and asked, of the datum of a reference system; None where it is no matter."""
    metres = uncertainty_m(source)
    if metres is None:
        return None
    if told.get(DATUM, BALLPARK) != BALLPARK:
        raise ImportRefused(
            "读法 {datum} 没有“{told}”这一种", "{told!r} is no way to read {datum}", param=DATUM,
            allowed=[BALLPARK, f"{SHIFT}=-12.5,48.2"], datum=DATUM, told=told[DATUM],
        )  # fmt: skip
    datum = source.crs.datum.name if source.crs and source.crs.datum else source.name
    if SHIFT in told:
        east, north = shift(told)
        return Choice(
            SHIFT, told[SHIFT], Words("{datum} → CGCS2000：按告知的平移量，向东 {east:g} 米、向北 {north:g} 米", "{datum} to CGCS2000: shifted as told, {east:g} m east and {north:g} m north", datum=datum, east=east, north=north),
        )  # fmt: skip
    return Choice(
        DATUM, BALLPARK,
        Words("{name} 的基准 {datum} 到 CGCS2000 没有公开的精确转换参数，照此读取位置可能偏差数十米，最多约 {metres:.0f} 米；请向测绘主管部门索取本市平移量，以 --read {shift}=东,北（米）告知", "{name} ({datum}) has no accurate public transformation to CGCS2000: read so, positions may lie tens of metres, up to about {metres:.0f} m, from where they belong; tell the shift of your city by --read {shift}=east,north (metres)", name=source.name, datum=datum, metres=metres, shift=SHIFT),
        asks=True,
    )  # fmt: skip
