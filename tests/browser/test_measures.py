"""What the map's colours can mean beside amounts: a person's share, a place among earlier years; and what may still change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.page_model import by_id, choose, open_map
from tests.factories import NORTHERN, SOUTHERN, A, B, C, D

pytestmark = pytest.mark.django_db(transaction=True)
SHOWN = (
    "name => Object.fromEntries([...shuitu.context.shown.picture.values].map(([code, value]) => [code, value[name]]))"
)
ASKED = "address => fetch(address).then(answer => answer.json()).then(answer => answer.rows)"


@pytest.fixture
def own_page(new_own_page: Callable[..., Any]) -> Any:
    """A city of ten Julys and one August; one township was counted, and the last month of the other is provisional."""
    with transaction.atomic():
        grid = make.make_grid()
        for n, year in enumerate(range(2011, 2021)):
            for at, place in enumerate((A, B, C, D)):
                if place != D or year > 2018:
                    volume = (7 * n * (at + 3)) % 29 * 1_000_000 + 500_000
                    make.UsageFactory(month=f"{year}-07-01", region=grid[place], volume_l=volume)
        make.UsageFactory(month="2020-08-01", region=grid[A], volume_l=3_100_000)
        grid.settle()
    make.count(SOUTHERN, "2015-11-01", residents=1000, source="普查")
    call_command("provisional", "2020-07", region=NORTHERN, note="待核定")
    return new_own_page()


def test_a_month_among_earlier_years_a_persons_share_and_what_is_provisional(own_page: Page) -> None:
    page = own_page
    open_map(page, "/?period=2020-07&level=village&measure=percentile&map=13/40.01/116.01")
    page.wait_for_function("() => shuitu.context.shown?.level === 'village'")
    rows = page.evaluate(ASKED, "/api/stats?level=village&period=2020-07&measure=percentile")
    told = {row["code"]: row["standing"] for row in rows}
    assert page.evaluate(SHOWN, "standing") == told
    assert told[D] is None and {told[code]["years"] for code in (A, B, C)} == {9}
    expect(by_id(page, "legend-class")).to_have_count(7)  # nine years can tell tenths
    expect(by_id(page, "legend")).to_contain_text("与 9 个往年同月比")
    expect(by_id(page, "legend")).to_contain_text("部分地区暂定")
    expect(page.locator(".column.provisional")).to_have_count(1)
    expect(page.locator(".column.provisional")).to_have_attribute("data-month", "2020-07")

    # A month without earlier years, and a period that is no month, say why there is nothing.
    page.evaluate("shuitu.context.store.set({ period: '2020-08' })")
    expect(by_id(page, "measure-lack")).to_contain_text("至少 3 个往年的同月")
    page.evaluate("shuitu.context.store.set({ period: '2020' })")
    expect(by_id(page, "measure-lack")).to_contain_text("只对单个月份")
    choose(page, "measure", "volume")
    for off in ("percentile", "per_household"):
        expect(by_id(page, "measure").locator(f"input[value={off}]")).to_be_disabled()

    page.evaluate(f"shuitu.context.store.set({{ period: '2020', level: 'township', region: '{SOUTHERN}' }})")
    choose(page, "measure", "per_resident")
    page.wait_for_function(
        "() => shuitu.context.shown.level === 'township' && shuitu.context.shown.measure === 'per_resident'"
    )
    rows = page.evaluate(ASKED, "/api/stats?level=township&period=2020&measure=per_resident")
    figures = {row["code"]: row["l_per_resident_day"] for row in rows}
    shown = page.evaluate(SHOWN, "shown")
    assert figures[NORTHERN] is shown[NORTHERN] is None
    assert shown[SOUTHERN] == pytest.approx(figures[SOUTHERN]) == pytest.approx(
        next(row["volume_l"] for row in rows if row["code"] == SOUTHERN) / 1000 / (31 + 31)
    )  # fmt: skip
    expect(by_id(page, "legend-unit")).to_have_text("升/（人·日）")
    expect(by_id(page, "legend")).to_contain_text("常住人口截至 2015-11-01")
    expect(by_id(page, "measure-lack")).to_contain_text("1 个地区没有相应的人口")
    expect(by_id(page, "people-note")).to_contain_text("常住人口 1,000 人（2015-11-01） · 普查")
    expect(by_id(page, "provisional-note")).to_have_count(0)
    page.evaluate(f"shuitu.context.store.set({{ region: '{NORTHERN}', table: true }})")
    expect(page.locator(f"tr[data-code='{NORTHERN}'] .provisional-star")).to_have_count(1)
    expect(page.locator(f"tr[data-code='{SOUTHERN}'] .provisional-star")).to_have_count(0)
    page.evaluate("shuitu.context.store.set({ table: false })")
    expect(by_id(page, "provisional-note")).to_contain_text("含暂定月份：2020年7月 · 待核定")
    expect(by_id(page, "chart-provisional")).to_contain_text("7月为暂定数")
