"""Whose reports somebody signs: those of the regions that the right to a step was given for."""

from __future__ import annotations

from typing import Any, Final, Protocol

from layers import access
from layers.access import Capability
from layers.errors import NotFound
from layers.reach import WHOLE, Reach
from layers.stats.regions import region_index

_OF: Final[dict[str, Capability]] = {access.COMPILE: "reports", access.CHECK: "publish", access.APPROVE: "publish"}


class OfRegion(Protocol):
    """A report, its job: what it is of."""

    @property
    def region(self) -> str: ...

    @property
    def unit(self) -> bool: ...

    @property
    def area(self) -> str: ...


def reaches(user: Any, permission: str, report: OfRegion) -> bool:
    """Whether somebody has a right (`access.COMPILE`, `CHECK` or `APPROVE`) to what a report is of."""
    return bool(user.has_perm(permission)) and access.reach_of(user, _OF[permission], permission).covers(_reach(report))


def concerns(user: Any, report: OfRegion) -> bool:
    """Whether a report is somebody's to work on: drafts, their commentary and secrecy are for nobody else."""
    return any(reaches(user, permission, report) for permission in _OF)


def _reach(report: OfRegion) -> Reach:
    """All divisions of a unit; the whole city for an area, which may lie anywhere, and for a unit that there is no more."""
    if report.area:
        return WHOLE
    if not report.unit:
        return Reach.of([report.region])
    try:
        return Reach.of(region_index().prefixes(report.region, unit=True)) or WHOLE
    except NotFound:
        return WHOLE
