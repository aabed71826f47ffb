"""What the schema itself refuses, whoever writes: every rule here is a constraint and no validator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import DatabaseError, connection, transaction

from layers import models
from tests import factories as make
from tests.factories import A, Grid

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    return make.make_grid()


def refused(constraint: str, write: Callable[[], Any]) -> None:
    """The database refuses the write by the rule of that name."""
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        write()


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("11", 2),
        ("110", 1),
        ("110101", 3),
        ("1101", 2),
        ("110101001", 4),
        ("110101001001", 3),
        ("11010a", 2),
        ("", 1),
    ],
)
def test_a_code_has_the_digits_of_its_level(code: str, level: int) -> None:
    refused("region_code_digits_fit_level", lambda: make.RegionFactory(code=code, level=level))


def test_one_current_region_a_code_and_any_number_of_closed_ones() -> None:
    release = make.ReleaseFactory()
    make.RegionFactory(code=A, valid_to=release)
    make.RegionFactory(code=A, valid_to=release)
    make.RegionFactory(code=A)
    refused("region_one_current_per_code", lambda: make.RegionFactory(code=A))


def test_one_current_boundary_a_region_and_any_number_of_closed_ones(grid: Grid) -> None:
    make.BoundaryFactory(region=grid[A], valid_to=make.ReleaseFactory())
    refused("boundary_one_current_per_region", lambda: make.BoundaryFactory(region=grid[A]))


BOW_TIE = Polygon(((116, 40), (116.1, 40.1), (116.1, 40), (116, 40.1), (116, 40)))
HOLE_OUTSIDE = Polygon(
    ((116, 40), (116.1, 40), (116.1, 40.1), (116, 40.1), (116, 40)),
    ((117, 41), (117.1, 41), (117.1, 41.1), (117, 41.1), (117, 41)),
)


@pytest.mark.parametrize("polygon", [BOW_TIE, HOLE_OUTSIDE], ids=["bow tie", "hole outside"])
def test_an_invalid_outline_is_refused(polygon: Polygon) -> None:
    geom = MultiPolygon(polygon, srid=4490)
    refused("boundary_geom_valid", lambda: make.BoundaryFactory(region=make.RegionFactory(), geom=geom))
    refused("supply_area_geom_valid", lambda: make.SupplyAreaFactory(geom=geom))


@pytest.mark.parametrize(
    ("geom", "why"),
    [
        ("SRID=4326;POINT(116 40)", "SRID"),
        ("SRID=4490;LINESTRING(116 40, 117 41)", "type"),
        ("SRID=4490;POINT Z(116 40 5)", "dimension"),
        ("SRID=4490;MULTIPOINT((116 40))", "type"),
    ],
)
def test_a_geometry_of_another_system_or_type_is_refused(geom: str, why: str) -> None:
    well = make.WellFactory()
    with pytest.raises(DatabaseError, match=why), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE layers_well SET geom = ST_GeomFromEWKT(%s) WHERE id = %s", [geom, well.pk])


def test_tile_geometry_label_and_area_follow_the_stored_outline(grid: Grid) -> None:
    """0.01° of longitude at 40° N by 0.01° of latitude, on the CGCS2000 ellipsoid (a = 6378137, 1/f = 298.257222101)."""
    boundary = grid.boundary(A)
    assert boundary.area_m2 == pytest.approx(853.9e3 * 1.1104, rel=2e-3)  # 853.9 m by 1110.4 m
    assert boundary.geom_3857.srid == 3857
    assert boundary.geom_3857.extent[0] == pytest.approx(116 * 111319.49079327357, abs=0.01)
    assert boundary.geom_3857.contains(boundary.label_3857)
    boundary.geom = make.outline(make.square(0, 0, 0.5, 1))
    boundary.save()
    boundary.refresh_from_db()
    assert boundary.area_m2 == pytest.approx(853.9e3 * 1.1104 / 2, rel=2e-3)


def test_an_object_may_have_no_position() -> None:
    well = make.WellFactory(geom=None)
    well.refresh_from_db()
    assert well.geom_3857 is None


@pytest.mark.parametrize(
    ("factory", "constraint", "values"),
    [
        (make.WellFactory, "well_depth_positive", {"depth_m": 0}),
        (make.WellFactory, "well_depth_positive", {"depth_m": -1}),
        (make.FacilityFactory, "facility_capacity_not_negative", {"capacity_m3_d": -1}),
    ],
)
def test_measures_that_cannot_be(factory: Any, constraint: str, values: dict[str, Any]) -> None:
    refused(constraint, lambda: factory(**values))


@pytest.mark.parametrize("factory", [make.WellFactory, make.FacilityFactory, make.MeterFactory, make.WaterUserFactory])
def test_a_code_is_one_objects_alone(factory: Any) -> None:
    first = factory()
    refused("code", lambda: factory(code=first.code))


def test_usage_is_measured_at_exactly_one_place(grid: Grid) -> None:
    meter, facility, village = make.MeterFactory(), make.FacilityFactory(), grid[A]
    for places in (
        {},
        {"meter": meter, "facility": facility},
        {"meter": meter, "region": village},
        {"facility": facility, "region": village},
        {"meter": meter, "facility": facility, "region": village},
    ):
        refused("usage_measured_at_one_place", lambda places=places: make.UsageFactory(**places))
    for places in ({"meter": meter}, {"facility": facility}, {"region": village}):
        make.UsageFactory(**places)
    assert models.UsageRecord.objects.count() == 3


@pytest.mark.parametrize("day", [2, 15, 31])
def test_a_month_is_its_first_day(day: int) -> None:
    refused("usage_month_is_first_day", lambda: make.UsageFactory(meter=make.MeterFactory(), month=date(2019, 1, day)))


def test_only_a_correction_may_be_negative() -> None:
    meter = make.MeterFactory()
    refused("usage_negative_only_corrects", lambda: make.UsageFactory(meter=meter, volume_l=-1))
    make.UsageFactory(meter=meter, volume_l=0)
    make.UsageFactory(meter=meter, volume_l=-1, correction_no=1)


def test_a_reading_is_given_once_though_two_of_its_places_are_empty(grid: Grid) -> None:
    """NULLs count as equal: otherwise nothing would ever be a duplicate."""
    for place in ({"meter": make.MeterFactory()}, {"facility": make.FacilityFactory()}, {"region": grid[A]}):
        make.UsageFactory(**place)
        refused("usage_one_per_place_month", lambda place=place: make.UsageFactory(**place, volume_l=2000))
        make.UsageFactory(**place, correction_no=1)
        make.UsageFactory(**place, source=2)
        make.UsageFactory(**place, purpose=2)
        make.UsageFactory(**place, month=date(2019, 2, 1))


@pytest.mark.parametrize(("gap", "code"), [(0, ""), (1, A), (3, "11")])
def test_a_sum_has_a_region_or_a_reason(gap: int, code: str) -> None:
    row = {"level": 4, "source_sel": 0, "purpose_sel": 0, "month": make.JANUARY, "parent_code": "", "volume_l": 1}
    row |= {"ytd_l": 1, "records": 1, "ytd_records": 1}
    refused("usage_sum_gap_or_code", lambda: models.UsageSum.objects.create(**row, code=code, gap=gap))


def test_what_is_referred_to_cannot_be_deleted(grid: Grid) -> None:
    meter = make.MeterFactory(declared_region=grid[A])
    make.UsageFactory(meter=meter)
    for held in (meter, grid[A], meter.release):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            # Below Django, whose own PROTECT is not what is tested; deferred keys are checked at once.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"DELETE FROM {held._meta.db_table} WHERE id = %s", [held.pk])


def test_every_geometry_column_has_a_named_gist_index() -> None:
    """By the catalogue: a spatial index with a name of ours on each geometry that is searched."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f_table_name, f_geometry_column FROM geometry_columns WHERE f_table_name LIKE 'layers\\_%'"
        )
        columns = set(cursor.fetchall())
        cursor.execute(
            "SELECT tablename, (regexp_match(indexdef, '\\((\\w+)\\)$'))[1] FROM pg_indexes"
            " WHERE indexdef LIKE '%USING gist%' AND indexname NOT LIKE '%\\_id'"
        )
        indexed = set(cursor.fetchall())
    assert len(columns) > 10
    # Looked up by their object, or found by another column of their row, and never searched.
    simplified = {(table, column) for table, column in columns if column in ("geom_far", "geom_middle")}
    assert len(simplified) == 8
    assert columns - indexed == {("layers_paststanding", "geom"), *simplified}


def test_links_go_both_ways_between_users_meters_wells_and_permits() -> None:
    """一表多户、多表一户、一户多址: any number on either side."""
    release = make.ReleaseFactory()
    permit = models.AbstractionPermit.objects.create(code="P1", release=release)
    wells = [make.WellFactory(geom=Point(116, 40, srid=4490)) for _ in range(2)]
    users = [make.WaterUserFactory() for _ in range(2)]
    meters = [make.MeterFactory() for _ in range(2)]
    for user in users:
        user.permits.add(permit)
        user.wells.add(*wells)
        user.meters.add(*meters)
    assert permit.users.count() == wells[0].users.count() == meters[0].users.count() == 2
    assert users[0].meters.count() == users[0].wells.count() == 2
