"""Maps that can be read: whose classes, which facility, how many where dots were a blot, and nought beside no data."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from django.test import Client

from geoapp.reports import content, document, ground, press, tables, workbook
from geoapp.reports.ask import Ask
from geoapp.reports.classed import value_of
from geoapp.reports.drawing import density, palette
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import Figure, begin
from geoapp.reports.drawing.svg import Canvas
from geoapp.reports.layouts.layout import FACILITY_ROWS, ReportLayout
from geoapp.reports.structure import MapClasses, Report
from layers.periods import parse_period
from layers.stats.classes import classify
from tests.factories import DISTRICT
from tests.report_city import make_city
from tests.standing import standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
city = standing(lambda _: make_city())


def build(**more: Any) -> Report:
    return content.build(Ask(DISTRICT, parse_period("2019"), **{"site": "http://x/", **more}))


def maps(report: Report, **changed: Any) -> dict[str, Figure]:
    found = replace(ground.read(report), **changed)
    return {figure.key: figure for figure in document.draw(report, found, report.names_in).maps}


def texts(figure: Figure) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", figure.svg)


def own(report: Report) -> Report:
    """With classes of its own at both levels, as a region of many parts has them."""
    found = {}
    for level, lines in ((report.child_level, report.children), (report.grand_level, report.grandchildren)):
        for measure in ("volume", "per_km2"):
            values = [value for line in lines if (value := value_of(line, measure)) is not None]
            cut = classify(values, "quantiles", 3)
            found[f"{level}/{measure}"] = MapClasses(measure, tuple(cut.breaks), cut.method)
    return replace(report, own_classes=found)


@pytest.mark.parametrize(
    ("lang", "of_city", "of_own"),
    [("zh", "全市分级", "本区分级"), ("en", "classes of the city", "classes of this district alone")],
)
def test_each_map_says_whose_classes_it_has(lang: str, of_city: str, of_own: str) -> None:
    report = build(lang=lang)
    assert report.own_classes == {}  # of two townships the city's classes are read as well
    for key, figure in maps(report).items():
        assert (of_city in figure.title) == ("volume" in key or "per_km2" in key), key
        assert of_own not in figure.title
    found = maps(own(report))
    for key in ("township-volume", "village-per_km2"):
        assert of_own in found[key].title and of_city in texts(found[key]) and of_city not in found[key].title
        colors = set(re.findall(r'fill="(#\w{6})"', found[key].svg))
        assert colors & set(palette.OWN) and colors & set(palette.SEQUENTIAL)  # large, and small beside it


def test_own_classes_are_those_that_the_api_gives_of_the_region(client: Client) -> None:
    report = build()
    for level, lines in ((report.child_level, report.children), (report.grand_level, report.grandchildren)):
        for measure in ("volume", "per_km2"):
            values = [value for line in lines if (value := value_of(line, measure)) is not None]
            told = client.get(
                "/api/stats", {"level": level, "period": "2019", "parent": DISTRICT, "measure": measure, "k": 3}
            ).json()
            assert told["classes"]["breaks"] == classify(values, "quantiles", 3).breaks


def test_what_used_nothing_is_neither_the_lowest_class_nor_no_data() -> None:
    report = build()
    nothing = replace(report.grandchildren[0], volume_l=0, m3_per_km2=0.0)
    unknown = replace(report.grandchildren[1], volume_l=None, m3_per_km2=None)
    changed = replace(report, grandchildren=(nothing, unknown, *report.grandchildren[2:]))
    figure = maps(changed)["village-per_km2"]
    assert f'fill="{palette.NOUGHT}"' in figure.svg and f'fill="{palette.NO_DATA}"' in figure.svg
    assert "0" in texts(figure) and "无数据" in texts(figure)
    assert f'fill="{palette.NOUGHT}"' not in maps(report)["village-per_km2"].svg


def test_facilities_bear_the_numbers_of_their_lists() -> None:
    report = build()
    printed = {table.key: table for table in tables.printed_facilities(report, "zh", FACILITY_ROWS, "", [])}
    numbers = {row[1]: row[0] for table in printed.values() for row in table.rows}
    assert numbers == {"UP1": 1, **{f"VS{n}": at for at, n in enumerate((0, 1, 2, 3, 4, 5, 9), 2)}}
    assert [row[0] for table in tables.facilities(report, "zh") for row in table.rows] == list(numbers.values())
    assert {table.columns[0].label for table in workbook.every_table(report, "zh") if table.key in printed} == {"序号"}
    figure = maps(report)["objects"]
    shown = [text for text in texts(figure) if text.isdigit() and 'text-anchor="middle"' in figure.svg]
    assert set(map(str, numbers.values())) <= set(shown)
    assert "序号 1" in " ".join(texts(figure)) and "序号 2–8" in " ".join(texts(figure))
    page = document.html(document.draw(report, ground.read(report), "zh"))
    listed = re.findall(r"<b>(表\d+)</b> (?:城镇公共供水厂|村庄供水站)", page)
    assert len(listed) == 2 and f"设施旁的数字为{'、'.join(listed)}中的序号。" in page


@pytest.mark.parametrize(
    ("layout", "numbered"),
    [
        (ReportLayout(facility_rows=3), {"1"}),  # of the stations there are counts in place of a list
        (ReportLayout(sections=("summary", "maps")), set()),  # no list at all
    ],
)
def test_what_is_in_no_list_bears_no_number(layout: ReportLayout, numbered: set[str]) -> None:
    report = build()
    drawn = document.draw(report, ground.read(report), "zh", layout)
    figure = next(each for each in drawn.maps if each.key == "objects")
    anchored = re.findall(r'<text[^>]*text-anchor="middle"[^>]*>(\d+)</text>', figure.svg)
    assert {text for text in anchored if text != "0"} == numbered
    assert ("序号" in "".join(texts(figure))) == bool(numbered)
    assert ("设施旁的数字为" in document.html(drawn)) == bool(numbered)


def test_where_dots_were_a_blot_there_is_a_map_of_densities() -> None:
    report = build()
    read = ground.read(report)
    assert "density" not in maps(report)
    west, south, east, north = shapely.total_bounds([shapely.from_wkb(wkb) for _, _, wkb in read.outlines["township"]])
    many = np.random.default_rng(3).uniform((west, south), (east, north), (9000, 2))
    crowded = {**read.positions, "well": shapely.multipoints(many).wkb}
    counted = replace(report, counts={**report.counts, "well": len(many)})
    found = maps(counted, positions=crowded)
    assert list(found)[-1] == "density" and len(found) > 3  # below it the charts find room
    assert "机井" in found["density"].title and "用水户" not in found["density"].title
    assert "机井 9,000 处" in texts(found["density"])
    objects = "".join(texts(found["objects"]))
    assert "机井9,000处（过密，见分布密度图）" in re.sub(r"\s", "", objects)
    assert found["objects"].svg.count("h0") < 100 and 'stroke="#3c8d5a"' in found["objects"].svg  # users are dots still
    # Every well is in a class of the legend.
    cells = density.hexagons(many, 50)
    assert cells.counts.sum() == len(many)


@pytest.mark.parametrize("across", [4.0, 2.4, 1.2, 0.8, 0.5])
def test_the_frame_of_a_map_fills_its_page_whatever_its_shape(across: float) -> None:
    shape = shapely.box(440_000, 4_400_000, 440_000 + 20_000 * across, 4_420_000)
    sheet = begin(build(), "zh", "图", [Outline("1", "区", shape)], [])
    map_mm = 20_000 / sheet.frame.metres_per_mm
    assert sheet.canvas.height >= 205  # of 257 mm, with heading, caption and notes
    assert map_mm + 8 <= sheet.frame.height + 1e-6
    assert 20_000 * across / sheet.frame.metres_per_mm + 8 <= sheet.frame.width + 1e-6


def test_charts_and_tables_begin_no_page_while_there_is_room() -> None:
    drawn = document.draw(build(), ground.read(build()), "zh")
    half = Figure("half", "半页", "半页", Canvas(170, 100, "半页").to_svg())
    short = replace(drawn, maps=[half], layout=ReportLayout(sections=("maps", "charts")))
    pages = press.laid_out(document.html(short), {each.key: each.svg for each in (half, *short.charts)}).pages
    (page,) = (page for page in pages if "figure-half" in page.anchors)
    assert "figure-months-chart" in page.anchors
    told = document.html(drawn)
    assert '<section id="charts">' in told and '<section id="regions">' in told
    alone = document.html(replace(drawn, layout=ReportLayout(sections=("regions",))))
    assert '<section id="regions" class="page">' in alone


def test_every_layer_that_may_be_shown_has_its_positions() -> None:
    read = ground.read(build())
    assert {"well", "water_user", "urban_plant", "village_station"} <= set(read.positions)
    assert set(read.stands) == {"urban_plant", "village_station"} and set(read.stands["urban_plant"]) == {"UP1"}


def test_no_text_is_smaller_than_seven_points_whatever_lies_underneath() -> None:
    report = own(build())
    read = ground.read(report)
    line, box = shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)
    under = ground.Waters(shapely.multipolygons([box]).wkb, shapely.multilinestrings([line]).wkb, ("OpenStreetMap",))
    many = np.random.default_rng(3).uniform(0, 1, (9000, 2))
    crowded = {**read.positions, "well": shapely.multipoints(many).wkb}
    for figure in maps(report, waters=under, positions=crowded).values():
        sizes = [float(size) / 25.4 * 72 for size in re.findall(r'font-size="([\d.]+)"', figure.svg)]
        assert sizes and min(sizes) >= 6.99, figure.key
