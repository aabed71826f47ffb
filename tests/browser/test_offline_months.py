"""The offline map turned between its period and its months, in a real browser: every figure on it is the API's for that period."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from geoapp.colors import NO_DATA, NOUGHT, ramp
from geoapp.reports import content, figures, offline
from geoapp.reports.ask import Ask
from layers import place
from layers.models import UsageRecord
from layers.periods import parse_period
from layers.stats.absence import share
from tests import factories as make
from tests.factories import CITY, DISTRICT, NORTHERN, SOUTHERN
from tests.report_city import make_city
from tests.thorough import by_turn

pytestmark = pytest.mark.django_db
MONTHS = [f"2019-{month:02}" for month in range(1, 13)]

# Of each region by its name: what it tells under the pointer, and its colour.
REGIONS = """() => {
  const found = {};
  map_1.eachLayer((layer) => {
    if (!layer.feature?.properties.litres) return;
    layer.fire("mouseover", { latlng: map_1.getCenter() }, true);
    const told = [...document.querySelectorAll(".leaflet-tooltip > div")].at(-1);
    const [name, , figure] = [...told.childNodes].map((node) => node.textContent);
    found[name] = [figure, layer.options.fillColor];
    layer.fire("mouseout", {}, true);
  });
  return found;
}"""
NAMES = """() => [...document.querySelectorAll(".leaflet-names-pane span")].filter((each) => each.style.visibility === "visible")
  .map((each) => { const { left, top, right, bottom } = each.getBoundingClientRect(); return [left, top, right, bottom, parseFloat(getComputedStyle(each).fontSize)]; })"""


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def use(code: str, month: str) -> Any:
    return UsageRecord.objects.filter(region__code__startswith=code, month=f"{month}-01")


def file_of(path: Path, region: str = DISTRICT, period: str = "2019", lang: str = "zh") -> str:
    report = content.build(Ask(region, parse_period(period), site="http://x/", lang=lang))
    path.write_bytes(offline.html(report, lang))
    return path.as_uri()


def uneven(north: str = NORTHERN) -> None:
    """A city whose northern township has no record in May, and a nought in June; some water of its district is known higher up only."""
    city = make_city()
    use(north, "2019-05").delete()
    use(north, "2019-06").update(volume_l=0)
    make.UsageFactory(meter=make.MeterFactory(geom=None), month=date(2019, 3, 1), volume_l=33_000_000)
    city.settle()


@pytest.mark.parametrize(
    ("region", "lang"), by_turn([(DISTRICT, "zh"), (CITY, "zh"), (DISTRICT, "en"), (SOUTHERN, "en")], 2)
)
def test_each_period_has_the_figures_of_the_api(
    opened: Any, client: Client, tmp_path: Path, region: str, lang: str
) -> None:
    uneven()
    opened.goto(file_of(tmp_path / "map.html", region, lang=lang))
    data = json.loads(opened.locator("#data").text_content())
    level = {CITY: "district", DISTRICT: "township", SOUTHERN: "village"}[region]
    told = set()
    for at, period in enumerate(["2019", *MONTHS]):
        opened.locator("#chooser select").select_option(index=at)
        asked = {"level": level, "period": period, "parent": "" if region == CITY else region}
        api = client.get("/api/stats", asked).json()
        heading = opened.locator("#head").inner_text()
        name = figures.period(f"{period}-01"[:7], f"{period}-12"[:7], lang)
        assert f"{name} · {figures.volume(api['total_l'], lang)}" in heading
        breaks = data["scales"]["month" if at else "whole"]["breaks"]
        found = opened.evaluate(REGIONS)
        assert len(found) == len(api["rows"])
        for row in api["rows"]:
            shown, color = found[place.read().called(row["code"], row["name"], lang)]
            volume = row["volume_l"]
            if volume is None:
                assert (shown, color) == ({"zh": "无数据", "en": "no data"}[lang], NO_DATA)
            else:
                part = figures.percent(share(volume, api["total_l"]))
                assert shown == f"{figures.volume(volume, lang)} · {part}"
                assert color == (
                    ramp(len(breaks) + 1)[sum(volume / 1000 >= each for each in breaks)] if volume else NOUGHT
                )
            told.add((volume or 0) > 0 if volume is not None else None)
        hidden = sum(gap["volume_l"] for gap in api["gaps"])
        assert (figures.volume(hidden, lang) in heading) == (hidden > 0) or len(api["gaps"]) > 1
        absent = any(row["volume_l"] is None for row in api["rows"])
        assert ({"zh": "无数据", "en": "no data"}[lang] in opened.locator("#key").inner_text()) == absent
    assert told >= ({True, None, False} if region == DISTRICT else {True})


def test_a_period_over_a_years_end_has_its_own_months_alone(opened: Any, client: Client, tmp_path: Path) -> None:
    make_city()
    opened.goto(file_of(tmp_path / "map.html", period="2018-11..2019-02"))
    names = opened.locator("#chooser option").all_text_contents()
    months = ["2018-11", "2018-12", "2019-01", "2019-02"]
    assert names == [figures.period("2018-11", "2019-02", "zh"), *(figures.month_long(month, "zh") for month in months)]
    for at, period in enumerate(["2018-11..2019-02", *months]):
        opened.locator("#chooser select").select_option(index=at)
        asked = {"level": "township", "period": period, "parent": DISTRICT}
        total = figures.volume(client.get("/api/stats", asked).json()["total_l"], "zh")
        assert opened.locator("#head > div p").first.inner_text() == f"{names[at]} · {total}"


def test_months_are_drawn_by_one_scale_which_is_the_maps(opened: Any, client: Client, tmp_path: Path) -> None:
    make_city()
    opened.goto(file_of(tmp_path / "map.html"))
    keys = set()
    for at in range(13):
        opened.locator("#chooser select").select_option(index=at)
        keys.add((at > 0, opened.locator("#key > div").first.inner_text()))
    assert len(keys) == 2 and all("各月同一套" in text or not month for month, text in keys)
    classes = client.get("/api/stats/series", {"level": "township", "k": 6}).json()["classes"]["volume"]
    data = json.loads(opened.locator("#data").text_content())
    assert data["scales"]["month"]["breaks"] == classes["month"]["breaks"]
    whole = client.get("/api/stats", {"level": "township", "period": "2019", "k": 6}).json()["classes"]
    assert data["scales"]["whole"]["breaks"] == whole["breaks"]


def test_a_figure_is_written_as_python_writes_it(opened: Any, tmp_path: Path) -> None:
    make_city()
    litres = [
        0,
        1,
        49,
        50,
        2_500,
        9_949,
        9_951,
        12_500,
        13_500,
        999_499,
        10**6,
        99_999_499,
        10**8,
        1_002_500_000,
        1_003_500_000,
        3_731_657_000_123,
    ]
    for lang in ("zh", "en"):
        opened.goto(file_of(tmp_path / f"{lang}.html", lang=lang))
        written = opened.evaluate(
            "(litres) => { const { units } = JSON.parse(document.getElementById('data').textContent);"
            " return litres.flatMap((each) => [volumeText(each, units), volumeText(-each, units)]); }",
            litres,
        )
        assert written == [figures.volume(sign * each, lang) for each in litres for sign in (1, -1)]
        parts = [0.0, 0.0001, 0.0005, 0.00125, 0.5, 0.12345, 0.9994, 0.99951, 0.99999, 1.0]
        assert opened.evaluate("(parts) => parts.map(percentText)", parts) == [figures.percent(each) for each in parts]


def test_a_report_of_one_month_has_nothing_to_choose(opened: Any, tmp_path: Path) -> None:
    make_city()
    opened.goto(file_of(tmp_path / "map.html", period="2019-07"))
    assert opened.locator("#chooser").count() == 0 and "2019年7月 · " in opened.locator("#head").inner_text()
    assert all(len(text.split("·")) == 2 for text, _ in opened.evaluate(REGIONS).values())


def test_the_switch_is_for_keyboards(opened: Any, tmp_path: Path) -> None:
    make_city()
    opened.goto(file_of(tmp_path / "map.html", lang="en"))
    first = opened.locator("#head > div p").first
    back, chosen, on = opened.locator("#chooser > *").all()
    assert [back.get_attribute("aria-label"), on.get_attribute("aria-label")] == ["Previous period", "Next period"]
    chosen.focus()
    opened.keyboard.press("ArrowDown")
    assert first.inner_text().startswith("Jan 2019 · ")
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    assert first.inner_text().startswith("Feb 2019 · ")
    opened.keyboard.press("Shift+Tab")
    opened.keyboard.press("Shift+Tab")
    for _ in range(3):  # one more than there are: it ends at the first, and the focus stays
        opened.keyboard.press("Enter")
    assert first.inner_text().startswith("2019 · ") and back.get_attribute("aria-disabled") == "true"
    assert opened.evaluate("document.activeElement.textContent") == "‹"


@pytest.mark.parametrize("lang", by_turn(["zh", "en"]))
def test_names_never_lie_over_each_other_and_there_are_more_when_nearer(opened: Any, tmp_path: Path, lang: str) -> None:
    city = make_city()
    for n, code in enumerate((NORTHERN, SOUTHERN)):
        city[code].name = f"很长很长的街道名称第{n}号"
        city[code].save()
    make.publish("region")
    opened.set_viewport_size({"width": 500, "height": 700})
    opened.goto(file_of(tmp_path / "map.html", DISTRICT, lang=lang))
    seen = []
    for zoom in range(8, 15):
        opened.evaluate("(zoom) => map_1.setZoom(zoom, { animate: false })", zoom)
        boxes = opened.evaluate(NAMES)
        assert all(box[4] >= 12 for box in boxes)
        assert not [
            1
            for i, a in enumerate(boxes)
            for b in boxes[:i]
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        ]
        seen.append(len(boxes))
    assert seen[0] == 0 and max(seen) == 2


@pytest.mark.parametrize("lang", by_turn(["zh", "en"]))
def test_on_a_phone_everything_is_in_reach(browser: Any, tmp_path: Path, lang: str) -> None:
    uneven()
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(file_of(tmp_path / "map.html", lang=lang))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator('meta[name="viewport"]').get_attribute("content") == "width=device-width, initial-scale=1"
    for each in page.locator("#chooser > *, .leaflet-control-zoom a, .leaflet-control-layers-toggle").all():
        box = each.bounding_box()
        assert box["width"] >= 44 and box["height"] >= 44
    # By the keyboard: the browser of the tests follows a finger with a pointer, from which what it opened closes again.
    page.locator(".leaflet-control-layers-toggle").press("Enter")
    assert all(
        row.bounding_box()["height"] >= 44 for row in page.locator(".leaflet-control-layers-overlays label").all()
    )
    boxes = [page.locator(each).bounding_box() for each in ("#head", ".folium-map", "#key")]
    assert all(a["y"] + a["height"] <= b["y"] + 1 for a, b in pairwise(boxes))
    assert boxes[1]["height"] >= 0.55 * 844
    assert page.evaluate("document.scrollingElement.scrollHeight") >= boxes[2]["y"] + boxes[2]["height"] - 1
    assert page.evaluate("(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(window.key)") == 0
    words = page.evaluate(
        "[...document.querySelectorAll('.leaflet-control a')].map((each) => each.title).filter(Boolean)"
    )
    assert words == {"zh": ["放大", "缩小", "图层"], "en": ["Zoom in", "Zoom out", "Layers"]}[lang]
    assert re.fullmatch(r"\d+ k?m", page.locator(".leaflet-control-scale").inner_text())
    context.close()


@pytest.mark.parametrize("lang", by_turn(["zh", "en"]))
def test_on_paper_it_is_one_page_with_all_that_a_map_needs(opened: Any, tmp_path: Path, lang: str) -> None:
    uneven()
    opened.goto(file_of(tmp_path / "map.html", lang=lang))
    opened.locator("#chooser select").select_option(index=5)
    opened.mouse.move(900, 700)
    pointed = opened.locator(".leaflet-tooltip").inner_text().splitlines()[-1]
    before = opened.evaluate("[map_1.getZoom(), map_1.getCenter().lat]")
    with pypdfium2.PdfDocument(io.BytesIO(opened.pdf(prefer_css_page_size=True))) as printed:
        assert len(printed) == 1 and [round(side) for side in printed[0].get_size()] == [595, 842]
        text = printed[0].get_textpage().get_text_range()
        colors = {color for _, color in printed[0].render(scale=2).to_pil().convert("RGB").getcolors(1 << 24)}
    heading = opened.locator("#head h1").inner_text()
    told = {
        "zh": ("2019年5月 · ", "数据版本", "含合成数据", "边界：", "无数据"),
        "en": ("May 2019 · ", "Data version", "Contains synthetic", "Boundaries: ", "no data"),
    }
    assert pointed and pointed not in text  # what was under the pointer is no part of the map
    assert heading in text and all(each in text for each in told[lang] if each in opened.locator("#told").inner_text())
    assert re.search(r"\d+ k?m", text) and not set("‹›+−") & set(text)
    drawn = {f"#{r:02x}{g:02x}{b:02x}" for r, g, b in colors}
    assert {color for _, color in opened.evaluate(REGIONS).values()} <= drawn
    assert opened.evaluate("[map_1.getZoom(), map_1.getCenter().lat]") == pytest.approx(before)  # as it was
    assert opened.evaluate("document.body.className") == ""


def test_the_file_grows_by_one_array_a_region(opened: Any, tmp_path: Path) -> None:
    make_city()
    opened.goto(file_of(tmp_path / "map.html"))
    data = json.loads(opened.locator("#data").text_content())
    regions = data["layers"][0]["features"]
    assert all(len(each["properties"]["litres"]) == 13 == len(data["periods"]) for each in regions)
    assert all(set(each["properties"]) == {"told", "litres", "at"} for each in regions)
