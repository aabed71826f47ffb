"""The regions of a level with names and areas, kept in memory for each version of the boundaries and each of their editions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layers import access, vocab
from layers.db import Query, rows
from layers.editions import EditionSpan
from layers.errors import NotFound
from layers.kept.memory import Memory
from layers.place import levels_of
from layers.stats import divisions
from layers.stats.divisions import Divisions
from layers.words import Words


@dataclass(frozen=True, slots=True)
class RegionInfo:
    """One region as statistics need it. ``area_m2`` is 0 for a reporting unit or region without an outline."""

    code: str
    name: str
    level: int
    parent_code: str
    unit_code: str
    area_m2: float
    bounds: tuple[float, float, float, float] | None  # west, south, east, north in degrees
    quality: int
    source: str
    current: bool


# Closed regions come along (last), so that a period before they were closed still finds their names.
_SQL = """
SELECT r.code, r.name, r.level, COALESCE(p.code, ''), COALESCE(u.code, ''), COALESCE(b.area_m2, 0),
       ST_XMin(b.geom), ST_YMin(b.geom), ST_XMax(b.geom), ST_YMax(b.geom),
       COALESCE(b.quality, 0), COALESCE(b.source, ''), r.valid_to_id IS NULL OR r.valid_to_id > %(last)s
FROM layers_region r
LEFT JOIN layers_region p ON p.id = r.parent_id
LEFT JOIN layers_reportingunit u ON u.id = r.reporting_unit_id
LEFT JOIN LATERAL (
    SELECT * FROM layers_boundary WHERE region_id = r.id AND valid_from_id <= %(last)s
    ORDER BY valid_to_id DESC NULLS FIRST LIMIT 1
) b ON TRUE
WHERE r.valid_from_id <= %(last)s
ORDER BY r.valid_to_id DESC NULLS FIRST, r.code
"""


class RegionIndex:
    """All regions by code and by level; immutable once built. Without ``fine`` it has no villages."""

    def __init__(self, found: list[RegionInfo], units: dict[str, str], *, fine: bool = True) -> None:
        self.fine = fine
        self.by_code: dict[str, RegionInfo] = {}
        for region in found:
            self.by_code.setdefault(region.code, region)
        self.levels: dict[int, list[RegionInfo]] = {term.id: [] for term in vocab.LEVEL}
        for region in found:
            if region.current:
                self.levels[region.level].append(region)
        self.levels[vocab.REPORTING_UNIT] = [self._unit(code, name) for code, name in sorted(units.items())]
        self.units = {unit.code: unit for unit in self.levels[vocab.REPORTING_UNIT]}

    def _unit(self, code: str, name: str) -> RegionInfo:
        """A reporting unit as the sum of its townships; its area is theirs."""
        townships = [r for r in self.levels[vocab.TOWNSHIP] if self.unit_of(r) == code]
        area = sum(r.area_m2 for r in townships)
        boxes = [r.bounds for r in townships if r.bounds]
        bounds = (
            (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
            if boxes
            else None
        )
        city = self.root.code if self.root else ""
        return RegionInfo(code, name, vocab.REPORTING_UNIT, city, code, area, bounds, 0, "", True)

    def unit_of(self, region: RegionInfo) -> str:
        """The reporting unit of a region: its own, else the nearest ancestor's."""
        while not region.unit_code and region.parent_code:
            region = self.by_code[region.parent_code]
        return region.unit_code

    def info(self, code: str, level: int) -> RegionInfo:
        """The region, or at the level of reporting units the unit: a district and its bureau share their code."""
        return self.units[code] if level == vocab.REPORTING_UNIT else self.by_code[code]

    def prefixes(self, code: str, *, unit: bool = False, param: str = "region") -> list[str]:
        """Code prefixes of all that lies in a region or reporting unit; `NotFound` (of ``param``) for an unknown code.

        A district and its bureau share their code: it means the division, unless the ``unit`` is asked for.
        """
        if code in self.by_code and not unit:
            return [code]
        if code in self.units:
            return [r.code for r in self.levels[vocab.TOWNSHIP] if self.unit_of(r) == code]
        raise self.unknown(code, param)

    def chosen(self, codes: Sequence[str], param: str) -> list[RegionInfo]:
        """The divisions of these codes, in their order; `NotFound` (of ``param``) names all that there are not."""
        missing = [code for code in codes if code not in self.by_code]
        if len(missing) == 1:
            raise self.unknown(missing[0], param)
        if missing:
            raise NotFound(
                f"There are no divisions {', '.join(missing)}.",
                param=param,
                allowed=["division codes of 2, 4, 6, 9 or 12 digits"],
            )
        return [self.by_code[code] for code in codes]

    def unknown(self, code: str, param: str) -> NotFound:
        """What to raise for a code that is none of these divisions'; it says which others have it."""
        for within in reversed(divisions.every()):
            if code in {region.code for region in region_index(within).current}:
                told = within.to_dict()
                return NotFound(
                    Words(
                        "{code} 不在所问的区划里：它属于{since}至{until}的区划",
                        "{code} is no region of the divisions asked for: it is one from {since} to {until}.",
                        code=code,
                        since=told["since"] or Words("最早", "the beginning"),
                        until=told["until"] or Words("今天", "today"),
                    ),
                    param=param,
                    allowed=[f"{divisions.PARAM}={told['until'] or divisions.CURRENT}"],
                )
        return NotFound(
            Words("没有代码为 {code} 的区划或填报单位", "There is no region {quoted}.", code=code, quoted=repr(code)),
            param=param,
            allowed=["a division code of 2, 4, 6, 9 or 12 digits", *sorted(set(self.units) - set(self.by_code))],
        )

    def nearest(self, code: str) -> RegionInfo | None:
        """The division of a code, or the nearest above it that there is."""
        prefixes = (code[:digits] for digits in range(len(code), 1, -1))
        return next((self.by_code[prefix] for prefix in prefixes if prefix in self.by_code), None)

    @property
    def root(self) -> RegionInfo | None:
        """The city: what is looked after as a whole. None before it was imported."""
        return next(iter(self.levels[vocab.CITY]), None)

    @property
    def below(self) -> tuple[int, ...]:
        """The levels below the root: of a county's, townships and villages."""
        there = levels_of(self.root.code if self.root else "")[1:]
        return there if self.fine else tuple(level for level in there if level != vocab.VILLAGE)

    def child_level(self, level: int) -> int | None:
        """The level whose divisions make up one of this level; None of the finest."""
        if level == vocab.REPORTING_UNIT:
            return vocab.TOWNSHIP
        return next((below for below in self.below if below > level), None)

    @property
    def current(self) -> list[RegionInfo]:
        """The divisions of all levels that are those of the edition, and not closed before it."""
        return [region for level in vocab.DIVISIONS for region in self.levels[level]]

    def path(self, code: str) -> list[RegionInfo]:
        """The region and its ancestors, the city first."""
        return self.lineage(self.by_code[code])

    def lineage(self, region: RegionInfo) -> list[RegionInfo]:
        """As `path`, also for a reporting unit."""
        found = [region]
        while found[-1].parent_code:
            found.append(self.by_code[found[-1].parent_code])
        return found[::-1]


_indexes: Memory[RegionIndex] = Memory(8)


def _index(edition: EditionSpan, *, fine: bool) -> RegionIndex:
    """Of who is told no figures of villages (`access.Sight.fine`) the townships are the finest divisions that there are."""
    found = [
        RegionInfo(
            code, name, level, parent, unit, area, None if west is None else (west, south, east, north),
            quality, source, current,
        )
        for code, name, level, parent, unit, area, west, south, east, north, quality, source, current in rows(Query(_SQL, {"last": edition.last}))
    ]  # fmt: skip
    units = dict(rows(Query("SELECT code, name FROM layers_reportingunit")))
    return RegionIndex([region for region in found if fine or region.level != vocab.VILLAGE], units, fine=fine)


def region_index(within: Divisions | None = None) -> RegionIndex:
    """The regions of these divisions, or of today's, which cost one small query for their version; the rest is kept."""
    chosen = within or divisions.today()
    stamp = chosen.stamp or divisions.known().stamp
    assert stamp
    fine = access.now().fine
    return _indexes.get_or_make(stamp, f"{chosen.edition.id} {fine}", lambda: _index(chosen.edition, fine=fine))
