"""What is taken under permits, as far as meters say it: those at the wells that they permit, and those of their users.

A well's meters all count. A user's count where they measure water that the user takes itself (`OWN_WATER`) and are at
no well: tap water needs no permit of theirs, and a meter at a well is that well's. Surface intakes are metered by nothing here. What
has no meter is told in numbers beside the litres, and so is what meters measure for other permits as well: they are counted
whole, and divided by nobody.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from layers import access, vocab
from layers.models import AbstractionPermit, Meter, SurfaceIntake, WaterUser, Well
from layers.wall import lifted

# Water that a user takes from the ground or from a river itself.
OWN_WATER = frozenset(vocab.SOURCE.id_of(code) for code in ("self_built_well", "surface_water"))


def permits_of(found: Any) -> QuerySet[AbstractionPermit]:
    """A permit itself; of a holder, those that it holds."""
    mine = Q(pk=found.pk) if isinstance(found, AbstractionPermit) else Q(holder=found)
    return access.objects_of(AbstractionPermit).filter(mine)


def meters_of(found: Any) -> list[int]:
    """The meters that measure what is taken under the permits of an object, each once."""
    return list(access.objects_of(Meter).filter(_under(permits_of(found))).values_list("pk", flat=True))


def shared_meters(found: Any, meters: list[int]) -> list[int]:
    """Those of them that measure what is taken under permits of others as well."""
    others = AbstractionPermit.objects.exclude(pk__in=permits_of(found).values("pk"))
    with lifted("whose others are is not told, but that there are some"):
        return list(Meter.objects.filter(_under(others), pk__in=meters).values_list("pk", flat=True))


def _under(permits: QuerySet[AbstractionPermit]) -> Q:
    ids = permits.values("pk")
    at_wells = Meter.wells.through.objects.filter(
        well__in=Well.permits.through.objects.filter(abstractionpermit__in=ids).values("well")
    )
    at_users = Meter.users.through.objects.filter(
        wateruser__in=WaterUser.permits.through.objects.filter(abstractionpermit__in=ids).values("wateruser")
    )
    at_any_well = Meter.wells.through.objects.filter(meter=OuterRef("pk"))
    return Q(pk__in=at_wells.values("meter")) | Q(pk__in=at_users.values("meter"), source__in=OWN_WATER) & ~Q(
        Exists(at_any_well)
    )


def points(found: Any) -> list[dict[str, Any]]:
    """What the permits allow, by kind: how many there are, and how many of them meters measure."""
    ids = permits_of(found).values("pk")
    wells, users = (access.objects_of(model).filter(permits__in=ids).distinct() for model in (Well, WaterUser))
    own = Meter.objects.filter(users=OuterRef("pk"), source__in=OWN_WATER)
    at_well = Meter.objects.filter(wells=OuterRef("pk"))
    with lifted("a meter of what is told may count elsewhere: that there is one is told"):
        counted = (
            ("wells", wells.count(), wells.filter(Exists(at_well)).count()),
            ("intakes", access.objects_of(SurfaceIntake).filter(permits__in=ids).distinct().count(), 0),
            ("users", users.count(), users.filter(Exists(own)).count()),
        )
    return [{"kind": kind, "count": count, "metered": metered} for kind, count, metered in counted if count]
