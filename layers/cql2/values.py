"""What CQL2 compares: properties, constants and sums of them, each with its type, and the comparison itself."""

from __future__ import annotations

import operator
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    DateField,
    ExpressionWrapper,
    FloatField,
    Func,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models import (
    Field as Column,
)
from django.db.models.functions import Cast, Lower, NullIf, Power
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual, Lookup

from layers.cql2.texts import WithoutAccents, without_accents
from layers.cql2.tokens import refusal
from layers.fields import Field
from layers.values import ColumnKind, column_of, expression
from layers.vocab import Vocab

_LOOKUPS: dict[str, type[Lookup]] = {
    "=": Exact, "<": LessThan, ">": GreaterThan, "<=": LessThanOrEqual, ">=": GreaterThanOrEqual,
}  # fmt: skip
_PYTHON: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
MIRRORED = {"=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_MOST = sys.float_info.max
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
    bare: bool = False  # and to accents
    exact: bool = True  # False: an instant within the day that stands for it

    @property
    def constant(self) -> bool:
        return self.expression is None

    def sql(self) -> Any:
        if self.constant:
            return Value(self.plain, output_field=_COLUMNS[self.kind]())
        found = self.expression if self.vocab is None else _slug(self.paths[0], self.vocab)
        if self.bare:
            found = WithoutAccents(found)
        return Lower(found) if self.folded else found

    @property
    def plain(self) -> Any:
        """A constant as it is compared."""
        if self.kind == "number":
            return float(self.value)
        return self.simplified(self.value) if self.kind == "text" else self.value

    def simplified(self, text: str) -> str:
        """A text as far as it is looked at."""
        text = without_accents(text) if self.bare else text
        return text.lower() if self.folded else text


_COLUMNS: dict[ColumnKind, type[Column]] = {"number": FloatField, "text": TextField, "date": DateField}


def _slug(path: str, vocab: Vocab) -> Case:
    """The slug of a term that is stored as its id."""
    return Case(*(When(**{path: term.id}, then=Value(term.code)) for term in vocab), output_field=TextField())


def field_operand(field: Field) -> Operand:
    """A property; amounts in the unit that is spoken."""
    kind = column_of(field).kind
    number = kind in ("integer", "number")
    return Operand("number" if number else kind, None, expression(field), (field.orm_path,), field.vocab)


def constant_of(value: Any) -> Operand:
    """A JSON scalar or ``{"date": …}``, ``{"timestamp": …}``."""
    if isinstance(value, bool):
        return Operand("boolean", value)
    if isinstance(value, int | float):
        if not -_MOST <= value <= _MOST:
            raise refusal("a number is beyond 1e308")
        return Operand("number", value)
    if isinstance(value, str):
        return Operand("text", value)
    for name in ("date", "timestamp"):
        if isinstance(value, dict) and set(value) == {name} and isinstance(value[name], str):
            return instant(value[name])
    raise refusal(f"{str(value)[:60]!r} is no value")


def instant(text: str) -> Operand:
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
    """What is reckoned of two numbers, as `ARITHMETIC` names it; a quotient by zero is unknown."""
    if left.kind != "number" or right.kind != "number":
        raise refusal(f"{sign} takes numbers")
    a, b = (Cast(side.sql(), FloatField()) for side in (left, right))
    made = ExpressionWrapper(ARITHMETIC[sign](a, b), output_field=FloatField())
    return Operand("number", None, made, (*left.paths, *right.paths))


def _quotient(a: Any, b: Any) -> Any:
    return a / NullIf(b, Value(0.0))


def _whole(a: Any, b: Any) -> Any:
    """The quotient without its fraction, towards zero."""
    return Func(
        ExpressionWrapper(_quotient(a, b), output_field=FloatField()), function="trunc", output_field=FloatField()
    )


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": _quotient, "div": _whole, "^": Power,
    "%": lambda a, b: a - b * _whole(a, b),
}  # fmt: skip


def compare(sign: str, left: Operand, right: Operand) -> Q | bool:
    """Where the comparison is true; a plain answer when both sides are constants."""
    if left.constant and not right.constant:
        sign, left, right = MIRRORED[sign], right, left
    if left.kind == "date" and right.constant and right.kind == "text":
        right = instant(right.value)
    if left.kind != right.kind:
        raise refusal(f"a {left.kind} cannot be compared with a {right.kind}")
    if left.constant:
        return _PYTHON[sign](left.plain, right.plain)
    if left.vocab is not None and right.constant:
        return _terms(left, lambda code: _PYTHON[sign](code, right.plain))
    if left.kind == "date" and not right.exact:
        # A day begins before the instants in it: it is never one of them, and before or after all of them together.
        if sign == "=":
            return Q(pk__in=[])
        sign = {"<": "<=", ">=": ">"}.get(sign, sign)
    return Q(_LOOKUPS[sign](left.sql(), right.sql()))


def among(left: Operand, listed: list[Operand]) -> Q | None:
    """Where a property is one of some constants, as one condition; None where it takes one for each."""
    if left.constant or not all(one.constant and one.exact and one.kind == left.kind for one in listed) or not listed:
        return None
    plain = {one.plain for one in listed}
    if left.vocab is not None:
        return _terms(left, lambda code: code in plain)
    return Q(In(Cast(left.sql(), _COLUMNS[left.kind]()), sorted(plain)))


def like(left: Operand, right: Operand) -> Q | bool:
    """Where a text is like a pattern; a plain answer of a text that is given."""
    if left.kind != "text" or right.kind != "text" or not right.constant:
        raise refusal("LIKE takes a text and a pattern")
    pattern = right.plain
    if len(pattern) - len(pattern.rstrip("\\")) & 1:
        raise refusal("the pattern ends in a single backslash")
    told = matches(pattern)
    if left.constant:
        return told.fullmatch(left.plain) is not None
    if left.vocab is not None:
        return _terms(left, lambda code: told.fullmatch(code) is not None)
    return Q(Like(left.sql(), right.sql()))


def _terms(left: Operand, true: Callable[[str], bool]) -> Q:
    """A vocabulary is compared with what is given by its slugs, here: the database holds ids."""
    assert left.vocab is not None
    ids = [t.id for t in left.vocab if true(left.simplified(t.code))]
    return Q(**{f"{left.paths[0]}__in": ids or [_NO_ID]})


def matches(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    said = {"%": ".*", "_": "."}
    return re.compile("".join(said.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)


FOLDING = ("casei", "accenti")


def folded(name: str, operand: Operand) -> Operand:
    """CASEI and ACCENTI: compared without regard to case or to accents."""
    if operand.kind != "text":
        raise refusal(f"{name} takes a text")
    return replace(operand, folded=True) if name == "casei" else replace(operand, bare=True)
