"""What a view is taken away as: the link, a frame, its table, its objects, a picture, a sheet of paper. The figures are the map's, and
each says what it is of."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.page_model import PHONE, by_id, choose, open_map, wait_level, wait_region
from tests.browser.test_accessible import faults
from tests.city import City
from tests.thorough import by_turn

MM_PER_POINT = 25.4 / 72
PAPERS = {
    "a4_landscape": (297, 210), "a4_portrait": (210, 297), "a3_landscape": (420, 297), "a3_portrait": (297, 420),
}  # fmt: skip
# What the page shows of every region, by code: litres, and the measure that is chosen.
SHOWN = "() => Object.fromEntries([...shuitu.context.shown.picture.values].map(([code, value]) => [code, [value.volume_l, value.before_l]]))"
CLASSES = "() => shuitu.context.shown.picture.scale.colors"


def opened(page: Page, address: str = "/") -> None:
    open_map(page, address)
    page.wait_for_timeout(500)  # the camera comes to rest and is written down
    by_id(page, "take").click()
    expect(by_id(page, "take-panel")).to_be_visible()


def address_of(page: Page, test_id: str) -> str:
    return str(by_id(page, test_id).get_attribute("href"))


def rows(page: Page, test_id: str = "table-csv") -> list[dict[str, str]]:
    """The table of a link, in the names of the interface."""
    answer = page.request.get(address_of(page, test_id).replace("&lang=zh", ""))
    assert answer.ok, answer.text()
    return list(csv.DictReader(io.StringIO(answer.text().lstrip("\ufeff"))))


def number(text: str) -> int | None:
    return int(text) if text else None


@pytest.mark.turns(2)
def test_the_panel_by_keyboard_and_by_the_rules(page: Any, root: Path) -> None:
    open_map(page, "/?layers=urban_plant&region=110108")
    by_id(page, "take").focus()
    page.keyboard.press("Enter")
    expect(by_id(page, "take-panel")).to_be_visible()
    assert faults(page, root) == []
    page.keyboard.press("Escape")
    expect(by_id(page, "take-panel")).to_have_count(0)
    expect(by_id(page, "take")).to_be_focused()
    wait_region(page, "110108")  # Esc closed the panel, and nothing else


def test_on_a_phone_nothing_lies_beyond_the_edge(new_page: Callable[..., Any], root: Path) -> None:
    page = new_page(**PHONE)
    opened(page, "/?lang=en&layers=urban_plant")
    beyond = """() => [...document.querySelectorAll('#take *')].filter(each => each.getBoundingClientRect().right > innerWidth + 1).map(each => each.outerHTML.slice(0, 90))"""
    assert page.evaluate(beyond) == []
    small = """() => [...document.querySelectorAll('#take button, #take a')].filter(each => each.getBoundingClientRect().height < 43.5).map(each => each.outerHTML.slice(0, 90))"""
    assert page.evaluate(small) == []
    assert faults(page, root) == []


@pytest.mark.parametrize(
    "asked",
    by_turn([
        "period=2019", "period=2019-07&source=self_built_well,village&level=township",
        "period=2019-07&purpose=residential&measure=change_previous", "period=2019-03&versus=2019-08&measure=difference&level=township",
        "period=2019&resident=no&measure=per_km2",
    ], 2),
)  # fmt: skip
def test_the_table_has_the_figures_of_the_map(page: Any, asked: str) -> None:
    opened(page, f"/?{asked}")
    shown = page.evaluate(SHOWN)
    table = rows(page)
    assert {row["code"]: number(row["volume_l"]) for row in table} == {code: now for code, (now, _) in shown.items()}
    if "measure=change" in asked or "difference" in asked:
        assert {row["code"]: number(row["previous_l"]) for row in table} == {
            code: then for code, (_, then) in shown.items()
        }
    sheet = openpyxl.load_workbook(io.BytesIO(page.request.get(address_of(page, "table-xlsx")).body()))
    assert sheet.worksheets[0].max_row == len(table) + 1
    assert "lang=zh" in address_of(page, "table-xlsx")  # headings in the language of the page


@pytest.mark.turns(2)
def test_the_table_of_a_region_and_of_the_view(page: Any) -> None:
    opened(page, "/?period=2019-07&region=110108&level=township&source=new_water")
    shown = page.evaluate(SHOWN)
    assert {row["code"] for row in rows(page)} == {code for code in shown if code.startswith("110108")}
    choose(page, "take-scope", "city")
    assert len(rows(page)) == len(shown)
    choose(page, "take-scope", "view")
    part = rows(page)
    assert 0 < len(part) < len(shown)
    assert all(number(row["volume_l"]) == shown[row["code"]][0] for row in part)


def test_of_two_maps_each_has_its_table(page: Any) -> None:
    opened(page, "/?period=2019-07&second=2019-01/per_km2")
    for number_of, period, words in (
        (1, "2019-07", "图 1 · 2019年7月 · 用水量"),
        (2, "2019-01", "图 2 · 2019年1月 · 单位面积用水量"),
    ):
        expect(by_id(page, f"table-of-{number_of}")).to_contain_text(words)
        shown = page.evaluate(
            SHOWN if number_of == 1 else SHOWN.replace("context.shown", "context.second.context.shown")
        )
        table = rows(page, "table-csv" if number_of == 1 else "second-csv")
        assert {row["code"]: number(row["volume_l"]) for row in table} == {
            code: now for code, (now, _) in shown.items()
        }
        xlsx = urlsplit(address_of(page, "table-xlsx" if number_of == 1 else "second-xlsx"))
        assert xlsx.path.endswith(".xlsx") and parse_qs(xlsx.query)["period"] == [period]
    # One period is one table.
    by_id(page, "take-close").click()
    page.evaluate("shuitu.context.store.set({second: {period: '2019-07', measure: 'per_km2', versus: ''}})")
    page.wait_for_function("() => shuitu.context.second.context.shown.period === '2019-07'")
    by_id(page, "take").click()
    expect(by_id(page, "table-of-1")).to_contain_text("图 1、图 2")
    expect(by_id(page, "second-csv")).to_have_count(0)


@pytest.mark.turns(2)
def test_the_table_of_cells(page: Any) -> None:
    opened(page, "/?period=2019-07&level=grid&region=110101&map=12.0/39.92/116.41")
    page.wait_for_selector("html[data-cells]", state="attached")
    assert urlsplit(address_of(page, "table-csv")).path in ("/feeds/grid_500.csv", "/feeds/district.csv")
    by_id(page, "take-close").click()
    by_id(page, "take").click()
    table = rows(page)
    answer = page.request.get("/api/stats/cells?level=grid_500&period=2019-07&k=6").json()
    assert urlsplit(address_of(page, "table-csv")).path == "/feeds/grid_500.csv"
    assert {row["township"][:6] for row in table} == {"110101"}
    choose(page, "take-scope", "city")
    assert sum(number(row["volume_l"]) or 0 for row in rows(page)) == answer["months"][0]["assigned_l"]


@pytest.mark.turns(2)
def test_the_objects_keep_their_conditions_and_their_region(page: Any, city: City) -> None:
    opened(page, "/?layers=well,urban_plant&where=well.use:irrigation&region=110116")
    asked = parse_qs(urlsplit(address_of(page, "objects-well-geojson")).query)
    assert asked == {"use": ["irrigation"], "region": ["110116"]}
    found = page.request.get(address_of(page, "objects-well-geojson")).json()["features"]
    count = page.request.get("/api/layers/well/features?use=irrigation&region=110116&limit=1").json()["count"]
    assert len(found) == count > 0
    packed = page.request.get(address_of(page, "objects-urban_plant-gpkg"))
    assert packed.ok and packed.body().startswith(b"SQLite format 3")
    choose(page, "take-scope", "view")
    west, south, east, north = map(
        float, parse_qs(urlsplit(address_of(page, "objects-well-geojson")).query)["bbox"][0].split(",")
    )
    for one in page.request.get(address_of(page, "objects-well-geojson")).json()["features"]:
        lon, lat = one["geometry"]["coordinates"]
        assert west <= lon <= east and south <= lat <= north and one["properties"]["use"] == "irrigation"


def test_without_layers_it_says_how_objects_come_here(page: Any) -> None:
    opened(page)
    expect(by_id(page, "no-objects")).to_be_visible()
    assert address_of(page, "take-project") == "/desktop/shuitu.qgz"
    assert page.request.head(address_of(page, "take-project")).ok
    expect(by_id(page, "report").last).to_be_visible()


@pytest.mark.turns(2)
def test_the_frame_shows_the_map_alone_and_leads_to_the_whole(page: Any, new_page: Callable[..., Any]) -> None:
    opened(page, "/?period=2019-07&region=110108")
    by_id(page, "embed").click()
    text = by_id(page, "embed-text").input_value()
    assert text.startswith("<iframe ") and "embed=1" in text
    frame = new_page(viewport={"width": 640, "height": 460})
    open_map_alone(frame, text.split('src="')[1].split('"')[0].replace("&amp;", "&"))
    for hidden in ("drawer", "timebar", "take", "menu-button", "legend"):
        expect(by_id(frame, hidden)).to_be_hidden()
    expect(by_id(frame, "legend-line")).to_be_visible()
    line = by_id(frame, "embed-line")
    expect(line).to_contain_text("2019年7月")
    expect(by_id(frame, "embed-version")).to_contain_text(by_id(page, "as-of").get_attribute("data-version"))
    expect(by_id(frame, "embed-sources")).to_contain_text("天地图")
    expect(by_id(frame, "embed-synthetic")).to_be_visible()
    box, legend = line.bounding_box(), by_id(frame, "legend-line").bounding_box()
    assert legend["y"] + legend["height"] <= box["y"] and box["y"] + box["height"] <= 460.5
    whole = str(by_id(frame, "embed-whole").get_attribute("href"))
    assert "embed" not in whole and "period=2019-07" in whole and "region=110108" in whole
    assert "embed=1" in frame.url  # moved or not, it stays what it is


def open_map_alone(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")


def drawn(page: Page, size: str) -> tuple[Image.Image, list[str]]:
    """The picture as it was downloaded, and every word on it."""
    by_id(page, "png-size").select_option(size)
    with page.expect_download(timeout=90_000) as download:
        by_id(page, "png").click()
    assert download.value.suggested_filename.endswith(".png")
    image = Image.open(download.value.path())
    image.load()
    return image, page.evaluate("() => shuituPicture.words")


def painted(image: Image.Image, color: str) -> int:
    """Pixels of a colour of the map."""
    wanted = tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
    small = image.convert("RGB")
    return sum(
        count
        for count, found in small.getcolors(1 << 24) or []
        if max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 2
    )


# Pixels, how many of them for one of the page's, and dots an inch.
SIZES = {
    "screen": ((1440, 900), 1.0, None), "hd": ((1920, 1080), 1.25, None), "uhd": ((3840, 2160), 2.5, None),
    "a4_landscape": ((1754, 1240), 1.5625, 150), "a4_portrait": ((1240, 1754), 1.5625, 150),
    "a3_landscape": ((2480, 1754), 1.5625, 150), "a3_portrait": ((1754, 2480), 1.5625, 150),
}  # fmt: skip
SWATCH = 20 * 13


@pytest.mark.drawn
def test_pictures_of_every_size_say_what_they_are_of(page: Any) -> None:
    opened(page, "/?period=2019-07&source=new_water&layers=urban_plant")
    colors = page.evaluate(CLASSES)
    version = by_id(page, "as-of").get_attribute("data-version")
    legend = by_id(page, "legend-class").locator("span.num").all_inner_texts()
    for size in ("screen", *by_turn([each for each in SIZES if each != "screen"])):
        pixels, ratio, dpi = SIZES[size]
        image, words = drawn(page, size)
        assert image.size == pixels
        assert dpi is None or [round(each) for each in image.info["dpi"]] == [dpi, dpi]
        # The map is drawn: there is far more of the classes than their swatches; of one that a small district has alone, hardly more.
        of_classes = sum(painted(image, color) for color in colors)
        assert of_classes > 15 * len(colors) * SWATCH * ratio**2, size
        text = "\n".join(words)
        for said in (
            "北京市用水量",
            "2019年7月 · 区 · 新水",
            "万 m³",
            "最大",
            "城镇公共供水厂",
            "演示数据",
            "km",
            "天地图",
            f"数据版本 {version}",
        ):
            assert said in text, (size, said)
        assert legend and set(legend) <= set(words)
        # Whoever finds the file without its page can read where it is from.
        assert image.info["Title"] == "北京市用水量"
        assert "2019年7月" in image.info["Description"] and "source=new_water" in image.info["Source"]
        assert "合成" in image.info["Comment"]


@pytest.mark.turns(2)
@pytest.mark.drawn
def test_a_picture_of_cells_in_english(page: Any) -> None:
    open_map(page, "/?lang=en&period=2019-07&level=grid&unsure=1&map=11.5/39.92/116.41")
    page.wait_for_selector("html[data-cells]", state="attached")
    by_id(page, "take").click()
    image, words = drawn(page, "screen")
    colors = page.evaluate("() => shuitu.context.cells.scale.colors")
    assert sum(painted(image, color) > 100 for color in colors) >= len(colors) - 1
    text = "\n".join(words)
    assert "Beijing: Water use" in text and "Jul 2019 · 500 m grid" in text and "By area ≥ 80%" in text


def test_there_is_rather_no_picture_than_one_that_lacks_a_part(page: Any, watch: Any) -> None:
    watch.allow(r"status of 500|Internal Server Error|AJAXError")
    opened(page, "/?period=2019-07")
    page.route("**/*.pbf", lambda route: route.fulfill(status=500))
    by_id(page, "png").click()
    expect(by_id(page, "take-said")).to_contain_text("请再试", timeout=60_000)
    expect(by_id(page, "png-file")).to_have_count(0)
    expect(by_id(page, "png")).to_be_enabled()


def printed(page: Page, paper: str) -> pypdfium2.PdfDocument:
    by_id(page, "paper").select_option(paper)
    by_id(page, "print").click()
    page.wait_for_selector(f"html[data-printing={paper}]", state="attached", timeout=60_000)
    made = page.pdf(prefer_css_page_size=True, print_background=True)
    return pypdfium2.PdfDocument(made)


@pytest.mark.drawn
def test_a_sheet_is_one_page_of_its_paper(page: Any) -> None:
    page.add_init_script("window.print = () => undefined")  # there is no printer here
    opened(page, "/?period=2019-07&level=township&layers=urban_plant&region=110108")
    wait_level(page, "township")
    version = by_id(page, "as-of").get_attribute("data-version")
    legend = by_id(page, "legend-class").locator("span.num").all_inner_texts()
    colors = page.evaluate(CLASSES)
    for paper in by_turn(list(PAPERS), 2):
        millimetres = PAPERS[paper]
        with printed(page, paper) as file:
            assert len(file) == 1
            assert tuple(round(each * MM_PER_POINT) for each in file[0].get_size()) == millimetres
            text = file[0].get_textpage().get_text_range()
            for said in (
                "北京市用水量",
                "2019年7月",
                "框出：海淀区",
                "万 m³",
                "最大",
                "城镇公共供水厂",
                "演示数据",
                "km",
                "天地图",
                "level=township",
                f"数据版本 {version}",
                *legend,
            ):
                assert said in text, (paper, said)
            image = file[0].render(scale=1).to_pil()
            assert all(painted(image, color) > 200 for color in colors)
        page.evaluate("() => dispatchEvent(new Event('afterprint'))")
        expect(page.locator("#print-sheet")).to_have_count(0)
