"""Of what kind a spoken value is, in which unit, and from which words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.fields import Field, FieldKind
from layers.vocab import Vocab
from layers.words import Worded

ColumnKind = Literal["text", "integer", "number", "date", "boolean"]
_KINDS: dict[FieldKind, ColumnKind] = {"integer": "integer", "number": "number", "date": "date"}


@dataclass(frozen=True, slots=True)
class SpokenColumn(Worded):
    """One property as it is spoken: slugs of vocabularies and codes of regions, never ids.

    A ``date`` is a day; ``unit`` is of the value that is spoken, whatever is stored.
    """

    name: str
    zh: str
    en: str
    kind: ColumnKind
    unit: str = ""
    vocab: Vocab | None = None


def column_of(field: Field) -> SpokenColumn:
    """The column that speaks a field of the registry."""
    return SpokenColumn(field.name, field.zh, field.en, _KINDS.get(field.kind, "text"), field.unit, field.vocab)
