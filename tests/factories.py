"""Just enough of a city for a test: a district of two townships of two villages each, and what stands in them.

    北 c d    110101002 (c, d), reported by 110400 where asked
    南 a b    110101001 (a, b)

A cell is 0.01° wide and high, with its south-west corner at (116, 40): small enough to compute by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import factory
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection
from factory.django import DjangoModelFactory

from layers import models, placing, registry, versions, vocab
from layers.stats import rebuild as sums

WEST, SOUTH, CELL = 116.0, 40.0, 0.01
CITY, DISTRICT, SOUTHERN, NORTHERN = "11", "110101", "110101001", "110101002"
A, B, C, D = "110101001001", "110101001002", "110101002001", "110101002002"
VILLAGES = (A, B, C, D)
UNIT = "110400"  # a reporting unit that is a set of townships, as 亦庄 is
# Columns and rows covered by each region, in cells: west, south, east, north.
CELLS = {
    CITY: (0, 0, 2, 2),
    DISTRICT: (0, 0, 2, 2),
    SOUTHERN: (0, 0, 2, 1),
    NORTHERN: (0, 1, 2, 2),
    A: (0, 0, 1, 1),
    B: (1, 0, 2, 1),
    C: (0, 1, 1, 2),
    D: (1, 1, 2, 2),
}
NAMES = {
    CITY: "试验市",
    DISTRICT: "试验区",
    SOUTHERN: "南街道",
    NORTHERN: "北镇",
    A: "甲社区",
    B: "乙社区",
    C: "丙村",
    D: "丁村",
}
LEVEL_OF_DIGITS = {digits: level for level, digits in vocab.CODE_DIGITS.items()}
JANUARY = date(2019, 1, 1)


def at(column: float, row: float) -> Point:
    """The point so many cells east and north of the grid's south-west corner."""
    return Point(WEST + column * CELL, SOUTH + row * CELL, srid=4490)


def square(west: float, south: float, east: float, north: float) -> Polygon:
    """The rectangle between two corners, in cells."""
    return Polygon.from_bbox((WEST + west * CELL, SOUTH + south * CELL, WEST + east * CELL, SOUTH + north * CELL))


def outline(*parts: Polygon) -> MultiPolygon:
    return MultiPolygon(*parts, srid=4490)


class ReleaseFactory(DjangoModelFactory):
    class Meta:
        model = models.Release

    dataset = "region"
    file_name = "测试.csv"


class ReportingUnitFactory(DjangoModelFactory):
    class Meta:
        model = models.ReportingUnit
        django_get_or_create = ("code",)

    code = UNIT
    name = factory.LazyAttribute(lambda unit: f"{unit.code} 水务局")
    release = factory.SubFactory(ReleaseFactory, dataset="reporting_unit")


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = models.Region

    code = A
    name = factory.LazyAttribute(lambda region: NAMES.get(region.code, region.code))
    level = factory.LazyAttribute(lambda region: LEVEL_OF_DIGITS[len(region.code)])
    valid_from = factory.SubFactory(ReleaseFactory)


class BoundaryFactory(DjangoModelFactory):
    class Meta:
        model = models.Boundary

    region = factory.SubFactory(RegionFactory)
    geom = factory.LazyAttribute(lambda boundary: outline(square(*CELLS[boundary.region.code])))
    quality = vocab.SYNTHETIC
    valid_from = factory.LazyAttribute(lambda boundary: boundary.region.valid_from)


class PlacedFactory(DjangoModelFactory):
    """What stands at a point; declared where the test says."""

    class Meta:
        abstract = True

    geom = factory.LazyFunction(lambda: at(0.5, 0.5))
    release = factory.SubFactory(ReleaseFactory)


class WellFactory(PlacedFactory):
    class Meta:
        model = models.Well

    code = factory.Sequence(lambda number: f"W{number:06d}")
    use = 1
    metering = 1


class FacilityFactory(PlacedFactory):
    class Meta:
        model = models.SupplyFacility

    code = factory.Sequence(lambda number: f"F{number:04d}")
    name = "水厂"
    kind = 1


class SupplyAreaFactory(DjangoModelFactory):
    class Meta:
        model = models.SupplyArea

    facility = factory.SubFactory(FacilityFactory)
    code = factory.LazyAttribute(lambda area: f"SA-{area.facility.code}")
    geom = factory.LazyFunction(lambda: outline(square(0, 0, 1, 1)))
    release = factory.SubFactory(ReleaseFactory)


class WaterUserFactory(PlacedFactory):
    class Meta:
        model = models.WaterUser

    code = factory.Sequence(lambda number: f"U{number:06d}")
    name = "用水户"
    source = 1


class MeterFactory(PlacedFactory):
    class Meta:
        model = models.Meter

    code = factory.Sequence(lambda number: f"MC{number:07d}")
    system = 1
    source = 1
    purpose = 1


class UsageFactory(DjangoModelFactory):
    """A record at no place until the test names one: ``meter``, ``facility`` or ``region``."""

    class Meta:
        model = models.UsageRecord

    month = JANUARY
    source = 1
    purpose = 1
    volume_l = 1000
    release = factory.SubFactory(ReleaseFactory, dataset="usage")


@dataclass
class Grid:
    """The regions by code, and how to make a change take effect."""

    regions: dict[str, models.Region] = field(default_factory=dict)

    def __getitem__(self, code: str) -> models.Region:
        return self.regions[code]

    def boundary(self, code: str) -> models.Boundary:
        return models.Boundary.objects.get(region=self.regions[code], valid_to=None)

    def settle(self) -> models.Release:
        """What an import does at its end: cut the outlines, place, sum, and raise every version."""
        with connection.cursor() as cursor:
            villages = models.Boundary.objects.filter(region__level=vocab.VILLAGE).values_list("pk", flat=True)
            placing.after_boundaries(cursor, list(villages))
            sums.rebuild(cursor, sums.all_months(cursor))
        return publish()


def make_grid(codes: Callable[[str], bool] = lambda code: True, unit_of_north: bool = False) -> Grid:
    """The regions whose codes are wanted, with outlines, parents and reporting units, and their pieces."""
    grid = Grid()
    release = ReleaseFactory()
    bureau = ReportingUnitFactory(code=DISTRICT, release=release)
    for code, cells in CELLS.items():
        if not codes(code):
            continue
        level = LEVEL_OF_DIGITS[len(code)]
        parent = code[: vocab.CODE_DIGITS[level - 1]] if level > 1 else ""
        unit = bureau if code == DISTRICT else None
        if unit_of_north and code == NORTHERN:
            unit = ReportingUnitFactory(code=UNIT, release=release)
        grid.regions[code] = RegionFactory(
            code=code, parent=grid.regions.get(parent), reporting_unit=unit, valid_from=release
        )
        BoundaryFactory(region=grid.regions[code], geom=outline(square(*cells)))
    grid.settle()
    return grid


def publish(*datasets: str) -> models.Release:
    """A release that raises the version of these datasets, or of all."""
    release: Any = ReleaseFactory()
    for name in datasets or [dataset.name for dataset in registry.DATASETS]:
        versions.bump(name, release.pk)
    return release
