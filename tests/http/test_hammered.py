"""Readers that never stop, through many small imports: each answer's ETag and version are of the very figures that it tells.

Unlike `test_one_moment`, which commits between any two queries of one answer, here is what happens by itself: threads with
connections of their own, what one of them made given to the others, and imports that take their time.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.db import connections, transaction
from django.test import Client

from layers.kept.memory import forget
from tests import factories as make
from tests.db.ingest_files import csv, load
from tests.db.test_mvt import tile_at
from tests.factories import A, B, at

pytestmark = pytest.mark.django_db(transaction=True)

READERS = 4
SECONDS = 6.0
IMPORTS = 6  # at least; a machine that is busy takes longer than that
OTHERS_L = 7_000  # of another village, in every total
_, X, Y = tile_at(at(0.5, 0.5), 12)
P = "period=2019-01"
Figures = tuple[int, ...]  # of one answer: the litres of a village, then whatever else must agree with them


def _statistics(body: bytes) -> Figures:
    told = json.loads(body)
    of_a = next(row["volume_l"] for row in told["rows"] if row["code"] == A)
    return of_a, told["total_l"] - OTHERS_L, sum(row["volume_l"] or 0 for row in told["rows"]) - OTHERS_L


def _explained(body: bytes) -> Figures:
    told = json.loads(body)
    return told["volume_l"], told["parts_l"], sum(part["volume_l"] for part in told["parts"])


def _tile(body: bytes) -> Figures:
    return _of_a(mapbox_vector_tile.decode(body)["village"]["features"])


def _feed(body: bytes) -> Figures:
    return _of_a(json.loads(body)["features"])


def _of_a(features: list[dict[str, Any]]) -> Figures:
    return tuple(feature["properties"]["volume_l"] for feature in features if feature["properties"]["code"] == A)


ASKED: dict[str, Callable[[bytes], Figures]] = {
    f"/api/stats?level=village&{P}": _statistics,
    f"/api/explain?region={A}&{P}": _explained,
    f"/tiles/village/12/{X}/{Y}.pbf?{P}": _tile,
    f"/feeds/village.geojson?{P}": _feed,
}
Answer = tuple[str, str, Figures]  # address, ETag, figures


def ask(client: Client, address: str) -> Answer:
    response = client.get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    response.close()
    assert response.status_code == 200, body[:300]
    return address, response.headers["ETag"], ASKED[address](body)


def test_every_answer_is_of_the_version_it_names(tmp_path: Path) -> None:
    with transaction.atomic():
        _make()
    truth = {(address, ask(Client(), address)[1]): 5_000 for address in ASKED}
    seen: list[list[Answer]] = [[] for _ in range(READERS)]
    failed: list[BaseException] = []
    over = threading.Event()

    def read(mine: list[Answer], *, anew: bool) -> None:
        """One reader: half of them take what others made, half ask the database each time, as other processes do."""
        client = Client()
        try:
            for address in itertools.cycle(ASKED):
                if over.is_set():
                    return
                if anew:
                    forget()
                mine.append(ask(client, address))
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    readers = [threading.Thread(target=read, args=(mine,), kwargs={"anew": n % 2 == 0}) for n, mine in enumerate(seen)]
    for reader in readers:
        reader.start()
    try:
        imports = _write(tmp_path, truth)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert not failed, failed[0]
    answers = [answer for mine in seen for answer in mine]
    wrong = [(a, tag, found, truth.get((a, tag))) for a, tag, found in answers if {*found} != {truth.get((a, tag))}]
    assert wrong == []
    told = {address: len({tag for a, tag, _ in answers if a == address}) for address in ASKED}
    assert imports >= IMPORTS and min(told.values()) > imports / 4, (
        "too few versions were seen: the test could not fail"
    )


def _make() -> None:
    found = make.make_grid()
    make.UsageFactory(region=found[A], volume_l=5_000, source=5)  # village supply, as the imports say
    make.UsageFactory(region=found[B], volume_l=OTHERS_L)
    found.settle()


def _write(folder: Path, truth: dict[tuple[str, str], int]) -> int:
    """Import another volume again and again, and note by address and ETag what is true; → how many imports.

    Nobody else commits, so that between two imports each address has one answer.
    """
    client, began, done = Client(), time.monotonic(), 0
    while time.monotonic() < began + SECONDS or done < IMPORTS:
        done += 1
        litres = 5_000 + 1_000 * done
        row = f"month,region,source,purpose,volume_m3\n2019-01,{A},村级供水,居民,{litres / 1000}"
        report: Any = load("usage", csv(folder / "u.csv", row))
        assert report.changed + report.new == 1
        for address in ASKED:
            _, tag, found = ask(client, address)
            assert {*found} == {litres}
            truth[address, tag] = litres
    return done
