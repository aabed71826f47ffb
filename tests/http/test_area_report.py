"""The report of an area: its figures are the API's, on paper and in the workbook, and it goes through the queue as every report."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.test import Client

from geoapp.reports import queue, worker
from geoapp.reports.areas import content, tables
from geoapp.reports.ask import Ask, parse_ask
from geoapp.reports.forms import prepared
from geoapp.reports.models import DONE, ReportJob
from layers import models
from layers.area import parse_area
from tests import factories as make
from tests.factories import NORTHERN, SOUTH, SOUTHERN, WEST, A, D
from tests.grid_world import grid_world
from tests.standing import standing

pytestmark = pytest.mark.django_db

BOX = f"box:{WEST},{SOUTH},{WEST + 0.012},{SOUTH + 0.015}"
LITRES_PER_UNIT = 10_000_000


def make_city(_: Path) -> None:
    grid_world()
    models.GridBuild.objects.get_or_create(size=500)
    make.WellFactory(code="W1", geom=make.at(0.25, 0.25))


world = standing(make_city)


@pytest.fixture
def asked(world: None, db: None, client: Client, settings: Any) -> Client:
    settings.REPORT_WORKERS = 0  # the tests are the worker
    return client


def ask(area: str, **more: str) -> Ask:
    return parse_ask({"area": area, "period": "2019", **more}, "http://testserver/")


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(document[at].get_textpage().get_text_range() for at in range(len(document)))


@pytest.mark.parametrize("area", [BOX, f"regions:{SOUTHERN},{D}", "box:100,20,100.1,20.1"])
@pytest.mark.parametrize("more", [{}, {"purpose": "industrial", "lang": "en"}])
def test_its_figures_are_the_apis(asked: Client, area: str, more: dict[str, str]) -> None:
    question = {"area": area, "period": "2019", **{name: value for name, value in more.items() if name != "lang"}}
    told = asked.get("/api/stats/area", question).json()
    report = content.build(ask(area, **more))
    for part in ("volume_l", "balance", "by_source", "by_purpose", "parts", "facilities", "months", "rule", "year"):
        assert report.told[part] == told[part], part
    lang = more.get("lang", "zh")
    for table in tables.every(report, lang):
        for at, column in enumerate(table.columns):
            if column.kind == "litres" and table.total:
                known = [row[at] for row in table.rows if row[at] is not None]
                assert (sum(known) if known else None) == table.total[at], (table.key, column.label)  # type: ignore[arg-type]


def test_paper_and_workbook_say_what_it_is_of_and_leaves_out(asked: Client) -> None:
    made = prepared(ask(BOX), ("pdf", "xlsx"), "1")
    told = asked.get(f"/api/stats/area?area={BOX}&period=2019").json()
    paper = text_of(made.makers["pdf"]()).replace("\n", "")
    for words in ("矩形范围", "按 500 米网格计", parse_area(BOX).text, "范围内的设施与用户", "没有落到网格的水量"):
        assert words.replace(" ", "") in paper.replace(" ", ""), words
    assert f"{told['rule']['cut']['counted_l']:,} 升" in paper
    book = openpyxl.load_workbook(io.BytesIO(made.makers["xlsx"]()), data_only=True)
    last = list(book["与全市的关系"].values)[-1]
    assert last[1] * LITRES_PER_UNIT == pytest.approx(told["balance"]["recorded_l"])
    several = prepared(ask(f"regions:{NORTHERN},{A}", lang="en"), ("pdf",), "1")
    paper = text_of(several.makers["pdf"]())
    assert "The chosen regions" in paper
    assert "甲社区" in paper
    far = prepared(ask("box:100,20,100.1,20.1"), ("pdf",), "1")
    assert "没有用水记录" in text_of(far.makers["pdf"]())


def test_it_goes_through_the_queue_as_every_report(asked: Client) -> None:
    given = {"area": f"{BOX}", "period": "2019", "formats": ["pdf", "xlsx"], "purpose": "industrial"}
    shown = asked.get("/reports/", {"area": BOX, "period": "2019", "purpose": "industrial"}).content.decode()
    assert f'name="area" value="{parse_area(BOX).text}"' in shown
    assert 'name="purpose" value="industrial"' in shown
    assert 'value="svg"' not in shown
    assert "只含所选的水源与用途：工业。" in shown
    assert asked.post("/reports/make", given).status_code == Client().post("/reports/make", given).status_code == 302
    (job,) = ReportJob.objects.all()
    wanted = ask(BOX, purpose="industrial")
    assert queue.ask_of(job) == wanted
    asked.post("/reports/make", {**given, "purpose": ""})
    assert ReportJob.objects.count() == 2  # of other water another report
    claimed = queue.claim()
    assert claimed is not None
    worker.do(claimed)
    job.refresh_from_db()
    assert (job.status, job.error) == (DONE, "")
    assert sorted(told["form"] for told in job.files.values()) == ["pdf", "xlsx"]
    assert all(name.startswith("area-矩形范围-2019") for name in job.files)
    listed = asked.get("/reports/jobs").json()["jobs"][-1]
    assert listed["name"] == "矩形范围"
    assert asked.get(listed["files"][0]["url"]).status_code == 200


@pytest.mark.parametrize(
    ("given", "status", "why"),
    [
        ({"area": "box:1,2,3"}, 400, "four numbers"),
        ({"area": "regions:110199"}, 404, "110199"),
        ({"area": BOX, "region": SOUTHERN}, 400, "不能同时指明"),
        ({"area": BOX, "formats": ["html"]}, 400, "html"),
        ({"area": BOX, "source": "wine"}, 400, "wine"),
        ({"region": SOUTHERN, "source": "new_water"}, 400, "全部水源和用途"),
        ({}, 400, "请指明区划"),
    ],
)
def test_what_is_wrong_is_told(asked: Client, given: dict[str, Any], status: int, why: str) -> None:
    question = {"period": "2019", "formats": ["xlsx"], **given}
    response = asked.post("/reports/make", question, headers={"accept": "application/json"})
    assert response.status_code == status
    assert why in response.json()["detail"]
    assert not ReportJob.objects.exists()
