"""Every answer is what the OpenAPI document says of it: status, form, and in JSON the schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from layers import models
from tests import factories as make
from tests.factories import A, C, at

pytestmark = pytest.mark.django_db
# Of lists, what changes the form of a feature.
ASKED = (
    "",
    "?limit=1",
    "?resultType=hits",
    "?skipGeometry=true",
    "?properties=code",
    "?crs=EPSG:4490",
    "?limit=1&offset=1",
)


@pytest.fixture(autouse=True)
def city() -> None:
    grid = make.make_grid()
    make.WellFactory(code="W1", name="甲井", use=1, depth_m=10, geom=at(0.5, 0.5), declared_region=grid[A])
    make.WellFactory(code="W2", use=2, depth_m=None, geom=None)
    make.FacilityFactory(code="P1", kind=1, geom=at(1.5, 0.5))
    make.UsageFactory(region=grid[A])
    make.UsageFactory(region=grid[C], month="2019-03-01")
    release = make.ReleaseFactory()
    models.AbstractionPermit.objects.create(
        code="P1", valid_from="2018-01-01", permitted_l_per_year=1500, release=release
    )
    grid.settle()


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/ogc/api").json()
    return found


def plain(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema: ``nullable`` is another type."""
    if isinstance(schema, list):
        return [plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: plain(one) for key, one in schema.items() if key != "nullable"}
    return {**found, "type": [schema["type"], "null"]} if schema.get("nullable") is True else found


class Held:
    """The answers of a client, each held to the document."""

    def __init__(self, client: Client, document: dict[str, Any]) -> None:
        self.client = client
        self.document = document
        self.components = plain(document["components"])
        self.seen: set[tuple[str, int]] = set()

    def ask(self, path: str, url: str, status: int) -> Any:
        return self.hold(path, "get", url, self.client.get(f"/ogc{url}"), status)

    def post(self, path: str, status: int, body: Any, content_type: str = "application/json") -> Any:
        response = self.client.post(f"/ogc{path}", body, content_type=content_type)
        return self.hold(path, "post", f"{path} {body}", response, status)

    def hold(self, path: str, method: str, url: str, response: Any, status: int) -> Any:
        assert response.status_code == status, (url, response.content[:300])
        self.seen.add((path, status))
        said = self.document["paths"][path][method]["responses"][str(status)]
        said = self.components["responses"][str(status)] if "$ref" in said else plain(said)
        content_type = response["Content-Type"]
        assert content_type in said["content"], (url, content_type)
        if "json" not in content_type:
            return None
        body = response.json()
        validator = Draft202012Validator({**said["content"][content_type]["schema"], "components": self.components})
        faults = [f"{fault.json_path}: {fault.message[:200]}" for fault in validator.iter_errors(body)]
        assert not faults, (url, faults[:5])
        assert not validator.is_valid({}), f"{url}: the schema takes anything"
        return body


@pytest.fixture
def held(client: Client, document: dict[str, Any]) -> Held:
    return Held(client, document)


def questions(held: Held) -> Iterator[tuple[str, str, int]]:
    """Of each operation: its path, and addresses with the status that they are answered by."""
    for path, operations in held.document["paths"].items():
        if "get" not in operations:
            continue
        if path.endswith("/items"):
            yield from ((path, f"{path}{asked}", 200) for asked in ASKED if "code" not in asked or "usage" not in path)
            yield from ((path, f"{path}?{wrong}", 400) for wrong in ("limit=0", "filter=x", "within=9", "crs=5"))
        elif "{featureId}" in path:
            listed = held.client.get(f"/ogc{path.replace('/{featureId}', '')}?limit=1").json()["features"]
            yield from ((path, path.replace("{featureId}", str(one["id"])), 200) for one in listed)
            yield path, path.replace("{featureId}", "nothing"), 404
        elif "{tileMatrix}" in path:
            tileset = held.client.get(f"/ogc{path.partition('/{')[0]}").json()
            for one in tileset["tileMatrixSetLimits"][:1]:
                yield path, _tile(path, one["tileMatrix"], one["minTileRow"], one["minTileCol"]), 200
            yield path, _tile(path, "30", 0, 0), 404
        else:
            yield path, path, 200
        if "{" not in path:
            yield path, f"{path}?nothing=1", 400


def _tile(path: str, z: str, row: int, col: int) -> str:
    return path.replace("{tileMatrix}", z).replace("{tileRow}", str(row)).replace("{tileCol}", str(col))


def test_every_answer_is_as_its_own_document_says(held: Held) -> None:
    for path, url, status in questions(held):
        held.ask(path, url, status)
    for path in (path for path, operations in held.document["paths"].items() if "post" in operations):
        held.post(path, 200, {"limit": 1, "skipGeometry": True})
        held.post(path, 400, {"limit": "many"})
        held.post(path, 413, "x" * 70000)
        held.post(path, 415, "x", "text/plain")
    named = set(held.document["paths"])
    assert {path for path, _ in held.seen} == named
    # Layers without objects here have no feature to ask for, and no tile.
    answered = {path for path, status in held.seen if status == 200}
    assert {path for path in named if "{" not in path} <= answered
    assert {"/collections/well/items/{featureId}", "/collections/permit/items/{featureId}"} <= answered


def test_the_figures_of_a_period_are_of_the_document(held: Held) -> None:
    path = "/collections/village/items"
    for asked in (
        "period=2019-01",
        "period=2019-03&versus=2019-01",
        "datetime=2019-01-01/..",
        "period=2019&within=110101",
    ):
        assert held.ask(path, f"{path}?{asked}", 200)["features"]
    held.ask(f"{path}/{{featureId}}", f"{path}/{A}?period=2019-01", 200)


def test_nothing_is_there_yet(client: Client, held: Held) -> None:
    """A layer without features has no box, and its pages no features."""
    for path in ("/collections/sewage_plant", "/collections/sewage_plant/items", "/collections/sewage_plant/tiles"):
        held.ask(path, path, 200)
    tileset = "/collections/sewage_plant/tiles/WebMercatorQuad"
    assert held.ask(tileset, tileset, 200)["tileMatrixSetLimits"] == []
