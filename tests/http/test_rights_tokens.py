"""A token sees what its account may, in whatever way it is sent, whatever was asked before, and whatever stands between."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from geoapp.accounts import bearer
from geoapp.walls import rates
from layers.http import asker
from tests.accounts import token, ways
from tests.between import Between
from tests.db.ingest_files import DISTRICT
from tests.db.test_mvt import tile_at
from tests.factories import Point
from tests.http.test_rights import SEEING
from tests.rights_city import SIDES, account, choose, make_city, shown
from tests.standing import standing

pytestmark = pytest.mark.django_db
world = standing(lambda folder: make_city(folder) or folder)
WAYS = list(ways("x"))
OWN = {"OW", "PW"}
# Where figures alone are open to all: what a bureau's token shows there, and a stranger none of.
ADDRESSES = (
    "/api/layers/well/features", "/api/layers/well/features/QZOW-W1", "/ogc/collections/well/items?f=json", "/ogc/collections/meter/items?f=csv",
    "/feeds/well.csv", "/api/search?q=QZOW", "/tiles/well.json", "/api/layers", "/api/meta", "/ogc/collections?f=json", "/feeds/?f=json",
    "/api/stats?level=village&period=2019", "/api/explain?region=110101001001&period=2019", "/styles/map.json",
)  # fmt: skip


@pytest.fixture
def clerk(world: Path, settings: Any) -> User:
    settings.OPEN_TO_ALL = ()
    choose("figures")
    return account("wang", (SEEING, DISTRICT))


def tiles(client: Client, **headers: str) -> tuple[str, ...]:
    """The tiles of wells over the west, as today's TileJSON names them to an asker."""
    template = client.get("/tiles/well.json", headers=headers).json()["tiles"][0].removeprefix("http://testserver")
    z, x, y = tile_at(Point(*map(float, SIDES["W"][1].split(",")), srid=4490), 14)
    return (template.format(z=z, x=x, y=y),)


@pytest.mark.parametrize("way", WAYS)
def test_it_shows_the_same_cold_and_warm_and_a_stranger_none_of_it(clerk: User, way: str) -> None:
    headers = ways(token(clerk, *SEEING))[way]
    stranger, between = Client(), Between()
    told = set()
    for address in (*ADDRESSES, *tiles(Client(), **headers)):
        before = between.get(stranger, address)
        cold, warm = (between.get(Client(), address, **headers) for _ in range(2))
        after = between.get(stranger, address)
        assert cold[0] == 200 and _same(cold, warm), address
        assert _same(before, after) and cold[1] != after[1], address
        assert not shown(after[1].decode("utf-8", "replace")) & OWN or "q=" in address, address
        told |= shown(cold[1].decode("utf-8", "replace"))
    assert told == OWN
    assert between.given, "nothing was kept, so nothing could be given to the wrong one"


def _same(one: tuple[int, bytes], other: tuple[int, bytes]) -> bool:
    """Problem bodies say which request they answer, lists when they were made."""
    return one[0] == other[0] and (one[0] != 200 or _lasting(one[1]) == _lasting(other[1]))


def _lasting(body: bytes) -> bytes:
    return re.sub(rb'"timeStamp":"[^"]*"', b"", body)


@pytest.mark.parametrize("way", WAYS)
def test_what_it_is_told_says_that_it_varies_by_it_and_is_nobody_elses(clerk: User, way: str) -> None:
    headers = ways(token(clerk, *SEEING))[way]
    for address in ADDRESSES:
        for asked in (Client().get(address, headers=headers), Client().get(address)):
            varies = {name.strip().lower() for name in asked["Vary"].split(",")}
            assert {"cookie", *(name.lower() for name in asker.TOKENS)} <= varies, address
        assert "public" not in Client().get(address, headers=headers)["Cache-Control"], address


@pytest.mark.parametrize("way", WAYS)
def test_its_requests_are_counted_as_its_own(clerk: User, way: str, rf: Any) -> None:
    seen = []

    def view(request: Any) -> HttpResponse:
        request.user = request.token.user
        seen.append((asker.account_of(request), rates.asker(request)))
        return HttpResponse()

    bearer.take(view)(rf.get("/tiles/x", headers=ways(token(clerk, "figures"))[way]))
    ((found, bucket),) = seen
    assert found is not None and found.id == clerk.pk and bucket.startswith("token:")


def test_each_header_that_is_read_is_one_that_answers_vary_by() -> None:
    assert set(bearer._READ_AS) == set(asker.TOKENS)
