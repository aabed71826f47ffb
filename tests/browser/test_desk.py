"""The desk in a real browser, at both widths: a file is dropped, looked at, corrected, imported, by a worker that is a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from geoapp.desk.models import ReadingProfile
from layers import models
from tests import factories as make
from tests.browser.page_model import fits
from tests.desk_files import end, start_worker
from tests.factories import A, B
from tests.thorough import by_turn

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
FILE = f"""井号,名称,用途,计量方式,井深,所属,经度,纬度,备注
W1,一号井,农业,水表,50,{A},116.005,40.005,甲
W2,二号井,钓鱼,水表,六十,{A},116.006,40.005,乙
W3,三号井,监测,无计量,80,{B},116.015,40.005,
"""


@pytest.fixture
def desk(
    new_own_page: Callable[..., Any], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Any]]:
    """A clerk's page of a width, on a server of the little city; fails on any fault of the page."""
    make.make_grid()
    settings.IMPORT_WORKERS = 1
    started: list[Any] = []
    monkeypatch.setattr(
        "geoapp.background.process.start", lambda command, log: started or started.append(start_worker(60))
    )
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    yield lambda width: new_own_page(client, viewport=WIDTHS[width], has_touch=width == "phone")
    for process in started:
        end(process)


@pytest.mark.parametrize("width", by_turn(list(WIDTHS)))
def test_a_file_goes_from_the_desk_to_the_map(desk: Callable[[str], Any], tmp_path: Path, width: str) -> None:
    page = desk(width)
    file = tmp_path / "机井.csv"
    file.write_text(FILE, encoding="utf-8-sig")
    page.goto("/admin/")
    page.click("text=导入文件")
    page.wait_for_selector("[data-testid=desk]")
    assert fits(page)
    page.set_input_files("[data-testid=file]", str(file))
    expect(page.locator("[data-chosen]")).to_have_text("机井.csv")
    page.select_option("[data-testid=target]", "well")
    assert not page.locator("[data-region]").first.is_visible()
    page.click("[data-testid=check]")
    page.wait_for_selector("[data-testid=state][data-state=refused]")
    expect(page.locator("[data-error]")).to_contain_text("缺少必需的列")
    assert fits(page)
    page.select_option("select[name='column.0']", "code")
    page.select_option("select[name='column.5']", "region")
    page.click("[data-testid=read-again]")
    page.wait_for_selector("[data-testid=state][data-state=checked]")
    assert page.inner_text("[data-count=new]") == "2"
    assert page.inner_text("[data-count=refused]") == "1"
    first = page.locator("[data-faults] tbody tr").first
    expect(first).to_contain_text("钓鱼")
    expect(first).to_contain_text("用途")
    assert fits(page)
    page.wait_for_selector("[data-places][data-ready]")
    with page.expect_download() as download:
        page.click("[data-refused]")
    assert "钓鱼" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert not models.Well.objects.exists()
    page.click("[data-testid=commit]")
    page.wait_for_selector("[data-testid=state][data-state=committed]")
    assert sorted(models.Well.objects.values_list("code", flat=True)) == ["W1", "W3"]
    assert ReadingProfile.objects.get().how == {"field_map": {"code": "井号", "region": "所属"}}
    page.goto("/desk/?lang=en")
    expect(page.locator("[data-testid=job-line]").first).to_contain_text("Imported")
    assert fits(page)
    page.goto("/desk/profiles/")
    expect(page.locator("[data-testid=profile]")).to_contain_text("井号 → 编码")
    assert fits(page)


def test_a_closed_page_loses_nothing_and_the_keyboard_does_all(desk: Callable[[str], Any], tmp_path: Path) -> None:
    page = desk("desktop")
    file = tmp_path / "机井.csv"
    file.write_text(FILE.replace("井号", "编码").replace("所属", "区划代码"), encoding="utf-8")
    page.goto("/desk/")
    page.set_input_files("[data-testid=file]", str(file))
    page.focus("[data-testid=check]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/*/")
    address = page.url
    page.close()
    page = desk("phone")
    page.goto(address)
    page.wait_for_selector("[data-testid=state][data-state=checked]")
    expect(page.locator(".desk")).to_contain_text("机井")  # found out by its headings
    page.focus("[data-testid=commit]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=state][data-state=committed]")
    assert models.Well.objects.count() == 2
