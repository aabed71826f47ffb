"""What each edition of the divisions changed: regions that came, went, were renamed or redrawn, and what moved between them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from layers import access, vocab
from layers.db import Query, rows
from layers.periods import Month
from layers.sql import load
from layers.stats import divisions
from layers.stats.divisions import Divisions
from layers.stats.query import available_months
from layers.stats.regions import RegionInfo, region_index
from layers.wall import lifted

_YEAR = 12  # months of usage that what moved is told with
Named = dict[str, str]


def changes() -> list[dict[str, Any]]:
    """Every edition but the first, the newest first, each with what it changed of the one before."""
    every = divisions.every()
    return [_change(before, after) for before, after in itertools.pairwise(every)][::-1]


def _change(before: Divisions, after: Divisions) -> dict[str, Any]:
    old = {region.code: region for region in region_index(before).current}
    new = {region.code: region for region in region_index(after).current}
    both = [(old[code], new[code]) for code in sorted(old.keys() & new.keys())]
    return {
        **after.to_dict(),
        "opened": [_named(new[code]) for code in sorted(new.keys() - old.keys())],
        "closed": [_named(old[code]) for code in sorted(old.keys() - new.keys())],
        "renamed": [{**_named(now), "was": was.name} for was, now in both if was.name != now.name],
        "regrouped": [
            {**_named(now), "was": was.unit_code or None, "unit": now.unit_code or None}
            for was, now in both
            if was.unit_code != now.unit_code
        ],
        "redrawn": [
            {**_named(now), "area_km2": [was.area_m2 / 1e6, now.area_m2 / 1e6]}
            for was, now in both
            if (was.area_m2, was.bounds) != (now.area_m2, now.bounds)
        ],
        "moved": _moved(before, old, new),
    }


def _named(region: RegionInfo) -> Named:
    return {"code": region.code, "name": region.name, "level": vocab.LEVEL.by_id[region.level].code}


def _moved(before: Divisions, old: Mapping[str, RegionInfo], new: Mapping[str, RegionInfo]) -> dict[str, Any]:
    """Meters and facilities that count in another division than before, with their litres of the last year of the old ones."""
    last = [month for month in available_months() if before.until is None or month <= before.until][-_YEAR:]
    terms = {
        "edition": before.edition.id, "meter": vocab.PLACE_METER, "facility": vocab.PLACE_FACILITY, "past": vocab.PLACE_PAST,
        "months": [month.first_day for month in last],
    }  # fmt: skip
    # What moved between two divisions may be one user's.
    with lifted("sums between divisions, of all objects"):
        found = rows(Query(load("moved_objects"), terms)) if access.now().fine else []
    return {
        "months": _span(last),
        "rows": [
            {
                "from": _place(code, old), "to": _place(other, new),
                "meters": meters, "facilities": facilities, "volume_l": litres,
            }
            for code, other, meters, facilities, litres in found
        ],
    }  # fmt: skip


def _span(months: list[Month]) -> list[str] | None:
    return [str(months[0]), str(months[-1])] if months else None


def _place(code: str, known: Mapping[str, RegionInfo]) -> Named | None:
    """A division of an edition, or the nearest above a code that it does not have; None outside the city."""
    for length in (len(code), 9, 6, 4, 2):
        if length <= len(code) and code[:length] in known:
            return _named(known[code[:length]])
    return None
