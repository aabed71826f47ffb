"""The page over a change of the divisions: outlines, figures and names are those of the months that it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layers.models import UsageRecord
from tests.browser.page_model import by_id, open_map
from tests.db.ingest_files import csv, load
from tests.factories import DISTRICT, SOUTHERN, B, C
from tests.split_city import NEW, E, make_cells, make_city, split
from tests.thorough import by_turn

pytestmark = pytest.mark.django_db(transaction=True)
HAS = """
    ([code, there]) => {
        const map = window.shuitu?.map;
        return !!map?.getSource("village") && map.querySourceFeatures("village", { sourceLayer: "village" })
            .some(feature => feature.properties.code === code) === there;
    }
"""


@pytest.fixture
def own_page(new_own_page: Callable[..., Any], tmp_path: Path) -> Any:
    """A watched page of a server on the city that was split in April."""
    make_city()
    split(tmp_path)
    load("usage", csv(tmp_path / "u.csv", "month,meter,source,purpose,volume_l\n2019-04,M-b,村级供水,居民,7000"))
    return new_own_page()


@pytest.fixture
def own_cells(new_own_page: Callable[..., Any], tmp_path: Path) -> Any:
    """The same city in cells."""
    make_cells()
    split(tmp_path)
    load("usage", csv(tmp_path / "u.csv", "month,meter,source,purpose,volume_l\n2019-04,M-b,村级供水,居民,7000"))
    return new_own_page()


def drawn(page: Page, code: str, *, there: bool) -> None:
    """Wait until the outlines on the map have a village, or have it no more."""
    page.wait_for_function(HAS, arg=[code, there])


@pytest.mark.turns(3)
def test_the_outlines_follow_the_month(own_page: Page) -> None:
    open_map(own_page, f"/?period=2019-03&level=village&region={DISTRICT}&map=12.5/40.01/116.01")
    drawn(own_page, B, there=True)
    for told in ("divisions-told", "legend"):
        expect(by_id(own_page, told)).to_contain_text("按 2019-03 及以前的区划")
    own_page.evaluate("window.shuitu.context.store.set({ period: '2019-04' })")
    drawn(own_page, E, there=True)
    drawn(own_page, B, there=False)
    expect(by_id(own_page, "divisions-told")).to_contain_text("2019-04 起的现行区划")


def test_outlines_on_their_way_are_asked_for_anew(own_page: Page) -> None:
    """The month changes while the tiles of the one before are still coming: what is drawn at last is the new one's."""
    held: list[Any] = []
    let_go = False
    own_page.route("**/tiles/village/**", lambda route: route.continue_() if let_go else held.append(route))
    own_page.goto(f"/?period=2019-03&level=village&region={DISTRICT}&map=12.5/40.01/116.01")
    while not held:
        own_page.wait_for_timeout(50)
    with own_page.expect_response("**/tiles/village.json*"):
        own_page.evaluate("window.shuitu.context.store.set({ period: '2019-04' })")
    let_go = True
    for route in held:
        route.continue_()
    drawn(own_page, E, there=True)
    drawn(own_page, B, there=False)


@pytest.mark.turns(3)
def test_a_month_of_before_in_todays_divisions(own_page: Page) -> None:
    open_map(own_page, f"/?period=2019-03&level=village&region={DISTRICT}&map=12.5/40.01/116.01")
    drawn(own_page, B, there=True)
    by_id(own_page, "boundaries").locator("input[value=current]").check(force=True)
    drawn(own_page, E, there=True)
    assert "boundaries=current" in own_page.url
    own_page.reload()
    drawn(own_page, E, there=True)
    own_page.evaluate(f"window.shuitu.context.store.set({{ region: '{NEW}' }})")
    expect(by_id(own_page, "drawer")).to_contain_text("新街道")
    assert NEW in own_page.url


@pytest.mark.parametrize(("language", "words"), by_turn([("zh", "界线变过"), ("en", "lines changed")]))
def test_what_was_recorded_at_a_redrawn_division_is_noted_in_litres(own_page: Page, language: str, words: str) -> None:
    """Under the figure, and where it is explained; not where all of it is told in the month's own divisions."""
    march = UsageRecord.objects.filter(month="2019-03-01", region__code__in=[SOUTHERN, C], region__valid_to=None)
    told = dict(march.values_list("region__code", "volume_l"))
    assert set(told) == {SOUTHERN, C}
    note = by_id(own_page, "redrawn-note")
    open_map(own_page, f"/?period=2019-03&level=village&region={DISTRICT}&map=12.5/40.01/116.01&lang={language}")
    expect(by_id(own_page, "region-name")).to_have_attribute("data-code", DISTRICT)
    expect(note).to_have_count(0)
    own_page.evaluate("window.shuitu.context.store.set({ boundaries: 'current' })")
    expect(note).to_have_attribute("data-litres", str(sum(told.values())))
    for text in ("南街道", "丙村", words):
        expect(note).to_contain_text(text)
    by_id(own_page, "region-explain").click()
    expect(note).to_have_count(2)
    own_page.evaluate(f"window.shuitu.context.store.set({{ explain: '', region: '{C}' }})")
    expect(note).to_have_attribute("data-litres", str(told[C]))


CELLS = """
    ([township, there]) => {
        const map = window.shuitu?.map;
        return !!map?.getSource("grid_500") && map.querySourceFeatures("grid_500", { sourceLayer: "grid_500" })
            .some(feature => feature.properties.code.endsWith(township)) === there;
    }
"""


@pytest.mark.turns(3)
def test_cells_follow_the_month_too(own_cells: Page) -> None:
    """Cut at the lines of the month shown, or at today's where the reader asks for them; the legend says which."""
    open_map(own_cells, "/?period=2019-03&level=grid&map=12.5/40.01/116.01")
    own_cells.wait_for_function(CELLS, arg=[SOUTHERN, True])
    own_cells.wait_for_function(CELLS, arg=[NEW, False])
    expect(by_id(own_cells, "legend")).to_contain_text("按 2019-03 及以前的区划")
    own_cells.evaluate("window.shuitu.context.store.set({ period: '2019-04' })")
    own_cells.wait_for_function(CELLS, arg=[NEW, True])
    expect(by_id(own_cells, "legend")).to_contain_text("2019-04 起的现行区划")
    own_cells.evaluate("window.shuitu.context.store.set({ period: '2019-02' })")
    own_cells.wait_for_function(CELLS, arg=[NEW, False])
    by_id(own_cells, "boundaries").locator("input[value=current]").check(force=True)
    own_cells.wait_for_function(CELLS, arg=[NEW, True])
    expect(by_id(own_cells, "legend")).to_contain_text("2019-04 起的现行区划")
