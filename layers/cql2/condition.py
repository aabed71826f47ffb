"""A CQL2 tree as a condition on the fields of a layer.

CQL2 knows three answers: what is compared with nothing is neither true nor false, and NOT leaves it so. A condition
is therefore built either where it is true or where it is false, and NOT asks for the other one.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from layers.cql2 import temporal, values
from layers.cql2.parse import DEPTH, Tree
from layers.cql2.places import LOOKUPS, REFLEXIVE, TURNED, place
from layers.cql2.tokens import refusal
from layers.cql2.values import Operand
from layers.crs import CRS84, Crs
from layers.errors import BadParameter
from layers.registry import Layer

GEOMETRY = "geometry"
OPERATORS, LISTED = 1000, 5000  # of one filter, and in one list of IN: each costs at every feature
_EVERY_ROW, _NO_ROW = ~Q(pk__in=[]), Q(pk__in=[])


def condition(layer: Layer, tree: Tree, system: Crs = CRS84) -> Q:
    """The features of which the tree is true; geometries in it are in ``system``, in its axis order.

    `BadParameter` for an operator, property or type that does not fit.
    """
    return _Conditions(layer, system).of(tree, True, 0)


class _Conditions:
    def __init__(self, layer: Layer, system: Crs) -> None:
        self.layer = layer
        self.system = system
        self.fields = {field.name: field for field in layer.listed_fields}
        self._operators = 0

    def _operation(self, tree: Tree) -> tuple[str, list[Tree]]:
        """Its name and arguments; each is counted."""
        if not isinstance(tree, dict) or not isinstance(tree.get("op"), str) or not isinstance(tree.get("args"), list):
            raise refusal(f"{str(tree)[:60]!r} is no condition")
        self._operators += 1
        if self._operators > OPERATORS:
            raise refusal(f"it has more than {OPERATORS} operators; IN takes a list of values as one")
        return tree["op"], tree["args"]

    def of(self, tree: Tree, wanted: bool, depth: int) -> Q:
        """Where the tree is ``wanted``: true, or false."""
        if depth > DEPTH:
            raise refusal(f"it is nested more than {DEPTH} deep")
        if isinstance(tree, bool):
            return _EVERY_ROW if tree is wanted else _NO_ROW
        name, args = self._operation(tree)
        if name == "not":
            (inner,) = _exactly(args, 1, name)
            return self.of(inner, not wanted, depth + 1)
        if name in ("and", "or"):
            parts = [self.of(part, wanted, depth + 1) for part in _exactly(args, None, name)]
            return reduce(and_ if (name == "and") is wanted else or_, parts)
        if name == "t_disjoint":
            return self._known(*self._timed("t_intersects", args), not wanted)
        if name == "in":
            return self._among(*_in_list(args), wanted, depth)
        if name in ("<>", "between"):
            return self.of(_plainer(name, args), wanted, depth + 1)
        return self._leaf(name, args, wanted)

    def _leaf(self, name: str, args: list[Tree], wanted: bool) -> Q:
        if name == "isNull":
            return self._missing(_exactly(args, 1, name)[0], wanted)
        if name in LOOKUPS:
            return self._known(*self._spatial(LOOKUPS[name], *_exactly(args, 2, name)), wanted)
        if name in temporal.RELATIONS:
            return self._known(*self._timed(name, args), wanted)
        if name in values.MIRRORED or name == "like":
            left, right = (self.operand(arg, 0) for arg in _exactly(args, 2, name))
            true = values.like(left, right) if name == "like" else values.compare(name, left, right)
            return self._known(true, (*left.paths, *right.paths), wanted)
        raise refusal(f"there is no operator {name!r}")

    def _known(self, true: Q | bool, paths: tuple[str, ...], wanted: bool) -> Q:
        """Where something is true, or is known to be false: none of the values that it is told of is missing."""
        known = [Q(**{f"{path}__isnull": False}) for path in paths]
        if isinstance(true, bool):
            return reduce(and_, known, _EVERY_ROW) if true is wanted else _NO_ROW
        return true if wanted else reduce(and_, known, ~true)

    def _among(self, value: Tree, listed: list[Tree], wanted: bool, depth: int) -> Q:
        """One of a list. Of constants it is a single condition; what is reckoned anew for each is one for each."""
        left, others = self.operand(value, 0), [self.operand(one, 0) for one in listed]
        true = values.among(left, others)
        if true is not None:
            return self._known(true, left.paths, wanted)
        each = [{"op": "=", "args": [value, one]} for one in listed]
        return self.of({"op": "or", "args": each}, wanted, depth + 1)

    def _timed(self, name: str, args: list[Tree]) -> tuple[Q | bool, tuple[str, ...]]:
        left, right = (
            temporal.span(self.layer, arg, lambda tree: self.operand(tree, 0)) for arg in _exactly(args, 2, name)
        )
        return temporal.relation(name, left, right), (*left.paths, *right.paths)

    def _missing(self, tree: Tree, wanted: bool) -> Q:
        if self._is_geometry(tree):
            return Q(geom__isnull=wanted)
        found = self.operand(tree, 0)
        parts = [Q(**{f"{path}__isnull": wanted}) for path in found.paths]
        return reduce(or_ if wanted else and_, parts) if parts else (_NO_ROW if wanted else _EVERY_ROW)

    def _spatial(self, lookup: str, left: Tree, right: Tree) -> tuple[Q | bool, tuple[str, ...]]:
        own = self._is_geometry(left), self._is_geometry(right)
        if own == (True, True):
            return lookup in REFLEXIVE, ("geom",)
        if own[1]:
            left, right, lookup = right, left, TURNED.get(lookup, lookup)
        for one in (left, right):
            if not self._is_geometry(one) and (not isinstance(one, dict) or "property" in one):
                raise refusal(f"s_{lookup} takes geometries, of which the property is {GEOMETRY!r}")
        if not any(own):
            return bool(getattr(place(left, self.system, lookup), lookup)(place(right, self.system, lookup))), ()
        return Q(**{f"geom__{lookup}": place(right, self.system, lookup)}), ("geom",)

    def _is_geometry(self, tree: Tree) -> bool:
        return self.layer.geometry != "none" and tree == {"property": GEOMETRY}

    def operand(self, tree: Tree, depth: int) -> Operand:
        """A side of a comparison."""
        if depth > DEPTH:
            raise refusal(f"it is nested more than {DEPTH} deep")
        if not isinstance(tree, dict) or "op" not in tree:
            return self._property(tree) if isinstance(tree, dict) and "property" in tree else values.constant_of(tree)
        name, args = self._operation(tree)
        if name in values.FOLDING:
            return values.folded(name, self.operand(_exactly(args, 1, name)[0], depth + 1))
        if name in values.ARITHMETIC:
            left, right = (self.operand(arg, depth + 1) for arg in _exactly(args, 2, name))
            return values.arithmetic(name, left, right)
        raise refusal(f"there is no operator {name!r}")

    def _property(self, tree: dict[str, Any]) -> Operand:
        field = self.fields.get(str(tree["property"]))
        if field is None:
            raise BadParameter(
                f"The filter cannot be read: {self.layer.id} has no property {tree['property']!r} to compare.",
                param="filter",
                allowed=list(self.fields),
            )
        return values.field_operand(field)


def _exactly(args: list[Tree], number: int | None, name: str) -> list[Tree]:
    """The arguments, if they are so many; any number but none without one."""
    if len(args) != number if number is not None else not args:
        raise refusal(f"{name} does not take {len(args)} arguments")
    return args


def _plainer(name: str, args: list[Tree]) -> Tree:
    """The same question in operators that are answered."""
    if name == "<>":
        return {"op": "not", "args": [{"op": "=", "args": args}]}
    value, low, high = _exactly(args, 3, name)
    return {"op": "and", "args": [{"op": ">=", "args": [value, low]}, {"op": "<=", "args": [value, high]}]}


def _in_list(args: list[Tree]) -> tuple[Tree, list[Tree]]:
    value, listed = _exactly(args, 2, "in")
    if not isinstance(listed, list) or not 0 < len(listed) <= LISTED:
        raise refusal(f"in takes a list of 1 to {LISTED} values")
    return value, listed
