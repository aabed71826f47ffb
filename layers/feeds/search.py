"""Find regions, facilities, wells, users and meters by name or code, as far as they may be seen."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Case, CharField, F, IntegerField, Q, Value, When
from django.db.models.functions import Length

from layers import access, registry, vocab
from layers.errors import BadParameter
from layers.feeds.features import layer_of
from layers.registry import Dataset
from layers.stats.regions import RegionIndex, RegionInfo, region_index

LONGEST = 60
# What people look for first comes first among equally good matches.
_ORDER = (
    registry.FACILITY,
    registry.SEWAGE_PLANT,
    registry.SURFACE_INTAKE,
    registry.WELL,
    registry.WATER_USER,
    registry.METER,
)
# Names in these are made from codes or run to six figures: their codes are matched from the start, names skipped.
_BY_CODE_ONLY = frozenset({"meter", "well"})


def search(text: str, limit: int) -> list[dict[str, Any]]:
    """The best matches over all kinds, best first: the exact code, then whole names, beginnings, parts."""
    wanted = text.strip()
    if not wanted:
        raise BadParameter("q is empty: give a name or a code, or a part of one.", param="q")
    if len(wanted) > LONGEST:
        raise BadParameter(f"q is longer than {LONGEST} characters.", param="q")
    index = region_index()
    found = [(_region_rank(region, wanted), 0, _region(index, region)) for region in _regions(index, wanted)]
    for order, dataset in enumerate(_ORDER, 1):
        found += [(rank, order, _object(index, dataset, one)) for rank, one in _objects(dataset, wanted, limit)]
    found.sort(key=lambda hit: (hit[0], hit[1], hit[2]["code"]))
    return [hit for _, _, hit in found[:limit]]


def _region_rank(region: RegionInfo, wanted: str) -> int:
    if wanted in (region.code, region.name):
        return 0
    return 1 if region.code.startswith(wanted) or region.name.startswith(wanted) else 2


def _regions(index: RegionIndex, wanted: str) -> list[RegionInfo]:
    levels = (vocab.CITY, vocab.DISTRICT, vocab.TOWNSHIP, vocab.VILLAGE)
    return [
        region
        for level in levels
        for region in index.levels[level]
        if wanted in region.name or region.code.startswith(wanted)
    ]


def _objects(dataset: Dataset, wanted: str, limit: int) -> list[tuple[int, Any]]:
    model = apps.get_model(dataset.model)
    if access.is_closed(model):
        return []
    match = Q(code__startswith=wanted.upper())
    if dataset.name not in _BY_CODE_ONLY:
        match |= Q(told__contains=wanted)
    rank = Case(
        When(Q(code=wanted.upper()) | Q(told=wanted), then=Value(0)),
        When(Q(code__startswith=wanted.upper()) | Q(told__startswith=wanted), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = (
        model._default_manager.annotate(told=_told(dataset))
        .filter(match)
        .annotate(rank=rank, region_code=F("declared_region__code"), length=Length("told"))
        .defer("geom_3857")
        .order_by("rank", "length", "code")[:limit]
    )
    return [(one.rank, one) for one in found]


def _told(dataset: Dataset) -> Any:
    """The name of an object, as far as its layer tells it: what is not told is neither found nor ordered by."""
    layers = access.layers_of(dataset)
    told = [layer for layer in layers if access.tells(layer, "name")]
    if len(told) == len(layers):
        return F("name")
    cases = [When(Q(**layer.scope), then=F("name")) for layer in told if layer.scope]
    return Case(*cases, default=Value(""), output_field=CharField())


def _place(index: RegionIndex, code: str | None) -> str:
    if not code or code not in index.by_code:
        return ""
    return " / ".join(step.name for step in index.path(code)[1:])


def _region(index: RegionIndex, region: RegionInfo) -> dict[str, Any]:
    west, south, east, north = region.bounds or (0.0, 0.0, 0.0, 0.0)
    return {
        "layer": "region",
        "level": vocab.LEVEL.by_id[region.level].code,
        "code": region.code,
        "name": region.name,
        "path": _place(index, region.parent_code),
        "lon": (west + east) / 2,
        "lat": (south + north) / 2,
        "bounds": region.bounds,
    }


def _object(index: RegionIndex, dataset: Dataset, found: Any) -> dict[str, Any]:
    return {
        "layer": layer.id if (layer := layer_of(found)) else dataset.name,
        "code": found.code,
        "name": found.told,
        "path": _place(index, found.region_code),
        "lon": found.geom.x if found.geom else None,
        "lat": found.geom.y if found.geom else None,
    }
