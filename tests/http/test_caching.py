"""An answer is kept for as long as it is true: by version and encoding, never by time."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from layers import dependencies
from layers.fields import SUMS
from layers.versions import as_of
from tests import factories as make
from tests.db.test_mvt import tile_at
from tests.factories import A, Grid, at
from tiles import cache
from tiles.address import Tile

IMMUTABLE = "immutable"
_, X, Y = tile_at(at(0.5, 0.5), 14)
TILE = f"/tiles/well/14/{X}/{Y}.pbf"
URLS = [
    "/api/meta",
    "/api/layers/well/features",
    "/api/stats?period=2019",
    "/tiles/well.json",
    "/styles/map.json",
    TILE,
]


@pytest.fixture
def grid(db: None) -> Grid:
    found = make.make_grid()
    make.WellFactory(code="W1")
    make.UsageFactory(region=found[A])
    found.settle()
    return found


def get(client: Client, url: str, **headers: str) -> HttpResponse:
    return client.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("url", URLS)
def test_the_same_question_again_is_304(client: Client, grid: Grid, url: str) -> None:
    for encoding in ("", "gzip"):
        first = get(client, url, Accept_Encoding=encoding)
        assert first.status_code == 200
        again = get(client, url, Accept_Encoding=encoding, If_None_Match=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"] == first["Cache-Control"]
        assert "Accept-Encoding" in again["Vary"]


@pytest.mark.parametrize("url", URLS)
def test_an_etag_is_of_one_encoding(client: Client, grid: Grid, url: str) -> None:
    plain, packed = get(client, url), get(client, url, Accept_Encoding="gzip")
    assert plain["ETag"] != packed["ETag"]
    assert plain["ETag"].startswith('"')  # strong
    assert "Accept-Encoding" in plain["Vary"]
    assert get(client, url, If_None_Match=packed["ETag"]).status_code == 200


@pytest.mark.parametrize("url", URLS)
def test_an_etag_is_of_one_version(client: Client, grid: Grid, url: str) -> None:
    before = get(client, url)
    make.publish()
    after = get(client, url, If_None_Match=before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]


def test_an_etag_is_of_one_question(client: Client, grid: Grid) -> None:
    urls = [*URLS, f"{TILE}?use=supply", "/api/stats?period=2019&level=village", "/tiles/village.json"]
    tags = [get(client, url)["ETag"] for url in urls]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("given", ['"x", {tag}', "W/{tag}", "*", '{tag}, "y"'], ids=["second", "weak", "any", "first"])
@pytest.mark.parametrize("url", ["/api/meta", TILE])
def test_if_none_match_as_the_rfc_has_it(client: Client, grid: Grid, url: str, given: str) -> None:
    """RFC 9110, 13.1.2: a list, a star, and the weak comparison that proxies make necessary."""
    tag = get(client, url)["ETag"]
    assert get(client, url, If_None_Match=given.format(tag=tag)).status_code == 304


def test_a_tile_may_be_kept_for_ever_only_under_its_current_version(client: Client, grid: Grid) -> None:
    stamp = as_of(["well", "region"]).stamp
    versioned = TILE.replace("/well/", f"/well/v{stamp}/")
    assert IMMUTABLE in get(client, versioned)["Cache-Control"]
    assert IMMUTABLE not in get(client, TILE)["Cache-Control"]
    assert IMMUTABLE not in get(client, TILE.replace("/well/", f"/well/v{stamp}0/"))["Cache-Control"]
    make.publish("well")
    assert IMMUTABLE not in get(client, versioned)["Cache-Control"]
    assert get(client, versioned).status_code == 200  # an old address still gives today's tile


def test_an_empty_tile_is_kept_like_any_other(client: Client, grid: Grid) -> None:
    stamp = as_of(["well", "region"]).stamp
    url = f"/tiles/well/v{stamp}/14/0/0.pbf"
    response = get(client, url)
    assert response.status_code == 204
    assert IMMUTABLE in response["Cache-Control"]
    assert get(client, url, If_None_Match=response["ETag"]).status_code == 304


def test_a_release_shows_at_the_next_question(client: Client, grid: Grid) -> None:
    before = get(client, "/tiles/well.json").json()["tiles"][0]
    assert get(client, "/api/layers/well/features").json()["count"] == 1
    old = get(client, TILE).content
    make.WellFactory(code="W2", geom=at(0.5, 0.5))
    assert get(client, TILE).content == old  # not published yet
    make.publish("well")
    after = get(client, "/tiles/well.json").json()["tiles"][0]
    assert before != after
    assert f"/v{as_of(['well', 'region']).stamp}/" in after
    assert get(client, "/api/layers/well/features").json()["count"] == 2
    assert get(client, TILE).content != old


def test_a_release_of_another_dataset_leaves_a_layers_tiles_alone(client: Client, grid: Grid) -> None:
    tag, listed = get(client, TILE)["ETag"], get(client, "/api/layers/well/features")["ETag"]
    make.publish("usage", "meter", "sewage_plant")
    assert get(client, TILE)["ETag"] == tag
    assert get(client, "/api/layers/well/features")["ETag"] == listed


@pytest.mark.parametrize("dataset", dependencies.behind(SUMS))
def test_what_changes_a_figure_makes_all_that_shows_it_new(client: Client, grid: Grid, dataset: str) -> None:
    _, x, y = tile_at(at(0.5, 0.5), 12)
    tile = f"/tiles/village/12/{x}/{y}.pbf"
    shown = [f"{tile}?period=2019", "/api/layers/village/features?period=2019", "/api/stats?period=2019",
             "/api/stats/series", f"/api/regions/{A}"]  # fmt: skip
    tags = [get(client, url)["ETag"] for url in shown]
    address = client.get("/tiles/village.json?period=2019").json()["tiles"]
    make.publish(dataset)
    assert not set(tags) & {get(client, url)["ETag"] for url in shown}
    assert client.get("/tiles/village.json?period=2019").json()["tiles"] != address


def test_new_outlines_make_figures_and_places_new(client: Client, grid: Grid) -> None:
    tags = [get(client, url)["ETag"] for url in URLS]
    make.publish("region")
    assert not set(tags) & {get(client, url)["ETag"] for url in URLS}


def test_tiles_are_kept_on_disk_by_version_and_old_ones_swept(client: Client, grid: Grid) -> None:
    get(client, TILE)
    cache.files.settle()
    (kept,) = cache.files.home.rglob("*.pbf.gz")
    stamp = as_of(["well", "region"]).stamp
    assert kept.relative_to(cache.files.home) == Path(f"well/{stamp}/14/{str(X)[-2:]}/{X}-{Y}.pbf.gz")
    make.publish("well")
    get(client, TILE)
    cache.files.settle()
    (kept,) = cache.files.home.rglob("*.pbf.gz")
    assert kept.relative_to(cache.files.home).parts[1] == as_of(["well", "region"]).stamp


def test_filtered_tiles_are_not_written_to_disk(client: Client, grid: Grid) -> None:
    assert get(client, f"{TILE}?use=supply").status_code == 200
    cache.files.settle()
    assert not list(cache.files.home.rglob("*.pbf.gz"))


def test_a_filter_is_the_same_in_any_order(client: Client, grid: Grid) -> None:
    one, other = (get(client, f"{TILE}?{query}")["ETag"] for query in ("use=supply&name=", "name=&use=supply"))
    assert one == other


def test_a_disk_that_cannot_be_written_costs_only_the_cache(
    client: Client, grid: Grid, settings: object, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a directory")
    settings.STATE_DIR = tmp_path / "file"  # type: ignore[attr-defined]
    assert get(client, TILE).status_code == 200


@pytest.mark.parametrize("variant", ["", "use=supply"])
def test_a_tile_missed_by_many_at_once_is_made_once(settings: object, tmp_path: Path, variant: str) -> None:
    settings.STATE_DIR = tmp_path  # type: ignore[attr-defined]
    made, ready = [], threading.Barrier(8)

    def make_it() -> bytes:
        made.append(1)
        time.sleep(0.05)
        return b"tile"

    def ask() -> bytes:
        ready.wait()
        return cache.fetch("well", "987654-0", Tile(14, 1, 2), variant, make_it, lambda: "987654-0")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(8)]]
    assert len(made) == 1
    assert len(set(answers)) == 1


def test_a_tile_that_fails_is_asked_for_again(settings: object, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path  # type: ignore[attr-defined]

    def fail() -> bytes:
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError):
        cache.fetch("well", "1-0", Tile(5, 0, 0), "", fail, lambda: "1-0")
    assert cache.fetch("well", "1-0", Tile(5, 0, 0), "", lambda: b"tile", lambda: "1-0")
