"""Statistics of cells and any two periods compared: each figure is what tile, feed and explanation say."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from layers import models, vocab
from layers.periods import parse_period
from layers.selection import parse_selection
from layers.stats import cells, query
from layers.stats.absence import added, less
from layers.stats.classes import classify
from layers.stats.divisions import today
from tests import factories as make
from tests.factories import SOUTHERN, Grid
from tests.grid_world import MONTHS, explained, grid_world, kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    return grid_world()


def get(client: Client, url: str) -> Any:
    response = client.get(url)
    assert response.status_code == 200, response.content[:300]
    return response.json()


@pytest.mark.parametrize(
    ("query_text", "purpose"), [("", ""), ("&purpose=industrial", "industrial"), ("&source=village_supply", "")]
)
@pytest.mark.parametrize("period", ["2019-01", "2019", "2018-12..2019-03"])
def test_the_balance_adds_up_to_what_is_recorded(
    client: Client, grid: Grid, period: str, query_text: str, purpose: str
) -> None:
    body = get(client, f"/api/stats/cells?period={period}{query_text}")
    assert body["recorded_l"] == added(body[name] for name in ("assigned_l", "unassigned_l", "outside_l"))
    source = "village_supply" if "source" in query_text else ""
    selection = parse_selection(source, purpose, "")
    assert (
        body["recorded_l"]
        == sum(t.volume_l for t in query.totals(vocab.CITY, parse_period(period), selection, (), today()))
        > 0
    )
    assert body["assigned_l"] == sum(litres for litres, _ in kept(period, source, purpose).values())
    for name in ("recorded_l", "assigned_l", "unassigned_l", "outside_l"):
        assert body[name] == added(month[name] for month in body["months"])
    explained_gaps = {
        gap: get(client, f"/api/explain?unit={gap}&period={period}{query_text}")["parts_l"]
        for gap in ("unassigned", "outside")
    }
    assert explained_gaps == {"unassigned": body["unassigned_l"], "outside": body["outside_l"]}


def test_the_world_has_some_of_everything(client: Client, grid: Grid) -> None:
    body = get(client, "/api/stats/cells?period=2019-01")
    assert (body["unassigned_l"], body["outside_l"]) == (456, 123)
    assert 0 < body["share_by_area"] < 1
    assert [month["month"] for month in get(client, "/api/stats/cells?period=2018..2019")["months"]] == list(MONTHS)


@pytest.mark.parametrize("measure", ["volume", "per_km2"])
def test_classes_hold_every_cell_with_use_once(client: Client, grid: Grid, measure: str) -> None:
    classes = get(client, f"/api/stats/cells?period=2019&measure={measure}&k=4")["classes"]
    used = [litres for litres, _ in kept("2019").values() if litres]
    months = [litres for nth in (1, 3) for litres, _ in kept(f"2019-0{nth}").values() if litres]
    assert sum(classes["period"]["counts"]) == len(used)
    assert sum(classes["month"]["counts"]) == len(months)
    assert classes["period"]["breaks"] == sorted(classes["period"]["breaks"])
    if measure == "volume":
        assert classes["period"]["max"] == max(used) / 1000
    assert get(client, "/api/stats/cells?period=2015..2019")["classes"]["month"]["counts"] == []


def test_classes_of_many_cells_are_cut_from_a_part_and_counted_of_all(
    client: Client, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = models.GridUnit.objects.filter(size=500).count()
    monkeypatch.setattr(cells, "_CELLS_MOST", units // 3)
    sampled = {code for code, pk in models.GridUnit.objects.filter(size=500).values_list("code", "pk") if pk % 3 == 0}
    used = {code: litres / 1000 for code, (litres, _) in kept("2019").items() if litres}
    assert 1 < len(sampled & used.keys()) < len(used)
    found = get(client, "/api/stats/cells?period=2019&method=quantiles&k=3")["classes"]["period"]
    assert found["breaks"] == classify([used[code] for code in sampled & used.keys()], "quantiles", 3).breaks != []
    assert sum(found["counts"]) == len(used)
    assert found["counts"][0] == sum(value < found["breaks"][0] for value in used.values())
    assert (found["min"], found["max"]) == (min(used.values()), max(used.values()))


@pytest.mark.parametrize("level", ["district", "township", "village", "grid_500"])
@pytest.mark.parametrize("region", ["", SOUTHERN])
def test_two_periods_are_compared_by_one_function_at_every_level(
    client: Client, grid: Grid, level: str, region: str
) -> None:
    given = f"&region={region}" if region else ""
    url = f"/api/stats/compare?level={level}&period=2019-03&versus=2018-12{given}"
    body = get(client, url)
    feed = get(client, f"/api/layers/{level}/features?period=2019-03&versus=2018-12&limit=10000{given}")["features"]
    if level == "district" and region:
        assert (body["features"], feed) == (0, [])
        return
    figures = {one["id"]: one["properties"] for one in feed}
    assert body["features"] == len(figures) > 0
    for direction, sign in (("up", 1), ("down", -1)):
        listed = get(client, f"{url}&direction={direction}")
        moved = sorted(
            (c for c, p in figures.items() if (p["difference_l"] or 0) * sign > 0),
            key=lambda c: (-abs(figures[c]["difference_l"]), c),
        )
        assert [one["code"] for one in listed["movers"]] == moved[:20]
        assert listed["count"] == len(moved)
        for one in listed["movers"]:
            for name in ("volume_l", "previous_l", "difference_l"):
                assert one[name] == figures[one["code"]][name]
        if moved:
            second = get(client, f"{url}&direction={direction}&limit=1&offset={len(moved) - 1}")["movers"]
            assert [one["code"] for one in second] == moved[-1:]
    for name in ("volume_l", "previous_l"):
        assert body["placed"][name] == added(one[name] for one in figures.values())
    assert body["placed"]["difference_l"] == less(body["placed"]["volume_l"], body["placed"]["previous_l"])
    figures = {code: one for code, one in figures.items() if one["difference_l"] is not None}
    for measure in ("difference", "ratio"):
        breaks = body["classes"][measure]["breaks"]
        assert breaks == [-each for each in reversed(breaks)]
        assert 0 not in breaks
        known = [one for one in figures.values() if measure == "difference" or one["change"] is not None]
        assert sum(body["classes"][measure]["counts"]) == len(known)
    if not region:
        assert body["totals"]["volume_l"] >= body["placed"]["volume_l"]


def test_a_mover_is_explained_in_both_periods(client: Client, grid: Grid) -> None:
    top = get(client, "/api/stats/compare?level=grid_500&period=2019-03&versus=2018-12")["movers"][0]
    assert (top["volume_l"], top["previous_l"]) == (
        explained(top["code"], "2019-03"),
        explained(top["code"], "2018-12"),
    )
    west, south, east, north = top["bounds"]
    assert (west < east, south < north, top["name"]) == (True, True, "南街道")


def test_statistics_compare_with_any_period(client: Client, grid: Grid) -> None:
    body = get(client, "/api/stats?level=village&period=2019-03&versus=2018-12")
    compared = get(client, "/api/stats/compare?level=village&period=2019-03&versus=2018-12&limit=1000")
    assert body["versus"] == {"kind": "period", "period": "2018-12", "compared": "2019-03"}
    rows = {row["code"]: row for row in body["rows"]}
    assert compared["movers"]
    for one in compared["movers"]:
        assert (rows[one["code"]]["previous_l"], rows[one["code"]]["change"]) == (one["previous_l"], one["change"])
    assert get(client, f"/api/regions/{SOUTHERN}?period=2019-03&versus=2018-12")["previous_l"] is not None


@pytest.mark.parametrize(
    ("url", "status", "param"),
    [
        ("/api/stats/compare?level=grid_500&period=2019", 400, "versus"),
        ("/api/stats/compare?level=well&period=2019&versus=2018", 400, "level"),
        ("/api/stats/compare?period=2019&versus=1999", 404, "versus"),
        ("/api/stats/compare?period=2019&versus=2018&direction=sideways", 400, "direction"),
        ("/api/stats/compare?level=grid_100&period=2019&versus=2018", 404, "layer"),
        ("/api/stats/cells?level=grid_100&period=2019", 404, "layer"),
        ("/api/stats/cells?level=village&period=2019", 400, "level"),
        ("/api/stats/cells?period=2031", 404, "period"),
        ("/api/stats?period=2019&versus=soon", 400, "versus"),
        ("/api/stats?period=2019&versus=1999", 404, "versus"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(client: Client, grid: Grid, url: str, status: int, param: str) -> None:
    answer = client.get(url)
    assert (answer.status_code, answer.json()["param"]) == (status, param)


def test_a_city_without_a_grid_says_how_to_get_one(client: Client) -> None:
    make.make_grid().settle()
    answer = client.get("/api/stats/cells?period=2019")
    assert answer.status_code == 404
    assert "./shuitu manage grid" in answer.json()["detail"]


@pytest.mark.parametrize("period", ["2019-01", "2019"])
def test_townships_say_by_how_much_their_cells_hold_more(client: Client, grid: Grid, period: str) -> None:
    """What counts at a district only is in cells and in no township: each says its own, the balance says them all."""
    balance = get(client, f"/api/stats/cells?period={period}")
    figures = get(client, f"/api/stats?level=township&period={period}")["rows"]
    assert balance["in_townships_l"] == added(row["volume_l"] for row in figures)
    more = []
    for row in figures:
        told = get(client, f"/api/regions/{row['code']}?period={period}")["grid"]
        own = added(litres for code, (litres, _) in kept(period).items() if code.endswith(row["code"]))
        assert (told and told["volume_l"]) == own
        more.append(told["more_l"] if told else 0)
    assert sum(more) == balance["assigned_l"] - balance["in_townships_l"]
    assert get(client, f"/api/regions/{make.DISTRICT}?period={period}")["grid"] is None
