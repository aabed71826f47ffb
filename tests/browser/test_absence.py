"""Nought, no record, unchanged, not comparable: four things, and each looks and is called like none of the others."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect

from tests import factories as make
from tests.browser.page_model import by_id, open_map, painted
from tests.factories import NORTHERN, SOUTHERN
from tests.unit.test_colors import APART, STEP, distance

pytestmark = pytest.mark.django_db(transaction=True)

# Litres from January: of the south a nought, then the same twice; of the north nothing, a nought, and what that is not compared with.
LITRES = {"S": (0, 7_000_000, 7_000_000), "N": (None, 0, 5_000_000)}
NOUGHT, STEADY, NONE = 99, 3, -1  # classes, as the map has them


@pytest.fixture
def own_page(transactional_db: None, new_own_page: Callable[..., Any]) -> Any:
    grid = make.make_grid()
    make.meter_in_each_township(LITRES)
    with transaction.atomic():
        grid.settle()
    make.publish()
    return new_own_page()


def colors(swatch: Locator) -> list[str]:
    """The colour of a row of the legend, of a hatched one line and ground."""
    found = swatch.evaluate(
        "row => { const style = getComputedStyle(row.querySelector('.swatch')); return style.backgroundImage + style.backgroundColor; }"
    )
    told = dict.fromkeys(re.findall(r"rgb\((\d+), (\d+), (\d+)\)", found))
    return ["#" + "".join(f"{int(part):02x}" for part in color) for color in told]


def test_nought_no_record_unchanged_and_not_comparable_are_four_things(own_page: Page) -> None:
    page = own_page
    open_map(page, "/?level=township&period=2019-01")
    nought, none = by_id(page, "legend-nought"), by_id(page, "legend-none")
    expect(nought).to_have_attribute("data-count", "1")
    expect(none).to_have_attribute("data-count", "1")
    assert (painted(page, "township", SOUTHERN), painted(page, "township", NORTHERN)) == (NOUGHT, NONE)
    words = [nought.locator("span").first.inner_text(), none.locator("span").first.inner_text()]
    looks = [colors(nought), colors(none)]

    open_map(page, "/?level=township&period=2019-03&measure=change_previous")
    steady = page.locator(f"[data-testid=legend-class][data-class='{STEADY}']")
    expect(steady).to_have_attribute("data-count", "1")
    expect(none).to_have_attribute("data-count", "1")
    assert (painted(page, "township", SOUTHERN), painted(page, "township", NORTHERN)) == (STEADY, NONE)
    hatched = page.evaluate("() => JSON.stringify(shuitu.map.getFilter('hatch-township'))")
    assert NORTHERN in hatched and SOUTHERN not in hatched
    words += [steady.locator("span").first.inner_text(), none.locator("span").first.inner_text()]
    looks += [colors(steady), colors(none)]

    assert len(set(words)) == 4, words
    (of_nought,), (of_steady,) = looks[0], looks[2]
    assert looks[1] == looks[3], "no data are hatched, whatever of"
    line, ground = looks[1]
    assert distance(line, ground, "normal") >= APART
    for one, other in combinations((of_nought, of_steady, ground), 2):
        if ground in (one, other):  # nought and unchanged are on no map together
            assert distance(one, other, "normal") >= STEP, (one, other)
