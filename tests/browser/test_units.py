"""A reporting unit whose code is a district's too, on the map: opened by its address, with its own figures, and to its own report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from geoapp.reports import figures
from geoapp.reports.ask import Ask
from layers.periods import parse_period
from layers.selection import EVERYTHING
from layers.stats.profile import profile
from tests.browser.page_model import by_id, open_map
from tests.factories import DISTRICT, SOUTHERN
from tests.report_city import make_city

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_code_of_a_units_report_opens_the_unit(new_own_page: Callable[..., Any]) -> None:
    with transaction.atomic():
        make_city(unit_of_north=True)
    period = parse_period("2019-Q3")
    unit, district = (profile(DISTRICT, period, EVERYTHING, "year", unit=each)["volume_l"] for each in (True, False))
    assert unit != district
    page = new_own_page()
    open_map(page, Ask(DISTRICT, period, unit=True, site="/").map_address())
    expect(by_id(page, "region-total")).to_have_attribute("data-litres", str(unit))
    expect(by_id(page, "region-name")).to_contain_text("水务局")
    expect(page.locator(".hero")).to_contain_text("2019年第三季度")
    assert "region=reporting_unit/110101" in page.url
    assert (
        by_id(page, "report").first.get_attribute("href")
        == f"/reports/?region=reporting_unit/{DISTRICT}&period=2019-07..2019-09"
    )
    by_id(page, "region-explain").click()
    expect(by_id(page, "explain-sum")).to_have_attribute("data-volume", str(unit))
    assert f"explain=region/reporting_unit/{DISTRICT}" in page.url
    by_id(page, "explain-close").click()
    page.locator(f"[data-code='{SOUTHERN}']").first.click()
    expect(by_id(page, "region-name")).to_contain_text("南街道")
    page.go_back()
    expect(by_id(page, "region-total")).to_have_attribute("data-litres", str(unit))
    by_id(page, "language").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(by_id(page, "region-name")).to_contain_text("水务局")  # and not the district's English name
    expect(page.locator(".hero")).to_contain_text("Q3 2019")
    by_id(page, "language").click()
    page.keyboard.press("Escape")
    expect(by_id(page, "region-name")).to_contain_text("试验市")


def test_english_counts_by_millions_on_map_and_paper(new_own_page: Callable[..., Any]) -> None:
    with transaction.atomic():
        make_city()
    litres = profile(DISTRICT, parse_period("2019"), EVERYTHING, "year", unit=False)["volume_l"]
    page = new_own_page()
    for lang, unit in (("zh", "万 m³"), ("en", "million m³")):
        open_map(page, f"/?lang={lang}&region={DISTRICT}&period=2019")
        expect(by_id(page, "region-total")).to_have_attribute("data-litres", str(litres))
        expect(by_id(page, "region-total")).to_contain_text(unit)
        told = " ".join(by_id(page, "region-total").inner_text().split())
        assert figures.volume(litres, lang) in told
    expect(by_id(page, "legend")).to_contain_text("million m³")
    page.locator(f"[data-code='{SOUTHERN}']").first.click()
    expect(by_id(page, "region-name")).to_contain_text("Nan Subdistrict")
