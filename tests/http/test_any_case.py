"""Wherever a code is asked for, it is found in any case, and the answer says it as it is registered."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from tests import factories as make
from tests.factories import Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(grid: Grid) -> Grid:
    make.WellFactory(code="Jx-01a", geom=at(0.5, 0.5))
    facility = make.FacilityFactory(code="Sc-9b", geom=at(0.5, 0.5))
    make.SupplyAreaFactory(code="Fw-9b", facility=facility)
    meter = make.MeterFactory(code="Mc-7c", geom=at(0.5, 0.5))
    make.UsageFactory(meter=meter, volume_l=7000)
    grid.settle()
    grid.cut()
    return grid


@pytest.mark.parametrize("written", [str, str.upper, str.lower])
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/api/layers/well/features/{Jx-01a}", "Jx-01a"),
        ("/api/layers/well/features?code={Jx-01a}", "Jx-01a"),
        ("/api/layers/supply_area/features?facility={Sc-9b}", "Fw-9b"),
        ("/ogc/collections/well/items/{Jx-01a}", "Jx-01a"),
        ("/ogc/collections/well/items?code={Jx-01a}", "Jx-01a"),
        ("/ogc/collections/usage/items?meter={Mc-7c}", "Mc-7c"),
        ("/feeds/well.csv?code={Jx-01a}", "Jx-01a"),
        ("/feeds/usage.csv?meter={Mc-7c}", "Mc-7c"),
        ("/api/search?q={Jx-01a}", "Jx-01a"),
        ("/api/search?q={jX-0}", "Jx-01a"),
        ("/objects/well/{Jx-01a}", ""),
    ],
)
def test_a_code_is_found_in_any_case(client: Client, address: str, said: str, written: type[str]) -> None:
    before, _, rest = address.partition("{")
    code, _, after = rest.partition("}")
    response = client.get(f"{before}{quote(written(code))}{after}")
    body = response.getvalue() if response.streaming else response.content
    assert response.status_code == 200, body
    assert said.encode() in body


@pytest.mark.parametrize(
    "address", ["/api/layers/well/features/jx-01", "/ogc/collections/well/items/jx-01", "/objects/well/jx-01"]
)
def test_a_part_of_a_code_is_no_address(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_grid_unit_is_explained_in_any_case(client: Client) -> None:
    (unit,) = [
        feature["id"]
        for feature in client.get("/api/layers/grid_500/features?period=2019-01").json()["features"]
        if feature["properties"]["volume_l"]
    ]
    told = [client.get(f"/api/explain?unit={code}&period=2019-01").json() for code in (unit, unit.lower())]
    assert told[0]["unit"] == told[1]["unit"] == unit
    assert told[0] == told[1]
    assert told[0]["volume_l"] == 7000
