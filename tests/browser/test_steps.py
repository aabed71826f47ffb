"""Every state that is reached by clicks comes back from its address in a fresh browser; back and forward undo what was done, once each."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.page_model import by_id, open_map, query_state
from tests.factories import SOUTHERN, at
from tests.thorough import WHOLE

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 16 if WHOLE else 10
OPENED_ANEW = 3
SECOND_AT = 4
LEFT_OUT = (
    "[data-testid=share], [data-testid=take], [data-testid=menu], [data-testid=play], [data-testid=redrawn-note] *, [data-testid^=zoom-], [data-testid=home], #search *, #toasts *,"
    " .maplibregl-ctrl *, .report-block *, details > summary, #level label"
)
# What can be pressed where the pointer would press it, each with a name that a failure can tell.
PRESSABLE = f"""() => [...document.querySelectorAll('button, label, .column, a[data-object]')]
    .filter(each => each.checkVisibility({{visibilityProperty: true}}) && !each.matches({LEFT_OUT!r}) && !each.querySelector('input:disabled') && !each.disabled)
    .map(each => {{
        const {{left, top, width, height}} = each.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        const hit = document.elementFromPoint(x, y);
        return {{x, y, seen: hit && (each.contains(hit) || hit.contains(each) && hit.matches('label, button, a')), name: (each.dataset.testid ?? '') + ' ' + each.textContent.trim().slice(0, 30)}};
    }})
    .filter(({{seen}}) => seen)"""
# What the page says, but for what an address is not there to keep: which tab is open, how far a list was unfolded.
SAID = """() => {
    const text = selector => [...document.querySelectorAll(selector)].filter(each => each.checkVisibility()).map(each => each.innerText).join('|');
    const state = {...shuitu.context.state};
    delete state.camera;
    const {second} = shuitu.context;
    return {state, second: second && [text('.map-title'), second.together, second.context.shown.period, second.context.shown.measure, [...second.context.shown.picture.values].map(([code, {shown}]) => [code, shown])], lang: document.documentElement.lang, legend: text('#legend'), drawer: text('[data-testid=figures]'), name: text('[data-testid=region-name]'),
        explain: text('#explain'), details: text('#details'), popup: text('.maplibregl-popup'), time: text('#timebar .now'), title: document.title};
}"""
FLYING = """
    window.__flying = 0;
    const asked = window.fetch;
    window.fetch = (...all) => { window.__flying++; return asked(...all).finally(() => { window.__flying--; }); };
"""
CALM = """() => {
    const now = JSON.stringify([location.search, document.querySelectorAll('.skeleton').length, document.body.innerText.length]);
    const still = window.__now === now && !window.__flying && !document.body.classList.contains('busy') && !document.querySelector('.skeleton') && !shuitu.map.isMoving()
        && (!shuitu.context.state.second || shuitu.context.second?.context.shown);
    window.__since = still ? window.__since : performance.now();
    window.__now = now;
    return performance.now() - window.__since > 400; // the address follows the map after a quarter of a second
}"""


@pytest.fixture
def new_city_page(transactional_db: None, new_own_page: Callable[..., Any]) -> Callable[[], Page]:
    """Pages of a city with meters in two townships, cells, plants, and two months; they count what they have asked for."""
    grid = make.make_grid()
    for name, place in {"S": at(0.5, 0.5), "N": at(0.5, 1.5)}.items():
        meter = make.MeterFactory(code=name, geom=place)
        for month in (1, 2):
            make.UsageFactory(meter=meter, month=date(2019, month, 1), volume_l=month * 1_234_567)
    for number in range(3):
        make.FacilityFactory(code=f"F{number}", kind=1 + number, geom=at(0.2 + 0.3 * number, 0.3))
    with transaction.atomic():
        grid.settle()
    grid.cut()
    make.publish()

    def counting() -> Page:
        page = new_own_page()
        page.add_init_script(FLYING)
        return page

    return counting


def said(page: Page) -> Any:
    page.wait_for_function(CALM, polling=80)
    return page.evaluate(SAID)


def place(page: Page) -> str:
    return urlsplit(page.url).query


def press_anything(page: Page, chance: random.Random, number: int) -> str:
    """A control by the pointer, or now and then a place on the map; at one time the switch of the second map, so that it is walked with."""
    if number == SECOND_AT and by_id(page, "second-switch").is_visible():
        by_id(page, "second-switch").click()
        return "the second map"
    if chance.random() < 0.2:
        page.mouse.click(chance.uniform(420, 1000), chance.uniform(150, 700))
        return "the map"
    one = chance.choice(page.evaluate(PRESSABLE))
    page.mouse.click(one["x"], one["y"])
    return str(one["name"])


@pytest.mark.turns(2)
@pytest.mark.parametrize("seed", [2])
def test_a_walk_comes_back_step_by_step_and_from_its_addresses(new_city_page: Callable[[], Page], seed: int) -> None:
    page, chance = new_city_page(), random.Random(seed)
    open_map(page, "/?period=2019-01&level=township")
    walked = [("the beginning", place(page), said(page))]
    for number in range(STEPS):
        length = page.evaluate("history.length")
        pressed = press_anything(page, chance, number)
        now = said(page)
        if page.evaluate("history.length") > length:
            walked.append((pressed, place(page), now))
        else:
            walked[-1] = (walked[-1][0], place(page), now)  # nothing, or the map alone
    assert len(walked) > STEPS / 3
    for pressed, address, expected in chance.sample(walked, OPENED_ANEW):
        fresh = new_city_page()
        open_map(fresh, f"/?{address}")
        assert said(fresh) == expected, f"{pressed}: {address}"
        fresh.close()
    names = [name for name, _, _ in walked]
    for number in range(len(walked) - 2, -1, -1):
        page.go_back()
        assert said(page) == walked[number][2], f"back from {names[number + 1]} to {walked[number][1]}"
    for number in range(1, len(walked)):
        page.go_forward()
        assert said(page) == walked[number][2], f"forward to {names[number]}, {walked[number][1]}"


@pytest.mark.turns(2)
def test_one_act_is_one_step(new_city_page: Callable[[], Page]) -> None:
    page = new_city_page()
    open_map(page, "/?period=2019-01&level=township&measure=difference&versus=2019-02&layers=urban_plant")
    length = page.evaluate("history.length")
    slider = by_id(page, "slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("html")).to_have_attribute("data-period", "2019-02")
    assert page.evaluate("history.length") == length + 1
    page.evaluate("shuitu.map.jumpTo({zoom: shuitu.map.getZoom() + 0.3})")  # by itself
    page.wait_for_timeout(400)
    by_id(page, "ranking").locator(f"[data-code='{SOUTHERN}']").or_(
        by_id(page, "ranking").locator(".rank").first
    ).first.click()
    said(page)
    assert page.evaluate("history.length") == length + 2
    page.go_back()
    said(page)
    assert (query_state(page, "region"), query_state(page, "period")) == (
        None,
        None,
    )  # the last month is what a page begins with
    page.go_back()
    said(page)
    assert query_state(page, "period") == "2019-01"


def test_a_popup_is_closed_and_opened_again_by_back_and_forward(new_city_page: Callable[[], Page]) -> None:
    page = new_city_page()
    open_map(page, "/?period=2019-01&layers=urban_plant")
    by_id(page, "search").fill("F0")
    by_id(page, "search-results").locator("[data-code='F0']").click()
    expect(by_id(page, "popup")).to_be_visible()
    said(page)
    page.go_back()
    expect(by_id(page, "popup")).to_have_count(0)
    page.go_forward()
    expect(by_id(page, "popup")).to_be_visible()
