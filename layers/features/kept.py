"""Counts and extents, asked of the database once for each version and filter: every page of a list shares them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.contrib.gis.db.models import Extent
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from layers.db import bounded
from layers.registry import Layer
from layers.versions import as_of

_MOST = 4096  # answers of a few numbers each


class Kept:
    """The answers used last, by key; one a process, safe between threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._held: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """The kept answer, or a new one. Two askers at once may both make it: it is the same."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


answers = Kept()


def _ask(what: str, layer: Layer, found: QuerySet[Any], make: Callable[[], Any], nothing: Any) -> Any:
    try:
        text, params = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return nothing
    # The text of the values stands for them: geometries among them are not hashable.
    key = (what, as_of(layer.datasets()).stamp, text, repr([getattr(p, "ewkb", p) for p in params]))
    with bounded():
        return answers.get(key, make)


def number(layer: Layer, found: QuerySet[Any]) -> int:
    """How many features there are."""
    return int(_ask("number", layer, found, found.count, 0))


def extent(layer: Layer, found: QuerySet[Any]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of them in degrees; None without any position."""
    box = _ask("extent", layer, found, lambda: found.aggregate(box=Extent("geom"))["box"], None)
    return None if box is None else tuple(box)
