"""OGC API Features: pages complete and stable, axis order, filters, single features, files, and what HTTP asks of them."""

from __future__ import annotations

import gzip
import json
import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.http import HttpResponse
from django.test import Client
from pyproj import Transformer

from layers import models
from layers.crs import CRS84, Crs, systems
from layers.export import FORMATS
from layers.ogc import question
from layers.plane import USUAL
from layers.registry import IMPORTED, TABLES
from tests import factories as make
from tests.factories import CELL, NORTHERN, SOUTH, WEST, A, B, C, D, Grid, at
from tests.standing import standing

pytestmark = pytest.mark.django_db
WELLS = "/ogc/collections/well/items"
HOST = "http://testserver"


def make_city() -> Grid:
    found = make.make_grid()
    make.WellFactory(code="W1", name="甲井", use=1, depth_m=10, geom=at(0.5, 0.5), declared_region=found[A])
    make.WellFactory(code="W2", use=2, depth_m=50.5, geom=at(1.5, 0.5))
    make.WellFactory(code="W3", name="乙井,北", use=2, geom=at(0.5, 1.5))
    make.WellFactory(code="W4", use=3, depth_m=7, geom=None)
    make.UsageFactory(region=found[A], volume_l=5000)
    make.UsageFactory(region=found[D], volume_l=700, month=datetime(2019, 3, 1))
    found.settle()
    return found


world = standing(lambda folder: make_city())


@pytest.fixture(autouse=True)
def grid(world: Grid, db: None) -> Grid:
    return deepcopy(world)


def get(client: Client, url: str, **headers: str) -> Any:
    response = client.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert response.status_code == 200, (url, response.content[:500])
    return response


def codes(body: dict[str, Any]) -> list[str]:
    return [feature["properties"]["code"] for feature in body["features"]]


def links(body: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    return [one for one in body["links"] if one["rel"] == rel]


def test_a_page_whole(client: Client, grid: Grid) -> None:
    before = datetime.now(UTC)
    response = get(client, f"{WELLS}?limit=1&sortby=code")
    body = response.json()
    assert response["Content-Type"] == "application/geo+json"
    assert response["Content-Crs"] == f"<{CRS84.uri}>"
    stamp = datetime.fromisoformat(body.pop("timeStamp"))
    assert before - timedelta(milliseconds=1) <= stamp <= datetime.now(UTC)
    well = models.Well.objects.get(code="W1")
    url = f"{HOST}{WELLS}"
    assert body == {
        "type": "FeatureCollection",
        "numberMatched": 4,
        "numberReturned": 1,
        "links": [
            {"href": f"{url}?limit=1&sortby=code", "rel": "self", "type": "application/geo+json", "title": "GeoJSON"},
            *links(body, "alternate"),
            {"href": f"{HOST}/ogc/collections/well", "rel": "collection", "type": "application/json", "title": "机井"},
            {"href": f"{url}?limit=1&sortby=code&offset=1", "rel": "next", "type": "application/geo+json", "title": "下一页"},
        ],
        "as_of": body["as_of"],
        "synthetic": False,
        "features": [
            {
                "type": "Feature",
                "id": well.pk,
                "geometry": {"type": "Point", "coordinates": [116.005, 40.005]},
                "properties": {
                    "code": "W1", "name": "甲井", "use": "supply", "metering": "water_meter", "depth_m": 10, "year_built": None,
                    "status": "in_service", "region": A, "found_region": A, "position_quality": None,
                },
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize("layer", (*IMPORTED, *TABLES), ids=lambda layer: layer.id)
def test_every_collection_has_items_with_integer_ids(client: Client, layer: Any) -> None:
    body = get(client, f"/ogc/collections/{layer.id}/items").json()
    assert body["numberMatched"] == body["numberReturned"] == len(body["features"])
    assert all(type(feature["id"]) is int for feature in body["features"])
    names = {tuple(feature["properties"]) for feature in body["features"]}
    assert len(names) <= 1


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("more", ["", "&sortby=-depth_m", "&filter=" + quote("use <> 'greening'"), "&crs=EPSG:4548"])
def test_following_next_gives_all_of_it_once(client: Client, size: int, more: str) -> None:
    whole = get(client, f"{WELLS}?limit=100{more}").json()
    url: str | None = f"{WELLS}?limit={size}{more}"
    seen: list[Any] = []
    pages = 0
    while url:
        body = get(client, url).json()
        assert body["numberMatched"] == whole["numberMatched"] == len(whole["features"])
        assert body["numberReturned"] == len(body["features"]) <= size
        assert body["features"]
        seen += body["features"]
        pages += 1
        following = links(body, "next")
        assert all(one["type"] == "application/geo+json" for one in following)
        assert len(links(body, "prev")) == (pages > 1)
        url = following[0]["href"] if following else None
    assert seen == whole["features"]
    assert pages == -(-len(seen) // size)


def test_the_previous_page_is_the_one_before(client: Client) -> None:
    second = get(client, f"{WELLS}?limit=2&offset=2").json()
    (back,) = links(second, "prev")
    assert get(client, back["href"]).json()["features"] == get(client, f"{WELLS}?limit=2").json()["features"]


def test_past_the_end_is_an_empty_page(client: Client) -> None:
    body = get(client, f"{WELLS}?offset=4").json()
    assert (body["features"], body["numberReturned"], body["numberMatched"]) == ([], 0, 4)
    assert not links(body, "next")


@pytest.mark.parametrize("limit", ["10000", "10001", "50000", "100000"])
def test_more_than_the_most_is_the_most(client: Client, limit: str) -> None:
    """OGC 17-069r4, requirement 22 C: larger than the maximum is no error."""
    assert get(client, f"{WELLS}?limit={limit}").json()["numberReturned"] == 4


@pytest.mark.parametrize("form", ["geojson", "csv"])
def test_a_page_that_is_cut_to_the_most_says_how_many_and_where_the_rest_is(
    client: Client, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(question, "LIMIT_MOST", 3)
    monkeypatch.setattr(question, "LIMIT_TAKEN", 30)
    page = get(client, f"{WELLS}?f={form}&limit=20&sortby=code&properties=code")
    assert page["OGC-NumberMatched"] == "4"
    address = page["Link"].partition(">")[0].strip("<")
    assert "limit=3&offset=3" in address.replace("&sortby=code&properties=code", "")
    rest = get(client, address)
    if form == "geojson":
        body = page.json()
        assert (body["numberMatched"], body["numberReturned"], len(body["features"])) == (4, 3, 3)
        assert links(body, "next")[0]["href"] == address
        assert [*codes(body), *codes(rest.json())] == ["W1", "W2", "W3", "W4"]
        assert links(rest.json(), "next") == []


@pytest.mark.parametrize("limit", ["100001", "1000000", "2147483647", "1" + "0" * 39])
@pytest.mark.parametrize("form", ["geojson", "html", "csv"])
def test_who_asks_for_everything_is_told_that_a_page_is_not(client: Client, limit: str, form: str) -> None:
    refused = client.get(f"{WELLS}?f={form}&limit={limit}")
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    told = refused.json()
    assert (told["param"], told["allowed"][0]) == ("limit", "1..10000")


def test_the_number_alone(client: Client) -> None:
    body = get(client, f"{WELLS}?resultType=hits&use=irrigation").json()
    assert (body["features"], body["numberReturned"], body["numberMatched"]) == ([], 0, 2)


@pytest.mark.parametrize("system", systems(USUAL), ids=lambda system: system.uri.rpartition("/")[2])
def test_coordinates_and_boxes_in_every_system(client: Client, system: Crs) -> None:
    """As PROJ gives them in the authority's own order."""
    to = Transformer.from_crs("OGC:CRS84", "OGC:CRS84" if system is CRS84 else system.srid)
    response = get(client, f"{WELLS}?crs={system.uri}&code=W1")
    assert response["Content-Crs"] == f"<{system.uri}>"
    (feature,) = response.json()["features"]
    near = 1e-7 if system.stored else 1e-3
    expected = to.transform(WEST + CELL / 2, SOUTH + CELL / 2)
    assert feature["geometry"]["coordinates"] == pytest.approx(expected, abs=near)
    single = get(client, f"{WELLS}/W1?crs={system.uri}").json()
    assert single["geometry"] == feature["geometry"]
    low, high = to.transform(WEST + 0.001, SOUTH + 0.001), to.transform(WEST + CELL - 0.001, SOUTH + CELL - 0.001)
    box = ",".join(repr(number) for number in (*low, *high))
    assert codes(get(client, f"{WELLS}?bbox={box}&bbox-crs={system.uri}").json()) == ["W1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "1234"),
        ("bbox=116,40,116.01,40.01", "1"),
        ("bbox=116,40,0,116.01,40.01,100", "1"),
        ("bbox=-180,-90,180,90", "123"),
        ("bbox=170,-10,-170,10", ""),
        ("use=irrigation", "23"),
        ("use=irrigation,supply", "123"),
        ("use=drinking", ""),  # and a word that is none equals nothing, as in CQL2
        ("filter=use = 'drinking'", ""),
        ("use=drinking,irrigation", "23"),
        ("use=null", ""),
        ("depth_m=50.5", "2"),
        ("depth_m=..20", "14"),
        ("found_region=110101001001", "1"),
        ("within=110101001", "12"),
        ("within=110101001&region=110101001001", "1"),
        ("region=110101001001", "1"),
        ("region=110101001", ""),  # a property's parameter means equality
        ("name=甲井", "1"),
        ("name=乙井,北", "3"),
        ("name= 甲井", ""),
        ("name=", "24"),
        ("code=W1,W3", ""),
        ("filter=code IN ('W1','W3')", "13"),
        ("filter=depth_m > 8 AND use <> 'supply'", "2"),
        ("filter=CASEI(code) LIKE CASEI('w%')&filter-lang=cql2-text", "1234"),
        ('filter={"op":"=","args":[{"property":"code"},"W1"]}&filter-lang=cql2-json', "1"),
        ('filter={"op":"=","args":[{"property":"code"},"W1"]}', "1"),
        ("filter=S_INTERSECTS(geometry,BBOX(40,116,40.01,116.01))&filter-crs=http://www.opengis.net/def/crs/EPSG/0/4490", "1"),
        ("filter=use = 'irrigation'&bbox=116,40,116.01,40.02&depth_m=null", "3"),
        ("datetime=2019-01-01", "1234"),
        ("datetime=0000-01-01T00:00:00Z/2019-01-01T00:00:00Z", "1234"),
        ("sortby=-depth_m", "2143"),
        ("sortby=+depth_m", "4123"),
        ("sortby=use,-code", "1324"),
    ],
)  # fmt: skip
def test_a_list_holds_what_is_asked(client: Client, query: str, expected: str) -> None:
    encoded = "&".join(quote(part, safe="=,+-.:/") for part in query.split("&"))
    body = get(client, f"{WELLS}?{encoded}").json()
    found = [code.removeprefix("W") for code in codes(body)]
    assert "".join(found if "sortby" in query else sorted(found)) == expected
    assert body["numberMatched"] == len(expected)


def test_properties_and_geometry_are_left_out_where_asked(client: Client) -> None:
    body = get(client, f"{WELLS}?properties=use,code&skipGeometry=true&sortby=code&limit=1").json()
    assert [(f["geometry"], f["properties"]) for f in body["features"]] == [(None, {"code": "W1", "use": "supply"})]
    assert get(client, f"{WELLS}?properties=&limit=1").json()["features"][0]["properties"] == {}


def test_regions_carry_the_usage_of_a_period(client: Client) -> None:
    url = "/ogc/collections/village/items"

    def used(query: str) -> dict[str, Any]:
        return {
            f["properties"]["code"]: (f["properties"]["period"], f["properties"]["volume_l"])
            for f in get(client, f"{url}?{query}").json()["features"]
        }

    assert used("period=2019") == {A: ("2019", 5000), B: ("2019", None), C: ("2019", None), D: ("2019", 700)}
    assert used(f"period=2019-03&within={NORTHERN}&sortby=-volume_l") == {D: ("2019-03", 700), C: ("2019-03", None)}
    assert used("datetime=2019-01-15/2019-01-20")[A] == ("2019-01", 5000)
    assert used("datetime=../2019-03-01T00:00:00Z")[D] == ("2019-01..2019-03", 700)
    assert get(client, f"{url}?datetime=2020-01-01/..").json()["features"] == []
    assert get(client, f"{url}/{A}?period=2019").json()["properties"]["volume_l"] == 5000
    assert "volume_l" not in get(client, f"{url}/{A}").json()["properties"]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("2019-01-01", 1), ("2019-01-31", 1), ("2019-02-01", 0), ("2019-02-28/2019-03-31", 1), ("2019-01-01/..", 2),
        ("0000-01-01T00:00:00Z/2019-01-31T00:00:00Z", 1), ("2019-03-01T00:00:00Z/9999-12-31T00:00:00Z", 1), ("0000-01-01", 0),
    ],
)  # fmt: skip
def test_records_are_of_their_month(client: Client, interval: str, expected: int) -> None:
    assert get(client, f"/ogc/collections/usage/items?datetime={interval}").json()["numberMatched"] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("valid_from=2018-01-01", ["P1"]), ("valid_from=2018-01-01T00:00:00Z", ["P1"]), ("valid_from=2018-01-02", []),
        ("valid_from=2018-01", ["P1"]), ("valid_from=2018", ["P1"]), ("valid_to=2018-12-31", ["P1"]),
        ("permitted_m3_per_year=1.5", ["P1"]), ("permitted_m3_per_year=..2", ["P1"]), ("permitted_m3_per_year=1500", []),
        ("permitted_m3_per_year=null", ["P2"]),
    ],
)  # fmt: skip
def test_days_and_amounts_of_permits(client: Client, query: str, expected: list[str]) -> None:
    """A day is that day; an amount is in the unit that is spoken, whatever is stored."""
    release = make.ReleaseFactory()
    permits = models.AbstractionPermit.objects
    permits.create(
        code="P1", valid_from="2018-01-01", valid_to="2018-12-31", permitted_l_per_year=1500, release=release
    )
    permits.create(code="P2", valid_from="2019-06-01", release=release)
    make.publish()
    assert codes(get(client, f"/ogc/collections/permit/items?sortby=code&{query}").json()) == expected


def test_permits_are_of_the_time_they_are_valid(client: Client) -> None:
    release = make.ReleaseFactory()
    for code, start, end in (("P1", "2018-01-01", "2018-12-31"), ("P2", "2019-06-01", None), ("P3", None, None)):
        models.AbstractionPermit.objects.create(code=code, valid_from=start, valid_to=end, release=release)
    make.publish()
    url = "/ogc/collections/permit/items?sortby=code&datetime="
    assert codes(get(client, f"{url}2018-12-31").json()) == ["P1", "P3"]
    assert codes(get(client, f"{url}2019-01-01/2019-05-31").json()) == ["P3"]
    assert codes(get(client, f"{url}2019-01-01/..").json()) == ["P2", "P3"]
    for first_day, before in (("2019-06-01", "2019-05-31"), ("2018-01-01", "2017-12-31")):
        assert set(codes(get(client, f"{url}../{first_day}").json())) - set(
            codes(get(client, f"{url}../{before}").json())
        )
    assert codes(get(client, f"{url}2019-06-01").json()) == ["P2", "P3"]
    assert codes(get(client, "/ogc/collections/permit/items?bbox=-180,-90,180,90").json()) == []


def test_one_feature_by_identity_and_by_code(client: Client) -> None:
    well = models.Well.objects.get(code="W1")
    by_id, by_code = get(client, f"{WELLS}/{well.pk}"), get(client, f"{WELLS}/W1")
    listed = get(client, f"{WELLS}?code=W1").json()["features"][0]
    for response, name in ((by_id, str(well.pk)), (by_code, "W1")):
        body = response.json()
        assert response["Content-Type"] == "application/geo+json"
        assert links(body, "self")[0]["href"] == f"{HOST}{WELLS}/{name}"
        assert links(body, "collection")[0]["href"] == f"{HOST}/ogc/collections/well"
        assert {key: body[key] for key in listed} == listed


@pytest.mark.parametrize("url", [WELLS, f"{WELLS}/W1", "/ogc/", "/ogc/collections/well", "/ogc/tiles", "/ogc/api.html"])
def test_a_resource_is_read_only_and_says_so(client: Client, url: str) -> None:
    assert client.options(url)["Allow"] == "GET, HEAD, OPTIONS"
    for method in (client.post, client.put, client.patch, client.delete):
        refused = method(url)
        assert refused.status_code == 405
        assert refused["Allow"] == "GET, HEAD, OPTIONS"
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["status"] == 405
    head, whole = client.head(url), client.get(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Type"] == whole["Content-Type"]


def test_a_strangers_headers_change_no_address(client: Client) -> None:
    for url in ("/ogc/", f"{WELLS}?limit=1", "/ogc/tiles", "/ogc/api"):
        told = get(
            client, url, X_Forwarded_Proto="https", X_Forwarded_Host="evil.example", Forwarded="host=evil.example"
        ).content
        assert b"evil.example" not in told
        assert b"https://testserver" not in told


@pytest.mark.parametrize("url", [f"{WELLS}?limit=1", f"{WELLS}/W1", f"{WELLS}?f=html", "/ogc/collections", "/ogc/api"])
def test_the_same_again_is_304_until_the_data_change(client: Client, url: str) -> None:
    for encoding in ("", "gzip"):
        first = get(client, url, Accept_Encoding=encoding)
        headers = {"Accept-Encoding": encoding, "If-None-Match": first["ETag"]}
        again = client.get(url, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert {"Accept", "Accept-Encoding"} <= set(first["Vary"].replace(" ", "").split(","))
    make.publish()
    assert client.get(url, headers=headers).status_code == 200


def test_an_answer_is_compressed_for_who_takes_it(client: Client) -> None:
    packed = get(client, WELLS, Accept_Encoding="gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert codes(json.loads(gzip.decompress(packed.content))) == codes(get(client, WELLS).json())
    assert packed["ETag"] != get(client, WELLS)["ETag"]


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("url", "accept", "expected"),
    [
        (WELLS, "*/*", "application/geo+json"),
        (WELLS, "application/geo+json, application/json", "application/geo+json"),
        (WELLS, "application/json", "application/geo+json"),
        (WELLS, BROWSER, "text/html; charset=utf-8"),
        (WELLS, "image/png", "application/geo+json"),
        (WELLS, "text/csv", "text/csv; charset=utf-8"),
        (WELLS, "application/flatgeobuf", "application/flatgeobuf"),
        (f"{WELLS}?f=json", BROWSER, "application/geo+json"),
        (f"{WELLS}?f=geojson", BROWSER, "application/geo+json"),
        (f"{WELLS}?f=html", "application/json", "text/html; charset=utf-8"),
        ("/ogc/", "*/*", "application/json"),
        ("/ogc/", BROWSER, "text/html; charset=utf-8"),
        ("/ogc/collections/well/queryables", "application/schema+json", "application/schema+json"),
        ("/ogc/collections/well/queryables", "application/json", "application/schema+json"),
        ("/ogc/api", "application/vnd.oai.openapi+json;version=3.0, application/json", "application/vnd.oai.openapi+json;version=3.0"),
    ],
)  # fmt: skip
def test_the_form_is_negotiated(client: Client, url: str, accept: str, expected: str) -> None:
    assert get(client, url, Accept=accept)["Content-Type"] == expected


@pytest.mark.parametrize(("url", "accept"), [("/ogc/api", BROWSER), ("/ogc/api?f=html", "*/*")])
def test_people_are_led_to_the_page_that_reads_the_api(client: Client, url: str, accept: str) -> None:
    response = client.get(url, headers={"Accept": accept})
    assert (response.status_code, response["Location"]) == (302, f"{HOST}/ogc/api.html")
    assert "Accept" in response["Vary"]


def test_a_page_links_to_itself_in_every_other_form(client: Client) -> None:
    """Each alternate holds the features of the page, and not all of them."""
    found = links(get(client, f"{WELLS}?limit=2&offset=1&properties=code").json(), "alternate")
    assert {one["type"] for one in found} == {"text/html", *(one.media_type for one in FORMATS.values())} - {
        "application/geo+json"
    }
    for one in found:
        response = get(client, one["href"])
        assert response["Content-Type"].split(";")[0] == one["type"]
        assert response["Content-Crs"] == f"<{CRS84.uri}>"
        if one["type"] == "text/csv":
            assert response.getvalue().decode("utf-8-sig").splitlines() == [
                "code,lon,lat",
                "W2,116.015,40.005",
                "W3,116.005,40.015",
            ]
    elsewhere = get(client, f"{WELLS}?limit=2&crs=EPSG:4548").json()
    assert "application/geo+json-seq" not in {one["type"] for one in links(elsewhere, "alternate")}
    for one in links(elsewhere, "alternate"):
        assert get(client, one["href"])["Content-Crs"] == "<http://www.opengis.net/def/crs/EPSG/0/4548>"
    assert {one["type"] for one in links(get(client, f"{WELLS}?resultType=hits").json(), "alternate")} == {"text/html"}


def test_files_are_of_the_same_question(client: Client) -> None:
    response = get(client, f"{WELLS}?f=csv&filter={quote('depth_m > 8')}&sortby=-depth_m&properties=code,depth_m")
    text = b"".join(response.streaming_content if response.streaming else [response.content]).decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == ["code", "W2", "W1"]
    assert response["OGC-NumberMatched"] == "2"
    page = get(client, f"{WELLS}?f=fgb&limit=3&offset=0")
    assert page["OGC-NumberMatched"] == "4"
    address, rel, kind = page["Link"].split("; ")
    assert (rel, kind) == ('rel="next"', 'type="application/flatgeobuf"')
    assert urlsplit(address.strip("<>")).query == "f=fgb&limit=3&offset=3"


@pytest.mark.parametrize(
    "url",
    ["/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/collections/well", WELLS, f"{WELLS}/W1",
     "/ogc/collections/village/items?period=2019", "/ogc/collections/permit", "/ogc/collections/permit/items",
     "/ogc/collections/well/queryables", "/ogc/collections/well/schema", "/ogc/tiles", "/ogc/tiles/WebMercatorQuad",
     "/ogc/collections/well/tiles", "/ogc/collections/well/tiles/WebMercatorQuad", "/ogc/tileMatrixSets",
     "/ogc/tileMatrixSets/WebMercatorQuad", "/ogc/api.html"],
)  # fmt: skip
def test_every_resource_has_a_page(client: Client, url: str) -> None:
    response: HttpResponse = get(client, url, Accept=BROWSER)
    assert response["Content-Type"].startswith("text/html")
    text = response.content.decode()
    assert "<script>" not in text  # the policy allows scripts of files alone
    for address in ("http://www.w3.org", "https://cdn", "//unpkg"):
        assert address not in text


def test_a_page_shows_names_values_and_a_map(client: Client) -> None:
    make.WellFactory(code="W<5", name="<script>alert(1)</script>")
    text = get(client, f"{WELLS}?f=html&sortby=code").content.decode()
    assert "机井 Wells" in text
    assert "甲井" in text
    assert "<script>alert" not in text
    assert 'data-admin-map="view"' in text
    assert "data-admin-map" not in get(client, f"{WELLS}?f=html&crs=EPSG:4490").content.decode()


@pytest.mark.parametrize(
    ("url", "types"),
    [
        ("/ogc/", ["application/json"]),
        ("/ogc/conformance", ["application/json"]),
        ("/ogc/collections", ["application/json"]),
        ("/ogc/collections/well/queryables", ["application/schema+json"]),
        ("/ogc/collections/well/schema", ["application/schema+json"]),
        ("/ogc/tiles/WebMercatorQuad", ["application/json"]),
        ("/ogc/collections/well", ["application/json", *(one.media_type for one in FORMATS.values())]),
        (f"{WELLS}?limit=2&sortby=-code", [one.media_type for one in FORMATS.values()]),
        (f"{WELLS}/W1", ["application/geo+json"]),
    ],
)
def test_a_browser_that_follows_another_form_gets_it(client: Client, url: str, types: list[str]) -> None:
    """A browser says that it takes pages: an address of another form has to say its form."""
    page = get(client, url, Accept=BROWSER).content.decode()
    addresses = [unescape(one) for one in re.findall(r'<a href="([^"]+)"[^>]* data-testid="other"', page)]
    answers = [get(client, one, Accept=BROWSER) for one in addresses]
    assert [one["Content-Type"].split(";")[0] for one in answers] == types


def test_a_page_speaks_to_people(client: Client) -> None:
    """Terms by their names, the feature by its own; large numbers in groups."""
    page = get(client, f"{WELLS}/W1?f=html").content.decode()
    assert "<h1>甲井 <small>机井 Wells</small></h1>" in page
    assert "<dd>水源井 supply</dd>" in page
    assert 'data-admin-map="view"' in get(client, "/ogc/?f=html").content.decode()


SEARCH = "/ogc/collections/well/search"


def posted(client: Client, body: Any, content_type: str = "application/json", **headers: str) -> Any:
    return client.post(SEARCH, body, content_type=content_type, headers=headers)


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"limit": "2", "offset": "1", "sortby": "code"}, {"filter": "depth_m > 8 AND use <> 'supply'"}, {"use": "irrigation"},
        {"bbox": "116,40,116.01,40.01"}, {"within": "110101001", "crs": "EPSG:4490"}, {"resultType": "hits"}, {"properties": "code"},
    ],
    ids=str,
)  # fmt: skip
def test_a_list_asked_for_by_a_body_is_that_of_an_address(client: Client, asked: dict[str, str]) -> None:
    whole = get(client, f"{WELLS}?{urlencode(asked)}")
    theirs = {key: value for key, value in whole.json().items() if key not in ("links", "timeStamp")}
    for answer in (posted(client, asked), posted(client, urlencode(asked), "application/x-www-form-urlencoded")):
        assert answer.status_code == 200, answer.content[:300]
        ours = answer.json()
        assert [one["body"] for one in links(ours, "self")] == [asked]
        assert {key: value for key, value in ours.items() if key not in ("links", "timeStamp")} == theirs
        for header in ("Content-Type", "Content-Crs", "OGC-NumberMatched", "OGC-NumberReturned"):
            assert answer[header] == whole[header]
        assert answer["Cache-Control"] == "no-store"
        assert "ETag" not in answer


def test_the_pages_of_a_search_are_posted_one_after_the_other(client: Client) -> None:
    found, asked = [], {"limit": 3, "sortby": ["code"], "skipGeometry": True, "filter": {"op": ">", "args": [5, 1]}}
    while asked:
        body = posted(client, asked).json()
        found += codes(body)
        following = links(body, "next")
        asked = following[0]["body"] if following else None  # type: ignore[assignment]
        assert all((one["method"], one["href"]) == ("POST", f"{HOST}{SEARCH}") for one in following)
    assert found == ["W1", "W2", "W3", "W4"]
    file = next(one for one in links(body, "alternate") if one["type"] == "text/csv")
    assert posted(client, file["body"])["Content-Type"] == "text/csv; charset=utf-8"


def test_a_filter_that_no_address_holds(client: Client) -> None:
    codes_asked = ",".join(f"'X{number}'" for number in range(4000))
    body = posted(client, {"filter": f"code IN ({codes_asked},'W2')"}).json()
    assert codes(body) == ["W2"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "param"),
    [
        ("{", "application/json", 400, None), ("[]", "application/json", 400, None), ('{"x":1}', "application/json", 400, "x"),
        ('{"limit":{}}', "application/json", 400, "limit"), ('{"limit":[[1]]}', "application/json", 400, "limit"),
        ('{"limit":null}', "application/json", 400, "limit"), ('{"name":"\\u0000"}', "application/json", 400, "name"),
        ('{"limit":""}', "application/json", 400, "limit"), ('{"f":"html"}', "application/json", 400, "f"),
        ('{"filter":{"op":"no","args":[]}}', "application/json", 400, "filter"), ("limit=1&limit=2", "application/x-www-form-urlencoded", 400, "limit"),
        ("x=1", "application/x-www-form-urlencoded", 400, "x"), ("<a/>", "application/xml", 415, "Content-Type"),
        ('{"filter":"' + "x" * 70_000 + '"}', "application/json", 413, None), ("[" * 60_000, "application/json", 400, None),
    ],
)  # fmt: skip
def test_a_wrong_search_is_told(client: Client, body: str, content_type: str, status: int, param: str | None) -> None:
    refused = posted(client, body, content_type)
    assert (refused.status_code, refused["Content-Type"]) == (status, "application/problem+json")
    assert refused.json().get("param") == param


def test_a_search_is_no_way_to_write(client: Client) -> None:
    """By POST at `items` desktops know a layer that can be edited: the search is elsewhere."""
    assert client.options(SEARCH)["Allow"] == "POST, OPTIONS"
    for method in (client.get, client.put, client.delete):
        refused = method(SEARCH)
        assert (refused.status_code, refused["Allow"], refused.json()["status"]) == (405, "POST, OPTIONS", 405)
    assert "POST" not in client.options(WELLS)["Allow"]
    assert client.post(f"{SEARCH}?limit=1", {}, content_type="application/json").status_code == 400
    assert client.post("/ogc/collections/lake/search", {}, content_type="application/json").status_code == 404


GEOJSON_OF_VILLAGES = [
    "/ogc/collections/village/items", f"/ogc/collections/village/items/{A}", "/feeds/village.geojson", "/feeds/village.geojsons",
    "/feeds/village.geojson?lang=zh", "/api/layers/village/features", f"/api/layers/village/features/{A}",
]  # fmt: skip


@pytest.mark.parametrize("url", GEOJSON_OF_VILLAGES)
def test_rings_are_wound_as_geojson_has_them(client: Client, url: str) -> None:
    """RFC 7946, 3.1.6, whichever way they are stored: a map that keeps to it fills what is outside else."""
    clockwise = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)]
    hole = [(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4), (0.2, 0.2)]
    rings = [[(WEST + x * CELL, SOUTH + y * CELL) for x, y in ring] for ring in (clockwise, hole)]
    models.Boundary.objects.filter(region__code=A).update(geom=MultiPolygon(Polygon(*rings), srid=4490))
    make.publish()
    response = get(client, url)
    text = b"".join(response.streaming_content) if response.streaming else response.content
    told = (
        [json.loads(line.lstrip(b"\x1e")) for line in text.splitlines()]
        if url.endswith("s") and b"\x1e" in text
        else [json.loads(text)]
    )
    features = [one for body in told for one in body.get("features", [body])]
    polygons = [polygon for one in features for polygon in one["geometry"]["coordinates"]]
    assert max(len(polygon) for polygon in polygons) == 2
    for outer, *inner in polygons:
        assert shapely.LinearRing(outer).is_ccw
        assert not any(shapely.LinearRing(one).is_ccw for one in inner)


def test_a_fractional_number_is_never_taken_for_a_whole_one(client: Client) -> None:
    """GDAL guesses a field's type from what it reads: 10.0 is a real number, 10 would be an integer."""
    models.Well.objects.filter(code="W3").update(depth_m=1e15)
    models.Well.objects.filter(code="W4").update(depth_m=0.25)
    make.publish()
    for url in (WELLS, "/feeds/well.geojson", "/feeds/well.geojsons", "/api/layers/well/features"):
        response = get(client, f"{url}?sortby=code" if url == WELLS else url)
        text = (b"".join(response.streaming_content) if response.streaming else response.content).decode()
        found = re.findall(r'"depth_m": ?([^,}]+)', text)
        assert {"10.0", "50.5", "0.25"} < set(found)
        assert sorted(map(float, found)) == [0.25, 10, 50.5, 1e15]
        assert all("." in one or "e" in one for one in found), url
        assert re.search(r'"year_built": ?(null|\d+)[,}]', text)
    response = get(client, "/feeds/well.csv?fields=code,depth_m&geometry=none")
    text = (b"".join(response.streaming_content) if response.streaming else response.content).decode("utf-8-sig")
    assert text.splitlines()[:3] == ["code,depth_m", "W1,10.0", "W2,50.5"]
