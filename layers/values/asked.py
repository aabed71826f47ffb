"""What somebody asks of a field, in the words and units it is said in → a condition on what is stored."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from django.db.models import F, Q, Value
from django.db.models.functions import Upper
from django.db.models.lookups import In

from layers import params
from layers.fields import Field, FieldKind
from layers.periods import parse_days

_MOST = 2**63 - 1  # of what is stored whole; beyond it nothing lies


def condition(field: Field, text: str) -> Q:
    """Which rows a text asks for: slugs joined by commas; ``12``, ``10..50``, ``..50``; ``2019``, ``2019-03-15``, ``2018..2020``;
    texts or codes joined by commas; ``null`` for what nobody has said. `BadParameter` says what is allowed.
    """
    if field.vocab is not None:
        ids, null = params.parse_term_ids(text, field.vocab, field.name)
        return Q(**{f"{field.orm_path}__in": ids}) | (missing(field) if null else Q())
    return _ASKED.get(field.kind, _texts)(field, text)


def missing(field: Field) -> Q:
    """Rows that nobody has said the value of."""
    found = Q(**{f"{field.orm_path}__isnull": True})
    return found | Q(**{field.orm_path: ""}) if field.kind == "text" and not field.is_code else found


def named(field: Field, texts: Iterable[str]) -> Q:
    """Rows with one of these texts; of codes in any case, by an index of capitals.

    A text without capital or small letters is only ever itself; codes made here have capitals alone: there the plain
    index serves.
    """
    wanted = list(dict.fromkeys(texts))
    if field.is_code and field.capitals:
        wanted = [text.upper() for text in wanted]
    elif field.is_code and any(text.upper() != text.lower() for text in wanted):
        # Capitals are made by the database on both sides: Python has other ones (ß, ŉ).
        return Q(In(Upper(F(field.orm_path)), [Upper(Value(text)) for text in wanted]))
    return Q(**{f"{field.orm_path}__in": wanted})


def _texts(field: Field, text: str) -> Q:
    """The parts between commas, and the whole: a name may hold a comma."""
    parts = [part for part in (text, *(part.strip() for part in text.split(","))) if part]
    return named(field, parts) | (missing(field) if params.NULL in parts else Q())


def _amounts(field: Field, text: str) -> Q:
    if text.strip() == params.NULL:
        return missing(field)
    asked = params.parse_range(text, field.name)
    path = field.orm_path
    found = Q(**{f"{path}__isnull": False})
    if asked.low is not None:
        found &= Q(**{f"{path}__gte": _bound(field, asked.low, math.ceil)})
    if asked.high is not None:
        found &= Q(**{f"{path}__lte": _bound(field, asked.high, math.floor)})
    return found


def _bound(field: Field, amount: float, rounded: Callable[[Decimal], int]) -> float:
    """A bound in the stored unit: of whole numbers the outermost one that still lies within, by decimal arithmetic, as
    1.001 m³ are 1001 litres and not 1000.9999999999999.
    """
    if field.kind == "number" and field.per_unit == 1:
        return amount
    return max(-_MOST, min(_MOST, rounded(Decimal(repr(amount)) * field.per_unit)))


def _days(field: Field, text: str) -> Q:
    if text.strip() == params.NULL:
        return missing(field)
    asked = parse_days(text, field.name)
    path = field.orm_path
    found = Q(**{f"{path}__isnull": False})
    if asked.first is not None:
        found &= Q(**{f"{path}__gte": asked.first})
    if asked.last is not None:
        found &= Q(**{f"{path}__lte": asked.last})
    return found


_ASKED: Mapping[FieldKind, Callable[[Field, str], Q]] = {"integer": _amounts, "number": _amounts, "date": _days}
