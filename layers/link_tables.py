"""Where the links between objects are kept: the table behind a many-to-many field, and its two columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps


@dataclass(frozen=True, slots=True)
class LinkTable:
    """``mine`` is the column of the objects that are looked from, ``theirs`` that of those linked to them, who are in the
    table ``others``."""

    name: str  # the field's
    table: str
    mine: str
    theirs: str
    others: str


@cache
def link_table(model: str, field: str) -> LinkTable:
    """Of a many-to-many field of a model ("app.Model")."""
    found: Any = apps.get_model(model)._meta.get_field(field)
    through = found.remote_field.through._meta
    mine, theirs = (through.get_field(name()).column for name in (found.m2m_field_name, found.m2m_reverse_field_name))
    return LinkTable(field, through.db_table, mine, theirs, found.related_model._meta.db_table)


@cache
def own_links(model: str) -> tuple[LinkTable, ...]:
    """Of all many-to-many fields that a model declares."""
    return tuple(link_table(model, field.name) for field in apps.get_model(model)._meta.local_many_to_many)


@cache
def links_from_others(model: str) -> tuple[LinkTable, ...]:
    """Of all many-to-many fields of other models that lead to this one, looked at from this one."""
    related: Any = apps.get_model(model)._meta.related_objects
    found = [
        (link_table(one.related_model._meta.label, one.field.name), one.related_model._meta.db_table)
        for one in related
        if one.many_to_many
    ]
    return tuple(LinkTable(link.name, link.table, link.theirs, link.mine, theirs) for link, theirs in found)
