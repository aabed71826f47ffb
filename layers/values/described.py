"""A spoken value as JSON Schema: its name for people, its type and unit, and the words of its vocabulary. Pure."""

from __future__ import annotations

from typing import Any

from layers.values.columns import ColumnKind, SpokenColumn

# One type each, though any value may be missing: desktops read a list of types as text.
_TYPES: dict[ColumnKind, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
}


def property_schema(column: SpokenColumn) -> dict[str, Any]:
    """A property as OGC API (Part 5) describes it."""
    found: dict[str, Any] = {"title": column.zh, "description": column.en, **_TYPES[column.kind]}
    if column.unit:
        found["x-ogc-unit"] = column.unit
        found["description"] = f"{column.en} ({column.unit})"
    if column.vocab is not None:
        found["enum"] = list(column.vocab.codes)
        words = "，".join(f"{term.code} {term.zh}" for term in column.vocab)
        found["description"] = f"{column.en}：{words}"
    return found


def value_schema(column: SpokenColumn) -> dict[str, Any]:
    """The value of a property in a feature: as its schema has it, or nothing; as OpenAPI 3.0 writes that."""
    found = {key: value for key, value in property_schema(column).items() if not key.startswith("x-")}
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return {**found, "nullable": True}
