"""The contract is committed: `docs/openapi.yaml` is what the code says, and the code keeps to it.

After a change that is meant: `./shuitu manage spectacular --file docs/openapi.yaml`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from tests import factories as make
from tests.factories import A, Grid

COMMITTED = "docs/openapi.yaml"


@pytest.fixture(scope="module")
def document(root: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((root / COMMITTED).read_text(encoding="utf-8")))


def test_the_committed_document_is_what_the_code_says(root: Path, tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    committed = (root / COMMITTED).read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == committed, "./shuitu manage spectacular --file docs/openapi.yaml"


def test_every_address_of_the_api_is_described(document: dict[str, Any]) -> None:
    addresses = {
        "/api/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        for group in get_resolver().url_patterns
        if str(group.pattern) == "api/"
        for pattern in group.url_patterns
    }
    assert addresses
    assert addresses <= set(document["paths"])


def test_every_operation_has_a_name_a_text_and_its_errors(document: dict[str, Any]) -> None:
    operations = [op for path, one in document["paths"].items() if path != "/api/schema" for op in one.values()]
    assert len({op["operationId"] for op in operations}) == len(operations)
    for op in operations:
        assert op["description"]
        assert {"200", "400", "404"} <= set(op["responses"])
        for status in ("400", "404"):
            assert "application/problem+json" in op["responses"][status]["content"]
        for parameter in op.get("parameters", []):
            assert parameter["schema"]


QUESTIONS = {
    "meta": "/api/meta",
    "layers": "/api/layers",
    "features": f"/api/layers/village/features?code={A}&period=2019",
    "feature": f"/api/layers/village/features/{A}",
    "stats": "/api/stats?period=2019",
    "series": "/api/stats/series",
    "region": f"/api/regions/{A}",
    "search": "/api/search?q=甲",
    "spelt_regions": "/api/search/regions?q=jia&level=village",
}
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "array": list, "object": dict, "boolean": bool,
}  # fmt: skip


def check(value: Any, schema: dict[str, Any], where: str) -> None:
    """The value is of the type that the schema says, all the way down."""
    if value is None:
        assert schema.get("nullable"), f"{where} is null"
        return
    if "type" in schema:
        assert isinstance(value, TYPES[schema["type"]]), f"{where} is {type(value).__name__}"
    assert value in schema.get("enum", [value]), where
    for name in schema.get("required", []):
        assert name in value, f"{where}.{name} is missing"
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            check(value[name], inner, f"{where}.{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            check(item, schema.get("items", {}), f"{where}[{number}]")


@pytest.mark.django_db
@pytest.mark.parametrize("operation", sorted(QUESTIONS))
def test_an_answer_is_as_the_document_says(client: Client, document: dict[str, Any], operation: str) -> None:
    grid: Grid = make.make_grid()
    make.UsageFactory(region=grid[A])
    grid.settle()
    (described,) = [op for one in document["paths"].values() for op in one.values() if op["operationId"] == operation]
    response = client.get(QUESTIONS[operation])
    assert response.status_code == 200
    content = described["responses"]["200"]["content"]
    check(response.json(), content[response["Content-Type"]]["schema"], operation)


@pytest.mark.django_db
def test_the_document_is_served_with_its_reader(client: Client) -> None:
    assert client.get("/api/schema").status_code == 200
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert b"https://" not in page.content.replace(b"https://testserver", b"")  # nothing from other hosts


def test_the_page_of_the_document_is_read_only(client: Client) -> None:
    """What a page answers to a question for its methods is no fault of ours."""
    for method in (client.options, client.post):
        refused = method("/api/docs")
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")
