"""An account in a real browser: the first log-in, the password changed, the second step set up, a token made and used."""

from __future__ import annotations

import base64
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from playwright.sync_api import expect

from geoapp.accounts import totp
from geoapp.accounts.models import Account
from tests import factories as make
from tests.accounts import GOOD, OTHER, person
from tests.browser.page_model import fits
from tests.browser.test_accessible import faults
from tests.conftest import Watch
from tests.thorough import by_turn

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def start(own_server: str) -> str:
    with transaction.atomic():
        make.make_grid()
        user = person(is_staff=True)
        Account.objects.create(user=user, must_change=True)
    return own_server


@pytest.mark.parametrize("width", by_turn(list(WIDTHS)))
def test_from_the_first_log_in_to_a_token_in_use(
    start: str, new_own_page: Callable[..., Any], width: str, tmp_path: Path, own_watch: Watch, root: Path
) -> None:
    own_watch.allow("429")
    page = new_own_page(viewport=WIDTHS[width], has_touch=width == "phone")
    shots = iter(range(99))

    def looked_at(testid: str) -> None:
        expect(page.get_by_test_id(testid).first).to_be_visible()
        assert fits(page), testid
        assert faults(page, root) == []
        page.screenshot(path=tmp_path / f"{width}-{next(shots):02}-{testid}.png", full_page=True)

    page.goto("/admin/")
    looked_at("login")
    for _ in range(4):
        page.get_by_label("用户名").fill("wang")
        page.get_by_label("密码").fill("guess")
        page.get_by_role("button", name="登录").click()
        page.wait_for_load_state()
    looked_at("wait")
    expect(page.locator(".countdown")).to_have_text("现在可以再试。")
    page.get_by_label("密码").fill(GOOD)
    page.get_by_role("button", name="登录").click()
    looked_at("must")
    page.get_by_label("当前密码").fill(GOOD)
    page.get_by_label("新密码").fill(OTHER)
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url(f"{start}/admin/")

    page.goto("/account/")
    looked_at("who")
    page.get_by_test_id("set-up").click()
    looked_at("qr")
    key = base64.b32decode(page.get_by_test_id("key").inner_text().replace(" ", ""))
    page.get_by_label("当前密码").fill(OTHER)
    page.get_by_label("验证码").fill(totp.code_at(key, int(time.time() // 30)))
    page.get_by_role("button", name="启用").click()
    looked_at("codes")
    recovery = page.get_by_test_id("codes").locator("code").first.inner_text()
    page.get_by_test_id("on").click()

    page.get_by_label("名称").fill("办公室 QGIS")
    page.get_by_test_id("make-token").get_by_label("当前密码").fill(OTHER)
    page.get_by_role("button", name="新建").click()
    looked_at("token")
    text = page.get_by_test_id("token").locator("code").inner_text()
    asked = urllib.request.Request(f"{start}/feeds/?f=json", headers={"X-API-Key": text})
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 200
    page.get_by_test_id("how").click()
    looked_at("login")
    page.goto("/account/")
    looked_at("token-row")

    page.get_by_test_id("logout").click()
    page.get_by_label("用户名").fill("wang")
    page.get_by_label("密码").fill(OTHER)
    page.get_by_role("button", name="登录").click()
    looked_at("code")
    page.get_by_label("验证码或恢复码").fill(recovery)
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_test_id("who")).to_have_text("wang")
    page.get_by_test_id("language").click()
    expect(page.get_by_role("heading", name="Personal tokens")).to_be_visible()
    looked_at("who")
    assert User.objects.get().check_password(OTHER)


def test_an_administrator_makes_an_account(start: str, new_own_page: Callable[..., Any], tmp_path: Path) -> None:
    """The first password is on one page, and lets its owner in to choose another."""
    User.objects.create_superuser("chief", password=GOOD)
    page = new_own_page()
    page.goto("/admin/auth/user/add/")
    page.get_by_label("用户名").fill("chief")
    page.get_by_label("密码").fill(GOOD)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("用户名").fill("zhao")
    page.screenshot(path=tmp_path / "add.png")
    page.get_by_role("button", name="保存", exact=True).click()
    first = page.get_by_test_id("first-password").inner_text()
    page.screenshot(path=tmp_path / "first.png")
    page.goto("/admin/auth/user/")
    expect(page.get_by_text("有效令牌").first).to_be_visible()
    page.screenshot(path=tmp_path / "list.png")
    other = new_own_page()
    other.goto("/account/login?lang=en")
    other.get_by_label("User name").fill("zhao")
    other.get_by_label("Password").fill(first)
    other.get_by_role("button", name="Log in").click()
    expect(other.get_by_test_id("must")).to_be_visible()
    other.screenshot(path=tmp_path / "english.png")
