"""Reads of personal fields: the first of ten minutes is a line, the others are counted and told by one when these are over.

A map's tiles are many answers to one look: a line each would hide the others. So one principal, layer and way is told once in ten
minutes, at once and with its question; a second line says how many answers and rows there were besides. Files have lines of their own.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from geoapp.audit import who
from geoapp.audit.question import clean
from geoapp.audit.who import RequestAsked
from geoapp.audit.windows import Windows
from geoapp.audit.writing import after, write

SECONDS = 600.0
_windows = Windows(SECONDS, 1)


def personal_read(request: HttpRequest, layers: Iterable[str], rows: int | None = None) -> None:
    """An answer to ``request`` gives personal fields of these layers under a right; ``rows`` is how many objects, where that is known.

    The line is written before the answer is handed out, and when a stream has ended: what answers reads in transactions that write
    nothing.
    """
    by = (who.of_request(request) or RequestAsked(request)).who()
    for layer in dict.fromkeys(layers):
        kind = (by.account_id, by.account or by.address, layer, by.channel)
        if _windows.is_told(kind, (layer, by), rows or 0):
            after(lambda layer=layer: write("personal_read", by=by, object=clean(layer, 200), rows=rows), request)  # type: ignore[misc]


def tell_counted() -> None:
    """Of each window that is over: how many answers there were besides the one that was told, and their rows."""
    for window in _windows.over():
        layer, by = window.kept
        write(
            "personal_read",
            by=by,
            object=layer,
            rows=window.rows,
            detail={"more": window.counted, "minutes": SECONDS / 60},
        )


def forget() -> None:
    _windows.forget()
