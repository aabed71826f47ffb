"""CQL2's relations in time: instants and closed intervals, of properties and literals; ``..`` leaves a side open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import DateField, Q, Value
from django.db.models.functions import Coalesce

from layers.cql2 import values
from layers.cql2.tokens import refusal
from layers.cql2.values import Operand
from layers.registry import Layer

# Each relation as comparisons of the first operand's side with one of the second's, all of which hold: OWL-Time's
# definitions, which the standard refers to. T_DISJOINT is that T_INTERSECTS is not.
RELATIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "t_after": (("start", ">", "end"),),
    "t_before": (("end", "<", "start"),),
    "t_equals": (("start", "=", "start"), ("end", "=", "end")),
    "t_intersects": (("start", "<=", "end"), ("end", ">=", "start")),
    "t_contains": (("start", "<", "start"), ("end", ">", "end")),
    "t_during": (("start", ">", "start"), ("end", "<", "end")),
    "t_finishedby": (("start", "<", "start"), ("end", "=", "end")),
    "t_finishes": (("start", ">", "start"), ("end", "=", "end")),
    "t_meets": (("end", "=", "start"),),
    "t_metby": (("start", "=", "end"),),
    "t_overlappedby": (("start", ">", "start"), ("start", "<", "end"), ("end", ">", "end")),
    "t_overlaps": (("start", "<", "start"), ("end", ">", "start"), ("end", "<", "end")),
    "t_startedby": (("start", "=", "start"), ("end", ">", "end")),
    "t_starts": (("start", "=", "start"), ("end", "<", "end")),
}
# An instant is taken as an interval of itself. Of the other relations the standard has a client's error made.
_OF_INSTANTS = ("t_after", "t_before", "t_equals", "t_intersects", "t_contains", "t_during")
_OPEN = ".."
_FIRST, _LAST = Operand("date", date.min), Operand("date", date.max)  # before and after all that a calendar here holds


@dataclass(frozen=True)
class Span:
    """A time: its first and its last instant, both of it."""

    start: Operand
    end: Operand
    instant: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        return (*self.start.paths, *self.end.paths)


def relation(name: str, left: Span, right: Span) -> Q | bool:
    """Where the relation holds; a plain answer of literals."""
    if (left.instant or right.instant) and name not in _OF_INSTANTS:
        raise refusal(f"{name} takes intervals")
    parts = [values.compare(sign, getattr(left, one), getattr(right, other)) for one, sign, other in RELATIONS[name]]
    if False in parts:
        return False
    told = [part for part in parts if isinstance(part, Q)]
    return reduce(and_, told) if told else True


def span(layer: Layer, tree: Any, operand: Callable[[Any], Operand]) -> Span:
    """A side of a relation; ``operand`` reads properties and instants. `BadParameter` for what is no time."""
    if not isinstance(tree, dict) or "interval" not in tree:
        found = _instant(tree, operand)
        return Span(found, found, instant=True)
    ends = tree["interval"]
    if set(tree) != {"interval"} or not isinstance(ends, list) or len(ends) != 2:
        raise refusal("an interval has a start and an end")
    start = _FIRST if ends[0] == _OPEN else _open_where_null(layer, 0, ends[0], _instant(ends[0], operand), _FIRST)
    end = _LAST if ends[1] == _OPEN else _open_where_null(layer, 1, ends[1], _instant(ends[1], operand), _LAST)
    if start.constant and end.constant and start.value > end.value:
        raise refusal("an interval ends before it begins")
    return Span(start, end)


def _instant(tree: Any, operand: Callable[[Any], Operand]) -> Operand:
    found = values.instant(tree) if isinstance(tree, str) else operand(tree)
    if found.kind != "date":
        raise refusal(f"a {found.kind} is no time")
    return found


def _open_where_null(layer: Layer, side: int, tree: Any, found: Operand, bound: Operand) -> Operand:
    """The first or last day for which a row of the layer is true: none there is no end, as ``datetime`` has it."""
    spans = len(layer.temporal) == 2 and tree == {"property": layer.temporal[side]}
    if not spans:
        return found
    told = Coalesce(found.expression, Value(bound.value, output_field=DateField()), output_field=DateField())
    return replace(found, expression=told, paths=())
