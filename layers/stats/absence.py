"""No data is not nought: figures that may be unknown (None), added, related and compared. Pure.

Whether a figure is known is told in one place for each of the two that are kept: of regions by the records in the sums
(`layers.stats.query`), of cells by the records in the grid (`layers.grid.figures`). Both leave out what has none; here is
what follows from it, for all that reckon with such figures.
"""

from __future__ import annotations

from collections.abc import Iterable


def added(figures: Iterable[int | None]) -> int | None:
    """The sum of what is known; None when nothing of it is."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None


def less(now: int | None, before: int | None) -> int | None:
    """The difference; None unless both are known."""
    return None if now is None or before is None else now - before


def share(part: int | None, whole: int | None) -> float | None:
    """The part of a whole; None of what is not known, and of nothing, or of less than nothing."""
    return None if part is None or whole is None or whole <= 0 else part / whole


def ratio(now: int | None, before: int | None) -> float | None:
    """Relative change; None unless both are known, and of nothing, or of less than nothing, there is no share."""
    return share(less(now, before), before)
