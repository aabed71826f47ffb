"""What the data of a region leave to be desired: what the rules of quality found, by rule, of how many objects."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, Sum

from geoapp.reports.objects import is_whole, within
from geoapp.reports.structure import RuleFinding
from layers import access, editions, registry, vocab
from layers.models import Finding, Meter, UsageSum, Well
from layers.periods import Period
from layers.quality import BY_CODE
from layers.stats.query import under
from layers.stats.regions import RegionInfo
from layers.wall import lifted

# Of wells that count in the region: as a report calls it, the rule.
_OF_WELLS = (
    ("wells_without_depth", "well_without_depth"),
    ("wells_without_year", "well_without_year"),
    ("wells_without_permit", "well_without_permit"),
    ("wells_unmetered", "well_unmetered"),
)


def findings(region: RegionInfo, prefixes: list[str], period: Period) -> tuple[RuleFinding, ...]:
    """Each rule with what it found of how many; rules that found nothing are listed too, so that silence is no gap. Those of
    objects that may not be seen are not."""
    # Counts of what is declared here and found elsewhere, or the other way.
    with lifted("findings about the registers of a region whose objects may all be seen"):
        wells = _wells(region, prefixes) if is_whole("well", prefixes) else []
        meters = _meters(prefixes) if is_whole("meter", prefixes) else []
    return (*wells, *_facilities(prefixes), *meters, *_usage(region, prefixes, period))


def _standing(rule: str, dataset: str) -> QuerySet[Finding]:
    return Finding.objects.filter(standing=True, rule=BY_CODE[rule].id, dataset=dataset)


def _of(rule: str, objects: QuerySet[Any], dataset: str) -> int:
    """How many of some objects a rule finds something wrong with, one by one."""
    return _standing(rule, dataset).filter(object_ids__0__in=objects.values("pk")).count()


def _here(prefixes: list[str]) -> Q:
    """Findings whose division, which is to mend them, is the region or lies in it."""
    return access.begins("region__code", prefixes)


def _wells(region: RegionInfo, prefixes: list[str]) -> list[RuleFinding]:
    of_declared = Well.objects.filter(access.begins("declared_region__code", prefixes)).count()
    of = within("well", prefixes).count()
    here = _here(prefixes)
    found = [
        RuleFinding("wells_outside_city", _standing("position_outside", "well").filter(here).count(), of_declared),
        RuleFinding("wells_without_position", _standing("position_missing", "well").filter(here).count(), of_declared),
        *(RuleFinding(name, _of(rule, within("well", prefixes), "well"), of) for name, rule in _OF_WELLS),
    ]
    if region.level == vocab.CITY:
        return found
    strayed = _standing("position_elsewhere", "well")
    lies_here = access.begins("evidence__found", prefixes)
    return [
        RuleFinding("wells_found_elsewhere", strayed.filter(here).exclude(lies_here).count(), of_declared),
        RuleFinding("wells_declared_elsewhere", strayed.filter(lies_here).exclude(here).count(), of),
        *found,
    ]


def _facilities(prefixes: list[str]) -> list[RuleFinding]:
    found = []
    for name, rule, dataset in (
        ("supply_without_capacity", "facility_without_capacity", registry.FACILITY),
        ("supply_without_area", "facility_without_area", registry.FACILITY),
        ("sewage_without_capacity", "sewage_without_capacity", registry.SEWAGE_PLANT),
    ):
        of = [within(layer.id, prefixes) for layer in access.layers_of(dataset)]
        theirs = sum(_of(rule, each, dataset.name) for each in of)
        found.append(RuleFinding(name, theirs, sum(each.count() for each in of)))
    return found


def _meters(prefixes: list[str]) -> list[RuleFinding]:
    declared = Meter.objects.filter(access.begins("declared_region__code", prefixes))
    missing = _standing("position_missing_of_person", "meter").filter(_here(prefixes))
    return [RuleFinding("meters_without_position", missing.count(), declared.count())]


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
