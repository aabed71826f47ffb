"""Whatever the OpenAPI document allows, and much that it does not, is answered: never by a fault of ours."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from layers.ogc import collections, forms, openapi
from tests import factories as make
from tests.factories import A

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# One of each kind: points, outlines with usage, rows without a place.
LAYERS = ("well", "village", "usage")
EXAMPLES = 12


@pytest.fixture(autouse=True)
def city() -> None:
    grid = make.make_grid()
    make.WellFactory(code="W1", depth_m=10)
    make.UsageFactory(region=grid[A])
    grid.settle()


def operations(document: dict[str, Any]) -> list[Any]:
    kept = {
        path: one
        for path, one in document["paths"].items()
        if not path.startswith("/collections/") or path.split("/")[2] in LAYERS
    }
    schema = schemathesis.openapi.from_dict({**document, "paths": kept})
    return [result.ok() for result in schema.get_all_operations()]


@pytest.mark.turns(2)
def test_no_question_is_answered_by_a_fault(client: Client) -> None:
    document = openapi.openapi("http://testserver/ogc", {layer.id: forms.of(layer) for layer in collections.every()})
    client.raise_request_exception = False
    asked: list[tuple[int, str]] = []
    found = operations(document)
    assert len(found) > 25
    for operation in found:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                if case.method == "POST":
                    sent = case.body if isinstance(case.body, (dict, list, str, int, float, bool)) else {}
                    response = client.post(
                        f"/ogc{case.formatted_path}", json.dumps(sent), content_type="application/json"
                    )
                else:
                    response = client.get(f"/ogc{case.formatted_path}", case.query or {})
                if response.streaming:
                    b"".join(response.streaming_content)
                asked.append((response.status_code, response.request["QUERY_STRING"]))
                assert response.status_code < 500, (case.formatted_path, case.query, response.content[:300])
                if response.status_code >= 400:
                    assert response["Content-Type"] == "application/problem+json"

            with suppress(Unsatisfiable):  # nothing wrong can be made up of an operation without parameters
                ask()
    statuses = {status for status, _ in asked}
    assert statuses >= {200, 400, 404}
    assert len(asked) > 200
