"""Every table of a report, on paper and in the workbook, adds up to the total it shows, and its shares to 100 %."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from geoapp.reports import content, crossed, document, workbook
from geoapp.reports.ask import Ask
from geoapp.reports.structure import Report
from layers import printed, vocab
from layers.models import Boundary, SupplyFacility
from layers.periods import parse_period
from tests import factories as make
from tests.factories import CITY, DISTRICT, NORTHERN, SOUTHERN, D
from tests.report_city import make_city
from tests.standing import standing

pytestmark = pytest.mark.django_db
TOTALS = {"zh": "合计", "en": "Total"}


def make_reports(folder: Path) -> dict[str, Report]:
    """Of the city, with water outside it and with water of nowhere; a village of it has no record at all."""
    city = make_city()
    make.UsageFactory(meter=make.MeterFactory(geom=None), month=date(2019, 3, 1), volume_l=33_000_000)
    make.UsageFactory(region=city[CITY], month=date(2019, 4, 1), volume_l=55_000_000)
    SupplyFacility.objects.filter(code="UP1").update(position_quality=vocab.SYNTHETIC)
    city.settle()
    return {code: build(code) for code in (CITY, DISTRICT, SOUTHERN)}


world = standing(make_reports)


@pytest.fixture
def reports(world: dict[str, Report], db: None) -> dict[str, Report]:
    return world


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sheet_adds_up(reports: dict[str, Report], lang: str) -> None:
    for code, report in reports.items():
        book = load_workbook(io.BytesIO(workbook.xlsx(report, lang)), data_only=True)
        summed = 0
        for sheet in book.worksheets[1:]:
            rows = list(sheet.iter_rows(min_row=2, values_only=True))
            last = next((n for n, row in enumerate(rows) if TOTALS[lang] in row[:3]), None)
            if last is None:
                assert sheet.title in (lambda w: (w("stages"), w("quality")))(lambda key: told(key, lang))
                continue
            for at, total in enumerate(rows[last]):
                if isinstance(total, int | float):
                    summed += 1
                    of = [row[at] for row in rows[:last] if isinstance(row[at], int | float)]
                    assert sum(of) == pytest.approx(total, rel=1e-9), (code, sheet.title, at)
        assert summed > 9


@pytest.mark.parametrize(("by", "param"), [("source", "source"), ("purpose", "purpose")])
def test_regions_by_term_are_the_statistics_of_each_term(
    client: Client, reports: dict[str, Report], by: str, param: str
) -> None:
    for code, report in reports.items():
        for table in (each for each in crossed.tables(report, "zh") if each.key.startswith(by)):
            for row in (*table.rows, table.total):
                parts = [value for value in row[2:-1] if value is not None]
                assert sum(parts) == (row[-1] or 0), (code, table.key, row)
            assert table.total[-1] == report.total_l
        for found in (each for each in report.crossed if each.by == by):
            for term in {term for _, term in found.litres}:
                asked = {"level": found.level, "period": "2019", "parent": "" if code == CITY else code, param: term}
                told = client.get("/api/stats", asked).json()
                expected = {row["code"]: row["volume_l"] for row in told["rows"] if row["volume_l"] is not None}
                for gap in told["gaps"]:
                    expected[gap["gap"]] = expected.get(gap["gap"], 0) + gap["volume_l"]
                assert {place: litres for (place, each), litres in found.litres.items() if each == term} == expected


def test_a_listed_facility_says_where_it_stands_and_how_good_that_is(reports: dict[str, Report]) -> None:
    book = load_workbook(io.BytesIO(workbook.xlsx(reports[DISTRICT], "zh")))
    found = 0
    for sheet in book.worksheets:
        heads = [str(cell.value) for cell in sheet[1]]
        if "经度（CGCS2000） (°)" in heads:
            for row in sheet.iter_rows(min_row=2, values_only=True):
                if row[heads.index("序号")] and row[heads.index("代码")]:
                    plant = SupplyFacility.objects.filter(code=row[heads.index("代码")]).first()
                    if plant and plant.geom:
                        found += 1
                        at = (row[heads.index("经度（CGCS2000） (°)")], row[heads.index("纬度（CGCS2000） (°)")])
                        assert at == pytest.approx((plant.geom.x, plant.geom.y), abs=1e-6)
                        assert row[heads.index("位置质量")] == ("合成" if plant.code == "UP1" else None)
    assert found > 5


def build(code: str) -> Report:
    return content.build(Ask(code, parse_period("2019")))


def told(key: str, lang: str) -> str:
    from geoapp.reports.words import word

    return word(key, lang)


def test_every_printed_table_adds_up(reports: dict[str, Report]) -> None:
    """As it is printed: rounded figures add up within their rounding, and 市域之外 and what is unassigned are rows."""
    for code, report in reports.items():
        page = document.html(document.Drawn(report, "zh", [], []))
        tables = re.findall(r"<table class=\"t-([\w-]+)\"[^>]*>(.*?)</table>", page, re.S)
        assert {"by_source", "by_purpose", "regions", "months"} <= {key for key, _ in tables}
        for key, text in tables:
            rows = [
                re.findall(r"<td class=\"(\w+)\">([^<]*)</td>", row)
                for row in re.findall(r"<tr[^>]*>.*?</tr>", text, re.S)
            ]
            rows = [row for row in rows if row]
            if 'class="total"' not in text:
                assert key in ("stages", "quality")
                continue
            for at, (kind, total) in enumerate(rows[-1]):
                if kind in ("litres", "share") and number(total) is not None:
                    of = [number(row[at][1]) for row in rows[:-1]]
                    assert sum(each or 0 for each in of) == pytest.approx(number(total), abs=0.06 * len(of)), (
                        code,
                        key,
                    )
            if code == CITY and key != "months" and key in ("by_source", "by_purpose", "regions"):
                names = {text for row in rows for _, text in row}
                assert {"市域之外", "未分配到区划"} <= names, key


def number(text: str) -> float | None:
    found = re.match(r"^[<>]?(−?[\d,]+\.?\d*)%?", text)
    return float(found[1].replace(",", "").replace("−", "-")) if found else None


def test_residents_others_and_what_is_nowhere_are_the_total(reports: dict[str, Report]) -> None:
    for report in reports.values():
        parts = (report.residents_l or 0) + (report.others_l or 0) + sum(report.beside.values())
        assert parts == report.total_l
    assert reports[CITY].beside == {"unassigned": 33_000_000, "outside": 77_000_000}


def test_what_has_no_record_says_so_and_is_empty_in_a_workbook(reports: dict[str, Report]) -> None:
    report = reports[DISTRICT]
    line = next(line for line in report.grandchildren if line.code == D)
    assert (line.volume_l, line.share) == (None, None)
    page = document.html(document.Drawn(report, "zh", [], []))
    assert "无数据" in page
    book = load_workbook(io.BytesIO(workbook.xlsx(report, "zh")))
    sheet = next(s for s in book.worksheets if "社区" in s.title)
    row = next(row for row in sheet.iter_rows(values_only=True) if row[1] == D)
    assert (row[3], row[4]) == (None, None)


@pytest.mark.parametrize(
    "path", ["/api/stats?level={level}&period=2019", "/api/stats?level={level}&period=2019-03&resident=yes"]
)
@pytest.mark.parametrize("level", vocab.LEVEL.codes)
def test_shares_of_the_statistics_are_of_one_base(
    client: Client, reports: dict[str, Report], level: str, path: str
) -> None:
    found = client.get(path.format(level=level)).json()
    lines = [*found["rows"], *found["gaps"]]
    assert sum(line["volume_l"] or 0 for line in lines) == found["total_l"]
    assert sum(line["share"] or 0 for line in lines) == pytest.approx(1)


@pytest.mark.parametrize("code", [CITY, DISTRICT, NORTHERN])
def test_a_region_adds_up_on_the_page(client: Client, reports: dict[str, Report], code: str) -> None:
    found: dict[str, Any] = client.get(f"/api/regions/{code}", {"period": "2019"}).json()
    beside = (found["unassigned_l"] or 0) + (found["outside_l"] or 0)
    for parts in (found["by_purpose"], found["children"]):
        rest = found["not_at_child_level_l"] if parts is found["children"] else 0
        assert sum(row["volume_l"] or 0 for row in parts) + rest + beside == found["recorded_l"]
    assert sum(v or 0 for row in found["by_source_month"] for v in row["volume_l"]) + beside == found["recorded_l"]


def test_contradictions_of_the_print_stand_at_their_figures(client: Client, reports: dict[str, Report]) -> None:
    """In both languages: in the API, at the figure of the printed report, in the workbook, and of no other period."""
    Boundary.objects.update(quality=vocab.SYNTHETIC)
    make.publish()
    told = {note["figure"] for note in client.get(f"/api/regions/{CITY}", {"period": "2019"}).json()["notes"]}
    assert {
        "total",
        "residents",
        "others",
        "source/village_supply",
        "source/surface_water",
        "count/sewage_plant",
    } <= told
    assert not any(note.startswith(("source", "total")) for note in notes_of(client, CITY, "2018"))
    assert notes_of(client, SOUTHERN, "2019") == set()
    stats = client.get("/api/stats", {"level": "district", "period": "2019", "source": "village_supply"}).json()
    assert [note["figure"] for note in stats["notes"]] == ["source/village_supply"]
    report = build(CITY)
    for lang in ("zh", "en"):
        page = document.html(document.Drawn(report, lang, [], []))
        for n, note in enumerate(report.notes, 1):
            if note.figure.startswith(("source/", "total", "residents", "others")):
                assert f"※{n} {getattr(note, lang)}".replace("'", "&#x27;") in page, note
                assert re.search(rf"<(td|dd)[^>]*>[^<]+※{n}<", page), note
        sheet = load_workbook(io.BytesIO(workbook.xlsx(report, lang))).worksheets[1]
        marked = {cell.number_format for row in sheet.iter_rows() for cell in row if "※" in cell.number_format}
        assert len(marked) == 2  # village supply and the total: of the others nothing is recorded here


def notes_of(client: Client, code: str, period: str) -> set[str]:
    return {note["figure"] for note in client.get(f"/api/regions/{code}", {"period": period}).json()["notes"]}


def test_every_note_names_both_sides_in_both_languages() -> None:
    for note in printed.NOTES:
        numbers = [set(re.findall(r"\d[\d,.]*", text.replace("1.5 万", "15,000"))) for text in (note.zh, note.en)]
        assert numbers[0] & numbers[1], note
