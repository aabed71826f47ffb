"""What is told to everybody is of the city that was imported: names, credits, plane and period, and nothing of the demo's."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.test import Client

from geoapp.reports import ground
from geoapp.reports.ask import Ask
from geoapp.reports.content import build
from geoapp.reports.document import draw, html
from layers.models import Meter
from layers.periods import parse_period
from tests import second_city as second

pytestmark = pytest.mark.django_db

FOREIGN = re.compile(r"北京|[Bb]eijing|天地图|[Tt]ianditu|2019|4548|演示城市|Demo city")
SAID = {
    "authority_zh": "锦川市水务局", "authority_en": "Jinchuan Water Authority", "credit_zh": "锦川市 2024 年普查",
    "credit_en": "Jinchuan census of 2024", "en": "Jinchuan",
}  # fmt: skip


@pytest.fixture
def city(tmp_path: Path) -> None:
    second.units(tmp_path)
    second.make(tmp_path, second.prefecture(), second.PLACE)
    call_command("place", "set", **SAID, verbosity=0)


def told(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.content[:300])
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def test_the_page_is_told_of_the_city(city: None, client: Client) -> None:
    meta = client.get("/api/meta").json()
    assert meta["city"] == {"code": "5101", "name": "锦川市"} and meta["names_en"] == {
        "5101": "Jinchuan", "510104001": "Chunxi Subdistrict", "510104002": "Longquan Town", "510105001": "Caotang Subdistrict",
    }  # fmt: skip

    assert meta["levels"] == ["district", "township", "village"] and meta["months"] == ["2023-01", "2023-02"]
    assert meta["place"]["plane"] == 4544 and meta["place"]["authority"]["zh"] == "锦川市水务局"
    assert meta["bounds"] == pytest.approx([104.5, 30.5, 104.62, 30.54])
    assert client.get("/api/stats/series?k=6").json()["level"] == "district"


def test_outlines_are_credited_to_what_their_file_says(city: None, client: Client) -> None:
    for lang, word in (("zh", "边界："), ("en", "Boundaries: ")):
        district = client.get(f"/tiles/district.json?lang={lang}").json()
        assert district["attribution"] == f"{word}{second.SOURCE}"
        assert client.get(f"/tiles/meter.json?lang={lang}").json()["attribution"] == SAID[f"credit_{lang}"]
        assert district["bounds"] == pytest.approx([104.5, 30.5, 104.62, 30.54])


def test_no_page_names_the_demos_city(city: None, client: Client) -> None:
    told_in = ("/about", "/feeds/?f=html", "/desktop/", "/reports/", "/", "/divisions", "/desktop/shuitu.qgs")
    pages = [f"{path}{'&' if '?' in path else '?'}lang={lang}" for path in told_in for lang in ("zh", "en")]
    for path in (*pages, "/ogc/?f=json", "/ogc/collections?f=json", "/styles/map.json"):
        assert FOREIGN.findall(told(client, path)) == [], path
    zh, en = told(client, "/about"), told(client, "/about?lang=en")
    for word in ("锦川市", "锦川市水务局", "中央经线 105°E", second.SOURCE, "2023-01–2023-02", "用水记录"):
        assert word in zh
    for word in ("Jinchuan", "Jinchuan Water Authority", "CM 105E (EPSG:4544)", second.SOURCE, "Meters"):
        assert word in en


def test_the_doors_of_desktops_name_the_city_and_its_plane(city: None, client: Client) -> None:
    landing = client.get("/ogc/?f=json").json()
    assert "锦川市 Jinchuan" in landing["title"] and "锦川市水务局" in landing["description"]
    systems = client.get("/ogc/collections/district?f=json").json()["crs"]
    assert [uri.rpartition("/")[2] for uri in systems] == ["CRS84", "4326", "4490", "4544", "3857"]
    project = ElementTree.fromstring(told(client, "/desktop/shuitu.qgs"))
    assert next(each.text for each in project.iter("authid")) == "EPSG:4544"
    assert "锦川市" in (project.findtext("title") or "")
    west = float(project.findtext("mapcanvas/extent/xmin") or 0)
    assert 450_000 < west < 500_000  # west of the meridian of 105°E, by its false easting
    assert client.get("/feeds/?f=json").json()["crs"] == ["4490", "4326", "4544", "3857"]
    in_plane = Meter.objects.get(code="M1").geom.transform(4544, clone=True)
    found = client.get("/ogc/collections/meter/items?crs=http://www.opengis.net/def/crs/EPSG/0/4544&code=M1").json()
    north, east = found["features"][0]["geometry"]["coordinates"]
    assert (east, north) == pytest.approx((in_plane.x, in_plane.y), abs=0.01)
    text = told(client, "/feeds/meter.csv?crs=4544&code=M1&geometry=wkt")
    x, y = map(float, re.search(r"POINT\(([\d.]+) ([\d.]+)\)", text).groups())  # type: ignore[union-attr]
    assert (x, y) == pytest.approx((in_plane.x, in_plane.y), abs=0.01)


def test_the_reports_are_of_the_city(city: None) -> None:
    for code in ("5101", "510104", second.UNIT):
        report = build(Ask(code, parse_period("2023"), unit=code == second.UNIT))
        assert report.total_l == {second.UNIT: 2 * (3003 + 4004 + 70001)}.get(code, second.LITRES)
        for lang in ("zh", "en"):
            drawn = draw(report, ground.read(report), lang)
            text = html(drawn)
            assert not FOREIGN.findall(re.sub(r"data:[^\"]+", "", text))
            assert SAID[f"authority_{lang}"] in text and SAID[f"credit_{lang}"] in text and "EPSG:4544" in text
            assert drawn.maps and not any(FOREIGN.findall(figure.svg) for figure in drawn.maps)


def test_a_countys_pages_begin_with_its_townships(tmp_path: Path, client: Client) -> None:
    second.make(tmp_path, second.county(), second.COUNTY_PLACE)
    meta = client.get("/api/meta").json()
    assert meta["city"] == {"code": "510104", "name": "锦川县"} and meta["levels"] == ["township", "village"]
    assert client.get("/api/stats/series?k=6").json()["level"] == "township"
    ahead = client.get("/").text
    assert 'href="/tiles/township.json"' in ahead and "/tiles/district.json" not in ahead
    whole = client.get("/api/regions/510104?period=2023").json()
    assert (whole["level"], whole["child_level"], whole["recorded_l"]) == ("city", "township", second.LITRES)
    township = client.get("/api/regions/510104002?period=2023").json()
    assert [step["code"] for step in township["path"]] == ["510104", "510104002"]
    refused = client.get("/api/stats?period=2023&level=district")
    assert refused.status_code == 400 and "township" in refused.json()["allowed"]
    report = build(Ask("510104", parse_period("2023")))
    drawn = draw(report, ground.read(report), "zh")
    assert (report.child_level, report.grand_level) == ("township", "village")
    assert drawn.maps and "锦川县" in html(drawn)
    assert next(group["regions"] for group in client.get("/reports/").context["regions"])[0] == (
        "510104",
        "锦川县",
        "510104",
    )
