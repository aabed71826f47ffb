"""Source, purpose and residents; each filter's totals are the records'."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from layers.printed import CITY, NOTES
from tests.browser.page_model import by_id, chip, choose, litres, open_map, query_state, wait_total
from tests.city import City
from tests.thorough import by_turn

SUM = "SELECT sum(volume_l)::bigint FROM layers_usagerecord WHERE extract(year FROM month) = 2019 AND {where}"


@pytest.mark.parametrize(
    ("address", "where"),
    by_turn(
        [
            ("/?source=reclaimed", "source = 7"),
            ("/?source=new_water", "source <> 7"),
            ("/?source=self_built_well,surface_water&purpose=industrial", "source IN (4, 6) AND purpose = 3"),
            ("/?resident=yes", "purpose = 1"),
            ("/?resident=no&source=group_tap", "purpose <> 1 AND source = 1"),
        ],
        2,
    ),
)
def test_a_filter_in_the_address_filters_the_figures(page: Any, city: City, address: str, where: str) -> None:
    open_map(page, address)
    ((total,),) = city.sql(SUM.format(where=where))
    wait_total(page, total)
    assert litres(page, "ledger-total") == total


def test_chips_choose_and_clear(page: Any, city: City) -> None:
    open_map(page)
    chip(page, "source", "self_built_well")
    wait_total(page, city.sql(SUM.format(where="source = 4"))[0][0])
    chip(page, "source", "surface_water")
    wait_total(page, city.sql(SUM.format(where="source IN (4, 6)"))[0][0])
    assert query_state(page, "source") == "self_built_well,surface_water"
    chip(page, "source", "new_water")  # a whole excludes its parts
    assert query_state(page, "source") == "new_water"
    choose(page, "resident", "no")
    wait_total(page, city.sql(SUM.format(where="source <> 7 AND purpose <> 1"))[0][0])
    by_id(page, "filter-reset").click()
    wait_total(page, city.sql(SUM.format(where="true"))[0][0])
    assert page.evaluate("location.search").find("source") == -1


def test_per_km2_ranks_by_density(page: Any, city: City) -> None:
    open_map(page)
    choose(page, "measure", "per_km2")
    rows = city.sql(
        "SELECT s.code FROM layers_usagesum s JOIN layers_region r ON r.code = s.code"
        " JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL"
        " WHERE s.level = 2 AND s.gap = 0 AND source_sel = 0 AND purpose_sel = 0 AND extract(year FROM s.month) = 2019"
        " GROUP BY s.code, b.area_m2 ORDER BY sum(s.volume_l) / b.area_m2 DESC LIMIT 1"
    )
    expect(by_id(page, "ranking").locator(".rank").first).to_have_attribute("data-code", rows[0][0])
    expect(by_id(page, "legend-unit")).to_contain_text("/km²")


def test_purposes_and_chart_hold_the_records(page: Any, city: City) -> None:
    open_map(page, "/?period=2019-07")
    wanted = dict(
        city.sql(
            "SELECT purpose_sel, sum(volume_l)::bigint FROM layers_usagesum WHERE level = 1 AND code = '11'"
            " AND month = '2019-07-01' AND source_sel = 0 AND purpose_sel BETWEEN 1 AND 7 GROUP BY 1"
        )
    )
    expect(by_id(page, "purpose-row")).to_have_count(len(wanted))
    shown = by_id(page, "purpose-row").evaluate_all("rows => rows.map(row => Number(row.dataset.litres))")
    assert sorted(shown) == sorted(wanted.values())
    ((recorded,),) = city.sql("SELECT sum(volume_l)::bigint FROM layers_usagerecord WHERE month = '2019-07-01'")
    assert litres(page, "purpose-left") + sum(shown) == recorded  # what lies outside the city is a row of its own
    group = city.sql(
        "SELECT sum(volume_l)::bigint FROM layers_usagesum WHERE level = 1 AND code = '11' AND source_sel = 1"
        " AND purpose_sel = 0 AND extract(year FROM month) = 2019 GROUP BY month ORDER BY month"
    )
    cells = page.locator("tr[data-source=group_tap] td").evaluate_all(
        "cells => cells.map(c => Number(c.dataset.litres))"
    )
    assert cells == [volume for (volume,) in group]
    page.wait_for_selector("[data-testid=chart][data-drawn='11'] svg")


def test_chart_and_purposes_say_which_filters_they_follow(page: Any, city: City) -> None:
    """The chart is of all sources and of the purpose chosen, the list of all purposes and of the source chosen: under either it stands."""
    open_map(page, "/?region=110108&source=reclaimed")
    of_chart, of_list = by_id(page, "followed-source"), by_id(page, "followed-purpose")
    expect(of_chart).to_have_text("含全部水源，不随“水源”筛选。")
    expect(of_list).to_have_text("只含：再生水。")
    year = "SELECT sum(volume_l)::bigint FROM layers_usagesum WHERE code = '110108' AND level = 2 AND edition = 0 AND purpose_sel = %s AND source_sel = %s AND extract(year FROM month) = 2019"
    ((tap,),) = city.sql(year, [0, 1])
    months = "cells => cells.reduce((sum, cell) => sum + Number(cell.dataset.litres), 0)"
    assert page.locator("tr[data-source=group_tap] td").evaluate_all(months) == tap > litres(page, "region-total")
    chip(page, "source", "reclaimed")
    expect(of_chart).to_be_hidden()
    expect(of_list).to_have_count(0)
    chip(page, "purpose", "industrial")
    expect(of_chart).to_have_text("只含：工业。")
    expect(of_list).to_have_text("含全部用途，不随“用途”“居民”筛选。")
    ((tap,),) = city.sql(year, [3, 1])
    assert page.locator("tr[data-source=group_tap] td").evaluate_all(months) == tap
    page.evaluate("shuitu.context.store.set({lang: 'en', purpose: [], resident: 'no', source: ['reclaimed']})")
    expect(of_chart).to_have_text("All sources, whatever source is chosen. Only: Others.")
    expect(of_list).to_have_text("All purposes, whatever purpose or residents are chosen. Only: Reclaimed water.")


def test_what_the_print_contradicts_is_marked_at_the_figure_and_told_below(page: Any, city: City) -> None:
    """At the whole printed year, and at no month of it or part of its water."""
    open_map(page, "/?period=2019")
    notes = {note.figure: note.zh for note in NOTES if note.region == CITY and note.year}
    mark = by_id(page, "region-total").get_by_test_id("printed-mark")
    expect(mark).to_have_attribute("title", notes["total"])
    expect(by_id(page, "figures").get_by_test_id("printed-note")).to_have_text(f"※ 用水总量：{notes['total']}")
    expect(by_id(page, "ledger-total").get_by_test_id("printed-mark")).to_have_count(1)
    of_sources = by_id(page, "source-notes").get_by_test_id("printed-note")
    for figure in ("source/village_supply", "source/surface_water", "source/township_supply"):
        expect(of_sources.and_(page.locator(f"[data-figure='{figure}']"))).to_contain_text(notes[figure])
    residential = page.locator("[data-testid=purpose-row][data-purpose=residential]")
    expect(residential.get_by_test_id("printed-mark")).to_have_attribute("title", notes["residents"])
    for part in ("period=2019-07", "source=self_built_well"):
        open_map(page, f"/?{part}")
        expect(by_id(page, "purpose-row").first).to_be_visible()
        expect(by_id(page, "figures").get_by_test_id("printed-mark")).to_have_count(0)
        expect(by_id(page, "ledger-total").get_by_test_id("printed-mark")).to_have_count(0)
