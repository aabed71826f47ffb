"""What is imported late is there when it is called, and a web worker that makes no file does not carry it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.utils.module_loading import import_string

from geoapp.desk import rows, worker
from geoapp.desktop import project
from geoapp.reports import forms
from layers import area
from layers.export import FORMATS
from layers.history import said
from layers.ingest import readers
from layers.later import later

LATE = [
    *(one.save for one in FORMATS.values()),
    *(found for module in (area, readers, forms, rows, worker, project, said) for found in vars(module).values()),
]


@pytest.mark.parametrize("path", sorted({found.path for found in LATE if isinstance(found, later)}))
def test_what_is_called_late_is_there(path: str) -> None:
    assert callable(import_string(path))


def test_a_web_worker_starts_without_the_large_libraries() -> None:
    code = (
        "import sys, django; django.setup(); import geoapp.wsgi, geoapp.urls;"
        "print(*sorted({'pandas', 'geopandas', 'pyogrio', 'pyarrow', 'openpyxl', 'folium', 'weasyprint', 'pyproj'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={"DJANGO_SETTINGS_MODULE": "geoapp.settings", "SECRET_KEY": "of-this-test-alone"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == ""
