"""Residents and households of a region: which count an answer divides by.

Of a region its own counts; where it has none, the sum of its parts, on days on which each of them was counted. Of the days
there are, the nearest before the period ends, else the first after it: said with every figure, as a count is of a day. No count is
no figure, and not nought.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from layers import registry, vocab
from layers.db import Query, rows
from layers.dependencies import behind
from layers.kept.memory import Memory
from layers.periods import Period
from layers.stats.divisions import Divisions
from layers.stats.regions import RegionIndex, RegionInfo, region_index
from layers.versions import Stamp, as_of

KINDS = ("residents", "households")


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were on a day, by which source; ``summed`` of parts, whose sources are named."""

    number: int
    day: date
    source: str = ""
    summed: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {"number": self.number, "day": self.day.isoformat(), "source": self.source, "summed": self.summed}


Counts = dict[date, Count]  # of one kind, of one region


@dataclass(frozen=True, slots=True)
class People:
    """What there is of both kinds, as a period asks for it."""

    residents: Count | None = None
    households: Count | None = None

    def to_dict(self) -> dict[str, Any]:
        """As a row of the statistics says it: how many, and of which day."""
        return {
            name: value
            for kind in KINDS
            for count in [getattr(self, kind)]
            for name, value in ((kind, count and count.number), (f"{kind}_day", count and count.day.isoformat()))
        }

    def told(self) -> dict[str, Any]:
        """The same with its sources, of one region."""
        return {kind: count.to_dict() if (count := getattr(self, kind)) else None for kind in KINDS}


NOBODY = People()


def chosen(counts: Iterable[date], end: date) -> date | None:
    """Of the days counted on, the nearest before the period ends, else the first after it."""
    days = sorted(counts)
    before = [day for day in days if day <= end]
    return before[-1] if before else next(iter(days), None)


def last_day(period: Period) -> date:
    return period.last.plus(1).first_day - timedelta(days=1)


class Populations:
    """The counts of every region of some divisions; sums of parts are made when they are asked for, and kept."""

    def __init__(self, index: RegionIndex, found: Iterable[tuple[str, date, int | None, int | None, str]]) -> None:
        self._index = index
        self._own: dict[str, dict[str, Counts]] = {kind: {} for kind in KINDS}
        for code, day, residents, households, source in found:
            for kind, number in zip(KINDS, (residents, households), strict=True):
                if number is not None:
                    self._own[kind].setdefault(code, {})[day] = Count(number, day, source)
        self._parts: dict[str, list[RegionInfo]] = {}
        for region in index.current:
            self._parts.setdefault(region.parent_code, []).append(region)
        self._known: dict[tuple[str, int, str], Counts] = {}

    def has(self, kind: str) -> bool:
        """Whether any region has a count of the kind."""
        return bool(self._own[kind])

    def of(self, region: RegionInfo, end: date) -> People:
        """What a period that ends on that day divides by."""
        return People(*(self._at(self.counts(region, kind), end) for kind in KINDS))

    @staticmethod
    def _at(counts: Counts, end: date) -> Count | None:
        day = chosen(counts, end)
        return counts[day] if day else None

    def counts(self, region: RegionInfo, kind: str) -> Counts:
        """Every day that the region was counted on: itself, or else each of its parts."""
        if not self._own[kind]:
            return {}
        key = (kind, region.level, region.code)
        if key not in self._known:
            own = {} if region.level == vocab.REPORTING_UNIT else self._own[kind].get(region.code, {})
            self._known[key] = own or self._summed(self._parts_of(region), kind)
        return self._known[key]

    def _summed(self, parts: Sequence[RegionInfo], kind: str) -> Counts:
        """On the days on which every part was counted."""
        each = [self.counts(part, kind) for part in parts]
        if not each:
            return {}
        days = set(each[0]).intersection(*each[1:])
        return {
            day: Count(
                sum(counts[day].number for counts in each),
                day,
                "; ".join(sorted({counts[day].source for counts in each} - {""})),
                summed=True,
            )
            for day in days
        }

    def _parts_of(self, region: RegionInfo) -> list[RegionInfo]:
        if region.level != vocab.REPORTING_UNIT:
            return self._parts.get(region.code, [])
        # A bureau is townships; where these are all of a district's, the district, which may be counted as a whole.
        left = set(self._index.prefixes(region.code, unit=True))
        found = []
        for district in self._index.levels[vocab.DISTRICT]:
            codes = {part.code for part in self._parts.get(district.code, [])}
            if codes and codes <= left:
                found.append(district)
                left -= codes
        return [*found, *(self._index.by_code[code] for code in sorted(left))]


_kept: Memory[Populations] = Memory(4)
_levels: Memory[list[tuple[str, People]]] = Memory(64)
# Of a code the rows of divisions that were closed come along: what was counted there was counted.
_SQL = """
SELECT r.code, p.day, p.residents, p.households, p.source FROM layers_population p JOIN layers_region r ON r.id = p.region_id
ORDER BY r.valid_to_id NULLS LAST
"""


def populations(within: Divisions) -> Populations:
    """The counts in some divisions: one small query for their version, the rest is kept."""
    stamp = _stamp()
    return _kept.get_or_make(stamp, within.edition.id, lambda: Populations(region_index(within), rows(Query(_SQL))))


def counted_of_level(within: Divisions, level: int, end: date) -> list[tuple[str, People]]:
    """Code and counts of every region of a level of which there are any, for periods that end on a day. Kept: tiles ask for it one by one."""

    def make() -> list[tuple[str, People]]:
        counted = populations(within)
        found = ((region.code, counted.of(region, end)) for region in region_index(within).levels[level])
        return [(code, people) for code, people in found if people != NOBODY]

    return _levels.get_or_make(_stamp(), (within.edition.id, level, end), make)


def _stamp() -> Stamp:
    return as_of(behind(registry.POPULATION.name, registry.REPORTING_UNIT.name)).of_data
