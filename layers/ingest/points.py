"""Months written with a point, ``2018.10``: where they are numbers, October is a January. Decided on the whole file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class PointMonths:
    """The texts of the form ``2018.1`` that a column holds, and the rows of those that may be two months."""

    texts: set[str] = field(default_factory=set)
    doubtful: dict[str, list[int]] = field(default_factory=dict)

    def note(self, text: str, rows: Sequence[int]) -> None:
        """Some more rows of the column in which that text stands."""
        self.texts.add(text)
        if text.endswith((".1", ".10")):
            self.doubtful.setdefault(text, []).extend(rows)

    def verdict(self, text: str) -> str:
        """Whether a doubtful text is what it seems (empty), is taken with a warning (a reason for it), or cannot be known.

        ``2018.1`` is October where a number is, and January where a text is. A ``2018.10`` of the same year shows texts, but
        not that all are. ``2018.10`` is January only in a column shown with two decimals: then others end in a nought too,
        or at least none has one digit alone, and January is nowhere ``2018.01``.
        """
        year, _, part = text.partition(".")
        if part == "1":
            return "month_point_read" if f"{year}.10" in self.texts else "month_point"
        parts = {one.partition(".")[2] for one in self.texts}
        certain = any(len(one) == 1 for one in parts) or f"{year}.01" in self.texts
        return "" if certain else "month_ten"
