"""The first map: it comes up, says what it shows, and its figures are the database's."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import by_id, litres, open_map, painted, ranking, wait_total
from tests.city import City

CITY_YEAR = """
    SELECT sum(volume_l)::bigint FROM layers_usagerecord
    WHERE month >= '2019-01-01' AND month < '2020-01-01'
"""
DISTRICTS = """
    SELECT code, sum(volume_l)::bigint FROM layers_usagesum
    WHERE level = 2 AND source_sel = 0 AND purpose_sel = 0 AND gap = 0
      AND month >= '2019-01-01' AND month < '2020-01-01'
    GROUP BY code ORDER BY 2 DESC, 1
"""


def test_the_city_and_its_districts_add_up_on_the_screen(page: Any, city: City) -> None:
    open_map(page)
    ((total,),) = city.sql(CITY_YEAR)
    wait_total(page, total)
    assert litres(page, "ledger-total") == total
    districts = city.sql(DISTRICTS)
    assert len(districts) == 16
    by_id(page, "ranking-all").click()
    assert ranking(page) == districts
    assert litres(page, "ledger-placed") == sum(volume for _, volume in districts)
    parts = by_id(page, "ledger").locator(".gap").evaluate_all("rows => rows.map(row => Number(row.dataset.litres))")
    assert litres(page, "ledger-placed") + sum(parts) == total


def test_the_map_is_painted_by_the_classes_of_its_legend(page: Any, city: City) -> None:
    open_map(page)
    classes = by_id(page, "legend-class").evaluate_all(
        "rows => rows.map(row => [row.dataset.from, row.dataset.to, Number(row.dataset.count)])"
    )
    assert sum(count for _, _, count in classes) == 16
    for code, volume in city.sql(DISTRICTS):
        wanted = next(
            i
            for i, (low, high, _) in enumerate(classes)
            if (not low or float(low) <= volume) and (not high or volume < float(high))
        )
        assert painted(page, "district", code) == wanted, code


@pytest.mark.parametrize(("measure", "unit_per_m3"), [("volume", 1000), ("per_km2", 1)])
def test_the_legend_of_a_year_is_the_one_of_the_api(page: Any, city: City, measure: str, unit_per_m3: int) -> None:
    open_map(page, f"/?period=2019&level=district&measure={measure}")
    asked = f"{city.url}/api/stats?period=2019&level=district&k=6&measure={measure}"
    classes = page.request.get(asked).json()["classes"]
    rows = by_id(page, "legend-class").evaluate_all(
        "rows => rows.map(row => [row.dataset.from, row.dataset.to, Number(row.dataset.count)])"
    )
    bounds = [float(high) / unit_per_m3 for _, high, _ in rows[:-1]]
    assert bounds == classes["breaks"]
    assert [float(low) / unit_per_m3 for low, _, _ in rows[1:]] == bounds
    assert [count for _, _, count in rows] == classes["counts"]


def test_the_city_is_all_that_is_recorded(page: Any, city: City) -> None:
    open_map(page)
    told = page.request.get(f"{city.url}/api/regions/11?period=2019").json()
    wait_total(page, told["recorded_l"])
    expect(by_id(page, "purpose-left")).to_have_attribute("data-litres", str(told["outside_l"]))
    purposes = by_id(page, "purpose-row").evaluate_all("rows => rows.map(row => Number(row.dataset.litres))")
    assert sum(purposes) + told["outside_l"] == told["recorded_l"]
    by_id(page, "ranking-all").click()
    ranked = sum(volume for _, volume in ranking(page))
    assert ranked + litres(page, "not-at-child") == told["recorded_l"]


def test_it_says_which_version_it_shows_and_what_is_synthetic(page: Any, city: City) -> None:
    open_map(page)
    ((version,),) = city.sql("SELECT max(version) FROM layers_layerversion")
    assert int(by_id(page, "as-of").get_attribute("data-version")) >= version
    assert "合成" in by_id(page, "synthetic").inner_text()
    by_id(page, "synthetic").click()
    page.wait_for_url("**/about")
    assert "天地图" in page.inner_text("main")
