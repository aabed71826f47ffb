"""The page without a network: what was seen last is readable and marked as of when, nothing of anybody's is kept, and back on the
net it asks anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import by_id, open_map, wait_total
from tests.browser.test_open import CITY_YEAR
from tests.city import City

KEPT = "async () => (await (await caches.open('shuitu-seen')).keys()).map((each) => new URL(each.url).pathname)"
PUBLIC = re.compile(
    r"^/(api/(meta|stats/(series|cells|compare)|regions/\d+)|tiles/[a-z_0-9]+(\.json|/v[^/]+/\d+/\d+/\d+\.pbf))$"
)


def kept(page: Any) -> list[str]:
    return list(page.evaluate(KEPT))


def settle(page: Any, wanted: set[str]) -> list[str]:
    """What is kept once that is among it and nothing more comes."""
    before: list[str] = []
    for _ in range(60):
        page.wait_for_timeout(1000)
        found = kept(page)
        if found == before and wanted <= set(found):
            return found
        before = found
    raise AssertionError(f"not kept: {before}")


@pytest.mark.turns(2)
def test_what_was_seen_is_readable_without_a_network(new_page: Callable[..., Any], city: City, watch: Any) -> None:
    watch.allow("Failed to load resource|ERR_INTERNET_DISCONNECTED|AJAXError|410|503|preload")
    page = new_page(service_workers="allow")
    ((total,),) = city.sql(CITY_YEAR)
    open_map(page, "?lang=zh&layers=water_user&region=110108")
    assert page.evaluate("navigator.serviceWorker.ready.then((found) => new URL(found.scope).pathname)") == "/"
    here = settle(
        page,
        {"/api/meta", "/api/stats/series", "/api/regions/110108", "/tiles/township.json", "/tiles/water_body.json"},
    )
    # Of users nothing, though their layer is on and open in the demo; nothing of forms, objects and searches.
    assert [path for path in here if not PUBLIC.match(path)] == []
    assert not any("water_user" in path for path in here)

    page.context.set_offline(True)
    page.goto("/")
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page).to_have_url(re.compile("region=110108"))  # where one was last
    version = page.evaluate("shuitu.meta.as_of.version")
    expect(by_id(page, "away")).to_have_text(
        re.compile(rf"^离线：显示 \d{{4}}年\d+月\d+日 \d\d:\d\d 看到的数据（版本 {version}）")
    )
    drawn = "shuitu.map.queryRenderedFeatures({ layers: [`fill-${shuitu.context.level}`] }).length"
    assert page.evaluate(drawn) > 5
    # What was not seen says so in its place, and the rest stays.
    page.evaluate("shuitu.context.store.set({ region: '110105' })")
    expect(page.locator("#drawer")).to_contain_text("离线，且没有看过这一部分")
    page.evaluate("shuitu.context.store.set({ region: '110108' })")
    expect(page.locator("#drawer")).to_contain_text("海淀区")

    page.context.set_offline(False)
    expect(page.locator("#toasts")).to_contain_text(f"已恢复联网：数据没有变化（版本 {version}）", timeout=40_000)
    expect(by_id(page, "away")).to_be_hidden()
    page.goto("/?lang=en")
    page.wait_for_selector("html[data-ready]", state="attached")
    wait_total(page, total)
