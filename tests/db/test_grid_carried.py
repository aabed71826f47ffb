"""Cells in tiles and in the feed carry the litres that are kept and explained, for any period and selection."""

from __future__ import annotations

from typing import Any

import pytest

from layers import filters, models, registry
from layers.errors import BadParameter, NotFound
from layers.periods import parse_period
from layers.stats.absence import less
from layers.stats.answer import Question, answer
from tests.db.test_mvt import decode, tile_at
from tests.factories import NORTHERN, SOUTHERN, UNIT, A, Grid, at
from tests.grid_world import explained, grid_world, kept
from tests.second_voice import listed

pytestmark = pytest.mark.django_db
GRID = registry.layer("grid_500")
MIDDLE = at(1, 1)


@pytest.fixture
def grid() -> Grid:
    return grid_world()


def tile(**given: str) -> dict[str, dict[str, Any]]:
    """Properties of every unit in the tile that holds the whole small city, by code."""
    found = decode(GRID, *tile_at(MIDDLE, 12), **given)["grid_500"]["features"]
    assert len(found) > 10
    return {feature["properties"]["code"]: feature["properties"] for feature in found}


def drawn() -> set[str]:
    """The units that are wide enough to be in a tile of this zoom."""
    return set(models.GridUnit.objects.filter(size=500, area_m2__gt=5000).values_list("code", flat=True))


def feed(**given: str) -> dict[str, dict[str, Any]]:
    found = listed(GRID, given)["features"]
    return {feature["id"]: feature["properties"] for feature in found}


QUESTIONS = [
    ("2019-01", "", ""), ("2019", "", ""), ("2018-12..2019-03", "", ""), ("2019-01", "", "industrial"),
    ("2018..2019", "village_supply", ""), ("2019", "", "public_service,agricultural"), ("2019-02..2019-03", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("period", "source", "purpose"), QUESTIONS)
def test_tile_feed_and_explanation_say_the_kept_litres(grid: Grid, period: str, source: str, purpose: str) -> None:
    given = {name: text for name, text in (("period", period), ("source", source), ("purpose", purpose)) if text}
    expected = kept(period, source, purpose)
    assert any(litres for litres, _ in expected.values())
    units = dict(models.GridUnit.objects.filter(size=500).values_list("code", "area_m2"))
    in_feed, in_tile = feed(**given), tile(**given)
    assert in_feed.keys() == units.keys()
    assert drawn() <= in_tile.keys() <= units.keys()
    for code, area_m2 in units.items():
        litres, share = expected.get(code, (None, None))
        for properties in (in_feed[code], in_tile.get(code, in_feed[code])):
            assert properties.get("volume_l") == litres
            dense = None if litres is None else pytest.approx(litres * 1000 / area_m2)
            assert properties.get("m3_per_km2") == dense
            assert properties.get("share_by_area") == (None if share is None else pytest.approx(share))
        assert in_feed[code]["township"] in (SOUTHERN, NORTHERN)
    assert {code: one["township_name"] for code, one in in_tile.items()}.items() <= {
        code: one["township_name"] for code, one in in_feed.items()
    }.items()
    some = [code for code, (litres, _) in expected.items() if litres][:3]
    assert [explained(code, period, source, purpose) for code in some] == [expected[code][0] for code in some]


def test_two_periods_are_compared_in_tile_and_feed(grid: Grid) -> None:
    now, before = kept("2019-03"), kept("2018-12")
    in_feed, in_tile = feed(period="2019-03", versus="2018-12"), tile(period="2019-03", versus="2018-12")
    for code, properties in in_feed.items():
        a, b = now.get(code, (None, None))[0], before.get(code, (None, None))[0]
        for one in (properties, in_tile.get(code, properties)):
            told = tuple(one.get(name) for name in ("volume_l", "previous_l", "difference_l"))
            assert told == (a, b, less(a, b))
            assert one.get("change") == (pytest.approx((a - b) / b) if b and a is not None else None)
    village = registry.layer("village")
    for feature in listed(village, {"period": "2019-03", "versus": "2018-12"})["features"]:
        rows = {row["code"]: row for row in answer(Question(4, parse_period("2019-03")))["rows"]}
        assert feature["properties"]["volume_l"] == rows[feature["id"]]["volume_l"]
        given = feature["properties"]
        assert given["difference_l"] == less(given["volume_l"], given["previous_l"])


@pytest.mark.parametrize("purpose", ["", "agricultural", "industrial"])
def test_the_packed_months_are_the_months(grid: Grid, purpose: str) -> None:
    given = {"purpose": purpose} if purpose else {}
    packed = tile(period="2018..2019", monthly="yes", **given)
    seen = 0
    for year in (2018, 2019):
        for nth in range(1, 13):
            month = kept(f"{year}-{nth:02d}", "", purpose)
            for code, properties in packed.items():
                litres = [int(text) if text else None for text in properties.get(f"litres_{year}", "," * 11).split(",")]
                assert len(litres) == 12
                assert litres[nth - 1] == month.get(code, (None, None))[0]
                shares = properties.get(f"by_area_{year}", "0").split(",")
                if code in month:
                    assert int(shares[nth - 1] if len(shares) == 12 else shares[0]) == round(
                        100 * (month[code][1] or 0)
                    )
                    seen += 1
    assert seen


@pytest.mark.parametrize(
    ("region", "townships"), [(SOUTHERN, {SOUTHERN}), (UNIT, {NORTHERN}), ("11", {SOUTHERN, NORTHERN})]
)
def test_a_region_keeps_its_units(grid: Grid, region: str, townships: set[str]) -> None:
    found = feed(region=region, period="2019")
    assert {properties["township"] for properties in found.values()} == townships
    assert found.keys() & drawn() == tile(region=region, period="2019").keys() & drawn()
    everywhere = feed(period="2019")
    assert found == {code: everywhere[code] for code in found}


def test_a_box_and_a_page_keep_the_figures(grid: Grid) -> None:
    box = feed(bbox="116.0,40.0,116.004,40.004", period="2019")
    everywhere = feed(period="2019")
    assert 0 < len(box) < len(everywhere)
    assert box == {code: everywhere[code] for code in box}
    assert feed(period="2019", offset="3", limit="2") == dict(list(everywhere.items())[3:5])


def test_what_cannot_be_asked_is_said(grid: Grid) -> None:
    def ask(**given: str) -> Any:
        return filters.parse(GRID, given).apply(GRID).exists()

    with pytest.raises(BadParameter, match="finer"):
        ask(region=A)
    with pytest.raises(BadParameter, match="needs a period"):
        ask(versus="2019-01")
    with pytest.raises(BadParameter, match="without versus"):
        ask(period="2019", versus="2018", monthly="yes")
    with pytest.raises(BadParameter, match="two years"):
        ask(period="2017..2019", monthly="yes")
    with pytest.raises(BadParameter) as caught:
        ask(period="2019", versus="last")
    assert caught.value.param == "versus"
    with pytest.raises(NotFound):
        filters.parse(GRID, {"period": "2019", "versus": "1999"}).check()


def test_a_tile_of_cells_is_one_statement(grid: Grid, django_assert_num_queries: Any) -> None:
    feed(region=SOUTHERN)  # the regions are known
    tile(period="2019-01")  # and what is provisional
    with django_assert_num_queries(3):  # the version of that, the months there are, and the tile
        tile(period="2019-01")
