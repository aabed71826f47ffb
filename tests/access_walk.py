"""A walk over every address of the small city of tests/access_city.py, which looks for the mark of personal texts in each answer."""

from __future__ import annotations

import re

from django.test import Client

from layers import models
from layers.export import FORMATS
from tests.access_city import MARK, A, plain
from tests.addresses import Objects, addresses, patterns, route
from tests.db.ingest_files import CITY, TOWNSHIP
from tests.db.test_mvt import tile_at
from tests.factories import Point

CLOSED = ("water_user", "meter", "usage", "holder")
HERE = Point(116.025, 39.05, srid=4490)
# What is asked of each route besides its address.
AS_PAGE = ("", "f=html")
QUESTIONS: dict[str, tuple[str, ...]] = {
    "stats": ("period=2019", "period=2019&level=village"),
    "series": ("", "level=village"),
    "stats-cells": ("period=2019", "period=2019&level=grid_100"),
    "stats-area": ("period=2019&area=box:115.9,39.9,116.1,40.1",),
    "stats-compare": ("period=2019-01&versus=2019-01&level=grid_500",),
    "explain": (
        *(f"region={code}&period=2019" for code in (CITY, TOWNSHIP, A)),
        *(f"unit={unit}&period=2019" for unit in ("unassigned", "outside")),
    ),
    "spelt-regions": ("q=nan",),
    "search": (
        *(f"q={MARK[:length]}" for length in (2, len(MARK))),
        *(f"q={text}" for text in ("W1", "F4", "I1", "SA1", "S1", "P1", "水", "自建供水", "第一水厂", "餐馆")),
    ),
    "ogc-items": (*AS_PAGE, "limit=1&f=html", *(f"f={key}" for key in FORMATS)),
    **dict.fromkeys(("ogc", "ogc-conformance", "ogc-collections", "ogc-collection", "ogc-queryables", "ogc-schema", "ogc-tilesets", "ogc-tileset", "ogc-schemes", "ogc-scheme", "ogc-dataset-tilesets", "ogc-dataset-tileset", "ogc-item"), AS_PAGE),
    "feeds": ("", "f=json", "lang=en"),
    "reports:preview": tuple(f"region={code}&period=2019" for code in ("110101", TOWNSHIP)),
}  # fmt: skip
NOT_ASKED = {"reports:make", "reports:delete", "reports:download"}  # asked below
# Of reports with a number: for staff, and what of them is for others too is in tests/http/test_official.py.
NOT_ASKED |= {"reports:issue", "reports:issued", "reports:issued_one", "reports:issued_step", "reports:issued_file"}


# At least these say personal texts while they are open: else the walk would find nothing because it asks nothing.
TELLING = (
    "/ogc/collections/water_user/search", "/ogc/collections/permit/search",
    "/api/layers/water_user/features", "/api/layers/meter/features", "/api/layers/well/features",
    "/api/layers/self_built/features", "/api/layers/supply_area/features", "/api/layers/sewage_plant/features",
    "/api/layers/village_sewage_station/features", "/api/layers/surface_intake/features", "/api/layers/well/features/W1", "/api/layers/permit/features/P1", f"/api/layers/holder/features/{MARK}-H1",
    "/feeds/permit", "/feeds/usage", *(f"/feeds/meter.{one.suffix}" for one in FORMATS.values()),
    *(f"/feeds/permit.{one.suffix}" for one in FORMATS.values() if one.tables),
    "/ogc/collections/permit/items", "/ogc/collections/permit/items?f=html", "/ogc/collections/usage/items?f=xlsx",
    "/ogc/collections/water_user/items?f=html", f"/api/search?q={MARK}", "/api/search?q=W1",
    f"/api/explain?region={A}&period=2019", "/reports/preview?region=110101&period=2019",
)  # fmt: skip


def every_address() -> list[str]:
    found: list[str] = []
    objects = Objects(2)
    for pattern in patterns():
        if route(pattern) not in NOT_ASKED:
            places = [tile_at(HERE, zoom) for zoom in (6, 14, 16)]
            found += addresses(pattern, QUESTIONS, objects=objects, regions=(A,), tiles=places)
    units = models.GridUnit.objects.filter(pk__in=models.GridUsage.objects.values("unit_id"))
    found.append("/record/permit/P1")
    at_meters = units.exclude(code="").order_by("code").values_list("code", flat=True)[:20]
    found += [f"/api/explain?unit={code}&period=2019" for code in at_meters]
    return list(dict.fromkeys(found))


def told(client: Client, address: str, **headers: str) -> tuple[int, str]:
    """(status, everything that the answer says, its headers too)."""
    if address.startswith("/ogc/") and address.endswith("/search"):  # a list asked for by a body
        response = client.post(address, {}, content_type="application/json", headers=headers)
    else:
        response = client.get(address, headers=headers)
    body = response.getvalue() if response.streaming else response.content
    return response.status_code, f"{dict(response.headers)} {plain(body)}"


def without_own_words(text: str, address: str) -> str:
    """An answer without what its asker said: a code or text that is asked for stands in it as the asker's own word."""
    for own in re.findall(rf"{MARK}-\w+|q={MARK}", address):
        text = text.replace(own, "")
    return text


def marked(client: Client, tags: dict[str, str] | None = None) -> dict[str, bool]:
    """Every address, and whether a personal text is in its answer, refusals too. None fails. ``tags`` takes the ETags."""
    found = {}
    for address in every_address():
        status, text = told(client, address)
        assert status in (200, 204, 302, 400, 404), (status, address, text[-2000:])
        found[address] = MARK in without_own_words(text, address)
        if tags is not None:
            tag = re.search(r"'ETag': '([^']*)'", text)
            tags[address] = tag[1] if tag else ""
    return found
