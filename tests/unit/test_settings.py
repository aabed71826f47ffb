"""What a process is told of how it runs: whether it serves, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.as_set import settings_of


def database(**given: str) -> dict[str, Any]:
    found = settings_of(**given)
    return {"serving": found["SERVING"], **found["DATABASES"]["default"]}


@pytest.mark.parametrize("given", [{}, {"SHUITU_SERVING": ""}, {"SHUITU_SERVING": "0"}, {"SHUITU_SERVING": "false"}])
def test_what_does_not_serve_has_one_connection_and_all_the_time_it_needs(given: dict[str, str]) -> None:
    found = database(**given)
    assert found["serving"] is False
    assert found["ENGINE"] == "django.contrib.gis.db.backends.postgis"
    assert "pool" not in found["OPTIONS"]
    assert "statement_timeout" not in found["OPTIONS"].get("options", "")
    assert found["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize("word", ["1", "yes"])
def test_what_serves_pools_its_connections_and_bounds_its_statements(word: str) -> None:
    found = database(SHUITU_SERVING=word, DB_POOL_SIZE="3", STATEMENT_TIMEOUT_MS="700")
    assert found["serving"] is True
    assert found["ENGINE"] == "geoapp.database"
    assert found["OPTIONS"]["pool"] == {"max_size": 3}
    assert found["OPTIONS"]["options"].endswith("-c statement_timeout=700")
