"""A small city that is not Beijing, in the zone of 105°E: as files of boundaries, with a prefecture or a county as its root.

Made up: its names and outlines are nobody's. A grid of villages of 0.02°, half a degree west of the meridian.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.db.ingest_files import csv, geojson, load

WEST, SOUTH, STEP = 104.5, 30.5, 0.02
PREFECTURE, COUNTY = "5101", "510104"
PLANE, PLACE, COUNTY_PLACE = 4544, "5101@4544", "510104@4544"
NAME, COUNTY_NAME, SOURCE = "锦川市", "锦川县", "锦川市勘测院 2024 年实测"
UNIT = "510191"  # a bureau that is no district's, of one township: as the 17th of Beijing is

_NAMES = {
    PREFECTURE: NAME,
    COUNTY: "东川区",
    "510105": "西川区",
    "510104001": "春熙街道",
    "510104002": "龙泉镇",
    "510105001": "草堂街道",
}
_BOXES = {  # west, south, east, north in villages
    PREFECTURE: (0, 0, 6, 2),
    COUNTY: (0, 0, 4, 2),
    "510105": (4, 0, 6, 2),
    "510104001": (0, 0, 2, 2),
    "510104002": (2, 0, 4, 2),
    "510105001": (4, 0, 6, 2),
}
_VILLAGES = {
    f"{township}{n:03}": (west + n - 1, south, west + n, north)
    for township, (west, south, _, north) in _BOXES.items()
    if len(township) == 9
    for n in (1, 2)
}
VILLAGES = tuple(_VILLAGES)


def outline(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A GeoJSON polygon between two corners, in villages."""
    w, s, e, n = WEST + west * STEP, SOUTH + south * STEP, WEST + east * STEP, SOUTH + north * STEP
    return {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}


def at(column: float, row: float) -> tuple[float, float]:
    """Longitude and latitude so many villages from the city's corner."""
    return WEST + column * STEP, SOUTH + row * STEP


def division(code: str, level: str = "", name: str = "", **more: Any) -> dict[str, Any]:
    box = (_BOXES | _VILLAGES)[code]
    told = level or {4: "city", 6: "district", 9: "township", 12: "village"}[len(code)]
    properties = {
        "code": code,
        "name": name or _NAMES.get(code, f"第{code[-3:]}社区"),
        "level": told,
        "boundary_source": SOURCE,
    }
    return {"type": "Feature", "properties": {**properties, **more}, "geometry": outline(*box)}


def prefecture() -> list[dict[str, Any]]:
    """Two districts with three townships of two villages each; a township of the first has a bureau of its own."""
    units = {COUNTY: COUNTY, "510105": "510105", "510104002": UNIT}
    return [division(code, reporting_unit=units.get(code)) for code in (*_BOXES, *VILLAGES)]


def county() -> list[dict[str, Any]]:
    """The first district alone, as a county that is looked after by itself: its file calls it one."""
    root = division(COUNTY, level="区", name=COUNTY_NAME)
    return [root, *(division(code) for code in (*_BOXES, *VILLAGES) if code.startswith(COUNTY) and code != COUNTY)]


def units(folder: Path) -> None:
    load(
        "reporting_unit",
        csv(folder / "units.csv", f"code,name\n{COUNTY},东川水务局\n510105,西川水务局\n{UNIT},龙泉新区"),
    )


def make(folder: Path, features: list[dict[str, Any]], place: str) -> None:
    """The divisions, a plant, meters and two months of their use: half of it of a year that is not 2019."""
    load("region", geojson(folder / "regions.geojson", features), told={"place": place})
    lines = ["code,name,system,source,purpose,lon,lat,region"]
    places = [(0.5, 1, VILLAGES[0]), (1.3, 0.4, VILLAGES[1]), (2.2, 1.7, VILLAGES[2]), (3.9, 0.1, VILLAGES[3])]
    for n, (column, row, village) in enumerate(places, 1):
        lon, lat = at(column, row)
        lines.append(f"M{n},表{n},conservation,group_tap,residential,{lon:.6f},{lat:.6f},{village}")
    load("meter", csv(folder / "meters.csv", "\n".join(lines)))
    records = ["month,meter,region,source,purpose,volume_l"]
    for month in ("2023-01", "2023-02"):
        records += [f"{month},M{n},,group_tap,residential,{n * 1001}" for n in (1, 2, 3, 4)]
        records.append(f"{month},,510104002,district_tap,industrial,70001")
    load("usage", csv(folder / "usage.csv", "\n".join(records)))


LITRES = 2 * (1001 + 2002 + 3003 + 4004 + 70001)
