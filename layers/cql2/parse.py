"""CQL2 text as the tree that CQL2 JSON writes: a descent over its grammar, with the position of what is wrong. Pure.

The trees are plain JSON values: ``{"op": "and", "args": […]}``, ``{"property": "depth_m"}``, ``{"date": "2019-07-01"}``,
``{"interval": ["2019-01-01", ".."]}``, GeoJSON geometries and ``{"bbox": […]}``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import shapely

from layers.cql2.tokens import Token, refusal, tokens

Tree = Any

DEPTH = 60  # what is nested deeper is no question of a person's, and would exhaust the stack
SPATIAL = ("S_INTERSECTS", "S_DISJOINT", "S_CONTAINS", "S_WITHIN", "S_TOUCHES", "S_CROSSES", "S_OVERLAPS", "S_EQUALS")
TEMPORAL = (
    "T_AFTER", "T_BEFORE", "T_CONTAINS", "T_DISJOINT", "T_DURING", "T_EQUALS", "T_FINISHEDBY", "T_FINISHES", "T_INTERSECTS",
    "T_MEETS", "T_METBY", "T_OVERLAPPEDBY", "T_OVERLAPS", "T_STARTEDBY", "T_STARTS",
)  # fmt: skip
_WKT = (
    "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION",
)  # fmt: skip
_COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
_ARITHMETIC = ("+", "-", "*", "/", "%", "DIV", "^")
_INSTANTS = {"DATE": "date", "TIMESTAMP": "timestamp"}
_FOLDING = ("CASEI", "ACCENTI")


def parse(text: str) -> Tree:
    """The tree of a condition; `BadParameter` says what is wrong and where."""
    reader = _Reader(text)
    tree = reader.condition()
    if reader.now.kind != "end":
        raise refusal(f"{reader.now.text!r} is not expected", reader.now.at)
    return tree


class _Reader:
    """One pass over the words, one word ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = tokens(text)
        self._next = 0
        self._depth = 0

    @property
    def now(self) -> Token:
        return self._words[self._next]

    def take(self) -> Token:
        found = self.now
        self._next += found.kind != "end"
        return found

    def took(self, *words: str) -> str:
        """The next word if it is one of these, and then past it; else nothing."""
        if self.now.upper and self.now.upper in words:
            return self.take().upper
        return ""

    def expect(self, word: str) -> None:
        if not self.took(word):
            raise refusal(f"{word} is expected and not {self.now.text or 'the end'!r}", self.now.at)

    def nested(self, read: Callable[[], Tree]) -> Tree:
        self._depth += 1
        if self._depth > DEPTH:
            raise refusal(f"it is nested more than {DEPTH} deep", self.now.at)
        found = read()
        self._depth -= 1
        return found

    def condition(self) -> Tree:
        return self._joined("OR", lambda: self._joined("AND", self._negation))

    def _joined(self, word: str, part: Callable[[], Tree]) -> Tree:
        parts = [part()]
        while self.took(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else {"op": word.lower(), "args": parts}

    def _negation(self) -> Tree:
        if self.took("NOT"):
            return {"op": "not", "args": [self.nested(self._negation)]}
        return self._predicate()

    def _predicate(self) -> Tree:
        if self.now.upper in (*SPATIAL, *TEMPORAL) and self._words[self._next + 1].upper == "(":
            name = self.take()
            return self._related(name.upper, self._place if name.upper in SPATIAL else self._time)
        if self.now.upper == "(" and not self._opens_scalar():
            return self._bracketed(self.condition)
        left = self._scalar()
        if self.now.upper in _COMPARISONS:
            return {"op": self.take().upper, "args": [left, self._scalar()]}
        if self.took("IS"):
            negated = self.took("NOT")
            self.expect("NULL")
            return _perhaps_not(negated, {"op": "isNull", "args": [left]})
        negated = self.took("NOT")
        kind = self.took("LIKE", "BETWEEN", "IN")
        if kind:
            return _perhaps_not(negated, self._special(kind, left))
        if left is True or left is False:
            return left
        raise refusal("a comparison is expected (=, <>, <, >, <=, >=, LIKE, BETWEEN, IN, IS NULL)", self.now.at)

    def _opens_scalar(self) -> bool:
        """Whether this bracket holds a value, as in ``(depth_m + 1) * 2 > 5``: what follows its end decides."""
        depth = 0
        for number in range(self._next, len(self._words)):
            word = self._words[number].upper
            depth += (word == "(") - (word == ")")
            if depth == 0:
                after = self._words[number + 1].upper if number + 1 < len(self._words) else ""
                return after in (*_COMPARISONS, *_ARITHMETIC, "LIKE", "BETWEEN", "IN", "IS") or (after == "NOT")
        return False

    def _bracketed(self, read: Callable[[], Tree]) -> Tree:
        self.expect("(")
        found = self.nested(read)
        self.expect(")")
        return found

    def _special(self, kind: str, left: Tree) -> Tree:
        if kind == "LIKE":
            return {"op": "like", "args": [left, self._scalar()]}
        if kind == "BETWEEN":
            low = self._scalar()
            self.expect("AND")
            return {"op": "between", "args": [left, low, self._scalar()]}
        return {"op": "in", "args": [left, self._list(self._scalar)]}

    def _list(self, read: Callable[[], Tree]) -> list[Tree]:
        self.expect("(")
        found = [read()]
        while self.took(","):
            found.append(read())
        self.expect(")")
        return found

    def _scalar(self) -> Tree:
        return self._arithmetic("+", "-", part=lambda: self._arithmetic("*", "/", "%", "DIV", part=self._power))

    def _arithmetic(self, *words: str, part: Callable[[], Tree]) -> Tree:
        found = part()
        while word := self.took(*words):
            found = {"op": word.lower(), "args": [found, part()]}
        return found

    def _power(self) -> Tree:
        base = self._atom()
        return {"op": "^", "args": [base, self._atom()]} if self.took("^") else base

    def _atom(self) -> Tree:
        if self.took("-"):
            inner = self.nested(self._atom)
            return -inner if isinstance(inner, int | float) else {"op": "*", "args": [-1, inner]}
        if self.now.upper == "(":
            return self._bracketed(self._scalar)
        token = self.take()
        if token.kind == "text":
            return token.text
        if token.kind == "number":
            return _number(token)
        if token.kind == "quoted":
            return {"property": token.text}
        if token.kind == "word":
            return self._word(token)
        raise refusal(f"a property or a value is expected and not {token.text or 'the end'!r}", token.at)

    def _word(self, token: Token) -> Tree:
        if token.upper in ("TRUE", "FALSE"):
            return token.upper == "TRUE"
        if self.now.upper != "(":
            return {"property": token.text}
        if token.upper in _FOLDING:
            return {"op": token.upper.lower(), "args": [self._bracketed(self._scalar)]}
        if token.upper in _INSTANTS:
            (value,) = self._list(self.take)[:1]
            if value.kind != "text":
                raise refusal(f"{token.upper} takes a text such as '2019-07-01'", value.at)
            return {_INSTANTS[token.upper]: value.text}
        raise refusal(f"there is no function {token.text!r}", token.at)

    def _related(self, name: str, read: Callable[[], Tree]) -> Tree:
        """A relation of two places or of two times."""
        start = self.now
        args = self._list(read)
        if len(args) != 2:
            raise refusal(f"{name} takes two {'places' if name in SPATIAL else 'times'}", start.at)
        return {"op": name.lower(), "args": args}

    def _time(self) -> Tree:
        """A property, an instant, or an interval whose sides are written as texts."""
        if self.now.upper == "INTERVAL" and self._words[self._next + 1].upper == "(":
            self.take()
            return {"interval": self._list(self._side)}
        return self._atom()

    def _side(self) -> Tree:
        found = self._atom()
        return next(iter(found.values())) if isinstance(found, dict) and set(found) <= {"date", "timestamp"} else found

    def _place(self) -> Tree:
        token = self.take()
        if token.kind == "quoted":
            return {"property": token.text}
        if token.kind != "word":
            raise refusal(f"a geometry is expected and not {token.text or 'the end'!r}", token.at)
        if token.upper == "BBOX" and self.now.upper == "(":
            return {"bbox": self._list(self._scalar)}
        if token.upper in _WKT and self.now.upper in ("(", "Z", "EMPTY"):
            return self._wkt(token)
        return {"property": token.text}

    def _wkt(self, start: Token) -> Tree:
        """A geometry in WKT, to its last bracket."""
        depth = 0
        while self.now.kind != "end":
            word = self.take()
            depth += (word.upper == "(") - (word.upper == ")")
            if depth > DEPTH:
                raise refusal(f"it is nested more than {DEPTH} deep", word.at)
            if word.upper == "EMPTY" or (word.upper == ")" and depth == 0):
                return _geojson(self.text[start.at - 1 : word.at - 1 + len(word.text)], start.at)
        raise refusal("a geometry has no end", start.at)


def _number(token: Token) -> int | float:
    return int(token.text) if token.text.isdigit() and len(token.text) < 19 else float(token.text)


def _perhaps_not(negated: str, tree: Tree) -> Tree:
    return {"op": "not", "args": [tree]} if negated else tree


def _geojson(wkt: str, at: int) -> Tree:
    try:
        return orjson.loads(shapely.to_geojson(shapely.from_wkt(wkt)))
    except (shapely.errors.GEOSException, shapely.errors.ShapelyError, orjson.JSONDecodeError) as error:
        raise refusal(f"this is no geometry in WKT ({error})", at) from None
