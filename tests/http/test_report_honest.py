"""A report says what it does not show, of whom and of when its figures are, whose lines it draws, and what its code opens."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from geoapp.reports import choices, content, credits, document, figures, held, offline, press, tables, workbook
from geoapp.reports.ask import Ask, parse_ask
from geoapp.reports.structure import Report
from layers import vocab
from layers.errors import BadParameter
from layers.models import Boundary, Region, ReportingUnit
from layers.names import english
from layers.periods import parse_period
from layers.recorded import all_months
from layers.stats import rebuild
from tests import factories as make
from tests.factories import CITY, DISTRICT, UNIT, A
from tests.report_city import drawn_of, make_city
from tests.standing import standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
TEMPLATES = Path(document.__file__).parent / "templates/reports"
# Its north reports to a unit of its own, its south to the bureau that has the district's code.
city = standing(lambda _: make_city(unit_of_north=True))


def build(code: str = DISTRICT, period: str = "2019", **more: Any) -> Report:
    return content.build(Ask(code, parse_period(period), **{"site": "http://x/", **more}))


def shown_offline(report: Report) -> Any:
    """What the offline map's own file holds."""
    page = offline.html(report, "zh").decode()
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])


def text_of(svg: str) -> str:
    """All that a drawing says, without the breaks of its lines."""
    return re.sub(r"\s+", "", "".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))


def test_every_drawing_and_list_of_regions_says_what_is_in_none_of_them() -> None:
    report = build()
    drawn = drawn_of(report)
    by_key = {figure.key: text_of(figure.svg) for figure in (*drawn.maps, *drawn.charts)}
    alternatives = {figure.key: figure.alt for figure in (*drawn.maps, *drawn.charts)}
    for level, keys in (("township", ("township-volume", "ranking")), ("village", ("village-per_km2",))):
        told = held.hidden(report.held[level], "zh")
        assert "仅计到上级" in told and "居民生活用水有" in told
        for key in keys:
            assert re.sub(r"\s+", "", told) in by_key[key] and told in alternatives[key], key
    assert held.hidden(report.held["township"], "zh") in shown_offline(report)["periods"][0]["lines"]
    table = tables.regions(report, "zh", "village", report.grandchildren, "below")
    assert sum(row[3] or 0 for row in table.rows) == report.total_l == table.total[3]
    of_city = drawn_of(build(CITY))
    months = next(text_of(figure.svg) for figure in of_city.charts if figure.key == "months")
    assert "市域之外" in months and of_city.report.held["district"].hidden == {"outside": 77_000_000}


def test_what_cells_do_not_hold_is_said_at_their_map() -> None:
    make.Grid().cut()
    report = build(CITY)
    cells = next(text_of(figure.svg) for figure in drawn_of(report).maps if figure.key == "grid-500")
    assert re.search(r"另有[\d,.]+(万m³|m³)（[<\d.]+%）未落到网格", cells)


def test_the_share_of_a_gap_is_of_the_water_and_not_of_the_records() -> None:
    report = build()
    found = next(each for each in report.findings if each.rule == "usage_coarser")
    assert found.share == pytest.approx(found.volume_l / report.total_l)
    assert found.share != pytest.approx(found.count / found.of)
    assert found.volume_l == report.held["village"].hidden_l
    assert "占比按水量计" in document.html(document.Drawn(report, "zh", [], []))


PERIODS = {
    "2019": (12, "2019年", 1),
    "2019-07": (1, "2019年7月", 2),
    "2019-Q3": (3, "2019年第三季度", 2),
    "2019-01..2019-06": (6, "2019年上半年", 2),
    "2018-11..2019-02": (4, "2018年11月至2019年2月", 2),
    "2018..2019": (24, "2018—2019年", 2),
}


def test_a_period_gives_its_months_and_the_sum_of_these() -> None:
    for period, (months, named, comparisons) in PERIODS.items():
        for code in (CITY, DISTRICT):
            report = build(code, period)
            drawn = drawn_of(report)
            table = tables.months(report, "zh")
            assert [row[0] for row in table.rows] == [str(month) for month in parse_period(period).months]
            assert len(table.rows) == months and table.total[-1] == report.total_l == sum(row[-1] for row in table.rows)
            page = document.html(drawn)
            assert f'<p class="of">{named}</p>' in page
            assert len(report.changes) == comparisons and ("环比</" in page) == (comparisons == 2)
            chart = next(figure for figure in drawn.charts if figure.key == "months")
            beside = len(report.months) - months
            assert (beside > 0) == ('fill-opacity="0.35"' in chart.svg) and "无数据" not in text_of(chart.svg)


def test_a_month_without_data_is_no_nought_in_table_and_chart() -> None:
    report = build(DISTRICT, "2019-11..2020-03")
    table = tables.months(report, "zh")
    assert [row[0] for row in table.rows] == ["2019-11", "2019-12"] and report.period.missing[0] == "2020-01"
    gap = build(DISTRICT, "2017..2018")
    assert gap.months[0] == "2018-01" and tables.months(gap, "zh").total[-1] == gap.total_l


def test_outlines_are_credited_as_what_they_are_on_each_drawing() -> None:
    Boundary.objects.filter(region__level=vocab.DISTRICT).update(
        source="某测绘院", quality=vocab.BOUNDARY_QUALITY.id_of("surveyed")
    )
    Boundary.objects.filter(region__level__gt=vocab.DISTRICT).update(source="剖分而成", quality=vocab.SYNTHETIC)
    make.publish()
    report = build()
    figures = {figure.key: text_of(figure.svg) for figure in drawn_of(report).maps}
    surveyed, made_up = "区为实测（某测绘院）", "街道(乡镇)为合成（剖分而成）"
    for key, text in figures.items():
        assert f"边界：{surveyed}；{made_up}" in text, key
        assert ("社区(村)为合成" in text) == key.startswith("village"), key
    assert shown_offline(report)["heading"]["credits"] == [f"边界：{made_up}"]
    assert credits.boundaries(report, ["district"], "en") == "district, Surveyed (某测绘院)"
    assert f"{surveyed}；{made_up}；社区(村)为合成" in document.html(document.Drawn(report, "zh", [], []))


def test_what_is_permitted_is_not_headed_as_used() -> None:
    make.PermitFactory(declared_region=Region.objects.get(code=DISTRICT), permitted_l_per_year=123_000_000)
    table = tables.stages(build(), "zh")
    row = next(row for row in table.rows if row[1] == "取水许可")
    assert {column.label: value for column, value in zip(table.columns, row, strict=True) if value == 123_000_000} == {
        "年许可水量": 123_000_000
    }
    used = next(row for row in table.rows if row[1] == "总用水量")
    assert [column.label for column, value in zip(table.columns, used, strict=True) if value == build().total_l] == [
        "用水量"
    ]


def test_a_bureau_uses_nothing_and_its_report_is_not_its_districts() -> None:
    bureau, district = build(unit=True), build()
    assert (bureau.level, district.level) == ("reporting_unit", "district") and bureau.total_l < district.total_l
    page = document.html(document.Drawn(bureau, "zh", [], []))
    assert f"{bureau.name}填报范围用水" in page and f"{bureau.name}用水" not in page
    assert f"the area reported by {bureau.name} used" in document.html(document.Drawn(bureau, "en", [], []))
    assert bureau.map_address == f"http://x/?region=reporting_unit/{DISTRICT}&period=2019"
    assert district.map_address == f"http://x/?region={DISTRICT}&period=2019"
    # A code that only a unit has means the unit, however it was asked for.
    assert (
        build(UNIT).map_address
        == build(UNIT, unit=True).map_address
        == f"http://x/?region=reporting_unit/{UNIT}&period=2019"
    )


def test_every_reporting_unit_can_be_asked_for_on_the_page(client: Client) -> None:
    listed = {value: name for group in choices.regions("zh") for value, name, _ in group["regions"]}
    units = [f"reporting_unit/{DISTRICT}", f"reporting_unit/{UNIT}"]
    assert [value for value in listed if value.startswith("reporting_unit/")] == units and listed[units[0]] != listed[
        DISTRICT
    ]
    page = client.get("/reports/", {"region": DISTRICT, "level": "reporting_unit"}).content.decode()
    assert f'<option value="{units[0]}" selected>' in page
    asked = [
        client.post("/reports/make", {"region": region, "period": "2019", "formats": ["xlsx"]}, headers={"Accept": "application/json"}).json()["job"]
        for region in (DISTRICT, *units)
    ]  # fmt: skip
    assert [job["kind"] for job in asked] == ["", "填报单位", "填报单位"] and len({job["id"] for job in asked}) == 3
    preview = client.get("/reports/preview", {"region": units[0], "period": "2019"}).content.decode()
    assert "填报范围用水报告" in preview


def test_divisions_are_listed_by_their_names_in_the_language_of_the_page() -> None:
    def named(lang: str) -> list[str]:
        return [name for group in choices.regions(lang) for value, name, _ in group["regions"] if value == DISTRICT]

    assert named("en") == [english()[DISTRICT]]
    assert named("zh") != named("en")


def test_a_kind_before_the_code_is_understood_and_another_refused() -> None:
    given = {"period": "2019", "lang": "zh"}
    assert parse_ask({**given, "region": "reporting_unit/110101"}, "").unit
    assert parse_ask({**given, "region": "110101", "level": "reporting_unit"}, "").region == "reporting_unit/110101"
    assert parse_ask({**given, "region": "110101"}, "").region == "110101"
    for region in ("district/110101", "reporting_unit/x"):
        with pytest.raises(BadParameter):
            parse_ask({**given, "region": region}, "")


def test_the_command_makes_all_units_as_asked(tmp_path: Path, settings: Any) -> None:
    settings.SERVICE_USER = ""
    settings.REPORT_WORKERS = 0
    taken: list[Ask] = []
    outstanding = ask_outstanding(taken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geoapp.reports.bulk.outstanding", outstanding)
        for words in (["--all"], ["--all", "--unit"], ["--district", UNIT]):
            call_command("report", "--period", "2019", "--out", str(tmp_path), *words, stdout=StringIO())
    assert [each.region for each in taken] == [
        DISTRICT, f"reporting_unit/{DISTRICT}", f"reporting_unit/{UNIT}", f"reporting_unit/{UNIT}",
    ]  # fmt: skip


def test_the_latest_month_is_each_bureaus_own(tmp_path: Path, settings: Any) -> None:
    """So that a scheduler's one line makes a report on the day that its month is in, whoever else is late."""
    settings.REPORT_WORKERS = 0
    release = make.ReleaseFactory(dataset="usage")
    make.UsageFactory(region=Region.objects.get(code=A), month="2020-01-01", volume_l=5, release=release)
    with connection.cursor() as cursor:
        rebuild.rebuild(cursor, all_months(cursor))
    make.publish()
    taken: list[Ask] = []
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geoapp.reports.bulk.outstanding", ask_outstanding(taken))
        command = ["--all", "--unit", "--period", "latest", "--out", str(tmp_path)]
        call_command("report", *command, stdout=said)
    assert {each.region: str(each.period) for each in taken} == {
        f"reporting_unit/{DISTRICT}": "2020-01",
        f"reporting_unit/{UNIT}": "2019-12",
    }


def ask_outstanding(taken: list[Ask]) -> Any:
    """Notes what the command asks for, and has none of it made."""

    def outstanding(asks: list[Ask], *_: Any) -> list[Any]:
        taken.extend(asks)
        return []

    return outstanding


def test_a_code_that_others_may_not_open_says_so(settings: Any) -> None:
    settings.PUBLIC_URL, settings.PUBLIC_URL_GIVEN = "https://water.example.org/", False
    local, key = build(site="http://localhost:8000/"), Ask(DISTRICT, parse_period("2019")).key("1", ("pdf",))
    page = document.html(document.Drawn(local, "zh", [], []))
    assert "未设置对外地址（PUBLIC_URL）" in page and "http://localhost:8000/" in page
    assert any("PUBLIC_URL" in text for _, text in workbook.told(local, "zh"))
    settings.PUBLIC_URL_GIVEN = True
    public = build(site="https://water.example.org/")
    page = document.html(document.Drawn(public, "zh", [], []))
    assert "PUBLIC_URL" not in page and "https://water.example.org/?region=110101" in page
    assert Ask(DISTRICT, parse_period("2019")).key("1", ("pdf",)) != key  # or the warned one would be handed out again


@pytest.mark.parametrize(("code", "unit"), [(DISTRICT, True), (DISTRICT, False)])
def test_each_month_of_an_offline_map_is_a_bureaus_own_too(client: Client, code: str, unit: bool) -> None:
    """Of a bureau some water is known for itself alone, which no question about its townships finds."""
    told = shown_offline(build(code, unit=unit))
    level = "reporting_unit" if unit else "district"
    for at, period in enumerate(["2019", *(f"2019-{month:02}" for month in range(1, 13))]):
        rows = client.get("/api/stats", {"level": level, "period": period}).json()["rows"]
        own = next(row["volume_l"] for row in rows if row["code"] == code)
        shown = sum(each["properties"]["litres"][at] or 0 for each in told["layers"][0]["features"])
        assert told["periods"][at]["litres"] == own > shown
        assert figures.volume(own - shown, "zh") in "".join(told["periods"][at]["lines"][1:])


def test_an_offline_map_is_in_the_colours_of_its_legend() -> None:
    """It paints them itself, by the scale that its key shows (`tests/browser/test_offline_months.py`): a colour and a text a class."""
    told = shown_offline(build())
    assert told["layers"][0]["style"]["fillOpacity"] == 1
    for scale in told["scales"].values():
        assert len(scale["colors"]) == len(scale["texts"]) == len(scale["breaks"]) + 1


def test_a_long_name_stays_beside_the_code() -> None:
    Region.objects.filter(code=DISTRICT).update(name="很长的区划名称" * 8)
    make.publish()
    with pypdfium2.PdfDocument(document.pdf(drawn_of(build(period="2018..2019")))) as paper:
        cover = paper[0].get_textpage()
        edge, top, bottom = [mm / 25.4 * 72 for mm in (20 + 170 - 30 - 2, 22 + 34, 22 + 34 + 30)]
        page_height = paper[0].get_height()
        for i in range(cover.count_chars()):
            _, low, right, high = cover.get_charbox(i)
            beside_code = page_height - bottom < high and low < page_height - top
            assert not (beside_code and right > edge), cover.get_text_range(i, 8)


def test_no_page_has_one_row_of_a_table() -> None:
    css = (TEMPLATES / "report.css").read_text()
    seen = set()
    for count in range(46, 54):
        rows = "".join(f"<tr><td>row {n}</td></tr>" for n in range(count))
        page = f"<style>{css}</style><table><thead><tr><th>head</th></tr></thead><tbody>{rows}</tbody></table>"
        with pypdfium2.PdfDocument(press.pdf(page, {})) as paper:
            on_page = [each.get_textpage().get_text_bounded().count("row ") for each in paper]
        assert sum(on_page) == count and min(on_page) >= 3, on_page
        seen.add(len(on_page))
    assert seen == {1, 2}  # among these is the first that does not fit


def test_no_text_on_paper_is_smaller_than_seven_points() -> None:
    drawn = drawn_of(build())
    for figure in (*drawn.maps, *drawn.charts):
        sizes = [float(size) / 25.4 * 72 for size in re.findall(r'font-size="([\d.]+)"', figure.svg)]
        assert sizes and min(sizes) >= 6.99, figure.key
    css = (TEMPLATES / "report.css").read_text()
    assert min(float(size) for size in re.findall(r"(?:font|font-size):\s*([\d.]+)pt", css)) >= 7


def test_a_report_in_english_names_divisions_and_bureaux_in_english_everywhere(client: Client) -> None:
    Region.objects.filter(code=DISTRICT).update(name="东城区")
    ReportingUnit.objects.filter(code=DISTRICT).update(name="东城区水务局")
    make.publish()
    for ask, name in (({}, "Dongcheng District"), ({"unit": True}, "Dongcheng District Water Authority")):
        report = build(lang="en", **ask)
        assert report.name == report.path[-1] == name
        drawn = drawn_of(report, "en")
        said = document.html(drawn) + shown_offline(report)["heading"]["name"] + "".join(fig.svg for fig in drawn.maps)
        assert "东城区" not in said and name in said
    city = build(CITY, lang="en")
    assert [line.name for line in city.children] == ["Dongcheng District"]
    assert {line.parent for line in city.grandchildren} == {"Dongcheng District"}
    assert "东城区" not in "".join(fig.svg for fig in drawn_of(city, "en").maps)
    listed = {value: name for group in choices.regions("en") for value, name, _ in group["regions"]}
    assert listed[DISTRICT] == "Dongcheng District"
    assert listed[f"reporting_unit/{DISTRICT}"] == "Dongcheng District Water Authority"
    told = client.get("/api/meta").json()["names_en"]
    assert told[f"reporting_unit/{DISTRICT}"] == "Dongcheng District Water Authority"
    # One that was renamed since goes by its new name.
    ReportingUnit.objects.filter(code=DISTRICT).update(name="东城区水务中心")
    make.publish()
    assert build(lang="en", unit=True).name == "东城区水务中心"
