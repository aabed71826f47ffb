"""Any two periods compared, feature by feature: one function for the regions of every level and for cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from layers import filters, vocab
from layers.errors import BadParameter
from layers.periods import Month, Period
from layers.registry import LAYERS, Layer
from layers.selection import EVERYTHING, Selection
from layers.stats import query
from layers.stats.absence import added, less, ratio
from layers.stats.answer import coverage
from layers.stats.carried import Asked, figures_of
from layers.stats.classes import Classes, symmetric
from layers.stats.divisions import Divisions, today
from layers.stats.like import pair, refuse_unlike
from layers.stats.provisional import marks
from layers.stats.regions import region_index

Figures = Mapping[int, dict[str, Any]]  # of each feature, by its id
DIRECTIONS = ("up", "down")
# Steps of a ratio on both sides of "about the same", and the share of the changes that they are to hold.
_LADDER = (
    (0.01, 0.02, 0.05),
    (0.02, 0.05, 0.1),
    (0.05, 0.1, 0.2),
    (0.05, 0.15, 0.3),
    (0.1, 0.25, 0.5),
    (0.2, 0.5, 1.0),
)
_MOST = 0.85

# The layers whose features carry usage, built or not, and those of them that are grids.
COMPARED = tuple(layer.id for layer in LAYERS if layer.usage is not None)
GRIDS = tuple(layer.id for layer in LAYERS if layer.usage is not None and layer.usage.kept == "grid")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which two periods of which usage are compared where, and which page of the movers is listed."""

    period: Period
    versus: Period
    selection: Selection = EVERYTHING
    region: str = ""
    direction: str = "up"  # or "down"
    limit: int = 20
    offset: int = 0
    boundaries: str = ""


def compare(layer: Layer, asked: Comparison) -> dict[str, Any]:
    """Every feature of a level in two periods: classes of the difference and the ratio, and the largest movers.

    ``period`` and ``versus`` are the months of those asked that both have: a year that is not complete is not compared with a
    whole one.

    Grain: one feature, null where nothing is recorded. What is not known in both periods has no difference, and is none
    of the movers. A ratio needs something to be related to: features that used nothing in ``versus`` have none. The movers of a direction are those of that sign, the largest first, of equal ones
    the lower code; ``count`` is how many there are of all pages. ``totals`` are all that is recorded, ``placed`` what
    lies in the features.
    """
    refuse_unlike(asked.period, asked.versus)
    available = query.available_months()
    coverage(asked.period, available)
    coverage(asked.versus, available, "versus")
    like = pair(asked.period, asked.versus, available)
    if like is None:
        raise BadParameter(f"{asked.period} and {asked.versus} share no run of months.", param="versus")
    # Both periods in the same divisions: those of the later month unless told.
    wanted = filters.FeatureFilter(region=asked.region, period=like.period, boundaries=asked.boundaries)
    features = wanted.apply(layer)
    usage = Asked(like.period, asked.selection, versus=like.versus, boundaries=asked.boundaries, find=wanted.divisions)
    figures = figures_of(layer, features, usage)
    moved = _moved(layer, features, figures, asked.direction)
    page = moved[asked.offset : asked.offset + asked.limit]
    recorded = (_recorded(period, asked.selection) for period in (like.period, like.versus))
    return {
        "level": layer.id,
        "region": asked.region or None,
        "asked": {"period": str(asked.period), "versus": str(asked.versus)},
        "period": str(like.period),
        "versus": str(like.versus),
        "boundaries": usage.within.to_dict(),
        "provisional": _provisional(usage.within, asked.region, [*like.period.months, *like.versus.months]),
        "filters": asked.selection.to_dict(),
        "features": len(figures),
        "totals": None if asked.region else _balance(*recorded),
        "placed": _balance(*(added(one[name] for one in figures.values()) for name in ("volume_l", "previous_l"))),
        "classes": {
            "difference": symmetric([_m3(one["difference_l"]) for one in figures.values()]).told("difference"),
            "ratio": _ratios([one["change"] for one in figures.values()]).told("ratio"),
        },
        "direction": asked.direction,
        "count": len(moved),
        "limit": asked.limit,
        "offset": asked.offset,
        "movers": _movers(layer, page, figures),
    }


def _provisional(within: Divisions, region: str, months: Sequence[Month]) -> list[str]:
    """The months of both periods that are provisional in the region compared."""
    index = region_index(within)
    prefixes = index.prefixes(region) if region else []
    return marks(within).within(months).of(prefixes)


def _moved(layer: Layer, features: QuerySet[Any], figures: Figures, direction: str) -> list[int]:
    """Those that used more (or less), the largest difference first, of equal ones the lower code."""
    code = next(field.orm_path for field in layer.fields if field.name == "code")
    codes = dict(features.order_by().values_list("pk", code))
    sign = 1 if direction == "up" else -1
    moved = [pk for pk, one in figures.items() if (one["difference_l"] or 0) * sign > 0]
    return sorted(moved, key=lambda pk: (-abs(figures[pk]["difference_l"]), codes[pk]))


def _movers(layer: Layer, page: list[int], figures: Figures) -> list[dict[str, Any]]:
    """The features of a page by name, with where they are (west, south, east, north) and their figures."""
    fields = {field.name: field.orm_path for field in layer.fields}
    named = {"code": fields["code"], "name": fields.get("name") or fields["township_name"]}
    found = filters.every(layer).filter(pk__in=page)
    boxes = {feature.pk: [round(edge, 6) for edge in feature.geom.extent] for feature in found.only("geom")}
    names = {row[0]: dict(zip(named, row[1:], strict=True)) for row in found.values_list("pk", *named.values())}
    return [{**names[pk], "bounds": boxes[pk], **figures[pk]} for pk in page]


def _m3(litres: int | None) -> float | None:
    return None if litres is None else litres / 1000


def _recorded(period: Period, selection: Selection) -> int | None:
    return added(total.volume_l for total in query.totals(vocab.CITY, period, selection, (), today()))


def _ratios(changes: Sequence[float | None]) -> Classes:
    """Steps that people know, the smallest that hold most changes; nothing falls by more than 100 %."""
    known = np.array([change for change in changes if change is not None])
    reach = float(np.quantile(np.abs(known), _MOST)) if len(known) else 0.0
    return symmetric(known, steps=next((steps for steps in _LADDER if steps[-1] >= reach), _LADDER[-1]))


def _balance(volume_l: int | None, previous_l: int | None) -> dict[str, Any]:
    return {
        "volume_l": volume_l,
        "previous_l": previous_l,
        "difference_l": less(volume_l, previous_l),
        "change": ratio(volume_l, previous_l),
    }
