"""Counts and extents, asked of the database once for each version and filter: every page of a list shares them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.gis.db.models import Extent
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from layers.db import bounded
from layers.kept.memory import Memory
from layers.registry import Layer
from layers.versions import as_of

_answers: Memory[Any] = Memory(4096)  # of a few numbers each


def _ask(what: str, layer: Layer, found: QuerySet[Any], make: Callable[[], Any], nothing: Any) -> Any:
    try:
        text, params = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return nothing
    # The text of the values stands for them: geometries among them are not hashable.
    key = (what, text, repr([getattr(p, "ewkb", p) for p in params]))
    with bounded():
        return _answers.get_or_make(as_of(layer.datasets()).stamp, key, make)


def number(layer: Layer, found: QuerySet[Any]) -> int:
    """How many features there are."""
    return int(_ask("number", layer, found, found.count, 0))


def extent(layer: Layer, found: QuerySet[Any]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of them in degrees; None without any position."""
    box = _ask("extent", layer, found, lambda: found.aggregate(box=Extent("geom"))["box"], None)
    return None if box is None else tuple(box)
