"""A report is signed in a real browser: one account drafts it from the list, another checks it, a third approves it and takes the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import LazySettings
from django.db import transaction
from playwright.sync_api import expect

from geoapp.reports import queue, worker
from tests import official_city as signed
from tests.browser.page_model import fits
from tests.conftest import Watch
from tests.official_city import account
from tests.report_city import make_city

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
WRITTEN = "本月用水平稳。\n第二段。"


@pytest.fixture
def desk_of(new_own_page: Callable[..., Any], settings: LazySettings) -> Callable[..., Any]:
    """The pages of accounts, on a server of the little city; the worker is told by the test when to work."""
    settings.REPORT_WORKERS = 0
    with transaction.atomic():
        make_city()
    signed.letterhead(compiled_by="", bureau_zh="试验市水务局")
    return lambda name, right, width: new_own_page(
        account(name, right), viewport=WIDTHS[width], has_touch=width == "phone"
    )


def works(page: Any) -> None:
    """The worker makes the files, and the page shows them: it renews itself."""
    expect(page.get_by_test_id("issued-one")).to_have_attribute("data-busy", "1")
    worker.work(idle_s=0)
    expect(page.get_by_test_id("issued-one")).to_have_attribute("data-busy", "0")


def signs(page: Any, address: str, step: str, then: str) -> None:
    """Whoever has the page takes a step; after it the report is in another state, in which there is nothing left to do for them."""
    page.goto(address)
    page.get_by_test_id(step).click()
    works(page)
    expect(page.get_by_test_id("issued-one")).to_have_attribute("data-state", then)
    for each in ("check", "approve", "commentary"):
        expect(page.get_by_test_id(each)).to_have_count(0)
    assert fits(page)


@pytest.mark.turns(2)
def test_three_accounts_sign_a_report(desk_of: Callable[..., Any], tmp_path: Path) -> None:
    queue.ask_for(signed.ask(), ("pdf",))
    worker.work(idle_s=0)
    compiler = desk_of("王小明", "compile_report", "desktop")
    compiler.goto("/reports/")
    compiler.get_by_role("button", name="编发").click()
    works(compiler)
    address = compiler.url
    shown = compiler.get_by_test_id("issued-one")
    expect(shown).to_have_attribute("data-state", "draft")
    # Whoever drafts writes the commentary, and has no button to check it.
    compiler.get_by_test_id("commentary").fill(WRITTEN)
    compiler.get_by_test_id("save").click()
    works(compiler)
    expect(compiler.get_by_test_id("commentary")).to_have_value(WRITTEN)
    expect(compiler.get_by_test_id("check")).to_have_count(0)
    assert fits(compiler)

    signs(desk_of("李四", "check_report", "phone"), address, "check", "checked")
    approver = desk_of("赵五", "approve_report", "phone")
    signs(approver, address, "approve", "approved")
    expect(approver.get_by_test_id("send-back")).to_have_count(0)  # nobody here can take it back
    with approver.expect_download() as paper:
        approver.locator("a[data-form=pdf]").click()
    file = tmp_path / "signed.pdf"
    paper.value.save_as(file)
    with pypdfium2.PdfDocument(file) as found:
        told = "".join(page.get_textpage().get_text_bounded() for page in found)
    assert all(name in told for name in ("王小明", "李四", "赵五", "试验市水务局", "本月用水平稳"))
    # Every step is told with who took it.
    events = approver.get_by_test_id("events")
    assert events.locator("tbody tr").count() >= 3
    assert all(name in events.inner_text() for name in ("王小明", "李四", "赵五"))


@pytest.mark.turns(2)
def test_two_at_once_take_one_step(desk_of: Callable[..., Any], own_watch: Watch) -> None:
    """The page of a step that somebody else has taken meanwhile says so, and leads back; nothing is done twice."""
    own_watch.allow("409")
    report = signed.draft()
    first, second = (desk_of(name, "check_report", "desktop") for name in ("李四", "钱六"))
    for page in (first, second):
        page.goto(f"/reports/issued/{report.pk}/")
    first.get_by_test_id("check").click()
    works(first)
    second.get_by_test_id("check").click()
    refused = second.get_by_test_id("sign-refused")
    expect(refused).to_contain_text("这一步没有办成")
    refused.get_by_role("link", name="回到这份报告").click()
    expect(second.get_by_test_id("issued-one")).to_have_attribute("data-state", "checked")
    assert second.get_by_test_id("events").locator("tbody tr", has_text="钱六").count() == 0
