"""One question, one moment: whatever is committed between any two queries of an answer, its version and its figures are of
one state of the data, that of its first query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import InternalError, connection, transaction
from django.test import Client

from geoapp.reports import bulk
from geoapp.reports.ask import Ask, data_stamp
from layers.db import snapshot
from layers.kept.memory import forget
from layers.periods import parse_period
from tests import factories as make
from tests.db.test_mvt import tile_at
from tests.factories import DISTRICT, SOUTHERN, A, at

pytestmark = pytest.mark.django_db(transaction=True)

_, X, Y = tile_at(at(0.5, 0.5), 12)
P = "period=2019-01"
# One of each kind of answer; each asks more than one query of data that an import makes different.
ADDRESSES = [
    "/api/meta",
    "/api/layers",
    f"/api/stats?level=village&{P}&versus=2019-02",
    "/api/stats/series?level=township",
    f"/api/stats/compare?level=village&{P}&versus=2019-02",
    f"/api/stats/area?area=regions:{SOUTHERN}&{P}",
    f"/api/regions/{SOUTHERN}?{P}",
    f"/api/explain?region={SOUTHERN}&{P}",
    f"/api/layers/village/features?{P}",
    f"/tiles/village/12/{X}/{Y}.pbf?{P}",
    f"/tiles/village.json?{P}",
    f"/ogc/collections/village/items?{P}&f=json",
    "/ogc/collections/usage/items?f=json",
    "/feeds/usage.csv",
    f"/feeds/village.geojson?{P}",
    f"/reports/preview?region={DISTRICT}&{P}",
]


@pytest.fixture
def city() -> Iterator[None]:
    with transaction.atomic():
        _make()
    yield


def _make() -> None:
    found = make.make_grid()
    for month, litres in (("2019-01-01", 3000), ("2019-02-01", 5000)):
        make.UsageFactory(region=found[A], month=month, volume_l=litres)
    make.WellFactory(code="W1")
    found.settle()


@pytest.fixture
def elsewhere() -> Iterator[psycopg.Connection[Any]]:
    """Another session of the same database, as an import has."""
    told = connection.get_connection_params()
    with psycopg.connect(
        host=told.get("host"), port=told.get("port"), user=told.get("user"), dbname=told["dbname"],
        password=told.get("password"),
    ) as link:  # fmt: skip
        yield link


def imported(link: psycopg.Connection[Any]) -> None:
    """All figures and the versions of what shows them, in one commit, as an import writes them."""
    with link.transaction():
        for table in ("layers_usagerecord", "layers_usagesum"):
            link.execute(f"UPDATE {table} SET volume_l = volume_l + 1000")
        link.execute("UPDATE layers_usagesum SET ytd_l = ytd_l + 1000")
        link.execute("UPDATE layers_layerversion SET release_id = release_id, changed_at = clock_timestamp()")


@contextmanager
def behind_every_query(link: psycopg.Connection[Any]) -> Iterator[list[str]]:
    """Commits an import behind each query of this thread's connection; → the queries there were."""
    seen: list[str] = []

    def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if not str(sql).startswith("SET "):  # how the transaction is to be reads nothing yet
            seen.append(sql)
            imported(link)
        return found

    with connection.execute_wrapper(run):
        yield seen


def asked(address: str) -> tuple[int, str, bytes]:
    """Status, ETag and body, made anew."""
    forget()
    response = Client().get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    response.close()
    # OGC API says when an answer was made.
    return response.status_code, response.headers.get("ETag", ""), re.sub(rb'"timeStamp":"[^"]*"', b"", body)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_of_one_state_whatever_is_committed_meanwhile(
    address: str, city: None, elsewhere: psycopg.Connection[Any]
) -> None:
    before = asked(address)
    with behind_every_query(elsewhere) as queries:
        found = asked(address)
    assert before[0] == 200 and len(queries) > 1
    assert before != asked(address), "the imports make no difference here: the test could not fail"
    assert found == before, queries


def test_a_report_is_of_one_state_whatever_is_committed_meanwhile(
    city: None, elsewhere: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """As the worker makes it, with its lists and the map without a network: all forms of it say one state."""

    stamp = data_stamp()

    def made(name: str) -> dict[str, bytes]:
        forget()
        ask = Ask(DISTRICT, parse_period("2019-01"), site="http://x/")
        told = bulk.make(bulk.Task(ask, ("xlsx", "html", "svg"), tmp_path / name), stamp)
        assert not told.error
        return {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}

    before = made("before")
    with behind_every_query(elsewhere) as queries:
        found = made("meanwhile")
    assert len(queries) > 10 and made("after") != before
    assert found == before


def test_reading_is_all_that_is_done(city: None) -> None:
    """What answers questions cannot write, whatever it is made to run."""
    with pytest.raises(InternalError, match="read-only"), snapshot(), connection.cursor() as cursor:
        cursor.execute("UPDATE layers_usagesum SET volume_l = 0")
