"""Objects of the four stages in a region: counts, capacities, and the facilities that are listed by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Count, F, FloatField, Func, Sum

from geoapp.reports.structure import FacilityLine, FacilityList, StageLine
from layers import access, filters, registry, vocab
from layers.entries import WAY, Layer, Sign
from layers.models import AbstractionPermit, Region
from layers.reach import Reach
from layers.stats.regions import RegionIndex
from layers.values import spoken


def within(layer_id: str, prefixes: list[str]) -> Any:
    """The objects of a layer that count in the regions and may be seen, as the map and the API count them."""
    layer = access.seen(registry.layer(layer_id))
    if layer is None:
        return access.objects(registry.layer(layer_id).dataset).none()
    return in_regions(prefixes)(layer)


def is_whole(layer_id: str, prefixes: Sequence[str]) -> bool:
    """Whether all objects of a layer or table in the regions may be seen: what is told of some would not be the region's."""
    layer = access.seen(registry.published(layer_id))
    return layer is not None and layer.rows.covers(Reach.of(prefixes))


def stages(prefixes: list[str], counts: dict[str, int]) -> tuple[StageLine, ...]:
    """Take, supply, use and drain side by side. Grain: one line a kind of object that may be seen."""
    lines = _permitted(prefixes) if is_whole("permit", prefixes) else []
    for stage in WAY:
        for layer in registry.LAYERS:
            if layer.stage == stage and is_whole(layer.id, prefixes):
                lines += _by_term(layer, prefixes) or [
                    StageLine(stage, layer.id, counts[layer.id], _capacity(layer, prefixes))
                ]
    return tuple(lines)


def _permitted(prefixes: list[str]) -> list[StageLine]:
    permits = AbstractionPermit.objects.filter(access.begins("declared_region__code", prefixes))
    allowed = permits.aggregate(count=Count("pk"), volume=Sum("permitted_l_per_year"))
    return [StageLine("take", "permit", allowed["count"], allowed_l_per_year=allowed["volume"])]


def _by_term(layer: Layer, prefixes: list[str]) -> list[StageLine]:
    """One line a term, of a layer that is told so."""
    field = layer.dataset.field(layer.told_by)
    if field is None or field.vocab is None:
        return []
    found = dict(within(layer.id, prefixes).order_by().values_list(field.orm_path).annotate(Count("pk")))
    return [StageLine(layer.stage, layer.id, found.get(term.id, 0), term=term.code) for term in field.vocab]


def _capacity(layer: Layer, prefixes: list[str]) -> int | None:
    """m³ a day of those that say it; None when none does, or can."""
    if layer.dataset.field("capacity_m3_d") is None:
        return None
    total: int | None = within(layer.id, prefixes).aggregate(total=Sum("capacity_m3_d"))["total"]
    return total


Chosen = Callable[[Layer], Any]  # the objects of a layer, as it is seen, that a report is of


def in_regions(prefixes: list[str]) -> Chosen:
    return lambda layer: filters.base(layer).filter(filters.inside(layer, prefixes))


def facility_lists(index: RegionIndex, chosen: Chosen, called: Callable[[str, str], str]) -> tuple[FacilityList, ...]:
    """Facilities by layer, the largest first; layers without any are left out. ``called`` has a region's name from its code and
    the one it is registered with."""
    codes = dict(Region.objects.values_list("pk", "code"))
    lists: list[FacilityList] = []
    for each in registry.LISTED:
        if lines := facility_lines(index, each.id, chosen, codes, called):
            lists.append(FacilityList(each.id, lines, lists[-1].last + 1 if lists else 1))
    return tuple(lists)


def facility_lines(
    index: RegionIndex, layer_id: str, chosen: Chosen, codes: dict[int, str], called: Callable[[str, str], str]
) -> tuple[FacilityLine, ...]:
    """Every chosen facility of a layer, with what of it may be told; of a closed layer none."""
    layer = access.seen(registry.layer(layer_id))
    if layer is None:
        return ()
    fields = {field.name: field for field in layer.fields}
    run_by = layer.printed.run_by if isinstance(layer.printed, Sign) and layer.printed.run_by in fields else ""
    capacity = "capacity_m3_d" if "capacity_m3_d" in fields else ""
    rows = chosen(layer)
    told = {f"of_{key}": F(fields[of].orm_path) for key, of in (("name", "name"), ("run_by", run_by)) if of in fields}
    order = [F(capacity).desc(nulls_last=True), "code"] if capacity else ["code"]
    quality = "position_quality" if "position_quality" in fields else ""
    wanted = ["code", "counted_region", "lon", "lat", *filter(None, (capacity, quality))]
    return tuple(
        FacilityLine(
            layer_id,
            row["code"],
            row.get("of_name") or "",
            codes.get(row["counted_region"], ""),
            _place(index, codes.get(row["counted_region"], ""), called),
            row.get(capacity),
            (spoken(fields[run_by], row["of_run_by"]) or "") if run_by else "",
            _rounded(row["lon"]),
            _rounded(row["lat"]),
            (spoken(fields[quality], row[quality]) or "") if quality else "",
        )
        for row in rows.annotate(lon=_of_point("ST_X"), lat=_of_point("ST_Y")).order_by(*order).values(*wanted, **told)
    )


def _rounded(degrees: float | None) -> float | None:
    """To the sixth digit: a tenth of a metre."""
    return None if degrees is None else round(degrees, 6)


def _of_point(function: str) -> Func:
    """A coordinate in degrees: facilities that are listed stand at points."""
    return Func(F("geom"), function=function, output_field=FloatField())


def _place(index: RegionIndex, code: str, called: Callable[[str, str], str]) -> str:
    """The township and, where known, the village that it stands in."""
    steps = [step for step in index.path(code) if step.level >= vocab.TOWNSHIP] if code in index.by_code else []
    return " ".join(called(step.code, step.name) for step in steps)
