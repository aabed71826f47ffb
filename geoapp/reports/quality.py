"""What the data of a region leave to be desired, by rules with counts."""

from __future__ import annotations

from django.db.models import Q, Sum

from geoapp.reports.objects import is_whole, within
from geoapp.reports.structure import RuleFinding
from layers import access, editions, registry, vocab
from layers.models import Meter, UsageSum, Well
from layers.periods import Period
from layers.stats.query import under
from layers.stats.regions import RegionInfo
from layers.wall import lifted


def findings(region: RegionInfo, prefixes: list[str], period: Period) -> tuple[RuleFinding, ...]:
    """Each rule with what it found of how many; rules that found nothing are listed too, so that silence is no gap. Those of
    objects that may not be seen are not."""
    # Counts of what is declared here and found elsewhere, or the other way.
    with lifted("findings about the registers of a region whose objects may all be seen"):
        wells = _wells(region, prefixes) if is_whole("well", prefixes) else []
        meters = _meters(prefixes) if is_whole("meter", prefixes) else []
    return (*wells, *_facilities(prefixes), *meters, *_usage(region, prefixes, period))


def _wells(region: RegionInfo, prefixes: list[str]) -> list[RuleFinding]:
    declared = Well.objects.filter(access.begins("declared_region__code", prefixes))
    here = access.begins("found_region__code", prefixes)
    of_declared = declared.count()
    counted = within("well", prefixes)
    of = counted.count()
    found = [
        RuleFinding("wells_outside_city", declared.filter(found_region=None, geom__isnull=False).count(), of_declared),
        RuleFinding("wells_without_position", declared.filter(geom=None).count(), of_declared),
        RuleFinding("wells_without_depth", counted.filter(depth_m=None).count(), of),
        RuleFinding("wells_without_year", counted.filter(year_built=None).count(), of),
        RuleFinding("wells_without_permit", counted.filter(permits=None).count(), of),
        RuleFinding("wells_unmetered", counted.filter(metering=vocab.METERING.id_of("none")).count(), of),
    ]
    if region.level == vocab.CITY:
        return found
    elsewhere = declared.exclude(found_region=None).exclude(here).count()
    # Declared by its district alone, a well is no stranger to a township of it.
    above = {
        prefix[:digits]
        for prefix in prefixes
        for digits in (*vocab.ROOT_DIGITS, *vocab.CODE_DIGITS.values())
        if digits < len(prefix)
    }
    known = access.begins("declared_region__code", prefixes) | Q(declared_region__code__in=above)
    strangers = Well.objects.filter(here, declared_region__isnull=False).exclude(known).count()
    return [
        RuleFinding("wells_found_elsewhere", elsewhere, of_declared),
        RuleFinding("wells_declared_elsewhere", strangers, of),
        *found,
    ]


def _facilities(prefixes: list[str]) -> list[RuleFinding]:
    found = []
    supply = [layer.id for layer in access.layers_of(registry.FACILITY)]
    drain = [layer.id for layer in access.layers_of(registry.SEWAGE_PLANT)]
    for rule, layer_ids, missing in (
        ("supply_without_capacity", supply, Q(capacity_m3_d=None)),
        ("supply_without_area", supply, Q(supply_areas=None)),
        ("sewage_without_capacity", drain, Q(capacity_m3_d=None)),
    ):
        rows = [within(layer_id, prefixes) for layer_id in layer_ids]
        found.append(
            RuleFinding(rule, sum(each.filter(missing).count() for each in rows), sum(r.count() for r in rows))
        )
    return found


def _meters(prefixes: list[str]) -> list[RuleFinding]:
    declared = Meter.objects.filter(access.begins("declared_region__code", prefixes))
    return [RuleFinding("meters_without_position", declared.filter(geom=None).count(), declared.count())]


def _usage(region: RegionInfo, prefixes: list[str], period: Period) -> list[RuleFinding]:
    """Records that reach no village, by why. Grain of the sums: a row a month, gap and region above."""
    months = [month.first_day for month in period.months]
    kept = UsageSum.objects.filter(
        edition=editions.OWN, level=vocab.VILLAGE, source_sel=0, purpose_sel=0, month__in=months
    )
    text, patterns = under(prefixes if region.level != vocab.CITY else [])
    inside = kept.extra(where=[text], params=patterns) if patterns else kept
    of = inside.aggregate(n=Sum("records"), volume=Sum("volume_l"))
    found = []
    for gap in (vocab.COARSER, vocab.UNASSIGNED, vocab.OUTSIDE):
        told = inside.filter(gap=gap).aggregate(n=Sum("records"), volume=Sum("volume_l"))
        rule = f"usage_{vocab.GAP.by_id[gap].code}"
        found.append(RuleFinding(rule, told["n"] or 0, of["n"] or 0, told["volume"] or 0, of["volume"] or 0))
    return found
