"""The offline map in a real browser with names that want to be more: it shows them, runs none, and asks for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geoapp.reports import content, offline
from geoapp.reports.ask import Ask
from layers.models import Region
from layers.periods import parse_period
from tests import factories as make
from tests.conftest import Watch
from tests.factories import DISTRICT, NORTHERN, SOUTHERN, at
from tests.hostile import HOSTILE
from tests.report_city import make_city

pytestmark = pytest.mark.django_db

# What each object of the map tells under the pointer: [its texts, its elements].
TOLD = """() => {
  const found = [];
  map_1.eachLayer((layer) => {
    if (!layer.feature) return;
    layer.fire("mouseover", { latlng: map_1.getCenter() }, true);
    const told = [...document.querySelectorAll(".leaflet-tooltip > div")].at(-1); // older ones are fading
    found.push([[...told.childNodes].map((node) => node.textContent), [...told.querySelectorAll("*")].map((each) => each.tagName)]);
    layer.fire("mouseout", {}, true);
  });
  return found;
}"""


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1000, "height": 700})
    yield context.new_page()
    context.close()


def test_names_are_shown_as_they_stand(opened: Any, tmp_path: Path) -> None:
    city = make_city()
    for n, name in enumerate(HOSTILE):
        where = at(0.1 + n / 20, 0.5)
        make.FacilityFactory(code=f"<b>{n}</b>", name=name[:120], kind=2, geom=where, declared_region=city[DISTRICT])
    city.settle()
    watch = Watch("")
    watch.follow(opened)
    for name in (text for text in HOSTILE if "<" in text and "pwned" in text):
        Region.objects.filter(code__in=(DISTRICT, NORTHERN, SOUTHERN)).update(name=name[:60])
        make.publish("region")
        _look(opened, tmp_path / "map.html", name[:60])
    assert watch.unexpected == []


def _look(page: Any, file: Path, name: str) -> None:
    file.write_bytes(offline.html(content.build(Ask(DISTRICT, parse_period("2019"), site="http://x/")), "zh"))
    page.goto(file.as_uri())
    page.locator("canvas.leaflet-zoom-animated").wait_for()
    told = page.evaluate(TOLD)
    assert {elements for _, elements in map(_hashable, told)} == {("B", "BR")}
    names = [texts[0] for texts, _ in told]
    assert names.count(name) >= 2 and set(names) >= {text[:120] for text in HOSTILE}
    assert page.locator("#told h1").evaluate("each => each.textContent") == name
    assert page.evaluate("document.title") == f"{' '.join(name.split())} 2019"
    assert (
        page.locator(
            "#told *:not(div, h1, h2, p, i, select, option, button), .leaflet-names-pane *:not(span), .leaflet-control-layers *:not(a, section, div, label, span, input)"
        ).count()
        == 0
    )
    assert page.evaluate("window.pwned") is None


def _hashable(told: list[list[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(told[0]), tuple(told[1])
