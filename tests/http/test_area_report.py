"""The report of an area: its figures are the API's, on paper and in the workbook, and it goes through the queue as every report."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.test import Client
from docx import Document

from geoapp.reports import kinds, queue, worker, writable
from geoapp.reports.areas import content, tables
from geoapp.reports.ask import AREA_FORMATS, Ask, parse_ask
from geoapp.reports.chapters import chapters
from geoapp.reports.forms import prepared
from geoapp.reports.layouts.layout import ReportLayout
from geoapp.reports.models import DONE, ReportJob
from geoapp.reports.official import frozen, letterhead, states
from geoapp.reports.official.states import SignRefused
from layers import models
from layers.area import parse_area
from tests import factories as make
from tests import official_city
from tests.factories import CITY, DISTRICT, NORTHERN, SOUTH, SOUTHERN, WEST, A, B, D
from tests.grid_world import grid_world
from tests.standing import standing

pytestmark = pytest.mark.django_db

BOX = f"box:{WEST},{SOUTH},{WEST + 0.012},{SOUTH + 0.015}"
LITRES_PER_UNIT = 10_000_000


def make_city(_: Path) -> None:
    grid = grid_world()
    models.GridBuild.objects.get_or_create(size=500)
    make.WellFactory(code="W1", geom=make.at(0.25, 0.25))
    for _ in range(30):  # one blot, if they were dots
        make.WellFactory(geom=make.at(0.5, 0.5))
    for n in range(3):
        make.FacilityFactory(code=f"VS{n}", name=f"{n}号供水站", kind=3, geom=make.at(0.3 + n / 5, 0.8))
    make.FacilityFactory(code="FAR", kind=3, geom=make.at(1.8, 1.8))
    make.WatercourseFactory()  # lies underneath, and in none of the four stages
    grid.settle()


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


@pytest.mark.parametrize("area", [BOX, f"regions:{A},{B}"])
def test_it_has_the_parts_of_a_regions_report(asked: Client, area: str) -> None:
    drawn = kinds.drawn(kinds.read(ask(area), None))
    assert [figure.key for figure in drawn.maps] == ["objects", "density"]
    found = {chapter.key: chapter for chapter in chapters(drawn)}
    (listed,) = found["facilities"].tables
    assert [row[:2] for row in listed.table.rows] == [(1, "VS0"), (2, "VS1"), (3, "VS2")]  # type: ignore[union-attr]
    numbered, density = found["maps"].figures
    assert any(listed.number in note for note in numbered.notes)
    assert {">1</text>", ">2</text>", ">3</text>"} <= {
        f">{n}</text>" for n in range(9) if f">{n}</text>" in numbered.figure.svg
    }  # type: ignore[union-attr]
    assert "机井" in density.title
    assert found["summary"].told[-1] == "水源与用途见表1、表2、图5；其中各地区见图4、表3；各月用水见图3、表4。"
    assert "watercourse" not in str(found["stages"].tables)
    made = Document(io.BytesIO(writable.docx(drawn)))
    heads = [each.text for each in made.paragraphs if each.style.name == "Heading 1"]
    assert heads == [chapter.heading for chapter in chapters(drawn)]
    assert len(made.inline_shapes) == len(drawn.maps) + len(drawn.charts)
    own = replace(drawn, layout=ReportLayout(sections=("facilities", "summary"), facility_rows=2))
    assert [chapter.key for chapter in chapters(own)] == ["facilities", "summary"]
    (counted,) = chapters(own)[0].tables
    assert counted.table.total[1] == 3  # type: ignore[union-attr]


def test_every_form_there_is_of_it_can_be_made(asked: Client) -> None:
    made = prepared(ask(BOX), AREA_FORMATS, "1").makers
    assert set(made) == {"pdf", "docx", "xlsx", "svg", "png"}
    book = openpyxl.load_workbook(io.BytesIO(made["xlsx"]()), data_only=True)
    assert [row[1] for row in book["村庄供水站"].values][1:4] == ["VS0", "VS1", "VS2"]
    with zipfile.ZipFile(io.BytesIO(made["svg"]())) as held:
        assert "area-2019-density.svg" in held.namelist()


def test_it_wears_the_letterhead_of_where_it_lies(asked: Client) -> None:
    for code, name in ((CITY, "市局"), (DISTRICT, "区局"), (SOUTHERN, "南镇")):
        official_city.letterhead(scope=2, code=code, bureau_zh=name, pattern=f"{name}{{year}}-{{number}}")
    within = {
        BOX: "区局",
        f"box:{WEST + 0.001},{SOUTH + 0.001},{WEST + 0.005},{SOUTH + 0.005}": "南镇",
        f"regions:{A},{B}": "南镇",
        f"regions:{A},{NORTHERN}": "区局",
        "box:100,20,100.1,20.1": "市局",
    }
    assert {area: letterhead.worn_by(ask(area)).bureau_in("zh") for area in within} == within  # type: ignore[union-attr]
    worn = letterhead.dressed(ask(BOX))
    assert "区局" in text_of(prepared(worn, ("pdf",), "1").makers["pdf"]())


def test_it_is_issued_and_signed(asked: Client) -> None:
    official_city.letterhead(pattern="试〔{year}〕{code}-{number}")
    drawn = ask(BOX, purpose="industrial")
    first = official_city.settled(states.issue(drawn, official_city.COMPILER))
    assert (first.told.split("〕")[1], first.name) == (f"{DISTRICT}-1", "矩形范围")
    assert frozen.ask_of(first) == drawn
    with pytest.raises(SignRefused, match="under way"):
        states.issue(drawn, official_city.COMPILER)
    assert states.issue(ask(BOX), official_city.COMPILER).number == 2  # of other water another report
    first.refresh_from_db()
    signed = official_city.approved(official_city.checked(first))
    paper = text_of(frozen.read(signed, signed.files["pdf"]))
    assert signed.told in paper and "只含所选的水源与用途：工业。" in paper.replace("\r\n", "")


def test_it_goes_through_the_queue_as_every_report(asked: Client) -> None:
    given = {"area": f"{BOX}", "period": "2019", "formats": ["pdf", "xlsx"], "purpose": "industrial"}
    shown = asked.get("/reports/", {"area": BOX, "period": "2019", "purpose": "industrial"}).content.decode()
    assert f'name="area" value="{parse_area(BOX).text}"' in shown
    assert 'name="purpose" value="industrial"' in shown
    assert 'value="docx"' in shown
    assert 'value="html"' not in shown
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
