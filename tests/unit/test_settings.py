"""What a process is told of how it runs: whether it serves, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from geoapp import localdb
from geoapp.env import BadSetting
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


OWNER, WEB = "postgresql://owner:a@h/water", "postgresql://web:b@h/water"


def test_who_answers_logs_in_as_a_role_that_owns_nothing() -> None:
    """Commands are the owner's; without a role for the web there is no second wall, and both are."""
    told = {"DATABASE_URL": OWNER, "DATABASE_WEB_URL": WEB}
    serving, command = settings_of(SHUITU_SERVING="1", **told), settings_of(**told)
    assert [serving["DATABASES"]["default"][name] for name in ("USER", "PASSWORD")] == ["web", "b"]
    assert (serving["WEB_LOGIN"], serving["WEB_ROLE"]) == ("web", "web")
    assert command["DATABASES"]["default"]["USER"] == "owner"
    assert (command["WEB_LOGIN"], command["WEB_ROLE"]) == ("web", "")
    alone = settings_of(SHUITU_SERVING="1", DATABASE_URL=OWNER)
    assert alone["DATABASES"]["default"]["USER"] == "owner" and alone["WEB_ROLE"] == alone["WEB_LOGIN"] == ""


def test_who_makes_reports_is_behind_the_wall_too() -> None:
    told = {"DATABASE_URL": OWNER, "DATABASE_WEB_URL": WEB}
    assert settings_of("report_worker", **told)["DATABASES"]["default"]["ENGINE"] == "geoapp.database.behind"
    assert settings_of("report_worker", **told)["DATABASES"]["default"]["USER"] == "web"
    for command in ("desk_worker", "migrate", "ingest"):
        assert settings_of(command, **told)["DATABASES"]["default"]["USER"] == "owner"


def test_an_address_for_the_web_alone_is_refused() -> None:
    with pytest.raises(BadSetting, match="DATABASE_URL is missing"):
        localdb.web_connection(None, WEB)
    with pytest.raises(BadSetting, match="DATABASE_WEB_URL: use"):
        localdb.web_connection(OWNER, "mysql://web:b@h/water")
