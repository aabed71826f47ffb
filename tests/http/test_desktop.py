"""What a desktop is given: pages in two languages, a project and styles that are the web map's."""

from __future__ import annotations

import html
import io
import re
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from django.test import Client

from geoapp.colors import SEQUENTIAL
from geoapp.desktop.looks import Usage
from layers import registry
from layers.periods import parse_period
from layers.registry import LEVEL_LAYERS
from tests import factories as make
from tests.factories import A, B, Grid
from tests.grid_world import grid_world

ROOT = "http://testserver"


@pytest.fixture
def grid(db: None) -> Grid:
    found = make.make_grid()
    make.UsageFactory(region=found[A], volume_l=5_000_000)
    make.UsageFactory(region=found[B], volume_l=9_000_000)
    found.settle()
    return found


def project(client: Client, lang: str = "zh") -> ElementTree.Element:
    packed = client.get(f"/desktop/shuitu.qgz?lang={lang}")
    assert packed["Content-Type"] == "application/x-qgis-project"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as opened:
        (name,) = opened.namelist()
        assert name == "shuitu.qgs"
        return ElementTree.fromstring(opened.read(name))


def test_the_project_holds_every_layer_by_stage(client: Client, grid: Grid) -> None:
    make.WaterBodyFactory()
    grid.settle()
    root = project(client)
    groups = {
        group.get("name"): [leaf.get("id") for leaf in group.iter("layer-tree-layer")]
        for group in root.findall("layer-tree-group/layer-tree-group")
    }
    assert list(groups) == ["取水", "供水", "用水", "排水", "底图", "2019 分区用水量", "行政区划"]
    assert groups["取水"] == [
        f"shuitu_{layer}_{kind}" for layer in ("well", "surface_intake") for kind in ("features", "tiles")
    ]
    assert groups["底图"] == [f"shuitu_water_body_{kind}" for kind in ("features", "tiles")]  # of roads there are none
    assert groups["2019 分区用水量"] == [f"shuitu_{layer.id}_usage" for layer in LEVEL_LAYERS.values()]
    listed = [one.findtext("id") for one in root.findall("projectlayers/maplayer")]
    assert listed == [one for group in groups.values() for one in group]
    assert len(set(listed)) == len(listed)


def test_every_address_of_the_project_is_absolute_and_answers(client: Client, grid: Grid) -> None:
    templates = set()
    for source in project(client).iter("datasource"):
        text = unquote(source.text or "")
        assert f"{ROOT}/" in text
        found = re.search(r"url=(http://[^&]+?)(?:&zmin=(\d+)&zmax=\d+)?$", text)
        if found and found[2]:
            templates.add((found[1], found[2]))
    assert len(templates) == len(project(client).findall("projectlayers/maplayer[@type='vector-tile']"))
    for template, z in templates:
        url = template.replace("{z}", z).replace("{x}", "0").replace("{y}", "0").removeprefix(ROOT)
        assert client.get(url).status_code in (200, 204), url


def test_the_choropleth_has_the_classes_of_the_api(client: Client, grid: Grid) -> None:
    told = client.get("/api/stats?level=village&period=2019&k=6&measure=volume").json()["classes"]["breaks"]
    (layer,) = (one for one in project(client).iter("maplayer") if one.findtext("id") == "shuitu_village_usage")
    expressions = [style.get("expression") or "" for style in layer.findall("renderer/styles/style")]
    assert len(expressions) == len(told) + 2, "the classes and no record"
    assert [found for one in expressions for found in re.findall(r">= ([\d.]+)", one)] == [repr(float(b)) for b in told]


@pytest.mark.parametrize(
    ("breaks", "colors"),
    [((), [3]), ((1.0,), [0, 5]), ((1.0, 2.0), [0, 3, 5]), ((1.0, 2.0, 3.0, 4.0, 5.0), [0, 1, 2, 3, 4, 5])],
)
def test_fewer_classes_spread_the_ramp(breaks: tuple[float, ...], colors: list[int]) -> None:
    assert Usage(parse_period("2019"), breaks).colors == [SEQUENTIAL[place] for place in colors]


def test_classes_part_every_amount_once() -> None:
    usage = Usage(parse_period("2019"), (10.0, 20.0))
    amounts = [0, 0.5, 10, 15, 20, 1e9, -3]

    def holds(expression: str, amount: float) -> bool:
        head = 'coalesce(to_real("m3_per_km2") * to_real("area_m2") / 1000000, 0)'
        return bool(
            eval(expression.replace(head, str(amount)).replace("AND", "and").replace("<>", "!=").replace(" = ", " == "))
        )

    classes = usage.classes("zh")
    found = [[place for place, (_, text, _) in enumerate(classes) if holds(text, amount)] for amount in amounts]
    assert found == [[3], [0], [1], [1], [2], [2], [0]]
    assert [name for name, _, _ in classes] == ["< 10 m³", "10 ~ 20 m³", "≥ 20 m³", "无记录"]


def test_classes_are_named_as_the_legend_of_the_web_names_them() -> None:
    large = Usage(parse_period("2019"), (500.0, 20_000.0, 1_500_000.0))
    assert [name for name, _, _ in large.classes("zh")] == [
        "< 0.05 万 m³", "0.05 ~ 2 万 m³", "2 ~ 150 万 m³", "≥ 150 万 m³", "无记录",
    ]  # fmt: skip
    assert [name for name, _, _ in large.classes("en")][1] == "500 – 20,000 m³"
    larger = Usage(parse_period("2019"), (50_000.0, 200_000.0, 1_500_000.0))
    assert [name for name, _, _ in larger.classes("en")][1] == "0.05 – 0.2 million m³"


def test_the_grid_has_the_classes_of_the_web_map(client: Client, db: None) -> None:
    grid_world()
    told = client.get("/api/stats/cells?level=grid_500&period=2019&k=6").json()["classes"]["period"]["breaks"]
    root = project(client)
    (layer,) = (one for one in root.iter("maplayer") if one.findtext("id") == "shuitu_grid_500_usage")
    expressions = [style.get("expression") or "" for style in layer.findall("renderer/styles/style")]
    assert told
    assert len(expressions) == len(told) + 2, "the classes and no record"
    assert [found for one in expressions for found in re.findall(r">= ([\d.]+)", one)] == [repr(float(b)) for b in told]
    groups = {one.get("name"): one.get("checked") for one in root.findall("layer-tree-group/layer-tree-group")}
    assert (groups["2019 网格用水量"], groups["2019 分区用水量"]) == ("Qt::Unchecked", "Qt::Checked")
    rules = ElementTree.fromstring(client.get("/desktop/grid_500.qml?period=2019").content).iter("rule")
    assert [rule.get("filter") for rule in rules] == expressions


def test_the_project_in_english(client: Client, grid: Grid) -> None:
    root = project(client, "en")
    names = [group.get("name") for group in root.findall("layer-tree-group/layer-tree-group")]
    assert names == ["Take", "Supply", "Use", "Drain", "Use by region, 2019", "Regions"]


@pytest.mark.parametrize(
    "layer", [one for one in registry.LAYERS if not one.dataset.builds], ids=lambda layer: layer.id
)
def test_every_layer_has_a_style(client: Client, grid: Grid, layer: registry.Layer) -> None:
    response = client.get(f"/desktop/{layer.id}.qml")
    style = ElementTree.fromstring(response.content)
    aliases = {one.get("field"): one.get("name") for one in style.iter("alias")}
    assert set(aliases) == {field.name for field in layer.listed_fields}
    assert style.find("renderer-v2/symbols/symbol") is not None
    assert client.get(f"/desktop/{layer.id}.qml", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_a_style_of_a_period(client: Client, grid: Grid) -> None:
    style = ElementTree.fromstring(client.get("/desktop/village.qml?period=2019-01&lang=en").content)
    labels = [rule.get("label") for rule in style.iter("rule")]
    assert labels[-1] == "No record"
    assert client.get("/desktop/well.qml?period=2019").status_code == 400
    assert client.get("/desktop/nothing.qml").status_code == 404


@pytest.mark.parametrize(("lang", "word"), [("zh", "复制"), ("en", "Copy")])
def test_the_page_gives_absolute_addresses_to_copy(client: Client, grid: Grid, lang: str, word: str) -> None:
    text = client.get(f"/desktop/?lang={lang}").content.decode()
    copied = re.findall(r'data-copy="([^"]+)"', text)
    assert len(copied) == text.count(f">{word}</button>")
    assert f"{ROOT}/ogc/" in copied
    assert all(ROOT in one for one in copied)
    for path in re.findall(r'href="(/(?:desktop|feeds|styles|tiles)/[^"]*)"', text):
        assert client.get(html.unescape(path)).status_code == 200, path


def test_the_list_of_feeds_is_for_people_and_programs(client: Client, grid: Grid) -> None:
    page = client.get("/feeds/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page["Content-Type"], "Accept" in page["Vary"]) == ("text/html; charset=utf-8", True)
    listed = client.get("/feeds/").json()["feeds"]
    for feed in listed:
        for url in feed["links"].values():
            assert f'href="{url}"' in page.content.decode()
    assert client.get("/feeds/?f=html&lang=en").content.decode().count('data-testid="feed"') == len(listed)
    assert client.get("/feeds/?f=pdf").status_code == 400
