"""Every rule of quality: its fault is found where it is planted, and nowhere else; a change of what it reads finds it and mends it, as a
run over all objects would; and what it proposes makes it go away.

`FAULTS` has of each rule a sound world, with what might be taken for a fault in it, and steps from it to the fault and back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from string import Formatter
from typing import Any

import pytest
from django.apps import apps
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection, transaction

from layers import datasets, placing, registry
from layers.findings import touched
from layers.findings.checks import CHECKS, Check
from layers.findings.run import run
from layers.models import Finding, Meter, Region, Release, UsageRecord, WaterUser
from layers.quality import RULES, readings, take
from layers.stats import permitted
from tests import factories as make
from tests.factories import NORTHERN, SOUTHERN, A, B, C, D, Grid, at, make_grid, outline, square

pytestmark = pytest.mark.django_db

NEW = {
    "well": make.WellFactory, "surface_intake": make.SurfaceIntakeFactory, "facility": make.FacilityFactory,
    "sewage_plant": make.SewagePlantFactory, "water_user": make.WaterUserFactory, "meter": make.MeterFactory,
    "permit": make.PermitFactory,
}  # fmt: skip
HERE = at(0.5, 0.5)  # where everything stands unless told otherwise, in A


@dataclass
class Step:
    """A change of rows of a dataset by which the fault is there, and back. ``makes`` says that it was not there before; one that does
    not is done while another's fault is."""

    dataset: str
    rows: Sequence[Any]
    do: Callable[[], Any]
    undo: Callable[[], Any] = lambda: None
    objects: Sequence[Any] = ()
    region: Region | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    at: GEOSGeometry | None = HERE  # the point, or an area that it is in
    makes: bool = True

    def ids(self) -> list[int]:
        return [row if isinstance(row, int) else row.pk for row in self.rows]


Fault = Callable[[Grid, str], list[Step]]
FAULTS: dict[str, Fault] = {}


def fault(*rules: str) -> Callable[[Fault], Fault]:
    def kept(plant: Fault) -> Fault:
        for rule in rules:
            FAULTS[rule] = FAULTS[f"{rule}_of_person"] = plant
        return plant

    return kept


def put(*rows: Any, **values: Any) -> Callable[[], None]:
    """The change that gives rows these values, by the database alone: what a factory made is not read anew."""

    def change() -> None:
        for row in rows:
            type(row)._default_manager.filter(pk=row.pk).update(**values)

    return change


def own(dataset: str, row: Any, wrong: dict[str, Any], right: dict[str, Any], **told: Any) -> Step:
    """A step of an object's own values."""
    return Step(dataset, [row], put(row, **wrong), put(row, **right), **{"objects": [row], **told})


def value(name: str, wrong: Any, right: Any) -> Fault:
    """The fault of an object whose field has a wrong value, beside one whose has the right one."""

    def plant(grid: Grid, dataset: str) -> list[Step]:
        NEW[dataset](**{name: right})
        return [own(dataset, NEW[dataset](**{name: right}), {name: wrong}, {name: right}, region=grid[A])]

    return plant


FAULTS["well_without_depth"] = value("depth_m", None, 80.0)
FAULTS["well_without_year"] = value("year_built", None, 1999)
FAULTS["facility_without_capacity"] = FAULTS["sewage_without_capacity"] = value("capacity_m3_d", None, 500)


@fault("position_missing")
def _(grid: Grid, dataset: str) -> list[Step]:
    row = NEW[dataset](declared_region=grid[A])
    NEW[dataset]()
    return [own(dataset, row, {"geom": None}, {"geom": HERE}, region=grid[A], at=None)]


@fault("position_outside")
def _(grid: Grid, dataset: str) -> list[Step]:
    row, zone = NEW[dataset](declared_region=grid[A]), Point(119.005, 40.005, srid=4490)
    told = {"lon": 119.005, "lat": 40.005, "declared": A}
    return [own(dataset, row, {"geom": zone}, {"geom": HERE}, region=grid[A], evidence=told, at=zone)]


@fault("position_elsewhere")
def _(grid: Grid, dataset: str) -> list[Step]:
    NEW[dataset](declared_region=grid[SOUTHERN], geom=at(1.5, 0.5))
    row = NEW[dataset](declared_region=grid[A])
    told = {"declared": A, "declared_name": "甲社区", "found": B, "found_name": "乙社区", "km": 0.4}
    return [own(dataset, row, {"geom": at(1.5, 0.5)}, {"geom": HERE}, region=grid[A], evidence=told, at=at(1.5, 0.5))]


@fault("code_spelt_twice")
def _(grid: Grid, dataset: str) -> list[Step]:
    NEW[dataset](code="AB-2")
    rows = [NEW[dataset](code="AB-1"), NEW[dataset](code="XY")]
    told = {"codes": ["AB-1", "ab１"]}
    return [
        own(dataset, rows[1], {"code": "ab１"}, {"code": "XY"}, objects=["AB-1", "ab１"], region=grid[A], evidence=told)
    ]


@fault("same_point")
def _(grid: Grid, dataset: str) -> list[Step]:
    rows = [NEW[dataset](geom=at(0.2, 0.2)), NEW[dataset](geom=at(0.3, 0.3))]
    told: dict[str, Any] = {"objects": rows, "evidence": {"count": 2}, "at": at(0.2, 0.2)}
    return [own(dataset, rows[1], {"geom": at(0.2, 0.2)}, {"geom": at(0.3, 0.3)}, region=grid[A], **told)]


@fault("well_without_permit")
def _(grid: Grid, dataset: str) -> list[Step]:
    make.WellFactory(use=4)
    one, two = make.WellFactory(), make.WellFactory()
    permit, other = make.PermitFactory(), make.PermitFactory()
    one.permits.add(permit)
    two.permits.add(other)
    again = Step("permit", [other], lambda: other_gone(), lambda: other_back(), objects=[two], region=grid[A])

    def other_gone() -> None:
        type(other).objects.filter(pk=other.pk).delete()

    def other_back() -> None:
        other.save(force_insert=True)
        two.permits.add(other)

    own_links = Step(dataset, [one], one.permits.clear, lambda: one.permits.add(permit), objects=[one], region=grid[A])
    return [own_links, again]


@fault("well_unmetered")
def _(grid: Grid, dataset: str) -> list[Step]:
    make.WellFactory(metering=3, use=4)
    return [own(dataset, make.WellFactory(), {"metering": 3}, {"metering": 2}, region=grid[A])]


@fault("well_metered_without_meter")
def _(grid: Grid, dataset: str) -> list[Step]:
    make.WellFactory(metering=2)
    well, meter = make.WellFactory(), make.MeterFactory()
    meter.wells.add(well)
    return [Step("meter", [meter], meter.wells.clear, lambda: meter.wells.add(well), objects=[well], region=grid[A])]


@fault("permit_bare")
def _(grid: Grid, dataset: str) -> list[Step]:
    make.PermitFactory(permitted_l_per_year=1)
    make.PermitFactory(valid_from=date(2019, 1, 1))
    permit, well = make.PermitFactory(holder=make.HolderFactory()), make.WellFactory(geom=None)
    intake = make.SurfaceIntakeFactory(geom=at(1.5, 0.5))
    well.permits.add(permit)
    intake.permits.add(permit)
    return [
        own(dataset, permit, {"holder": None}, {"holder": permit.holder}, region=grid[B], at=at(1.5, 0.5)),
        Step("well", [well], put(well, geom=HERE), put(well, geom=None), makes=False),
        Step("surface_intake", [intake], put(intake, geom=at(1.5, 1.5)), put(intake, geom=at(1.5, 0.5)), makes=False),
    ]


@fault("permit_expired")
def _(grid: Grid, dataset: str) -> list[Step]:
    past, future = {"valid_to": date(2001, 1, 1)}, {"valid_to": date(2999, 1, 1)}
    permits = [make.PermitFactory(**past, declared_region=grid[C]) for _ in range(3)]
    renewed = make.PermitFactory(**future)
    stopped, well = make.WellFactory(status=3), make.WellFactory()
    stopped.permits.add(permits[0])
    well.permits.add(renewed)
    told: dict[str, Any] = {"evidence": {"valid_to": "2001-01-01"}}
    steps = [
        own(dataset, renewed, past, future, region=grid[A], **told),
        own(
            "well",
            stopped,
            {"status": 1},
            {"status": 3},
            objects=permits[:1],
            region=grid[C],
            evidence=told["evidence"],
        ),
    ]
    for permit, kind, place in ((permits[1], "surface_intake", HERE), (permits[2], "water_user", None)):
        row = NEW[kind]()
        steps.append(linked(kind, row, permit, objects=[permit], region=grid[C], at=place, **told))
    return steps


def linked(dataset: str, row: Any, permit: Any, **told: Any) -> Step:
    return Step(dataset, [row], lambda: row.permits.add(permit), row.permits.clear, **told)


@fault("permit_of_nothing")
def _(grid: Grid, dataset: str) -> list[Step]:
    steps = []
    for kind in ("well", "surface_intake", "water_user"):
        permit, row = make.PermitFactory(declared_region=grid[C]), NEW[kind]()
        row.permits.add(permit)
        link = linked(kind, row, permit, objects=[permit], region=grid[C], at=None)
        link.do, link.undo = link.undo, link.do
        steps.append(link)
    return steps


@fault("permit_many_wells")
def _(grid: Grid, dataset: str) -> list[Step]:
    permit, intake, wells = (
        make.PermitFactory(),
        make.SurfaceIntakeFactory(),
        make.WellFactory.create_batch(21, geom=None),
    )
    for row in (*wells[:20], intake):
        row.permits.add(permit)
    return [
        linked("well", wells[20], permit, objects=[permit], region=grid[A], evidence={"count": 21}),
        Step("surface_intake", [intake], put(intake, geom=at(1.5, 1.5)), put(intake, geom=HERE), makes=False),
    ]


@fault("permit_overused")
def _(grid: Grid, dataset: str) -> list[Step]:
    """Of a well's permit and a user's; each is sound by one step of what a permit's water is made of."""
    low, high = {"permitted_l_per_year": 3_000_000}, {"permitted_l_per_year": 9_000_000}
    told: dict[str, Any] = {"evidence": {"year": 2019, "m3": 5000, "permitted_m3": 3000}}
    steps, places = [], iter([at(0.1 * n, 0.1) for n in range(1, 9)])

    def of_well() -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        place = next(places)
        permit, well, meter = make.PermitFactory(**low), make.WellFactory(geom=place), make.MeterFactory()
        well.permits.add(permit)
        meter.wells.add(well)
        make.UsageFactory(meter=meter, volume_l=2_000_000)
        last = make.UsageFactory(meter=meter, month=date(2019, 12, 1), volume_l=3_000_000)
        return permit, well, meter, last, {"objects": [permit], "region": grid[A], "at": place, **told}

    permit, well, meter, last, at_well = of_well()
    put(permit, **high)()
    steps.append(own("permit", permit, low, high, **at_well))
    permit, well, meter, last, at_well = of_well()
    put(last, volume_l=1000)()
    steps.append(own("usage", last, {"volume_l": 3_000_000}, {"volume_l": 1000}, **at_well))
    permit, well, meter, last, at_well = of_well()
    meter.wells.clear()
    steps.append(Step("meter", [meter], lambda m=meter, w=well: m.wells.add(w), meter.wells.clear, **at_well))
    permit, well, meter, last, at_well = of_well()
    well.permits.clear()
    steps.append(linked("well", well, permit, **at_well))
    permit, well, meter, last, at_well = of_well()
    shared = make.PermitFactory()
    well.permits.add(shared)

    def share(add: bool) -> None:
        (well.permits.add if add else well.permits.remove)(shared)

    steps.append(Step("permit", [shared], lambda: share(False), lambda: share(True), **at_well))
    # A user's own water counts, tap water does not; the permit stands at its intake.
    permit, user, intake = (
        make.PermitFactory(**low),
        make.WaterUserFactory(),
        make.SurfaceIntakeFactory(geom=at(0.9, 0.9)),
    )
    intake.permits.add(permit)
    for source, litres in ((4, 5_000_000), (1, 1_000_000)):
        meter = make.MeterFactory(source=source)
        meter.users.add(user)
        make.UsageFactory(meter=meter, volume_l=litres)
    told_user: dict[str, Any] = {"objects": [permit], "region": grid[A], "at": at(0.9, 0.9), **told}
    steps.insert(0, linked("water_user", user, permit, **told_user))
    steps.append(
        Step("surface_intake", [intake], put(intake, geom=at(1.5, 1.5)), put(intake, geom=at(0.9, 0.9)), makes=False)
    )
    return steps


@fault("facility_without_area")
def _(grid: Grid, dataset: str) -> list[Step]:
    facility, other = make.FacilityFactory(), make.FacilityFactory()
    make.SupplyAreaFactory(facility=other)
    area = make.SupplyAreaFactory(facility=facility)
    return [own("supply_area", area, {"facility": other}, {"facility": facility}, objects=[facility], region=grid[A])]


def above_capacity(kind: int, others: int) -> Fault:
    def plant(grid: Grid, dataset: str) -> list[Step]:
        make.UsageFactory(facility=make.FacilityFactory(kind=others, capacity_m3_d=1), volume_l=400_000)
        facility = make.FacilityFactory(kind=kind, capacity_m3_d=10)
        record = make.UsageFactory(facility=facility, volume_l=340_000)
        make.UsageFactory(facility=make.FacilityFactory(kind=kind), volume_l=400_000)
        told: dict[str, Any] = {"objects": [facility], "region": grid[A]}
        much = {"month": "2019-01", "m3": 400, "most": 310, "capacity": 10}
        little = {"month": "2019-01", "m3": 340, "most": 31, "capacity": 1}
        return [
            own("usage", record, {"volume_l": 400_000}, {"volume_l": 340_000}, evidence=much, **told),
            own(dataset, facility, {"capacity_m3_d": 1}, {"capacity_m3_d": 10}, evidence=little, **told),
        ]

    return plant


FAULTS["facility_above_capacity"], FAULTS["facility_above_capacity_of_person"] = (
    above_capacity(1, 4),
    above_capacity(4, 1),
)


@fault("area_far")
def _(grid: Grid, dataset: str) -> list[Step]:
    facility, other = make.FacilityFactory(), make.FacilityFactory()
    area, theirs = make.SupplyAreaFactory(facility=facility), make.SupplyAreaFactory(facility=other)
    told = [{"facility": one.code, "km": 8.1} for one in (facility, other)]
    away = {"geom": outline(square(10, 0, 11, 1))}
    return [
        own(dataset, area, away, {"geom": area.geom}, evidence=told[0], region=grid[A], at=at(10, 0.5)),
        own(
            "facility",
            other,
            {"geom": at(10.5, 0.5)},
            {"geom": HERE},
            objects=[theirs],
            evidence=told[1],
            at=at(1, 0.5),
        ),
    ]


@fault("areas_overlap")
def _(grid: Grid, dataset: str) -> list[Step]:
    facilities = [make.FacilityFactory(kind=kind) for kind in (1, 1, 3, 2)]
    spans = ((0, 0, 1, 1), (1, 0, 2.5, 1), (5, 5, 6, 6), (5.5, 5, 7, 6))
    areas = [
        make.SupplyAreaFactory(facility=f, geom=outline(square(*s))) for f, s in zip(facilities, spans, strict=True)
    ]
    wide, narrow = {"geom": outline(square(0.5, 0, 2, 1))}, {"geom": areas[1].geom}
    told: dict[str, Any] = {"region": grid[A], "evidence": {"share": 50}}
    return [
        own(dataset, areas[1], wide, narrow, objects=areas[:2], at=square(0.5, 0, 1, 1), **told),
        own("facility", facilities[3], {"kind": 3}, {"kind": 2}, objects=areas[2:], at=square(5.5, 5, 6, 6), **told),
    ]


@fault("area_covers_nothing")
def _(grid: Grid, dataset: str) -> list[Step]:
    user, meter = make.WaterUserFactory(geom=at(0.15, 0.15)), make.MeterFactory(geom=at(0.85, 0.85))
    small, other = square(0.1, 0.1, 0.2, 0.2), square(0.8, 0.8, 0.9, 0.9)
    areas = [make.SupplyAreaFactory(geom=outline(shape)) for shape in (square(0, 0, 1, 1), small, other)]
    told = [{"objects": [area], "region": grid[A], "evidence": {"facility": area.facility.code}} for area in areas]
    empty, whole = square(0.3, 0.1, 0.4, 0.2), {"geom": areas[0].geom}
    facility = areas[0].facility
    return [
        own(dataset, areas[0], {"geom": outline(empty)}, whole, at=empty, **told[0]),
        own("water_user", user, {"geom": at(0.3, 0.9)}, {"geom": at(0.15, 0.15)}, at=small, **told[1]),
        own("meter", meter, {"geom": None}, {"geom": at(0.85, 0.85)}, at=other, **told[2]),
        Step("facility", [facility], put(facility, geom=at(1.5, 1.5)), put(facility, geom=HERE), makes=False),
    ]


@fault("village_without_supply")
def _(grid: Grid, dataset: str) -> list[Step]:
    make.SupplyAreaFactory(geom=outline(square(0, 0, 2, 1)))
    area, facility = make.SupplyAreaFactory(geom=outline(square(0, 1, 1, 2))), make.FacilityFactory(geom=at(1.5, 1.5))
    away = {"geom": outline(square(5, 5, 6, 6))}
    told: dict[str, Any] = {"region": grid[D], "at": square(1, 1, 2, 2)}
    return [
        own("supply_area", area, away, {"geom": area.geom}, objects=[C], region=grid[C], at=square(0, 1, 1, 2)),
        own("facility", facility, {"status": 3}, {"status": 1}, objects=[D], **told),
    ]


@fault("meter_without_user")
def _(grid: Grid, dataset: str) -> list[Step]:
    meter, user = make.MeterFactory(), make.WaterUserFactory()
    meter.users.add(user)
    return [
        Step(dataset, [meter], meter.users.clear, lambda: meter.users.add(user), objects=[meter], region=grid[A]),
        Step("water_user", [user], gone(user), lambda: back(user, meter), objects=[meter], region=grid[A]),
    ]


def gone(row: Any) -> Callable[[], Any]:
    return lambda: type(row).objects.filter(pk=row.pk).delete()


def back(user: WaterUser, *meters: Meter) -> None:
    user.save(force_insert=True)
    user.meters.set(meters)


@fault("meter_of_many")
def _(grid: Grid, dataset: str) -> list[Step]:
    meter, users = make.MeterFactory(), make.WaterUserFactory.create_batch(5)
    meter.users.add(*users[:3])
    make.MeterFactory().users.add(*users[:3])
    many: Callable[[], Any] = lambda: meter.users.set(users)  # noqa: E731
    told: dict[str, Any] = {"objects": [meter], "region": grid[A], "evidence": {"count": 5}}
    return [
        Step(dataset, [meter], many, lambda: meter.users.set(users[:3]), **told),
        Step("water_user", [users[4]], gone(users[4]), lambda: back(users[4], meter), makes=False),
    ]


@fault("user_without_meter")
def _(grid: Grid, dataset: str) -> list[Step]:
    meter, user = make.MeterFactory(), make.WaterUserFactory()
    meter.users.add(user)
    return [Step("meter", [meter], meter.users.clear, lambda: meter.users.add(user), objects=[user], region=grid[A])]


@fault("user_with_several_numbers")
def _(grid: Grid, dataset: str) -> list[Step]:
    here, there = {"declared_region": grid[A]}, {"declared_region": grid[B]}
    for name, where in (("张三铺", here), ("张三铺", here), ("东风食品厂A", there), ("东风食品厂A", {})):
        make.WaterUserFactory(name=name, **where)
    make.WaterUserFactory.create_batch(21, name="用水单位", **here)
    users = [make.WaterUserFactory(name=name, **here) for name in ("东风食品厂A", "东风食品厂B")]
    told: dict[str, Any] = {"objects": users, "region": grid[A], "evidence": {"codes": [user.code for user in users]}}
    return [own(dataset, users[1], {"name": "东风 食品厂Ａ"}, {"name": "东风食品厂B"}, **told)]


@fault("synthetic_in_real")
def _(grid: Grid, dataset: str) -> list[Step]:
    for report in ({"context": {"demo": "1"}}, {"admin": {"synthetic": True}}):
        NEW[dataset](position_quality=3, release=make.ReleaseFactory(report=report))
    return [own(dataset, NEW[dataset](), {"position_quality": 3}, {"position_quality": 1}, region=grid[A])]


def months(meter: Meter, *litres: int | None) -> list[UsageRecord]:
    """Records of the months of 2019, from January on."""
    return [
        make.UsageFactory(meter=meter, month=date(2019, n, 1), volume_l=v)
        for n, v in enumerate(litres, 1)
        if v is not None
    ]


@fault("reading_zero")
def _(grid: Grid, dataset: str) -> list[Step]:
    user, other = make.WaterUserFactory(), make.WaterUserFactory()
    meters = [make.MeterFactory(purpose=purpose) for purpose in (1, 1, 1, 4)]
    records = [months(meter, 7, 7, 0, 7, *[0] * 8) for meter in meters]
    put(records[0][-1], volume_l=7)()
    meters[0].users.add(user)
    meters[3].users.add(user)
    told: dict[str, Any] = {"region": grid[A], "evidence": {"since": "2019-05"}}
    linked_later = Step("water_user", [other], lambda: back(other, meters[1]), gone(other), objects=[meters[1]], **told)
    gone(other)()
    return [own("usage", records[0][-1], {"volume_l": 0}, {"volume_l": 7}, objects=meters[:1], **told), linked_later]


@fault("reading_repeated")
def _(grid: Grid, dataset: str) -> list[Step]:
    meter = make.MeterFactory()
    records = months(meter, 7, 7, 5500, 7, *[5500] * 7, 9)
    months(make.MeterFactory(), *[5500] * 10, None, 5500)
    months(make.MeterFactory(), *[0] * 12)
    told: dict[str, Any] = {"objects": [meter], "region": grid[A], "evidence": {"since": "2019-05", "m3": 5.5}}
    return [own("usage", records[-1], {"volume_l": 5500}, {"volume_l": 9}, **told)]


@fault("reading_jump")
def _(grid: Grid, dataset: str) -> list[Step]:
    meter = make.MeterFactory()
    records = months(meter, 1_000_000, None, 900_000, 800_000)
    months(make.MeterFactory(), 10**8 * 2)
    months(make.MeterFactory(), 10, 10**8 - 1)
    told: dict[str, Any] = {"evidence": {"month": "2019-04", "m3": 200_000, "before_m3": 1000}}
    large, small = {"volume_l": 2 * 10**8}, {"volume_l": 800_000}
    return [own("usage", records[-1], large, small, objects=[meter], region=grid[A], **told)]


@fault("reading_negative")
def _(grid: Grid, dataset: str) -> list[Step]:
    meter = make.MeterFactory()
    months(meter, 5000, 5000)
    record = make.UsageFactory(meter=meter, month=date(2019, 2, 1), correction_no=1, volume_l=-5000)
    told: dict[str, Any] = {"evidence": {"month": "2019-02", "m3": -1}}
    wrong, right = {"volume_l": -6000}, {"volume_l": -5000}
    return [own("usage", record, wrong, right, objects=[meter], region=grid[A], **told)]


@fault("reading_stopped")
def _(grid: Grid, dataset: str) -> list[Step]:
    meter = make.MeterFactory()
    months(make.MeterFactory(), *[7] * 12)
    make.MeterFactory()
    (*_, last) = months(meter, *[7] * 11)
    told: dict[str, Any] = {"evidence": {"last": "2019-10"}, "objects": [meter], "region": grid[A]}
    return [Step("usage", [last], gone(last), lambda: last.save(force_insert=True), **told)]


def m2(shape: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT round(ST_Area(layers_plane(ST_GeomFromText(%s, 4490))))", [shape.wkt])
        return int(cursor.fetchone()[0])


@fault("boundary_gap")
def _(grid: Grid, dataset: str) -> list[Step]:
    outline_of, gap = grid.boundary(A), square(0, 0.9, 1, 1)
    wrong, right = {"geom": outline(square(0, 0, 1, 0.9))}, {"geom": outline_of.geom}
    told: dict[str, Any] = {"objects": [SOUTHERN], "region": grid[SOUTHERN], "evidence": {"count": 1, "m2": m2(gap)}}
    return [own(dataset, outline_of, wrong, right, at=gap, **told)]


@fault("boundary_overlap")
def _(grid: Grid, dataset: str) -> list[Step]:
    outline_of, common = grid.boundary(B), square(0.9, 0, 1, 1)
    wrong, right = {"geom": outline(square(0.9, 0, 2, 1))}, {"geom": outline_of.geom}
    told: dict[str, Any] = {"objects": [A, B], "region": grid[SOUTHERN], "evidence": {"m2": m2(common)}}
    return [own(dataset, outline_of, wrong, right, at=common, **told)]


@fault("region_closed", "region_closed_of_permit")
def _(grid: Grid, dataset: str) -> list[Step]:
    closed = make.RegionFactory(
        code=f"{NORTHERN}009", name="旧村", parent=grid[NORTHERN], valid_to=Release.objects.latest("pk")
    )
    NEW[dataset](declared_region=grid[A])
    row = NEW[dataset](declared_region=grid[A])
    told: dict[str, Any] = {"evidence": {"code": closed.code, "name": "旧村"}}
    where = {"region": closed, "at": None} if dataset == "permit" else {"region": grid[A]}
    return [own(dataset, row, {"declared_region": closed}, {"declared_region": grid[A]}, **where, **told)]


# What somebody finds out who is asked to fill in a field: far from every bound.
FOUND_OUT: dict[str, Callable[[Grid, int], dict[str, Any]]] = {
    "geometry": lambda grid, number: {"geom": at(0.61 + number / 100, 0.62)},
    "region": lambda grid, number: {"declared_region": grid[A]},
    "depth_m": lambda grid, number: {"depth_m": 55.0},
    "year_built": lambda grid, number: {"year_built": 2001},
    "capacity_m3_d": lambda grid, number: {"capacity_m3_d": 10**6},
    "holder_code": lambda grid, number: {"holder": make.HolderFactory()},
    "permitted_m3_per_year": lambda grid, number: {"permitted_l_per_year": 10**12},
    "valid_from": lambda grid, number: {"valid_from": date(2010, 1, 1)},
    "valid_to": lambda grid, number: {"valid_to": date(2999, 1, 1)},
}
LINKED = {"permits": make.PermitFactory, "users": make.WaterUserFactory}


def mend(dataset: str, grid: Grid, objects: list[Any], change: dict[str, Any]) -> None:
    """Do what a change says, as somebody would by hand: of several objects, where none is named, to all but the first."""
    some = [row for row in objects if row.code == change["code"]] if "code" in change else objects[1:] or objects
    name = change.get("field", "")
    for number, row in enumerate(some):
        match change["do"]:
            case "close":
                gone(row)()
            case "move":
                put(row, geom=Point(change["lon"], change["lat"], srid=4490))()
            case "fill" if name in LINKED:
                getattr(row, name).add(LINKED[name]())
            case "fill":
                put(row, **FOUND_OUT[name](grid, number))()
            case "set" if name == "region":
                put(row, declared_region=grid[change["value"]])()
            case "set":
                put(row, **{name: registry.dataset(dataset).field(name).vocab.id_of(change["value"])})()
            case what:
                raise AssertionError(f"nobody knows how to do {what}")


def touch(step: Step, change: Callable[[], Any]) -> None:
    """What an import of the rows that a step touches does at its end."""
    with transaction.atomic(), connection.cursor() as cursor:
        checking = touched.Checking(cursor, step.dataset, step.ids())
        change()
        place(cursor)
        checking.follow(cursor, Release.objects.latest("pk").pk, step.ids)


def place(cursor: Any) -> None:
    for dataset in registry.DATASETS:
        if dataset.placed:
            placing.place(cursor, dataset.name)


def standing(check: Check) -> list[Finding]:
    return list(Finding.objects.filter(rule=check.rule.id, dataset=check.dataset, standing=True))


def as_a_whole(checks: Sequence[Check]) -> None:
    """What was found so far is what a run over all objects finds."""
    with transaction.atomic(), connection.cursor() as cursor:
        different = run(cursor, checks)
    assert {rule: made for rule, made in different.by_rule.items() if any(made)} == {}


def codes(objects: Sequence[Any]) -> list[str]:
    return sorted(one if isinstance(one, str) else one.code for one in objects)


def in_order(evidence: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(told) if isinstance(told, list) else told for name, told in evidence.items()}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.rule.code}-{check.dataset}")
def test_a_planted_fault_is_found_and_what_is_proposed_mends_it(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touched, "CHECKS", (check,))
    grid, steps = planted(check)
    assert {step.dataset for step in steps} >= set(check.rule.reads), (
        "a dataset that it reads, and that no step changes"
    )
    assert standing(check) == [], "what is sound is found at fault"

    for number, step in enumerate(step for step in steps if step.makes):
        touch(step, step.do)
        (found,) = standing(check)
        assert sorted(found.objects_named) == codes(step.objects)
        assert in_order(found.evidence) == in_order(step.evidence)
        assert [places(text) for text in check.rule.told.written()[:2]] == [set(found.evidence)] * 2
        assert (found.region, found.of_person) == (step.region, check.rule.of_person)
        assert (found.geom is None) if step.at is None else step.at.distance(found.geom) < 1e-6
        as_a_whole([check])
        if number == 0:
            all_mend(check, grid, found)
            for beside in (step for step in steps if not step.makes):
                touch(beside, beside.do)
                assert len(standing(check)) == 1
                as_a_whole([check])
                touch(beside, beside.undo)
        touch(step, step.undo)
        assert standing(check) == []
        as_a_whole([check])


def planted(check: Check) -> tuple[Grid, list[Step]]:
    """A world in which a fault may be, looked at by every rule that looks at anything here."""
    grid = make_grid()
    steps = FAULTS[check.rule.code](grid, check.dataset)
    with transaction.atomic(), connection.cursor() as cursor:
        place(cursor)
        touched.check_all(cursor, touched.CHECKS)
    return grid, steps


TOGETHER = ("position_elsewhere-well", "areas_overlap-supply_area", "meter_without_user-meter", "reading_zero-meter")


@pytest.mark.parametrize("name", TOGETHER)
def test_what_a_change_touches_is_what_all_rules_over_all_objects_find(name: str) -> None:
    (check,) = (check for check in CHECKS if f"{check.rule.code}-{check.dataset}" == name)
    _, steps = planted(check)
    for step in steps:
        touch(step, step.do)
        as_a_whole(CHECKS)
    touch(step, step.undo)
    as_a_whole(CHECKS)


def all_mend(check: Check, grid: Grid, found: Finding) -> None:
    """Each alternative by itself, from the fault as it is, makes it go away."""
    model = apps.get_model(registry.dataset(check.dataset).model)
    for alternative in found.fixes:
        with transaction.atomic():
            objects = list(model.objects.filter(pk__in=found.object_ids).order_by("pk"))

            def done(changes: Any = alternative, objects: Any = objects) -> None:
                for change in changes:
                    mend(check.dataset, grid, objects, change)

            touch(Step(check.dataset, found.object_ids, done), done)
            assert standing(check) == [], f"{alternative} mends nothing"
            as_a_whole([check])
            transaction.set_rollback(True)
    assert standing(check) == [found]


def test_every_id_and_every_code_is_given_once() -> None:
    assert len({rule.id for rule in RULES}) == len({rule.code for rule in RULES}) == len(RULES)


def test_a_leap_is_what_an_import_warns_of() -> None:
    (jump,) = (rule for rule in readings.RULES if rule.code == "reading_jump")
    leap = datasets.USAGE.object_leap
    assert leap is not None
    assert dict(jump.given) == {"times": leap.times, "least": leap.least}


def test_a_permit_is_held_to_the_water_that_its_page_tells() -> None:
    assert frozenset(take._OWN_WATER) == permitted.OWN_WATER
