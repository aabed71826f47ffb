"""Months that the authority calls provisional: said where, and by every answer that has them."""

from __future__ import annotations

import csv as csv_format
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from layers.models import ProvisionalMonth, Release
from tests import factories as make
from tests.db.ingest_files import counts, csv, load, reasons
from tests.factories import CITY, DISTRICT, NORTHERN, SOUTHERN, UNIT, A, C

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city() -> None:
    grid = make.make_grid(unit_of_north=True)
    for month in ("2019-01-01", "2019-02-01", "2019-03-01"):
        for place in (A, C):
            make.UsageFactory(month=month, region=grid[place], volume_l=1_000)
    grid.settle()
    grid.cut(500)


def told(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.json()


def by_row(client: Client, level: str, period: str = "2019") -> dict[str, list[str]]:
    return {
        row["code"]: row["provisional"] for row in told(client, f"/api/stats?level={level}&period={period}")["rows"]
    }


def test_nothing_is_provisional_unless_somebody_says_so(client: Client) -> None:
    stats = told(client, "/api/stats?period=2019")
    assert (stats["provisional"], stats["provisional_notes"]) == ([], [])
    assert told(client, "/api/stats/series")["provisional"] == []


def test_a_month_of_everything_a_division_and_a_bureau(client: Client) -> None:
    call_command("provisional", "2019-03", note="待核定")
    call_command("provisional", "2019-02", region=SOUTHERN)
    call_command("provisional", "2019-01", unit=UNIT)  # which is the northern township
    south, north, both = ["2019-02", "2019-03"], ["2019-01", "2019-03"], ["2019-01", "2019-02", "2019-03"]
    villages = by_row(client, "village")
    assert by_row(client, "township") == {SOUTHERN: south, NORTHERN: north}
    assert (villages[A], villages[C]) == (south, north)
    # What any of it is a part of.
    assert (by_row(client, "district"), by_row(client, "city")) == ({DISTRICT: both}, {CITY: both})
    assert by_row(client, "reporting_unit")[UNIT] == north
    assert by_row(client, "township", "2019-02") == {SOUTHERN: ["2019-02"], NORTHERN: []}

    answer = told(client, f"/api/stats?level=village&parent={SOUTHERN}&period=2019")
    assert (answer["provisional"], answer["provisional_notes"]) == (south, ["待核定"])
    assert told(client, "/api/stats/series")["provisional"] == [
        {"month": "2019-01", "regions": [NORTHERN], "note": ""},
        {"month": "2019-02", "regions": [SOUTHERN], "note": ""},
        {"month": "2019-03", "regions": None, "note": "待核定"},
    ]
    detail = told(client, f"/api/regions/{A}?period=2019-02")
    assert (detail["provisional"], detail["provisional_months"]) == (["2019-02"], south)
    assert told(client, f"/api/explain?region={C}&period=2019")["provisional"] == north
    assert told(client, "/api/stats/compare?period=2019-03&versus=2019-01&level=village")["provisional"] == north
    assert told(client, "/api/stats/cells?period=2019-02")["provisional"] == ["2019-02"]


def test_features_files_and_cells_carry_it(client: Client) -> None:
    call_command("provisional", "2019-02", region=SOUTHERN)
    page = told(client, "/api/layers/township/features?period=2019")
    assert page["provisional"] == ["2019-02"]
    assert [one["properties"]["provisional"] for one in page["features"]] == ["2019-02", None]
    text = client.get("/feeds/township.csv?period=2019").getvalue().decode("utf-8-sig")
    assert [row["provisional"] for row in csv_format.DictReader(io.StringIO(text))] == ["2019-02", ""]
    cells = told(client, "/api/layers/grid_500/features?period=2019-02")["features"]
    carried = {
        one["properties"]["township"]: one["properties"]["provisional"]
        for one in cells
        if one["properties"]["volume_l"]
    }
    assert carried == {SOUTHERN: "2019-02", NORTHERN: None}


def test_the_command_changes_a_note_lists_and_takes_back(capsys: pytest.CaptureFixture[str], client: Client) -> None:
    call_command("provisional", "2019-01..2019-02", note="初报")
    call_command("provisional", "2019-02", note="复核中")
    call_command("provisional", "2019-02", note="复核中")  # unchanged is unwritten
    assert [release.rows_new + release.rows_changed for release in Release.objects.filter(dataset="provisional")] == [
        1,
        1,
    ]
    capsys.readouterr()
    call_command("provisional")
    assert capsys.readouterr().out == "2019-02  全部  复核中\n2019-01  全部  初报\n"
    assert told(client, "/api/stats?period=2019")["provisional"] == ["2019-01", "2019-02"]
    call_command("provisional", "2019-01", clear=True)
    assert told(client, "/api/stats?period=2019")["provisional"] == ["2019-02"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"period": "2019-13"}, "no such month"),
        ({"period": "2019-01", "region": "999999"}, "没有现行的区划 999999"),
        ({"period": "2019-01", "unit": "77"}, UNIT),
        ({"period": "2019-01", "unit": UNIT, "region": SOUTHERN}, "只用一个"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options: dict[str, str], said: str) -> None:
    period = options.pop("period")
    with pytest.raises(CommandError, match=said):
        call_command("provisional", period, **options)
    assert not ProvisionalMonth.objects.exists()


def test_a_file_says_it_too(tmp_path: Path) -> None:
    file = csv(
        tmp_path / "open.csv",
        f"""月份,区划,填报单位,说明
        2019-01,,,全市未定
        2019-01,南街道,,
        2019-02,,{UNIT},
        2019-03,{NORTHERN},{UNIT},
        """,
    )
    report = load("provisional", file)
    assert (counts(report), reasons(report)) == ((3, 0, 0, 1), [(5, "region/reporting_unit", "one_or_none")])
    assert counts(load("provisional", file, commit=False)) == (0, 0, 3, 1)
    again = load("provisional", csv(tmp_path / "again.csv", "month,note\n2019-01,改"))
    assert counts(again) == (0, 1, 0, 0)  # of everything: another mark than that of the township
    assert sorted(ProvisionalMonth.objects.values_list("note", flat=True)) == ["", "", "改"]


def test_a_report_says_it(client: Client) -> None:
    call_command("provisional", "2019-02", note="待核定")
    for period, lang, said in (
        ("2019", "zh", "2019-02 为暂定数，以后可能调整（待核定）。"),
        ("2019", "en", "The figures for 2019-02 are provisional and may still change (待核定)."),
    ):
        page = client.get(f"/reports/preview?region={DISTRICT}&period={period}&lang={lang}").content.decode()
        assert said in page
    final = client.get(f"/reports/preview?region={DISTRICT}&period=2019-01").content.decode()
    assert "为暂定数" not in final
