"""Files half-way: a client that leaves ends its query, and a query that ends leaves no file that looks whole."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.city import APPLICATION, STREAM_IDLE_SECONDS, City
from tests.thorough import by_turn

# The city's 4.5 million records take seconds: there is time to leave, and to be cut off.
PATHS = {
    "/feeds/usage.csv": "COPY (",
    "/feeds/usage.geojsons": "FETCH FORWARD",
    # A filter that nobody has counted yet: counting must not wait for the rows that wait for their reader.
    "/ogc/collections/usage/items?f=csv&month=2019-01..2019-12": "COPY (",
    "/ogc/collections/usage/items?f=geojsonseq&filter=volume_l%20%3E%3D%200": "FETCH FORWARD",
}
RUNNING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = %s AND query LIKE %s
      AND (state = 'active' OR state LIKE 'idle in transaction%%')
"""


def running(city: City, words: str) -> list[int]:
    return [pid for (pid,) in city.sql(RUNNING, [APPLICATION, f"%{words}%"])]


@pytest.fixture(params=by_turn(list(PATHS), 2))
def begun(city: City, request: pytest.FixtureRequest) -> Iterator[tuple[http.client.HTTPConnection, Any, str]]:
    """A download whose first mebibyte has come."""
    link = http.client.HTTPConnection(urlsplit(city.url).netloc, timeout=60)
    with closing(link):
        link.request("GET", request.param)
        answer = link.getresponse()
        assert (answer.status, answer.headers["Transfer-Encoding"]) == (200, "chunked")
        assert len(answer.read(2**20)) == 2**20
        yield link, answer, PATHS[request.param]


def test_a_client_that_leaves_ends_the_query(city: City, begun: tuple[http.client.HTTPConnection, Any, str]) -> None:
    link, answer, words = begun
    assert running(city, words)
    answer.close()
    link.close()
    until = time.monotonic() + 20
    while (left := running(city, words)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []


def test_a_client_that_stops_reading_is_given_up(
    city: City, begun: tuple[http.client.HTTPConnection, Any, str]
) -> None:
    """It is there and takes nothing more: what fits between the two comes through, and the query ends all the same."""
    _, answer, words = begun
    assert running(city, words)
    until = time.monotonic() + 6 * STREAM_IDLE_SECONDS
    while (left := running(city, words)) and time.monotonic() < until:
        time.sleep(0.5)
    assert left == []
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        while answer.read(2**20):
            pass


def test_an_error_half_way_never_looks_like_a_file(
    city: City, begun: tuple[http.client.HTTPConnection, Any, str]
) -> None:
    """The database lets go of the query, as in a restart: the chunked body is broken off and not ended."""
    _, answer, words = begun
    (pid,) = running(city, words)
    assert city.sql("SELECT pg_terminate_backend(%s)", [pid]) == [(True,)]
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        while answer.read(2**20):
            pass


def test_the_server_goes_on_after_it(city: City) -> None:
    """A connection that was cut off is not given to the next asker."""
    for _ in range(10):
        link = http.client.HTTPConnection(urlsplit(city.url).netloc, timeout=60)
        with closing(link):
            link.request("GET", "/feeds/district.geojson")
            assert link.getresponse().status == 200
