"""The address holds the whole state; the language is a switch; errors and an empty database say what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.page_model import by_id, chip, choose, litres, open_map, query_state, wait_level, wait_region
from tests.city import City


def test_a_shared_address_shows_the_same(new_page: Callable[..., Any], city: City) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    open_map(page)
    chip(page, "source", "self_built_well")
    choose(page, "measure", "per_km2")
    choose(page, "period-kind", "month")
    by_id(page, "ranking").locator(".rank").first.click()
    page.wait_for_selector("[data-testid=region-name]:not([data-code='11'])")
    region = by_id(page, "region-name").get_attribute("data-code")
    wait_level(page, "township")
    page.wait_for_timeout(1500)  # the camera comes to rest and is written down
    by_id(page, "take").click()
    by_id(page, "share").click()
    expect(by_id(page, "take-said")).to_contain_text("已复制")
    shared = page.evaluate("navigator.clipboard.readText()")
    assert shared == page.url

    other = new_page()
    open_map(other, shared)
    wait_region(other, region)
    wait_level(other, "township")
    for test_id in ("region-total", "ledger-total", "ledger-placed"):
        assert litres(other, test_id) == litres(page, test_id)
    camera = "() => [shuitu.map.getZoom(), ...shuitu.map.getCenter().toArray()].map(n => n.toFixed(1))"
    assert other.evaluate(camera) == page.evaluate(camera)


def test_the_language_switch_changes_every_word_and_no_figure(page: Any) -> None:
    open_map(page)
    before = litres(page, "region-total")
    assert by_id(page, "legend").inner_text().startswith("用水量")
    by_id(page, "language").click()
    expect(by_id(page, "legend")).to_contain_text("Water use")
    assert query_state(page, "lang") == "en"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert litres(page, "region-total") == before
    own_words = " ".join(
        page.evaluate(
            "() => ['filters', 'tabs', 'legend', 'timebar', 'level', 'tools'].map(id => document.getElementById(id).innerText)"
        )
    ).replace("中文", "")
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in own_words), own_words
    by_id(page, "language").click()
    expect(by_id(page, "legend")).to_contain_text("用水量")


def test_a_dead_server_is_told_and_can_be_tried_again(page: Any, watch: Any) -> None:
    watch.allow("Failed to load resource|preload")
    page.route("**/api/meta", lambda route: route.abort())
    page.goto("/")
    expect(by_id(page, "error")).to_contain_text("./shuitu status")
    page.unroute("**/api/meta")
    by_id(page, "retry").click()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(by_id(page, "error")).to_be_hidden()


def test_figures_that_fail_leave_the_map_usable(page: Any, watch: Any) -> None:
    watch.allow("Failed to load resource|500|preload")
    open_map(page)
    page.route(
        "**/api/stats/series?*source=reclaimed*",
        lambda route: route.fulfill(status=500, content_type="application/problem+json", body='{"title": "broken"}'),
    )
    chip(page, "source", "reclaimed")
    expect(by_id(page, "toast")).to_contain_text("broken")
    page.unroute("**/api/stats/series?*source=reclaimed*")
    by_id(page, "toast").get_by_role("button", name="重试").click()
    expect(by_id(page, "toast")).to_be_hidden()
    expect(by_id(page, "legend")).to_contain_text("再生水")


def test_what_an_address_asks_for_in_vain_is_told_and_mended(page: Any) -> None:
    open_map(page, "/?period=2031&measure=depth&level=street&layers=well,foo")
    told = by_id(page, "toast")
    for asked in ("2031", "depth", "street", "foo"):
        expect(told).to_contain_text(asked)
    expect(by_id(page, "period")).to_have_attribute("data-period", "2019")
    assert query_state(page, "layers") == "well"
    for name in ("period", "measure", "level"):
        assert query_state(page, name) is None, name


def test_a_filter_the_server_refuses_can_be_cleared_not_tried_again(page: Any, watch: Any) -> None:
    watch.allow("400|preload")
    open_map(page)
    # The way back to a question of the page's own that the server understands no longer: its words changed since.
    page.evaluate("history.replaceState(null, '', '/?source=bogus'); dispatchEvent(new PopStateEvent('popstate'))")
    expect(by_id(page, "legend-failed")).to_be_visible()
    expect(by_id(page, "drawer-action")).to_have_text("清除筛选")
    expect(page.locator(".skeleton:visible")).to_have_count(0)
    expect(page.locator("#timebar .columns")).to_be_hidden()
    assert page.get_by_role("button", name="重试").count() == 0
    by_id(page, "drawer-action").click()
    expect(by_id(page, "legend-class").first).to_be_visible()
    expect(page.locator("#timebar .columns")).to_be_visible()
    assert litres(page, "region-total") > 0
    assert query_state(page, "source") is None


def test_an_empty_database_says_what_to_do(page: Any, city: City) -> None:
    meta = page.request.get(f"{city.url}/api/meta").json()
    empty = {**meta, "months": [], "bounds": None, "city": None, "synthetic": {**meta["synthetic"], "parts": []}}
    empty["layers"] = [{**layer, "count": 0} for layer in meta["layers"]]
    page.route("**/api/meta", lambda route: route.fulfill(content_type="application/json", body=json.dumps(empty)))
    page.goto("/")
    expect(by_id(page, "empty")).to_contain_text("import_layer region")
