"""Which measures there are on this installation, and why one of them has nothing to tell yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from layers.periods import Month
from layers.stats import measures, query
from layers.stats.divisions import today
from layers.stats.measures import Measure
from layers.stats.percentile import LEAST
from layers.stats.population import Populations, populations
from layers.words import Words

_NOT_COUNTED = {
    "residents": Words(
        "还没有导入常住人口：请导入“人口与户数”，或在管理页登记。",
        "There are no residents yet: import “Population”, or enter it in the administration.",
    ),
    "households": Words(
        "还没有导入户数：请导入“人口与户数”，或在管理页登记。",
        "There are no households yet: import “Population”, or enter it in the administration.",
    ),
}


def offered() -> list[dict[str, Any]]:
    """Every measure with its words and unit, in the order of the list; ``why_not`` where nothing can be told by it."""
    counted, months = populations(today()), query.available_months()
    return [
        {
            "name": measure.name,
            **measure.everywhere(),
            "unit": measure.unit,
            "of_cells": measure.of_cells,
            "of_month": measure.of_month,
            "why_not": why.everywhere() if (why := _why_not(measure, counted, months)) else None,
        }
        for measure in measures.EVERY
    ]


def _why_not(measure: Measure, counted: Populations, months: Sequence[Month]) -> Words | None:
    if measure.of_people and not counted.has(measure.of_people):
        return _NOT_COUNTED[measure.of_people]
    if measure is measures.PERCENTILE:
        years = max(Counter(month.month for month in months).values(), default=0)
        if years <= LEAST:
            return Words(
                "要与至少 {needed} 个往年的同月比较；现有数据同一个月最多有 {years} 年。",
                "It takes the same month of {needed} earlier years; of no month are there more than {years} years.",
                needed=LEAST, years=years,
            )  # fmt: skip
    return None
