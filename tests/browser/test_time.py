"""The month: slider, keyboard and play, without a request for the map."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.page_model import by_id, choose, litres, open_map, query_state, set_slider, wait_total
from tests.city import City

MONTH = "SELECT sum(volume_l)::bigint FROM layers_usagerecord WHERE month = %s"


def test_moving_the_month_changes_every_figure_and_asks_for_no_tile_and_no_series(page: Any, city: City) -> None:
    open_map(page)
    choose(page, "period-kind", "month")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for index in (6, 1):
        set_slider(page, index)
        month = f"2019-{index + 1:02d}"
        expect(by_id(page, "period")).to_have_attribute("data-period", month)
        ((total,),) = city.sql(MONTH, [f"{month}-01"])
        wait_total(page, total)
        assert litres(page, "ledger-total") == total
        page.wait_for_timeout(400)
    assert query_state(page, "period") == "2019-02"
    assert [url for url in asked if "/tiles/" in url or "/series" in url] == []


def test_arrow_keys_move_the_month(page: Any, city: City) -> None:
    open_map(page, "/?period=2019-05")
    by_id(page, "slider").focus()
    page.keyboard.press("ArrowRight")
    expect(by_id(page, "period")).to_have_attribute("data-period", "2019-06")
    wait_total(page, city.sql(MONTH, ["2019-06-01"])[0][0])
    page.keyboard.press("Home")
    expect(by_id(page, "period")).to_have_attribute("data-period", "2019-01")


def test_play_goes_through_the_months_and_stops(page: Any) -> None:
    open_map(page, "/?period=2019-10")
    by_id(page, "play").click()
    expect(by_id(page, "period")).to_have_attribute("data-period", "2019-12", timeout=8_000)
    page.wait_for_selector("html:not([data-playing])", state="attached", timeout=5_000)


def test_change_on_the_month_before(page: Any, city: City) -> None:
    open_map(page, "/?period=2019-04&measure=change_previous")
    rows = city.sql(
        "SELECT code, (sum(volume_l) FILTER (WHERE month = '2019-04-01'))::float"
        " / sum(volume_l) FILTER (WHERE month = '2019-03-01') - 1 FROM layers_usagesum"
        " WHERE level = 2 AND gap = 0 AND source_sel = 0 AND purpose_sel = 0 GROUP BY code ORDER BY 2 DESC, 1"
    )
    expect(by_id(page, "ranking").locator(".rank").first).to_have_attribute("data-code", rows[0][0])
    shown = by_id(page, "ranking").locator(".rank .rank-value").first.inner_text().strip()
    assert shown == f"{'+' if rows[0][1] > 0 else '−'}{abs(rows[0][1]) * 100:,.1f}%"


def test_without_anything_to_compare_with_the_legend_says_so(page: Any) -> None:
    open_map(page, "/?period=2019-01&measure=change_previous")
    expect(by_id(page, "no-comparison")).to_be_visible()
