"""Every figure is the sum of its parts, and each part says whose it is and by which rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from layers import models, vocab
from layers.stats.absence import added
from tests import factories as make
from tests.db.test_grid_assign import (
    A1,
    A2,
    B1,
    FEBRUARY,
    SIZE,
    SOUTHERN,
    A,
    B,
    C,
    assigned,
    outline,
    rectangle,
    spot,
    used,
    world,
)  # fmt: skip
from tests.factories import Grid

__all__ = ["world"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(world: Grid) -> Grid:
    """A of A1 and A2: two meters, a village, a township, a plant that serves both; and what no unit has."""
    plant = make.FacilityFactory(code="P1", name="水厂", geom=spot(2500, 500))
    make.SupplyAreaFactory(facility=plant, geom=outline(rectangle(0, 0, 2000, 1000)))
    meter = make.MeterFactory(code="M1", geom=spot(100, 100), purpose=2)
    used(50, meter=meter, purpose=2)
    used(-20, meter=meter, purpose=2, correction_no=1)
    used(7, meter=meter, purpose=2, month=FEBRUARY)
    used(3, meter=make.MeterFactory(code="M2", geom=spot(1500, 100), purpose=2), purpose=2, source=2)
    used(101, region=world[A])
    used(70, region=world[SOUTHERN])
    used(11, facility=plant)
    used(13, meter=make.MeterFactory(code="M3", geom=None))
    used(17, meter=make.MeterFactory(code="M4", geom=spot(-500, 0)))
    used(19, region=world[make.DISTRICT])
    assigned(world)
    make.publish()
    return world


def ask(**query: Any) -> dict[str, Any]:
    response = Client().get("/api/explain", {"period": "2019-01", **query})
    assert response.status_code == 200, response.content
    return dict(response.json())


def lines(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(p["kind"], p["code"], p["rule"], p["volume_l"], p["weight"], p["weight_total"], p["of_l"]) for p in found["parts"]]  # fmt: skip


def test_a_unit_lists_what_it_is_made_of(busy: Grid) -> None:
    found = ask(unit=A1)
    assert lines(found) == [
        ("region", A, "region_area", 51, 1_000_000, 2_000_000, 101),
        ("meter", "M1", "meter_position", 30, None, None, None),
        ("region", SOUTHERN, "region_area", 20, 1_000_000, 3_500_000, 70),
        ("facility", "P1", "facility_area", 6, 1_000_000, 2_000_000, 11),
    ]
    assert found["volume_l"] == found["parts_l"] == 107
    assert found["count"] == 4
    assert found["region"] == {"code": SOUTHERN, "name": "南街道"}


@pytest.mark.parametrize("period", ["2019", "2019-01", "2019-02", "2018"])
@pytest.mark.parametrize("filters", [{}, {"source": "group_tap"}, {"purpose": "public_service"}, {"resident": "yes"}])
def test_parts_add_up_to_what_is_kept(busy: Grid, period: str, filters: dict[str, str]) -> None:
    whole = 0
    for unit in models.GridUnit.objects.filter(size=SIZE).values_list("code", flat=True):
        found = ask(unit=unit, period=period, **filters)
        assert found["volume_l"] == found["parts_l"] == added(p["volume_l"] for p in found["parts"])
        whole += found["volume_l"] or 0
    for gap in ("unassigned", "outside"):
        found = ask(unit=gap, size=SIZE, period=period, **filters)
        assert found["volume_l"] == found["parts_l"] == added(p["volume_l"] for p in found["parts"])
        whole += found["volume_l"] or 0
    year = models.UsageRecord.objects.filter(month__year=int(period[:4]))
    if "-" in period:
        year = year.filter(month__month=int(period[-2:]))
    if "source" in filters:
        year = year.filter(source=1)
    if "purpose" in filters:
        year = year.filter(purpose=2)
    if "resident" in filters:
        year = year.filter(purpose=vocab.RESIDENTIAL)
    assert whole == sum(year.values_list("volume_l", flat=True))


def test_what_has_no_unit_says_whose_it_is(busy: Grid) -> None:
    assert [(p["code"], p["volume_l"]) for p in ask(unit="unassigned", size=SIZE)["parts"]] == [
        (make.DISTRICT, 19), ("M3", 13),
    ]  # fmt: skip
    assert [(p["code"], p["volume_l"]) for p in ask(unit="outside", size=SIZE)["parts"]] == [("M4", 17)]


@pytest.mark.parametrize("code", [A, B, C, SOUTHERN, make.DISTRICT, make.CITY])
def test_a_region_is_explained_as_the_statistics_count_it(busy: Grid, code: str) -> None:
    found = ask(region=code, period="2019")
    assert found["volume_l"] == found["parts_l"] == added(p["volume_l"] for p in found["parts"])


def test_a_regions_parts_by_hand(busy: Grid) -> None:
    found = [(p["kind"], p["code"], p["rule"], p["volume_l"]) for p in ask(region=SOUTHERN)["parts"]]
    assert found == [
        ("region", A, "declared", 101),
        ("region", SOUTHERN, "declared", 70),
        ("meter", "M1", "meter_position", 30),
        ("meter", "M2", "meter_position", 3),
    ]


def test_parts_are_paged(busy: Grid) -> None:
    pages = [ask(unit=A1, limit=1, offset=offset) for offset in range(5)]
    assert [p["parts"][0]["volume_l"] if p["parts"] else None for p in pages] == [51, 30, 20, 6, None]
    assert {(p["volume_l"], p["parts_l"], p["count"]) for p in pages} == {(107, 107, 4)}


def test_an_empty_unit_has_no_parts(world: Grid) -> None:
    used(1, meter=make.MeterFactory(geom=spot(100, 100)))
    assigned(world)
    make.publish()
    assert (lambda f: (f["volume_l"], f["parts"]))(ask(unit=A2)) == (None, [])
    assert ask(unit=B1)["count"] == 0


@pytest.mark.parametrize(
    ("query", "status", "param"),
    [
        ({"unit": "0500E04485N44280-110101001"}, 404, "unit"),
        ({"unit": "x"}, 404, "unit"),
        ({"region": "110199"}, 404, "region"),
        ({"region": "11010"}, 400, "region"),
        ({}, 400, "unit"),
        ({"unit": A1, "region": A}, 400, "unit"),
        ({"unit": A1, "period": ""}, 400, "period"),
        ({"unit": A1, "period": "x"}, 400, "period"),
        ({"unit": A1, "limit": "0"}, 400, "limit"),
        ({"unit": A1, "offset": "-1"}, 400, "offset"),
        ({"unit": "outside", "size": "300"}, 400, "size"),
        ({"unit": A1, "colour": "red"}, 400, "colour"),
    ],
)
def test_a_wrong_question_is_told_what_is_allowed(busy: Grid, query: dict[str, str], status: int, param: str) -> None:
    response = Client().get("/api/explain", {"period": "2019-01", **query})
    assert (response.status_code, response.json()["param"]) == (status, param)


def test_a_reporting_unit_is_explained(busy: Grid) -> None:
    """Also what counts in it at its district alone: a plant, and water that is only known by district."""
    bureau = ask(region=make.DISTRICT, level="reporting_unit")
    assert bureau["region"]["level"] == "reporting_unit"
    shown = Client().get(f"/api/regions/{make.DISTRICT}", {"period": "2019-01", "level": "reporting_unit"}).json()
    assert bureau["volume_l"] == bureau["parts_l"] == shown["volume_l"] > 0
    assert {part["code"] for part in bureau["parts"]} >= {"P1", make.DISTRICT}


@pytest.mark.parametrize(
    "asked",
    [{"region": SOUTHERN}, {"unit": A1}, {"unit": "outside"}, {"region": make.DISTRICT, "level": "reporting_unit"}],
)
def test_a_period_without_data_is_answered_empty(busy: Grid, asked: dict[str, str]) -> None:
    found = ask(**asked, period="1999-12..2000-01")
    assert (found["volume_l"], found["parts_l"], found["count"], found["parts"]) == (None, None, 0, [])
    assert found["missing"] == ["1999-12", "2000-01"]
    partly = ask(**asked, period="2018-12..2019-01")
    assert partly["missing"] == ["2018-12"]


def test_the_head_of_an_explanation_can_be_asked_for(busy: Grid) -> None:
    asked = {"region": SOUTHERN, "period": "2019-01"}
    head, whole = Client().head("/api/explain", asked), Client().get("/api/explain", asked)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])


def test_an_explanation_says_what_is_made_up(busy: Grid) -> None:
    models.Meter.objects.filter(code="M1").update(position_quality=vocab.SYNTHETIC)
    models.Boundary.objects.update(quality=vocab.SYNTHETIC)
    make.publish()
    found = ask(region=SOUTHERN)
    assert found["synthetic"] is True
    qualities = {part["code"]: part["position_quality"] for part in found["parts"]}
    assert qualities["M1"] == "synthetic"
    assert qualities[SOUTHERN] is None


def test_what_counts_at_a_district_is_told_where_its_cells_are(busy: Grid) -> None:
    """P1 serves a district: its 11 L are in cells of the south, and in no township's figure."""
    units = models.GridUnit.objects.filter(size=SIZE, region=busy[SOUTHERN]).values_list("code", flat=True)
    above = sum(ask(unit=unit)["above_l"] or 0 for unit in units)
    assert above == 11
    assert ask(region=SOUTHERN)["above_l"] is None, "the township's own figure has none of it"
    assert ask(region=make.DISTRICT)["above_l"] == 11
