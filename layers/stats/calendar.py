"""The months that have usage and the editions of the divisions that they speak in, asked for together."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from layers import editions
from layers.db import Query, rows
from layers.periods import Month
from layers.sql import load
from layers.stats.divisions import Known


@dataclass(frozen=True, slots=True)
class Calendar:
    months: list[Month]  # in order
    known: Known


_QUERY = sql.SQL(
    "SELECT month, NULL, NULL, NULL, NULL FROM ({months}) m UNION ALL SELECT NULL, e.* FROM ({editions}) e ORDER BY 1, 2"
).format(
    months=sql.SQL(load("months")).format(table=sql.Identifier("layers_usagesum")), editions=sql.SQL(editions.ROWS)
)


def calendar() -> Calendar:
    """One query: whoever asks for a single tile needs both."""
    found = rows(Query(_QUERY))
    return Calendar(
        [Month.of(row[0]) for row in found if row[0]],
        Known(editions.of_rows([(row[1], row[2], row[3], row[4]) for row in found if not row[0]])),
    )
