"""A clerk's day with the work list of findings: twenty of them by the keyboard, and the list on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from layers import vocab
from layers.findings import run, touched
from layers.models import Finding, Judgement
from tests.browser.page_model import fits
from tests.browser.test_accessible import faults
from tests.factories import NORTHERN, A, B, MeterFactory, WellFactory, at, make_grid

pytestmark = pytest.mark.django_db(transaction=True)
RULES = ("position_missing", "position_missing_of_person", "position_elsewhere", "code_spelt_twice")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def opened(new_own_page: Callable[..., Any]) -> Callable[..., Any]:
    """A clerk's page of a size, of a city in which sixty things are wrong."""
    grid = make_grid()
    for number in range(30):
        WellFactory(code=f"JJ-{number:03d}", geom=None, declared_region=grid[A if number % 3 else B])
    for number in range(24):
        place = at(1.05 + number / 30, 0.1 + number / 40)
        WellFactory(code=f"YZ-{number:03d}", declared_region=grid[A], geom=place, found_region=grid[B])
    for number in range(40):
        WellFactory(
            code=f"OK-{number:03d}", declared_region=grid[A], geom=at(0.1 + number / 50, 0.3), found_region=grid[A]
        )
    for number in range(5):
        MeterFactory(code=f"SB-{number:03d}", geom=None, declared_region=grid[NORTHERN])
    WellFactory(code="jj 001", declared_region=grid[A], geom=at(0.5, 0.7), found_region=grid[A])
    with transaction.atomic(), connection.cursor() as cursor:
        touched.check_all(cursor, [one for one in run.CHECKS if one.rule.code in RULES])
    # One behind the other, so that their order is no matter of the clock.
    for days, one in enumerate(Finding.objects.order_by("pk")):
        Finding.objects.filter(pk=one.pk).update(first_seen=timezone.now() - timedelta(days=days))
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return lambda **more: new_own_page(client, **more)


def states() -> list[int]:
    return sorted(Finding.objects.filter(standing=True).exclude(state=vocab.OPEN).values_list("state", flat=True))


def test_a_clerk_goes_through_twenty_by_the_keyboard(
    opened: Callable[..., Any], own_watch: Any, root: Path, tmp_path: Path
) -> None:
    own_watch.allow(r"status of 400")  # the verdict that is refused
    page = opened(viewport=WIDE)
    page.goto("/quality/")
    rows = page.locator("[data-testid=finding]")
    expect(rows).to_have_count(50)
    expect(page.locator("[data-keys]")).to_be_visible()
    assert fits(page)
    page.screenshot(path=tmp_path / "desktop.png", full_page=True)
    total = int(page.inner_text("[data-testid=total]"))
    codes = [rows.nth(number).get_attribute("data-code") for number in range(50)]

    def is_at(code: str | None) -> None:
        expect(page.locator("[data-findings] .current")).to_have_attribute("data-code", str(code))

    page.keyboard.press("j")
    is_at(codes[0])
    page.keyboard.press("Enter")
    expect(page.locator(".current dl")).to_be_visible()
    page.screenshot(path=tmp_path / "explained.png")
    page.keyboard.press("Enter")
    expect(page.locator(".current dl")).to_be_hidden()
    # Mended ones take a key each; the next is at hand when one is gone.
    for number in range(8):
        page.keyboard.press("f")
        is_at(codes[number + 1])
        expect(page.locator("[data-testid=total]")).to_have_text(str(total - number - 1))
    # Accepted ones take a reason: typed once, and offered for the next.
    page.keyboard.press("a")
    page.keyboard.type("jk 现场核实 axu")
    page.keyboard.press("Enter")
    is_at(codes[9])
    for number in range(9, 15):
        page.keyboard.press("a")
        expect(page.locator(".current [name=reason]")).to_have_value("jk 现场核实 axu")
        page.keyboard.press("Enter")
        is_at(codes[number + 1])
    # One goes back, and is the clerk's again; one is said to be no fault.
    page.keyboard.press("u")
    expect(page.locator("[data-testid=total]")).to_have_text(str(total - 14))
    assert states() == [vocab.ACCEPTED] * 6 + [vocab.SAID_FIXED] * 8
    page.keyboard.press("k")
    is_at(codes[14])
    page.keyboard.press("w")
    page.keyboard.press("Escape")
    is_at(codes[14])
    assert len(states()) == 14
    page.keyboard.press("w")
    page.keyboard.type("规则没看懂")
    page.keyboard.press("Enter")
    is_at(codes[15])
    # Five at once: without a reason it is refused and nothing is lost, with one it is done, and taken back as one.
    for _ in range(5):
        page.keyboard.press("x")
        page.keyboard.press("j")
    expect(page.locator("[data-ticked]")).to_have_text("5")
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    expect(page.locator("[data-several] [data-refused]")).to_be_in_viewport()
    expect(page.locator("[data-tick]:checked")).to_have_count(5)
    page.screenshot(path=tmp_path / "refused.png")
    page.keyboard.press("f")
    page.keyboard.type("批量补测")
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=total]")).to_have_text(str(total - 20))
    assert states() == [vocab.ACCEPTED] * 6 + [vocab.SAID_FIXED] * 13 + [vocab.WRONG_RULE]
    page.keyboard.press("Escape")
    page.screenshot(path=tmp_path / "done.png")
    page.keyboard.press("u")
    expect(page.locator("[data-testid=total]")).to_have_text(str(total - 15))
    assert Judgement.objects.filter(withdrawn_at=None).count() == 15
    assert "state" not in page.url, "the list is where it was"
    assert faults(page, root) == []


def test_the_list_on_a_phone(opened: Callable[..., Any], root: Path, tmp_path: Path) -> None:
    page = opened(viewport=NARROW, has_touch=True)
    page.goto("/quality/?lang=en")
    page.wait_for_selector("[data-testid=finding]")
    assert fits(page)
    expect(page.locator("[data-keys]")).to_be_hidden()
    page.screenshot(path=tmp_path / "phone.png")
    page.locator(".filterbox > summary").tap()
    expect(page.locator("[data-testid=show]")).to_be_visible()
    page.locator(".filterbox > summary").tap()
    first = page.locator("[data-testid=finding]").first
    code = first.get_attribute("data-code")
    first.locator("[data-testid=more]").tap()
    first.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "phone-open.png")
    first.locator("[name=reason]").fill("seen on the spot")
    first.locator("[name=state][value=accepted]").tap()
    expect(page.locator("[data-testid=messages]")).to_contain_text("Accepted: 1")
    expect(page.locator(f"[data-code='{code}']")).to_have_count(0)
    assert Finding.objects.get(code=code).state == vocab.ACCEPTED
    page.locator(".overview > summary").tap()
    assert fits(page)
    page.screenshot(path=tmp_path / "phone-overview.png")
    assert faults(page, root) == []


def test_it_works_without_a_script(opened: Callable[..., Any], new_own_page: Callable[..., Any]) -> None:
    page = opened(viewport=WIDE, java_script_enabled=False)
    page.goto("/quality/?rule=position_missing")
    rows = page.locator("[data-testid=finding]")
    first, second = (rows.nth(number).get_attribute("data-code") for number in (0, 1))
    rows.first.locator("summary").click()
    rows.first.locator("[name=reason]").fill("现场核实")
    rows.first.locator("[name=state][value=accepted]").click()
    page.wait_for_url(f"**/quality/?rule=position_missing#f-{second}")
    assert Finding.objects.get(code=first).state == vocab.ACCEPTED
    page.locator("[data-testid=own] summary").click()
    page.locator("[data-testid=undo] button").click()
    expect(page.locator("[data-testid=messages]")).to_be_visible()
    assert Finding.objects.get(code=first).state == vocab.OPEN
