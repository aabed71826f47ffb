"""A change of a few rows leaves the very rows that a build from nothing gives, and the townships' figures of the statistics."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from layers import models, vocab
from layers.admin.journal import ChangeByHand
from layers.grid import assign, conservation, years
from layers.grid import change as grid_change
from layers.grid import litres as grid_litres
from layers.grid.within import Every
from layers.periods import parse_period
from layers.recorded import all_months
from layers.standing import CORRECTION, Effect
from layers.stats import explain
from tests import factories as make
from tests.db.test_grid_assign import (
    A1,
    FEBRUARY,
    NORTHERN,
    SIZE,
    SOUTHERN,
    A,
    B,
    C,
    cursor_of,
    make_world,
    outline,
    rectangle,
    spot,
)
from tests.factories import JANUARY, Grid
from tests.grid_world import versions
from tests.standing import standing
from tests.thorough import WHOLE, paired

pytestmark = pytest.mark.django_db

MARCH = date(2019, 3, 1)
SIZES = (SIZE, 500)
SPOTS = [None, (100, 100), (1500, 200), (2500, 900), (3300, 40), (700, 1200), (1900, 1400), (-500, 0), (1000, 1000)]


def build() -> None:
    """Units, weights, whereabouts and litres of every size, from nothing."""
    with cursor_of() as cursor:
        for table in ("gridusage", "gridyear", "gridplace", "gridweight"):
            cursor.execute(f"DELETE FROM layers_{table}")
        cursor.execute("UPDATE layers_gridbuild SET weighed_release = 0")
        for size in SIZES:
            assign.prepare(cursor, size)
            assign.rebuild(cursor, all_months(cursor), size)


def grid_rows() -> dict[str, set[tuple[Any, ...]]]:
    """Everything kept of the grid but the rows' own ids."""
    return {
        "years": {(*row[:3], *map(tuple, row[3:])) for row in models.GridYear.objects.values_list("size", "year", "unit", "volume_l", "gross_l", "by_area_l")},
        "weights": set(models.GridWeight.objects.values_list("size", "place_kind", "place_id", "purpose", "unit", "weight", "total", "nth", "basis")),
        "places": set(models.GridPlace.objects.values_list("size", "kind", "place_id", "unit", "rule", "share_kind", "share_id", "gap", "since", "until")),
        "usage": set(models.GridUsage.objects.values_list("size", "month", "unit", "gap", "source", "purpose", "rule", "volume_l", "records")),
    }  # fmt: skip


def sum_rows() -> set[tuple[Any, ...]]:
    return set(
        models.UsageSum.objects.values_list(
            "level", "source_sel", "purpose_sel", "month", "code", "parent_code", "gap", "volume_l", "ytd_l", "records"
        )
    )


def stand_ins() -> set[tuple[Any, ...]]:
    return set(
        models.Meter.objects.values_list("code", "stand_in", "stand_in_region", "stand_in_cell_x", "counted_region")
    )


def townships_by_statistics() -> dict[tuple[Any, ...], int]:
    rows = models.UsageSum.objects.filter(level=vocab.TOWNSHIP, gap=0, source_sel__gt=0, purpose_sel__gt=0)
    return {
        tuple(row[:4]): row[4]
        for row in rows.values_list("code", "month", "source_sel", "purpose_sel", "volume_l")
        if row[4]
    }


def townships_by_grid(size: int) -> dict[tuple[Any, ...], int]:
    """Litres by township, month, source and purpose: of its units, less what the sums know by district only, or nowhere."""
    found: dict[tuple[Any, ...], int] = {}
    for *key, litres in models.GridUsage.objects.filter(size=size, gap=0).values_list(
        "unit__region__code", "month", "source", "purpose", "volume_l"
    ):
        found[tuple(key)] = found.get(tuple(key), 0) + litres
    for key, litres in known_higher_up(size).items():
        found[key] -= litres
    return {key: litres for key, litres in found.items() if litres}


def known_higher_up(size: int) -> dict[tuple[Any, ...], int]:
    """What facilities give to units whose kind serves a district, or that counted in no township in that month, by the explanations."""
    higher = {
        (facility.code, month)
        for facility in models.SupplyFacility.objects.all()
        for month in (JANUARY, FEBRUARY, MARCH)
        if min(vocab.FACILITY_SERVES_LEVEL[facility.kind], level_of(facility, month)) < vocab.TOWNSHIP
    }
    found: dict[tuple[Any, ...], int] = {}
    for unit in models.GridUnit.objects.filter(size=size).select_related("region"):
        for month in (JANUARY, FEBRUARY, MARCH):
            page = explain.RecordsPage(limit=1000)
            for part in explain.explain_unit(unit.code, parse_period(f"{month:%Y-%m}"), page=page)["parts"]:
                if part["kind"] == "facility" and (part["code"], month) in higher:
                    key = (
                        unit.region.code, month, vocab.SOURCE.id_of(part["source"]), vocab.PURPOSE.id_of(part["purpose"]),
                    )  # fmt: skip
                    found[key] = found.get(key, 0) + part["volume_l"]
    return found


def level_of(facility: models.SupplyFacility, month: date) -> int:
    """Of the division that it counted in, where it stood in that month; 0 for none."""
    before = models.PastStanding.objects.filter(
        Q(since=None) | Q(since__lte=month), kind=vocab.PLACE_FACILITY, object_id=facility.pk, until__gt=month
    ).first()
    counted = (before or facility).counted_region
    return models.Region.objects.get(pk=counted).level if counted else 0


def empty() -> None:
    for model in (models.UsageRecord, models.SupplyArea, models.Meter, models.WaterUser, models.SupplyFacility):
        model.objects.all().delete()


class Town:
    """A city of a few meters, users, plants and records, and every kind of change by hand to them."""

    def __init__(self, regions: Grid, changes: int = 0) -> None:
        self.regions = regions
        self.changes = changes
        empty()
        for number in range(3):
            make.WaterUserFactory(code=f"U{number}", geom=spot(*SPOTS[number + 2]), declared_region=regions[C])  # type: ignore[misc]
        for number in range(4):
            meter = make.MeterFactory(
                code=f"M{number}", geom=spot(*SPOTS[number]) if SPOTS[number] else None, purpose=1 + number % 2,
                declared_region=regions[(A, B, C, SOUTHERN)[number]],
            )  # fmt: skip
            meter.users.set(models.WaterUser.objects.filter(code=f"U{number}"))
        for number, kind in enumerate((1, 2, 3)):
            plant = make.FacilityFactory(code=f"F{number}", kind=kind, geom=spot(*SPOTS[number + 1]))  # type: ignore[misc]
            make.SupplyAreaFactory(facility=plant, geom=outline(rectangle(450, 470, 2510, 1490)))
        places: list[dict[str, Any]] = [{"meter": m} for m in models.Meter.objects.all()]
        places += [{"facility": f} for f in models.SupplyFacility.objects.all()]
        places += [{"region": regions[code]} for code in (A, B, SOUTHERN, NORTHERN, make.DISTRICT)]
        for number, place in enumerate(places):
            for purpose in (1, 2):
                make.UsageFactory(
                    **place, month=(JANUARY, FEBRUARY)[number % 2], purpose=purpose, volume_l=101 + 7 * number
                )
        regions.settle()
        build()

    def by_hand(
        self, dataset: str, objects: Any, write: Callable[[Any, models.Release], Any], *, action: Any = "change"
    ) -> None:
        """As the administration saves: the change is made known, the rows are written, then it is settled. By turns a position
        holds from the next month on, in all of them, and from a month in which something is recorded."""
        self.changes += 1
        effect = (None, CORRECTION, Effect(FEBRUARY, firsts=True))[self.changes % 3]
        ids = list(objects.values_list("pk", flat=True)) if objects is not None else []
        with transaction.atomic():
            change = ChangeByHand(dataset, "tester", action, ids, effect=effect)
            made = write(objects, change.release)
            change.settle([made.pk] if made is not None else [] if action == "delete" else ids)


Step = tuple[str, int, int]


def some_spot(number: int) -> Any:
    at = SPOTS[number % len(SPOTS)]
    return spot(*at) if at else None


def meters(one: int) -> Any:
    return models.Meter.objects.filter(code=f"M{one % 4}")


def users(one: int) -> Any:
    return models.WaterUser.objects.filter(code=f"U{one % 3}")


def plants(one: int) -> Any:
    return models.SupplyFacility.objects.filter(code=f"F{one % 3}")


def areas(one: int) -> Any:
    return models.SupplyArea.objects.filter(facility__code=f"F{one % 3}")


def records(one: int) -> Any:
    return models.UsageRecord.objects.filter(
        pk__in=models.UsageRecord.objects.order_by("pk")[one : one + 1].values("pk")
    )


def set_to(**values: Any) -> Callable[[Any, models.Release], None]:
    def write(rows: Any, release: models.Release) -> None:
        rows.update(**values)

    return write


def delete(rows: Any, release: models.Release) -> None:
    rows.delete()


def declare(town: Town, one: int, other: int) -> None:
    code = (None, A, B, C, SOUTHERN, make.DISTRICT)[other % 6]
    town.by_hand("meter", meters(one), set_to(declared_region=town.regions[code] if code else None))


def link(town: Town, one: int, other: int) -> None:
    chosen = models.WaterUser.objects.filter(code__in=[f"U{n}" for n in range(3) if other >> n & 1])
    town.by_hand("meter", meters(one), lambda rows, release: rows.get().users.set(chosen))


def add_meter(town: Town, one: int, other: int) -> None:
    values = {"geom": some_spot(other), "purpose": 1 + one % 2}
    town.by_hand("meter", None, lambda rows, release: make.MeterFactory(**values, release=release), action="add")


def add_user(town: Town, one: int, other: int) -> None:
    at = some_spot(other)
    town.by_hand("water_user", None, lambda rows, r: make.WaterUserFactory(geom=at, release=r), action="add")


def redraw(town: Town, one: int, other: int) -> None:
    box = ((450, 470, 2510, 1490), (0, 0, 900, 900), (-900, -900, -100, -100), (3000, 0, 3500, 1000))[other % 4]
    town.by_hand("supply_area", areas(one), set_to(geom=outline(rectangle(*box))))


def add_record(town: Town, one: int, other: int) -> None:
    place: dict[str, Any] = (
        {"meter": meters(one).get()}, {"facility": plants(one).get()},
        {"region": town.regions[(A, SOUTHERN, NORTHERN, make.CITY)[one % 4]]},
    )[other % 3]  # fmt: skip
    values = {
        **place, "month": (JANUARY, FEBRUARY, MARCH)[other % 3], "purpose": 1 + one % 3,
        "correction_no": models.UsageRecord.objects.count(), "volume_l": 37 * one - 20 * other,
    }  # fmt: skip
    town.by_hand("usage", None, lambda rows, release: make.UsageFactory(**values, release=release), action="add")


CHANGES: dict[str, Callable[[Town, int, int], None]] = {
    "move meter": lambda town, one, other: town.by_hand("meter", meters(one), set_to(geom=some_spot(other))),
    "move user": lambda town, one, other: town.by_hand("water_user", users(one), set_to(geom=some_spot(other))),
    "move plant": lambda town, one, other: town.by_hand("facility", plants(one), set_to(geom=some_spot(other))),
    "meter's purpose": lambda town, one, other: town.by_hand("meter", meters(one), set_to(purpose=1 + other % 3)),
    "meter declared": declare,
    "meter's users": link,
    "new meter": add_meter,
    "new user": add_user,
    "delete user": lambda town, one, other: town.by_hand("water_user", users(one), delete, action="delete"),
    "plant's kind": lambda town, one, other: town.by_hand("facility", plants(one), set_to(kind=1 + other % 4)),
    "area": redraw,
    "delete area": lambda town, one, other: town.by_hand("supply_area", areas(one), delete, action="delete"),
    "volume": lambda town, one, other: town.by_hand("usage", records(one), set_to(volume_l=F("volume_l") + other)),
    "new record": add_record,
    "delete record": lambda town, one, other: town.by_hand("usage", records(one), delete, action="delete"),
}


def take(town: Town, step: Step) -> None:
    """One change by hand; what it is about is chosen by two numbers."""
    what, one, other = step
    CHANGES[what](town, one, other)


def check(town: Town) -> None:
    """What was kept up by changes is what is built from nothing, and each township has its figure of the statistics."""
    kept, kept_sums, kept_stand_ins = grid_rows(), sum_rows(), stand_ins()
    assert kept["usage"] and kept["weights"]
    by_statistics = townships_by_statistics()
    for size in SIZES:
        assert townships_by_grid(size) == by_statistics
    town.regions.settle()
    assert stand_ins() == kept_stand_ins
    assert sum_rows() == kept_sums
    build()
    assert grid_rows() == kept
    with cursor_of() as cursor:
        for size in SIZES:
            assert conservation.of_grid(cursor, size, all_months(cursor), only_wrong=True) == []


first_town = standing(lambda folder: Town(make_world()))


@pytest.fixture
def town(first_town: Town, db: None) -> Town:
    return copy(first_town)


@pytest.fixture
def world(first_town: Town, db: None) -> Grid:
    """The town's divisions alone."""
    empty()
    return first_town.regions


@pytest.mark.parametrize(("what", "numbers"), paired(list(CHANGES), [(0, 0), (1, 4), (3, 7)]))
def test_each_kind_of_change(town: Town, what: str, numbers: tuple[int, int]) -> None:
    town.changes = sum(numbers)
    take(town, (what, *numbers))
    check(town)


steps = st.lists(
    st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 11), st.integers(0, 8)), min_size=2, max_size=6
)


# Without shrinking, which at seconds an example would take minutes to say little more.
@pytest.mark.turns(2)
@settings(
    max_examples=8 if WHOLE else 4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(taken=steps)
def test_any_sequence_of_changes(world: Grid, taken: list[Step]) -> None:
    with transaction.atomic():
        town = Town(world, len(taken))
        for step in taken:
            take(town, step)
        check(town)
        transaction.set_rollback(True)


def test_a_plant_that_left_the_city_counts_where_it_stood_before(world: Grid) -> None:
    town = Town(world, 2)
    take(town, ("plant's kind", 2, 1))
    town.changes = 1
    take(town, ("move plant", 2, 7))
    assert models.PastStanding.objects.filter(kind=vocab.PLACE_FACILITY).exists()
    check(town)


def test_nothing_is_weighed_or_assigned_as_a_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assign, "rebuild", lambda *args: pytest.fail("assigned whole months"))
    monkeypatch.setattr(assign, "prepare", lambda *args: pytest.fail("weighed the whole city"))
    take(town, ("move meter", 1, 5))
    take(town, ("new record", 1, 1))  # in a month that there is


def test_months_that_are_still_to_be_assigned_stay_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a run leaves them that was interrupted, or asked for other months: nothing is taken off what was never put on."""
    monkeypatch.setattr(grid_change, "_SMALL_MONTH", 0)
    models.GridUsage.objects.filter(size=SIZE, month=FEBRUARY).delete()
    with cursor_of() as cursor:
        years.refresh(cursor, SIZE, [FEBRUARY], Every(cursor))
    take(town, ("move meter", 1, 5))
    town.by_hand("usage", records(3), set_to(volume_l=5, month=FEBRUARY))
    assert not models.GridUsage.objects.filter(size=SIZE, month=FEBRUARY).exists()
    with cursor_of() as cursor:
        assert assign.unassigned_months(cursor, SIZE, all_months(cursor)) == [FEBRUARY]
        assign.rebuild(cursor, [FEBRUARY], SIZE)
    check(town)


def test_a_month_that_a_change_begins_is_assigned(town: Town) -> None:
    with cursor_of() as cursor:
        before = all_months(cursor)
    march = date(2019, 3, 1)
    assert march not in before
    town.by_hand("usage", records(3), set_to(month=march))
    assert models.GridUsage.objects.filter(month=march).values("size").distinct().count() == len(SIZES)
    check(town)


def test_litres_that_a_change_loses_end_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    before = grid_rows()
    honest = grid_litres.load
    wrong = honest("grid_delta").replace("%(sign)s * volume_l", "%(sign)s * (volume_l + (%(sign)s > 0)::integer)")
    assert wrong != honest("grid_delta")
    monkeypatch.setattr(grid_litres, "load", lambda name: wrong if name == "grid_delta" else honest(name))
    with pytest.raises(conservation.NotConserved, match="a change to the"):
        take(town, ("move meter", 1, 5))
    assert grid_rows() == before


def test_rows_that_a_change_does_not_concern_are_not_written(town: Town) -> None:
    before = versions(unit__region__code=NORTHERN)
    town.by_hand("meter", meters(1), set_to(geom=spot(150, 150)))
    assert versions(unit__region__code=NORTHERN) == before != set()
    place = models.GridPlace.objects.select_related("unit").get(
        size=SIZE, kind=vocab.PLACE_METER, place_id=meters(1).get().pk, until=None
    )
    assert place.unit is not None and place.unit.code == A1


def test_a_plant_is_held_to_the_township_that_the_sums_count_it_in(world: Grid) -> None:
    """Of its area over three townships' ground, a township plant supplies its own; an urban plant all of it."""
    for code, kind in (("F1", 1), ("F2", 2)):
        plant = make.FacilityFactory(code=code, kind=kind, geom=spot(100, 1200))
        make.SupplyAreaFactory(facility=plant, geom=outline(rectangle(0, 500, 1000, 1500)))
        make.UsageFactory(facility=plant, volume_l=100)
    world.settle()
    build()
    found = {
        code: explain.explain_unit(code, parse_period("2019-01"))["parts"]
        for code in models.GridUnit.objects.filter(size=SIZE).values_list("code", flat=True)
    }
    given = {(part["code"], code): part["volume_l"] for code, parts in found.items() for part in parts}
    north = next(code for code in found if code.endswith(NORTHERN) and "E04500" in code)
    assert given == {("F1", A1): 50, ("F1", north): 50, ("F2", north): 100}


def test_a_village_without_an_outline_shares_as_its_township(world: Grid) -> None:
    models.BoundaryPiece.objects.filter(region=world[A]).delete()
    models.Boundary.objects.filter(region=world[A]).delete()
    make.UsageFactory(region=world[A], volume_l=35)
    world.settle()
    build()
    kept = models.GridUsage.objects.filter(size=SIZE)
    assert sorted((round(m2), litres) for m2, litres in kept.values_list("unit__area_m2", "volume_l")) == [
        (500_000, 5), (1_000_000, 10), (1_000_000, 10), (1_000_000, 10),
    ]  # fmt: skip
