"""Ten things that a district officer comes to do, as a hand would do them: every press is counted, and every one ends in an answer that is seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.page_model import by_id, query_state, wait_region

MOST_PRESSES = 5
_NUMBER = re.compile(r"^\d+$")


@dataclass(frozen=True)
class Facts:
    """Of the city that is worked in: a region that the first map shows, one of its wells, two months of one year, and the years."""

    region: str
    name: str
    well: str
    month: str
    before: str


class Officer:
    """Somebody at a page, with a pointer or a finger."""

    def __init__(self, page: Page, facts: Facts, touch: bool = False) -> None:
        self.page, self.facts, self.touch, self.presses = page, facts, touch, 0

    def press(self, what: Locator) -> None:
        self.presses += 1
        if self.touch:
            what.tap()
        else:
            what.click()

    def press_at(self, x: float, y: float) -> None:
        self.presses += 1
        if self.touch:
            self.page.touchscreen.tap(x, y)
        else:
            self.page.mouse.click(x, y)

    def see(self, test_id: str) -> Locator:
        """A part of the page; where it lies behind a tab, that is pressed first."""
        part = by_id(self.page, test_id).first
        tab = {"ranking": "overview", "region-explain": "overview", "report": "overview", "measure": "filters", "compare": "filters"}.get(
            test_id, "layers" if test_id.startswith(("layer-", "count-")) else ""
        )  # fmt: skip
        if tab and self.page.locator(f"#tab-{tab}[aria-selected=false]").count():
            self.press(by_id(self.page, f"tab-{tab}"))
        elif tab and not part.is_visible() and by_id(self.page, "sheet-handle").is_visible():
            self.press(by_id(self.page, "sheet-handle"))
        return part

    def choose(self, group: str, value: str) -> None:
        self.press(self.see(group).locator("label", has=self.page.locator(f"input[value='{value}']")))

    def choose_month(self, month: str) -> None:
        """Its column in the time bar."""
        box = self.page.locator(f".column[data-month='{month}']").bounding_box()
        assert box
        self.press_at(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3)

    def look_for(self, text: str, code: str) -> None:
        self.press(by_id(self.page, "search"))
        self.page.keyboard.insert_text(text)
        self.press(by_id(self.page, "search-results").locator(f"[data-code='{code}']"))

    def to_region(self) -> None:
        self.press(self.see("ranking").locator(f"[data-code='{self.facts.region}']"))
        wait_region(self.page, self.facts.region)


def find_my_region(officer: Officer) -> None:
    """How much did my region use?"""
    officer.look_for(officer.facts.name, officer.facts.region)
    wait_region(officer.page, officer.facts.region)
    expect(by_id(officer.page, "region-total")).to_have_attribute("data-litres", _NUMBER)


def compare_with_the_month_before(officer: Officer) -> None:
    """What has changed against the month before?"""
    officer.choose_month(officer.facts.month)
    officer.choose("measure", "change_previous")
    expect(officer.page.locator("html")).to_have_attribute("data-measure", "change_previous")
    expect(by_id(officer.page, "legend-class").first).to_be_attached()


def see_what_moved_most(officer: Officer) -> None:
    """Where did it rise the most, and go there."""
    officer.choose("compare", "difference")
    moved = officer.page.get_by_test_id("movers-list").locator(".mover").first
    officer.see("ranking")
    officer.press(moved)
    expect(by_id(officer.page, "region-name")).not_to_have_attribute(
        "data-code", officer.page.evaluate("shuitu.meta.city.code")
    )


def ask_what_a_number_is_made_of(officer: Officer) -> None:
    """From a region's figure to the meter behind it, its use by month, and back to the same view."""
    officer.to_region()
    officer.press(officer.see("region-explain"))
    link = officer.page.locator("[data-testid=part-link][href*='/objects/']").first
    officer.press(link)
    expect(by_id(officer.page, "use-table")).to_be_visible()
    officer.press(by_id(officer.page, "details-close"))
    expect(by_id(officer.page, "explain-sum")).to_be_visible()
    assert query_state(officer.page, "region") == officer.facts.region


def find_a_well(officer: Officer) -> None:
    """A well by its number: where it is, and its permit."""
    officer.look_for(officer.facts.well, officer.facts.well)
    officer.press(officer.page.locator("[data-testid=popup-link]").first)
    expect(by_id(officer.page, "permits")).to_be_visible()
    officer.press(by_id(officer.page, "details-close"))
    expect(by_id(officer.page, "popup-object").first).to_be_visible()


def look_into_a_cell(officer: Officer) -> None:
    """Which part of the ground uses it, and what of."""
    officer.choose("level", "grid")
    nearer = by_id(officer.page, "grid-hint").locator("button")
    officer.page.wait_for_selector("html[data-cells], [data-testid=grid-hint]", state="attached")
    if nearer.count():
        if not nearer.is_visible():
            officer.press(by_id(officer.page, "legend-line"))
        officer.press(nearer)
    officer.page.wait_for_selector("html[data-cells]", state="attached")
    spot = officer.page.wait_for_function(SPOT_OF_A_CELL).json_value()
    officer.press_at(*spot)
    officer.press(by_id(officer.page, "cell-explain"))
    expect(by_id(officer.page, "explain-parts")).to_be_visible()


def show_the_plants(officer: Officer) -> None:
    """Where the water plants stand, and how many."""
    layer = officer.see("layer-urban_plant")
    officer.press(officer.page.locator("label.layer", has=layer))
    expect(by_id(officer.page, "count-urban_plant")).to_have_attribute("data-count", _NUMBER)
    assert query_state(officer.page, "layers") == "urban_plant"


def go_through_the_months(officer: Officer) -> None:
    """One month, then the one before it."""
    for month in (officer.facts.month, officer.facts.before):
        officer.choose_month(month)
        expect(by_id(officer.page, "period")).to_have_attribute("data-period", month)


def narrow_to_a_source(officer: Officer) -> None:
    """Only water from wells of one's own."""
    officer.see("measure")
    officer.press(by_id(officer.page, "source").locator("button[data-value='self_built_well']"))
    expect(by_id(officer.page, "filter-reset")).to_be_visible()
    assert query_state(officer.page, "source") == "self_built_well"


def order_the_report(officer: Officer) -> None:
    """The printed report of my region: where it is asked for, its question filled in."""
    officer.to_region()
    href = officer.see("report").get_attribute("href")
    assert href and f"region={officer.facts.region}" in href


# The middle of a cell with litres that nothing lies upon.
SPOT_OF_A_CELL = """() => {
    if (shuitu.map.isMoving() || !shuitu.map.areTilesLoaded()) return null;
    for (const cell of shuitu.map.querySourceFeatures('grid_500', {sourceLayer: 'grid_500'})) {
        if (!Object.entries(cell.properties).some(([name, litres]) => name.startsWith('litres_') && /[1-9]/.test(litres))) continue;
        const ring = cell.geometry.type === 'Polygon' ? cell.geometry.coordinates[0] : cell.geometry.coordinates[0][0];
        const [xs, ys] = [0, 1].map(i => ring.map(point => point[i]));
        const {x, y} = shuitu.map.project([(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2]);
        if (document.elementFromPoint(x, y)?.closest('canvas')) return [x, y];
    }
}"""
TASKS: tuple[Callable[[Officer], None], ...] = (
    find_my_region, compare_with_the_month_before, see_what_moved_most, ask_what_a_number_is_made_of, find_a_well,
    look_into_a_cell, show_the_plants, go_through_the_months, narrow_to_a_source, order_the_report,
)  # fmt: skip
