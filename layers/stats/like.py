"""Like with like: which months of two periods are compared. Pure.

A period that is not complete yet, beside one that is, would seem to have fallen by what is still to come; and a year beside
two years is no comparison at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layers.errors import BadParameter
from layers.periods import Month, Period


@dataclass(frozen=True, slots=True)
class Pair:
    """Two periods of as many months, compared month for month; of each month there are figures in both."""

    period: Period
    versus: Period


def refuse_unlike(period: Period, versus: Period) -> None:
    """`BadParameter` for two periods that are not of as many months."""
    if period.length != versus.length:
        raise BadParameter(
            f"{period} has {period.length} months and {versus} has {versus.length}: only as many are compared.",
            param="versus",
            allowed=[str(period.previous()), str(period.year_before())],
        )


def pair(period: Period, versus: Period, available: Sequence[Month]) -> Pair | None:
    """The months that both have, month for month; None when there are none, or when they do not follow each other."""
    held = set(available)
    both = [at for at in range(period.length) if period.first.plus(at) in held and versus.first.plus(at) in held]
    if not both or both[-1] - both[0] + 1 != len(both):
        return None
    return Pair(_part(period, both[0], both[-1]), _part(versus, both[0], both[-1]))


def _part(period: Period, first: int, last: int) -> Period:
    return Period(period.first.plus(first), period.first.plus(last))
