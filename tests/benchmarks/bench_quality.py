"""Rules of quality over the whole city and after a change of a thousand rows, against the bare statements of the rules."""

from __future__ import annotations

from tests.benchmarks import harness

TITLE = "Quality: all rules over the city, and what a thousand changed rows concern, against the rules' bare statements"
WHOLE_S, CHANGED_S, ROWS = 60.0, 3.0, 1_000
CHANGED = ("well", "meter", "permit", "water_user", "facility", "usage")


def measure() -> str:
    harness.django_setup()
    from django.db import connection, transaction
    from psycopg import sql

    from layers import registry
    from layers.findings import touched
    from layers.findings.checks import CHECKS, context_now, statement
    from layers.models import Release
    from layers.placing import table_of

    def bare() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            day = context_now(cursor)
            for check in CHECKS:
                counted = f"SELECT count(*) FROM ({statement(check, whole=True)}) f"
                cursor.execute(counted, {**day, **check.rule.given})

    def whole() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            touched.check_all(cursor)

    whole()  # so that the next finds what stands, as every later one does
    pair = harness.Pair()
    pair.take(whole, bare)
    lines = [[*pair.row(f"all {len(CHECKS)} checks", scale=1.0, digits=2), f"{pair.ours[0] / WHOLE_S:.2f}"]]
    release = Release.objects.latest("pk").pk
    for dataset in CHANGED:
        with connection.cursor() as cursor:
            query = sql.SQL("SELECT id FROM {} ORDER BY md5(id::text) LIMIT {}")
            table = table_of(registry.dataset(dataset).name)
            cursor.execute(query.format(sql.Identifier(table), sql.Literal(ROWS)))
            ids = [row[0] for row in cursor.fetchall()]

        def changed(dataset: str = dataset, ids: list[int] = ids) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
                touched.Checking(cursor, dataset, ids).follow(cursor, release, lambda: ids)

        pair = harness.Pair()
        pair.ours.append(harness.timed(changed))
        pair.reference.append(harness.timed(bare))
        row = pair.row(f"{len(ids):,} changed rows of {dataset}", scale=1.0, digits=2)
        lines.append([*row, f"{pair.ours[0] / CHANGED_S:.2f}"])
    return harness.table([*(name.replace(" ms", " s") for name in harness.HEAD), "to its bound"], lines)
