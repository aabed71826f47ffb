"""Where each litre goes, by worlds small enough to compute by hand, and that none is lost or made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import models, vocab
from layers.grid import assign, cells, conservation, weights
from layers.recorded import all_months
from layers.vocab import (
    BY_FACILITY_AREA,
    BY_FACILITY_POSITION,
    BY_FACILITY_USERS,
    BY_METER,
    BY_NOTHING,
    BY_REGION_AREA,
    BY_REGION_POSITIONS,
    BY_USER,
    GRID_COARSE,
    GRID_NO_PLACE,
    GRID_NO_UNITS,
    GRID_OUTSIDE,
)  # fmt: skip
from tests import factories as make
from tests.factories import JANUARY, NORTHERN, SOUTHERN, A, B, C, Grid, outline

pytestmark = pytest.mark.django_db

SIZE = 1000
FEBRUARY = date(2019, 2, 1)
# The plane's corner of the world below: on a border of cells of every size.
X0, Y0 = 450_000, 4_430_000


def plane(*corners: tuple[float, float]) -> Polygon:
    """A polygon of EPSG:4548 metres from the world's corner, as it is stored."""
    ring = [(X0 + x, Y0 + y) for x, y in corners]
    made = Polygon([*ring, ring[0]], srid=4548)
    made.transform(4490)
    return made


def rectangle(west: float, south: float, east: float, north: float) -> Polygon:
    return plane((west, south), (east, south), (east, north), (west, north))


def spot(x: float, y: float) -> Point:
    made = Point(X0 + x, Y0 + y, srid=4548)
    made.transform(4490)
    return made


# South: A is two cells wide, B one and a half; both one cell high. North: C, half a cell high over the first two.
#   C C .
#   A A B b
WORLD = {
    A: (0, 0, 2000, 1000),
    B: (2000, 0, 3500, 1000),
    C: (0, 1000, 2000, 1500),
    SOUTHERN: (0, 0, 3500, 1000),
    NORTHERN: (0, 1000, 2000, 1500),
}
A1, A2, B1, B2 = (cells.code_of(SIZE, 450 + i, 4430, SOUTHERN) for i in range(4))
C1, C2 = (cells.code_of(SIZE, 450 + i, 4431, NORTHERN) for i in range(2))


def make_world() -> Grid:
    grid = make.make_grid(lambda code: code in (make.CITY, make.DISTRICT, *WORLD))
    for code, corners in WORLD.items():
        models.Boundary.objects.filter(region=grid[code]).update(geom=outline(rectangle(*corners)))
    grid.settle()
    return grid


@pytest.fixture
def world() -> Grid:
    return make_world()


@contextmanager
def cursor_of() -> Iterator[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor


def assigned(grid: Grid, size: int = SIZE, month: date = JANUARY) -> dict[tuple[str, int], int]:
    """Litres of a month by (unit code, rule), or ('', gap) of what is in none, after all has been done anew."""
    grid.settle()
    with cursor_of() as cursor:
        cursor.execute("UPDATE layers_gridbuild SET weighed_release = 0")
        assign.prepare(cursor, size)
        assign.rebuild(cursor, all_months(cursor), size)
    return kept(size, month)


def kept(size: int = SIZE, month: date = JANUARY) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    units = dict(models.GridUnit.objects.values_list("pk", "code"))
    for row in models.GridUsage.objects.filter(size=size, month=month):
        key = (units[row.unit_id], row.rule) if row.unit_id else ("", row.gap)
        found[key] = found.get(key, 0) + row.volume_l
    return found


def used(litres: int, **place: Any) -> models.UsageRecord:
    return make.UsageFactory(volume_l=litres, **place)


def test_units_tile_the_townships(world: Grid) -> None:
    assigned(world)
    area = {code: round(m2, 2) for code, m2 in models.GridUnit.objects.values_list("code", "area_m2")}
    assert area == {A1: 1e6, A2: 1e6, B1: 1e6, B2: 5e5, C1: 5e5, C2: 5e5}


@pytest.mark.parametrize(
    ("x", "y", "unit"),
    [
        (500, 500, A1),
        (999.9, 500, A1),
        (1000.1, 500, A2),
        (3400, 999, B2),
        (1500, 1200, C2),
        (500, 1000.5, C1),
        (500, 999.5, A1),
    ],
)
def test_a_meter_counts_in_the_unit_it_stands_in(world: Grid, x: float, y: float, unit: str) -> None:
    used(77, meter=make.MeterFactory(geom=spot(x, y)))
    assert assigned(world) == {(unit, BY_METER): 77}


def test_the_cell_of_a_position_is_kept_with_it(world: Grid) -> None:
    meter = make.MeterFactory(geom=spot(1250, 480))
    meter.refresh_from_db()
    assert (meter.cell_x, meter.cell_y) == (4512, 44304)
    far = make.MeterFactory(geom=Point(0, 0, srid=4490))
    far.refresh_from_db()
    assert (far.cell_x, far.cell_y) == (None, None)


@pytest.mark.parametrize("x", [0, 0.001, -0.001, 100, 250.5, 999.999, 1000])
@pytest.mark.parametrize("y", [0, 99.9995, 500])
def test_the_database_and_the_arithmetic_agree_to_the_border(world: Grid, x: float, y: float) -> None:
    meter = make.MeterFactory(geom=spot(x, y))
    with cursor_of() as cursor:
        cursor.execute(
            "SELECT cell_x, cell_y, ST_X(ST_Transform(geom, 4548)), ST_Y(ST_Transform(geom, 4548))"
            " FROM layers_meter WHERE id = %s",
            [meter.pk],
        )
        cell_x, cell_y, found_x, found_y = cursor.fetchone()
    assert (cell_x, cell_y) == (cells.index_of(found_x, 100), cells.index_of(found_y, 100))


def test_a_position_without_a_unit_of_its_own_belongs_to_the_nearest_of_its_township(world: Grid) -> None:
    # The village reaches a metre beyond its township's outline: no unit lies there.
    models.Boundary.objects.filter(region=world[B]).update(geom=outline(rectangle(2000, 0, 3500, 1001)))
    used(5, meter=make.MeterFactory(geom=spot(2500, 1000.7)))
    assert assigned(world) == {(B1, BY_METER): 5}


def test_a_meter_without_a_position_counts_where_its_user_is(world: Grid) -> None:
    meter = make.MeterFactory(geom=None, declared_region=world[C])
    meter.users.add(
        make.WaterUserFactory(code="U2", geom=spot(100, 100)),
        make.WaterUserFactory(code="U1", geom=spot(2500, 100)),  # the lowest code of those in the city
        make.WaterUserFactory(code="U0", geom=spot(-9000, 100)),
    )
    used(9, meter=meter)
    assert assigned(world) == {(B1, BY_USER): 9}


def test_a_user_outside_the_city_takes_its_meter_there(world: Grid) -> None:
    meter = make.MeterFactory(geom=None, declared_region=world[C])
    meter.users.add(make.WaterUserFactory(geom=spot(-9000, 100)))
    used(9, meter=meter)
    assert assigned(world) == {("", GRID_OUTSIDE): 9}


def test_a_meter_known_by_region_alone_is_shared_there(world: Grid) -> None:
    used(10, meter=make.MeterFactory(geom=None, declared_region=world[A]))
    by_user = make.MeterFactory(geom=None)
    by_user.users.add(make.WaterUserFactory(geom=None, declared_region=world[C]))
    used(4, meter=by_user)
    assert assigned(world) == {
        (A1, BY_REGION_AREA): 5, (A2, BY_REGION_AREA): 5, (C1, BY_REGION_AREA): 2, (C2, BY_REGION_AREA): 2,
    }  # fmt: skip


def test_what_no_rule_reaches_says_why(world: Grid) -> None:
    models.Boundary.objects.filter(region=world[NORTHERN]).delete()
    models.BoundaryPiece.objects.filter(region=world[C]).delete()
    models.Boundary.objects.filter(region=world[C]).delete()
    used(1, meter=make.MeterFactory(geom=None))
    used(2, meter=make.MeterFactory(geom=spot(99_000, 0), declared_region=world[A]))
    used(4, region=world[make.DISTRICT])
    used(8, region=world[C])
    used(16, facility=make.FacilityFactory(geom=None))
    used(32, facility=make.FacilityFactory(geom=spot(-5, -5)))
    assert assigned(world) == {
        ("", GRID_NO_PLACE): 17, ("", GRID_OUTSIDE): 34, ("", GRID_COARSE): 4, ("", GRID_NO_UNITS): 8,
    }  # fmt: skip
    assert set(models.GridUsage.objects.values_list("rule", flat=True)) == {BY_NOTHING}


def test_a_township_shares_by_area_with_the_largest_remainder(world: Grid) -> None:
    # 2:2:2:1 of 100 are 28.57, 28.57, 28.57 and 14.29: 98 whole litres; of the two left one goes to each of the
    # largest remainders, which are three alike: the lowest codes.
    used(100, region=world[SOUTHERN])
    assert assigned(world) == {
        (A1, BY_REGION_AREA): 29, (A2, BY_REGION_AREA): 29, (B1, BY_REGION_AREA): 28, (B2, BY_REGION_AREA): 14,
    }  # fmt: skip


def test_a_village_shares_by_its_own_part_of_a_unit(world: Grid) -> None:
    models.Boundary.objects.filter(region=world[A]).update(geom=outline(rectangle(0, 0, 1250, 1000)))
    models.Boundary.objects.filter(region=world[B]).update(geom=outline(rectangle(1250, 0, 3500, 1000)))
    used(1000, region=world[A])
    assert assigned(world) == {(A1, BY_REGION_AREA): 800, (A2, BY_REGION_AREA): 200}


def test_what_a_village_has_in_another_township_weighs_nothing(world: Grid) -> None:
    models.Boundary.objects.filter(region=world[A]).update(geom=outline(rectangle(0, 0, 1000, 1500)))
    used(1000, region=world[A])
    assert assigned(world) == {(A1, BY_REGION_AREA): 1000}


def test_a_hole_takes_no_water(world: Grid) -> None:
    lake = rectangle(0, 0, 2000, 1000).difference(rectangle(200, 200, 800, 700))
    models.Boundary.objects.filter(region=world[A]).update(geom=outline(lake))
    used(1700, region=world[A])
    assert assigned(world) == {(A1, BY_REGION_AREA): 700, (A2, BY_REGION_AREA): 1000}


def test_a_sliver_of_a_place_shares_all_the_same(world: Grid) -> None:
    # A village of a fifth of a square metre: it weighs nothing in square metres, so its units share equally.
    models.Boundary.objects.filter(region=world[A]).update(geom=outline(rectangle(999.9, 10, 1000.1, 11)))
    used(3, region=world[A])
    assert assigned(world) == {(A1, BY_REGION_AREA): 2, (A2, BY_REGION_AREA): 1}
    # One with ground elsewhere gives nothing to a unit of which it has less than half a square metre.
    models.Boundary.objects.filter(region=world[A]).update(geom=outline(rectangle(500, 0, 1000.0004, 1000)))
    assert assigned(world) == {(A1, BY_REGION_AREA): 3}


def test_positions_of_the_same_purpose_weigh_before_area(world: Grid) -> None:
    for x in (100, 200, 1500):
        make.MeterFactory(geom=spot(x, 100), purpose=2)
    used(30, region=world[A], purpose=2)
    used(30, region=world[A], purpose=3)
    with_two = assigned(world)
    assert with_two == {
        (A1, BY_REGION_POSITIONS): 20, (A2, BY_REGION_POSITIONS): 10, (A1, BY_REGION_AREA): 15, (A2, BY_REGION_AREA): 15,
    }  # fmt: skip


def test_a_meter_without_a_position_weighs_where_its_user_is(world: Grid) -> None:
    user = make.WaterUserFactory(geom=spot(1500, 100))
    for geom in (None, None, spot(100, 100)):
        make.MeterFactory(geom=geom, purpose=2).users.add(user)
    used(30, region=world[A], purpose=2)
    # Every meter once, where it counts: two at their user's position, one at its own.
    assert assigned(world) == {(A1, BY_REGION_POSITIONS): 10, (A2, BY_REGION_POSITIONS): 20}


def test_a_facility_shares_over_its_area_by_the_users_inside(world: Grid) -> None:
    plant = make.FacilityFactory(geom=spot(2500, 500))
    make.SupplyAreaFactory(facility=plant, geom=outline(rectangle(500, 500, 2500, 1500)))
    used(700, facility=plant, purpose=2)
    # 500×500 of A1, 1000×500 of A2, 500×500 of B1, 500×500 of C1, 1000×500 of C2.
    by_area = {A1: 100, A2: 200, B1: 100, C1: 100, C2: 200}
    assert assigned(world) == {(unit, BY_FACILITY_AREA): litres for unit, litres in by_area.items()}
    # Users, their purpose unknown, come before area; meters of the same purpose before users.
    make.WaterUserFactory(geom=spot(1500, 1200))
    assert assigned(world) == {(C2, BY_FACILITY_USERS): 700}
    make.MeterFactory(geom=spot(1500, 700), purpose=2)
    make.MeterFactory(geom=spot(1500, 100), purpose=2)  # outside the area
    assert assigned(world) == {(A2, BY_FACILITY_USERS): 700}


def test_overlapping_supply_areas_share_each_its_own_water(world: Grid) -> None:
    for code in ("F1", "F2"):
        plant = make.FacilityFactory(code=code, geom=spot(500, 500))
        make.SupplyAreaFactory(facility=plant, geom=outline(rectangle(0, 0, 2000, 1000)))
        make.SupplyAreaFactory(facility=plant, code=f"{code}-2", geom=outline(rectangle(1000, 0, 2000, 1000)))
        used(10, facility=plant)
    # The facility's two areas overlap as well: the ground they share counts once.
    assert assigned(world) == {(A1, BY_FACILITY_AREA): 10, (A2, BY_FACILITY_AREA): 10}


def test_a_facility_without_an_area_counts_in_its_own_unit(world: Grid) -> None:
    used(3, facility=make.FacilityFactory(geom=spot(2500, 500)))
    plant = make.FacilityFactory(geom=spot(1500, 1200))
    make.SupplyAreaFactory(facility=plant, geom=outline(rectangle(-900, -900, -100, -100)))  # nothing of it in the city
    used(5, facility=plant)
    used(6, facility=make.FacilityFactory(geom=None, declared_region=world[C]))
    assert assigned(world) == {
        (B1, BY_FACILITY_POSITION): 3, (C2, BY_FACILITY_POSITION): 5, (C1, BY_REGION_AREA): 3, (C2, BY_REGION_AREA): 3,
    }  # fmt: skip


def test_a_facility_outside_the_city_supplies_its_area_inside(world: Grid) -> None:
    plant = make.FacilityFactory(geom=spot(-500, 500), kind=1)
    make.SupplyAreaFactory(facility=plant, geom=outline(rectangle(-1000, 0, 1000, 1000)))
    used(9, facility=plant)
    assert assigned(world) == {(A1, BY_FACILITY_AREA): 9}


@pytest.mark.parametrize("box", [None, (0, 1000, 2000, 1500)])
def test_a_village_without_ground_in_its_township_shares_as_the_township(world: Grid, box: Any) -> None:
    if box:
        models.Boundary.objects.filter(region=world[A]).update(geom=outline(rectangle(*box)))
    else:
        models.BoundaryPiece.objects.filter(region=world[A]).delete()
        models.Boundary.objects.filter(region=world[A]).delete()
    used(70, region=world[A])
    assert assigned(world) == {
        (A1, BY_REGION_AREA): 20, (A2, BY_REGION_AREA): 20, (B1, BY_REGION_AREA): 20, (B2, BY_REGION_AREA): 10,
    }  # fmt: skip


def test_a_closed_village_shares_as_the_township_of_its_code(world: Grid) -> None:
    release = make.ReleaseFactory()
    models.Boundary.objects.filter(region=world[A]).update(valid_to=release)
    models.Region.objects.filter(pk=world[A].pk).update(valid_to=release)
    used(70, region=world[A])
    found = assigned(world)
    assert sum(found.values()) == found[A1, BY_REGION_AREA] * 7 / 2 == 70


@pytest.mark.parametrize("litres", [1, 7, 100, 99_999_999_999])
def test_a_correction_is_shared_as_what_it_corrects(world: Grid, litres: int) -> None:
    used(litres, region=world[SOUTHERN])
    record = assigned(world)
    models.UsageRecord.objects.update(volume_l=-litres, correction_no=1)
    assert assigned(world) == {place: -part for place, part in record.items()}
    used(litres, region=world[SOUTHERN])
    assert set(assigned(world).values()) == {0}
    assert models.UsageRecord.objects.count() == 2


def test_the_same_month_twice_changes_nothing(world: Grid) -> None:
    used(101, region=world[SOUTHERN])
    used(50, meter=make.MeterFactory(geom=spot(10, 10)))
    first = assigned(world)
    assert assigned(world) == first
    assert sum(first.values()) == 151


def test_only_the_months_asked_are_assigned(world: Grid) -> None:
    used(10, region=world[A])
    used(10, region=world[A], month=FEBRUARY)
    assigned(world)
    models.UsageRecord.objects.update(volume_l=20)
    with cursor_of() as cursor:
        assign.rebuild(cursor, [FEBRUARY], SIZE)
    assert sum(kept().values()) == 10
    assert sum(kept(month=FEBRUARY).values()) == 20


def test_a_meter_counts_where_it_stood_in_each_month(world: Grid) -> None:
    meter = make.MeterFactory(geom=spot(2500, 100), stands_since=FEBRUARY)
    models.PastStanding.objects.create(
        kind=vocab.PLACE_METER,
        object_id=meter.pk,
        until=FEBRUARY,
        rule=BY_METER,
        geom=spot(500, 100),
        found_region=world[A],
    )
    used(3, meter=meter)
    used(5, meter=meter, month=FEBRUARY)
    assert assigned(world) == {(A1, BY_METER): 3}
    assert kept(month=FEBRUARY) == {(B1, BY_METER): 5}


def litres(size: int, month: date = JANUARY) -> int:
    return sum(kept(size, month).values())


def test_a_size_is_kept_up_from_when_it_is_built_and_due_when_it_is_to_be_weighed_otherwise(world: Grid) -> None:
    used(10, region=world[A])
    used(10, region=world[A], month=FEBRUARY)
    with cursor_of() as cursor:
        assert (assign.sizes(cursor), assign.due(cursor)) == ([], [])
        assert assign.prepare(cursor, 1000) == assign.prepare(cursor, 200) == [JANUARY, FEBRUARY]
        assert (assign.sizes(cursor), assign.due(cursor)) == ([200, 1000], [])
        assert assign.prepare(cursor, 1000) == []  # nothing has changed since
        assign.weigh_by(cursor, 1000, positions=True)  # as it is
        assert assign.due(cursor) == []
        assign.weigh_by(cursor, 1000, positions=False)
        assign.weigh_by(cursor, 500, positions=False)  # a size that is yet to be built
        assert assign.due(cursor) == [500, 1000]
        assert [weights.by_positions(cursor, size) for size in (200, 500, 1000)] == [True, False, False]
        assert assign.prepare(cursor, 1000) == []  # by area it is now; and so it was, without any position
        assert assign.due(cursor) == [500]
        with pytest.raises(ValueError, match="300"):
            assign.prepare(cursor, 300)


def test_units_that_go_take_every_month_with_them(world: Grid) -> None:
    used(10, region=world[A])
    used(10, region=world[B], month=FEBRUARY)
    assigned(world)
    models.Boundary.objects.filter(region=world[NORTHERN]).update(valid_to=make.ReleaseFactory())
    with cursor_of() as cursor:
        cursor.execute("UPDATE layers_gridbuild SET weighed_release = 0")
        assert assign.prepare(cursor, SIZE) == [JANUARY, FEBRUARY]


def test_months_are_assigned_in_order_and_each_is_told(world: Grid) -> None:
    december = date(2018, 12, 1)
    for month in (JANUARY, december, FEBRUARY):
        used(100, region=world[SOUTHERN], month=month)
    told: list[tuple[date, int, int]] = []
    with cursor_of() as cursor:
        assign.prepare(cursor, SIZE)
        assert assign.unassigned_months(cursor, SIZE, all_months(cursor)) == [december, JANUARY, FEBRUARY]
        written = assign.rebuild(cursor, [FEBRUARY, december, JANUARY], SIZE, lambda *some: told.append(some))
        assert assign.rebuild(cursor, [], SIZE) == 0
        assert written == models.GridUsage.objects.count() == 12
        assert told == [(december, 1, 3), (JANUARY, 2, 3), (FEBRUARY, 3, 3)]
        assert sorted(set(models.GridYear.objects.values_list("size", "year"))) == [(SIZE, 2018), (SIZE, 2019)]
        assign.clear(cursor, [JANUARY], 500)  # of another size
        assert assign.unassigned_months(cursor, SIZE, all_months(cursor)) == []
        assert assign.unassigned_months(cursor, 500, [JANUARY]) == [JANUARY]
        assign.clear(cursor, [JANUARY, december], SIZE)
        assert assign.unassigned_months(cursor, SIZE, all_months(cursor)) == [december, JANUARY]
        assert assign.unassigned_months(cursor, SIZE, [FEBRUARY, JANUARY]) == [JANUARY]


def test_a_change_of_data_is_followed_in_every_size_that_is_kept_up(world: Grid) -> None:
    used(70, region=world[A])
    with cursor_of() as cursor:
        assign.settle(cursor, "meter", [])  # nothing is kept up, and nothing was used that would have to be
        assign.settle(cursor, "usage", [])
        assert assign.sizes(cursor) == []
        assign.settle(cursor, "usage", [JANUARY])
        assert (assign.sizes(cursor), litres(500)) == ([500], 70)
        world.cut(SIZE)
        models.UsageRecord.objects.update(volume_l=71)
        used(5, region=world[B], month=FEBRUARY)
        assign.settle(cursor, "usage", [JANUARY])
        assert [litres(size) for size in (500, SIZE)] == [71, 71]
        assert [litres(size, FEBRUARY) for size in (500, SIZE)] == [0, 0]
        make.MeterFactory(geom=spot(1500, 100), purpose=1)
        world.settle()
        before = kept()
        assign.settle(cursor, "well", [])  # nobody's water goes by wells
        assert assign.due(cursor) == []
        assert kept() == before == {(A1, BY_REGION_AREA): 36, (A2, BY_REGION_AREA): 35}
        assign.settle(cursor, "meter", [])
        assert kept() == {(A2, BY_REGION_POSITIONS): 71}
        assert {rule for _, rule in kept(500)} == {BY_REGION_POSITIONS}
        assert assign.due(cursor) == []


def test_cells_are_cut_when_there_is_water_to_share_and_by_what_moves_it(world: Grid) -> None:
    with cursor_of() as cursor:
        assign.weigh_by(cursor, SIZE, positions=False)
        assign.settle(cursor, "meter", [])  # there is none yet
        assert assign.due(cursor) == [SIZE]
        used(70, region=world[A])
        assign.settle(cursor, "well", [])  # moves none
        assert assign.due(cursor) == [SIZE]
        assert not models.GridUnit.objects.exists()
        assign.settle(cursor, "meter", [])
        assert (assign.due(cursor), litres(SIZE)) == ([], 70)


@pytest.mark.parametrize("write", [assign.prepare, lambda cursor: assign.rebuild(cursor, [JANUARY])])
def test_whoever_writes_the_grid_waits_for_the_other(world: Grid, write: Callable[[Any], object]) -> None:
    """The lock is the one that `layers.grid.change` takes."""
    lock = "SELECT pg_try_advisory_xact_lock(hashtext('layers_gridusage'))"
    with closing(connection.copy()) as other, other.cursor() as asking, cursor_of() as cursor:
        write(cursor)
        asking.execute(lock)
        assert asking.fetchone() == (False,)


def test_a_lost_litre_ends_the_transaction(world: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    used(10, region=world[A])
    assigned(world)
    used(7, region=world[B])
    honest = assign.load
    wrong = honest("grid_usage").replace("sum(volume_l)", "sum(volume_l) - 1")
    monkeypatch.setattr(assign, "load", lambda name: wrong if name == "grid_usage" else honest(name))
    with pytest.raises(conservation.NotConserved, match="do not balance"), cursor_of() as cursor:
        assign.rebuild(cursor, [JANUARY], SIZE)
    assert sum(kept().values()) == 10  # what was there before


def test_an_outline_that_changes_cuts_only_its_own_township(world: Grid) -> None:
    used(10, region=world[NORTHERN])
    assigned(world)
    before = dict(models.GridUnit.objects.values_list("code", "pk"))
    old = world.boundary(NORTHERN)
    release = make.ReleaseFactory()
    models.Boundary.objects.filter(pk=old.pk).update(valid_to=release)
    make.BoundaryFactory(region=world[NORTHERN], geom=outline(rectangle(0, 1000, 2500, 1500)), valid_from=release)
    found = assigned(world)
    after = dict(models.GridUnit.objects.values_list("code", "pk"))
    assert {code for code, pk in after.items() if before.get(code) != pk} == {
        C1, C2, cells.code_of(SIZE, 452, 4431, NORTHERN),
    }  # fmt: skip
    assert found == {(C1, BY_REGION_AREA): 4, (C2, BY_REGION_AREA): 4, (B1.replace("N44300", "N44310")
        .replace(SOUTHERN, NORTHERN), BY_REGION_AREA): 2}  # fmt: skip


@pytest.mark.parametrize("size", cells.SIZES)
def test_every_size_and_level_balances(world: Grid, size: int) -> None:
    plant = make.FacilityFactory(geom=spot(2500, 500))
    make.SupplyAreaFactory(facility=plant, geom=outline(rectangle(450, 470, 2510, 1490)))
    for litres, place in (
        (1001, {"region": world[SOUTHERN]}), (13, {"region": world[make.DISTRICT]}), (997, {"facility": plant}),
        (5, {"meter": make.MeterFactory(geom=None)}), (6, {"meter": make.MeterFactory(geom=spot(-99, 0))}),
        (8, {"meter": make.MeterFactory(geom=spot(1, 1))}),
    ):  # fmt: skip
        used(litres, **place)
        used(-litres // 2, correction_no=1, source=2, **place)
    assigned(world, size)
    with cursor_of() as cursor:
        lines = conservation.of_grid(cursor, size, [JANUARY])
        assert [(line.recorded_l, line.difference_l) for line in lines] == [(2030, 0), (-1017, 0)]
        assert (lines[0].assigned_l, lines[0].unassigned_l, lines[0].outside_l) == (2006, 18, 6)
        for level in vocab.LEVEL:
            found = conservation.of_level(cursor, level.id, [JANUARY])
            assert [line.difference_l for line in found] == [0, 0], level.code


Entry = tuple[int, int, int, int]
entries = st.lists(
    st.tuples(st.integers(0, 7), st.integers(1, 3), st.integers(1, 3), st.integers(0, 10**9)), max_size=12
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=entries, turned=st.randoms(use_true_random=False))
def test_every_litre_is_kept_and_order_changes_nothing(world: Grid, entries: list[Entry], turned: Any) -> None:
    """Any records at any places, entered in any order: the same litres in the same units, and all of them."""
    models.UsageRecord.objects.all().delete()
    models.SupplyArea.objects.all().delete()
    for model in (models.Meter, models.SupplyFacility):
        model.objects.all().delete()
    plants = [make.FacilityFactory(geom=spot(2500, 500)), make.FacilityFactory(geom=spot(20, 20))]
    make.SupplyAreaFactory(facility=plants[0], geom=outline(rectangle(450, 470, 2510, 1490)))
    places = [
        {"region": world[SOUTHERN]}, {"region": world[A]}, {"region": world[make.CITY]}, {"facility": plants[0]},
        {"facility": plants[1]}, {"meter": make.MeterFactory(geom=spot(1100, 700), purpose=2)},
        {"meter": make.MeterFactory(geom=None)}, {"meter": make.MeterFactory(geom=spot(5, 7000))},
    ]  # fmt: skip
    records = [
        {**places[place], "source": source, "purpose": purpose, "correction_no": number, "volume_l": litres - 10**8 * (number > 0)}
        for number, (place, source, purpose, litres) in enumerate(entries)
    ]  # fmt: skip
    for record in records:
        make.UsageFactory(**record)
    first = assigned(world)
    recorded = models.UsageRecord.objects.aggregate(litres=Sum("volume_l"))["litres"] or 0
    assert sum(first.values()) == recorded
    models.UsageRecord.objects.all().delete()
    turned.shuffle(records)
    for record in records:
        make.UsageFactory(**record)
    assert assigned(world) == first
