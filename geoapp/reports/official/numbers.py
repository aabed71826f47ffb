"""The numbers of a bureau and year: each given once, in their order, whoever asks at the same time; and those that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from django.db import transaction

from geoapp.reports.official.models import NumberSeries


def give(series: str, year: int, first: int) -> int:
    """The next number, at least ``first``. Whoever asks meanwhile waits until this one's transaction has ended, however it ends.

    To be called in the transaction that writes the report which has the number: what is taken back leaves no gap.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A number is given in the transaction that writes its report.")
    NumberSeries.objects.get_or_create(series=series, year=year)
    held = NumberSeries.objects.select_for_update().get(series=series, year=year)
    held.last = max(held.last + 1, first)
    held.save(update_fields=["last"])
    return held.last


def gaps(given: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Runs of numbers, first and last, that no report has, between the first one given and the last; they come in order."""
    for before, number in pairwise(given):
        if number > before + 1:
            yield before + 1, number - 1
