"""The page at six sizes of window, from the outside: nothing lies beyond the edge, under something else or on another text, what is pressed is large
enough, the time bar works, and the map can always be had back. And what stands in for a map that cannot be drawn, or not wholly."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.page_model import SIZES, by_id, choose, litres, open_map, query_state, window
from tests.browser.test_accessible import faults
from tests.factories import A, at
from tests.thorough import by_turn

pytestmark = pytest.mark.django_db(transaction=True)

LEAST_FILTERS_PX = 200
LEAST_MAP = 0.12  # of the window, whatever is open
TARGET_PX = {False: 24, True: 44}

# What can be seen: of an element the part that its scrolling ancestors leave.
SEEN = """
    const clipped = element => {
        let {left, top, right, bottom} = element.getBoundingClientRect();
        for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
            const style = getComputedStyle(up);
            if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
            const box = up.getBoundingClientRect();
            [left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
        }
        return {left, top, right, bottom, width: right - left, height: bottom - top};
    };
    const seen = element => {
        const box = clipped(element);
        return box.width > 1 && box.height > 1 && element.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !element.closest('.visually-hidden, .skip');
    };
    const words = element => element.outerHTML.replace(/\\s+/g, ' ').slice(0, 110);
    const targets = () => [...document.querySelectorAll('button, a[href], select, summary, input')]
        .map(each => /^(radio|checkbox)$/.test(each.type) ? each.closest('label') : each)
        .filter(each => each && seen(each) && !each.closest('p:not(.region-sub), td, .maplibregl-ctrl-attrib-inner'));
    // Lines of text: where they lie, what of them is seen, and whether what hides the rest cannot be moved.
    const lines = () => {
        const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const own = walk.currentNode.parentElement, told = walk.currentNode.data.trim();
            if (!told || own.closest('option, script, style, noscript, svg') || !seen(own)) continue;
            const range = document.createRange();
            range.selectNodeContents(walk.currentNode);
            for (const whole of range.getClientRects()) {
                let {left, top, right, bottom} = whole, cut = false;
                for (let up = own; up && up !== document.body; up = up.parentElement) {
                    const {overflowX, overflowY, position} = getComputedStyle(up), box = up.getBoundingClientRect();
                    cut ||= overflowX === 'hidden' && (right > box.right + 1.5 || left < box.left - 1.5);
                    if (overflowX !== 'visible') [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
                    if (overflowY !== 'visible') [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
                    if (position === 'fixed') break;
                }
                if (right - left < 2 || bottom - top < 2) continue;
                const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
                if (above && (own.contains(above) || above.contains(own))) found.push({own, told: told.slice(0, 40), left, top, right, bottom, cut});
            }
        }
        return found;
    };
"""
FAULTS = f"""least => {{ {SEEN}
    const beyond = [...document.querySelectorAll('body *')].filter(each => seen(each) && !each.matches('#sheet, .pages') && !each.closest('svg *, canvas'))
        .filter(each => {{ const box = clipped(each); return box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1; }}).map(words);
    const small = targets().filter(each => {{ const box = each.getBoundingClientRect(); return Math.min(box.width, box.height) < least - 0.5; }})
        .map(each => `${{Math.round(each.getBoundingClientRect().width)}}×${{Math.round(each.getBoundingClientRect().height)}} ${{words(each)}}`);
    const covered = targets().filter(each => {{
        const box = clipped(each), whole = each.getBoundingClientRect();
        if (box.height < whole.height - 1 || box.width < whole.width - 1) return false; // half scrolled away
        const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
        return !top || !(each.contains(top) || top.contains(each) && top.matches('label, button, a') || top.closest('#toasts'));
    }}).map(words);
    const told = lines();
    const overlapping = told.flatMap((one, i) => told.slice(i + 1)
        .filter(other => other.own !== one.own && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 5)
        .map(other => `${{one.told}} × ${{other.told}}`));
    // A name that is too long is told whole by its title.
    const cut = told.filter(each => each.cut && each.own.closest('button, a, th, td, dt, dd, h2') && !each.own.closest('[title]')).map(each => each.told);
    let open = 0;
    for (let i = 0; i < 400; i++) open += Boolean(document.elementFromPoint((i % 20 + 0.5) * innerWidth / 20, (Math.floor(i / 20) + 0.5) * innerHeight / 20)?.closest('canvas'));
    const {{scrollWidth, scrollHeight}} = document.documentElement;
    return {{beyond, small, covered, overlapping, cut, scrolls: scrollWidth > innerWidth || scrollHeight > innerHeight, map: open / 400}};
}}"""


@pytest.fixture
def new_city_page(transactional_db: None, new_own_page: Callable[..., Any]) -> Callable[..., Any]:
    """Pages of a city with a meter and a plant; two months."""
    grid = make.make_grid()
    meter = make.MeterFactory(code="M", geom=at(0.5, 0.5))
    for month, volume_l in ((1, 1_000_000), (2, 9_000_000)):
        make.UsageFactory(meter=meter, month=date(2019, month, 1), volume_l=volume_l)
    make.FacilityFactory(code="F1", geom=at(0.2, 0.2))
    with transaction.atomic():
        grid.settle()
    make.publish()
    return new_own_page


def check(page: Page, touch: bool, what: str, least_map: float = LEAST_MAP) -> None:
    page.wait_for_timeout(80)  # heights are measured and told to the styles; nothing slides
    found = page.evaluate(FAULTS, TARGET_PX[touch])
    share = found.pop("map")
    assert found == {"beyond": [], "small": [], "covered": [], "overlapping": [], "cut": [], "scrolls": False}, what
    assert share >= least_map, what


# Beside each other a large one and a small one, two of the layouts.
TURNS = ["monitor", "phone upright", "laptop", "phone lying", "tablet lying", "tablet upright"]


@pytest.mark.parametrize("size", by_turn(TURNS, 2))
def test_whatever_is_open_fits_and_can_be_pressed(new_city_page: Callable[..., Any], size: str) -> None:
    width, height, touch, form = SIZES[size]
    page = new_city_page(**window(width, height, touch))
    open_map(page, "/?period=2019-01")
    assert page.evaluate("document.documentElement.dataset.form") == form
    check(page, touch, "start")
    the_time_bar_works(page, touch)
    for lang in ("en", "zh"):
        page.evaluate("lang => shuitu.context.store.set({lang})", lang)
        others = (
            ("tab-layers", *(("tab-legend", "tab-table", "tab-overview") if form != "cards" else ()))
            if lang == "en"
            else ()
        )
        for tab in ("tab-filters", *others):
            by_id(page, tab).click()
            check(page, touch, f"{lang} {tab}")
            if tab == "tab-filters":
                filters = page.locator("#filters").evaluate(
                    "e => Math.min(innerHeight, e.getBoundingClientRect().bottom) - e.getBoundingClientRect().top"
                )
                assert filters >= LEAST_FILTERS_PX, lang
        if lang == "zh":
            continue
        if form == "cards":
            by_id(page, "table-open").click()
            expect(page.locator("#table tr[data-code]").first).to_be_visible()
            check(page, touch, f"{lang} table")
            by_id(page, "table-close").click()
        by_id(page, "legend-style").evaluate("details => { details.open = true; }")
        check(page, touch, f"{lang} classes and colours")
        page.evaluate("code => shuitu.context.store.set({region: code, measure: 'difference', versus: '2019-02'})", A)
        check(page, touch, f"{lang} change of a region")
        page.evaluate("code => shuitu.context.store.set({explain: `region/${code}`})", A)
        expect(by_id(page, "explain-sum")).to_be_visible()
        check(page, touch, f"{lang} explanation", 0 if form == "sheet" else LEAST_MAP)
        by_id(page, "explain-close").click()
        page.evaluate("shuitu.context.store.set({region: '', measure: 'volume'})")
    the_map_is_had_back(page, form)
    the_popup_is_whole(page, touch)


@pytest.mark.turns(2)
def test_a_window_that_is_turned_keeps_everything(new_city_page: Callable[..., Any]) -> None:
    page = new_city_page(**window(390, 844, True))
    open_map(page, f"/?period=2019-01&region={A}")
    for width, height, form in (
        (844, 390, "side"),
        (1440, 900, "cards"),
        (768, 1024, "sheet"),
        (1024, 768, "side"),
        (390, 844, "sheet"),
    ):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_selector(f"html[data-form={form}]", state="attached")
        check(page, True, f"{width}×{height}")
        by_id(page, "tab-filters").click()
        expect(by_id(page, "source")).to_be_visible()
        expect(by_id(page, "play")).to_be_visible()


def the_time_bar_works(page: Page, touch: bool) -> None:
    slider = by_id(page, "slider")
    box = slider.bounding_box()
    assert box and box["width"] >= 150
    for share, month in ((0.97, "2019-02"), (0.03, "2019-01")):
        x, y = box["x"] + box["width"] * share, box["y"] + box["height"] / 2
        page.touchscreen.tap(x, y) if touch else page.mouse.click(x, y)
        expect(by_id(page, "period")).to_have_attribute("data-period", month)
    slider.press("ArrowRight")
    expect(by_id(page, "period")).to_have_attribute("data-period", "2019-02")
    choose(page, "period-kind", "year")
    assert query_state(page, "period") in (None, "2019")
    page.locator(".column").first.click()  # a month of the year that is shown
    expect(by_id(page, "period")).to_have_attribute("data-period", "2019-01")


def the_map_is_had_back(page: Page, form: str) -> None:
    """Every panel closes, says where it has gone, and comes again."""
    if form == "sheet":
        handle, sheet = by_id(page, "sheet-handle"), page.locator("#sheet")
        while sheet.get_attribute("data-height") != "full":
            handle.click()
        handle.click()
        expect(sheet).to_have_attribute("data-height", "low")
        return
    panel = page.locator("#drawer" if form == "cards" else "#panel")
    by_id(page, "drawer-close" if form == "cards" else "panel-close").click()
    expect(panel).to_be_hidden()
    by_id(page, "open-drawer").click()
    expect(panel).to_be_visible()


def the_popup_is_whole(page: Page, touch: bool) -> None:
    page.evaluate(
        "shuitu.context.emit('openObject', {layer: 'urban_plant', code: 'F1', name: 'F1', point: shuitu.meta.bounds.slice(0, 2)})"
    )
    popup = page.locator(".maplibregl-popup-content")
    expect(popup.locator("dl")).to_be_visible()
    page.wait_for_timeout(300)  # the map moves so far that it fits
    check(page, touch, "popup")
    corners = popup.evaluate(
        """e => { const {left, top, right, bottom} = e.getBoundingClientRect();
            return [[left + 8, top + 8], [right - 8, top + 8], [left + 8, bottom - 8], [right - 8, bottom - 8]].map(([x, y]) => e.contains(document.elementFromPoint(x, y))); }"""
    )
    assert corners == [True] * 4
    page.mouse.move(*[page.viewport_size[side] / 2 for side in ("width", "height")]) if page.viewport_size else None
    expect(by_id(page, "tooltip")).to_be_hidden()


def test_a_level_that_the_zoom_cannot_show_says_so_and_leads_there(new_city_page: Callable[..., Any]) -> None:
    page = new_city_page()
    open_map(page, "/?level=village&map=8/40/116")
    expect(by_id(page, "level-hint")).to_contain_text("10")
    by_id(page, "level-hint").get_by_role("button").click()
    page.wait_for_selector("html[data-level=village]", state="attached")
    expect(by_id(page, "level-hint")).to_have_count(0)


def test_an_empty_map_says_why_where_the_legend_is_one_line(new_city_page: Callable[..., Any]) -> None:
    page = new_city_page(**window(390, 844, True))
    open_map(page, "/?period=2019-01&measure=change_year")
    expect(by_id(page, "line-lack")).to_contain_text("没有可比的时段")
    page.evaluate("shuitu.context.store.set({measure: 'volume', source: ['reclaimed']})")
    expect(by_id(page, "line-lack")).to_contain_text("没有用水记录")
    check(page, True, "nothing recorded")
    page.evaluate("shuitu.context.store.set({source: []})")
    expect(by_id(page, "line-lack")).to_have_count(0)


# Whether of what is seen of a selector nothing is wider than the step to the next one.
APART = """selector => {
    const boxes = [...document.querySelectorAll(selector)].filter(one => getComputedStyle(one).visibility === 'visible' && one.textContent).map(one => {
        const range = document.createRange();
        range.selectNodeContents(one);
        return range.getBoundingClientRect();
    });
    return boxes.length > 0 && boxes.every((box, i) => !i || boxes[i - 1].right <= box.left);
}"""


@pytest.mark.parametrize("size", by_turn(["tablet upright", "phone lying", "tablet lying", "phone upright"], 2))
def test_the_legend_has_all_of_its_page(new_city_page: Callable[..., Any], size: str) -> None:
    """Nothing of it is cut off over empty room."""
    width, height, touch, _ = SIZES[size]
    page = new_city_page(**window(width, height, touch))
    open_map(page)
    by_id(page, "tab-legend").click()
    legend, pages = page.locator("#legend"), page.locator(".pages")
    expect(legend).to_be_visible()
    legend.evaluate("one => { one.firstElementChild.style.minHeight = '3000px'; }")  # a long one
    page.evaluate("document.getElementById('sheet').dataset.height = 'full'")
    assert legend.evaluate("(one, all) => Math.abs(one.clientHeight - all.clientHeight) <= 1", pages.element_handle())


@pytest.mark.parametrize(
    ("asked", "height", "page_id"),
    [("table=1", "half", "table"), (f"region={A}", "half", "region-name"), ("", "low", "")],
)
def test_the_sheet_opens_for_what_its_address_asks(
    new_city_page: Callable[..., Any], asked: str, height: str, page_id: str
) -> None:
    page = new_city_page(**window(390, 844, True))
    open_map(page, f"/?period=2019-01&{asked}")
    expect(page.locator("#sheet")).to_have_attribute("data-height", height)
    if page_id:
        expect(by_id(page, page_id)).to_be_in_viewport()


@pytest.mark.parametrize("size", by_turn(["monitor", "phone lying", "tablet lying", "phone upright"], 2))
def test_the_line_of_sources_lies_on_no_map_until_it_is_asked_for(new_city_page: Callable[..., Any], size: str) -> None:
    width, height, touch, _ = SIZES[size]
    page = new_city_page(**window(width, height, touch))
    page.add_init_script("""window.opened = 0; new MutationObserver(() => { opened += document.querySelectorAll('.maplibregl-compact-show').length; })
        .observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['class']})""")
    open_map(page, "/?period=2019-01")
    page.wait_for_function("() => Number(document.documentElement.dataset.idle) > 0")
    told = page.locator("#map .maplibregl-ctrl-attrib-inner")
    assert page.evaluate("opened") == 0
    expect(told).to_be_hidden()
    page.locator("#map .maplibregl-ctrl-attrib-button").click()
    expect(told).to_be_visible()
    expect(told).not_to_be_empty()


@pytest.mark.parametrize("size", by_turn(["tablet upright", "phone lying", "phone upright"]))
def test_the_first_fit_is_that_of_the_whole_city(new_city_page: Callable[..., Any], size: str) -> None:
    """Whatever slides or is measured while the page begins: the map is fitted into the room that is left once it stands."""
    width, height, touch, _ = SIZES[size]
    page = new_city_page(**window(width, height, touch))
    open_map(page, "/?period=2019-01")
    page.wait_for_function("() => Number(document.documentElement.dataset.idle) > 0")
    seen = "() => [shuitu.map.getZoom(), ...shuitu.map.getCenter().toArray()]"
    first = page.evaluate(seen)
    page.evaluate("shuitu.map.jumpTo({zoom: 12})")
    by_id(page, "home").click()
    page.wait_for_function("() => !shuitu.map.isMoving() && shuitu.map.getZoom() !== 12")
    assert page.evaluate(seen) == pytest.approx(first, abs=1e-3)


def test_totals_that_are_on_their_way_are_told_as_such(new_city_page: Callable[..., Any]) -> None:
    page = new_city_page()
    page.route("**/api/stats/area?*", lambda _: None)  # never answered
    open_map(page, "/?period=2019-01&area=view")
    panel = by_id(page, "area-panel")
    expect(panel.locator(".skeleton")).to_be_visible()
    assert panel.locator(".block:visible").count() == 0  # no lines between nothing and nothing


@pytest.mark.turns(2)
def test_without_webgl_the_figures_come_as_tables(new_city_page: Callable[..., Any], root: Any) -> None:
    page = new_city_page(**window(390, 844, True))
    page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext, {apply: (call, canvas, [kind, ...rest]) => /webgl/.test(kind) ? null : call.apply(canvas, [kind, ...rest])})"
    )
    for lang in ("", "en"):
        page.goto(f"/?period=2019&lang={lang}")
        expect(by_id(page, "no-map")).to_contain_text("WebGL2")
        total = by_id(page, "table-figures").locator("[data-litres]").first
        expect(total).to_have_attribute("data-litres", "10000000")
        months = (
            by_id(page, "table-months")
            .locator("td:nth-child(2)")
            .evaluate_all("cells => cells.map(cell => cell.dataset.litres).filter(Boolean)")
        )
        assert months == ["1000000", "9000000"]
        assert faults(page, root) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # Names of months that would lie over each other are left out.
        assert page.evaluate(APART, ".axis span")
        # Totals of an area, which nothing is drawn for, stand in the page too.
        by_id(page, "area").click()
        expect(by_id(page, "area-total")).to_be_visible()
        expect(by_id(page, "area-how")).not_to_contain_text("map" if lang else "地图")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        by_id(page, "area-close").click()
        expect(by_id(page, "area-total")).to_be_hidden()
        # What only a map can give is not offered.
        assert not re.search("图片|打印|picture|print", by_id(page, "take").get_attribute("aria-label") or "")
        by_id(page, "take").click()
        expect(by_id(page, "table-csv")).to_be_visible()
        assert not re.search("图上|地图|嵌入|embed|\\bmap\\b|layer is", by_id(page, "take-panel").inner_text())
        by_id(page, "take-close").click()
    first = by_id(page, "table-ranking").get_by_role("button").first
    chosen = first.get_attribute("value") or ""
    first.click()
    expect(by_id(page, "table-region")).to_have_attribute("data-code", chosen)
    choose(page, "period-kind", "month")
    expect(total).to_have_attribute("data-litres", "9000000")


@pytest.mark.turns(2)
def test_lost_tiles_are_told_until_they_have_come(new_city_page: Callable[..., Any], own_watch: Any) -> None:
    own_watch.allow("500")
    page = new_city_page()
    open_map(page)
    page.route("**/tiles/village/**", lambda route: route.fulfill(status=500, body=""))
    page.evaluate("shuitu.map.jumpTo({center: [116.005, 40.005], zoom: 15})")
    lost = by_id(page, "lost-tiles")
    expect(lost).to_be_visible()
    page.evaluate("shuitu.context.store.set({measure: 'per_km2'})")
    by_id(page, "lost-tiles-retry").click()  # in vain
    expect(by_id(page, "lost-tiles-retry")).to_be_enabled()
    page.unroute_all()
    by_id(page, "lost-tiles-retry").click()
    expect(lost).to_have_count(0)
    page.wait_for_function("() => shuitu.map.querySourceFeatures('village', {sourceLayer: 'village'}).length > 0")


@pytest.mark.turns(2)
def test_legend_drawer_and_tooltip_speak_one_unit(new_city_page: Callable[..., Any]) -> None:
    page = new_city_page()
    for address in ("/?period=2019-02&level=village", "/?period=2019"):
        open_map(page, address)
        unit = by_id(page, "legend-unit").inner_text()
        assert litres(page, "region-total") > 0
        assert by_id(page, "region-total").locator("span").first.inner_text() == unit, address
        for figure in (by_id(page, "ledger-total").locator(".num").first, page.locator(".period-total")):
            assert (figure.text_content() or "").rstrip("※").split(" ", 1)[-1] == unit, address
        ranked = page.locator("[data-testid=ranking] .rank[data-litres]:not([data-litres='']) small").all_inner_texts()
        assert set(ranked) <= {unit}
