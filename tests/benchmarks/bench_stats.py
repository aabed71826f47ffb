"""Answers of the statistics API to questions it has not heard, against the bare SQL of the same question."""

from __future__ import annotations

import itertools
import random

from tests.benchmarks import harness

TITLE = "Statistics API: cold answers against the bare SQL of the sums"
QUESTIONS = 40  # a level


def measure() -> str:
    harness.serving_setup()
    from django.test import Client

    from layers import vocab
    from layers.db import rows
    from layers.http import answers
    from layers.periods import parse_period
    from layers.selection import parse_selection
    from layers.stats import query
    from layers.stats.divisions import today

    months = [str(month) for month in query.available_months()]
    spans = [f"{first}..{last}" for first, last in itertools.combinations(months, 2)]
    periods = [*months, *sorted({month[:4] for month in months}), *spans]
    choices = [
        {},
        {"resident": "no"},
        {"source": "new_water"},
        {"source": "group_tap,village_supply"},
        {"purpose": "industrial"},
    ]
    client = Client()
    dice = random.Random(4490)
    lines, everything = [], harness.Pair()
    for level in vocab.LEVEL:
        pair = harness.Pair()
        for _ in range(QUESTIONS):
            period, chosen = dice.choice(periods), dice.choice(choices)
            asked = {"level": level.code, "period": period, **chosen}
            selection = parse_selection(chosen.get("source"), chosen.get("purpose"), chosen.get("resident"))
            bare = query.totals_of(level.id, [parse_period(period)], selection, (), today())

            def ours(asked: dict[str, str] = asked) -> None:
                answers._answers.forget()
                assert client.get("/api/stats", asked, HTTP_HOST="localhost").status_code == 200

            pair.take(ours, lambda bare=bare: rows(bare))
        everything.ours += pair.ours
        everything.reference += pair.reference
        lines.append(pair.row(f"{level.en} ({level.zh})"))
    lines.append(everything.row("all levels together"))
    return harness.table(harness.HEAD, lines)
