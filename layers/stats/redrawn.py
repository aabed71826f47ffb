"""What cannot be told in other divisions: usage recorded at a division itself, whose lines were moved under the same code.

Nobody knows on which side of the new line it was used. It stays with the code in every edition, and answers that speak of a
month in other divisions than its own say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layers.db import Query, rows
from layers.editions import OWN
from layers.periods import Month, Period
from layers.selection import Selection
from layers.sql import load
from layers.stats.divisions import Divisions, known
from layers.stats.regions import RegionIndex
from layers.wall import lifted
from layers.words import Words

NOTE = Words(
    "这些水量计量在区划本身，而区划的界线变过：按代码计入，未按所用的界线拆分。",
    "Recorded at a division whose lines changed: it stays with the code, and is not split by the lines of this answer.",
)


def redrawn(
    index: RegionIndex, within: Divisions, period: Period, available: Sequence[Month], selection: Selection,
    prefixes: Sequence[str],
) -> dict[str, Any] | None:  # fmt: skip
    """The litres by division, in the regions of the prefixes (none: all); None where nothing is, as without other editions."""
    if within.sums == (OWN,):  # there have never been other divisions
        return None
    editions = known().editions
    months = [month.first_day for month in available if period.first <= month <= period.last]
    other = [(month, editions.of(month).last) for month in months if editions.of(month) != within.edition]
    if not other:
        return None
    with lifted("figures of divisions, from what is recorded at them"):
        found = rows(
            Query(
                load("usage_redrawn"),
                {
                    "months": [month for month, _ in other], "lasts": [last for _, last in other],
                    "asked": within.edition.last, "prefixes": [f"{prefix}%" for prefix in prefixes or [""]],
                    "sources": sorted(selection.sources), "purposes": sorted(selection.purposes),
                },
            )
        )  # fmt: skip
    if not found:
        return None
    regions = [{"code": code, "name": index.by_code[code].name, "volume_l": litres} for code, litres in found]
    return {**NOTE.everywhere(), "volume_l": sum(litres for _, litres in found), "regions": regions}
