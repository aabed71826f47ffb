"""Feeds over HTTP: addresses that stay, asked again for nothing, in parts, by suffix, word or type."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from layers import registry
from layers.export import FORMATS, slots
from layers.feeds import downloads
from tests import factories as make
from tests.factories import A, B, Grid

GEOJSON = "application/geo+json"


@pytest.fixture
def grid(db: None) -> Grid:
    found = make.make_grid()
    make.WellFactory(code="W1", name="一号井", use=1, depth_m=10)
    make.WellFactory(code="W2", use=2, geom=make.at(1.5, 0.5))
    make.UsageFactory(region=found[A])
    found.settle()
    return found


def get(client: Client, url: str, **headers: str) -> Any:
    return client.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})


def body(response: Any) -> bytes:
    return response.getvalue()


def test_every_feed_that_is_listed_is_there(client: Client, grid: Grid) -> None:
    grid.cut_all()
    feeds = {feed["id"]: feed for feed in get(client, "/feeds/").json()["feeds"]}
    for layer in (*registry.LAYERS, *registry.TABLES):
        listed = feeds[layer.id]
        formats = {one.key for one in FORMATS.values() if one.tables or layer.geometry != "none"}
        assert set(listed["links"]) == formats, layer.id
        for key, url in listed["links"].items():
            response = get(client, url.removeprefix("http://testserver"))
            assert (response.status_code, bool(body(response))) == (200, key != "geojsonseq" or listed["count"] > 0), (
                url
            )
            assert response["Content-Type"].split(";")[0] == FORMATS[key].media_type, url


@pytest.mark.parametrize("key", list(FORMATS))
def test_a_poll_is_304_until_the_data_change(client: Client, grid: Grid, key: str) -> None:
    url = f"/feeds/well.{FORMATS[key].suffix}"
    first = get(client, url)
    for held in ({"If_None_Match": first["ETag"]}, {"If_Modified_Since": first["Last-Modified"]}):
        again = get(client, url, **held)
        assert (again.status_code, again.content) == (304, b"")
        assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], "no-cache")
    assert get(client, f"{url}?use=supply", If_None_Match=first["ETag"]).status_code == 200
    # The ETag decides where both are given.
    both = get(client, url, If_None_Match='"other"', If_Modified_Since=first["Last-Modified"])
    assert both.status_code == 200
    make.publish("well")
    assert get(client, url, If_None_Match=first["ETag"]).status_code == 200


@pytest.mark.parametrize("key", list(FORMATS))
def test_head_says_what_get_would(client: Client, grid: Grid, key: str) -> None:
    url = f"/feeds/well.{FORMATS[key].suffix}"
    head, whole = client.head(url), get(client, url)
    assert (head.status_code, body(head)) == (200, b"")
    for name in ("Content-Type", "Content-Disposition", "ETag", "Last-Modified"):
        assert head[name] == whole[name]
    if not FORMATS[key].streams:
        assert int(head["Content-Length"]) == len(body(whole))


def test_filters_fields_and_language_are_those_of_everywhere(client: Client, grid: Grid) -> None:
    response = get(client, "/feeds/well.csv?region=110101001002&fields=code,use&lang=zh&geometry=none")
    assert body(response).decode("utf-8-sig") == "编码,用途\nW2,农业\n"
    told = get(client, "/feeds/village.csv?period=2019-01&fields=code&geometry=none")
    assert body(told).decode("utf-8-sig").startswith("code")


def test_usage_of_a_period_comes_as_columns(client: Client, grid: Grid) -> None:
    rows = json.loads(body(get(client, "/feeds/village.geojson?period=2019-01")))["features"]
    assert {row["properties"]["code"]: row["properties"]["volume_l"] for row in rows} == {
        code: 1000 if code == A else None for code in make.VILLAGES
    }


def test_file_names_are_chinese_with_a_plain_one_beside(client: Client, grid: Grid) -> None:
    assert get(client, "/feeds/well.shp.zip")["Content-Disposition"] == (
        f"attachment; filename=\"well.shp.zip\"; filename*=UTF-8''{quote('机井.shp.zip')}"
    )


def test_text_is_compressed_and_keyed_so(client: Client, grid: Grid) -> None:
    plain = get(client, "/feeds/well.geojson")
    packed = get(client, "/feeds/well.geojson", Accept_Encoding="gzip")
    assert (packed["Content-Encoding"], packed["Vary"].split(", ")[0]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(body(packed)) == body(plain)
    assert packed["ETag"] != plain["ETag"]
    assert "Content-Encoding" not in get(client, "/feeds/well.fgb", Accept_Encoding="gzip")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-15", slice(0, 16)),
        ("bytes=16-", slice(16, None)),
        ("bytes=-8", slice(-8, None)),
        ("bytes=8-999999999", slice(8, None)),
    ],
)
@pytest.mark.parametrize("key", [one.key for one in FORMATS.values() if one.ranges])
def test_parts_of_a_file(client: Client, grid: Grid, key: str, asked: str, part: slice) -> None:
    url = f"/feeds/well.{FORMATS[key].suffix}"
    whole = get(client, url)
    assert whole["Accept-Ranges"] == "bytes"
    size = len(body(whole))
    found = get(client, url, Range=asked, If_Range=whole["ETag"])
    first, end, _ = part.indices(size)
    assert (found.status_code, body(found)) == (206, body(get(client, url))[part])
    assert found["Content-Range"] == f"bytes {first}-{end - 1}/{size}"
    assert int(found["Content-Length"]) == end - first


def test_parts_that_are_not_there_or_of_another_version(client: Client, grid: Grid) -> None:
    past = get(client, "/feeds/well.fgb", Range="bytes=999999999-")
    assert (past.status_code, past["Content-Range"][:8]) == (416, "bytes */")
    assert get(client, "/feeds/well.fgb", Range="bytes=0-1", If_Range='"old"').status_code == 200
    assert get(client, "/feeds/well.fgb", Range="bytes=0-1,4-5").status_code == 200
    assert get(client, "/feeds/well.xlsx", Range="bytes=0-1").status_code == 200


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", GEOJSON),
        ("*/*", GEOJSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", GEOJSON),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/geopackage+sqlite3;q=0.9, text/csv;q=0.5", "application/geopackage+sqlite3"),
        ("image/png", GEOJSON),
    ],
)
def test_the_type_that_is_accepted(client: Client, grid: Grid, accept: str, expected: str) -> None:
    response = get(client, "/feeds/well", Accept=accept)
    assert response["Content-Type"] == expected
    assert "Accept" in response["Vary"]


def test_the_word_goes_before_the_type(client: Client, grid: Grid) -> None:
    assert get(client, "/feeds/well?f=csv", Accept=GEOJSON)["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("url", "status", "param"),
    [
        ("/feeds/nothing.csv", 404, "layer"),
        ("/feeds/well.doc", 404, "suffix"),
        ("/feeds/well?f=doc", 400, "f"),
        ("/feeds/usage.fgb", 400, "f"),
        ("/feeds/well.csv?crs=2154", 400, "crs"),
        ("/feeds/well.geojson?crs=4548", 400, "crs"),
        ("/feeds/well.csv?fields=nothing", 400, "fields"),
        ("/feeds/well.csv?lang=fr", 400, "lang"),
        ("/feeds/well.csv?f=csv", 400, "f"),
        ("/feeds/district.csv?geometry=lonlat", 400, "geometry"),
        ("/feeds/well.csv?nothing=1", 400, "nothing"),
        ("/feeds/well.csv?use=swimming", 400, "use"),
        ("/feeds/well.csv?filter=nothing%3D1", 400, "filter"),
        ("/feeds/well.csv?filter-lang=sql", 400, "filter-lang"),
        ("/feeds/well.csv?filter-crs=EPSG:1", 400, "filter-crs"),
        ("/feeds/district.csv?period=2001", 404, "period"),
        ("/feeds/well.csv?region=999999", 404, "region"),
    ],
)
def test_what_cannot_be_had_is_told(client: Client, grid: Grid, url: str, status: int, param: str) -> None:
    response = get(client, url)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    told = response.json()
    assert (told["param"], bool(told["allowed"])) == (param, True)


NORTH = "S_INTERSECTS(geometry, BBOX(116.0,40.005,116.1,40.1))"


@pytest.mark.parametrize("key", list(FORMATS))
def test_a_feed_takes_the_filter_of_ogc_api(client: Client, grid: Grid, key: str) -> None:
    """The same condition gives the same rows by either address, in every format."""
    where = {"filter": f"use = 'irrigation' AND {NORTH}"}
    feed = get(client, f"/feeds/well.{FORMATS[key].suffix}?{urlencode(where)}")
    assert feed.status_code == 200
    listed = client.get("/ogc/collections/well/items", where).json()
    whole = client.get("/ogc/collections/well/items").json()
    assert 0 < listed["numberMatched"] < whole["numberMatched"]
    if key == "geojson":
        assert [one["id"] for one in json.loads(body(feed))["features"]] == [one["id"] for one in listed["features"]]
    elif key == "csv":
        assert len(body(feed).decode().splitlines()) == 1 + listed["numberMatched"]


def test_a_feed_takes_its_filter_as_json_and_in_another_system(client: Client, grid: Grid) -> None:
    tree = {"op": "=", "args": [{"property": "use"}, "irrigation"]}
    for where in (
        {"filter": json.dumps(tree), "filter-lang": "cql2-json"},
        {"filter": "S_INTERSECTS(geometry, BBOX(40.005,116.0,40.1,116.1))", "filter-crs": "EPSG:4490"},
    ):
        told = client.get("/ogc/collections/well/items", {**where, "resultType": "hits"}).json()["numberMatched"]
        found = json.loads(body(client.get("/feeds/well.geojson", where)))["features"]
        assert len(found) == told > 0


OVERFLOWS = urlencode({"filter": "depth_m * 1e308 * 1e308 > 1"})


@pytest.mark.parametrize("key", list(FORMATS))
@pytest.mark.parametrize("address", ["/feeds/well?f={}&", "/ogc/collections/well/items?f={}&"])
def test_a_filter_without_a_value_is_no_fault_of_the_server(client: Client, grid: Grid, address: str, key: str) -> None:
    refused = client.get(address.format(key) + OVERFLOWS)
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["param"] == "filter"


def test_what_is_too_large_for_a_workbook_is_not_offered_whole(
    client: Client, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replace(FORMATS["xlsx"], most=1)
    monkeypatch.setattr(downloads, "FORMATS", {**FORMATS, "xlsx": one})
    listed = {feed["id"]: feed for feed in get(client, "/feeds/").json()["feeds"]}
    assert listed["well"]["count"] > 1 >= listed["urban_plant"]["count"]
    url = "http://testserver/feeds/well.xlsx"
    assert ("xlsx" in listed["well"]["links"], listed["well"]["filtered_links"]) == (False, {"xlsx": url})
    assert listed["urban_plant"]["filtered_links"] == {}
    page = client.get("/feeds/?f=html").content.decode()
    assert f'href="{url}"' not in page
    assert page.count('data-testid="with-filter"') == sum(bool(feed["filtered_links"]) for feed in listed.values())
    links = get(client, "/ogc/collections/well").json()["links"]
    (told,) = (link["title"] for link in links if link["type"] == one.media_type)
    assert "至多 1 行，须先筛选 at most 1 rows: filter first" in told


def test_other_methods_are_not_allowed(client: Client, grid: Grid) -> None:
    assert client.post("/feeds/well.csv").status_code == 405


def test_too_many_at_once_are_asked_to_come_again(
    client: Client, grid: Grid, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXPORT_SLOTS = 1
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.1)
    with slots.slot():
        for suffix in ("csv", "fgb"):
            refused = get(client, f"/feeds/well.{suffix}")
            assert (refused.status_code, refused["Retry-After"]) == (503, "10")
            assert refused.json()["title"] == "The server is busy"
    assert get(client, "/feeds/well.csv").status_code == 200


def test_a_kept_file_is_made_once_and_needs_no_slot(
    client: Client, grid: Grid, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXPORT_SLOTS = 1
    first = body(get(client, "/feeds/well.fgb"))
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.1)
    with slots.slot():
        assert body(get(client, "/feeds/well.fgb")) == first


def test_a_client_without_chunks_is_told_the_length(client: Client, grid: Grid) -> None:
    make.models.Well.objects.bulk_create(
        make.WellFactory.build(
            code=f"N{number}", name="井" * 40, release=make.ReleaseFactory(), declared_region=grid[B]
        )
        for number in range(3000)
    )
    response = client.get("/feeds/well.geojson", SERVER_PROTOCOL="HTTP/1.0")
    found = body(response)
    assert int(response["Content-Length"]) == len(found)
    assert len(json.loads(found)["features"]) == 3002
    with closing(client.get("/feeds/well.geojson", SERVER_PROTOCOL="HTTP/1.1")) as streamed:
        assert "Content-Length" not in streamed
