"""A bureau and its district share a code: wherever features, figures and files are asked for by place, the kind before the code
tells the one from the other."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from tests.factories import DISTRICT, UNIT, A, D
from tests.standing import standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
BUREAU = f"reporting_unit/{DISTRICT}"


def make_world() -> None:
    """A well in the south, which reports to the bureau of the district, and one in the north, which is a unit of its own."""
    grid = make.make_grid(unit_of_north=True)
    make.WellFactory(code="SOUTH", geom=make.at(0.5, 0.5), declared_region=grid[A])
    make.WellFactory(code="NORTH", geom=make.at(1.5, 1.5), declared_region=grid[D])
    make.UsageFactory(region=grid[A], volume_l=1000)
    make.UsageFactory(region=grid[D], volume_l=20)
    grid.settle()


world = standing(lambda folder: make_world())


def codes(client: Client, address: str, **asked: str) -> set[str]:
    response = client.get(address, asked)
    assert response.status_code == 200, response.content
    if "csv" in response["Content-Type"]:
        rows = csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))
        return {row["code"] for row in rows}
    return {feature["properties"]["code"] for feature in response.json()["features"]}


@pytest.mark.parametrize(
    ("address", "param", "more"),
    [
        ("/api/layers/well/features", "region", {}),
        ("/feeds/well.csv", "region", {}),
        ("/feeds/well.geojson", "region", {}),
        ("/ogc/collections/well/items", "within", {"f": "geojson"}),
    ],
)
def test_objects_of_a_bureau_are_not_those_of_its_district(
    client: Client, address: str, param: str, more: dict[str, str]
) -> None:
    by_place = {place: codes(client, address, **{param: place}, **more) for place in (DISTRICT, BUREAU, UNIT)}
    assert by_place[DISTRICT] == {"NORTH", "SOUTH"}
    assert (by_place[BUREAU], by_place[UNIT]) == ({"SOUTH"}, {"NORTH"})
    assert codes(client, address, **{param: f"reporting_unit/{UNIT}"}, **more) == {"NORTH"}


def test_figures_of_a_bureau_are_not_those_of_its_district(client: Client) -> None:
    for address, param in (("/api/stats?level=village", "parent"), ("/api/explain", "region")):
        by_place: dict[str, Any] = {}
        for place in (DISTRICT, BUREAU, UNIT):
            asked = f"{address}{'&' if '?' in address else '?'}period=2019-01&{param}={place}"
            told = client.get(asked).json()
            by_place[place] = told["total_l"] if "total_l" in told else told["volume_l"]
        assert by_place == {DISTRICT: 1020, BUREAU: 1000, UNIT: 20}, address


@pytest.mark.parametrize("place", ["district/110101", "reporting_unit/x", "/110101", "reporting_unit/"])
def test_what_is_neither_is_refused_with_what_is_allowed(client: Client, place: str) -> None:
    for address, param in (
        ("/api/layers/well/features", "region"),
        ("/ogc/collections/well/items", "within"),
        ("/feeds/well.csv", "region"),
        ("/api/stats?period=2019", "parent"),
        ("/api/explain?period=2019", "region"),
    ):
        response = client.get(address, {param: place} | ({"period": "2019"} if "?" in address else {}))
        assert response.status_code == 400 and response.json()["param"] == param, address
    missing = client.get("/api/layers/well/features", {"region": "reporting_unit/999999"})
    assert missing.status_code == 404
