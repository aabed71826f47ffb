"""The report's figures are the API's, and its paper holds them: whole, in the page, in glyphs that are there."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from django.utils.html import strip_tags

from geoapp.reports import content, document, ground, tables
from geoapp.reports.ask import Ask
from geoapp.reports.layouts.layout import FACILITY_ROWS
from geoapp.reports.structure import Report
from layers import models, vocab
from layers.db import rows
from layers.errors import NotFound
from layers.grid import assign
from layers.periods import parse_period
from layers.recorded import all_months
from layers.stats import divisions
from tests import factories as make
from tests import split_city
from tests.factories import CITY, DISTRICT, NORTHERN, SOUTHERN, A, Grid
from tests.report_city import PERIODS, drawn_of, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    return make_city()


def get(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    assert response.status_code == 200, response.content[:500]
    return dict(response.json())


def build(code: str, period: str, **more: Any) -> Report:
    return content.build(Ask(code, parse_period(period), **more))


def own_row(client: Client, report: Report, query: str) -> int | None:
    rows = get(client, f"/api/stats?level={report.level}&period={report.period.text}&{query}")["rows"]
    return next(row["volume_l"] for row in rows if row["code"] == report.code)


def test_every_figure_is_the_apis(client: Client, grid: Grid) -> None:
    for code in (CITY, DISTRICT, SOUTHERN):
        for period in PERIODS:
            compare(client, code, period)


def compare(client: Client, code: str, period: str) -> None:
    report = build(code, period)
    by_year = get(client, f"/api/regions/{code}?period={period}&versus=year")
    by_previous = get(client, f"/api/regions/{code}?period={period}&versus=previous")
    told = by_year["period"]
    assert (report.period.text, report.period.first, report.period.last) == (told["text"], told["from"], told["to"])
    assert (report.period.months, list(report.period.missing)) == (told["months"], told["missing"])
    assert report.version == by_year["as_of"]["version"] and report.synthetic == by_year["synthetic"]
    assert (report.total_l, report.outside_l) == (by_year["recorded_l"], by_year["outside_l"])
    for name in ("area_km2", "m3_per_km2", "share_of_city", "level", "child_level", "name"):
        assert getattr(report, name) == by_year[name], name
    assert report.held[report.child_level].hidden.get("coarser", 0) == by_year["not_at_child_level_l"]
    # Of a year the two comparisons are one.
    assert [change.kind for change in report.changes] == (["year"] if len(period) == 4 else ["year", "previous"])
    for change, api in zip(report.changes, (by_year, by_previous), strict=False):
        assert (change.period or None, change.before_l, change.ratio) == (
            api["versus"]["period"],
            api["previous_l"],
            api["change"],
        )
    assert report.residents_l == own_row(client, report, "resident=yes")
    assert report.others_l == own_row(client, report, "resident=no")
    assert {p.code: p.volume_l for p in report.sources} == {
        term.code: own_row(client, report, f"source={term.code}") for term in vocab.SOURCE
    }
    assert [{"purpose": p.code, "volume_l": p.volume_l} for p in report.purposes] == by_year["by_purpose"]
    told = {
        (row["source"], month): litres
        for row in by_year["by_source_month"]
        for month, litres in zip(by_year["months"], row["volume_l"], strict=True)
    }
    of_report = {
        (s, m): litres for s, row in report.source_months.items() for m, litres in zip(report.months, row, strict=True)
    }
    shared = told.keys() & of_report.keys()
    assert {key: of_report[key] for key in shared} == {key: told[key] for key in shared} and len(shared) > 20
    own = [
        row[at] or 0
        for row in (*report.source_months.values(), *report.beside_months.values())
        for at in report.own_months
    ]
    assert sum(own) == report.total_l
    assert [
        (line.code, line.name, line.volume_l, line.share, line.area_km2, line.m3_per_km2, line.change_year)
        for line in report.children
    ] == [
        (row["code"], row["name"], row["volume_l"], row["share"], row["area_km2"], row["m3_per_km2"], row["change"])
        for row in by_year["children"]
    ]
    assert [line.change_previous for line in report.children] == [row["change"] for row in by_previous["children"]]
    assert [{"layer": k, "count": v} for k, v in report.counts.items()] == by_year["facilities"]


def test_parts_add_up(grid: Grid) -> None:
    for code in (CITY, DISTRICT, NORTHERN):
        report = build(code, "2019")
        assert report.total_l > 0
        beside = sum(report.beside.values())
        assert sum(p.volume_l or 0 for p in report.sources) + beside == report.total_l
        assert sum(p.volume_l or 0 for p in report.purposes) + beside == report.total_l
        assert report.residents_l + report.others_l + beside == report.total_l
        for level, lines in ((report.child_level, report.children), (report.grand_level, report.grandchildren)):
            if level:
                held = report.held[level]
                assert sum(line.volume_l or 0 for line in lines) + held.hidden_l == held.recorded_l == report.total_l
                assert {why: held.hidden.get(why, 0) for why in report.beside} == report.beside


def test_the_city_keeps_what_was_metered_outside_apart(grid: Grid) -> None:
    assert build(CITY, "2019").outside_l == 77_000_000
    assert build(DISTRICT, "2019").outside_l is None


def test_ranks_count_from_the_largest(client: Client, grid: Grid) -> None:
    rows = get(client, "/api/stats?level=township&period=2019&measure=per_km2")["rows"]
    report = build(SOUTHERN, "2019")
    for measure, field in (("volume", "volume_l"), ("per_km2", "m3_per_km2")):
        ordered = sorted(rows, key=lambda row: -row[field])
        place = 1 + [row["code"] for row in ordered].index(SOUTHERN)
        found = [(r.scope, r.place, r.of) for r in report.ranks if r.measure == measure]
        assert found == [("试验市", place, 2), ("试验区", place, 2)]


def test_classes_are_those_of_the_map(client: Client, grid: Grid) -> None:
    year = get(client, "/api/stats/series?level=township&k=6")["classes"]
    assert build(DISTRICT, "2019").classes["township/volume"].breaks == tuple(year["volume"]["year"]["2019"]["breaks"])
    assert build(DISTRICT, "2019-07").classes["township/per_km2"].breaks == tuple(year["per_km2"]["month"]["breaks"])


def test_findings_are_counted(grid: Grid) -> None:
    make.find_faults()
    found = {f.rule: (f.count, f.of) for f in build(DISTRICT, "2019").findings}
    assert found["wells_outside_city"] == (1, 3)
    assert found["wells_without_position"] == (1, 3)
    assert found["wells_without_depth"] == (1, 2)  # of those that count here: one is outside the city
    assert found["supply_without_area"] == (7, 8)
    assert found["supply_without_capacity"] == (7, 8)
    assert {f.rule: f.volume_l for f in build(CITY, "2019").findings}["usage_outside"] == 77_000_000


@pytest.mark.parametrize(
    ("code", "period", "param"), [("110999", "2019", "code"), (DISTRICT, "2031", "period"), (A, "2019", "region")]
)
def test_what_cannot_be_reported_is_said(grid: Grid, code: str, period: str, param: str) -> None:
    with pytest.raises(NotFound) as refused:
        build(code, period)
    assert refused.value.param == param


def test_a_region_without_use_has_no_report() -> None:
    grid = make.make_grid()
    make.UsageFactory(region=grid[A], volume_l=5)
    grid.settle()
    with pytest.raises(NotFound, match="nothing to report"):
        build(NORTHERN, "2019-01")


@dataclass(frozen=True)
class Paper:
    """A printed report, made once for the tests that read it."""

    drawn: document.Drawn
    html: str
    pdf: pypdfium2.PdfDocument

    @property
    def text(self) -> str:
        return re.sub(r"\s+", "", "".join(page.get_textpage().get_text_bounded() for page in self.pdf))


@pytest.fixture(scope="module")
def paper(django_db_setup: None, django_db_blocker: Any) -> Paper:
    with django_db_blocker.unblock(), transaction.atomic():
        make_city()
        drawn = drawn_of(build(DISTRICT, "2019"))
        found = Paper(drawn, document.html(drawn), pypdfium2.PdfDocument(document.pdf(drawn)))
        transaction.set_rollback(True)
    return found


def in_print(report: Report, limit: int = FACILITY_ROWS) -> list[tables.PrintedTable]:
    under = [(line.code, line.name) for line in report.children]
    return tables.printed_facilities(report, "zh", limit, report.child_level, under)


def test_paper_holds_every_figure(paper: Paper) -> None:
    report, text = paper.drawn.report, paper.text
    shown = [*tables.summary(report, "zh"), tables.regions(report, "zh", report.child_level, report.children, "r"), tables.months(report, "zh"), tables.stages(report, "zh"), tables.quality(report, "zh"), *in_print(report)]  # fmt: skip
    cells = [
        cell
        for table in shown
        for row in (*table.printed(), table.printed_total() if table.total else [])
        for _, cell in row
    ]
    assert len(cells) > 200
    missing = [cell for cell in cells if re.sub(r"\s+", "", cell) not in text]
    assert missing == []
    for said in document.context(document.Drawn(report, "zh", [], []))["sentences"]:
        assert re.sub(r"\s+", "", said) in text


def test_every_page_says_of_which_data_it_is(paper: Paper) -> None:
    report = paper.drawn.report
    for page in paper.pdf:
        text = page.get_textpage().get_text_bounded()
        assert f"数据版本 {report.version}" in text and "不可用于决策" in text


def test_the_print_is_tagged_with_outline_and_title(paper: Paper) -> None:
    pdf = paper.pdf
    assert pdfium.FPDFCatalog_IsTagged(pdf)
    top = [(item.get_title(), item.get_dest().get_index()) for item in pdf.get_toc() if item.level == 0]
    assert [title for title, _ in top] == [
        "概要",
        "地图",
        "图表",
        "分区用水",
        "取供用排",
        "数据质量",
        "设施名录",
        "编制说明",
        "名词解释",
    ]
    contents = pdf[0].get_textpage().get_text_bounded()
    assert [int(n) for n in re.findall(r"^(\d+)\s*$", contents, re.M)] == [page + 1 for _, page in top]
    meta = pdf.get_metadata_dict()
    assert meta["Title"] == "试验区用水报告 2019年" and meta["CreationDate"]


def test_nothing_leaves_its_page(paper: Paper) -> None:
    """Every glyph lies inside the printed area: 20 mm from left and right, 7 mm from the other edges."""
    pdf = paper.pdf
    side, edge, seen = 20 / 25.4 * 72 - 1, 7 / 25.4 * 72, 0
    for page in pdf:
        text, (width, height) = page.get_textpage(), page.get_size()
        for i in range(text.count_chars()):
            if chr(pdfium.FPDFText_GetUnicode(text, i)).isspace():
                continue
            box = [ctypes.c_double() for _ in range(4)]
            pdfium.FPDFText_GetCharBox(text, i, *box)
            left, right, bottom, top = (each.value for each in box)
            assert side <= left <= right <= width - side and edge <= bottom <= top <= height - edge, (
                text.get_text_range(i, 20)
            )
            seen += 1
    assert seen > 2000


def test_every_character_has_a_glyph(paper: Paper) -> None:
    from fontTools.ttLib import TTCollection

    drawn = "".join(figure.svg for figure in (*paper.drawn.maps, *paper.drawn.charts))
    font = TTCollection("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").fonts[0].getBestCmap()
    used = set(strip_tags(re.sub(r"<style>.*?</style>", "", paper.html, flags=re.S)) + strip_tags(drawn))
    assert [c for c in used if not c.isspace() and ord(c) not in font] == []
    assert "\ufffd" not in paper.text and "\x00" not in paper.text


def test_the_same_data_make_the_same_bytes(grid: Grid) -> None:
    first, second = (document.pdf(drawn_of(build(SOUTHERN, "2019"), "en")) for _ in range(2))
    assert first == second


def test_long_lists_are_counted_by_region(grid: Grid) -> None:
    report = build(DISTRICT, "2019")
    found = {table.key: table for table in in_print(report, limit=3)}
    assert [row[:2] for row in found["urban_plant"].rows] == [(1, "UP1")]
    assert found["village_station"].rows == (("北镇", 7, None),)
    assert "XLSX" in found["village_station"].notes[0]


def test_the_preview_is_the_same_page(client: Client, grid: Grid) -> None:
    response = client.get("/reports/preview", {"region": DISTRICT, "period": "2019"})
    assert response.status_code == 200
    told = response.content.decode()
    assert (
        "试验区用水报告" in told
        and 'class="zh preview"' in told
        and "http://testserver/?region=110101&amp;period=2019" in told
    )


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("region=110101", 400, "请指明统计期"),
        ("region=110101&lang=en", 400, "A period is needed"),
        ("region=110999&period=2019", 404, "110999"),
        ("region=110101&period=1999", 404, "1999 没有用水数据"),
        ("region=110101&period=2019&colour=red", 400, "colour"),
        ("region=110101&period=2019&lang=en", 200, "Water use report"),
    ],
)
def test_a_person_is_told_what_is_wrong(client: Client, grid: Grid, query: str, status: int, said: str) -> None:
    response = client.get(f"/reports/preview?{query}")
    assert (response.status_code, said in response.content.decode()) == (status, True)


def test_a_grid_that_is_kept_up_is_a_map(grid: Grid) -> None:
    report = build(DISTRICT, "2019")
    assert "grid-500" not in [figure.key for figure in drawn_of(report).maps]
    with connection.cursor() as cursor:
        assign.prepare(cursor, 500)
        assign.rebuild(cursor, all_months(cursor), 500)
    cells = rows(ground.units([DISTRICT], parse_period("2019"), 500, divisions.today()))
    kept = models.GridUsage.objects.filter(size=500, gap=0, month__year=2019).aggregate(total=Sum("volume_l"))["total"]
    assert sum(litres or 0 for litres, _ in cells) == kept > 0
    assert len(cells) == models.GridUnit.objects.filter(size=500).count() > 10
    figure = next(figure for figure in drawn_of(report).maps if figure.key == "grid-500")
    assert figure.title == "500 米网格用水量（全市分级）" and "EPSG:4548" in figure.svg


def test_the_published_report_is_the_same_after_the_split(tmp_path: Path) -> None:
    split_city.make_city()
    asked = Ask(DISTRICT, parse_period("2019-Q1"), site="http://x/")
    before = content.build(asked)
    split_city.split(tmp_path)
    after = content.build(asked)
    for name in (
        "total_l",
        "children",
        "grandchildren",
        "ranks",
        "classes",
        "sources",
        "purposes",
        "bounds",
        "area_km2",
    ):
        assert getattr(after, name) == getattr(before, name), name
