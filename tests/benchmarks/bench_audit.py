"""What a line of the audit costs, against a bare INSERT of the same row; and the page's questions over some millions of lines, against a
look-up of as many rows by primary key. In a database of its own, made from the schema alone."""

from __future__ import annotations

import os
from typing import Any

from tests.benchmarks import harness

TITLE = "The audit: a line, and the page over millions of them"
LINES = int(os.environ.get("BENCH_AUDIT_LINES", "3000000"))
CALLS = 400
PAGES = 30
DATABASE = "shuitu_bench_audit"
_FILL = """
INSERT INTO audit_line (at, act, result, account_id, account, address, channel, request_id, errand, question, object, rows, detail)
SELECT now() - (%(lines)s - n) * interval '183 days' / %(lines)s, (ARRAY[1, 3, 11, 12, 20, 30, 31, 40, 41])[1 + n %% 9],
    CASE WHEN n %% 97 = 0 THEN 2 ELSE 1 END, n %% 400, 'account' || n %% 400, '10.' || n %% 50 || '.' || n %% 251 || '.1', 1 + n %% 8,
    md5(n::text), '', 'GET /feeds/well.csv?region=110101&source=1&n=' || n, 'object' || n %% 3000, n %% 1000, '{"format": "csv"}'
FROM generate_series(1, %(lines)s) AS n
"""
_BARE = "CREATE TABLE bare AS SELECT * FROM audit_line WITH NO DATA"
_INSERT = (
    "INSERT INTO bare (at, act, result, account_id, account, address, channel, request_id, errand, question, object, rows, detail)"
    " VALUES (clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    ("the newest of all", {}),
    ("an account", {"account": "account7"}),
    ("an account that never came", {"account": "nobody"}),
    ("an act", {"act": "export"}),
    ("an address", {"address": "10.7.107.1"}),
    ("an object", {"object": "object77"}),
    ("refused, half a year", {"result": "refused", "from": "2020-01-01"}),
    ("failed, of which there are none", {"result": "failed", "from": "2020-01-01"}),
    ("an account's exports", {"account": "account7", "act": "export", "from": "2020-01-01"}),
    ("a way", {"channel": "report"}),
)


def measure() -> str:
    harness.django_setup()
    import psycopg
    from django.conf import settings

    from tests import databases

    place = settings.DATABASES["default"]
    name = databases.template(place)
    with databases.cluster(place) as link:
        databases.make_anew(link, DATABASE, name)
    try:
        with psycopg.connect(
            databases.database_url(place, DATABASE), autocommit=True, cursor_factory=psycopg.ClientCursor
        ) as link:
            seconds = harness.timed(lambda: link.execute(_FILL, {"lines": LINES}))
            link.execute("VACUUM ANALYZE audit_line")
            size = link.execute("SELECT pg_total_relation_size('audit_line') / 1048576").fetchone()
            lines = [*_writing(link), *_asking(link)]
    finally:
        with databases.cluster(place) as link:
            link.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
    assert size
    head = f"{LINES:,} lines, {size[0]:,} MB with their indexes; filled in {seconds:.0f} s."
    return f"{head}\n\n{harness.table(harness.HEAD, lines)}"


def _writing(link: Any) -> list[list[str]]:
    """Lines of one transaction each, and thirty to one of another act."""
    from geoapp.audit.writing import _WRITE

    link.execute(_BARE)
    told = (
        12,
        1,
        7,
        "account7",
        "10.1.2.3",
        2,
        "a" * 16,
        "file:1",
        "POST /desk/",
        "well",
        120,
        '{"release": 5, "file": "a.csv"}',
    )
    alone, within = harness.Pair(), harness.Pair()
    for _ in range(CALLS):
        alone.take(lambda: link.execute(_WRITE, told), lambda: link.execute(_INSERT, told))
    for _ in range(CALLS):
        with link.transaction():
            link.execute("SELECT 1")
            within.take(lambda: link.execute(_WRITE, told), lambda: link.execute(_INSERT, told))
    return [
        alone.row("a line, with its commit / a bare INSERT", digits=3),
        within.row("a line within a transaction / a bare INSERT", digits=3),
    ]


def _asking(link: Any) -> list[list[str]]:
    from geoapp.audit import filters, page

    found = []
    for name, given in ASKED:
        query, params = filters.parse(given).lines()[: page.PAGE + 1].query.sql_with_params()
        keys = [row[0] for row in link.execute("SELECT id FROM audit_line ORDER BY id DESC LIMIT %s", [page.PAGE + 1])]
        pair = harness.Pair()
        for _ in range(PAGES):
            pair.take(
                lambda query=query, params=params: link.execute(query, params).fetchall(),  # type: ignore[misc]
                lambda keys=keys: link.execute("SELECT * FROM audit_line WHERE id = ANY(%s)", [keys]).fetchall(),  # type: ignore[misc]
            )
        found.append(pair.row(f"a page: {name}", digits=2))
    inner, params = filters.parse({}).lines().values("at", "act", "result")[: filters.SUMMED].query.sql_with_params()
    picture, pair = f"SELECT (at AT TIME ZONE 'Asia/Shanghai')::date, act, result, count(*) FROM ({inner}) AS newest GROUP BY 1, 2, 3", harness.Pair()  # fmt: skip
    for _ in range(PAGES):
        pair.take(
            lambda: link.execute(picture, params).fetchall(),
            lambda: link.execute(
                "SELECT count(*) FROM (SELECT id FROM audit_line ORDER BY id DESC LIMIT %s) x", [filters.SUMMED]
            ).fetchall(),
        )
    found.append(pair.row(f"the picture of days, of {filters.SUMMED:,} lines / counting as many", digits=1))
    return found
