"""Files of features, and answers that give personal fields: what `layers.http.signals` tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest

from geoapp.address import client_address
from geoapp.audit import reads, who
from geoapp.audit.windows import Windows
from geoapp.audit.writing import after, write
from layers.http import signals

# Programs read a file that is kept in hundreds of ranges: of these the first of ten minutes is told.
_ranges = Windows(reads.SECONDS, 1)


def connect() -> None:
    signals.exported.connect(exported, dispatch_uid="audit")
    signals.personal_told.connect(personal_told, dispatch_uid="audit")


def exported(request: HttpRequest, layer: str, format: str, rows: Callable[[], int], whole: bool, **_: Any) -> None:
    """Who asks is looked up when the line is written: an answer that is the same for all must not be kept by its cookie."""
    if not whole and "Range" in request.headers:
        _ranges.over()
        if not _ranges.is_told((client_address(request), who.question_of(request)), None):
            return
    count, detail = rows(), dict[str, Any](format=format)
    if not whole:
        detail["part"] = True
    after(lambda: write("export", object=layer, rows=count, detail=detail), request)


def personal_told(request: HttpRequest, layers: Iterable[str], rows: int | None = None, **_: Any) -> None:
    reads.personal_read(request, layers, rows)
