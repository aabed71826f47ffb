"""What a layer says of each feature: one column a property, in the registry's order."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from layers import params
from layers.registry import Layer
from layers.stats.carried import Asked, fields_of
from layers.values import SpokenColumn, column_of

# What a period adds to the features of a layer that carries usage, before the figures.
PERIOD = SpokenColumn("period", "时段", "Period", "text")


def columns_of(layer: Layer, asked: Asked | None = None) -> tuple[SpokenColumn, ...]:
    """Every column of a layer, those of the usage asked for last."""
    own = tuple(column_of(field) for field in layer.listed_fields)
    if asked is None or layer.usage is None:
        return own
    return (*own, PERIOD, *(column_of(field) for field in fields_of(layer.usage, asked)))


def named(layer: Layer, asked: Asked | None, text: str | None) -> tuple[str, ...] | None:
    """The properties of the parameter ``fields``; None when it is not given. `BadParameter` for one that is not there."""
    if not text:
        return None
    return tuple(params.parse_words(text, "fields", [column.name for column in columns_of(layer, asked)]))


def chosen(columns: Sequence[SpokenColumn], layer: Layer, names: Collection[str] | None) -> tuple[SpokenColumn, ...]:
    """The columns of some names (None: all). Who asks for a period asks for its figures: a choice among a layer's own
    fields leaves them, and they are chosen among only by their names.
    """
    if names is None:
        return tuple(columns)
    own = {field.name for field in layer.listed_fields}
    figures = set(names) - own
    return tuple(c for c in columns if c.name in names or (not figures and c.name not in own))
