"""The page of the audit as an auditor uses it, on a desk and on a phone."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from geoapp import audit
from geoapp.audit.who import Who
from tests.audit_lines import auditor
from tests.audit_lines import client as client_of
from tests.browser.test_accessible import faults
from tests.thorough import by_turn

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "GET /feeds/water_user.csv?fields=code,name,industry,purpose&region=110101001&filter=name%20LIKE%20'%水务%'&crs=4490&lang=zh"


@pytest.fixture
def who() -> str:
    """An account of this test's: lines of others stay in the table."""
    return f"wang.{secrets.token_hex(3)}"


@pytest.fixture
def opened(transactional_db: None, new_own_page: Callable[..., Any], who: str) -> Callable[..., Any]:
    """A page of an auditor's, of a window of some size; with lines of several kinds."""
    client = client_of(auditor())
    User.objects.create_superuser("chief")
    for number in range(60):
        by = Who(number % 5, f"clerk{number % 5}", f"192.0.2.{number % 5}", "desk", "a1b2", "POST /desk/")
        audit.write(
            "import_committed",
            by=by,
            object="water_user",
            rows=1000 + number,
            detail={"file": "用水户.xlsx", "release": number},
        )
    by = Who(9, who, "2001:db8:85a3:8d3:1319:8a2e:370:7348", "file", "c3", LONG)
    audit.write("export", by=by, object="water_user", rows=12_345, detail={"format": "csv"})
    audit.write(
        "import_refused",
        result="refused",
        by=by,
        object="well",
        detail={"why": {"zh": "没有数据行", "en": "there are no rows"}},
    )
    return lambda width, height: new_own_page(
        client, viewport={"width": width, "height": height}, has_touch=width < 500
    )


@pytest.mark.parametrize(("width", "height"), by_turn([(1440, 900), (390, 844)]))
def test_an_auditor_finds_a_line(
    opened: Callable[..., Any], who: str, root: Path, width: int, height: int, tmp_path: Path
) -> None:
    page = opened(width, height)
    page.goto("/audit/")
    rows = page.get_by_test_id("line")
    assert rows.count() == 50
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing is wider than the window"
    assert faults(page, root) == []
    rows.first.locator("summary").click()
    assert rows.first.locator("dl").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=str(tmp_path / f"audit-{width}.png"), full_page=True)
    page.get_by_test_id("older").click()
    page.get_by_test_id("newest").wait_for()
    assert rows.count()
    page.locator("input[name=account]").fill(who)
    page.locator("select[name=result]").select_option("refused")
    page.get_by_test_id("show").click()
    page.wait_for_url(f"**account={who}**")
    assert rows.count() == 1 and "导入被拒" in rows.first.inner_text()
    rows.first.locator("summary").press("Enter")
    assert "没有数据行" in rows.first.inner_text()
    rows.first.get_by_test_id("of-account").click()
    page.wait_for_url(f"**account={who}")
    assert rows.count() == 2
    page.get_by_test_id("language").first.click() if width > 500 else page.goto(f"/audit/?lang=en&account={who}")
    page.get_by_role("heading", name="Audit", exact=True).wait_for()
    page.goto(f"/audit/?lang=en&account={who}")
    assert "Import refused" in rows.first.inner_text()
    assert faults(page, root) == []
    with page.expect_download() as download:
        page.get_by_test_id("csv").click()
    assert "Import refused" in Path(download.value.path()).read_text("utf-8-sig")
