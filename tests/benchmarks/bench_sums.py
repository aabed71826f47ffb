"""The full rebuild of the sums against a bare GROUP BY of the records, and one month against one month."""

from __future__ import annotations

from tests.benchmarks import harness

TITLE = "Sums: rebuilding against a bare GROUP BY by village, source and purpose"
BARE = """
SELECT u.month, COALESCE(m.found_region_id, u.region_id), u.source, u.purpose, sum(u.volume_l)
FROM layers_usagerecord u LEFT JOIN layers_meter m ON m.id = u.meter_id
WHERE u.month = ANY(%s) GROUP BY 1, 2, 3, 4
"""


def measure() -> str:
    harness.django_setup()
    from django.db import connection, transaction

    from layers.recorded import all_months
    from layers.stats.rebuild import rebuild

    with connection.cursor() as cursor:
        months = all_months(cursor)
        records = dict.fromkeys(months, 0)
        cursor.execute("SELECT month, count(*) FROM layers_usagerecord GROUP BY 1")
        records.update(cursor.fetchall())
    lines = []
    for name, chosen, times in ((f"all {len(months)} months", months, 1), ("the last month", months[-1:], 3)):
        pair, written = harness.Pair(), [0]

        def ours(chosen: list[object] = chosen, written: list[int] = written) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                written[0] = rebuild(cursor, chosen)  # type: ignore[arg-type]

        def bare(chosen: list[object] = chosen) -> None:
            with connection.cursor() as cursor:
                cursor.execute(BARE, [chosen])
                cursor.fetchall()

        for _ in range(times):
            pair.take(ours, bare)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) layers_usagesum")
        what = f"{name}: {sum(records[m] for m in chosen):,} records → {written[0]:,} sums"
        lines.append(pair.row(what, scale=1.0, digits=2))
    return harness.table([name.replace(" ms", " s") for name in harness.HEAD], lines)
