"""The map while its server or database is away: it says so, tries again by itself, and is whole again without a reload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import by_id, chip, open_map, painted, wait_total
from tests.browser.test_open import CITY_YEAR
from tests.city import City
from tests.thorough import by_turn

AWAY = {
    "status": 503,
    "headers": {"Content-Type": "application/problem+json", "Retry-After": "1"},
    "body": '{"title": "数据库暂时不可用", "status": 503}',
}
DATA = ("**/api/**", "**/tiles/**", "**/healthz/database")
SAID = {"zh": "数据库暂时不可用，正在重试…", "en": "The database is not available just now. Trying again…"}


@pytest.fixture
def outage(page: Any, watch: Any) -> Iterator[Any]:
    """Takes the data away, and gives them back."""
    watch.allow("503|Failed to load resource|preload")

    class Outage:
        asked = 0
        health = 0

        def answer(self, route: Any) -> None:
            self.asked += 1
            self.health += "healthz" in route.request.url
            route.fulfill(**AWAY)

        def begin(self, *patterns: str) -> None:
            for pattern in patterns or DATA:
                page.route(pattern, self.answer)

        def end(self) -> None:
            page.unroute_all()

    made = Outage()
    yield made
    made.end()


def whole(page: Any, city: City) -> None:
    page.wait_for_selector("html[data-ready]", state="attached")
    ((total,),) = city.sql(CITY_YEAR)
    wait_total(page, total)
    expect(page.locator("#waiting")).to_be_hidden()
    assert painted(page, "district", "110108") is not None


@pytest.mark.parametrize("lang", by_turn(["zh", "en"]))
def test_a_page_opened_during_an_outage_comes_up_by_itself(page: Any, city: City, outage: Any, lang: str) -> None:
    outage.begin()
    page.goto(f"/?lang={lang}")
    expect(page.locator("#waiting")).to_have_text(SAID[lang])
    expect(page.locator("#waiting")).to_be_visible()
    page.wait_for_timeout(4000)  # it asks again, with pauses that grow, one small question at a time
    assert 1 <= outage.health <= 4
    outage.end()
    whole(page, city)


@pytest.mark.turns(2)
def test_a_map_that_is_open_waits_and_goes_on(page: Any, city: City, outage: Any) -> None:
    open_map(page)
    page.evaluate("window.sameAsBefore = true")
    outage.begin()
    chip(page, "source", "reclaimed")
    page.evaluate("shuitu.map.jumpTo({center: [116.4, 39.9], zoom: 12.5})")
    expect(page.locator("#waiting")).to_be_visible()
    expect(page.locator("#waiting")).to_have_text(SAID["zh"])
    assert by_id(page, "toast").count() == 0 or not by_id(page, "toast").is_visible()
    outage.end()
    expect(page.locator("#waiting")).to_be_hidden()
    expect(by_id(page, "legend")).to_contain_text("再生水")
    page.wait_for_function(
        "() => shuitu.map.areTilesLoaded() && shuitu.map.querySourceFeatures('village', {sourceLayer: 'village'}).length > 0",
    )
    assert page.evaluate("window.sameAsBefore")  # not loaded anew


@pytest.mark.turns(2)
def test_tiles_that_were_lost_come_back(page: Any, city: City, outage: Any) -> None:
    """Only the tiles fail; nothing else that is asked for would tell that they are back."""
    open_map(page)
    outage.begin("**/tiles/**")
    page.evaluate("shuitu.map.jumpTo({center: [116.4, 39.9], zoom: 13.5})")
    expect(page.locator("#waiting")).to_be_visible()
    outage.end()
    page.wait_for_function(
        "() => shuitu.map.areTilesLoaded() && shuitu.map.querySourceFeatures('village', {sourceLayer: 'village'}).length > 0",
    )
    expect(page.locator("#waiting")).to_be_hidden()


@pytest.mark.turns(2)
def test_tiles_that_fail_again_and_again_are_told(page: Any, city: City, watch: Any) -> None:
    watch.allow(r"500|Internal Server Error|Failed to load resource|/web/app\.")  # the page logs it too
    open_map(page)
    page.route("**/tiles/village/**", lambda route: route.fulfill(status=500, body=""))
    page.evaluate("shuitu.map.jumpTo({center: [116.4, 39.9], zoom: 13.5})")
    expect(by_id(page, "lost-tiles")).to_contain_text("部分地图瓦片没有读到")
    page.unroute_all()
    by_id(page, "lost-tiles").get_by_role("button", name="重试").click()
    page.wait_for_function("() => shuitu.map.querySourceFeatures('village', {sourceLayer: 'village'}).length > 0")


@pytest.mark.turns(2)
def test_a_server_that_does_not_answer_at_all(page: Any, city: City, watch: Any) -> None:
    watch.allow("Failed to load resource|ERR_FAILED|preload")
    open_map(page)
    page.route("**/*", lambda route: route.abort())
    chip(page, "source", "reclaimed")
    expect(page.locator("#waiting")).to_have_text("连不上服务器，正在重试…")
    page.unroute_all()
    expect(by_id(page, "legend")).to_contain_text("再生水")
    expect(page.locator("#waiting")).to_be_hidden()


def test_the_page_of_an_object_waits_too(page: Any, city: City, outage: Any) -> None:
    ((code,),) = city.sql("SELECT code FROM layers_well ORDER BY code LIMIT 1")
    outage.begin()
    page.goto(f"/objects/well/{code}")
    expect(page.locator("#waiting")).to_be_visible()
    outage.end()
    expect(by_id(page, "object-name")).to_be_visible()
    expect(page.locator("#waiting")).to_be_hidden()
