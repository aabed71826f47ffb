"""Search: the best match first, whatever it is of, with the way to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from layers import models
from layers.feeds.search import matches
from tests import factories as make
from tests.factories import A, B, C, D, Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def grid() -> Grid:
    found = make.make_grid()
    make.FacilityFactory(code="UP001", name="南街水厂", geom=at(0.5, 0.5), declared_region=found[B])
    make.FacilityFactory(code="UP002", name="新南街水厂", geom=None)
    make.WaterUserFactory(code="U110101000001", name="南街小学", geom=at(1.5, 1.5), declared_region=found[D])
    make.WellFactory(code="W11010100001", name="南街机井", geom=at(0.5, 0.5), declared_region=found[A])
    make.MeterFactory(code="MC0000001", name="南街水表")
    models.SewagePlant.objects.create(
        code="SP001", name="100%净水_厂 Abc", kind=1, geom=at(1, 1), release=make.ReleaseFactory()
    )
    found.settle()
    return found


def search(client: Client, text: str, limit: int | None = None) -> list[dict[str, Any]]:
    response = client.get(f"/api/search?q={quote(text)}" + (f"&limit={limit}" if limit else ""))
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def codes(client: Client, text: str) -> list[str]:
    return [found["code"] for found in search(client, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲社区", [A]),
        ("社区", [A, B]),
        (A, [A]),
        ("110101001", ["110101001", A, B]),
        ("UP001", ["UP001"]),
        ("up00", ["UP001", "UP002"]),
        ("W110101", ["W11010100001"]),
        ("w11010100001", ["W11010100001"]),
        ("MC0000001", ["MC0000001"]),
        ("U110101000001", ["U110101000001"]),
        # A division whose name begins so, then names that begin so, then those that contain it; wells and meters
        # are found by code alone.
        ("南街", ["110101001", "UP001", "U110101000001", "UP002"]),
        ("水厂", ["UP001", "UP002"]),
        ("100%", ["SP001"]),
        ("%", ["SP001"]),
        ("_", ["SP001"]),
        ("aBC", ["SP001"]),
        ("bC", ["SP001"]),
        ("没有", []),
        ("000001", ["U110101000001", "MC0000001"]),  # a part of a code
        ("u1101010", ["U110101000001"]),
        ("01", []),  # of a code only its beginning, as long as it is no more than two letters
        ("sp", ["SP001"]),
        (" 甲社区 ", [A]),
        ("'", []),
        ("\\", []),
        ("南街道 社区", [A, B]),  # a village by its township too
        ("试验区　甲社区", [A]),
        ("北街道 甲社区", []),
        ("乙社区 水厂", ["UP001"]),  # a plant by where it is declared to be
        ("水厂 新", ["UP002"]),  # two parts of one name
        ("南街道 UP0", ["UP001"]),
        ("乙社区 没有", []),
    ],
)
def test_what_is_found(client: Client, text: str, expected: list[str]) -> None:
    assert codes(client, text) == expected


def test_a_hit_says_what_it_is_and_where(client: Client) -> None:
    (region,) = search(client, "甲社区")
    bounds = region.pop("bounds")
    assert bounds == pytest.approx([116, 40, 116.01, 40.01])
    assert region.pop("lon") == pytest.approx(116.005)
    assert region.pop("lat") == pytest.approx(40.005)
    assert region == {"layer": "region", "level": "village", "code": A, "name": "甲社区", "path": "试验区 / 南街道"}
    (plant,) = search(client, "UP001")
    assert plant == {
        "layer": "urban_plant", "code": "UP001", "name": "南街水厂", "path": "试验区 / 南街道 / 乙社区",
        "lon": pytest.approx(116.005), "lat": pytest.approx(40.005),
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "116.005, 40.004",
        "40.004 116.005",
        "116.005°E 40.004°N",
        "北纬40°0'14.4\" 东经116°0'18\"",
        "（116.005，40.004）",
        "lat 40.004, lon 116.005",
    ],
)
def test_a_position_that_is_pasted_is_found_where_it_lies(client: Client, text: str) -> None:
    (found,) = search(client, text)
    assert (found["layer"], found["code"], found["path"]) == ("position", A, "试验区 / 南街道 / 甲社区")
    assert (found["lon"], found["lat"]) == (pytest.approx(116.005), pytest.approx(40.004))


def test_a_position_outside_the_city_lies_in_no_division(client: Client) -> None:
    (found,) = search(client, "120.5,31.2")
    assert (found["code"], found["path"], found["lon"], found["lat"]) == ("", "", 120.5, 31.2)


@pytest.mark.parametrize("text", ["500000, 4420000", "12, 13", "116.1, 116.2", "39.9N 40.1N"])
def test_two_numbers_that_are_no_position_here_are_words(client: Client, text: str) -> None:
    assert codes(client, text) == []


def test_what_has_no_position_is_found_without_one(client: Client) -> None:
    (plant,) = search(client, "UP002")
    assert (plant["lon"], plant["lat"], plant["path"]) == (None, None, "")


def test_a_limit_keeps_the_best(client: Client) -> None:
    assert [found["code"] for found in search(client, "南街", 2)] == ["110101001", "UP001"]


def test_a_closed_division_is_not_found(client: Client, grid: Grid) -> None:
    models.Region.objects.filter(pk=grid[C].pk).update(valid_to=make.ReleaseFactory())
    make.publish("region")
    assert codes(client, "丙村") == []


def test_a_search_is_one_statement_over_all_datasets(django_assert_num_queries: Any) -> None:
    """So that one bound of time holds for an answer, whatever it looks through; regions are in memory."""
    with django_assert_num_queries(1):
        found = list(matches("南", 20))
    assert {one["layer"] for one in found} == {"urban_plant", "water_user"}
