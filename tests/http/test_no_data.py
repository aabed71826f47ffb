"""No data is not nought: one small city in every channel. What has no record is empty, a recorded 0 is 0."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client
from openpyxl import load_workbook

from layers.models import GridUnit
from tests import factories as make
from tests.db.test_mvt import tile_at
from tests.factories import NORTHERN, SOUTHERN, A, B, C, D, Grid, at

pytestmark = pytest.mark.django_db

# Litres by village: of A and B in January (B's is a recorded nought), of C in February alone, of D nothing ever.
JANUARY = {A: 1_000, B: 0, C: None, D: None}
BOTH = {A: 1_000, B: 0, C: 700, D: None}
PERIODS = {"2019-01": JANUARY, "2019": BOTH, "2019-01..2019-02": BOTH}


@pytest.fixture
def grid() -> Grid:
    grid = make.make_grid()
    for place, month, litres in ((A, 1, 1_000), (B, 1, 0), (C, 2, 700)):
        make.UsageFactory(region=grid[place], month=date(2019, month, 1), volume_l=litres, source=1, purpose=1)
    # Of another purpose there is a record of everything in March: a filter, or a period, has to leave it out.
    for place in (A, B, C, D):
        make.UsageFactory(region=grid[place], month=date(2019, 3, 1), volume_l=5_000, source=2, purpose=4)
    grid.settle()
    grid.cut_all()
    return grid


FILTER = {"resident": "yes"}


def get(client: Client, path: str, **params: str) -> dict[str, Any]:
    found = client.get(path, params)
    assert found.status_code == 200, found.content
    return found.json()


@pytest.mark.parametrize("period", PERIODS)
def test_the_statistics_leave_it_out(client: Client, grid: Grid, period: str) -> None:
    found = get(client, "/api/stats", level="village", period=period, **FILTER)
    assert {row["code"]: row["volume_l"] for row in found["rows"]} == PERIODS[period]
    for row in found["rows"]:
        known = row["volume_l"] is not None
        assert (row["share"] is not None, row["m3_per_km2"] is not None) == (known, known)
    assert sum(found["classes"]["counts"]) == sum(litres is not None for litres in PERIODS[period].values())


def test_all_without_some_of_it_is_not_known_where_nothing_is_left(client: Client, grid: Grid) -> None:
    """A selection that is read as all less the others counts records as it counts litres."""
    found = get(client, "/api/stats", level="village", period="2019-01", resident="no")
    assert {row["volume_l"] for row in found["rows"]} == {None}
    assert found["total_l"] is None


def test_a_series_has_gaps(client: Client, grid: Grid) -> None:
    found = get(client, "/api/stats/series", level="village", **FILTER)
    assert found["months"] == ["2019-01", "2019-02", "2019-03"]
    assert dict(zip(found["codes"], found["volume_l"], strict=True)) == {
        A: [1_000, None, None], B: [0, None, None], C: [None, 700, None], D: [None, None, None],
    }  # fmt: skip
    assert found["total_l"] == [1_000, 700, None]


def test_a_region_at_a_glance(client: Client, grid: Grid) -> None:
    of_d = get(client, f"/api/regions/{D}", period="2019-01")
    assert [of_d[name] for name in ("volume_l", "recorded_l", "share_of_parent", "m3_per_km2", "change")] == [None] * 5
    assert {row["volume_l"] for row in of_d["by_purpose"]} == {None}
    of_b = get(client, f"/api/regions/{B}", period="2019-01")
    assert (of_b["volume_l"], of_b["share_of_parent"]) == (0, 0)
    months = next(row["volume_l"] for row in of_b["by_source_month"] if row["source"] == "group_tap")
    assert months == [0] + [None] * 11
    north = get(client, f"/api/regions/{NORTHERN}", period="2019-01")
    assert [child["volume_l"] for child in north["children"]] == [None, None]


@pytest.mark.parametrize("period", PERIODS)
def test_features_carry_it_as_null(client: Client, grid: Grid, period: str) -> None:
    for path in ("/api/layers/village/features", "/ogc/collections/village/items"):
        asked = {"period": period, **FILTER} if path.startswith("/api") else {"period": period}
        found = client.get(path, {**asked, "f": "json"} if path.startswith("/ogc") else asked).json()
        wanted = PERIODS[period] if path.startswith("/api") else (JANUARY if period == "2019-01" else None)
        if wanted:
            assert {f["properties"]["code"]: f["properties"]["volume_l"] for f in found["features"]} == wanted


def test_files_have_an_empty_cell(client: Client, grid: Grid) -> None:
    path = "/feeds/village.csv"
    told = csv.DictReader(io.StringIO(body(client, path, period="2019-01").decode("utf-8-sig")))
    rows = list(told)
    code, volume = (
        rows[0].keys() & {"code", "编码", "代码"},
        next(k for k in rows[0] if "用水量" in k or k == "volume_l"),
    )
    assert {row[next(iter(code))]: row[volume] for row in rows} == {A: "1000", B: "0", C: "", D: ""}
    book = load_workbook(io.BytesIO(body(client, path.replace(".csv", ".xlsx"), period="2019-01")))
    head, *lines = book.worksheets[0].iter_rows(values_only=True)
    at = head.index(volume)
    assert {line[head.index(next(iter(code)))]: line[at] for line in lines} == JANUARY


def body(client: Client, path: str, **params: str) -> bytes:
    found = client.get(path, params)
    assert found.status_code == 200, found.content
    return found.content if not found.streaming else b"".join(found.streaming_content)


def test_a_tile_leaves_the_attribute_out(client: Client, grid: Grid) -> None:
    tile = mapbox_vector_tile.decode(body(client, tile_of(grid), period="2019-01"))["village"]
    assert {f["properties"]["code"]: f["properties"].get("volume_l") for f in tile["features"]} == JANUARY


def tile_of(grid: Grid, layer: str = "village", z: int = 12) -> str:
    _, x, y = tile_at(at(1, 1), z)
    return f"/tiles/{layer}/{z}/{x}/{y}.pbf"


def test_what_is_not_known_in_both_is_not_compared(client: Client, grid: Grid) -> None:
    asked = {"level": "village", "period": "2019-02", "versus": "2019-01", "direction": "down"}
    found = get(client, "/api/stats/compare", **asked)
    assert (found["placed"]["volume_l"], found["placed"]["previous_l"], found["movers"]) == (700, 1_000, [])
    assert sum(found["classes"]["difference"]["counts"]) == 0
    march = get(client, "/api/stats/compare", **{**asked, "period": "2019-03", "direction": "up"})
    assert {row["code"]: row["difference_l"] for row in march["movers"]} == {A: 4_000, B: 5_000}


def in_village(grid: Grid, code: str) -> set[str]:
    """The units that no other village shares."""
    return {unit.code for unit in GridUnit.objects.filter(geom__within=grid.boundary(code).geom.buffer(1e-6))}


def test_cells_are_empty_where_nothing_is_recorded(client: Client, grid: Grid) -> None:
    """Cells get what their village records: of A and B in January, of C's township nothing."""
    layer = "grid_500"
    found = get(client, f"/api/layers/{layer}/features", period="2019-01", limit="10000")
    litres = {f["properties"]["code"]: f["properties"]["volume_l"] for f in found["features"]}
    of = {name: {litres[code] for code in in_village(grid, name) if code in litres} for name in (A, B, D)}
    assert None not in of[A]
    assert 0 in of[B] and None not in of[B]
    assert of[D] == {None}
    year = get(client, f"/api/layers/{layer}/features", period="2019", **FILTER, limit="10000")
    assert {
        f["properties"]["volume_l"] for f in year["features"] if f["properties"]["code"] in in_village(grid, D)
    } == {None}


def test_packed_months_have_nothing_between_their_commas(client: Client, grid: Grid) -> None:
    for asked in ({}, {"resident": "no"}):
        tile = mapbox_vector_tile.decode(
            body(client, tile_of(grid, "grid_500", 11), period="2019", monthly="yes", **asked)
        )
        found = [f["properties"] for f in tile["grid_500"]["features"]]
        texts = {one["code"]: one.get("litres_2019") for one in found}
        of_d = [texts[code] for code in in_village(grid, D) if code in texts]
        assert of_d and all(text.startswith(",,") and text.endswith(",,,,,,,,,") and text.strip(",") for text in of_d)
        # The year is the sum of its months; of a year without a record there is none.
        sums = {one["code"]: one.get("sum_2019") for one in found}
        months = {code: [int(part) for part in (text or "").split(",") if part] for code, text in texts.items()}
        assert any(months.values())
        assert sums == {code: sum(of) if of else None for code, of in months.items()}


def test_the_grid_balances_months_that_have_data_and_leaves_the_others(client: Client, grid: Grid) -> None:
    found = get(client, "/api/stats/cells", level="grid_500", period="2019", resident="no")
    by_month = {month["month"]: (month["recorded_l"], month["assigned_l"]) for month in found["months"]}
    assert by_month == {"2019-01": (None, None), "2019-02": (None, None), "2019-03": (20_000, 20_000)}


@pytest.mark.parametrize("period", ["2019-01", "2019"])
@pytest.mark.parametrize("measure", ["volume", "per_km2"])
def test_a_selection_of_nothing_is_empty_everywhere(client: Client, grid: Grid, period: str, measure: str) -> None:
    """A filter that leaves no record: every address of the statistics answers, with nothing in it."""
    nothing = {"source": "reclaimed", "period": period}
    cells = get(client, "/api/stats/cells", level="grid_500", measure=measure, **nothing)
    assert (cells["recorded_l"], cells["assigned_l"], cells["classes"]["period"]["breaks"]) == (None, None, [])
    for level in ("city", "district", "township", "village", "reporting_unit"):
        found = get(client, "/api/stats", level=level, measure=measure, **nothing)
        assert found["total_l"] is None and {row["volume_l"] for row in found["rows"]} <= {None}
        assert set(get(client, "/api/stats/series", level=level, **nothing)["total_l"]) == {None}
    for level in ("village", "grid_500"):
        assert (
            get(client, "/api/stats/compare", level=level, versus="2019-03" if period != "2019" else "2019", **nothing)[
                "movers"
            ]
            == []
        )
        assert {
            f["properties"]["volume_l"] for f in get(client, f"/api/layers/{level}/features", **nothing)["features"]
        } == {None}
    assert get(client, f"/api/regions/{SOUTHERN}", **nothing)["volume_l"] is None
    explained = get(client, "/api/explain", region=SOUTHERN, **nothing)
    assert (explained["volume_l"], explained["parts"]) == (None, [])
