"""Litres by cell, record by record: the rules of docs/grid.md by other code than the house's, in any outlines.

For cities of rectangles (`tests.factories.square`): a division is its box, a position lies in the village of the lowest code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import shapely
from django.contrib.gis.geos import Point

from layers import models
from layers.grid.cells import cell_of, code_of
from tests import factories as make

Outlines = Mapping[str, tuple[float, ...]]
Shares = dict[str, int]
SIZE = 500
_SERVES = {1: 6, 2: 9, 3: 12, 4: 12}  # digits of the division that a facility's kind serves


def by_cell(
    months: Sequence[date],
    outlines: Outlines,
    stood: Mapping[tuple[str, date], Point] = MappingProxyType({}),
    **only: Any,
) -> dict[tuple[date, str], int]:
    """Litres by (month, code of the unit), or the reason why they are in none. ``stood`` is where meters were, by code and month;
    ``only`` says which records."""
    records = models.UsageRecord.objects.filter(month__in=months, **only).select_related("meter", "facility", "region")
    return _Recount(outlines, stood).of(records)


class _Recount:
    size = SIZE

    def __init__(self, outlines: Outlines, stood: Mapping[tuple[str, date], Point]) -> None:
        self.outlines, self.stood = outlines, stood
        meters = models.Meter.objects.prefetch_related("users")
        self.meters = [(meter, at) for meter in meters if (at := position(meter))]
        self.users = [user.geom for user in models.WaterUser.objects.exclude(geom=None)]
        self.units = {code: self.parts(code) for code in outlines if len(code) == 9}

    def of(self, records: Iterable[models.UsageRecord]) -> dict[tuple[date, str], int]:
        found: Counter[tuple[date, str]] = Counter()
        shared: Counter[tuple[Any, ...]] = Counter()
        for record in records:
            place = self.place(record)
            if isinstance(place, str):
                found[record.month, place] += record.volume_l
            else:  # what is measured at one place and shared is netted first
                shared[record.month, record.source, record.purpose, place] += record.volume_l
        for (month, _, purpose, place), litres in shared.items():
            for unit, part in share(litres, self.weights(place, purpose)).items():
                found[month, unit] += part
        return {key: litres for key, litres in found.items() if litres}

    def place(self, record: models.UsageRecord) -> str | tuple[str, Any]:
        """The unit that a record lies in, why it is in none, or by whose weights it is shared."""
        if record.meter:
            if at := self.stood.get((record.meter.code, record.month)) or position(record.meter):
                return self.unit(at) or "outside"
            return self.declared(record.meter.declared_region)
        if record.facility:
            weights = self.of_facility(record.facility, record.purpose)
            return ("facility", record.facility.pk) if weights else self.unit(record.facility.geom) or "outside"
        return self.declared(record.region)

    def declared(self, region: models.Region | None) -> str | tuple[str, Any]:
        """A division of these, or the township of its code; what is above the townships is shared over nothing."""
        if region is None:
            return "no_place"
        if len(region.code) < 9:
            return "coarse"
        code = next((code for code in (region.code, region.code[:9]) if code in self.outlines), None)
        return ("region", code) if code else "no_units"

    def weights(self, place: tuple[str, Any], purpose: int) -> Shares:
        kind, which = place
        if kind == "facility":
            return self.of_facility(models.SupplyFacility.objects.get(pk=which), purpose)
        points = [at for meter, at in self.meters if meter.purpose == purpose and self.village(at).startswith(which)]
        return self.counted(points) or self.parts(which)

    def of_facility(self, facility: models.SupplyFacility, purpose: int) -> Shares:
        """By meters of the purpose in its areas, else users, else area; held to its township, unless it serves a district."""
        areas = [_plane(area.geom) for area in models.SupplyArea.objects.filter(facility=facility)]
        if not areas:
            return {}
        whole = shapely.union_all(areas)
        village = self.village(facility.geom)
        held = village[:9] if _SERVES[facility.kind] >= 9 else ""

        def inside(points: list[Point]) -> list[Point]:
            return [at for at in points if whole.covers(_plane(at)) and self.village(at)[:9].startswith(held or "1")]

        meters = inside([at for meter, at in self.meters if meter.purpose == purpose])
        by_area: Shares = {}
        for township, units in self.units.items():
            if not held or township == held:
                by_area |= {unit: m2 for unit in units if (m2 := round(self.piece(unit).intersection(whole).area))}
        return self.counted(meters) or self.counted(inside(self.users)) or by_area

    def counted(self, points: list[Point]) -> Shares:
        return dict(Counter(unit for at in points if (unit := self.unit(at))))

    def village(self, at: Point) -> str:
        inside = [
            code for code, box in self.outlines.items() if len(code) == 12 and make.square(*box).covers(_bare(at))
        ]
        return min(inside, default="")

    def unit(self, at: Point) -> str:
        village = self.village(at)
        x, y = _plane(at).coords[0]
        cell = cell_of(x, y, self.size)
        return code_of(self.size, cell.col, cell.row, village[:9]) if village else ""

    def parts(self, code: str) -> Shares:
        """Square metres of a division by unit of its township."""
        found: Shares = {}
        outline = _plane(make.square(*self.outlines[code]))
        west, south, east, north = (int(edge // self.size) for edge in outline.bounds)
        for col in range(west, east + 1):
            for row in range(south, north + 1):
                area = _cell(col, row, self.size).intersection(outline).area
                if area > 1e-4:
                    found[code_of(self.size, col, row, code[:9])] = round(area)
        return {unit: m2 for unit, m2 in found.items() if m2}

    def piece(self, unit: str) -> Any:
        col, row = (int(unit[start : start + 5]) * 100 // self.size for start in (5, 11))
        return _cell(col, row, self.size).intersection(_plane(make.square(*self.outlines[unit[-9:]])))


def position(meter: models.Meter) -> Point | None:
    """Its own, or its user's."""
    return meter.geom or next((user.geom for user in meter.users.all() if user.geom), None)


def share(litres: int, weights: Shares) -> Shares:
    """Whole litres by largest remainder, of equal ones to the lowest code."""
    sign, litres, total = (1 if litres >= 0 else -1), abs(litres), sum(weights.values())
    parts = {unit: litres * weight // total for unit, weight in weights.items()}
    order = sorted(weights, key=lambda unit: (-(litres * weights[unit] % total), unit))
    for unit in order[: litres - sum(parts.values())]:
        parts[unit] += 1
    return {unit: sign * part for unit, part in parts.items()}


def _cell(col: int, row: int, size: int) -> Any:
    return shapely.box(col * size, row * size, (col + 1) * size, (row + 1) * size)


def _bare(geom: Any) -> Any:
    bare = geom.clone()
    bare.srid = None
    return bare


def _plane(geom: Any) -> Any:
    """In metres, where cells are squares."""
    known = geom.clone()
    known.srid = 4490
    return shapely.from_wkb(bytes(known.transform(4548, clone=True).wkb))
