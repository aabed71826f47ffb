"""Each kind of page in a real browser: nothing that it does is against the policy that it came with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client

from tests import factories as make
from tests.browser.page_model import open_map
from tests.factories import A, B

pytestmark = pytest.mark.django_db(transaction=True)

LISTEN = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(
  `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""
PAGES = [
    "/objects/meter/M1", "/objects/well/NOPE", "/about", "/divisions", "/feeds/", "/desktop/", "/reports/", "/reports/issued/", "/nowhere",
    "/api/docs", "/ogc/", "/ogc/collections", "/ogc/collections/meter", "/ogc/collections/meter/items", "/ogc/api.html", "/shell",
]  # fmt: skip
OF_STAFF = [
    "/desk/", "/desk/releases/", "/admin/", "/account/", "/account/login", "/account/password", "/account/totp", "/audit/", "/record/", "/admin/auth/user/", "/admin/auth/user/add/",
    "/admin/layers/well/", "/admin/layers/well/add/", "/admin/layers/abstractionpermit/add/", "/admin/layers/release/",
]  # fmt: skip


@pytest.fixture
def new_city_page(transactional_db: None, new_own_page: Callable[..., Any]) -> Callable[..., Any]:
    grid = make.make_grid()
    meter = make.MeterFactory(code="M1")
    meter.users.add(make.WaterUserFactory(code="U1"))
    make.WellFactory(code="W1")
    make.UsageFactory(meter=meter, volume_l=2_000_000)
    make.UsageFactory(region=grid[A], volume_l=500)
    make.UsageFactory(region=grid[B], volume_l=700)
    with transaction.atomic():
        grid.settle()
    return new_own_page


def violations(page: Any) -> list[str]:
    return [f"{urlsplit(page.url).path}: {found}" for found in page.evaluate("window.__violations ?? []")]


def test_no_page_is_against_its_policy(new_city_page: Callable[..., Any], own_watch: Any) -> None:
    own_watch.allow(r"status of 404")  # the object, and the page, that are not there
    client, chief = Client(), User.objects.create_superuser("chief")
    chief.user_permissions.add(Permission.objects.get(codename="read_audit"))
    client.force_login(chief)
    page = new_city_page(client)
    page.add_init_script(LISTEN)
    found: list[str] = []
    for address in [*PAGES, *OF_STAFF]:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found += violations(page)
    assert found == []


def test_a_form_with_a_map_and_swagger_opened_are_not_either(new_city_page: Callable[..., Any]) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    page = new_city_page(client)
    page.add_init_script(LISTEN)
    page.goto("/admin/layers/well/add/")
    page.wait_for_selector("[data-admin-map][data-ready]")
    found = violations(page)
    page.goto("/api/docs")
    page.wait_for_selector(".opblock")
    page.click(".opblock >> nth=0")
    page.wait_for_selector(".opblock.is-open .opblock-body")
    assert found + violations(page) == []


def test_the_map_is_not_whatever_is_open(new_city_page: Callable[..., Any]) -> None:
    page = new_city_page()
    page.add_init_script(LISTEN)
    found = []
    for address in (
        "/?period=2019-01&region=110101&layers=urban_plant",
        "/?period=2019-01&grid=4",
        "/?embed=1&period=2019-01",
        "/?period=2019-01&details=meter/M1",
    ):
        open_map(page, address)
        page.wait_for_load_state("networkidle")
        found += violations(page)
    assert found == []


def test_a_reports_preview_is_not(new_city_page: Callable[..., Any]) -> None:
    page = new_city_page()
    page.add_init_script(LISTEN)
    page.goto("/reports/preview?region=110101&period=2019")
    assert page.locator("body.preview").count() == 1
    found = violations(page)
    # What it needs is in it: the columns have their widths, the drawings are there.
    assert page.evaluate("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") != "32px"
    assert found == []


def test_what_is_smuggled_into_a_page_does_nothing(new_city_page: Callable[..., Any], own_watch: Any) -> None:
    """The walls hold: a script and a style that somebody has got into a page are refused by the browser."""
    own_watch.allow(r"Content Security Policy|Refused|violates|elsewhere.example")
    page = new_city_page()
    page.add_init_script(LISTEN)
    page.goto("/about")
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.__ran = 1";
          document.body.append(script);
          const far = document.createElement("img");
          far.src = "https://elsewhere.example/steal";
          const style = document.createElement("style");
          style.textContent = "body { outline: 7px solid red }";
          document.body.append(style);
          document.body.setAttribute("onclick", "window.__ran = 1");
          document.body.click();
        }"""
    )
    assert page.evaluate("window.__ran") is None
    assert page.evaluate("getComputedStyle(document.body).outlineWidth") != "7px"
    assert len(violations(page)) >= 2
