"""Whose answer it is: no question is answered with what was made for another host, encoding, build or database."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client
from django.utils import timezone

from layers import versions
from layers.http.encoding import accepts_gzip
from layers.models import LayerVersion
from tests import factories as make
from tests.db.test_mvt import tile_at
from tests.factories import A, Grid, at

_, X, Y = tile_at(at(0.5, 0.5), 14)


@pytest.fixture(autouse=True)
def grid(db: None) -> Grid:
    found = make.make_grid()
    make.WellFactory(code="W1")
    make.UsageFactory(region=found[A])
    found.settle()
    return found


@pytest.mark.parametrize("url", ["/tiles/well.json", "/styles/well.json", "/styles/map.json"])
def test_addresses_are_of_the_host_that_was_asked(client: Client, url: str) -> None:
    first = client.get(url, headers={"host": "localhost:6666"})
    second = client.get(url, headers={"host": "localhost:7777"})
    assert b"localhost:6666" in first.content
    assert b"localhost:6666" not in second.content
    assert first["ETag"] != second["ETag"]


def test_the_word_gzip_in_a_question_is_not_an_encoding(client: Client) -> None:
    long = "/api/stats/series?level=village&period=2019-01&purpose=residential&source="
    packed = client.get("/api/search?q=1", headers={"accept-encoding": "gzip"})
    plain = client.get("/api/search?q=1gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) != plain.content
    assert "Content-Encoding" not in plain
    assert plain.json()["results"] == []
    assert client.get(f"{long}group_tapgzip").status_code == 400


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, identity", False),
        ("gzip;q=0.5", True),
        ("identity", False),
        ("notgzip", False),
        ("", False),
    ],
)
def test_gzip_as_the_asker_takes_it(rf: object, given: str, expected: bool) -> None:
    request = rf.get("/", headers={"accept-encoding": given})  # type: ignore[attr-defined]
    assert accepts_gzip(request) is expected


def tile_url(client: Client) -> str:
    return str(client.get("/tiles/well.json").json()["tiles"][0])


def test_an_address_kept_for_ever_is_of_one_build(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tile_url(client)
    monkeypatch.setattr(versions, "build", lambda: "another build")
    assert tile_url(client) != before


def test_an_address_kept_for_ever_is_of_one_database(client: Client) -> None:
    """Release ids begin again in a new database; the time of the change does not."""
    before = tile_url(client)
    LayerVersion.objects.update(changed_at=timezone.now())
    after = tile_url(client)
    assert after != before
    old, new = (
        client.get(url.format(z=14, x=X, y=Y).removeprefix("http://testserver"))["Cache-Control"]
        for url in (before, after)
    )
    assert "immutable" not in old
    assert "immutable" in new


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("url", ["/tiles/well.json", "/styles/map.json", f"/tiles/well/14/{X}/{Y}.pbf"])
def test_tiles_are_only_read(url: str, method: str) -> None:
    assert getattr(Client(enforce_csrf_checks=True), method)(url).status_code == 405


@pytest.mark.parametrize("url", ["/api/layers/well/features?use=,", "/api/layers/well/features?fields=,"])
def test_a_list_that_names_nothing_is_refused(client: Client, url: str) -> None:
    assert client.get(url).status_code == 400
