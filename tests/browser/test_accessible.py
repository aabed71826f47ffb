"""Every page in both languages against the rules of axe: contrast, names, roles, order of headings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from tests import factories as make
from tests.browser.page_model import SIZES, open_map, window
from tests.factories import A
from tests.thorough import by_turn, paired

pytestmark = pytest.mark.django_db(transaction=True)

AXE = Path("geoapp/web/node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = [
    "/objects/meter/M1", "/objects/well/NOPE", "/about", "/divisions", "/feeds/", "/desktop/", "/reports/", "/nowhere",
]  # fmt: skip
OF_STAFF = ["/desk/", "/account/", "/account/password", "/account/totp"]


@pytest.fixture
def new_city_page(transactional_db: None, new_own_page: Callable[..., Any]) -> Callable[..., Any]:
    grid = make.make_grid()
    meter = make.MeterFactory(code="M1")
    meter.users.add(make.WaterUserFactory(code="U1"))
    make.UsageFactory(meter=meter, volume_l=2_000_000)
    make.UsageFactory(region=grid[A], volume_l=500)
    make.FacilityFactory(code="F1")
    with transaction.atomic():
        grid.settle()
    return new_own_page


def faults(page: Any, root: Path, part: str = "html") -> list[str]:
    """What axe finds in a part of the page, in words: rule, element, and what is wrong with it."""
    page.evaluate((root / AXE).read_text("utf-8"))  # not as a script element: the page forbids those of others
    found = page.evaluate("([rules, part]) => axe.run(part, {runOnly: {type: 'tag', values: rules}})", [RULES, part])
    return [
        f"{page.url}: {one['id']}: {node['html'][:160]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def test_no_page_breaks_a_rule(new_city_page: Callable[..., Any], own_watch: Any, root: Path) -> None:
    own_watch.allow(r"status of 404")  # the object, and the page, that are not there
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    page = new_city_page(client)
    found: list[str] = []
    for address, lang in paired([*PAGES, *OF_STAFF], ("", "en")):
        page.goto(f"{address}?lang={lang}" if lang else address)
        page.wait_for_load_state("networkidle")
        found += faults(page, root)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lang", by_turn(["zh", "en"]))
def test_the_map_breaks_no_rule_whatever_is_open(new_city_page: Callable[..., Any], root: Path, lang: str) -> None:
    page = new_city_page()
    open_map(page, f"/?lang={lang}&period=2019-01&region=110101&layers=urban_plant")
    found = faults(page, root)
    for more in (
        "level=township&measure=change_previous",
        f"table=1&beside={A}",
        "second=2019-01/per_km2&values=1&drawer=0",
        f"explain=region/{A}&region={A}",
        "object=urban_plant/F1",
        "details=meter/M1",
    ):
        open_map(page, f"/?lang={lang}&period=2019-01&{more}")
        page.wait_for_load_state("networkidle")
        found += faults(page, root)
    for tab in ("tab-layers", "tab-filters"):
        page.get_by_test_id(tab).click()
        found += faults(page, root)
    page.get_by_test_id("menu-button").click()
    found += faults(page, root, "#menu")  # what it lies on is half covered until it closes
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", by_turn(["tablet lying", "phone upright"]))
def test_docked_panels_break_no_rule(new_city_page: Callable[..., Any], root: Path, size: str) -> None:
    """Every page of the panel, beside the map and below it; English words are the longer ones."""
    width, height, touch, _ = SIZES[size]
    page = new_city_page(**window(width, height, touch))
    open_map(page, f"/?lang=en&period=2019-01&region={A}&layers=urban_plant")
    found = faults(page, root)
    for tab in ("tab-filters", "tab-layers", "tab-legend", "tab-table"):
        page.get_by_test_id(tab).click()
        found += faults(page, root, "#sheet" if size == "phone upright" else "#left")
    open_map(page, "/?lang=en&period=2019-01&details=meter/M1")
    page.wait_for_selector("#details [data-testid=use-table]")
    found += faults(page, root)
    assert not found, "\n".join(found)
