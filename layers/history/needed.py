"""Who leads to objects that are to go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Composable, Identifier

from layers.history.tables import KeptTable


def leading_to(of: KeptTable, which: Composable, besides: Mapping[str, Composable]) -> Iterator[tuple[str, Composable]]:
    """(whose name, a query of the ids that they lead to) for each kind of object that may lead to those of ``which``, a query of
    ids. ``besides`` names tables and queries of those rows of theirs that do not count."""
    for one in apps.get_model(of.model)._meta.related_objects:
        field: Any = one.field
        meta = one.related_model._meta
        if one.many_to_many:
            link = next(link for link in of.linked_from if link.table == field.remote_field.through._meta.db_table)
            table, id_, lead = link.table, link.theirs, link.mine
        else:
            table, id_, lead = meta.db_table, "id", field.column
        left_out = besides.get(meta.db_table)
        yield (
            str(meta.verbose_name),
            SQL("SELECT o.{lead} FROM {table} o WHERE o.{lead} IN ({which}){but}").format(
                lead=Identifier(lead), table=Identifier(table), which=which,
                but=SQL(" AND o.{} NOT IN ({})").format(Identifier(id_), left_out) if left_out else SQL(""),
            ),
        )  # fmt: skip
