"""A new kind of object costs one model, one dataset and one entry: shown by rain gauges, which nothing else has heard of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOMS = ("layers", "tiles", "geoapp", "shuitu", "data")
WORDS = ("rain_gauge", "raingauge", "rain gauge", "雨量站", "tests.gauges")
TEXTS = {".py", ".ts", ".html", ".css", ".sql", ".yaml", ".mjs"}


def test_no_room_of_the_project_knows_a_gauge(root: Path) -> None:
    found = [
        str(path.relative_to(root))
        for room in ROOMS
        for path in (root / room).rglob("*")
        if path.suffix in TEXTS and not {"node_modules", "static"} & set(path.relative_to(root).parts)
        if any(word in path.read_text("utf-8").lower() for word in WORDS)
    ]
    assert found == []


@pytest.mark.turns(2)
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_gauges_are_in_every_room(root: Path) -> None:
    """In a process of its own: its settings add the kind before anything is read."""
    name = str(connection.settings_dict["NAME"])
    outside = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    run = subprocess.run(
        [
            sys.executable, "-m", "pytest", "tests/gauges/walk.py", "--ds=tests.gauges.settings", "--create-db",
            "-q", "-p", "no:cacheprovider",
        ],
        cwd=root,
        env={**outside, "TEST_DATABASE": f"{name}_gauges"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[:4000] + run.stderr[-2000:]
    assert settings.MORE_LAYERS == ()
