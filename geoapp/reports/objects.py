"""Objects of the four stages in a region: counts, capacities, and the facilities that are listed by name."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, Sum

from geoapp.reports.structure import FacilityLine, FacilityList, StageLine
from layers import access, filters, registry, vocab
from layers.models import AbstractionPermit, Region
from layers.stats.regions import RegionIndex
from layers.values import spoken

LISTED = (
    "urban_plant", "township_plant", "sewage_plant", "surface_intake", "self_built", "village_sewage_station",
    "village_station",
)  # fmt: skip


def any_prefix(path: str, prefixes: list[str]) -> Q:
    """Rows whose region's code starts with any of the prefixes."""
    condition = Q(pk__in=[])
    for prefix in prefixes:
        condition |= Q(**{f"{path}__startswith": prefix})
    return condition


def within(layer_id: str, prefixes: list[str]) -> Any:
    """The objects of a layer that count in the regions, as the map and the API count them."""
    layer = registry.layer(layer_id)
    return filters.base(layer).filter(filters.inside(layer, prefixes))


def stages(prefixes: list[str], counts: dict[str, int]) -> tuple[StageLine, ...]:
    """Take, supply, use and drain side by side. Grain: one line a kind of object."""
    permits = AbstractionPermit.objects.filter(any_prefix("declared_region__code", prefixes))
    allowed = permits.aggregate(count=Count("pk"), volume=Sum("permitted_l_per_year"))
    lines = [StageLine("take", "permit", allowed["count"], volume_l=allowed["volume"])]
    by_use = dict(within("well", prefixes).order_by().values_list("use").annotate(Count("pk")))
    lines += [StageLine("take", f"well_{term.code}", by_use.get(term.id, 0)) for term in vocab.WELL_USE]
    lines.append(StageLine("take", "surface_intake", counts["surface_intake"]))
    for layer in registry.LAYERS:
        if layer.stage == "supply" and layer.dataset is registry.FACILITY:
            lines.append(StageLine("supply", layer.id, counts[layer.id], _capacity(layer.id, prefixes)))
    lines.append(StageLine("supply", "supply_area", counts["supply_area"]))
    lines += [StageLine("use", each, counts[each]) for each in ("water_user", "meter")]
    for each in ("sewage_plant", "village_sewage_station"):
        lines.append(StageLine("drain", each, counts[each], _capacity(each, prefixes)))
    return tuple(lines)


def _capacity(layer_id: str, prefixes: list[str]) -> int | None:
    """m³ a day of those that say it; None when none does."""
    total: int | None = within(layer_id, prefixes).aggregate(total=Sum("capacity_m3_d"))["total"]
    return total


def facility_lists(index: RegionIndex, prefixes: list[str]) -> tuple[FacilityList, ...]:
    """Facilities by layer, the largest first; layers without any are left out."""
    codes = dict(Region.objects.values_list("pk", "code"))
    lists = [FacilityList(layer_id, facility_lines(index, layer_id, prefixes, codes)) for layer_id in LISTED]
    return tuple(each for each in lists if each.lines)


def facility_lines(
    index: RegionIndex, layer_id: str, prefixes: list[str], codes: dict[int, str]
) -> tuple[FacilityLine, ...]:
    """Every facility of a layer in the regions, with what of it may be told; of a closed layer none."""
    layer = access.seen(registry.layer(layer_id))
    if layer is None:
        return ()
    fields = {field.name: field for field in layer.fields}
    run_by = next((name for name in ("managed_by", "operator", "water_body") if name in fields), "")
    capacity = "capacity_m3_d" if "capacity_m3_d" in fields else ""
    rows = within(layer_id, prefixes)
    order = [F(capacity).desc(nulls_last=True), "code"] if capacity else ["code"]
    name = "name" if "name" in fields else ""
    wanted = ["code", "counted_region", *filter(None, (name, capacity, run_by))]
    return tuple(
        FacilityLine(
            layer_id,
            row["code"],
            row.get(name, ""),
            codes.get(row["counted_region"], ""),
            _place(index, codes.get(row["counted_region"], "")),
            row.get(capacity),
            (spoken(fields[run_by], row[run_by]) or "") if run_by else "",
        )
        for row in rows.order_by(*order).values(*wanted)
    )


def _place(index: RegionIndex, code: str) -> str:
    """The township and, where known, the village that it stands in."""
    steps = [step for step in index.path(code) if step.level >= vocab.TOWNSHIP] if code in index.by_code else []
    return " ".join(step.name for step in steps)
