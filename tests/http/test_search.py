"""Search: the best match first, whatever it is of, with the way to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from layers import models
from layers.access import one_moment
from layers.db import remembering
from layers.feeds.search import matches
from layers.names import english
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
        ("bC", ["SP001", C]),  # and 丙村, as it sounds
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
        (
            "南街 0001",
            ["W11010100001", "U110101000001"],
        ),  # by the division and a part of the code; by parts of name and code
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
        "region": B, "lon": pytest.approx(116.005), "lat": pytest.approx(40.005),
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
    """So that one bound of time holds for an answer, whatever it looks through; regions and names are in memory."""
    with one_moment() as moment, remembering():
        assert moment.sight.open
        list(matches("南", 20))
        with django_assert_num_queries(1):
            found = list(matches("南", 20))
    assert {one["layer"] for one in found} == {"urban_plant", "water_user"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bingcun", [C]),
        ("BingC", [C]),
        ("njsc", ["UP001", "UP002"]),  # 南街水厂, and from within 新南街水厂; no well and no user is found by its sound
        ("nanjieshui", ["UP001", "UP002"]),
        ("nj", ["110101001", "UP001"]),  # from within from three letters on
        ("njd sc", []),  # 水厂 is within, and two letters too short
        ("njd 水厂", ["UP001"]),  # a division by its sound beside a part of a name
        ("njs shuichang xin", ["UP002"]),
        ("xnj 水厂", ["UP002"]),
        ("xnj njs", ["UP002"]),  # two sounds of one facility, from two places
        ("njsc njsc", ["UP001", "UP002"]),  # each once
        ("jsq jsqu", [A]),  # two words of one name
        ("njsch", ["UP001", "UP002"]),  # a syllable that is begun
        ("njx", []),
        ("abc", ["SP001"]),  # as it is written
    ],
)
def test_names_are_found_by_their_sound(client: Client, text: str, expected: list[str]) -> None:
    assert codes(client, text) == expected


def test_what_is_found_as_it_is_written_comes_first_then_whole_names_by_their_sound(client: Client) -> None:
    make.FacilityFactory(code="YSQ", name="有水渠水厂")
    make.FacilityFactory(code="F8", name="甲水泉")
    make.FacilityFactory(code="F9", name="驿水泉东水厂")
    make.publish("facility")
    assert codes(client, "ysq") == ["YSQ", B, "F9"]
    assert codes(client, "yishuiquan") == ["F9"]


def test_a_division_is_found_by_its_english_name(client: Client, grid: Grid) -> None:
    named = {name for code, name in english().items() if code in grid.regions}
    for name in named:
        assert search(client, name)[0]["code"] in grid.regions
        assert search(client, name.split()[0].lower())[0]["layer"] == "region"
    assert named


@pytest.fixture
def permits(grid: Grid) -> Grid:
    holder = make.HolderFactory(code="HZ01", name="清泉饮品公司")
    make.PermitFactory(code="取水（京）字第7号", holder=holder, declared_region=grid[B])
    make.PermitFactory(code="QS-8")
    make.publish("permit")
    return grid


def test_permits_are_found_by_number_and_holders_by_name_and_code(client: Client, permits: Grid) -> None:
    (permit,) = search(client, "字第7号")
    assert permit == {
        "layer": "permit", "code": "取水（京）字第7号", "name": "清泉饮品公司", "path": "试验区 / 南街道 / 乙社区", "region": B, "lon": None, "lat": None,
    }  # fmt: skip
    assert [(one["layer"], one["code"], one["name"]) for one in search(client, "qs")] == [("permit", "QS-8", "")]
    for text in ("清泉", "饮品公司", "hz0", "HZ01", "清泉 公司"):
        assert [(one["layer"], one["code"]) for one in search(client, text)] == [("holder", "HZ01")], text
    assert codes(client, "qqyp") == []  # whose name is somebody's is not found by its sound
    assert codes(client, "乙社区 取水") == ["取水（京）字第7号"]


def test_closed_holders_are_not_found_and_permits_without_their_names(
    client: Client, permits: Grid, settings: Any
) -> None:
    settings.OPEN_TO_ALL = ()
    make.ReleaseFactory(dataset="permit")
    for text in ("清泉", "清泉饮品公司", "HZ01", "hz", "清泉 公司"):
        assert search(client, text) == [], text
    (permit,) = search(client, "字第7号")
    assert (permit["layer"], permit["name"]) == ("permit", "")


def test_a_closed_name_is_not_found_by_its_sound_or_in_memory(client: Client, grid: Grid, settings: Any) -> None:
    make.FacilityFactory(code="F4", name="雅园自建井", kind=4)
    make.publish("facility")
    assert codes(client, "yyzj") == codes(client, "雅园") == codes(client, "雅") == ["F4"]
    settings.OPEN_TO_ALL = ()
    make.ReleaseFactory(dataset="facility")
    assert codes(client, "yyzj") == codes(client, "雅园") == codes(client, "雅") == codes(client, "雅 井") == []
    assert [one["name"] for one in search(client, "f4")] == [""]


def test_names_in_memory_are_those_of_the_newest_version(client: Client) -> None:
    assert codes(client, "厂") == ["UP001", "UP002", "SP001"]
    models.SupplyFacility.objects.filter(code="UP002").update(name="新南街泵站")
    make.publish("facility")
    assert codes(client, "厂") == ["UP001", "SP001"]
    assert codes(client, "xnjb") == ["UP002"]
