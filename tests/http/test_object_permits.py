"""Permits and their holders: what they lead to and come from, and what meters say was taken under them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from layers import models
from layers.kept.memory import forget
from tests import factories as make
from tests.factories import A, Grid, at

pytestmark = pytest.mark.django_db

OWN_WELL, TAP, RIVER = 4, 1, 6
MONTHS = range(1, 13)


@pytest.fixture
def city(grid: Grid) -> Grid:
    """A holder of two permits: one of two wells, of which one has a meter, an intake and a user; the other of that user alone."""
    holder = make.HolderFactory(code="H1", name="某单位")
    first = make.PermitFactory(
        code="P1", holder=holder, permitted_l_per_year=10_000, valid_from=date(2019, 1, 1), declared_region=grid[A]
    )
    second = make.PermitFactory(code="P2", holder=holder, permitted_l_per_year=1_000)
    metered, unmetered = make.WellFactory(code="W1", geom=at(0.5, 0.5)), make.WellFactory(code="W2", geom=None)
    intake = make.SurfaceIntakeFactory(code="I1", geom=at(0.6, 0.5))
    user = make.WaterUserFactory(code="U1", name="某厂")
    for one in (metered, unmetered, intake, user):
        one.permits.add(first)
    user.permits.add(second)
    at_well, own, tap, elsewhere = (
        make.MeterFactory(code=code, source=source)
        for code, source in (("M1", OWN_WELL), ("M2", RIVER), ("M3", TAP), ("M4", OWN_WELL))
    )
    at_well.wells.add(metered)
    for meter in (at_well, own, tap, elsewhere):
        meter.users.add(user)
    elsewhere.wells.add(make.WellFactory(code="W9"))  # a well without a permit
    for month in MONTHS:
        for meter, litres in ((at_well, 100), (own, 20), (tap, 5_000), (elsewhere, 7_000)):
            make.UsageFactory(meter=meter, month=date(2019, month, 1), volume_l=litres, source=meter.source)
    grid.settle()
    return grid


def get(client: Client, address: str) -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200, response.content[:500]
    body: dict[str, Any] = response.json()
    return body


def codes(links: dict[str, Any]) -> dict[str, list[tuple[str | None, str]]]:
    return {name: [(one["layer"], one["code"]) for one in listed] for name, listed in links.items()}


def test_from_a_well_to_its_permit_its_holder_and_all_that_holds(client: Client, city: Grid) -> None:
    well = get(client, "/api/layers/well/features/W1")
    assert codes(well["links"])["permits"] == [("permit", "P1")]
    permit = get(client, "/api/layers/permit/features/p1")
    assert permit["geometry"] is None
    assert permit["properties"] == {
        "code": "P1", "holder_code": "H1", "holder_name": "某单位", "permitted_m3_per_year": 10, "valid_from": "2019-01-01",
        "valid_to": None, "region": A,
    }  # fmt: skip
    assert codes(permit["links"]) == {
        "holder": [("holder", "H1")], "wells": [("well", "W1"), ("well", "W2")], "intakes": [("surface_intake", "I1")],
        "users": [("water_user", "U1")], "region": [("village", A)],
    }  # fmt: skip
    assert (permit["links"]["wells"][0]["lon"], permit["links"]["wells"][1]["lon"]) == (pytest.approx(116.005), None)
    holder = get(client, "/api/layers/holder/features/H1")
    assert holder["properties"] == {"code": "H1", "name": "某单位"}
    assert codes(holder["links"]) == {
        "permits": [("permit", "P1"), ("permit", "P2")], "wells": [("well", "W1"), ("well", "W2")],
        "intakes": [("surface_intake", "I1")], "users": [("water_user", "U1")],
    }  # fmt: skip


def test_what_is_taken_under_a_permit_is_what_its_meters_say_and_what_has_none_is_told(
    client: Client, city: Grid
) -> None:
    body = get(client, "/api/layers/permit/use/P1")
    # The well's meter and the user's own water; no tap water, and no meter of a well that it does not permit.
    assert body["volume_l"] == [120] * 12 and body["meters"] == 2
    assert body["points"] == [
        {"kind": "wells", "count": 2, "metered": 1}, {"kind": "intakes", "count": 1, "metered": 0},
        {"kind": "users", "count": 1, "metered": 1},
    ]  # fmt: skip
    # The user's own water is under the other permit too: counted whole, and no share is reckoned.
    assert body["shared"] == {"meters": 1, "volume_l": 240}
    (year,) = body["years"]
    assert (year["volume_l"], year["permitted_l"], year["of_permitted"]) == (1440, 10_000, None)
    assert body["records"] == {"field": "meter", "codes": ["M1", "M2"]}


def test_a_holders_permits_are_set_against_all_that_is_taken_under_them(client: Client, city: Grid) -> None:
    body = get(client, "/api/layers/holder/use/H1")
    assert [one["code"] for one in body["permits"]] == ["P1", "P2"] and not any(
        one["others"] for one in body["permits"]
    )
    assert body["shared"] is None
    (year,) = body["years"]
    assert (year["volume_l"], year["permitted_l"]) == (1440, 11_000)
    assert year["of_permitted"] == pytest.approx(1440 / 11_000)


def test_a_permit_of_nothing_has_no_use_and_one_of_nobody_no_holder(client: Client, city: Grid) -> None:
    make.PermitFactory(code="P3")
    city.settle()
    assert codes(get(client, "/api/layers/permit/features/P3")["links"])["holder"] == []
    body = get(client, "/api/layers/permit/use/P3")
    assert body["points"] == [] and body["years"] == [] and set(body["volume_l"]) == {None}


def test_a_list_of_permits_is_read_with_its_holders_at_once(client: Client, city: Grid) -> None:
    """However many there are: each is called by its holder."""
    well = models.Well.objects.get(code="W1")

    def asked() -> int:
        forget()
        with CaptureQueriesContext(connection) as queries:
            assert len(get(client, "/api/layers/well/features/W1")["links"]["permits"]) == well.permits.count()
        return len(queries)

    before = asked()
    for number in range(5):
        holder = make.HolderFactory(code=f"HX{number}", name=f"户{number}")
        well.permits.add(make.PermitFactory(code=f"PX{number}", holder=holder))
    city.settle()
    assert asked() == before


def test_tables_without_codes_have_no_objects_and_those_with_pages_are_told(client: Client, city: Grid) -> None:
    refused = client.get("/api/layers/usage/features/1")
    assert refused.status_code == 404 and {"permit", "holder", "well"} <= set(refused.json()["allowed"])
    assert client.get("/objects/usage/1").status_code == 404
    tables = {one["id"]: one for one in get(client, "/api/meta")["tables"]}
    assert set(tables) == {"permit", "holder"} and all(one["measured"] for one in tables.values())
    assert [client.get(f"/objects/{one}").status_code for one in ("permit/P1", "holder/h1", "permit/none")] == [
        200,
        200,
        404,
    ]


def test_permits_that_the_demo_made_are_said_to_be_made_up(client: Client, city: Grid) -> None:
    assert get(client, "/api/layers/permit/features/P1")["synthetic"] is False
    models.AbstractionPermit.objects.update(
        release=make.ReleaseFactory(dataset="permit", report={"context": {"demo": "a recipe"}})
    )
    city.settle()
    assert get(client, "/api/layers/permit/features/P1")["synthetic"] is True
    assert get(client, "/api/layers/holder/features/H1")["synthetic"] is False
