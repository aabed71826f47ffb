"""Stored → spoken: a term's id as its slug, litres in the unit of the field, everything else as it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import ExpressionWrapper, F, FloatField, Value
from django.db.models.functions import Cast
from psycopg import sql

from layers.fields import Field
from layers.vocab import Vocab

Lang = str  # the code of a language (`layers.languages`); none: slugs


def spoken(field: Field, value: Any) -> Any:
    """A stored value as it is said: str, int, float, date or None."""
    if value is None:
        return None
    if field.vocab is not None:
        return field.vocab.by_id[value].code
    return value / field.per_unit if field.per_unit != 1 else value


def spoken_sql(field: Field, value: sql.Composable) -> sql.Composable:
    """The SQL of the same, of the SQL of what is stored."""
    if field.vocab is not None:
        return _cases(value, {term.id: term.code for term in field.vocab})
    if field.per_unit != 1:
        return sql.SQL("{}::float8 / {}").format(value, sql.Literal(field.per_unit))
    return value


def expression(field: Field) -> Any:
    """An amount, day or text as an expression of the ORM in the unit that is said; terms stay ids, which compare faster."""
    if field.per_unit == 1:
        return F(field.orm_path)
    inner = Cast(F(field.orm_path), FloatField()) / Value(float(field.per_unit))
    return ExpressionWrapper(inner, output_field=FloatField())


def exact(field: Field, value: int) -> Decimal:
    """A stored amount in the unit of the field, without the rounding of floating point."""
    return Decimal(value) / field.per_unit


def stored(field: Field, amount: Decimal) -> Decimal:
    """An amount in the unit of the field as it would be stored; what the store keeps whole may come out broken."""
    return amount * field.per_unit


def words(vocab: Vocab | None, lang: Lang) -> Mapping[object, str] | None:
    """How the slugs of a vocabulary read in a language; None where they, or other values, stay as they are."""
    if vocab is None or not lang:
        return None
    return {term.code: term.in_(lang) for term in vocab}


def words_sql(vocab: Vocab | None, lang: Lang, value: sql.Composable) -> sql.Composable:
    """The SQL of the same, of the SQL of a spoken value."""
    said = words(vocab, lang)
    return value if said is None else _cases(value, said)


def term_word(vocab: Vocab, value: int | None, lang: Lang = "zh") -> str:
    """A stored term as people read it; nothing for null, and for an id that stands for no term (of "all")."""
    term = vocab.by_id.get(value) if value is not None else None
    return "" if term is None else term.in_(lang)


def _cases(value: sql.Composable, said: Mapping[Any, str]) -> sql.Composable:
    cases = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(key), sql.Literal(text)) for key, text in said.items()
    )
    return sql.SQL("CASE {} {} END").format(value, cases)
