"""What is kept is true and whole: damaged files are made anew, old versions never win, empty tiles take no room."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from layers.kept.memory import Made
from layers.models import LayerVersion, Region
from layers.versions import Stamp, as_of
from tests import factories as make
from tests.db.test_mvt import tile_at
from tests.factories import A, Grid, at
from tiles import cache, views
from tiles.address import Tile

_, X, Y = tile_at(at(0.5, 0.5), 14)
TILE = f"/tiles/well/14/{X}/{Y}.pbf"


@pytest.fixture(autouse=True)
def grid(db: None) -> Grid:
    found = make.make_grid()
    make.WellFactory(code="W1", geom=at(0.5, 0.5))
    make.UsageFactory(region=found[A])
    found.settle()
    return found


def body_of(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def said_by(body: bytes) -> object:
    """A file as it is; of a workbook all but the time that it was made at, which it tells."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}


def damage(path: Path, how: Callable[[bytes], bytes]) -> None:
    """As a disk does it: the times stay."""
    before = path.stat()
    path.write_bytes(how(path.read_bytes()))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def flipped(share: float) -> Callable[[bytes], bytes]:
    def flip(data: bytes) -> bytes:
        place = min(len(data) - 1, int(len(data) * share))
        return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]

    return flip


DAMAGES = {
    "first byte": flipped(0),
    "a byte": flipped(0.4),
    "another byte": flipped(0.7),
    "last byte": flipped(1),
    "cut": lambda data: data[: len(data) // 2],
    "cut by one": lambda data: data[:-1],
    "emptied": lambda data: b"",
    "longer": lambda data: data + b"\0",
}
damaged = pytest.mark.parametrize("how", list(DAMAGES.values()), ids=list(DAMAGES))


def kept(suffix: str) -> Path:
    cache.files.settle()
    (found,) = Path(live.STATE_DIR).rglob(f"*{suffix}")
    return found


@damaged
def test_a_damaged_tile_is_made_anew(client: Client, how: Callable[[bytes], bytes], caplog: Any) -> None:
    right = client.get(TILE, headers={"accept-encoding": "gzip"}).content
    assert b"W1" in gzip.decompress(right)
    path = kept(".pbf.gz")
    whole = path.read_bytes()
    damage(path, how)
    answer = client.get(TILE, headers={"accept-encoding": "gzip"})
    assert (answer.status_code, answer.content) == (200, right)
    assert kept(".pbf.gz").read_bytes() == whole
    assert path.name in caplog.text


@damaged
@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet", "xlsx"])
def test_a_damaged_file_is_made_anew(client: Client, suffix: str, how: Callable[[bytes], bytes]) -> None:
    url = f"/feeds/well.{suffix}"
    right = body_of(client.get(url))
    path = kept(".kept")
    damage(path, how)
    answer = client.get(url)
    found = body_of(answer)
    assert (answer.status_code, len(found)) == (200, int(answer["Content-Length"]))
    assert said_by(found) == said_by(right)
    damage(path, how)
    end = len(right) - 1
    ranged = client.get(url, headers={"range": f"bytes=0-{end}"})
    assert said_by(body_of(ranged)) == said_by(right)
    mended = path.read_bytes()
    assert said_by(body_of(client.get(url))) == said_by(right)
    assert path.read_bytes() == mended


def test_a_range_is_checked_where_it_is(client: Client) -> None:
    """A damaged piece far from the range costs nothing; the one that is asked for is never sent."""
    for number in range(4000):
        make.WellFactory(code=f"M{number}", geom=at(0.5, 0.5))
    make.publish("well")
    url = "/feeds/well.fgb"
    right = body_of(client.get(url))
    path = kept(".kept")
    whole = path.read_bytes()
    assert len(right) > 600_000
    damage(path, flipped(0.5))
    first = client.get(url, headers={"range": "bytes=0-999"})
    assert (first.status_code, body_of(first)) == (206, right[:1000])
    assert path.read_bytes() != whole
    middle = len(right) // 2
    there = client.get(url, headers={"range": f"bytes={middle - 50_000}-{middle + 50_000}"})
    assert body_of(there) == right[middle - 50_000 : middle + 50_001]
    assert path.read_bytes() == whole


def test_empty_tiles_write_nothing() -> None:
    stamp, made = as_of(["well", "region"]).stamp, []

    def nothing() -> bytes:
        made.append(1)
        return b""

    for _ in range(2):
        for number in range(5000):
            assert cache.fetch("well", stamp, Tile(16, number, number), "", nothing, lambda: stamp) == b""
    assert len(made) == 5000  # kept all the same
    cache.files.settle()
    assert not cache.files.home.exists()


def test_an_empty_tile_over_http_leaves_no_file(client: Client) -> None:
    for x in range(20):
        assert client.get(f"/tiles/well/14/{x}/0.pbf").status_code == 204
    cache.files.settle()
    assert not cache.files.home.exists()


def test_tiles_far_from_everything_cost_no_query_each(client: Client, django_assert_num_queries: Any) -> None:
    make.WellFactory(code="W2", geom=at(9, 9))  # outside the city
    make.publish("well")
    client.get("/tiles/well/14/0/0.pbf")
    with django_assert_num_queries(40):  # of the version and of what the asker may see
        for number in range(20):
            assert client.get(f"/tiles/well/16/{number * 1000}/{number}.pbf").status_code == 204
    for place in (at(0.5, 0.5), at(9, 9)):
        for z in (8, 12, 16):
            _, x, y = tile_at(place, z)
            assert client.get(f"/tiles/well/{z}/{x}/{y}.pbf").status_code == 200


def test_tiles_are_kept_up_to_their_bound(client: Client, settings: Any) -> None:
    settings.TILE_KEEP_BYTES = 50 * 4096
    stamp = as_of(["well", "region"]).stamp
    for number in range(200):
        cache.fetch("well", stamp, Tile(16, number, number), "", lambda: b"tile", lambda: stamp)
        cache.files.settle()
        assert sum(1 for _ in cache.files.home.rglob("*.gz")) <= 50
    settings.TILE_KEEP_BYTES = 0
    assert client.get(TILE).status_code == 200


def test_an_old_tile_that_is_done_late_leaves_the_new_ones(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    old, ask, asked = as_of(["well", "region"]).stamp, views.rows, []

    def slow(query: Any) -> list[tuple[Any, ...]]:
        """While the old tile is made, a release comes, and tiles of it are asked for."""
        found = ask(query)
        if not asked:
            asked.append(1)
            make.publish("well")
            assert client.get(TILE).status_code == 200
            cache.files.settle()
        return found

    monkeypatch.setattr(views, "rows", slow)
    assert client.get(TILE).status_code == 200
    cache.files.settle()
    new = as_of(["well", "region"]).stamp
    assert new != old
    assert {path.relative_to(cache.files.home).parts[1] for path in cache.files.home.rglob("*.gz")} == {new}


def test_only_what_is_surely_older_is_swept_with_a_new_version() -> None:
    """An equal number may be of data made anew, a greater one of a restored database or of a release a moment ago."""
    for stamp in ("9-cccccccc", "7-dddddddd", "3-aaaaaaaa", "7-bbbbbbbb"):
        cache.fetch("well", Stamp(stamp), Tile(14, 1, 1), "", lambda: b"tile", lambda stamp=stamp: stamp)
        cache.files.settle()
    left = {path.name for path in (cache.files.home / "well").iterdir()}
    assert left == {"9-cccccccc", "7-dddddddd", "7-bbbbbbbb"}


def test_a_tile_made_from_another_version_is_not_kept_under_the_one_asked_for() -> None:
    stamp, newer = as_of(["well", "region"]).stamp, Stamp("99-ffffffff")
    for variant in ("", "use=supply"):
        for body in (b"newer", b""):
            found = cache.fetch(
                "well", stamp, Tile(14, 1, 1), variant, lambda body=body: Made(body, newer), lambda: stamp
            )
            assert found == cache.compress(body)
    cache.files.settle()
    assert not list(cache.files.home.rglob("*.gz"))
    assert gzip.decompress(cache.fetch("well", stamp, Tile(14, 1, 1), "", lambda: b"right", lambda: stamp)) == b"right"


def test_after_a_restore_to_the_same_number_everything_answers_anew(client: Client) -> None:
    """Release ids come again: the restored database has the number that was kept, and other data under it."""

    def told() -> dict[str, Any]:
        meta = client.get("/api/meta").json()
        region = client.get(f"/api/regions/{A}?period=2019").json()
        wells = next(layer for layer in meta["layers"] if layer["id"] == "well")
        return {
            "search": [one["name"] for one in client.get("/api/search?q=新名").json()["results"]],
            "region": region["name"],
            "objects": {one["layer"]: one["count"] for one in region["facilities"]}["well"],
            "wells": wells["count"],
            "records": meta["usage_records"],
        }

    before, number = told(), as_of().version
    Region.objects.filter(code=A).update(name="新名村")
    make.WellFactory(code="W2", geom=at(0.6, 0.5), found_region=Region.objects.get(code=A))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_usagesum SET records = records + 1")
    assert told() == before, "kept by version"
    LayerVersion.objects.update(changed_at=timezone.now())
    assert as_of().version == number
    after = told()
    assert after["search"] == ["新名村"] and after["region"] == "新名村"
    assert after["wells"] == before["wells"] + 1
    assert after["objects"] == before["objects"] + 1
    assert after["records"] > before["records"]
