"""Whose reports somebody signs: those of the regions that the right to a step was given for."""

from __future__ import annotations

from typing import Any, Protocol

from layers import access
from layers.errors import NotFound
from layers.reach import WHOLE, Reach
from layers.stats.regions import region_index


class OfRegion(Protocol):
    """A report, its job: what it is of."""

    @property
    def region(self) -> str: ...

    @property
    def unit(self) -> bool: ...

    @property
    def area(self) -> str: ...


class Signing:
    """How far somebody's rights to reports reach, read once for all that are looked at."""

    def __init__(self, user: Any) -> None:
        self._reaches = {each: access.reach_by(user, each) for each in (access.COMPILE, access.CHECK, access.APPROVE)}

    def may(self, permission: str, report: OfRegion) -> bool:
        """Whether a right (`access.COMPILE`, `CHECK` or `APPROVE`) reaches what a report is of."""
        return self._reaches[permission].covers(_reach(report))

    def concerns(self, report: OfRegion) -> bool:
        """Whether a report is somebody's to work on: drafts, their commentary and secrecy are for nobody else."""
        of = _reach(report)
        return any(reach.covers(of) for reach in self._reaches.values())


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
