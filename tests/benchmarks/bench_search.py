"""Search over all datasets in one statement by indexes, against the same statement that reads every name and code."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.benchmarks import harness

TITLE = "Search: names and codes by indexes, against reading all of them"
CALLS = 15
WITHOUT = "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off"
# Three letters and more are found by trigrams, the beginning of a code by its index; one or two letters are read for.
ASKED = (
    ("a part of a name", "东华门"),
    ("a whole name", "东华门街道用水户00001"),
    ("a part of a code", "0000123"),
    ("a code in another case", "u110101000001"),
    ("two letters", "海淀"),
    ("one letter", "水"),
)


def measure() -> str:
    harness.serving_setup()
    from django.db import connection, transaction

    from layers.feeds.search import matches

    def asked(text: str, before: str) -> list[Any]:
        """The rows of the statement; what Django takes to put it together is the same both times, and left out."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(before)
            cursor.execute(*statements[text])
            return list(cursor.fetchall())

    statements = {text: matches(text, 20).query.sql_with_params() for _, text in ASKED}
    lines = []
    for name, text in ASKED:
        ours, read = partial(asked, text, "SELECT 1"), partial(asked, text, WITHOUT)
        assert ours() == read(), f"another answer without indexes: {text}"
        pair = harness.Pair()
        for _ in range(CALLS):
            pair.take(ours, read)
        lines.append(pair.row(f"{name}: {text}"))
    return harness.table(harness.HEAD, lines)
