"""recorded = assigned + unassigned + outside, to the litre: for every month, source and purpose, grid size and region level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql

from layers import vocab
from layers.errors import ShuituError
from layers.grid.within import Every
from layers.sql import load

Cursor = Any


class NotConserved(ShuituError):
    """Litres were lost or made: what was being written must not be committed."""

    title = "The litres do not add up"


@dataclass(frozen=True, slots=True)
class Balance:
    """One month, source and purpose, of one grid size or region level. Litres."""

    month: date
    source: int
    purpose: int
    recorded_l: int
    assigned_l: int
    unassigned_l: int
    outside_l: int

    @property
    def difference_l(self) -> int:
        return self.recorded_l - self.assigned_l - self.unassigned_l - self.outside_l


def of_grid(cursor: Cursor, size: int, months: Sequence[date], *, only_wrong: bool = False) -> list[Balance]:
    """The balance of a size, a line a month, source and purpose; or only the lines that do not balance."""
    which = sql.SQL("COALESCE(r.litres, 0) <> COALESCE(g.litres, 0)" if only_wrong else "TRUE")
    cursor.execute(
        sql.SQL(load("grid_differences")).format(which=which),
        {"size": size, "months": list(months), "outside": vocab.GRID_OUTSIDE},
    )
    return [Balance(row[0], row[1], row[2], *(int(litres) for litres in row[3:])) for row in cursor.fetchall()]


def of_level(cursor: Cursor, level: int, months: Sequence[date]) -> list[Balance]:
    """The balance of the kept sums of a region level. What is known only higher up counts as unassigned there."""
    cursor.execute(load("sums_differences"), {"level": level, "months": list(months), "outside": vocab.OUTSIDE})
    return [Balance(row[0], row[1], row[2], *(int(litres) for litres in row[3:])) for row in cursor.fetchall()]


def hold(cursor: Cursor, size: int, months: Sequence[date], every: Every) -> None:
    """Raise `NotConserved`, and with it end the transaction, if any litre of the months is amiss in any edition of the divisions."""
    wrong = of_grid(cursor, size, months, only_wrong=True)
    if wrong:
        first = wrong[0]
        raise NotConserved(
            f"{len(wrong)} sums of the {size} m grid do not balance, the first by {first.difference_l} L:"
            f" {first.month:%Y-%m}, source {first.source}, purpose {first.purpose}."
        )
    hold_differences(cursor, size, months, every)


def differences(
    cursor: Cursor, size: int, months: Sequence[date], every: Every
) -> list[tuple[int, date, int, int, int]]:
    """What the months have more in other editions of the divisions than in their own: (edition, month, source, purpose, litres)."""
    if not every.over:
        return []
    cursor.execute(load("grid_unbalanced"), {"size": size, "months": list(months), "editions": every.ids})
    return [(*row[:4], int(row[4])) for row in cursor.fetchall()]


def hold_differences(cursor: Cursor, size: int, months: Sequence[date], every: Every) -> None:
    """Raise `NotConserved` if a litre of the months is made or lost between editions."""
    if wrong := differences(cursor, size, months, every):
        edition, month, source, purpose, litres = wrong[0]
        raise NotConserved(
            f"{len(wrong)} sums of the {size} m grid differ between editions of the divisions: in {edition}, {month:%Y-%m},"
            f" source {source}, purpose {purpose} has {litres} L more than in its own."
        )


def hold_change(cursor: Cursor, size: int, months: Sequence[date]) -> None:
    """The same of a change of a few rows: the litres it moves in `grid_delta` are those its records gained or lost."""
    cursor.execute(load("grid_delta_differences"), {"months": list(months)})
    if wrong := cursor.fetchall():
        month, source, purpose, recorded, moved = wrong[0]
        raise NotConserved(
            f"{len(wrong)} sums of a change to the {size} m grid do not balance: {month:%Y-%m}, source {source},"
            f" purpose {purpose} was recorded with {recorded} L more, and assigned with {moved}."
        )


def hold_levels(cursor: Cursor, months: Sequence[date]) -> None:
    """The kept sums of every region level are the records of these months."""
    _hold_sums(cursor, "sums_held", {"months": list(months)})


def hold_levels_change(cursor: Cursor) -> None:
    """The same of a change of a few rows: each level's sums change by the litres that the records gained or lost."""
    _hold_sums(cursor, "sums_change_held", {})


def _hold_sums(cursor: Cursor, name: str, terms: dict[str, Any]) -> None:
    cursor.execute(load(name), {**terms, "levels": [level.id for level in vocab.LEVEL]})
    if wrong := cursor.fetchall():
        level, month, source, purpose, recorded, summed = wrong[0]
        raise NotConserved(
            f"{len(wrong)} sums by region do not balance: {vocab.LEVEL.by_id[level].code} {month:%Y-%m}, source {source},"
            f" purpose {purpose}: {recorded} L recorded, {summed} L summed."
        )
