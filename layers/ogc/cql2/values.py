"""What CQL2 compares: properties, constants and sums of them, each with its type, and the comparison itself."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, ExpressionWrapper, F, FloatField, Q, TextField, Value
from django.db.models.functions import Cast, Lower, NullIf
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual, Lookup

from layers.features.columns import ColumnKind, column_of
from layers.fields import Field
from layers.ogc.cql2.tokens import refusal
from layers.vocab import Vocab

_LOOKUPS: dict[str, type[Lookup]] = {
    "=": Exact, "<": LessThan, ">": GreaterThan, "<=": LessThanOrEqual, ">=": GreaterThanOrEqual,
}  # fmt: skip
_PYTHON: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
MIRRORED = {"=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NO_ID = -1  # of no term: an empty list would be false even of what is unknown


class Like(Lookup):
    """``LIKE`` as SQL and CQL2 have it: ``%`` any text, ``_`` one character, ``\\`` before either itself."""

    lookup_name = "like"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} LIKE {right}", (*left_params, *right_params)


@dataclass(frozen=True)
class Operand:
    """One side of a comparison. A constant has a ``value``, anything else an ``expression`` over ``paths``."""

    kind: ColumnKind
    value: Any = None
    expression: Any = None
    paths: tuple[str, ...] = ()
    vocab: Vocab | None = None
    folded: bool = False  # compared without regard to case
    exact: bool = True  # False: an instant within the day that stands for it

    @property
    def constant(self) -> bool:
        return self.expression is None

    def sql(self) -> Any:
        if not self.constant:
            return Lower(self.expression) if self.folded else self.expression
        fields: dict[str, Any] = {"number": FloatField(), "text": TextField(), "date": DateField()}
        return Value(self.plain, output_field=fields[self.kind])

    @property
    def plain(self) -> Any:
        """A constant as it is compared."""
        if self.kind == "number":
            return float(self.value)
        return self.value.lower() if self.folded else self.value


def field_operand(field: Field) -> Operand:
    """A property; amounts in the unit that is spoken."""
    kind = column_of(field).kind
    number = kind in ("integer", "number")
    expression: Any = F(field.orm_path)
    if field.per_unit != 1:
        expression = ExpressionWrapper(
            Cast(expression, FloatField()) / Value(float(field.per_unit)), output_field=FloatField()
        )
    return Operand("number" if number else kind, None, expression, (field.orm_path,), field.vocab)


def constant_of(value: Any) -> Operand:
    """A JSON scalar or ``{"date": …}``, ``{"timestamp": …}``."""
    if isinstance(value, bool):
        return Operand("boolean", value)
    if isinstance(value, int | float):
        return Operand("number", value)
    if isinstance(value, str):
        return Operand("text", value)
    for name in ("date", "timestamp"):
        if isinstance(value, dict) and set(value) == {name} and isinstance(value[name], str):
            return _instant(value[name])
    raise refusal(f"{value!r} is no value")


def _instant(text: str) -> Operand:
    """A day, or an instant within one. The year 0, which stands for the beginning of time, is the first year."""
    told = re.sub(r"^0000", "0001", text.strip())
    try:
        if len(told) == 10:
            return Operand("date", date.fromisoformat(told))
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise refusal(f"{text!r} is no day or instant such as 2019-07-01 or 2019-07-01T00:00:00Z") from None
    midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return Operand("date", moment.date(), exact=midnight)


def arithmetic(sign: str, left: Operand, right: Operand) -> Operand:
    """A sum, difference, product or quotient of numbers; a quotient by zero is unknown."""
    if left.kind != "number" or right.kind != "number":
        raise refusal(f"{sign} takes numbers")
    a, b = (Cast(side.sql(), FloatField()) for side in (left, right))
    made = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / NullIf(b, Value(0.0))}[sign]()
    return Operand("number", None, ExpressionWrapper(made, output_field=FloatField()), (*left.paths, *right.paths))


def compare(sign: str, left: Operand, right: Operand) -> Q | bool:
    """Where the comparison is true; a plain answer when both sides are constants."""
    if left.constant and not right.constant:
        sign, left, right = MIRRORED[sign], right, left
    if left.kind == "date" and right.constant and right.kind == "text":
        right = _instant(right.value)
    if left.kind != right.kind or left.kind == "boolean":
        raise refusal(f"a {left.kind} cannot be compared with a {right.kind}")
    if left.constant:
        return _PYTHON[sign](left.plain, right.plain)
    if left.vocab is not None:
        return _terms(left, right, lambda code: _PYTHON[sign](code, right.plain))
    if left.kind == "date" and not right.exact:
        # A day begins before the instants in it: it is never one of them, and before or after all of them together.
        if sign == "=":
            return Q(pk__in=[])
        sign = {"<": "<=", ">=": ">"}.get(sign, sign)
    return Q(_LOOKUPS[sign](left.sql(), right.sql()))


def like(left: Operand, right: Operand) -> Q:
    """Where a text is like a pattern."""
    if left.kind != "text" or left.constant or right.kind != "text" or not right.constant:
        raise refusal("LIKE takes a property of text and a pattern")
    pattern = right.plain
    if len(pattern) - len(pattern.rstrip("\\")) & 1:
        raise refusal("the pattern ends in a single backslash")
    if left.vocab is not None:
        told = matches(pattern)
        return _terms(left, right, lambda code: told.fullmatch(code) is not None)
    return Q(Like(left.sql(), right.sql()))


def _terms(left: Operand, right: Operand, true: Callable[[str], bool]) -> Q:
    """A vocabulary is compared by its slugs, here: the database holds ids."""
    if not right.constant or right.kind != "text" or left.vocab is None:
        raise refusal("a property of a vocabulary is compared with a text")
    ids = [t.id for t in left.vocab if true(t.code.lower() if left.folded else t.code)]
    return Q(**{f"{left.paths[0]}__in": ids or [_NO_ID]})


def matches(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    said = {"%": ".*", "_": "."}
    return re.compile("".join(said.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)


def folded(operand: Operand) -> Operand:
    """CASEI: compared without regard to case."""
    if operand.kind != "text":
        raise refusal("CASEI takes a text")
    return replace(operand, folded=True)
