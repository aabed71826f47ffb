"""What stands next to an object and which release wrote it, for everybody; who may look behind it or change it, for those."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from layers import models
from tests import factories as make
from tests.factories import SOUTHERN, A, B, Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(grid: Grid) -> Grid:
    """A well, seven more of which one has no position, and three facilities."""
    make.WellFactory(code="W0", geom=at(0.5, 0.5), declared_region=grid[A])
    for number in range(1, 7):
        make.WellFactory(code=f"W{number}", geom=at(0.5, 0.5 + number / 20))
    make.WellFactory(code="W7", geom=None)
    make.FacilityFactory(code="F1", name="第一水厂", geom=at(0.6, 0.5), declared_region=grid[B])
    make.FacilityFactory(code="F2", kind=2, name="第二水厂", geom=at(0.5, 0.5))
    make.FacilityFactory(code="F4", kind=4, name="某厂自建", geom=at(0.3, 0.5))
    grid.settle()
    return grid


def near(client: Client, layer: str, code: str) -> list[dict[str, Any]]:
    response = client.get(f"/api/layers/{layer}/near/{code}")
    assert response.status_code == 200, response.content[:500]
    body = response.json()
    assert body["layer"] == layer
    found: list[dict[str, Any]] = body["near"]
    return found


def test_the_nearest_of_the_layer_and_of_the_facilities_with_distance_and_direction(client: Client, city: Grid) -> None:
    found = near(client, "well", "w0")
    assert [(one["group"], one["code"]) for one in found] == [
        *(("same", f"W{number}") for number in range(1, 6)), ("facility", "F2"), ("facility", "F1"), ("facility", "F4"),
    ]  # fmt: skip
    north, spot, east, west = (next(one for one in found if one["code"] == code) for code in ("W1", "F2", "F1", "F4"))
    assert (north["distance_m"], north["bearing_deg"]) == (pytest.approx(55.5, abs=0.2), 0)
    assert (spot["distance_m"], spot["bearing_deg"]) == (0, None)
    # A thousandth of a degree of longitude is shorter here than one of latitude.
    assert (east["distance_m"], east["bearing_deg"]) == (pytest.approx(85.4, abs=0.3), pytest.approx(90, abs=0.1))
    assert west["bearing_deg"] == pytest.approx(270, abs=0.1)
    assert (east["layer"], east["name"], east["path"]) == ("urban_plant", "第一水厂", "试验区 / 南街道 / 乙社区")


def test_a_facility_has_those_of_its_kind_and_then_the_others(client: Client, city: Grid) -> None:
    make.FacilityFactory(code="F5", name="第五水厂", geom=at(0.9, 0.5))
    city.settle()
    assert [(one["group"], one["code"]) for one in near(client, "urban_plant", "F1")] == [
        ("same", "F5"), ("facility", "F2"), ("facility", "F4"),
    ]  # fmt: skip


def test_it_is_one_query_for_the_neighbours(client: Client, city: Grid, django_assert_max_num_queries: Any) -> None:
    client.get("/api/layers/well/near/W1")
    with django_assert_max_num_queries(9) as asked:
        client.get("/api/layers/well/near/W0")
    assert sum("<->" in one["sql"] for one in asked.captured_queries) == 1


def test_what_has_no_position_has_no_neighbours_and_areas_and_tables_none_at_all(client: Client, city: Grid) -> None:
    assert near(client, "well", "W7") == []
    for address in (f"village/near/{A}", "permit/near/P1", "well/near/none", "usage/near/1"):
        assert client.get(f"/api/layers/{address}").status_code == 404, address


def test_closed_neighbours_stay_closed(client: Client, city: Grid, settings: Any) -> None:
    make.MeterFactory(code="M1", geom=at(0.5, 0.5))
    models.Well.objects.filter(code="W1").update(name="张三的井")
    city.settle()
    assert near(client, "well", "W0")[0]["name"] == "张三的井"
    assert near(client, "meter", "M1")[0]["code"] == "F2"
    settings.OPEN_TO_ALL = ()
    make.ReleaseFactory(dataset="well")
    found = near(client, "well", "W0")
    assert [one["name"] for one in found] == [""] * 5 + ["第二水厂", "第一水厂", ""]  # nor whose own supply it is
    assert client.get("/api/layers/meter/near/M1").status_code == 404


def test_which_release_wrote_an_object_last(client: Client, city: Grid) -> None:
    by_hand = make.ReleaseFactory(dataset="well", report={"admin": {"synthetic": True}})
    models.Well.objects.filter(code="W1").update(release=by_hand)
    city.settle()
    told = client.get("/api/layers/well/features/W1").json()["release"]
    assert (told["number"], told["by_hand"]) == (by_hand.pk, True)
    first = client.get("/api/layers/well/features/W0").json()["release"]
    assert first["number"] < by_hand.pk and first["by_hand"] is False and first["made_at"].startswith("20")
    assert client.get(f"/api/layers/village/features/{A}").json()["release"]["number"] == city.boundary(A).valid_from_id


def behind(client: Client, address: str) -> dict[str, Any]:
    response = client.get(f"/desk/objects/{address}")
    assert response.status_code in (200, 204), response.status_code
    assert "no-store" in response["Cache-Control"]
    found: dict[str, Any] = response.json() if response.status_code == 200 else {}
    return found


def test_what_lies_behind_is_told_to_those_who_may_open_it(client: Client, city: Grid) -> None:
    make.PermitFactory(code="P1", holder=make.HolderFactory(code="H1"))
    models.Release.objects.update(file_name="张三家.xlsx", actor="李四")
    address = "well/W0"
    assert behind(client, address) == {}
    client.force_login(User.objects.create_user("reader"))
    assert behind(client, address) == {}
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert behind(client, address) == {}
    clerk.user_permissions.add(Permission.objects.get(codename="import_data"))
    client.force_login(User.objects.get(pk=clerk.pk))
    well = models.Well.objects.get(code="W0")
    told = behind(client, address)
    assert told == {
        "release": {"number": well.release_id, "file": "张三家.xlsx", "actor": "李四", "url": f"/desk/releases/{well.release_id}/"}
    }  # fmt: skip
    assert client.get(told["release"]["url"]).status_code == 200
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=("view_well", "change_well")))
    client.force_login(User.objects.get(pk=clerk.pk))
    told = behind(client, f"{address}?lang=en")
    assert told["edit"] == f"/admin/layers/well/{well.pk}/change/?lang=en"
    assert client.get(told["edit"], follow=True).status_code == 200  # in English then
    assert client.get(told["history"]).status_code == 200
    assert "edit" not in behind(client, "urban_plant/F1")


def test_an_administrator_is_led_to_every_kind_of_object(client: Client, city: Grid) -> None:
    make.PermitFactory(code="P1", holder=make.HolderFactory(code="H1"))
    client.force_login(User.objects.create_superuser("chief"))
    for address in ("well/w0", "self_built/F4", "permit/P1", "holder/H1", f"village/{A}", f"township/{SOUTHERN}"):
        told = behind(client, address)
        assert {client.get(one).status_code for one in (told["edit"], told["release"]["url"])} == {200}, address
    for address in ("well/none", "lake/1", "usage/1"):
        assert behind(client, address) == {}


def test_a_page_is_the_same_but_for_its_menu_for_who_is_logged_in(client: Client, city: Grid) -> None:
    def said() -> list[bytes]:
        answers = [client.get(address).content for address in ("/api/layers/well/features/W0", "/objects/well/W0")]
        return [re.sub(rb'<nav id="menu".*?</nav>', b"", answer, flags=re.S) for answer in answers]

    before = said()
    client.force_login(User.objects.create_superuser("chief"))
    assert said() == before
