"""The sums partition the records: at every level, month and selection each litre is in exactly one row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import models, vocab
from layers.recorded import all_months, months_of
from layers.stats import rebuild
from layers.vocab import CITY, COARSER, DISTRICT, OUTSIDE, REPORTING_UNIT, TOWNSHIP, UNASSIGNED, VILLAGE
from tests import factories as make
from tests.factories import JANUARY, NORTHERN, SOUTHERN, UNIT, A, B, C, D, Grid, at

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH, DECEMBER = date(2019, 2, 1), date(2019, 3, 1), date(2019, 12, 1)
NEXT_JANUARY = date(2020, 1, 1)


@pytest.fixture
def grid() -> Grid:
    return make.make_grid(unit_of_north=True)


def summed(*months: date) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        return rebuild.rebuild(cursor, months or all_months(cursor))


def rows(level: int, month: date = JANUARY, source: int = 0, purpose: int = 0) -> dict[tuple[str, str, int], int]:
    """Litres by (code, parent code, gap)."""
    found = models.UsageSum.objects.filter(level=level, month=month, source_sel=source, purpose_sel=purpose)
    return {(row.code, row.parent_code, row.gap): row.volume_l for row in found}


def recorded(**which: Any) -> int:
    return models.UsageRecord.objects.filter(**which).aggregate(litres=Sum("volume_l"))["litres"] or 0


def assert_partition() -> None:
    """For every level, month and selection of one or all: sums, year to date and counts equal the records'."""
    months = sorted(set(models.UsageRecord.objects.values_list("month", flat=True)))
    totals = {
        key: (litres, ytd, count)
        for *key, litres, ytd, count in models.UsageSum.objects.values_list(
            "level", "month", "source_sel", "purpose_sel"
        ).annotate(Sum("volume_l"), Sum("ytd_l"), Sum("records"))
        for key in [tuple(key)]
    }
    records = list(models.UsageRecord.objects.values_list("month", "source", "purpose", "volume_l"))
    for level in vocab.LEVEL.by_id:
        for month in months:
            for source in (0, *vocab.SOURCE.by_id):
                for purpose in (0, *vocab.PURPOSE.by_id):
                    year = [
                        (m, litres)
                        for m, s, p, litres in records
                        if m.year == month.year and m <= month and source in (0, s) and purpose in (0, p)
                    ]
                    own = [litres for m, litres in year if m == month]
                    expected = (sum(own), sum(litres for _, litres in year), len(own))
                    where = (level, month, source, purpose)
                    assert totals.pop(where, (0, 0, 0)) == expected, where
    assert totals == {}


def test_a_meter_counts_where_it_stands_at_every_level(grid: Grid) -> None:
    make.UsageFactory(meter=make.MeterFactory(geom=at(1.5, 1.5), declared_region=grid[A]), volume_l=1234)
    grid.settle()
    assert rows(VILLAGE) == {(D, NORTHERN, 0): 1234}
    assert rows(TOWNSHIP) == {(NORTHERN, make.DISTRICT, 0): 1234}
    assert rows(DISTRICT) == {(make.DISTRICT, make.CITY, 0): 1234}
    assert rows(CITY) == {(make.CITY, "", 0): 1234}
    assert rows(REPORTING_UNIT) == {(UNIT, make.CITY, 0): 1234}


def test_a_township_without_a_unit_of_its_own_is_reported_by_its_district(grid: Grid) -> None:
    make.UsageFactory(meter=make.MeterFactory(geom=at(0.5, 0.5)), volume_l=5)
    grid.settle()
    assert rows(REPORTING_UNIT) == {(make.DISTRICT, make.CITY, 0): 5}


@pytest.mark.parametrize(
    ("kind", "village", "township"),
    [
        (1, ("", make.DISTRICT, COARSER), ("", make.DISTRICT, COARSER)),
        (2, ("", SOUTHERN, COARSER), (SOUTHERN, make.DISTRICT, 0)),
        (3, (A, SOUTHERN, 0), (SOUTHERN, make.DISTRICT, 0)),
        (4, (A, SOUTHERN, 0), (SOUTHERN, make.DISTRICT, 0)),
    ],
)
def test_a_facility_counts_at_the_level_its_kind_serves(grid: Grid, kind: int, village: Any, township: Any) -> None:
    make.UsageFactory(facility=make.FacilityFactory(kind=kind), volume_l=7)
    grid.settle()
    assert rows(VILLAGE) == {village: 7}
    assert rows(TOWNSHIP) == {township: 7}
    assert rows(DISTRICT) == {(make.DISTRICT, make.CITY, 0): 7}


@pytest.mark.parametrize(
    ("geom", "declared", "village", "district"),
    [
        (None, A, (A, SOUTHERN, 0), (make.DISTRICT, make.CITY, 0)),
        (None, SOUTHERN, ("", SOUTHERN, COARSER), (make.DISTRICT, make.CITY, 0)),
        (None, make.CITY, ("", make.CITY, COARSER), ("", make.CITY, COARSER)),
        (None, None, ("", "", UNASSIGNED), ("", "", UNASSIGNED)),
        (at(9, 9), A, ("", "", OUTSIDE), ("", "", OUTSIDE)),  # a position that is there is believed
        (at(9, 9), None, ("", "", OUTSIDE), ("", "", OUTSIDE)),
    ],
)
def test_a_meter_without_a_village(grid: Grid, geom: Any, declared: str | None, village: Any, district: Any) -> None:
    meter = make.MeterFactory(geom=geom, declared_region=grid[declared] if declared else None)
    make.UsageFactory(meter=meter, volume_l=11)
    grid.settle()
    assert rows(VILLAGE) == {village: 11}
    assert rows(DISTRICT) == {district: 11}
    assert_partition()


@pytest.mark.parametrize(
    ("code", "village", "township"),
    [
        (A, (A, SOUTHERN, 0), (SOUTHERN, make.DISTRICT, 0)),
        (SOUTHERN, ("", SOUTHERN, COARSER), (SOUTHERN, make.DISTRICT, 0)),
        (make.DISTRICT, ("", make.DISTRICT, COARSER), ("", make.DISTRICT, COARSER)),
        (make.CITY, ("", make.CITY, COARSER), ("", make.CITY, COARSER)),
    ],
)
def test_a_region_counts_as_itself(grid: Grid, code: str, village: Any, township: Any) -> None:
    make.UsageFactory(region=grid[code], volume_l=13)
    grid.settle()
    assert rows(VILLAGE) == {village: 13}
    assert rows(TOWNSHIP) == {township: 13}


def test_corrections_are_added_negative_ones_too(grid: Grid) -> None:
    meter = make.MeterFactory()
    make.UsageFactory(meter=meter, volume_l=1000)
    make.UsageFactory(meter=meter, volume_l=-1500, correction_no=1)
    make.UsageFactory(meter=meter, volume_l=200, correction_no=2)
    grid.settle()
    assert rows(VILLAGE) == {(A, SOUTHERN, 0): -300}
    assert_partition()


def test_the_year_to_date_runs_through_gaps_and_ends_with_the_year(grid: Grid) -> None:
    here, there = make.MeterFactory(), make.MeterFactory(geom=at(1.5, 1.5))
    make.UsageFactory(meter=here, volume_l=1)
    make.UsageFactory(meter=there, volume_l=10, month=MARCH)  # nothing at all in February
    make.UsageFactory(meter=here, volume_l=100, month=DECEMBER)
    make.UsageFactory(meter=here, volume_l=1000, month=NEXT_JANUARY)
    grid.settle()
    to_date = {
        (row.month, row.code): (row.volume_l, row.ytd_l, row.records)
        for row in models.UsageSum.objects.filter(level=VILLAGE, source_sel=0, purpose_sel=0)
    }
    assert to_date == {
        (JANUARY, A): (1, 1, 1),
        (MARCH, A): (0, 1, 0),  # kept, so that March's year to date is whole
        (MARCH, D): (10, 10, 1),
        (DECEMBER, A): (100, 101, 1),
        (DECEMBER, D): (0, 10, 0),
        (NEXT_JANUARY, A): (1000, 1000, 1),
    }
    assert_partition()


def ids(month: date) -> set[int]:
    return set(models.UsageSum.objects.filter(month=month).values_list("pk", flat=True))


def test_only_touched_months_and_those_after_them_in_the_year_are_written(grid: Grid) -> None:
    meter = make.MeterFactory()
    for month in (JANUARY, FEBRUARY, MARCH, NEXT_JANUARY):
        make.UsageFactory(meter=meter, month=month)
    grid.settle()
    before = {month: ids(month) for month in (JANUARY, FEBRUARY, MARCH, NEXT_JANUARY)}
    make.UsageFactory(meter=meter, month=FEBRUARY, volume_l=5, correction_no=1)
    summed(FEBRUARY)
    kept = {month for month, found in before.items() if found == ids(month)}
    assert kept == {JANUARY, NEXT_JANUARY}  # March carries the year to date
    assert_partition()


def test_a_month_whose_records_are_gone_has_no_sums(grid: Grid) -> None:
    meter = make.MeterFactory()
    for month in (JANUARY, FEBRUARY, MARCH):
        make.UsageFactory(meter=meter, month=month)
    grid.settle()
    models.UsageRecord.objects.filter(month=FEBRUARY).delete()
    summed(FEBRUARY)
    assert ids(FEBRUARY) == set()
    assert_partition()


def test_summing_again_changes_nothing(grid: Grid) -> None:
    make.UsageFactory(meter=make.MeterFactory())
    make.UsageFactory(region=grid[NORTHERN], month=MARCH)
    grid.settle()
    columns = [f.name for f in models.UsageSum._meta.fields if f.name != "id"]
    before = sorted(models.UsageSum.objects.values_list(*columns))
    written = summed()
    assert written == len(before)
    assert sorted(models.UsageSum.objects.values_list(*columns)) == before


def test_summing_no_month_does_nothing(grid: Grid) -> None:
    with connection.cursor() as cursor:
        assert rebuild.rebuild(cursor, []) == 0


def test_months_of_finds_what_an_import_touches(grid: Grid) -> None:
    meter, facility = make.MeterFactory(), make.FacilityFactory()
    make.UsageFactory(meter=meter, month=MARCH)
    make.UsageFactory(meter=make.MeterFactory(), month=FEBRUARY)
    make.UsageFactory(facility=facility, month=JANUARY)
    make.UsageFactory(region=grid[A], month=DECEMBER)
    with connection.cursor() as cursor:
        for dataset, pk, months in (
            ("meter", meter.pk, [MARCH]),
            ("facility", facility.pk, [JANUARY]),
            ("region", grid[A].pk, [DECEMBER]),
            ("well", meter.pk, []),
        ):
            cursor.execute("CREATE TEMP TABLE touched AS SELECT %s::bigint AS id", [pk])
            assert months_of(cursor, dataset, "touched") == months
            cursor.execute("DROP TABLE touched")
        assert all_months(cursor) == [JANUARY, FEBRUARY, MARCH, DECEMBER]


def test_a_closed_region_keeps_its_usage_under_its_code(grid: Grid) -> None:
    make.UsageFactory(region=grid[A], volume_l=17)
    models.Region.objects.filter(pk=grid[A].pk).update(valid_to=make.ReleaseFactory())
    summed()
    assert rows(VILLAGE) == {(A, SOUTHERN, 0): 17}


def test_reclaimed_water_is_in_all_and_under_its_own_source(grid: Grid) -> None:
    make.UsageFactory(region=grid[A], source=vocab.RECLAIMED, purpose=3, volume_l=19)
    make.UsageFactory(region=grid[A], source=1, purpose=3, volume_l=23)
    grid.settle()
    assert rows(CITY, source=0) == {(make.CITY, "", 0): 42}
    assert rows(CITY, source=vocab.RECLAIMED) == {(make.CITY, "", 0): 19}
    assert rows(CITY, source=vocab.RECLAIMED, purpose=3) == {(make.CITY, "", 0): 19}
    assert rows(CITY, source=vocab.RECLAIMED, purpose=1) == {}


# Places a record may be measured at, by what makes them; built once an example.
PLACES = ("a", "d", "border", "nowhere", "outside", "declared", "plant", "station", "village", "township", "city")
records = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.sampled_from([JANUARY, FEBRUARY, DECEMBER, NEXT_JANUARY]),
        st.integers(1, 7),
        st.integers(1, 7),
        st.integers(-(10**9), 10**12),
    ),
    max_size=30,
)


def place_of(grid: Grid, name: str) -> dict[str, Any]:
    meters = {
        "a": {"geom": at(0.5, 0.5)},
        "d": {"geom": at(1.5, 1.5)},
        "border": {"geom": at(1, 1)},
        "nowhere": {"geom": None},
        "outside": {"geom": at(9, 9)},
        "declared": {"geom": None, "declared_region": grid[B]},
    }
    if name in meters:
        return {"meter": make.MeterFactory(**meters[name])}
    if name in ("plant", "station"):
        return {"facility": make.FacilityFactory(kind=1 if name == "plant" else 3, geom=at(0.5, 1.5))}
    return {"region": grid[{"village": C, "township": NORTHERN, "city": make.CITY}[name]]}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_records=records)
def test_any_records_are_conserved(grid: Grid, given_records: list[tuple[str, date, int, int, int]]) -> None:
    """Built month by month in any order, as imports come, the sums still hold every litre once."""
    with transaction.atomic():
        places = {name: place_of(grid, name) for name in {record[0] for record in given_records}}
        release = make.ReleaseFactory()
        grid.settle()
        for number, (place, month, source, purpose, litres) in enumerate(given_records, 1):
            make.UsageFactory(
                **places[place], month=month, source=source, purpose=purpose, volume_l=litres, correction_no=number,
                release=release,
            )  # fmt: skip
        for month in dict.fromkeys(record[1] for record in given_records):
            summed(month)
        assert_partition()
        transaction.set_rollback(True)
