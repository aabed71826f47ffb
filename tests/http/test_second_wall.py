"""Behind the second wall every answer is that of a process which connects as the owner: what the one filter leaves, the database leaves too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from layers.kept.memory import forget
from tests.access_walk import told
from tests.behind import behind_the_wall
from tests.http.test_rights import PRINCIPALS, asked, city, come
from tests.standing import standing
from tests.thorough import some

pytestmark = pytest.mark.django_db
world = standing(city)
USUAL = ("anybody, all open", "anybody, figures", "the west's bureau", "open, and a bureau's persons", "the whole city")
# What is another in each of two answers: numbers of requests, what is made of a secret, the time, and with it what is packed.
EACH = re.compile(
    r"[0-9a-f]{16,}|csrfmiddlewaretoken[^>]*|nonce[-=][^\\s;>]*|csrftoken=\w+|'Content-Length': '\d+'|\d{4}-\d\d-\d\dT[\d:.]+"
)
PACKED = re.compile(r"xlsx|f=fgb|f=gpkg|f=shp|f=parquet|f=kml|\.(fgb|gpkg|zip|parquet|kml)")
EVERY = 7  # of the addresses in an ordinary run; a whole one has all


@pytest.fixture(autouse=True)
def unset(settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    settings.REPORT_WORKERS = 0


@pytest.mark.parametrize("name", some(list(PRINCIPALS), USUAL))
def test_every_answer_is_the_same_as_the_owners(world: Path, name: str, settings: Any, tmp_path: Path) -> None:
    every = list(dict.fromkeys(asked()))
    every = some(every, tuple(every[[*PRINCIPALS].index(name) % EVERY :: EVERY]))
    client = come(name)
    owners = {address: told(client, address) for address in every}
    forget()  # nothing of it is kept, in memory or on disk
    settings.STATE_DIR = tmp_path / "another"
    settings.STATE_DIR.mkdir()
    for address in every:
        with behind_the_wall():
            status, text = told(client, address)
        expected = owners[address]
        assert status == expected[0], (address, text[-2000:])
        if not PACKED.search(address):
            assert EACH.sub("", text) == EACH.sub("", expected[1]), address
    assert len(every) > 80, "the walk has lost its way"


@pytest.mark.parametrize("name", ["anybody, all open", "the west's bureau"])
def test_an_answer_that_reads_no_object_costs_no_statement_more(world: Path, name: str) -> None:
    """One that is kept, and figures; what reads objects costs one, however many it reads them with."""
    client = come(name)
    kept, figures, objects = (
        "/api/layers/well/features",
        "/api/stats?level=district&period=2019",
        "/ogc/collections/well/items?limit=1",
    )

    def statements(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    for address, more in ((kept, 0), (figures, 0), (objects, 1)):
        for _ in range(2):
            statements(address)
        if more:
            forget()
        before = statements(address)
        if more:
            forget()
        with behind_the_wall():
            assert statements(address) == before + more, address
