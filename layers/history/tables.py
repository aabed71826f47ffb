"""The tables whose states are kept: their columns and links, read off the models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps

from layers import registry
from layers.link_tables import LinkTable, links_from_others, own_links

# Objects of no dataset of their own, written by the imports of another: name → (model, by whose releases).
SIDE = {"holder": ("layers.AbstractionHolder", "permit")}
# Divisions have a history of their own, by which months of the past speak (`layers.editions`).
OWN_HISTORY = frozenset({"region"})


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table whose states are kept. ``columns`` are those that are given, in the table's order: what is generated, or found by
    placing, follows from them."""

    name: str
    model: str
    table: str
    columns: tuple[str, ...]
    geometries: frozenset[str]
    links: tuple[LinkTable, ...]
    linked_from: tuple[LinkTable, ...]


@cache
def kept(name: str) -> KeptTable:
    """Of a dataset, or of objects written beside one (`SIDE`)."""
    model = SIDE[name][0] if name in SIDE else registry.dataset(name).model
    meta: Any = apps.get_model(model)._meta
    stored = [field for field in meta.concrete_fields if field.editable and not getattr(field, "generated", False)]
    return KeptTable(
        name, model, meta.db_table, tuple(field.column for field in stored),
        frozenset(field.column for field in stored if hasattr(field, "geom_type")), own_links(model), links_from_others(model),
    )  # fmt: skip


def written_with(dataset: str) -> list[KeptTable]:
    """What a release of the dataset may have written: its own table first."""
    beside = [name for name, (_, by) in SIDE.items() if by == dataset]
    return [kept(name) for name in (dataset, *beside)]
