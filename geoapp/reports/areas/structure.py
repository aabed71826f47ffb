"""What the report of an area says, as plain values, and what lies under its map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geoapp.reports.ground import Outlined, Waters
from geoapp.reports.structure import FacilityList, ReportPeriod, TermShare
from layers.place import Place
from layers.selection import Selection
from layers.stats.absence import share
from layers.stats.divisions import Divisions


@dataclass(frozen=True, slots=True)
class AreaReport:
    """``told`` is the answer of the API, from which every figure of the report is."""

    name: str
    told: dict[str, Any]
    period: ReportPeriod
    selection: Selection
    site: str
    map_address: str
    is_public: bool  # whether the address is the one that was declared
    version: int
    changed_at: datetime | None
    synthetic: bool
    within: Divisions
    place: Place
    names_in: str
    boundaries: dict[str, tuple[tuple[str, str], ...]]
    facilities: tuple[FacilityList, ...]
    path: tuple[str, ...] = ()  # it lies in no one region
    child_level: str = ""  # its map is of no one level

    @property
    def months(self) -> tuple[str, ...]:
        return tuple(self.told["months"])

    @property
    def source_months(self) -> dict[str, tuple[int | None, ...]]:
        return {row["source"]: tuple(row["volume_l"]) for row in self.told["by_source_month"]}

    @property
    def beside_months(self) -> dict[str, tuple[int | None, ...]]:
        return {}

    @property
    def total_l(self) -> int:
        """Nought where nothing is recorded, of which nothing is drawn."""
        return self.told["volume_l"] or 0

    @property
    def purposes(self) -> tuple[TermShare, ...]:
        parts = self.told["by_purpose"]
        return tuple(
            TermShare(row["purpose"], row["volume_l"], share(row["volume_l"], self.told["volume_l"])) for row in parts
        )

    @property
    def beside(self) -> dict[str, int]:
        return {}

    @property
    def provisional(self) -> tuple[str, ...]:
        return tuple(self.told["provisional"])

    @property
    def own_months(self) -> list[int]:
        return list(range(len(self.months)))

    @property
    def provisional_months(self) -> tuple[str, ...]:
        return tuple(self.told["provisional_months"])

    @property
    def counts(self) -> dict[str, int]:
        return {row["layer"]: row["count"] for row in self.told["facilities"]}

    @property
    def is_drawn(self) -> bool:
        return bool(self.told["area"]["kind"] != "regions")


@dataclass(frozen=True, slots=True)
class AreaGround:
    """Under the map, in the plane of the place: the area, its regions (of a shape the townships it meets), what is around, and what
    stands in it. Without a shape there is no map: the area lies far from the city."""

    shape: bytes | None
    regions: tuple[Outlined, ...]
    context: tuple[Outlined, ...]
    positions: dict[str, bytes | None]
    stands: dict[str, dict[str, bytes]]
    waters: Waters | None
