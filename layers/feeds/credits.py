"""Whose data a layer shows, as its files said: who has to be named on maps, in reports and in files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Min

from layers import filters
from layers.kept.memory import Memory
from layers.names import source_name
from layers.registry import Layer
from layers.versions import as_of
from layers.words import Listed, Words

_NAMED = 3  # of several sources; of the others that there are
_kept: Memory[tuple[str, ...]] = Memory(32)


def named(sources: Sequence[str], lang: str) -> str:
    """The first of several sources in a language, and that there are others; nothing of none."""
    said = [source_name(source, lang) for source in sources]
    told = Listed(*said[:_NAMED]).in_(lang)
    if len(said) <= _NAMED:
        return told
    return Words("{first}等", "{first} and others", first=told).in_(lang)


def sources_of(layer: Layer) -> tuple[str, ...]:
    """Where the rows of what lies underneath come from, the most of them first; empty where nobody says it."""

    def make() -> tuple[str, ...]:
        found: Any = (
            filters.base(layer)
            .exclude(source="")
            .order_by()
            .values("source")
            .annotate(rows=Count("pk"), first=Min("pk"))
        )
        return tuple(one["source"] for one in found.order_by("-rows", "first"))

    return _kept.get_or_make(as_of(layer.datasets()).stamp, layer.id, make) if layer.dataset.bands else ()


def credit(layer: Layer, lang: str) -> str:
    """The sources of what lies underneath, named in a language."""
    return named(sources_of(layer), lang)
