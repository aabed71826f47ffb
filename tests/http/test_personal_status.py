"""Whether personal data are open, as the operator and an empty site are told it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.access_city import make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An authority's own city, closed."""
    make_city(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def unset(settings: Any) -> None:
    settings.OPEN_TO_ALL = ()
    settings.REPORT_WORKERS = 0


def test_an_empty_database_is_closed(client: Client, db: None) -> None:
    assert client.get("/api/meta").json()["access"]["why"]["code"] == "empty"
    assert client.get("/api/layers/meter/features").status_code == 404


def test_the_operator_reads_it_in_the_status(own: Path, own_server: str) -> None:
    from geoapp import serve

    data, personal = serve.told_by_the_site(f"{own_server}/")
    assert data.startswith("data      version ")
    assert personal.startswith("personal  CLOSED: ")
    assert "OPEN_TO_ALL=personal" in personal
    assert serve.told_by_the_site("http://127.0.0.1:1/") == []
