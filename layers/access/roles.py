"""What an account may: the sum of the roles that it was given, read anew whenever what decides it has changed, so that what is taken
away is gone at the next request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Exists, OuterRef, QuerySet

from layers.access.rights import ALL_SEEN, CAPABILITIES, NOTHING, Capability, Rights
from layers.access.units import reach_of_unit
from layers.models import Grant, Region, ReportingUnit
from layers.reach import WHOLE, Reach

# What Django's superuser may, made by a command of whoever runs the machine: all but what is the auditor's alone.
OF_SUPERUSER = Rights.everywhere(*(name for name in CAPABILITIES if name != "audit"))


_KEPT = 4096  # accounts and tokens


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, by a session or by a token whose ``scope`` bounds what is seen; ``superuser`` as Django has it.

    ``as_of`` where it was found out before, for an earlier request: it holds while nothing that decides rights has changed since
    (`Posture.rights_as_of`); None where it was found out for this one.
    """

    id: int
    superuser: bool = False
    scope: tuple[str, ...] | None = None
    as_of: str | None = field(default=None, compare=False)

    def holds(self, rights_as_of: str) -> bool:
        return self.as_of is None or self.as_of == rights_as_of

    def rights(self, rights_as_of: str) -> Rights:
        """Kept as long as nothing that decides them changes: ``rights_as_of`` was read before they are, or with them."""
        return _rights(self, rights_as_of) if rights_as_of else _rights.__wrapped__(self, rights_as_of)


@lru_cache(_KEPT)
def _rights(asker: Asker, rights_as_of: str) -> Rights:
    found = lawful((OF_SUPERUSER if asker.superuser else NOTHING) | granted(asker.id))
    return found if asker.scope is None else found.only(asker.scope)


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
