"""Functions whose modules bring large libraries: imported at their first call, so that a web worker which makes no file
and reads none does not carry them (pandas, Arrow, GDAL, openpyxl, folium and PROJ weigh 130 MB in each)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class later:
    """The function of a dotted path; that there is one is a test's to say (tests/unit/test_later.py)."""

    path: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return import_string(self.path)(*args, **kwargs)
