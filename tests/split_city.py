"""A city whose divisions change: the south of `factories` is split, and a line in the north is moved.

2019-01 .. 2019-03         from 2019-04 on
北 c d                      北 c' d'    the line between them a fifth of a cell further west
南 a b                      南 a | 新 e    b is the only village of the new 新街道, under another code
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import transaction

from layers import models
from tests import factories as make
from tests.db.ingest_files import geojson, load
from tests.factories import CITY, DISTRICT, NORTHERN, SOUTHERN, A, B, C, D

NEW, E = "110101003", "110101003001"
MONTHS = [date(2019, month, 1) for month in (1, 2, 3)]
APRIL = date(2019, 4, 1)
AFTER = {
    CITY: (0, 0, 2, 2), DISTRICT: (0, 0, 2, 2), SOUTHERN: (0, 0, 1, 1), NEW: (1, 0, 2, 1), NORTHERN: (0, 1, 2, 2),
    A: (0, 0, 1, 1), E: (1, 0, 2, 1), C: (0, 1, 0.8, 2), D: (0.8, 1, 2, 2),
}  # fmt: skip
NAMES = {**make.NAMES, NEW: "新街道", E: "戊社区"}


@transaction.atomic
def make_city() -> make.Grid:
    """The city before, with three months of usage at every kind of place."""
    grid = make.make_grid()
    user = make.WaterUserFactory(code="U1", geom=make.at(1.5, 0.5))
    meters = [
        make.MeterFactory(code="M-a", geom=make.at(0.5, 0.5)),
        make.MeterFactory(code="M-b", geom=make.at(1.5, 0.5)),
        make.MeterFactory(code="M-line", geom=make.at(0.9, 1.5)),  # in c before, in d after
        make.MeterFactory(code="M-out", geom=make.at(5, 5)),
        make.MeterFactory(code="M-declared", geom=None, declared_region=grid[B]),
        make.MeterFactory(code="M-nowhere", geom=None),
        make.MeterFactory(code="M-user", geom=None),
    ]
    meters[-1].users.add(user)
    plants = [
        make.FacilityFactory(code="F-b", geom=make.at(1.6, 0.6), kind=1),  # an urban plant: counts at its district
        make.FacilityFactory(code="F-self", geom=make.at(1.7, 0.6), kind=4),
    ]
    places: list[dict[str, Any]] = [
        *({"meter": one} for one in meters), *({"facility": one} for one in plants),
        {"region": grid[SOUTHERN]}, {"region": grid[B]}, {"region": grid[C]},
    ]  # fmt: skip
    for month in MONTHS:
        for power, place in enumerate(places):
            make.UsageFactory(month=month, volume_l=month.month * 10**power, source=1 + power % 2, **place)
    grid.settle()
    return grid


@transaction.atomic
def make_cells() -> make.Grid:
    """The same city in cells of 500 m, with a plant of a township over both its villages, and one of the district over all."""
    grid = make_city()
    plants = [
        make.FacilityFactory(code="F-plant", geom=make.at(0.6, 0.4), kind=2),
        make.FacilityFactory(code="F-wide", geom=make.at(0.3, 0.3), kind=1),
    ]
    for plant, box in zip(plants, ((0.2, 0.1, 1.9, 0.7), (0.1, 0.2, 1.8, 1.7)), strict=True):
        make.SupplyAreaFactory(facility=plant, geom=make.outline(make.square(*box)))
    for month in MONTHS:
        for nth, plant in enumerate(plants):
            make.UsageFactory(
                month=month, volume_l=10_007 + 13 * month.month + nth, purpose=1 + 2 * nth, facility=plant
            )
    grid.settle()
    grid.cut()
    return grid


def file_of(folder: Path, outlines: dict[str, tuple[float, ...]], names: dict[str, str] = NAMES) -> Path:
    """The divisions as an authority sends them."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": names[code], "level": {2: "city", 6: "district", 9: "township", 12: "village"}[len(code)]},
            "geometry": json.loads(MultiPolygon(make.square(*box)).geojson),
        }
        for code, box in outlines.items()
    ]  # fmt: skip
    return geojson(folder / "divisions.geojson", features)


def split(folder: Path, effective: str = "") -> Any:
    """The release of the new divisions."""
    return load("region", file_of(folder, AFTER), closing=True, effective=effective)


def village_at(point: Any, outlines: dict[str, tuple[float, ...]]) -> str:
    """The village that covers a point, by another way than the house's: '' for none."""
    found = [
        code
        for code, box in outlines.items()
        if len(code) == 12 and Polygon.from_bbox(make.square(*box).extent).covers(point)
    ]
    return min(found, default="")


def expected(months: list[date], outlines: dict[str, tuple[float, ...]]) -> dict[tuple[int, str], int]:
    """Litres by (level, code) with these divisions, record by record; '' is what no division of the level has."""
    found: dict[tuple[int, str], int] = {}
    for record in models.UsageRecord.objects.filter(month__in=months).select_related("meter", "facility", "region"):
        finest = 4
        if record.meter:
            at = record.meter.geom or next((u.geom for u in record.meter.users.all()), None)
            declared = record.meter.declared_region
            code = village_at(at, outlines) if at else declared.code if declared else ""
        elif record.facility:
            code, finest = village_at(record.facility.geom, outlines), 2 if record.facility.kind == 1 else 4
        else:
            code = record.region.code
        for level, digits in {1: 2, 2: 6, 3: 9, 4: 12}.items():
            known = code[:digits] if len(code) >= digits and level <= finest and code[:digits] in outlines else ""
            found[level, known] = found.get((level, known), 0) + record.volume_l
    return found
