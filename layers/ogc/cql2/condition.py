"""A CQL2 tree as a condition on the fields of a layer.

CQL2 knows three answers: what is compared with nothing is neither true nor false, and NOT leaves it so. A condition
is therefore built either where it is true or where it is false, and NOT asks for the other one.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from layers.errors import BadParameter
from layers.ogc.cql2 import values
from layers.ogc.cql2.parse import DEPTH, Tree
from layers.ogc.cql2.places import LOOKUPS, TURNED, place
from layers.ogc.cql2.tokens import refusal
from layers.ogc.cql2.values import Operand
from layers.ogc.crs import CRS84, Crs
from layers.registry import Layer

GEOMETRY = "geometry"
_EVERYTHING, _NOTHING = ~Q(pk__in=[]), Q(pk__in=[])


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

    def of(self, tree: Tree, wanted: bool, depth: int) -> Q:
        """Where the tree is ``wanted``: true, or false."""
        if depth > DEPTH:
            raise refusal(f"it is nested more than {DEPTH} deep")
        if isinstance(tree, bool):
            return _EVERYTHING if tree is wanted else _NOTHING
        name, args = _operation(tree)
        if name == "not":
            (inner,) = _exactly(args, 1, name)
            return self.of(inner, not wanted, depth + 1)
        if name in ("and", "or"):
            parts = [self.of(part, wanted, depth + 1) for part in _exactly(args, None, name)]
            return reduce(and_ if (name == "and") is wanted else or_, parts)
        if name in ("<>", "between", "in"):
            return self.of(_plainer(name, args), wanted, depth + 1)
        return self._leaf(name, args, wanted)

    def _leaf(self, name: str, args: list[Tree], wanted: bool) -> Q:
        if name in LOOKUPS:
            true: Q | bool = self._spatial(LOOKUPS[name], *_exactly(args, 2, name))
            paths: tuple[str, ...] = ("geom",)
        elif name == "isNull":
            return self._missing(_exactly(args, 1, name)[0], wanted)
        elif name in values.MIRRORED or name == "like":
            left, right = (self.operand(arg, 0) for arg in _exactly(args, 2, name))
            true = values.like(left, right) if name == "like" else values.compare(name, left, right)
            paths = (*left.paths, *right.paths)
        else:
            raise refusal(f"there is no operator {name!r}")
        if isinstance(true, bool):
            return _EVERYTHING if true is wanted else _NOTHING
        return true if wanted else reduce(and_, [Q(**{f"{path}__isnull": False}) for path in paths], ~true)

    def _missing(self, tree: Tree, wanted: bool) -> Q:
        if self._is_geometry(tree):
            return Q(geom__isnull=wanted)
        found = self.operand(tree, 0)
        parts = [Q(**{f"{path}__isnull": wanted}) for path in found.paths]
        return reduce(or_ if wanted else and_, parts) if parts else (_NOTHING if wanted else _EVERYTHING)

    def _spatial(self, lookup: str, left: Tree, right: Tree) -> Q:
        if self._is_geometry(right):
            left, right, lookup = right, left, TURNED.get(lookup, lookup)
        if not self._is_geometry(left) or not isinstance(right, dict) or "property" in right:
            raise refusal(f"s_{lookup} takes the property {GEOMETRY!r} and a geometry")
        return Q(**{f"geom__{lookup}": place(right, self.system, lookup)})

    def _is_geometry(self, tree: Tree) -> bool:
        return self.layer.geometry != "none" and tree == {"property": GEOMETRY}

    def operand(self, tree: Tree, depth: int) -> Operand:
        """A side of a comparison."""
        if depth > DEPTH:
            raise refusal(f"it is nested more than {DEPTH} deep")
        if not isinstance(tree, dict) or "op" not in tree:
            return self._property(tree) if isinstance(tree, dict) and "property" in tree else values.constant_of(tree)
        name, args = _operation(tree)
        if name == "casei":
            return values.folded(self.operand(_exactly(args, 1, name)[0], depth + 1))
        if name in ("+", "-", "*", "/"):
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


def _operation(tree: Tree) -> tuple[str, list[Tree]]:
    if not isinstance(tree, dict) or not isinstance(tree.get("op"), str) or not isinstance(tree.get("args"), list):
        raise refusal(f"{str(tree)[:60]!r} is no condition")
    return tree["op"], tree["args"]


def _exactly(args: list[Tree], number: int | None, name: str) -> list[Tree]:
    """The arguments, if they are so many; any number but none without one."""
    if len(args) != number if number is not None else not args:
        raise refusal(f"{name} does not take {len(args)} arguments")
    return args


def _plainer(name: str, args: list[Tree]) -> Tree:
    """The same question in operators that are answered."""
    if name == "<>":
        return {"op": "not", "args": [{"op": "=", "args": args}]}
    if name == "between":
        value, low, high = _exactly(args, 3, name)
        return {"op": "and", "args": [{"op": ">=", "args": [value, low]}, {"op": "<=", "args": [value, high]}]}
    value, listed = _exactly(args, 2, name)
    if not isinstance(listed, list):
        raise refusal("in takes a list")
    return {"op": "or", "args": [{"op": "=", "args": [value, one]} for one in listed]}
