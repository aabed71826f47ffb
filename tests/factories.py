"""Just enough of a city for a test: a district of two townships of two villages each, and what stands in them.

    北 c d    110101002 (c, d), reported by 110400 where asked
    南 a b    110101001 (a, b)

A cell is 0.01° wide and high, with its south-west corner at (116, 40): small enough to compute by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import factory
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from factory.django import DjangoModelFactory

from layers import models, placing, registry, versions, vocab
from layers.findings import touched
from layers.grid import assign
from layers.recorded import all_months
from layers.sql import load
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
LEVEL_OF_DIGITS = {
    **dict.fromkeys(vocab.ROOT_DIGITS, vocab.CITY),
    **{digits: level for level, digits in vocab.CODE_DIGITS.items()},
}
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


class HolderFactory(DjangoModelFactory):
    class Meta:
        model = models.AbstractionHolder

    code = factory.Sequence(lambda number: f"H{number:04d}")
    name = "取水户"
    release = factory.SubFactory(ReleaseFactory, dataset="permit")


class PermitFactory(DjangoModelFactory):
    class Meta:
        model = models.AbstractionPermit

    code = factory.Sequence(lambda number: f"P{number:05d}")
    release = factory.SubFactory(ReleaseFactory, dataset="permit")


class SurfaceIntakeFactory(PlacedFactory):
    class Meta:
        model = models.SurfaceIntake

    code = factory.Sequence(lambda number: f"SI{number:04d}")
    name = "取水口"


class SewagePlantFactory(PlacedFactory):
    class Meta:
        model = models.SewagePlant

    code = factory.Sequence(lambda number: f"SP{number:04d}")
    name = "净水厂"
    kind = 1


def line(*points: tuple[float, float]) -> MultiLineString:
    """The line through points, each so many cells east and north of the grid's south-west corner."""
    return MultiLineString(LineString([at(*point).coords for point in points]), srid=4490)


class WaterBodyFactory(DjangoModelFactory):
    class Meta:
        model = models.WaterBody

    code = factory.Sequence(lambda number: f"WB{number:04d}")
    geom = factory.LazyFunction(lambda: outline(square(0.2, 0.2, 0.8, 0.8)))
    release = factory.SubFactory(ReleaseFactory, dataset="water_body")


class WatercourseFactory(DjangoModelFactory):
    class Meta:
        model = models.Watercourse

    code = factory.Sequence(lambda number: f"WC{number:04d}")
    kind = 1
    geom = factory.LazyFunction(lambda: line((0, 0.5), (2, 0.5)))
    release = factory.SubFactory(ReleaseFactory, dataset="watercourse")


class RoadFactory(WatercourseFactory):
    class Meta:
        model = models.Road

    code = factory.Sequence(lambda number: f"RD{number:04d}")
    release = factory.SubFactory(ReleaseFactory, dataset="road")


class RailwayFactory(WatercourseFactory):
    class Meta:
        model = models.Railway

    code = factory.Sequence(lambda number: f"RW{number:04d}")
    release = factory.SubFactory(ReleaseFactory, dataset="railway")


UNDERNEATH = (WaterBodyFactory, WatercourseFactory, RoadFactory, RailwayFactory)


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
            sums.rebuild(cursor, all_months(cursor))
        return publish()

    def cut(self, size: int = 500) -> None:
        """What `manage.py grid` does: cells of a size, with every month assigned to them."""
        with transaction.atomic(), connection.cursor() as cursor:
            assign.prepare(cursor, size)
            assign.rebuild(cursor, all_months(cursor), size)

    def cut_all(self) -> None:
        """Every derived layer built, so that all layers of the registry can be asked."""
        for layer in registry.LAYERS:
            if layer.dataset is registry.GRID:
                self.cut(int(str(layer.scope["size"])))


def make_grid(unit_of_north: bool = False) -> Grid:
    """The regions with outlines, parents and reporting units, and their pieces; the versions raised."""
    grid = Grid()
    release = ReleaseFactory()
    bureau = ReportingUnitFactory(code=DISTRICT, release=release)
    units = {DISTRICT: bureau}
    if unit_of_north:
        units[NORTHERN] = ReportingUnitFactory(code=UNIT, release=release)
    digits_of = {vocab.CITY: len(CITY), **vocab.CODE_DIGITS}
    for level, digits in digits_of.items():
        made = [
            RegionFactory.build(
                code=code,
                parent=grid.regions.get(code[: digits_of.get(level - 1, 0)]),
                reporting_unit=units.get(code),
                valid_from=release,
            )
            for code in CELLS
            if len(code) == digits
        ]
        grid.regions |= {region.code: region for region in models.Region.objects.bulk_create(made)}
    outlines = [BoundaryFactory.build(region=region) for region in grid.regions.values()]
    models.Boundary.objects.bulk_create(outlines)
    with connection.cursor() as cursor:
        villages = models.Boundary.objects.filter(region__level=vocab.VILLAGE).values_list("pk", flat=True)
        cursor.execute(load("rebuild_pieces"), {"boundary_ids": list(villages)})
    publish()
    return grid


def find_faults() -> None:
    """All rules of quality run over what there is, as `manage.py quality --check` does."""
    with transaction.atomic(), connection.cursor() as cursor:
        touched.check_all(cursor)


def meter_in_each_township(litres: Mapping[str, Sequence[int | None]]) -> None:
    """A meter in the south, S, and one in the north, N, with their litres of 2019 from January on; None is no record."""
    for name, place in {"S": at(0.5, 0.5), "N": at(0.5, 1.5)}.items():
        meter = MeterFactory(code=name, geom=place)
        for month, volume_l in enumerate(litres[name], start=1):
            if volume_l is not None:
                UsageFactory(meter=meter, month=date(2019, month, 1), volume_l=volume_l)


def count(code: str, day: str, residents: int | None = None, households: int | None = None, source: str = "") -> None:
    """People of a division, as counted on a day, in a release of their own."""
    region = models.Region.objects.get(code=code, valid_to=None)
    models.Population.objects.create(
        region=region, day=day, residents=residents, households=households, source=source, release=publish("population")
    )


def publish(*datasets: str) -> models.Release:
    """A release that raises the version of these datasets, or of all."""
    release: Any = ReleaseFactory()
    if datasets:
        for name in datasets:
            versions.bump(name, release.pk)
        return release
    now = timezone.now()
    first = [
        models.LayerVersion(dataset=dataset.name, version=0, release=release, changed_at=now)
        for dataset in (*registry.DATASETS, *registry.DERIVED)
    ]
    models.LayerVersion.objects.bulk_create(first, ignore_conflicts=True)
    models.LayerVersion.objects.update(version=F("version") + 1, release=release, changed_at=now)
    return release
