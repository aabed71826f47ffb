"""Files of features, and answers that give personal fields: what `layers.http.signals` tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest

from geoapp.audit import reads, who
from geoapp.audit.who import Asked
from geoapp.audit.windows import Windows
from geoapp.audit.writing import after, write
from layers.http import signals

# Programs read a file that is kept in hundreds of ranges: of these the first of ten minutes is told.
_ranges = Windows(reads.SECONDS, 1)


def connect() -> None:
    signals.exported.connect(exported, dispatch_uid="audit")
    signals.personal_told.connect(personal_told, dispatch_uid="audit")


def exported(request: HttpRequest, layer: str, format: str, rows: Callable[[], int], whole: bool, **_: Any) -> None:
    by = (who.of_request(request) or Asked(request)).who()
    if not whole and "Range" in request.headers:
        _ranges.over()
        if not _ranges.is_told((by.account or by.address, by.question), None):
            return
    count, detail = rows(), dict[str, Any](format=format)
    if not whole:
        detail["part"] = True
    after(lambda: write("export", object=layer, rows=count, detail=detail, by=by), request)


def personal_told(request: HttpRequest, layers: Iterable[str], rows: int | None = None, **_: Any) -> None:
    reads.personal_read(request, layers, rows)
