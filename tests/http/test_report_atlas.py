"""Many reports in one volume: one contents, one run of pages, of bookmarks and of tags; figures counted by chapters."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pypdfium2 import raw as pdfium

from geoapp.reports import queue, worker
from geoapp.reports.ask import EVERY, MOST_CHAPTERS, Ask, data_stamp, parse_ask
from geoapp.reports.atlas import chapter
from geoapp.reports.atlas import make as volumes
from geoapp.reports.atlas.volume import bound, volume
from geoapp.reports.models import DONE, FAILED, ReportJob
from geoapp.reports.official.letterhead import dressed, worn_by
from geoapp.reports.trouble import DataChanged
from layers.errors import BadParameter
from layers.periods import parse_period
from layers.versions import ALL_DATASETS, as_of
from tests import factories as make
from tests import official_city as signed
from tests.factories import CITY, DISTRICT, NORTHERN, SOUTHERN, A
from tests.report_city import make_city

pytestmark = pytest.mark.django_db
BUREAU, PERIOD = "试验市水务局", "2019"
SECTIONS = ["概要", "地图", "图表", "分区用水", "取供用排", "数据质量", "设施名录"]


def asked(atlas: str, **given: Any) -> Ask:
    return dressed(Ask("", parse_period(PERIOD), site="http://x/", atlas=atlas, **given))


def printed(ask: Ask) -> bytes:
    return volumes.pdf(ask, worn_by(ask), data_stamp(), as_of(ALL_DATASETS).version, lambda step: None, 0)


@dataclass(frozen=True)
class Paper:
    """A volume, and the same of other margins, made once for the tests that read them."""

    pdf: pypdfium2.PdfDocument
    official: pypdfium2.PdfDocument

    def texts(self) -> list[str]:
        return [page.get_textpage().get_text_bounded().replace("\r", "") for page in self.pdf]

    def bookmarks(self) -> list[tuple[int, str, int]]:
        return [(item.level, item.get_title(), item.get_dest().get_index()) for item in self.pdf.get_toc(max_depth=5)]


@pytest.fixture(scope="module")
def paper(django_db_setup: None, django_db_blocker: Any) -> Paper:
    with django_db_blocker.unblock(), transaction.atomic():
        make_city()
        kept = signed.letterhead(contacts_zh="电话 010-12345")
        plain = pypdfium2.PdfDocument(printed(asked(f"{DISTRICT},{SOUTHERN}")))
        kept.margins = 2
        kept.save()
        found = Paper(plain, pypdfium2.PdfDocument(printed(asked(SOUTHERN))))
        transaction.set_rollback(True)
    return found


@pytest.mark.turns(3)
def test_pages_are_numbered_through(paper: Paper) -> None:
    texts = paper.texts()
    assert len(texts) > 15
    for number, text in enumerate(texts[1:], 2):
        assert re.search(rf"^{number} / {len(texts)}$", text, re.M), text[-80:]
    assert not re.search(r"^1 / ", texts[0], re.M)
    for number, page in enumerate(paper.official, 1):
        assert (f"— {number} —" in page.get_textpage().get_text_bounded()) == (number > 1)


def contents(paper: Paper) -> list[tuple[str, int]]:
    """Its lines, and the pages beside them, which are painted first."""
    text = next(text for text in paper.texts() if "\n目录\n" in text)
    numbers, lines = text.split("\n目录\n")
    told = [line for line in lines.split("\n") if " / " not in line and "数据版本" not in line]
    pages = [int(n) for n in re.findall(r"^(\d+)$", numbers, re.M)]
    assert len(told) == len(pages)
    return list(zip(told, pages, strict=True))


def test_one_contents_has_every_chapter_and_section_with_its_page(paper: Paper) -> None:
    lines, told = contents(paper), paper.bookmarks()
    chapters = [line for line in lines if line[0].startswith("第") or line[0] == "附录"]
    assert [text for text, _ in chapters] == ["第 1 章 试验区", "第 2 章 南街道", "附录"]
    begin = {title: page + 1 for level, title, page in told if level == 0}
    assert [page for _, page in chapters] == [begin[name] for name in ("试验区", "南街道", "附录")]
    sections = [(title, page + 1) for level, title, page in told if level == 1 and title in SECTIONS]
    assert [line for line in lines if line not in chapters] == sections and len(sections) > len(SECTIONS)


def test_links_of_the_contents_lead_where_they_say(paper: Paper) -> None:
    at = next(page for _, title, page in paper.bookmarks() if title == "目录")
    page, where, link, found = paper.pdf[at], ctypes.c_int(0), pdfium.FPDF_LINK(), []
    while pdfium.FPDFLink_Enumerate(page, ctypes.byref(where), ctypes.byref(link)):
        found.append(pdfium.FPDFDest_GetDestPageIndex(paper.pdf, pdfium.FPDFLink_GetDest(paper.pdf, link)) + 1)
    assert found == [page for _, page in contents(paper) for _ in range(2)]  # heading and number are a link each


def test_bookmarks_are_by_chapter_section_and_figure(paper: Paper) -> None:
    told = paper.bookmarks()
    assert [title for level, title, _ in told if level == 0] == [
        "试验区用水报告合订本",
        "目录",
        "试验区",
        "南街道",
        "附录",
    ] or [title for level, title, _ in told if level == 0] == [
        "试验市用水报告合订本",
        "目录",
        "试验区",
        "南街道",
        "附录",
    ]
    one = told[next(n for n, each in enumerate(told) if each[1] == "试验区") :]
    assert [title for level, title, _ in one if level == 1][: len(SECTIONS) + 1] == [SECTIONS[0], "位次", *SECTIONS[1:]]
    assert any(level == 2 and title.startswith("图1-1") for level, title, _ in told)
    pages = [page for _, _, page in told]
    assert pages == sorted(pages)


def test_figures_and_tables_are_counted_by_chapters(paper: Paper) -> None:
    captions = [title for level, title, _ in paper.bookmarks() if level == 2]
    for of in (1, 2):
        for kind in ("图", "表"):
            numbers = [int(n) for each in captions for n in re.findall(rf"^{kind}{of}-(\d+)\s", each)]
            assert numbers == list(range(1, len(numbers) + 1)) and numbers, (of, kind)
    assert not [each for each in captions if not re.match(r"[图表][12]-\d+\s", each)]
    text = re.sub(r"\s", "", "".join(paper.texts()))
    assert "见表1-1" in text and "见表2-1" in text and not re.search(r"见[图表]\d+[、；。]", text)


def test_the_letterhead_stands_once_at_the_front(paper: Paper) -> None:
    texts = paper.texts()
    assert [BUREAU in text for text in texts] == [True] + [False] * (len(texts) - 1)
    assert "未编号" in texts[0] and ["010-12345" in text for text in texts] == [False] * (len(texts) - 1) + [True]
    assert "编制说明" in texts[-1] or "编制说明" in texts[-2]
    assert sum(text.count("名词解释") for text in texts) == 1


def kinds(page: Any) -> Iterator[tuple[str, bool]]:
    """Kind of each element of a page's tags, and whether it says what it shows."""

    def of(element: Any) -> Iterator[tuple[str, bool]]:
        name = ctypes.create_string_buffer(200)
        pdfium.FPDF_StructElement_GetType(element, name, 200)
        said = bool(pdfium.FPDF_StructElement_GetAltText(element, None, 0) > 2)
        yield name.raw.decode("utf-16-le").rstrip("\0"), said
        for n in range(pdfium.FPDF_StructElement_CountChildren(element)):
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, n)
            if child:
                yield from of(child)

    tree = pdfium.FPDF_StructTree_GetForPage(page)
    try:
        for n in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            yield from of(pdfium.FPDF_StructTree_GetChildAtIndex(tree, n))
    finally:
        pdfium.FPDF_StructTree_Close(tree)


def test_every_page_is_tagged_and_every_figure_says_what_it_shows(paper: Paper) -> None:
    assert pdfium.FPDFCatalog_IsTagged(paper.pdf)
    seen: Counter[str] = Counter()
    for page in paper.pdf:
        there = list(kinds(page))
        assert there and all(said for kind, said in there if kind == "Figure")
        seen.update(kind for kind, _ in there)
    captions = [title for level, title, _ in paper.bookmarks() if level == 2]
    figures = [each for each in captions if each.startswith("图")]
    assert seen["Figure"] == len(figures) + 3  # a code in each chapter and one at the front
    assert seen["Table"] >= len(captions) - len(figures) and seen["TH"] > 50 and seen["H1"] >= 3


@pytest.mark.turns(3)
def test_the_same_chapters_make_the_same_bytes_whoever_was_first() -> None:
    make_city()
    ask = asked(f"{SOUTHERN},{NORTHERN}")
    made = [
        chapter.made(each, n, None, data_stamp(), as_of(ALL_DATASETS).version)
        for n, each in enumerate(
            (Ask(SOUTHERN, ask.period, site="http://x/"), Ask(NORTHERN, ask.period, site="http://x/")), 1
        )
    ]
    first = bound(volume(ask, None, made))
    assert bound(volume(ask, None, made[::-1])) == first == printed(ask)


def test_a_region_without_use_is_named_and_has_no_chapter() -> None:
    make.RegionFactory(code="110102", name="空区", parent_id=None, level=2)
    make_city()
    make.publish()
    paper = pypdfium2.PdfDocument(printed(asked(EVERY)))
    assert "未列入：空区" in re.sub(r"\s", "", paper[0].get_textpage().get_text_bounded())
    assert [item.get_title() for item in paper.get_toc() if item.level == 0][2:] == ["试验区", "附录"]


def test_chapters_are_of_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    make_city()
    with pytest.raises(DataChanged):
        volumes.pdf(asked(SOUTHERN), None, data_stamp(), as_of(ALL_DATASETS).version + 1, lambda step: None, 0)


@pytest.mark.turns(3)
def test_an_officer_presses_for_it_and_sees_how_far_it_is(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REPORT_WORKERS = 0
    make_city(unit_of_north=True)
    page = client.get("/reports/").content.decode()
    assert '<option value="atlas/all">各区合订本 </option>' in page
    assert '<option value="atlas/reporting_unit/all">各填报单位合订本 </option>' in page
    given = {"region": f"atlas/{SOUTHERN},{NORTHERN}", "period": PERIOD, "lang": "en"}
    assert client.post("/reports/make", given).status_code == 302
    told: list[str] = []
    tell = queue.tell
    monkeypatch.setattr(
        queue, "tell", lambda job, step, done: told.append(f"{step} {done:.2f}") or tell(job, step, done)
    )
    worker.work(idle_s=0)
    job = ReportJob.objects.get()
    assert (job.status, job.error, job.formats, job.name) == (DONE, "", "pdf", "Bound volume of 2")
    assert [each.split(" ")[0] for each in told] == ["figures", "pdf", "1/2", "2/2"]
    assert told[-1].endswith(" 0.95")
    listed = client.get("/reports/jobs").json()["jobs"][0]
    assert listed["issue"] == "" and [each["form"] for each in listed["files"]] == ["pdf"]
    data = b"".join(client.get(listed["files"][0]["url"]).streaming_content)
    assert data.startswith(b"%PDF-1.7") and b"".join(client.get(listed["files"][0]["url"]).streaming_content) == data
    assert queue.ask_of(job) == Ask(
        "", parse_period(PERIOD), "en", site="http://testserver/", atlas=f"{SOUTHERN},{NORTHERN}"
    )
    assert client.post("/reports/make", given).status_code == 302 and ReportJob.objects.count() == 1


def test_steps_are_told_in_words(client: Client) -> None:
    ReportJob.objects.create(
        key="k", region="", name="各区合订本", period=PERIOD, lang="zh", site="http://x/", formats="pdf", stamp=data_stamp(),
        area="atlas/all", status=2, step="3/16 朝阳区", progress=0.2,
    )  # fmt: skip
    for lang, said in (("zh", "已排印 3/16 章：朝阳区"), ("en", "3/16 chapters printed: 朝阳区")):
        assert client.get(f"/reports/jobs?lang={lang}").json()["jobs"][0]["step"] == said


def test_a_volume_that_fails_says_why(settings: Any) -> None:
    settings.REPORT_WORKERS = 0
    make_city()
    make.RegionFactory(code="110102", name="空区", parent_id=None, level=2)
    make.publish()
    queue.ask_for(Ask("", parse_period(PERIOD), site="http://x/", atlas="110102"), ("pdf",))
    worker.work(idle_s=0)
    job = ReportJob.objects.get()
    assert (job.status, job.error) == (FAILED, "2019 这些区划都没有用水数据，无可报告")


def test_the_command_makes_one_file_and_keeps_it(tmp_path: Path, settings: Any) -> None:
    settings.SERVICE_USER = ""
    make_city()

    def run() -> str:
        out = StringIO()
        call_command(
            "report", "--atlas", "--all", "--period", PERIOD, "--processes", "0", "--out", str(tmp_path / "out"), stdout=out
        )  # fmt: skip
        return out.getvalue()

    assert "1/1 试验区" in run()
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names[1:] == ["reports.json"] and re.fullmatch(r"atlas-\w{6}-各区合订本-2019\.pdf", names[0])
    assert "1 份已有" in run()


@pytest.mark.parametrize(
    ("text", "atlas", "unit"),
    [
        ("atlas/all", "all", False), ("atlas/reporting_unit/all", "all", True), ("atlas/110101, 110102,110101", "110101,110102", False),
        ("atlas/reporting_unit/110101", "110101", True),
    ],
)  # fmt: skip
def test_a_volume_is_asked_for_in_one_word(text: str, atlas: str, unit: bool) -> None:
    ask = parse_ask({"region": text, "period": PERIOD}, "http://x/")
    assert (ask.atlas, ask.unit, ask.code, ask.forms) == (atlas, unit, "", ("pdf",))
    assert parse_ask({"region": ask.region, "period": PERIOD}, "http://x/") == ask


@pytest.mark.parametrize(
    "text", ["atlas/", "atlas/x", f"atlas/{','.join(str(110101 + n) for n in range(MOST_CHAPTERS + 1))}"]
)
def test_what_is_no_volume_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        parse_ask({"region": text, "period": PERIOD}, "http://x/")


def test_a_volume_has_no_preview_and_none_of_a_village(client: Client) -> None:
    make_city()
    assert "合订本没有预览" in client.get("/reports/preview?region=atlas/all&period=2019").content.decode()
    assert client.post("/reports/make", {"region": f"atlas/{CITY},{A}", "period": PERIOD}).status_code == 404
