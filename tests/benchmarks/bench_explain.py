"""What a district's year is made of: the cold answer of the API against the bare sum of the same records by place.

The year is the page's own period. Asked for: p95 of at most 1 s.
"""

from __future__ import annotations

import itertools

from tests.benchmarks import harness

TITLE = "Explain: a district's year, cold, against the bare sum of its records by place"
QUESTIONS = 20  # of all districts in turn

_BARE = """
SELECT u.meter_id, u.source, u.purpose, sum(u.volume_l)
FROM layers_meter m
JOIN layers_region r ON r.id = m.counted_region
JOIN layers_usagerecord u ON u.meter_id = m.id
WHERE r.code LIKE %s AND u.month BETWEEN %s AND %s
GROUP BY 1, 2, 3
"""


def measure() -> str:
    harness.serving_setup()
    from django.test import Client

    from layers import vocab
    from layers.db import Query, rows
    from layers.http import answers
    from layers.stats.answer import last_year
    from layers.stats.regions import region_index

    year = last_year()
    months = (year.first.first_day, year.last.first_day)
    districts = [region.code for region in region_index().levels[vocab.DISTRICT]]
    client, pair = Client(), harness.Pair()
    for code in itertools.islice(itertools.cycle(districts), QUESTIONS):
        asked = {"region": code, "period": str(year), "limit": "50"}

        def ours(asked: dict[str, str] = asked) -> None:
            answers._answers.forget()
            assert client.get("/api/explain", asked, HTTP_HOST="localhost").status_code == 200

        bare = Query(_BARE, [f"{code}%", *months])
        pair.take(ours, lambda bare=bare: rows(bare))
    return harness.table(harness.HEAD, [pair.row(f"a district in {year}")])
