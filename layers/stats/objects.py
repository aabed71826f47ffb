"""What one object used, month by month, and what its permits allow.

A meter and a supply facility are measured themselves; a well and a user by their meters, each counted whole: what a meter
shares with other wells or users is told beside, and divided by nobody. Of a permit and a holder see `permitted`. The grain of every figure is (object, month, source);
corrections are in it. A month without a record of the object is None, which is no 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet, Sum, Value

from layers import access, registry, vocab
from layers.models import AbstractionPermit, Meter, Region, UsageRecord
from layers.periods import Month, Period
from layers.registry import Layer
from layers.stats import like, permitted, query
from layers.stats.absence import added, ratio, share
from layers.stats.divisions import today
from layers.stats.provisional import marks
from layers.wall import lifted

MONTHS_OF_YEAR = 12
PERMITS_MOST = 200
METERS_NAMED = 50  # in an address

# Litres by source, and in it by month: those with a record.
Volumes = dict[int, dict[Month, int]]


def use(layer: Layer, found: Any) -> dict[str, Any]:
    """The litres of an object of a layer that has any (``litres_of``), by month and source, by year, and against its permits;
    ``closed`` and nothing else where they may not be seen.
    """
    if not is_told(layer, found):
        return {"closed": True}
    months = query.available_months()
    meters = _meters(layer, found)
    volumes = _volumes_of(layer, _records(layer, found, meters, months))
    of_month = {month: added(row.get(month) for row in volumes.values()) for month in months}
    permits = _permits(layer, found)
    points = permitted.points(found) if layer.dataset.litres_of == "its_permits" else None
    shared = _shared(layer, found, meters)
    return {
        "closed": False,
        "months": [str(month) for month in months],
        "provisional": _provisional(found, [month for month, litres in of_month.items() if litres is not None]),
        "volume_l": list(of_month.values()),
        "by_source_month": [
            {"source": vocab.SOURCE.by_id[source].code, "volume_l": [row.get(month) for month in months]}
            for source, row in sorted(volumes.items())
        ],
        "years": _years(
            {month: litres for month, litres in of_month.items() if litres is not None},
            permits,
            alone=not any(permit["others"] for permit in permits) and (points is None or shared is None),
        ),
        "meters": None if meters is None else len(meters),
        "shared": shared,
        "permits": permits,
        "points": points,
        "records": _named(layer, found, meters),
    }


def _provisional(found: Any, months: Sequence[Month]) -> list[str]:
    """The months of an object that are provisional where it counts now; of one that counts nowhere, anywhere."""
    held = marks(today()).within(months)
    counted = getattr(found, "counted_region", None) or getattr(found, "declared_region_id", None)
    code = Region.objects.filter(pk=counted).values_list("code", flat=True).first() if held.every and counted else None
    return held.of([code] if code else [])


def is_told(layer: Layer, found: Any) -> bool:
    """Whether it may be seen what an object used: what a meter says is a household's or a firm's own."""
    if layer.dataset.litres_of == "facility":
        return access.tells(layer, "name", found)
    meters = access.seen(registry.published(registry.METER.name))
    return meters is not None and access.counts_within(layer.dataset, found, meters.rows)


def _link_to(model: Any) -> str:
    """The field of a meter that leads to what it measures of a model."""
    return next(field.name for field in Meter._meta.many_to_many if field.related_model is model)


def _meters(layer: Layer, found: Any) -> list[int] | None:
    """The meters of an object that is measured by them; None of one that is measured itself."""
    if layer.dataset.litres_of == "its_permits":
        return permitted.meters_of(found)
    if layer.dataset.litres_of != "its_meters":
        return None
    return list(access.objects_of(Meter).filter(**{_link_to(type(found)): found}).values_list("pk", flat=True))


def _records(layer: Layer, found: Any, meters: list[int] | None, months: Sequence[Month]) -> QuerySet[UsageRecord]:
    """The records of an object. Those of meters have an index; those of facilities are found month by month in the one of all."""
    if layer.dataset.litres_of == "facility":
        days = [month.first_day for month in months]
        return UsageRecord.objects.filter(month__in=days, meter=None, facility=found, region=None)
    return UsageRecord.objects.filter(meter__in=[found.pk] if meters is None else meters)


def _named(layer: Layer, found: Any, meters: list[int] | None) -> dict[str, Any] | None:
    """The field, and its values, by which the table of usage records gives those of an object; None where there are too many
    meters to name, or some cannot be in a list that commas divide.
    """
    if meters is None:
        return {"field": str(layer.dataset.litres_of), "codes": [found.code]}
    if not 0 < len(meters) <= METERS_NAMED:
        return None
    codes = list(Meter.objects.filter(pk__in=meters).order_by("code").values_list("code", flat=True))
    return None if any("," in code for code in codes) else {"field": "meter", "codes": codes}


def _volumes_of(layer: Layer, records: QuerySet[UsageRecord]) -> Volumes:
    if layer.dataset.litres_of != "facility":
        return _volumes(records)
    with lifted("what a facility used is told with its name, and a public one's name to all"):
        return _volumes(records)


def _volumes(records: QuerySet[UsageRecord]) -> Volumes:
    volumes: Volumes = {}
    for source, day, litres in records.order_by().values_list("source", "month").annotate(Sum("volume_l")):
        volumes.setdefault(source, {})[Month.of(day)] = litres
    return volumes


def _shared(layer: Layer, found: Any, meters: list[int] | None) -> dict[str, Any] | None:
    """What an object is measured by together with others of its kind, in litres; of a meter, how many users it measures."""
    if meters is None:
        users = found.users.count() if isinstance(found, Meter) else 0
        return {"users": users} if users > 1 else None
    if layer.dataset.litres_of == "its_permits":
        several = permitted.shared_meters(found, meters)
    else:
        of_meters = Meter.objects.filter(pk__in=meters).annotate(measured=Count(_link_to(type(found))))
        several = list(of_meters.filter(measured__gt=1).values_list("pk", flat=True))
    if not several:
        return None
    volumes = _volumes(UsageRecord.objects.filter(meter__in=several))
    return {"meters": len(several), "volume_l": added(litres for row in volumes.values() for litres in row.values())}


def _permits(layer: Layer, found: Any) -> list[dict[str, Any]]:
    """The permits of an object, each with how many others of its kind it allows as well; a holder's are its own alone."""
    if layer.dataset.litres_of == "its_permits":
        counted = permitted.permits_of(found).annotate(together=Value(1))
    elif getattr(found, "permits", None) is None:
        return []
    else:
        relation = type(found)._meta.get_field("permits").related_query_name()
        seen = access.objects_of(AbstractionPermit)
        counted = seen.filter(pk__in=found.permits.values("pk")).annotate(together=Count(relation))
    return [
        {
            "code": permit.code,
            "permitted_l_per_year": permit.permitted_l_per_year,
            "valid_from": permit.valid_from and permit.valid_from.isoformat(),
            "valid_to": permit.valid_to and permit.valid_to.isoformat(),
            "others": permit.together - 1,
        }
        for permit in counted.order_by("code")[:PERMITS_MOST]
    ]


def _years(volumes: dict[Month, int], permits: list[dict[str, Any]], *, alone: bool) -> list[dict[str, Any]]:
    """Each calendar year with a record: its litres, the change from the same months of the year before, and its permits.
    ``alone`` says whether litres and permits are the object's alone.
    """
    found = []
    for year in sorted({month.year for month in volumes}):
        whole = Period(Month(year, 1), Month(year, MONTHS_OF_YEAR))
        litres = _in(volumes, whole)
        months = sum(month.year == year for month in volumes)
        pair = like.pair(whole, whole.year_before(), list(volumes))
        previous = _in(volumes, pair.versus) if pair else None
        allowed = _permitted(permits, year)
        found.append(
            {
                "year": year,
                "months": months,
                "volume_l": litres,
                "like": str(pair.period) if pair else None,
                "previous_l": previous,
                "change": ratio(_in(volumes, pair.period), previous) if pair else None,
                "permitted_l": allowed,
                # Of a whole year, and of what is the object's alone: else it would say less, or more, than is used of it.
                "of_permitted": share(litres, allowed) if alone and months == MONTHS_OF_YEAR else None,
            }
        )
    return found


def _in(volumes: dict[Month, int], period: Period) -> int | None:
    return added(volumes.get(month) for month in period.months)


def _permitted(permits: list[dict[str, Any]], year: int) -> int | None:
    """What the permits that are valid on any day of a year allow in it."""
    first, last = f"{year}-01-01", f"{year}-12-31"
    return added(
        permit["permitted_l_per_year"]
        for permit in permits
        if (permit["valid_from"] or first) <= last and (permit["valid_to"] or last) >= first
    )
