"""The findings that the asker may see, in the order in which they are worked through; and which of them a clerk may judge."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from layers import access, registry
from layers.built import of_findings
from layers.findings.verdicts import AT_ONCE
from layers.models import Finding
from layers.quality import BY_ID
from layers.reach import NOWHERE_AT_ALL, Reach

PAGE = 50
ORDER = ("severity", "-first_seen", "-pk")  # the gravest first, then the newest
_BACK = ("-severity", "first_seen", "pk")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = 7_258_118_400_000_000  # microseconds, the year 2200


def visible() -> QuerySet[Finding]:
    """Findings that stand and that the asker may see, of both layers: never the table by itself."""
    seen = of_findings()
    rows = reduce(or_, map(access.rows_of, seen)) if seen else Finding.objects.none()
    return rows.filter(rule__in=list(BY_ID))  # what no rule finds any more goes at the next run


def reach_seen() -> Reach:
    """Where the asker may see findings at all."""
    return reduce(or_, (found.rows for found in of_findings()), NOWHERE_AT_ALL)


def within(reach: Reach) -> Q:
    """Findings that deeds of a reach hold."""
    return access.rows_in(registry.FINDING, reach)


def holds(reach: Reach, finding: Finding) -> bool:
    """The same of one that is in hand."""
    return reach.holds(finding.region.code if finding.region is not None else "")


@dataclass(frozen=True, slots=True)
class FindingAt:
    """A finding in that order: a page begins at it, so that the page stays where it is while its findings are judged away."""

    severity: int
    first_seen: datetime
    id: int

    @classmethod
    def of(cls, finding: Finding) -> FindingAt:
        return cls(finding.severity, finding.first_seen, finding.pk)

    @classmethod
    def read(cls, text: str) -> FindingAt | None:
        """What `str` wrote; None for anything else: then the list begins at its first."""
        parts = text.split("-")
        if len(parts) != 3 or len(text) > 60 or not all(one.isascii() and one.isdigit() for one in parts):
            return None
        severity, at, number = map(int, parts)
        if severity > 99 or at > _MOST or number >= 1 << 63:
            return None
        return cls(severity, _EPOCH + timedelta(microseconds=at), number)

    def __str__(self) -> str:
        return f"{self.severity}-{(self.first_seen - _EPOCH) // timedelta(microseconds=1)}-{self.id}"


def on_from(rows: QuerySet[Finding], place: FindingAt | None) -> QuerySet[Finding]:
    """Those from a place on, itself included."""
    if place is None:
        return rows.order_by(*ORDER)
    return rows.exclude(_before(place)).order_by(*ORDER)


def back_from(rows: QuerySet[Finding], place: FindingAt) -> QuerySet[Finding]:
    """Those before a place, the nearest first."""
    return rows.filter(_before(place)).order_by(*_BACK)


def _before(place: FindingAt) -> Q:
    same = Q(severity=place.severity)
    return (
        Q(severity__lt=place.severity)
        | (same & Q(first_seen__gt=place.first_seen))
        | (same & Q(first_seen=place.first_seen, pk__gt=place.id))
    )


@dataclass(frozen=True, slots=True)
class AllShown:
    """All findings of a list that one act may judge: how many, and a digest of which they are on which evidence.

    The digest goes into the form and comes back with the verdict: who judges all of a list judges those that were there when it was shown.
    """

    seen: dict[str, str]  # by code the hash of the evidence

    @classmethod
    def of(cls, rows: QuerySet[Finding]) -> AllShown | None:
        """None of more than one act may judge."""
        found = list(rows.order_by().values_list("code", "evidence_hash")[: AT_ONCE + 1])
        return cls(dict(found)) if len(found) <= AT_ONCE else None

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(sorted(self.seen.items())).encode()).hexdigest()[:32]

    def __len__(self) -> int:
        return len(self.seen)


def beside(rows: QuerySet[Finding]) -> QuerySet[Any]:
    """With what a row of the list says of each."""
    return rows.select_related("region", "verdict")


def first(rows: QuerySet[Finding], most: int) -> list[Finding]:
    """The first of rows in their order, with what is beside them: found by narrow rows, as a hundred thousand wide ones take long to sort."""
    ids = list(rows.values_list("pk", flat=True)[:most])
    found = beside(Finding.objects.filter(pk__in=ids)).in_bulk()
    return [found[pk] for pk in ids if pk in found]
