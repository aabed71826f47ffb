"""The map as one HTML file that works with no network at all.

`page` makes the file around the data and knows none of them; `shown` is the data and knows nothing of HTML.
"""

from __future__ import annotations

from collections.abc import Callable

from geoapp.reports.offline.page import AssetsMissing, filled
from geoapp.reports.offline.shown import shown
from geoapp.reports.structure import Report

__all__ = ["AssetsMissing", "html", "prepared"]


def prepared(report: Report, lang: str) -> Callable[[], bytes]:
    """Reads what is on the map, and returns what makes the file of it."""
    data = shown(report, lang)
    return lambda: filled(f"{report.name} {report.period.text}", data).encode()


def html(report: Report, lang: str) -> bytes:
    """The file. What is on it: regions in the map's classes, facilities by layer, names and figures under the pointer.

    `AssetsMissing` where the page is not built.
    """
    return prepared(report, lang)()
