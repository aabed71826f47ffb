"""Divisions in time on every channel: figures with the names and the outlines that belong to them."""

from __future__ import annotations

import csv as csv_reader
import io
import json
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from geoapp.reports import content, ground
from geoapp.reports.ask import Ask
from layers.models import UsageRecord
from layers.periods import parse_period
from tests import factories as make
from tests.db.ingest_files import csv, load
from tests.db.test_mvt import tile_at
from tests.factories import DISTRICT, SOUTHERN, A, B, C, D
from tests.split_city import NEW, E, make_city, split
from tests.standing import standing

pytestmark = pytest.mark.django_db
OLD, NOW = {A, B, C, D}, {A, E, C, D}


def make_town(folder: Path) -> None:
    """January to March in the old divisions, April in the new ones."""
    make_city()
    split(folder)
    load("usage", csv(folder / "u.csv", "month,meter,source,purpose,volume_l\n2019-04,M-b,村级供水,居民,7"))


world = standing(make_town)


@pytest.fixture
def town(world: None, db: None) -> None:
    """As `make_town` has made it."""


def ask(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()


def villages(body: Any) -> dict[str, int]:
    return {row["code"]: row["volume_l"] for row in body["rows"]}


def test_a_month_speaks_in_its_own_divisions_and_in_others_when_asked(client: Client, town: None) -> None:
    march = ask(client, "/api/stats?level=village&period=2019-03")
    assert set(villages(march)) == OLD
    assert march["boundaries"] == {"since": None, "until": "2019-03", "current": False}
    today = ask(client, "/api/stats?level=village&period=2019-03&boundaries=current")
    assert set(villages(today)) == NOW and today["boundaries"] == {"since": "2019-04", "until": None, "current": True}
    assert march["total_l"] == today["total_l"]
    assert ask(client, "/api/stats?level=village&period=2019-03&boundaries=2019-04")["rows"] == today["rows"]
    april = ask(client, "/api/stats?level=village&period=2019-04")
    assert villages(april)[E] == 7 and set(villages(april)) == NOW
    assert villages(ask(client, "/api/stats?level=village&period=2019-04&boundaries=2019-01"))[B] == 7


def test_a_period_over_a_split_speaks_in_one_edition(client: Client, town: None) -> None:
    year = ask(client, "/api/stats?level=village&period=2019")
    parts = [
        ask(client, f"/api/stats?level=village&period={period}&boundaries=current") for period in ("2019-Q1", "2019-04")
    ]
    assert villages(year) == {code: sum(villages(part)[code] or 0 for part in parts) for code in NOW}
    assert year["boundaries"]["current"] and year["total_l"] == sum(part["total_l"] for part in parts)


def test_a_version_of_the_data_names_its_divisions(client: Client, town: None) -> None:
    assert set(villages(ask(client, "/api/stats?level=village&period=2019-03&boundaries=v1"))) == OLD
    assert set(villages(ask(client, "/api/stats?level=village&period=2019-03&boundaries=v999999"))) == NOW


@pytest.mark.parametrize("text", ["2019", "2019-13", "yesterday", "v", "v1x"])
def test_what_names_no_divisions_is_refused(client: Client, town: None, text: str) -> None:
    answer = client.get(f"/api/stats?level=village&period=2019-03&boundaries={text}")
    assert answer.status_code == 400 and answer.json()["param"] == "boundaries"


def test_the_drawer_shows_the_region_as_it_was(client: Client, town: None) -> None:
    then = ask(client, f"/api/regions/{SOUTHERN}?period=2019-03")
    now = ask(client, f"/api/regions/{SOUTHERN}?period=2019-03&boundaries=current")
    assert then["area_km2"] == pytest.approx(2 * now["area_km2"], rel=0.01)
    assert {row["code"] for row in then["children"]} == {A, B} and {row["code"] for row in now["children"]} == {A}
    missing = client.get(f"/api/regions/{NEW}?period=2019-03")
    assert missing.status_code == 404 and missing.json()["allowed"] == ["boundaries=current"]
    gone = client.get(f"/api/regions/{B}?period=2019-04")
    assert gone.status_code == 404


def test_the_matrix_and_comparisons_are_of_one_edition(client: Client, town: None) -> None:
    every = ask(client, "/api/stats/series?level=village")
    assert set(every["codes"]) == NOW and every["months"][0] == "2019-01" and every["boundaries"]["current"]
    old = ask(client, "/api/stats/series?level=village&boundaries=2019-01")
    assert set(old["codes"]) == OLD and old["total_l"] == every["total_l"]
    moved = ask(client, "/api/stats/compare?level=village&period=2019-04&versus=2019-03")
    assert {row["code"] for row in moved["movers"]} <= NOW and moved["features"] == 4
    before = villages(ask(client, "/api/stats?level=village&period=2019-03&boundaries=current"))
    after = ask(client, "/api/stats?level=village&period=2019-04&versus=2019-03")
    assert {row["code"]: row["previous_l"] for row in after["rows"]} == before


CHANNELS = {
    "api": "/api/layers/village/features?limit=100&",
    "feed": "/feeds/village.geojson?",
    "ogc": "/ogc/collections/village/items?limit=100&",
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_features_carry_the_figures_with_their_outlines(client: Client, town: None, channel: str) -> None:
    def features(question: str) -> dict[str, Any]:
        answer = client.get(CHANNELS[channel] + question)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200, body
        return {one["properties"]["code"]: one for one in json.loads(body)["features"]}

    then, now = features("period=2019-03"), features("period=2019-03&boundaries=current")
    assert set(then) == OLD and set(now) == NOW == set(features(""))
    assert {code: one["properties"]["volume_l"] for code, one in then.items()} == villages(
        ask(client, "/api/stats?level=village&period=2019-03")
    )
    assert {code: one["properties"]["volume_l"] for code, one in now.items()} == villages(
        ask(client, "/api/stats?level=village&period=2019-03&boundaries=current")
    )
    assert then[C]["properties"]["area_m2"] > now[C]["properties"]["area_m2"]
    assert then[C]["geometry"] != now[C]["geometry"]
    assert set(features("boundaries=2019-01")) == OLD


def test_tiles_and_files_too(client: Client, town: None) -> None:
    z, x, y = tile_at(make.at(1.5, 0.5), 12)

    def codes(question: str) -> dict[str, int]:
        tile = mapbox_vector_tile.decode(client.get(f"/tiles/village/{z}/{x}/{y}.pbf?{question}").content)
        return {one["properties"]["code"]: one["properties"].get("volume_l") for one in tile["village"]["features"]}

    for question, there, missing in (("period=2019-03", B, E), ("period=2019-03&boundaries=current", E, B)):
        drawn = codes(question)
        assert drawn[there] == villages(ask(client, f"/api/stats?level=village&{question}"))[there]
        assert missing not in drawn
    text = client.get("/feeds/village.csv?period=2019-03").getvalue().decode("utf-8-sig")
    rows = list(csv_reader.DictReader(io.StringIO(text)))
    assert {row["code"] for row in rows} == OLD


def test_a_report_can_be_made_as_it_was(town: None) -> None:
    then = content.build(Ask(DISTRICT, parse_period("2019-Q1"), site="http://x/"))
    now = content.build(Ask(DISTRICT, parse_period("2019-Q1"), boundaries="current", site="http://x/"))
    assert {line.code for line in then.grandchildren} == OLD and {line.code for line in now.grandchildren} == NOW
    assert then.total_l == now.total_l and "boundaries=current" in now.map_address
    assert {code for code, *_ in ground.read(then).outlines["village"]} == OLD
    assert {code for code, *_ in ground.read(now).outlines["village"]} == NOW


def test_editions_are_listed(client: Client, town: None) -> None:
    assert ask(client, "/api/meta")["divisions"] == [
        {"since": None, "until": "2019-03", "current": False},
        {"since": "2019-04", "until": None, "current": True},
    ]


def test_what_moved_is_listed(client: Client, town: None) -> None:
    (change,) = ask(client, "/api/divisions")["changes"]
    codes = {kind: {line["code"] for line in change[kind]} for kind in ("opened", "closed", "renamed", "redrawn")}
    assert codes == {"opened": {NEW, E}, "closed": {B}, "renamed": set(), "redrawn": {SOUTHERN, C, D}}
    assert change["since"] == "2019-04" and change["moved"]["months"] == ["2019-01", "2019-03"]
    found = {(row["from"]["code"], row["to"]["code"]): row for row in change["moved"]["rows"]}
    assert {pair: (row["meters"], row["facilities"]) for pair, row in found.items()} == {(B, E): (2, 2), (C, D): (1, 0)}
    line = sum(UsageRecord.objects.filter(meter__code="M-line").values_list("volume_l", flat=True))
    assert found[C, D]["volume_l"] == line > 0


@pytest.mark.parametrize(("lang", "words"), [("zh", "自 2019-04 起"), ("en", "Since 2019-04")])
def test_the_changes_have_a_page(client: Client, town: None, lang: str, words: str) -> None:
    page = client.get(f"/divisions?lang={lang}").content.decode()
    assert words in page and "戊社区" in page and page.count('data-testid="moved"') == 2


@pytest.mark.parametrize("boundaries", ["own", "current"])
@pytest.mark.parametrize("period", ["2019-03", "2019"])
def test_every_figure_is_explained_in_its_divisions(client: Client, town: None, boundaries: str, period: str) -> None:
    asked = f"period={period}&boundaries={boundaries}"
    explained = 0
    for level in ("district", "township", "village", "reporting_unit"):
        for row in ask(client, f"/api/stats?level={level}&{asked}")["rows"]:
            unit = "&level=reporting_unit" if level == "reporting_unit" else ""
            told = ask(client, f"/api/explain?region={row['code']}&{asked}{unit}")
            assert told["volume_l"] == row["volume_l"], row
            if level in ("village", "reporting_unit"):  # above, what is counted coarser is a part as well
                assert told["parts_l"] == row["volume_l"], row
            assert told["boundaries"]["current"] is (boundaries == "current" or period == "2019")
            explained += bool(row["volume_l"])
    assert explained > 6


@pytest.mark.parametrize("asked", ["boundaries=current", "boundaries=2019-06", "source=reclaimed", "resident=yes"])
def test_the_page_loads_ahead_only_the_figures_that_its_address_asks_for(client: Client, db: None, asked: str) -> None:
    ahead = b'href="/api/stats/series'
    assert ahead in client.get("/?lang=en").content
    assert ahead not in client.get(f"/?{asked}").content


def test_the_form_of_reports_offers_the_divisions_there_are(client: Client, town: None, settings: Any) -> None:
    settings.REPORT_WORKERS = 0
    page = client.get("/reports/?boundaries=2019-01")
    assert page.context["boundaries"] == [
        ("", "各期自己的区划", False), ("current", "现行区划", False), ("2019-03", "2019-03 及以前的区划", True),
    ]  # fmt: skip
    assert 'name="boundaries"' in page.text and client.get("/reports/?boundaries=x").status_code == 400
    asked = {"region": SOUTHERN, "period": "2019-03", "boundaries": "current", "formats": ["xlsx"]}
    made = client.post("/reports/make", asked)
    assert made.status_code == 302 and "boundaries=current" in made["Location"]
    assert [(job["period"], job["divisions"]) for job in client.get("/reports/jobs").json()["jobs"]] == [
        ("2019-03", "现行区划")
    ]
    english = client.get("/reports/?lang=en&boundaries=v1").context["boundaries"]
    assert english[2] == ("2019-03", "divisions until 2019-03", True)


def test_what_was_recorded_at_a_redrawn_division_is_said_to_stay_with_its_code(client: Client, town: None) -> None:
    """c and d keep their codes while the line between them moves; the south loses a half and keeps its own."""
    litres = dict(
        UsageRecord.objects.filter(region__isnull=False, month="2019-03-01").values_list("region__code", "volume_l")
    )
    assert set(litres) == {SOUTHERN, B, C}
    then = ask(client, "/api/stats?level=village&period=2019-03")
    assert then["redrawn"] is None
    now = ask(client, "/api/stats?level=village&period=2019-03&boundaries=current")
    told = [
        {"code": code, "name": {SOUTHERN: "南街道", C: "丙村"}[code], "volume_l": litres[code]}
        for code in (SOUTHERN, C)
    ]
    assert now["redrawn"]["regions"] == told and "界线变过" in now["redrawn"]["zh"]
    assert now["redrawn"]["volume_l"] == litres[SOUTHERN] + litres[C]
    for address in (f"/api/explain?region={C}&", f"/api/regions/{C}?"):
        assert ask(client, f"{address}period=2019-03&boundaries=current")["redrawn"]["regions"] == told[1:]
        assert ask(client, f"{address}period=2019-03")["redrawn"] is None
    assert ask(client, f"/api/explain?region={D}&period=2019-03&boundaries=current")["redrawn"] is None
    year = ask(client, "/api/stats?level=village&period=2019")  # speaks in April's, as its last month does
    assert [row["code"] for row in year["redrawn"]["regions"]] == [SOUTHERN, C]
