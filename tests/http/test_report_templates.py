"""A folder of templates changes the reports that are made by it; a bad one is refused before anything is computed."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from geoapp.reports import content
from geoapp.reports.ask import Ask, data_stamp
from geoapp.reports.bulk import Task, make
from geoapp.reports.models import ReportJob
from layers.periods import parse_period
from tests.factories import DISTRICT, SOUTHERN
from tests.report_city import make_city
from tests.standing import standing

pytestmark = pytest.mark.django_db
PREVIEW = f"/reports/preview?region={DISTRICT}&period=2019"
TEMPLATE = """regions = ["district"]
sections = ["quality", "maps", "summary"]
maps = ["objects", "volume"]
[headings.quality]
zh = "{{ 6*7 }}<b>"
en = "Gaps"
[colours]
heading = "#123456"
"""

world = standing(lambda folder: make_city())


@pytest.fixture(autouse=True)
def folder(world: Any, db: None, settings: Any, tmp_path: Path) -> Path:
    settings.REPORT_TEMPLATES, settings.REPORT_WORKERS, settings.SERVICE_USER = str(tmp_path), 0, ""
    (tmp_path / "own.toml").write_text(TEMPLATE, "utf-8")
    return tmp_path


def test_the_page_is_as_the_template_says(client: Client, folder: Path) -> None:
    response = client.get(PREVIEW)
    page = response.content.decode()
    assert re.findall(r'<section id="(\w+)"', page) == ["quality", "maps", "summary"]
    assert "<h2>{{ 6*7 }}&lt;b&gt;</h2>" in page
    assert re.findall(r'id="figure-([\w-]+)"', page) == ["objects", "township-volume"]
    assert "color: #123456" in page and '<section id="quality" class="page">' in page
    assert "<h2>Gaps</h2>" in client.get(f"{PREVIEW}&lang=en").content.decode()
    other = client.get(PREVIEW.replace(DISTRICT, SOUTHERN)).content.decode()
    assert re.findall(r'<section id="(\w+)"', other)[0] == "summary"  # of a township nothing is said


def test_a_change_of_the_folder_is_another_report(client: Client, folder: Path) -> None:
    ask, tag = Ask(DISTRICT, parse_period("2019")), client.get(PREVIEW)["ETag"]
    key = ask.key("1-x", ("pdf",))
    assert client.get(PREVIEW, headers={"if-none-match": tag}).status_code == 304
    (folder / "own.toml").write_text(TEMPLATE.replace('"quality", ', "").replace(".quality", ".summary"), "utf-8")
    assert ask.key("1-x", ("pdf",)) != key
    changed = client.get(PREVIEW, headers={"if-none-match": tag})
    assert changed.status_code == 200 and 'id="quality"' not in changed.content.decode()


@pytest.mark.parametrize(
    ("lang", "said", "title"),
    [
        ("zh", "own.toml 第 2 行：没有 qualities；是不是 quality？", "报告版式有误"),
        ("en", "own.toml, line 2: there is no qualities; is it quality?", "The layout of reports is faulty"),
    ],
)
def test_a_bad_one_is_refused_before_anything_is_computed(
    client: Client, folder: Path, lang: str, said: str, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "build", None)  # nothing asks for it
    (folder / "own.toml").write_text(TEMPLATE.replace('["quality"', '["qualities"'), "utf-8")
    refused = client.get(f"{PREVIEW}&lang={lang}")
    assert refused.status_code == 500
    assert said in refused.content.decode() and title in refused.content.decode() and f'lang="{lang}">own' in refused.content.decode()  # fmt: skip
    given = {"region": DISTRICT, "period": "2019", "formats": ["pdf"], "lang": lang}
    answer = client.post("/reports/make", given, headers={"accept": "application/json"})
    assert answer.status_code == 500 and said in answer.json()["detail"]
    assert not ReportJob.objects.exists()
    made = make(Task(Ask(DISTRICT, parse_period("2019"), lang), ("pdf",), folder / "out"), data_stamp())
    assert made.files == {} and said in made.error
    with pytest.raises(CommandError, match=r"qualities") as stopped:
        call_command("report", "--period", "2019", "--district", DISTRICT, "--out", str(folder / "out"), "--lang", lang)
    assert stopped.value.returncode == 2


def test_the_command_tells_all_that_is_wrong(folder: Path) -> None:
    out = StringIO()
    call_command("reports", "--check-templates", stdout=out)
    assert f"own.toml：district\n{folder}：版式可用" in out.getvalue()
    (folder / "own.toml").write_text(TEMPLATE.replace("#123456", "#eeeeee").replace('"objects"', '"object"'), "utf-8")
    out = StringIO()
    with pytest.raises(CommandError, match="2 to be mended"):
        call_command("reports", "--check-templates", "--lang", "en", stdout=out)
    assert [line.partition(": ")[0] for line in out.getvalue().splitlines()] == ["own.toml, line 3", "own.toml, line 8"]
