"""Which village a point is found in: on borders and corners, in holes, outside, beside what is declared."""

from __future__ import annotations

import math

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection

from layers import filters, models, placing, registry, vocab
from layers.stats.profile import object_counts
from tests import factories as make
from tests.factories import CELL, SOUTH, WEST, A, B, C, D, Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    return make.make_grid()


def place(dataset: str = "well", ids_table: str | None = None) -> int:
    with connection.cursor() as cursor:
        return placing.place(cursor, dataset, ids_table)


def found(placed: models.Well) -> str | None:
    placed.refresh_from_db()
    return placed.found_region.code if placed.found_region else None


@pytest.mark.parametrize(
    ("column", "row", "village"),
    [
        (0.5, 0.5, A),
        (1.5, 0.5, B),
        (0.5, 1.5, C),
        (1.5, 1.5, D),
        # On a border two villages cover the point: the lower code has it, from either side.
        (1, 0.5, A),
        (0.5, 1, A),
        (1, 1.5, C),
        (1.5, 1, B),
        (1, 1, A),  # the corner of four
        # On the city's own edge and corners.
        (0, 0, A),
        (2, 2, D),
        (2, 0.5, B),
        # A hair to one side of a border.
        (1 + 1e-9, 0.5, B),
        (1 - 1e-9, 0.5, A),
        (2 + 1e-9, 0.5, None),
        (-0.001, 0.5, None),
        (30, 30, None),
    ],
)
def test_the_village_that_covers_the_point(grid: Grid, column: float, row: float, village: str | None) -> None:
    well = make.WellFactory(geom=at(column, row))
    place()
    assert found(well) == village


def test_a_point_in_a_hole_lies_outside_and_one_on_its_rim_inside(grid: Grid) -> None:
    boundary = grid.boundary(A)
    hole = make.square(0.25, 0.25, 0.75, 0.75)
    boundary.geom = MultiPolygon(Polygon(make.square(0, 0, 1, 1).coords[0], hole.coords[0]), srid=4490)
    boundary.save()
    inside, rim, around = (make.WellFactory(geom=at(x, 0.5)) for x in (0.5, 0.25, 0.1))
    grid.settle()
    assert (found(inside), found(rim), found(around)) == (None, A, A)


def test_an_enclave_belongs_to_its_own_village(grid: Grid) -> None:
    """A hole of one village filled by a part of another: both parts of a multipolygon are its village."""
    rim = make.square(0.25, 0.25, 0.75, 0.75)
    hollow, spread = grid.boundary(A), grid.boundary(D)
    hollow.geom = MultiPolygon(Polygon(make.square(0, 0, 1, 1).coords[0], rim.coords[0]), srid=4490)
    spread.geom = make.outline(make.square(1, 1, 2, 2), rim)
    hollow.save()
    spread.save()
    well = make.WellFactory(geom=at(0.5, 0.5))
    grid.settle()
    assert found(well) == D


def test_cuts_inside_a_subdivided_outline_leave_no_seam(grid: Grid) -> None:
    """An outline of 1,000 vertices is cut into pieces; points on the cuts themselves are found once, none is lost."""
    centre, radius, steps = (WEST + CELL / 2, SOUTH + CELL / 2), CELL * 0.49, 1000
    ring = [
        (centre[0] + radius * math.cos(2 * math.pi * i / steps), centre[1] + radius * math.sin(2 * math.pi * i / steps))
        for i in range(steps)
    ]
    boundary = grid.boundary(A)
    boundary.geom = MultiPolygon(Polygon([*ring, ring[0]]), srid=4490)
    boundary.save()
    grid.settle()
    pieces = list(models.BoundaryPiece.objects.filter(boundary=boundary))
    assert len(pieces) > 10
    assert max(len(piece.geom.coords[0]) for piece in pieces) <= 65  # 64 vertices and the first again
    # Every corner of every piece that does not lie on the outline is on a cut.
    corners = {corner for piece in pieces for corner in piece.geom.coords[0]} - set(ring)
    assert corners
    wells = [make.WellFactory(geom=Point(*corner, srid=4490)) for corner in sorted(corners)]
    inner = [well for well in wells if math.dist(well.geom.coords, centre) < radius * 0.99]
    assert inner
    place()
    assert {found(well) for well in inner} == {A}


def test_declared_and_found_are_kept_apart(grid: Grid) -> None:
    well = make.WellFactory(geom=at(0.5, 0.5), declared_region=grid[D])
    place()
    assert found(well) == A
    assert well.declared_region.code == D


@pytest.mark.parametrize(
    ("geom", "declared", "counted"),
    [
        (at(0.5, 0.5), D, A),  # the position is believed
        (at(0.5, 0.5), None, A),
        (None, D, D),
        (None, make.SOUTHERN, make.SOUTHERN),  # no finer than it is declared
        (None, None, None),
        (at(9, 9), D, None),  # outside the city, whatever is declared
    ],
)
def test_where_an_object_counts(grid: Grid, geom: Point | None, declared: str | None, counted: str | None) -> None:
    """One rule, kept by the database in the row itself; filters, counts and sums all read it."""
    meter = make.MeterFactory(geom=geom, declared_region=grid[declared] if declared else None)
    make.UsageFactory(meter=meter, volume_l=5)
    grid.settle()
    meter.refresh_from_db()
    assert meter.counted_region == (grid[counted].pk if counted else None)
    for code in make.CELLS:
        inside = counted is not None and counted.startswith(code)
        found = filters.parse(registry.layer("meter"), {"region": code}).apply(registry.layer("meter"))
        assert found.exists() == inside, code
        here = {one["layer"]: one["count"] for one in object_counts([code])}
        assert here["meter"] == int(inside), code
        level = make.LEVEL_OF_DIGITS[len(code)]
        sums = models.UsageSum.objects.filter(code=code, level=level, source_sel=0, purpose_sel=0)
        assert [row.volume_l for row in sums] == ([5] if inside else []), code


def test_without_a_position_nothing_is_found_and_what_was_found_goes(grid: Grid) -> None:
    well = make.WellFactory(geom=None, declared_region=grid[A], found_region=grid[B])
    assert place() == 1
    assert found(well) is None


def test_only_findings_that_change_are_written(grid: Grid) -> None:
    make.WellFactory(geom=at(0.5, 0.5))
    make.WellFactory(geom=at(9, 9))
    assert place() == 1
    assert place() == 0


def test_only_the_rows_asked_for_are_placed(grid: Grid) -> None:
    asked, other = make.WellFactory(), make.WellFactory()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE asked ON COMMIT DROP AS SELECT %s::bigint AS id", [asked.pk])
    assert place(ids_table="asked") == 1
    assert (found(asked), found(other)) == (A, None)


@pytest.mark.parametrize(
    ("dataset", "factory"),
    [("facility", make.FacilityFactory), ("water_user", make.WaterUserFactory), ("meter", make.MeterFactory)],
)
def test_every_placed_dataset_is_placed(grid: Grid, dataset: str, factory: type[make.PlacedFactory]) -> None:
    placed = factory(geom=at(1.5, 1.5))
    place(dataset)
    assert found(placed) == D


def test_a_redrawn_border_moves_what_stands_between(grid: Grid) -> None:
    well, still = make.WellFactory(geom=at(0.9, 0.5)), make.WellFactory(geom=at(0.1, 0.5))
    place()
    release = make.ReleaseFactory()
    old = [grid.boundary(A), grid.boundary(B)]
    for boundary in old:
        boundary.valid_to = release
        boundary.save()
    new = [
        make.BoundaryFactory(region=grid[A], geom=make.outline(make.square(0, 0, 0.8, 1))),
        make.BoundaryFactory(region=grid[B], geom=make.outline(make.square(0.8, 0, 2, 1))),
    ]
    with connection.cursor() as cursor:
        changed = placing.after_boundaries(cursor, [boundary.pk for boundary in new])
    assert changed["well"] == 1
    assert (found(well), found(still)) == (B, A)
    assert not models.BoundaryPiece.objects.filter(boundary__in=old).exists()


def test_only_village_outlines_are_cut(grid: Grid) -> None:
    levels = set(models.BoundaryPiece.objects.values_list("region__level", flat=True))
    assert levels == {vocab.VILLAGE}


def test_a_village_that_is_closed_covers_nothing(grid: Grid) -> None:
    well = make.WellFactory()
    place()
    release = make.ReleaseFactory()
    models.Boundary.objects.filter(region=grid[A]).update(valid_to=release)
    models.Region.objects.filter(pk=grid[A].pk).update(valid_to=release)
    with connection.cursor() as cursor:
        placing.after_boundaries(cursor, [])
    assert found(well) is None
