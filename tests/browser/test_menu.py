"""The menu, by keyboard and by finger, on the map and on the other pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import PHONE, by_id, open_map
from tests.thorough import by_turn

SIZES = {
    "monitor": {"viewport": {"width": 1440, "height": 900}},
    "tablet": {"viewport": {"width": 768, "height": 1024}},
    "phone": PHONE,
}
OPEN = ["map", "reports", "feeds", "desktop", "interfaces", "about", "record", "divisions", "quality", "login"]


def names(page: Any) -> list[str]:
    links = by_id(page, "menu").locator("a")
    return [str(link.get_attribute("data-testid")).removeprefix("menu-") for link in links.all()]


def within(page: Any) -> None:
    """The open menu is wholly in the window."""
    box = by_id(page, "menu").bounding_box()
    assert box["x"] >= 0 and box["y"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    assert box["y"] + box["height"] <= page.viewport_size["height"]


@pytest.mark.parametrize("size", by_turn(list(SIZES)))
def test_the_maps_menu_opens_closes_and_leads_on_by_keyboard(new_page: Callable[..., Any], size: str) -> None:
    page = new_page(**SIZES[size])
    open_map(page)
    button, menu = by_id(page, "menu-button"), by_id(page, "menu")
    expect(menu).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    within(page)
    assert names(page) == OPEN
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(by_id(page, "menu-feeds")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/feeds/")


@pytest.mark.parametrize("size", SIZES)
def test_the_other_pages_have_the_same_menu(new_page: Callable[..., Any], size: str) -> None:
    page = new_page(**SIZES[size])
    page.goto("/about?lang=en")
    menu = by_id(page, "menu")
    if size == "monitor":
        expect(by_id(page, "menu-button")).to_be_hidden()  # its entries stand in a row
    else:
        expect(menu).to_be_hidden()
        by_id(page, "menu-button").click()
        within(page)
    expect(menu).to_be_visible()
    assert names(page) == OPEN
    assert by_id(page, "menu-about").get_attribute("aria-current") == "page"
    by_id(page, "menu-divisions").click()
    page.wait_for_url("**/divisions?lang=en")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_maps_menu_speaks_the_language_that_is_chosen(new_page: Callable[..., Any]) -> None:
    page = new_page()
    open_map(page)
    by_id(page, "language").click()
    by_id(page, "menu-button").click()
    expect(by_id(page, "menu-desktop")).to_contain_text("Desktop")
    assert by_id(page, "menu-desktop").get_attribute("href") == "/desktop/?lang=en"
