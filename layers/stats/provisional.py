"""Which months of an answer are provisional, as the authority says: of all figures, of a division, or of what a bureau reports.

A figure is provisional when any of its months is, in the place that it is of: in what it is part of, in itself, or in a part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql

from layers import registry
from layers.db import Query, rows
from layers.dependencies import behind
from layers.kept.memory import Memory
from layers.periods import Month
from layers.stats.divisions import Divisions
from layers.stats.regions import RegionIndex, region_index
from layers.versions import as_of


@dataclass(frozen=True, slots=True)
class Mark:
    """One month that is provisional: everywhere (None), or in the divisions of these codes and all that lies in them."""

    month: Month
    regions: tuple[str, ...] | None
    note: str = ""

    def touches(self, prefixes: Sequence[str]) -> bool:
        """Whether it is of anything in the divisions that these prefixes name; no prefix is the whole city."""
        if self.regions is None or not prefixes:
            return True
        return any(one.startswith(own) or own.startswith(one) for own in self.regions for one in prefixes)

    def to_dict(self) -> dict[str, Any]:
        regions = None if self.regions is None else list(self.regions)
        return {"month": str(self.month), "regions": regions, "note": self.note}


@dataclass(frozen=True, slots=True)
class ProvisionalMonths:
    """What is provisional of some months, in the order of these."""

    every: tuple[Mark, ...] = ()

    def within(self, months: Iterable[Month]) -> ProvisionalMonths:
        held = set(months)
        return ProvisionalMonths(tuple(mark for mark in self.every if mark.month in held))

    def of(self, prefixes: Sequence[str] = ()) -> list[str]:
        """The months that are provisional in some divisions, each once."""
        return list(dict.fromkeys(str(mark.month) for mark in self.every if mark.touches(prefixes)))

    def notes(self, prefixes: Sequence[str] = ()) -> list[str]:
        """What the authority says of these, each once."""
        return list(dict.fromkeys(mark.note for mark in self.every if mark.note and mark.touches(prefixes)))

    def to_list(self) -> list[dict[str, Any]]:
        return [mark.to_dict() for mark in self.every]

    def column(self, code: sql.Composable) -> tuple[sql.Composable, tuple[object, ...]]:
        """A lateral join ``o`` that gives the provisional months of a row with this code, as one text: ``2019-11, 2019-12``."""
        pairs = [(str(mark.month), own) for mark in self.every for own in mark.regions or ("",)]
        text = sql.SQL(
            "LEFT JOIN LATERAL (SELECT string_agg(DISTINCT m.month, ', ' ORDER BY m.month) AS months"
            " FROM unnest(%s::text[], %s::text[]) m (month, code)"
            " WHERE starts_with({code}, m.code) OR starts_with(m.code, {code})) o ON TRUE"
        ).format(code=code)
        return text, ([month for month, _ in pairs], [own for _, own in pairs])


_kept: Memory[ProvisionalMonths] = Memory(4)
_SQL = """
SELECT p.month, COALESCE(r.code, ''), COALESCE(u.code, ''), p.note FROM layers_provisionalmonth p
LEFT JOIN layers_region r ON r.id = p.region_id LEFT JOIN layers_reportingunit u ON u.id = p.reporting_unit_id
ORDER BY p.month, p.region_id NULLS FIRST, p.reporting_unit_id NULLS FIRST, p.id
"""


def marks(within: Divisions) -> ProvisionalMonths:
    """All there are, in some divisions: one small query for their version, the rest is kept."""
    stamp = as_of(behind(registry.PROVISIONAL.name)).of_data

    def make() -> ProvisionalMonths:
        found = rows(Query(_SQL))
        index = region_index(within) if found else None
        return ProvisionalMonths(tuple(_mark(index, *row) for row in found if index))

    return _kept.get_or_make(stamp, within.edition.id, make)


def _mark(index: RegionIndex, day: date, region: str, unit: str, note: str) -> Mark:
    codes: tuple[str, ...] | None
    if unit:
        codes = tuple(index.prefixes(unit, unit=True)) if unit in index.units else ()
    else:
        # The city's own code is a prefix of all that lies in it, but a place need not say so.
        whole = not region or (index.root is not None and region == index.root.code)
        codes = None if whole else (region,)
    return Mark(Month.of(day), codes, note)
