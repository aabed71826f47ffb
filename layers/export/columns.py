"""The columns of a query as a file's own SELECT says them: under its headings, its terms in its language."""

from __future__ import annotations

from collections.abc import Callable

from psycopg import sql

from layers.export.base import headings
from layers.features.query import FeatureQuery
from layers.values import Lang, SpokenColumn, words_sql


def said(column: SpokenColumn, lang: Lang) -> sql.Composable:
    """A spoken property (of ``p``, see `FeatureQuery.statement`) with its slugs in a language."""
    return words_sql(column.vocab, lang, sql.Identifier("p", column.name))


def selected(
    query: FeatureQuery,
    lang: Lang,
    written: Callable[[SpokenColumn, sql.Composable], sql.Composable] = lambda _, value: value,
) -> list[sql.Composable]:
    """``value AS heading`` for each column; ``written`` makes of a value what stands in the file."""
    columns = query.columns()
    return [
        sql.SQL("{} AS {}").format(written(column, said(column, lang)), sql.Identifier(name))
        for column, name in zip(columns, headings(columns, lang), strict=True)
    ]
