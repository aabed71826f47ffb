"""A further language is a catalogue, a dictionary and an entry: with them no page says a word in another."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client

from geoapp.problems import words as troubles
from geoapp.reports import content, document, ground
from geoapp.reports.ask import Ask
from geoapp.tongues import catalogues, po
from layers import models, vocab
from layers.names import division
from layers.names.romanised import short
from layers.periods import parse_period
from layers.words import Words
from tests import factories as make
from tests import tongue
from tests.desk_files import DESK, commit, upload
from tests.factories import DISTRICT
from tests.report_city import make_city
from tests.tongue import CODE, MASK, names_of, shown, strange

pytestmark = pytest.mark.django_db
# Names of programs, formats and systems, units, and what addresses and files are called by: no words of a language.
NAMES = {
    "Shuitu",
    "QGIS",
    "ArcGIS",
    "Pro",
    "GDAL",
    "MapLibre",
    "GL",
    "JS",
    "TileJSON",
    "GeoJSON",
    "GeoPackage",
    "Parquet",
    "GeoParquet",
    "FlatGeobuf",
    "Shapefile",
    "CSV",
    "XLSX",
    "PDF",
    "HTML",
    "SVG",
    "PNG",
    "ZIP",
    "KML",
    "zip",
    "csv",
    "xlsx",
    "geojson",
    "geojsons",
    "gpkg",
    "fgb",
    "parquet",
    "shp",
    "json",
    "pbf",
    "qml",
    "MB",
    "km²",
    "km",
    "kB",
    "CGCS",
    "EPSG",
    "CQL",
    "OGC",
    "API",
    "JSON",
    "SHA",
    "Masqué",
    "English",
    "中文",
    "well",
    "finding",
    "finding_of_person",
    "township",
    "district",
    "village",
    "supply_area",
    "water_body",
    "watercourse",
    "road",
    "railway",
    "urban_plant",
    "township_plant",
    "village_station",
    "self_built",
    "sewage_plant",
    "surface_intake",
    "permit",
    "holder",
    "reporting_unit",
    "region",
    "usage",
    "water_user",
    "meter",
    "grid_500",
    "grid_100",
    "facility",
    "village_sewage_station",
}


def known() -> set[str]:
    codes = {
        value for model in (models.Well, models.SupplyFacility) for value in model.objects.values_list("code", "name")
    }
    regions = models.Region.objects.values_list("code", "name")
    sources = models.Boundary.objects.values_list("source")
    told = [division(*region).in_("en") for region in regions]
    english = [(name, short(name)) for name in told]
    return NAMES | names_of(english, regions, codes, sources, models.ReportingUnit.objects.values_list("code", "name"))


@pytest.mark.parametrize("address", ["/", "/about", "/divisions", "/desktop/", "/feeds/", "/reports/"])
def test_a_page_says_no_word_in_another_language(french: Path, client: Client, address: str) -> None:
    make_city()
    answer = client.get(f"{address}?lang={CODE}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert f'<html lang="{CODE}"' in text and MASK in text
    assert list(strange(shown(text), known())) == []


def _drawn(period: str) -> document.Drawn:
    report = content.build(Ask(DISTRICT, parse_period(period), lang=CODE, site="http://x/"))
    return document.draw(report, ground.read(report), CODE)


def test_a_report_says_no_word_in_another_language(french: Path) -> None:
    make_city()
    for period in ("2019", "2019-07", "2018-11..2019-03"):
        drawn = _drawn(period)
        page = document.html(drawn, preview=True)
        pictures = " ".join(figure.svg for figure in (*drawn.maps, *drawn.charts))
        assert MASK in page and MASK in pictures
        assert list(strange(shown(page), known())) == []
        assert list(strange(shown(pictures), known())) == []


def test_what_goes_wrong_is_said_in_it(french: Path, settings: LazySettings) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    for path, asked in (("/nowhere", {}), ("/", {"HTTP_HOST": "elsewhere.example"})):
        settings.ALLOWED_HOSTS = ["testserver"]
        answer = client.get(f"{path}?lang={CODE}", headers={"Accept": "text/html"}, **asked)
        assert answer.status_code in (400, 404) and answer["Content-Language"] == CODE
        left = {"nowhere", "elsewhere", "example", "ALLOWED_HOSTS", "HOSTS", "shuitu", "up", "testserver"}
        assert list(strange(shown(answer.content.decode()), NAMES | left)) == []
    for trouble in (each for each in vars(troubles).values() if isinstance(each, troubles.Trouble)):
        told = trouble.told(CODE, detail="1", path="1", host="1", way="1", when="1", wait="1", allowed="1")
        assert not re.search(r"[A-Za-z]{2}|[㐀-鿿]", f"{told.title} {told.detail}".replace("ALLOWED_HOSTS", ""))


def test_data_are_labelled_in_it(french: Path, client: Client) -> None:
    make_city()
    meta = client.get("/api/meta").json()
    for texts in (meta["title"], *(layer["title"] for layer in meta["layers"]), *meta["vocab"]["purpose"]):
        assert set(texts) >= {"zh", "en", CODE} and not re.search(r"[A-Za-z]|[㐀-鿿]", texts[CODE])
    heading, *rows = list(
        csv.reader(io.StringIO(client.get(f"/feeds/well.csv?lang={CODE}").content.decode("utf-8-sig")))
    )
    assert rows and not [word for word in heading if re.search(r"[A-Za-z]{2}|[㐀-鿿]", word.split(" ")[0])]
    for layer in ("well", "district"):
        said = client.get(f"/tiles/{layer}.json?lang={CODE}").json()["attribution"]
        assert not tongue.HAN.search(said)
    project = client.get(f"/desktop/shuitu.qgs?lang={CODE}").content.decode()
    groups = re.findall(r'<layer-tree-group [^>]*name="([^"]+)"', project)
    assert groups and not [name for name in groups if re.search(r"[A-Za-z]{2}|[㐀-鿿]", name)]


def test_the_desk_and_the_administration_say_no_chinese_word(french: Path, admin: Client, grid: make.Grid) -> None:
    job = f"{upload(admin)}?lang={CODE}"
    data = known() | {
        "一号井",
        "=二号井",
        "三号井",
        "钓鱼",
        "农业",
        "水表",
        "监测",
        "无计量",
        "备注",
        "测试",
        "甲",
        "乙",
        "丙",
    }
    for address in (f"{DESK}?lang={CODE}", job, f"{DESK}profiles/?lang={CODE}"):
        assert list(strange(shown(admin.get(address).content.decode()), data, latin=False)) == []
    commit(admin, job)
    assert admin.get("/admin/", {"lang": CODE})["Location"] == "/admin/"  # kept for those pages, which name no language
    well, release = models.Well.objects.get(code="W1"), models.Release.objects.latest("pk")
    for address in (
        "/admin/", "/admin/layers/", "/admin/layers/well/", "/admin/layers/well/add/", f"/admin/layers/well/{well.pk}/change/",
        f"/admin/layers/well/{well.pk}/history/", "/admin/layers/region/", "/admin/layers/release/", "/admin/layers/boundary/",
        f"/admin/layers/release/{release.pk}/change/", f"/admin/layers/release/{release.pk}/undo/", "/admin/layers/usagerecord/add/",
        f"{DESK}releases/?lang={CODE}", f"{DESK}history/well/{well.pk}/?lang={CODE}",
    ):  # fmt: skip
        answer = admin.get(address, follow=True)  # of a release to the desk
        assert answer.status_code == 200, address
        assert list(strange(shown(answer.content.decode()), data, latin=False)) == [], address
    assert "Déconnexion" in admin.get("/admin/").content.decode()  # Django's own words follow


def test_what_a_catalogue_lacks_is_said_in_english(
    french: Path,
    tmp_path: Path,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    head, entries = po.parse(catalogues.source_of(CODE).read_text("utf-8"))
    one, other = (next(each for each in entries if each.word == word) for word in ("机井用途", "统计级别"))
    one.texts, other.texts = [""], ["{of_nobody}"]
    monkeypatch.setattr(catalogues, "sources", lambda: tmp_path / "locale")
    settings.LOCALE_PATHS = [tmp_path / "compiled"]
    path = catalogues.source_of(CODE)
    path.parent.mkdir(parents=True)
    path.write_text(po.write(head, entries), encoding="utf-8")
    call_command("words", compile=True)
    tongue.forget()
    assert vocab.WELL_USE.in_(CODE) == "Well use"
    capsys.readouterr()
    call_command("words", missing=CODE)
    told = capsys.readouterr()
    assert told.out.splitlines() == ["机井用途"] and "统计级别" in told.err


def test_a_word_said_with_the_wrong_places_is_said_in_english(french: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("layers.words._catalogued", lambda *told: "{nothing}")
    assert Words("第 {value} 行", "line {value}", value=3).in_(CODE) == "line 3"


def test_the_language_is_one_of_the_choices(french: Path, client: Client) -> None:
    make_city()
    text = client.get("/about").content.decode()
    assert list(re.findall(r'href="\?lang=(\w+)"', text)) == ["en", CODE]
    assert f'<option value="{CODE}"' in client.get("/reports/").content.decode()
    assert client.get("/api/layers/well/features?lang=xx").status_code == 400
