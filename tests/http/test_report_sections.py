"""Sections in their order; figures and tables numbered through the whole report, with captions; terms that stand in it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from geoapp.reports import captions, document, tables, terms
from geoapp.reports.captions import Captioned
from geoapp.reports.chapters import chapters
from geoapp.reports.layouts import layout
from geoapp.reports.layouts.layout import ReportLayout
from geoapp.reports.sections import SECTIONS, Drawn
from geoapp.reports.tables import PrintedColumn, PrintedTable
from tests.report_city import drawn_apart

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def drawn(django_db_setup: None, django_db_blocker: Any) -> dict[str, Drawn]:
    return drawn_apart(django_db_blocker)


def captioned(drawn: Drawn) -> list[Captioned]:
    return [each for chapter in chapters(drawn) for each in (*chapter.figures, *chapter.tables)]


@pytest.mark.parametrize(("lang", "figure", "table"), [("zh", "图{}", "表{}"), ("en", "Figure {}", "Table {}")])
def test_figures_and_tables_are_numbered_in_reading_order(
    drawn: dict[str, Drawn], lang: str, figure: str, table: str
) -> None:
    found = captioned(drawn[lang])
    of_figures = [each.number for each in found if each.figure]
    of_tables = [each.number for each in found if each.table]
    assert of_figures == [figure.format(n) for n in range(1, len(of_figures) + 1)] and len(of_figures) > 5
    assert of_tables == [table.format(n) for n in range(1, len(of_tables) + 1)] and len(of_tables) > 6
    page = document.html(drawn[lang])
    shown = re.findall(r'<span class="named"><b>([^<]+)</b>', page)
    assert shown == [each.number for each in found]
    anchors = re.findall(r'id="((?:figure|table)-[^"]+)"', page)
    assert anchors == [each.anchor for each in found] and len(set(anchors)) == len(anchors)


def test_the_numbers_follow_the_order_of_the_sections(drawn: dict[str, Drawn]) -> None:
    turned = replace(drawn["zh"], layout=ReportLayout(sections=("stages", "charts", "summary")))
    numbers = {each.key: each.number for each in captioned(turned)}
    assert (numbers["stages"], numbers["by_source"], numbers["months-chart"]) == ("表1", "表2", "图1")
    told = chapters(turned)[-1].told[-1]
    assert (
        told
        == f"水源与用途见{numbers['by_source']}、{numbers['by_purpose']}、{numbers['purposes']}；分区用水见{numbers['ranking']}；各月用水见图1。"
    )
    page = document.html(turned)
    assert re.findall(r'<section id="(\w+)"', page) == ["stages", "charts", "summary"]
    assert re.findall(r'<li><a href="#(\w+)"', page) == ["stages", "charts", "summary"]


def test_what_refers_to_a_table_says_its_number(drawn: dict[str, Drawn]) -> None:
    numbers = {each.key: each.number for each in captioned(drawn["zh"])}
    told = next(chapter for chapter in chapters(drawn["zh"]) if chapter.key == "summary").told[-1]
    assert f"分区用水见{numbers['township-volume']}、{numbers['ranking']}、{numbers['regions']}" in told
    numbered = captions.of(replace(drawn["zh"].maps[0], notes=["图上数字为表中序号"]), "zh")
    assert captions.pointing(numbered, "表3", "zh").notes == ("图上数字为表3中的序号。",)
    assert captions.pointing(numbered, "", "zh").notes == ()
    plain = captions.of(replace(drawn["zh"].maps[0], notes=[]), "zh")
    assert captions.pointing(plain, "表3", "zh").notes == ()


def test_a_unit_is_told_once_where_all_figures_have_it(drawn: dict[str, Drawn]) -> None:
    found = {each.key: each for each in captioned(drawn["zh"])}
    assert found["by_source"].unit == found["months"].unit == "单位：万 m³"
    assert found["regions"].unit == found["quality"].unit == ""
    page = document.html(drawn["zh"])
    of_months = page[page.index('class="t-months"') : page.index("</thead>", page.index('class="t-months"'))]
    of_regions = page[page.index('class="t-regions"') : page.index("</thead>", page.index('class="t-regions"'))]
    assert "<small>" not in of_months and "<small>万 m³</small>" in of_regions
    mixed = PrintedTable("x", "x", (PrintedColumn("a", "litres", "万 m³"), PrintedColumn("b", "area", "km²")), ())
    counted = PrintedTable("x", "x", (PrintedColumn("a", "litres", "万 m³"), PrintedColumn("b", "integer")), ())
    assert captions.one_unit(mixed) == captions.one_unit(counted) == ""


def test_notes_and_source_stand_below(drawn: dict[str, Drawn]) -> None:
    report = drawn["zh"].report
    credited = replace(
        drawn["zh"], report=replace(report, place=replace(report.place, credit_zh="某市统计年鉴", credit_en="Yearbook"))
    )
    page = document.html(credited)
    assert page.count('<p class="fine">资料来源：某市统计年鉴</p>') == len(captioned(credited))
    assert f'<p class="fine">注：{tables.base_note(report, "zh")}</p>' in page
    assert "资料来源" not in document.html(drawn["zh"]) or report.place.credit("zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_terms_are_those_that_stand_in_the_report(drawn: dict[str, Drawn], lang: str) -> None:
    told = dict(next(chapter for chapter in chapters(drawn[lang]) if chapter.key == "terms").terms)
    always = (
        ("用水量", "单位面积用水量", "同比", "位次")
        if lang == "zh"
        else ("Water use", "Use per area", "On the year", "Ranks")
    )
    assert set(always) <= set(told)
    for absent in ("人均日用水量", "填报范围", "Use per resident and day", "Area reported"):
        assert absent not in told
    assert all(told.values())


def test_a_report_without_a_word_has_no_meaning_of_it() -> None:
    assert terms.standing(["只说同比"], "zh") == tuple(
        (each.name.in_("zh"), each.meaning.in_("zh")) for each in terms.EVERY if each.name.in_("zh") == "同比"
    )
    assert terms.standing(["nothing of the kind"], "zh") == ()


def test_each_section_has_its_builder_and_its_file() -> None:
    from django.template.loader import get_template

    assert set(SECTIONS) == set(layout.SECTIONS)
    for key in SECTIONS:
        get_template(f"reports/sections/{key}.html")
