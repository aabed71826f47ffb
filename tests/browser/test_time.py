"""The month: slider, keyboard and play, without a request for the map."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import by_id, choose, litres, open_map, query_state, set_slider, wait_total
from tests.city import City

MONTH = "SELECT sum(volume_l)::bigint FROM layers_usagerecord WHERE month = %s"


PURPOSES_SUM = "SELECT sum(volume_l)::bigint FROM layers_usagesum WHERE level = 2 AND gap = 0 AND edition = 0 AND code = %s AND month = %s AND source_sel = 0 AND purpose_sel = 0"
PURPOSES = (
    "SELECT purpose_sel, sum(volume_l)::bigint FROM layers_usagesum WHERE level = %s AND code = %s AND month = %s AND source_sel = 0"
    " AND edition = 0 AND gap = 0 AND purpose_sel BETWEEN 1 AND 7 GROUP BY 1"
)


@pytest.mark.parametrize(
    ("address", "level", "code"), [("/", 1, "11"), ("/?region=110108", 2, "110108"), ("/?drawer=0", 1, "11")]
)
def test_moving_the_month_changes_every_figure_and_asks_for_nothing(
    page: Any, city: City, address: str, level: int, code: str
) -> None:
    """Of the city, of a district, and with the drawer closed; what the drawer told of the year holds its months."""
    open_map(page, address)
    open_drawer = "drawer=0" not in address
    if open_drawer:
        page.wait_for_selector(f"[data-testid=chart][data-drawn='{code}'] svg")
        expect(page.locator("#drawer section", has=by_id(page, "ranking"))).to_have_attribute("aria-busy", "false")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    # Code that the page fetches ahead, once nothing else is to do, has nothing to do with the month.
    page.on("request", lambda request: None if request.resource_type == "script" else asked.append(request.url))
    choose(page, "period-kind", "month")
    for index in (6, 1):
        set_slider(page, index)
        month = f"2019-{index + 1:02d}"
        expect(by_id(page, "period")).to_have_attribute("data-period", month)
        if open_drawer:
            shown = dict(city.sql(PURPOSES, [level, code, f"{month}-01"]))
            page.wait_for_function(
                "wanted => JSON.stringify([...document.querySelectorAll('[data-testid=purpose-row]')].map(row => Number(row.dataset.litres))) === wanted",
                arg=json.dumps(sorted(shown.values(), reverse=True), separators=(",", ":")),
            )
        ((total,),) = city.sql(MONTH, [f"{month}-01"]) if level == 1 else [(sum(shown.values()),)]
        wait_total(page, total)
        if level == 1:
            assert litres(page, "ledger-total") == total
        page.wait_for_timeout(600)
    assert query_state(page, "period") == "2019-02"
    assert asked == []


def test_what_the_drawer_tells_of_a_month_from_what_it_holds_is_what_the_api_tells(page: Any, city: City) -> None:
    open_map(page, "/?region=110108")
    page.wait_for_selector("[data-testid=chart][data-drawn='110108'] svg")
    choose(page, "period-kind", "month")
    set_slider(page, 6)
    wait_total(page, city.sql(PURPOSES_SUM, ["110108", "2019-07-01"])[0][0])
    page.wait_for_timeout(800)
    parts = ("figures", "purpose-row", "ranking", "facilities")
    told = [by_id(page, part).all_inner_texts() for part in parts]
    open_map(page, "/?region=110108&period=2019-07")
    page.wait_for_selector("[data-testid=chart][data-drawn='110108'] svg")
    expect(by_id(page, "purpose-row").first).to_be_visible()
    page.wait_for_timeout(800)
    assert [by_id(page, part).all_inner_texts() for part in parts] == told


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
