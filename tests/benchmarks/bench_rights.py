"""What rights cost: the same question by an account, of the whole city or of a district, against by anybody.

In one process, without a network, as a web process is set up; the accounts and all that is written is undone. A district's answers are
smaller than the city's where objects are listed, and cost their condition.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.benchmarks import harness

TITLE = "Rights: an account's answers, against everybody's"
WARM, FIRST = 60, 6
HOST = "localhost"


def measure() -> str:
    harness.serving_setup()
    from django.db import transaction

    with transaction.atomic():
        lines = _lines()
        transaction.set_rollback(True)
    return harness.table(harness.HEAD, lines)


def _lines() -> list[list[str]]:
    from django.contrib.auth.models import User
    from django.test import Client

    from layers.kept.memory import forget
    from layers.models import Grant, Openness, Role
    from layers.stats.regions import region_index

    Openness.objects.update_or_create(id=1, defaults={"posture": "figures"})
    index = region_index()
    district = index.levels[index.below[0]][0]
    role = Role.objects.create(name="benchmark", capabilities=["objects", "personal"], everywhere=["figures"])
    clients = {}
    for name, code in (("the whole city", ""), (district.name, district.code)):
        user = User.objects.create_user(f"benchmark {code}")
        Grant.objects.create(account=user, role=role, code=code)
        clients[name] = Client(HTTP_HOST=HOST)
        clients[name].force_login(user)
    anybody = Client(HTTP_HOST=HOST)
    asked = {
        "statistics of the districts": "/api/stats?period=2019",
        "series of the townships": "/api/stats/series?level=township&k=6",
        "a tile of townships": _tile(anybody, "township", district.bounds, 10),
        "a region": f"/api/regions/{district.code}?period=2019",
        "search": "/api/search?q=水厂",
        "plants": "/api/layers/urban_plant/features",
    }
    lines = []
    for what, address in asked.items():
        for whose, client in clients.items():
            warm, first = harness.Pair(), harness.Pair()
            for _ in range(WARM):
                warm.take(_ask(client, address), _ask(anybody, address))
            for _ in range(FIRST):
                first.take(_ask(client, address, forget), _ask(anybody, address, forget))
            lines.append(warm.row(f"{what}, warm, {whose}"))
            lines.append(first.row(f"{what}, first, {whose}"))
    city, own = clients.values()
    for what, address in {
        "wells of a page": "/api/layers/well/features?limit=1000",
        "a tile of wells": _tile(city, "well", district.bounds, 12),
        "meters of a page, sorted": "/ogc/collections/meter/items?limit=100&sortby=code",
        "a well's page": f"/api/layers/well/features?region={district.code}&limit=1",
        "search of one's own": "/api/search?q=用户",
    }.items():
        first = harness.Pair()
        for _ in range(FIRST):
            first.take(_ask(own, address, forget), _ask(city, address, forget))
        lines.append(first.row(f"{what}, first, {district.name} against the whole city"))
    return lines


def _tile(client: Any, layer: str, bounds: tuple[float, float, float, float] | None, zoom: int) -> str:
    """The address of a tile in the middle of some bounds, as the layer's description gives it."""
    from tests.db.test_mvt import tile_at
    from tests.factories import Point

    west, south, east, north = bounds or (116.0, 39.0, 116.1, 39.1)
    z, x, y = tile_at(Point((west + east) / 2, (south + north) / 2, srid=4490), zoom)
    template: str = client.get(f"/tiles/{layer}.json").json()["tiles"][0]
    address = template.format(z=z, x=x, y=y)
    return "/" + address.split("/", 3)[3]


def _ask(client: Any, address: str, before: Callable[[], None] | None = None) -> Callable[[], object]:
    def ask() -> None:
        response = client.get(address)
        body = response.getvalue() if response.streaming else response.content
        assert response.status_code in (200, 204), (response.status_code, address, body[:300])

    if before is None:
        return ask

    def ask_first() -> None:
        before()
        ask()

    return ask_first
