"""Old → new: the one room that says what the values of an object were and are, of a check before its release and of releases
behind it.

A value is kept as it is spoken (a slug, a code, an amount in the unit of its field) and so in no language; nothing is "".
`shown` puts it into words.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import shapely

from layers.fields import Dataset, Field
from layers.later import later
from layers.shapes import SHAPES
from layers.values import exact
from layers.words import NOTHING, Listed, Worded, Words

GEOMETRY = "geometry"  # stands for a field where a position or an outline is told
_GEOMETRY_NAMES = (GEOMETRY, "geom")  # in words, and as the tables call it
_BETWEEN = ";"  # of linked codes
_AREA = " m² "  # and the number of points behind it
_LENGTH = " m "
_square_metres = later("layers.history.ground.square_metres")  # brings PROJ
_metres = later("layers.history.ground.metres")


def label(dataset: Dataset, name: str) -> Worded:
    """What a field is called; an unknown one by its own name."""
    if name in _GEOMETRY_NAMES:
        return SHAPES[dataset.geometry].called
    return dataset.field(name) or _plain(name)


def _plain(text: str) -> Worded:
    """What is the same in every language."""
    return Listed(text)


def value(field: Field, stored: Any) -> str:
    """A stored value, or its text, as it is spoken; not of references and links, whose codes only the tables know."""
    if stored is None or stored == "":
        return ""
    if field.vocab is not None:
        term = field.vocab.by_id.get(int(stored))
        return term.code if term else str(stored)
    if field.per_unit != 1:
        return f"{exact(field, int(stored)).normalize():f}"
    return f"{Decimal(str(stored)).normalize():f}" if field.kind in ("number", "integer") else str(stored)


def codes(linked: Iterable[str]) -> str:
    """Codes of linked objects."""
    return _BETWEEN.join(sorted(linked))


def shape(found: Any) -> str:
    """A position by its coordinates, to a tenth of a metre; a line or an outline by its length or area on the ground and how many
    points it has."""
    if found.geom_type == "Point":
        return ", ".join(f"{round(at, 6):.6f}".rstrip("0").rstrip(".") for at in (found.x, found.y))
    points = len(shapely.get_coordinates(found))
    if shapely.get_dimensions(found) == 1:
        return f"{_metres(found):.0f}{_LENGTH}{points}"
    return f"{_square_metres(found):.0f}{_AREA}{points}"


def shown(dataset: Dataset, name: str, told: str) -> Worded:
    """A spoken value in words, with its unit; `NOTHING` for nothing."""
    field = dataset.field(name)
    if not told:
        return NOTHING
    if name in _GEOMETRY_NAMES:
        area, _, points = told.partition(_AREA)
        if points:
            return Words("{area:,} m²，{points} 个点", "{area:,} m², {points} points", area=int(area), points=points)
        length, _, points = told.partition(_LENGTH)
        if points:
            return Words(
                "{length:,} m，{points} 个点", "{length:,} m, {points} points", length=int(length), points=points
            )
        return _plain(told)
    if field is None:
        return _plain(told)
    if field.kind == "links":
        return Listed(*told.split(_BETWEEN))
    if field.vocab is not None:
        return field.vocab.by_code.get(told) or _plain(told)
    return _plain(f"{told} {field.unit}".rstrip())
