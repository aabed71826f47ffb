"""The totals of an area: of regions the sum of their own, of what is drawn an independent count of cells, and never a litre lost."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.test import Client

from layers import models
from layers.area import DrawnShape, parse_area
from layers.kept.memory import forget
from layers.periods import parse_period
from layers.selection import parse_selection
from layers.stats.absence import added
from tests import factories as make
from tests.factories import CELL, CITY, DISTRICT, NORTHERN, SOUTH, SOUTHERN, WEST, A, B, C, D
from tests.grid_world import grid_world
from tests.standing import standing

pytestmark = pytest.mark.django_db

PERIODS = ("2019-01", "2019", "2018-12..2019-03")
FILTERS = ("", "&purpose=industrial", "&source=village_supply", "&resident=no&source=new_water")


def make_city(_: Path) -> None:
    grid_world()
    models.GridBuild.objects.get_or_create(size=500)
    make.WellFactory(code="W1", geom=make.at(0.25, 0.25))
    make.WellFactory(code="W2", geom=make.at(1.75, 1.75))


world = standing(make_city)


@pytest.fixture
def asked(world: None, db: None, client: Client) -> Client:
    return client


def corners(*places: tuple[float, float]) -> str:
    """A shape by places in cells of the small city."""
    return "shape:" + ";".join(f"{WEST + x * CELL:.5f},{SOUTH + y * CELL:.5f}" for x, y in places)


SHAPES = {
    "corner": corners((-0.1, -0.1), (0.8, -0.1), (0.8, 0.7), (-0.1, 0.7)),
    "across": corners((0.3, 0.2), (1.9, 0.4), (1.2, 1.9), (0.9, 0.9)),
    "all": f"box:{WEST - 0.01},{SOUTH - 0.01},{WEST + 0.03},{SOUTH + 0.03}",
    "circle": f"circle:{WEST + 0.01},{SOUTH + 0.01},600",
    "nowhere": "box:100,20,100.1,20.1",
}
SHAPES = {name: parse_area(area).text for name, area in SHAPES.items()}


def get(client: Client, area: str, more: str = "period=2019") -> Any:
    response = client.get(f"/api/stats/area?area={area}&{more}")
    assert response.status_code == 200, response.content[:300]
    return response.json()


def holds_the_law(body: Any) -> None:
    """Every way in which the figures of an answer have to add up."""
    told = body["balance"]
    assert told["area_l"] == body["volume_l"]
    assert told["recorded_l"] == added(told[name] for name in ("area_l", "elsewhere_l", "unassigned_l", "outside_l"))
    for rows in (body["by_source"], body["by_purpose"], body["parts"]):
        assert added(row["volume_l"] for row in rows) == body["volume_l"]
    assert added(body["volume_by_month_l"]) == body["volume_l"]
    for at, litres in enumerate(body["volume_by_month_l"]):
        assert added(row["volume_l"][at] for row in body["by_source_month"]) == litres


@pytest.mark.parametrize("more", FILTERS)
@pytest.mark.parametrize("period", PERIODS)
def test_regions_are_the_sum_of_their_own_figures(asked: Client, period: str, more: str) -> None:
    def own(code: str) -> int | None:
        return asked.get(f"/api/regions/{code}?period={period}{more}").json()["volume_l"]  # type: ignore[no-any-return]

    for codes in ((CITY,), (DISTRICT,), (A,), (A, D), (SOUTHERN, C), (SOUTHERN, NORTHERN)):
        body = get(asked, f"regions:{','.join(codes)}", f"period={period}{more}")
        holds_the_law(body)
        assert body["volume_l"] == added(own(code) for code in codes)
        assert {row["code"]: row["volume_l"] for row in body["parts"]} == {code: own(code) for code in codes}
    alone = get(asked, f"regions:{SOUTHERN}", f"period={period}{more}")
    nested = get(asked, f"regions:{A},{SOUTHERN},{B}", f"period={period}{more}")
    assert nested["area"]["once"] == [A, B]
    assert nested["volume_l"] == alone["volume_l"]
    for versus in ("previous", "year"):
        beside = asked.get(f"/api/regions/{SOUTHERN}?period={period}{more}&versus={versus}").json()
        assert (alone[versus]["volume_l"], alone[versus]["change"]) == (beside["previous_l"], beside["change"])
    shown = asked.get(f"/api/regions/{SOUTHERN}?period={period}").json()
    assert alone["facilities"] == shown["facilities"]
    assert alone["area"]["area_km2"] == pytest.approx(shown["area_km2"])


def by_hand(area: str, period: str, more: str) -> tuple[int, int | None, list[str]]:
    """Cells whose middle lies in a shape, their litres, and their codes: counted with shapely from the stored rows."""
    outline = get_outline(area)
    given = dict(pair.split("=") for pair in more.split("&") if pair)
    selection = parse_selection(given.get("source"), given.get("purpose"), given.get("resident"))
    units = {
        unit.pk: unit.code
        for unit in models.GridUnit.objects.filter(size=500)
        if outline.covers(shapely.from_wkb(bytes(unit.geom.wkb)).representative_point())
    }
    rows = models.GridUsage.objects.filter(
        size=500, unit_id__in=units, month__in=[month.first_day for month in parse_period(period).months],
        source__in=selection.sources, purpose__in=selection.purposes,
    )  # fmt: skip
    return len(units), added(rows.values_list("volume_l", flat=True)), sorted(units.values())


def test_the_area_of_a_shape_is_what_lies_in_the_city(asked: Client) -> None:
    """What is in view reaches beyond the city: its area and its use per km² are the city's own."""
    city = asked.get(f"/api/regions/{CITY}?period=2019").json()
    everything = get(asked, SHAPES["all"])
    assert everything["area"]["area_km2"] == pytest.approx(city["area_km2"], rel=1e-9)
    assert everything["m3_per_km2"] == pytest.approx(everything["volume_l"] / 1e3 / city["area_km2"])
    half = get(asked, f"box:{WEST - 0.01},{SOUTH - 0.01},{WEST + CELL},{SOUTH + 0.03}")
    assert half["area"]["area_km2"] == pytest.approx(city["area_km2"] / 2, rel=1e-3)
    inside = get(asked, SHAPES["across"])
    assert inside["area"]["area_km2"] == pytest.approx(parse_area(SHAPES["across"]).km2, rel=2e-3)  # type: ignore[union-attr]
    assert get(asked, SHAPES["nowhere"])["area"]["area_km2"] == 0


def get_outline(area: str) -> shapely.Polygon:
    drawn = parse_area(area)
    assert isinstance(drawn, DrawnShape)
    return shapely.Polygon(drawn.corners)


@pytest.mark.parametrize("more", FILTERS)
@pytest.mark.parametrize("period", PERIODS)
def test_what_is_drawn_is_an_independent_count_of_cells(asked: Client, period: str, more: str) -> None:
    for name, area in SHAPES.items():
        body = get(asked, area, f"period={period}{more}")
        holds_the_law(body)
        cells, litres, _ = by_hand(area, period, more)
        assert (body["rule"]["cells"], body["volume_l"]) == (cells, litres), name
        assert body["rule"]["size"] == 500
        assert body["area"]["text"] == area
        for versus in ("previous", "year"):
            if body[versus]["period"]:
                assert body[versus]["volume_l"] == by_hand(area, body[versus]["period"], more)[1]
    everything = get(asked, SHAPES["all"], f"period={period}{more}")
    assert everything["balance"]["elsewhere_l"] in (0, None)
    assert everything["rule"]["cut"]["cells"] == 0


@pytest.mark.parametrize("more", ["", "&source=village_supply&resident=no"])
def test_a_wide_shape_reads_townships_whole_and_says_the_same(
    asked: Client, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    names, question = ("across", "all", "circle"), f"period=2019{more}"
    cell_by_cell = {name: get(asked, SHAPES[name], question) for name in names}
    monkeypatch.setattr("layers.totals.cells.WIDE_KM2", 0)
    forget()
    for name in names:
        assert get(asked, SHAPES[name], question) == cell_by_cell[name]
    assert cell_by_cell["all"]["rule"]["cells"] == models.GridUnit.objects.filter(size=500).count()


def test_shapes_that_share_a_line_add_up(asked: Client) -> None:
    west = corners((-0.1, -0.1), (0.9, -0.1), (0.9, 2.1), (-0.1, 2.1))
    east = corners((0.9, -0.1), (2.1, -0.1), (2.1, 2.1), (0.9, 2.1))
    whole = get(asked, SHAPES["all"])
    halves = [get(asked, west), get(asked, east)]
    assert sum(half["rule"]["cells"] for half in halves) == whole["rule"]["cells"]
    assert added(half["volume_l"] for half in halves) == whole["volume_l"]
    cut = [half["rule"]["cut"] for half in halves]
    assert (cut[0]["counted_l"], cut[0]["left_l"]) == (cut[1]["left_l"], cut[1]["counted_l"])
    assert cut[0]["counted_l"] + cut[0]["left_l"] > 0


def test_objects_features_and_files_follow_the_area(asked: Client) -> None:
    for area in (*SHAPES.values(), f"regions:{SOUTHERN}", f"regions:{A},{D}"):
        body = get(asked, area)
        for row in body["facilities"]:
            listed = asked.get(f"/api/layers/{row['layer']}/features?area={area}&limit=1").json()
            assert listed["count"] == row["count"], (area, row)
    wells = csv.DictReader(
        io.StringIO(asked.get(f"/feeds/well.csv?area={SHAPES['corner']}").getvalue().decode("utf-8-sig"))
    )
    assert [row["code"] for row in wells] == ["W1"]
    assert asked.get(f"/api/layers/well/features?area={SHAPES['corner']}&code=W2").json()["count"] == 0
    for area in (SHAPES["across"], SHAPES["circle"]):
        cells = asked.get(f"/api/layers/grid_500/features?area={area}&period=2019").json()["features"]
        assert sorted(cell["properties"]["code"] for cell in cells) == by_hand(area, "2019", "")[2]
        assert added(cell["properties"]["volume_l"] for cell in cells) == get(asked, area)["volume_l"]
    met = get(asked, SHAPES["corner"])["meets"]
    assert [row["code"] for row in met] == [DISTRICT, SOUTHERN]
    tile = asked.get(f"/tiles/well.json?area={SHAPES['corner']}").json()
    assert "area=" in tile["tiles"][0]


def test_without_a_grid_regions_are_told_and_shapes_say_why_not(asked: Client) -> None:
    models.GridBuild.objects.all().delete()
    forget()
    body = get(asked, SHAPES["across"])
    assert body["volume_l"] is body["m3_per_km2"] is body["share_of_city"] is None
    assert body["rule"]["known"] is False
    assert "./shuitu manage grid" in body["rule"]["zh"]
    assert body["balance"]["recorded_l"] > 0
    assert {row["layer"] for row in body["facilities"]} >= {"well", "meter"}
    assert get(asked, f"regions:{SOUTHERN}")["volume_l"] > 0


@pytest.mark.parametrize(
    ("query", "status", "param"),
    [
        ("period=2019", 400, "area"),
        ("area=box:1,2,3&period=2019", 400, "area"),
        ("area=regions:110199", 404, "area"),
        ("area=regions:110199,110101,110198", 404, "area"),
        (f"area=regions:{DISTRICT}&period=1999", 404, "period"),
        (f"area=regions:{DISTRICT}&period=x", 400, "period"),
        (f"area=regions:{DISTRICT}&versus=2018", 400, "versus"),
        (f"area=regions:{DISTRICT}&boundaries=x", 400, "boundaries"),
        (f"area=regions:{DISTRICT}&area=regions:{DISTRICT}", 400, "area"),
    ],
)
def test_what_is_wrong_is_told(asked: Client, query: str, status: int, param: str) -> None:
    response = asked.get(f"/api/stats/area?{query}")
    assert (response.status_code, response.json()["param"]) == (status, param)
    if "110198" in query:
        assert "110198" in response.json()["detail"]
        assert "110199" in response.json()["detail"]


@pytest.mark.parametrize("address", ["/api/layers/well/features", "/feeds/well.csv", "/tiles/well.json"])
def test_the_filter_refuses_what_is_no_area(asked: Client, address: str) -> None:
    for area, status in (("shape:1,2;3,4", 400), ("regions:110199", 404)):
        if status == 404 and address.startswith("/tiles"):
            continue  # a TileJSON asks nothing of the regions
        response = asked.get(f"{address}?area={area}")
        assert (response.status_code, response.json()["param"]) == (status, "area")
    fine = asked.get(f"/api/layers/grid_500/features?area=regions:{A}")
    assert (fine.status_code, fine.json()["param"]) == (400, "area")


def test_personal_layers_that_are_closed_are_counted_in_no_shape(asked: Client, settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    told = {row["layer"] for row in get(asked, SHAPES["all"])["facilities"]}
    assert "well" in told
    assert not told & {"meter", "water_user"}


def test_each_combination_of_two_regions_is_their_sum(asked: Client) -> None:
    """Whatever level they are of, and whichever lies in which."""
    alone = {
        code: get(asked, f"regions:{code}")["volume_l"] or 0
        for code in (CITY, DISTRICT, SOUTHERN, NORTHERN, A, B, C, D)
    }
    for one, other in itertools.combinations(alone, 2):
        apart = [
            code for code in (one, other) if not any(code != each and code.startswith(each) for each in (one, other))
        ]
        assert (get(asked, f"regions:{one},{other}")["volume_l"] or 0) == sum(alone[code] for code in apart)
