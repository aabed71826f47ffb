"""What one object used, month by month: of meters and facilities themselves, of wells and users by their meters."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from layers import models, vocab
from tests import factories as make
from tests.factories import A, Grid

pytestmark = pytest.mark.django_db

WELL_WATER, TAP_WATER = 3, 1


def first(year: int, month: int) -> date:
    return date(year, month, 1)


def record(place: dict[str, Any], year: int, month: int, litres: int, source: int = TAP_WATER, **more: Any) -> None:
    make.UsageFactory(**place, month=first(year, month), volume_l=litres, source=source, **more)


@pytest.fixture
def city(grid: Grid) -> Grid:
    """Two users of three meters, one of which is both's; a well with a meter of its own and one that is two wells'; a plant."""
    one, other = make.WaterUserFactory(code="U1"), make.WaterUserFactory(code="U2")
    well, second = make.WellFactory(code="W1"), make.WellFactory(code="W2")
    alone, both, third = (make.MeterFactory(code=code) for code in ("M1", "M2", "M3"))
    alone.users.add(one)
    both.users.add(one, other)
    alone.wells.add(well)
    third.wells.add(well, second)
    plant = make.FacilityFactory(code="F1", name="第一水厂")
    station = make.FacilityFactory(code="F4", name="自建", kind=4)
    record({"meter": alone}, 2018, 12, 7)
    record({"meter": alone}, 2019, 11, 100)
    record({"meter": alone}, 2019, 12, 200)
    record({"meter": alone}, 2019, 12, -20, correction_no=1)
    record({"meter": alone}, 2019, 12, 5, source=WELL_WATER)
    record({"meter": both}, 2019, 12, 1000)
    record({"meter": third}, 2019, 12, 40_000)
    record({"facility": plant}, 2019, 11, 3)
    record({"facility": station}, 2019, 11, 4)
    record({"region": grid[A]}, 2019, 11, 9)
    grid.settle()
    return grid


def use(client: Client, layer: str, code: str) -> dict[str, Any]:
    response = client.get(f"/api/layers/{layer}/use/{code}")
    assert response.status_code == 200, response.content[:500]
    body: dict[str, Any] = response.json()
    return body


def by_source(body: dict[str, Any]) -> dict[str, list[int | None]]:
    return {row["source"]: row["volume_l"] for row in body["by_source_month"]}


def code_of(source: int) -> str:
    return vocab.SOURCE.by_id[source].code


def test_a_meters_months_with_their_corrections_and_what_it_has_none_of(client: Client, city: Grid) -> None:
    body = use(client, "meter", "m1")
    assert (body["layer"], body["code"], body["closed"]) == ("meter", "M1", False)
    assert body["months"] == ["2018-12", "2019-11", "2019-12"]
    assert by_source(body) == {code_of(TAP_WATER): [7, 100, 180], code_of(WELL_WATER): [None, None, 5]}
    assert body["volume_l"] == [7, 100, 185]
    assert body["shared"] is None and body["meters"] is None
    assert use(client, "meter", "M2")["volume_l"] == [None, None, 1000]
    assert use(client, "meter", "M2")["shared"] == {"users": 2}


def test_a_year_is_compared_with_the_months_that_both_have(client: Client, city: Grid) -> None:
    years = {row["year"]: row for row in use(client, "meter", "M1")["years"]}
    assert years[2018]["change"] is None and years[2018]["like"] is None
    assert (years[2019]["volume_l"], years[2019]["months"]) == (285, 2)
    assert (years[2019]["like"], years[2019]["previous_l"]) == ("2019-12", 7)
    assert years[2019]["change"] == pytest.approx((185 - 7) / 7)


def test_users_and_wells_are_measured_by_their_meters_and_what_is_shared_is_said(client: Client, city: Grid) -> None:
    user = use(client, "water_user", "U1")
    assert (user["volume_l"], user["meters"]) == ([7, 100, 1185], 2)
    assert user["shared"] == {"meters": 1, "volume_l": 1000}
    assert use(client, "water_user", "U2")["volume_l"] == [None, None, 1000]
    well = use(client, "well", "W1")
    assert (well["volume_l"], well["meters"]) == ([7, 100, 40_185], 2)
    assert well["shared"] == {"meters": 1, "volume_l": 40_000}
    assert use(client, "well", "W2")["volume_l"] == [None, None, 40_000]


def test_the_records_behind_the_figures_can_be_taken_along(client: Client, city: Grid) -> None:
    for layer, code in (("meter", "M1"), ("water_user", "U1"), ("urban_plant", "F1")):
        body = use(client, layer, code)
        asked = {body["records"]["field"]: ",".join(body["records"]["codes"])}
        rows = b"".join(client.get("/feeds/usage.csv", asked)).decode("utf-8-sig").splitlines()  # type: ignore[call-overload]
        at = rows[0].split(",").index("volume_l")
        assert sum(int(row.split(",")[at]) for row in rows[1:]) == sum(filter(None, body["volume_l"]))


def test_a_facility_and_what_nobody_measures(client: Client, city: Grid) -> None:
    assert use(client, "urban_plant", "F1")["volume_l"] == [None, 3, None]
    unmeasured = make.WaterUserFactory(code="U3")
    assert use(client, "water_user", unmeasured.code)["volume_l"] == [None, None, None]
    assert client.get("/api/layers/urban_plant/use/F4").status_code == 404  # of another kind
    refused = client.get(f"/api/layers/village/use/{A}")
    assert refused.status_code == 404
    assert "meter" in refused.json()["allowed"] and "village" not in refused.json()["allowed"]
    told = {layer["id"]: layer["measured"] for layer in client.get("/api/layers").json()["layers"]}
    assert told["well"] and told["self_built"] and not told["village"] and not told["surface_intake"]


def test_a_whole_year_is_set_against_the_permits_that_are_the_objects_alone(client: Client, city: Grid) -> None:
    user, well = models.WaterUser.objects.get(code="U1"), models.Well.objects.get(code="W1")
    meter = models.Meter.objects.get(code="M1")
    for month in range(1, 11):
        record({"meter": meter}, 2019, month, 10)
    mine = make.PermitFactory(code="P1", permitted_l_per_year=10_000, valid_from=first(2019, 6), valid_to=None)
    gone = make.PermitFactory(code="P0", permitted_l_per_year=5_000, valid_to=first(2018, 12))
    wells = make.PermitFactory(code="P2", permitted_l_per_year=500)
    user.permits.add(mine, gone)
    well.permits.add(wells)
    models.Well.objects.get(code="W2").permits.add(wells)
    city.settle()
    body = use(client, "water_user", "U1")
    assert [(p["code"], p["permitted_l_per_year"], p["others"]) for p in body["permits"]] == [
        ("P0", 5_000, 0),
        ("P1", 10_000, 0),
    ]
    years = {row["year"]: row for row in body["years"]}
    assert (years[2018]["permitted_l"], years[2018]["of_permitted"]) == (5_000, None)  # one month is no year
    assert (years[2019]["permitted_l"], years[2019]["months"]) == (10_000, 12)
    assert years[2019]["of_permitted"] == pytest.approx((100 + 1285) / 10_000)
    of_well = {row["year"]: row for row in use(client, "well", "W1")["years"]}[2019]
    assert (of_well["permitted_l"], of_well["of_permitted"]) == (500, None)  # the other well takes of it as well


def test_closed_data_tell_no_figure_of_single_objects(client: Client, city: Grid, settings: LazySettings) -> None:
    settings.OPEN_TO_ALL = ()
    make.ReleaseFactory(dataset="meter")
    for layer, code in (("well", "W1"), ("self_built", "F4")):
        body = use(client, layer, code)
        assert body["closed"] is True
        assert set(body) == {"as_of", "synthetic", "layer", "code", "closed"}
    assert use(client, "urban_plant", "F1")["volume_l"] == [None, 3, None]
    assert client.get("/api/layers/meter/use/M1").status_code == 404
