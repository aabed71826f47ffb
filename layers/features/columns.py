"""What a layer says of each feature: one column a property, in the registry's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.fields import Field, FieldKind
from layers.registry import Layer
from layers.stats.carried import Asked, fields_of
from layers.vocab import Vocab

ColumnKind = Literal["text", "integer", "number", "date", "boolean"]
_KINDS: dict[FieldKind, ColumnKind] = {"integer": "integer", "number": "number", "date": "date"}


@dataclass(frozen=True, slots=True)
class Column:
    """One property as it is spoken: slugs of vocabularies and codes of regions, never ids.

    A ``date`` is a day; ``unit`` is of the value that is spoken, whatever is stored.
    """

    name: str
    zh: str
    en: str
    kind: ColumnKind
    unit: str = ""
    vocab: Vocab | None = None


# What a period adds to the features of a layer that carries usage, before the figures.
PERIOD = Column("period", "时段", "Period", "text")


def column_of(field: Field) -> Column:
    """The column that speaks a field of the registry."""
    return Column(field.name, field.zh, field.en, _KINDS.get(field.kind, "text"), field.unit, field.vocab)


def columns_of(layer: Layer, asked: Asked | None = None) -> tuple[Column, ...]:
    """Every column of a layer, those of the usage asked for last."""
    own = tuple(column_of(field) for field in layer.listed_fields)
    if asked is None or layer.usage is None:
        return own
    return (*own, PERIOD, *(column_of(field) for field in fields_of(layer.usage, asked)))
