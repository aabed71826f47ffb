"""What follows from the rows that a release writes: sums, where things stood, versions, the grid; the same for an import and
for a release that takes one back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from layers import placing, settle, versions
from layers.findings.touched import Checking
from layers.grid import assign
from layers.ingest import upsert
from layers.recorded import months_of
from layers.settle import Moving, Settlement
from layers.standing import Effect
from layers.stats import rebuild

Cursor = Any
Tell = Callable[[str, int], None]


def months_counted(cursor: Cursor, dataset: str) -> list[date]:
    """The months of what is counted at the objects that were written, meters that count at their users included: whose users
    they are is found anew. Not of usage records themselves."""
    months = set(months_of(cursor, dataset, upsert.TOUCHED))
    if dataset in placing.LENDING and placing.find_stand_ins(cursor, dataset, upsert.TOUCHED):
        months.update(months_of(cursor, "meter", placing.STOOD_IN))
    return sorted(months)


class Aftermath:
    """Told before the rows of a few objects are written what they are, and afterwards what was written."""

    def __init__(self, dataset: str, effect: Effect | None = None) -> None:
        """``effect`` says from which month on changed positions hold (`layers.standing`)."""
        self._dataset = dataset
        self._effect = effect
        self._settlement: Settlement | None = None  # of a few rows; after many everything is made again
        self._moving: Moving | None = None  # of many
        self._checking: Checking | None = None

    def expect(self, cursor: Cursor, count: int, ids: Callable[[], Sequence[int]]) -> None:
        """So many rows will be written or deleted; ``ids`` gives those of them that are there."""
        few = count <= settle.FEW
        self._checking = Checking(cursor, self._dataset, ids() if few else None)
        if few and self._dataset in settle.DATASETS:
            self._settlement = Settlement(cursor, self._dataset, ids(), self._effect)
        elif self._dataset in settle.MOVING:
            self._moving = Moving(cursor, self._dataset, ids(), self._effect)

    def follow(
        self, cursor: Cursor, release_id: int, tell: Tell, *, months: Sequence[date], moved: Mapping[str, int],
        ids: Callable[[], Sequence[int]],
    ) -> None:  # fmt: skip
        """Bring everything to what the rows are now. ``months`` are those whose sums they change, ``moved`` the other datasets
        whose objects are found elsewhere, ``ids`` gives the rows written."""
        if self._settlement:
            tell("sums", 0)
            self._settlement.settle(cursor, ids())
        else:
            if self._moving:
                self._moving.follow(cursor, ids())
            if months:
                tell("sums", 0)
                rebuild.rebuild(cursor, months)
        for dataset in (self._dataset, *moved):
            versions.bump(dataset, release_id)
        if not self._settlement:
            tell("grid", 0)
            assign.settle(cursor, self._dataset, months)
        tell("findings", 0)
        checking = self._checking or Checking(cursor, self._dataset, None)
        checking.follow(cursor, release_id, ids)
