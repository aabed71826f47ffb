"""The totals of an area, ready to be spoken: the one source of figures for page, API and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layers import access, filters, names, vocab
from layers.area import PARAM, Area, DrawnShape, Regions
from layers.models import Boundary
from layers.periods import Period
from layers.stats import query
from layers.stats.absence import added, less, ratio, share
from layers.stats.answer import VERSUS, Coverage, compared, coverage
from layers.stats.divisions import Divisions, divisions
from layers.stats.measures import PER_KM2, Divisors
from layers.stats.provisional import ProvisionalMonths, marks
from layers.stats.redrawn import redrawn
from layers.stats.regions import RegionIndex, RegionInfo, region_index
from layers.totals import cells, objects, regions
from layers.totals.asked import AreaQuestion, AskedTotals, Figures
from layers.words import Worded, Words, first_of

NAMED_MOST = 3  # regions that the name of an area says one by one
_OUTLINE_STEPS = 1500  # of the width of regions: a simpler outline than this is not seen to be simpler
_OUTLINE_DIGITS = 5

Bounds = tuple[float, float, float, float]


def totals(question: AreaQuestion) -> dict[str, Any]:
    """What an area used in a period, of what and for what, beside the same before, and what stands in it.

    in the area + elsewhere + unassigned + outside = recorded, to the litre, wherever the area's litres are known; ``by_source``,
    ``by_purpose`` and the months are each the area's litres again. Null is what nothing is recorded of.
    """
    available = query.available_months()
    covered = coverage(question.period, available)
    within = divisions(question.boundaries, covered.present[-1])
    asked = AskedTotals(
        question,
        within,
        tuple(covered.present),
        {versus: compared(question.period, covered, versus, available) for versus in VERSUS},
    )
    index = region_index(within)
    area = question.area
    if isinstance(area, Regions):
        chosen = index.chosen(area.codes, PARAM)
        found, counted = regions.figures(asked, chosen), objects.of_regions(chosen)
        meets = [{"code": r.code, "name": r.name, "level": vocab.LEVEL.by_id[r.level].code} for r in chosen]
        moved = redrawn(index, within, question.period, available, question.selection, list(area.codes))
    else:
        access.require_fine()
        chosen, moved = [], None
        found, counted = cells.figures(asked, area), objects.of_shape(area)
        meets = objects.met(area, question.period, question.boundaries)
    return {
        "area": {
            "text": area.text,
            "kind": "regions" if isinstance(area, Regions) else area.kind,
            "name": name(area, chosen).everywhere(),
            "once": list(area.once) if isinstance(area, Regions) else [],
            "area_km2": found.km2,
            "bounds": _bounds(area, chosen),
            "outline": _outline(area, chosen, within),
        },
        "period": {
            "text": str(question.period),
            "from": str(question.period.first),
            "to": str(question.period.last),
            "months": len(covered.present),
            "missing": [str(month) for month in covered.missing],
        },
        "boundaries": within.to_dict(),
        "redrawn": moved,
        "filters": question.selection.to_dict(),
        "volume_l": found.volume_l,
        "share_of_city": share(found.volume_l, found.balance.recorded_l),
        "m3_per_km2": PER_KM2.value(found.volume_l, Divisors(found.km2 * 1e6)),
        **_compared(asked, found),
        "by_source": _by(found.volumes_by_source, vocab.SOURCE, "source"),
        "by_purpose": _by(found.purposes, vocab.PURPOSE, "purpose"),
        **_by_month(found, covered.period),
        **_provisional(within, covered, [row["code"] for row in meets]),
        "balance": balance(found),
        "rule": _rule(found),
        "parts": _parts(index, found),
        "meets": meets,
        "facilities": counted,
    }


def balance(found: Figures) -> dict[str, int | None]:
    """Litres of the whole city: what is in the area, elsewhere in its regions or cells, and in none."""
    whole = found.balance
    elsewhere = whole.placed_l if found.volume_l is None else less(whole.placed_l, found.volume_l)
    return {
        "area_l": found.volume_l,
        "elsewhere_l": elsewhere,
        "unassigned_l": whole.unassigned_l,
        "outside_l": whole.outside_l,
        "recorded_l": whole.recorded_l,
    }


def name(area: Area, chosen: Sequence[RegionInfo]) -> Worded:
    """What an area is called, in words."""
    if isinstance(area, Regions):
        return first_of([names.division(region.code, region.name) for region in chosen], NAMED_MOST)
    if area.circle:
        lon, lat, metres = area.circle
        told = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"
        return Words(
            "以 {place} 为圆心、半径 {radius} 的圆",
            "Circle of {radius} around {place}",
            place=f"{lon:.5g}, {lat:.4g}",
            radius=told,
        )
    return Words("矩形范围", "Rectangle") if area.kind == "box" else Words("手绘范围", "Drawn shape")


def _bounds(area: Area, chosen: Sequence[RegionInfo]) -> Bounds | None:
    if isinstance(area, DrawnShape):
        return area.bounds
    boxes = [region.bounds for region in chosen if region.bounds]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _outline(area: Area, chosen: Sequence[RegionInfo], within: Divisions) -> dict[str, Any] | None:
    """As GeoJSON, for maps: of a shape the very one, of regions somewhat simplified; None where they have no outlines."""
    if isinstance(area, DrawnShape):
        return {"type": "Polygon", "coordinates": [[*area.corners, area.corners[0]]]}
    bounds = _bounds(area, chosen)
    if bounds is None:
        return None
    step = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / _OUTLINE_STEPS
    polygons = [
        [[[round(x, _OUTLINE_DIGITS), round(y, _OUTLINE_DIGITS)] for x, y in ring] for ring in polygon]
        for shape in outlines(chosen, within)
        for polygon in _polygons(shape.simplify(step, preserve_topology=True))
    ]
    return {"type": "MultiPolygon", "coordinates": polygons}


def _polygons(shape: Any) -> list[Any]:
    return [shape.coords] if shape.geom_type == "Polygon" else list(shape.coords)


def outlines(chosen: Sequence[RegionInfo], within: Divisions) -> list[Any]:
    """The stored outlines of regions in some divisions, by code."""
    stored = Boundary.objects.filter(region__code__in=[region.code for region in chosen])
    return list(filters.outlined(stored, within).order_by("region__code").values_list("geom", flat=True))


def _compared(asked: AskedTotals, found: Figures) -> dict[str, Any]:
    """Beside the period before and the year before, like with like; nulls where there is nothing like it."""
    told = {}
    for versus, pair in asked.pairs.items():
        now, before = found.compared[versus]
        told[versus] = {
            "period": str(pair.versus) if pair else None,
            "compared": str(pair.period) if pair else None,  # the months of the period that are
            "volume_l": before,
            "difference_l": less(now, before),
            "change": ratio(now, before),
        }
    return told


def _by(litres: Mapping[int, int], terms: vocab.Vocab, called: str) -> list[dict[str, Any]]:
    return [{called: term.code, "volume_l": litres.get(term.id)} for term in terms]


def _by_month(found: Figures, period: Period) -> dict[str, Any]:
    """The months from the first to the last with data, each source's litres in them."""
    months = period.months
    return {
        "months": [str(month) for month in months],
        "volume_by_month_l": [added(found.sources.get((term.id, month)) for term in vocab.SOURCE) for month in months],
        "by_source_month": [
            {"source": term.code, "volume_l": [found.sources.get((term.id, month)) for month in months]}
            for term in vocab.SOURCE
        ],
    }


def _provisional(within: Divisions, covered: Coverage, codes: Sequence[str]) -> dict[str, list[str]]:
    """The months that may still change in any of the regions that the area meets: of the period, and of its chart."""
    told = marks(within) if codes else ProvisionalMonths()
    own = told.within(covered.present)
    return {
        "provisional": own.of(codes),
        "provisional_notes": own.notes(codes),
        "provisional_months": told.within(covered.period.months).of(codes),
    }


def _rule(found: Figures) -> dict[str, Any]:
    """How it was counted, in a sentence, and what that cannot know."""
    cut = found.cut
    return {
        **found.rule.everywhere(),
        "known": found.known,
        "size": found.size,
        "cells": found.units,
        "share_by_area": found.by_area,
        "cut": cut and {"cells": cut.units, "counted_l": cut.counted_l, "left_l": cut.left_l},
    }


def _parts(index: RegionIndex, found: Figures) -> list[dict[str, Any]]:
    """Of several regions each with its figure; of a shape the townships with what of them is in it. They add up to the area's."""
    told = []
    for part in found.parts:
        region = index.by_code[part.code]
        above = index.by_code.get(region.parent_code)
        told.append(
            {
                "code": region.code,
                "name": region.name,
                "parent": above.name if above else "",
                "level": vocab.LEVEL.by_id[region.level].code,
                "volume_l": part.volume_l,
                "share": share(part.volume_l, found.volume_l),
                "area_km2": region.area_m2 / 1e6,
            }
        )
    return sorted(told, key=lambda one: (one["volume_l"] is None, -(one["volume_l"] or 0), one["code"]))
