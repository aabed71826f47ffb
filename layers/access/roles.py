"""What an account may: the sum of the roles that it was given, read at every request, so that what is taken away is gone at the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, QuerySet

from layers.access.rights import ALL_SEEN, CAPABILITIES, NOTHING, Capability, Rights
from layers.access.units import reach_of_unit
from layers.models import Grant, Region, ReportingUnit
from layers.reach import WHOLE, Reach

# What Django's superuser may, made by a command of whoever runs the machine: all but what is the auditor's alone.
OF_SUPERUSER = Rights.everywhere(*(name for name in CAPABILITIES if name != "audit"))


@dataclass(frozen=True)
class Asker:
    """Who asks, by a session or by a token whose ``scope`` bounds what is seen; ``superuser`` as Django has it."""

    id: int
    superuser: bool = False
    scope: tuple[str, ...] | None = None

    @cached_property
    def rights(self) -> Rights:
        """Read once, when something asks."""
        found = (OF_SUPERUSER if self.superuser else NOTHING) | granted(self.id)
        return lawful(found) if self.scope is None else lawful(found).only(self.scope)


def granted(account: int, among: QuerySet[Grant] | None = None) -> Rights:
    """The rights of all grants of an account, or of some of them; one for a region that is closed gives nothing in it."""
    given = Grant.objects.filter(account=account) if among is None else among
    there = Exists(Region.objects.filter(valid_to=None, code=OuterRef("code")))
    rows = given.annotate(there=there).values_list("role__capabilities", "role__everywhere", "code", "unit", "there")
    whole = NOTHING
    for capabilities, everywhere, code, unit, is_there in rows.order_by():
        reach = reach_of_unit(code) if unit else Reach.of([code] if is_there or not code else [])
        whole |= Rights.of({**_each(everywhere, WHOLE)}) | Rights.of({**_each(capabilities, reach)})
    return whole


def lawful(rights: Rights) -> Rights:
    """The same, but of who holds the three duties that are kept apart only what can be seen: none of them counts then."""
    return rights.only((*ALL_SEEN.to_dict(), "reports")) if rights.contradict else rights


def _each(names: Sequence[str], reach: Reach) -> dict[Capability, Reach]:
    return {name: reach for name in CAPABILITIES if name in names}


def gone_codes(account: int) -> list[str]:
    """The codes of regions and reporting units that roles were given for and that there are no more: such a role gives nothing."""
    given = Grant.objects.filter(account=account).exclude(code="")
    there = Region.objects.filter(valid_to=None).values("code")
    units = ReportingUnit.objects.values("code")
    gone = given.filter(unit=False).exclude(code__in=there) | given.filter(unit=True).exclude(code__in=units)
    return sorted(gone.values_list("code", flat=True))
