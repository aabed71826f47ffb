"""From which month on what a file says holds: divisions, and the positions of what usage is measured at."""

from __future__ import annotations

from datetime import date

from layers.errors import BadParameter
from layers.ingest.refusal import ImportRefused
from layers.ingest.spec import Spec
from layers.periods import parse_period
from layers.settle import MOVING
from layers.standing import CORRECTION, Effect

CURRENT = "current"
TAKEN_BY = ("region", *MOVING)
"""The datasets of which it may be told."""


def effect_of(spec: Spec, effective: str) -> Effect | None:
    """What is told of the positions in a file; nothing of divisions, which see to it themselves (`layers.ingest.regions`).

    `ImportRefused` for a month that is none, and where there is no such month.
    """
    if effective and spec.name not in TAKEN_BY:
        raise ImportRefused(
            "{dataset}没有生效月份",
            "nothing of {name} takes effect in a month",
            param="effective",
            dataset=spec.dataset,
            name=spec.name,
        )
    return None if spec.name == "region" else told_of_positions(effective)


def told_of_positions(effective: str) -> Effect | None:
    """The month from which they hold, `CURRENT` for a correction, or nothing (None). `ImportRefused` for anything else."""
    if not effective:
        return None
    return CORRECTION if effective == CURRENT else Effect(month_told(effective), firsts=True)


def month_told(effective: str) -> date:
    """The first day of the month; `ImportRefused` for what is none."""
    try:
        period = parse_period(effective, "effective")
    except BadParameter:
        period = None
    if period is None or period.length != 1:
        raise ImportRefused(
            "生效月份“{effective}”不是一个月份，请写作 2020-01",
            "{effective!r} is no month to take effect in",
            param="effective",
            allowed=["2020-01", CURRENT],
            effective=effective,
        )
    return period.first.first_day
