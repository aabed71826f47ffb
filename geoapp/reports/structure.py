"""Everything that a report says, as plain values: litres, counts, ratios, codes and names, in no other words and no format.

Litres are None where nothing is recorded: that is no data, and not nought (`layers.stats.absence`).
Whatever form the report takes (page, PDF, workbook, picture) reads these and computes nothing of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from layers.place import Place
from layers.printed import Note
from layers.stats.absence import share
from layers.stats.divisions import Divisions
from layers.stats.percentile import Standing
from layers.stats.population import Count


@dataclass(frozen=True, slots=True)
class ComparedVolume:
    """A volume beside that of another period; ``period`` is empty when that one is not there whole."""

    kind: str  # "year": the same months a year before; "previous": the period just before
    period: str
    before_l: int | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class TermShare:
    """One term of a vocabulary and its share of the whole."""

    code: str
    volume_l: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class HeldWater:
    """What of all that is recorded is in the figures of a level's regions, and what is not. In litres.

    A figure of regions shows a part of the water: what is known only higher up (``coarser``), what is assigned to no region and
    what lies outside are in none of them. ``hidden`` has these by why, and nothing that is nought.
    """

    level: str
    recorded_l: int
    hidden: Mapping[str, int]
    residents_l: int | None = None  # of the region that the figures are of
    residents_held_l: int | None = None  # and of these in the regions of the level

    @property
    def hidden_l(self) -> int:
        return sum(self.hidden.values())

    @property
    def share(self) -> float | None:
        """The part of the water that the level shows."""
        return share(self.recorded_l - self.hidden_l, self.recorded_l)

    @property
    def residents_hidden(self) -> float | None:
        """The part of the residents' water that it does not show."""
        return share((self.residents_l or 0) - (self.residents_held_l or 0), self.residents_l)


@dataclass(frozen=True, slots=True)
class Rank:
    """The place among the regions of a level inside ``scope``, the largest first."""

    measure: str  # "volume" or "per_km2"
    scope: str
    level: str
    place: int
    of: int
    held: HeldWater  # what of the scope's water the ranked regions show


@dataclass(frozen=True, slots=True)
class RegionLine:
    """One region of a table of regions."""

    code: str
    name: str
    parent: str
    volume_l: int | None
    share: float | None
    area_km2: float
    m3_per_km2: float | None
    change_year: float | None
    change_previous: float | None


@dataclass(frozen=True, slots=True)
class CrossedUse:
    """Litres of a level's regions by each term of a vocabulary, all of the report's water: what lies in none of the regions too."""

    level: str
    by: str  # "source" or "purpose"
    litres: Mapping[
        tuple[str, str], int
    ]  # of a region's code, or of why it is in none, and a term; none where nothing is recorded


@dataclass(frozen=True, slots=True)
class StageLine:
    """One kind of object of a stage: how many, and what they can take, supply or treat where that is known."""

    stage: str
    item: str  # a layer or a table
    count: int
    capacity_m3_d: int | None = None
    allowed_l_per_year: int | None = None  # by permits, which is not what was taken
    term: str = ""  # where a layer is told term by term


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """One rule of quality: how many objects it found, of how many; of records their litres too.

    A few records may hold much of the water, so that the share of records is that of their litres.
    """

    rule: str
    count: int
    of: int | None = None
    volume_l: int | None = None
    of_l: int | None = None

    @property
    def share(self) -> float | None:
        return share(self.count, self.of) if self.of_l is None else share(self.volume_l, self.of_l)


@dataclass(frozen=True, slots=True)
class FacilityLine:
    """One facility of the printed list."""

    layer: str
    code: str
    name: str
    region: str  # code of the finest region it counts in, empty where none is known
    place: str
    capacity_m3_d: int | None
    run_by: str
    lon: float | None = None  # degrees of CGCS2000; None where it has no position
    lat: float | None = None
    position: str = ""  # how good it is, as the register or the demo says


@dataclass(frozen=True, slots=True)
class FacilityList:
    """Every facility of one layer in the region, numbered on from the list before."""

    layer: str
    lines: tuple[FacilityLine, ...]
    first: int = 1

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


@dataclass(frozen=True, slots=True)
class MapClasses:
    """The legend classes of a level and measure, as the statistics API gives them."""

    measure: str
    breaks: tuple[float, ...]
    method: str


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """The period asked for and how much of it has data."""

    text: str
    first: str
    last: str
    months: int
    missing: tuple[str, ...]


class Mapped(Protocol):
    """What a map or chart says of the report that it belongs to."""

    @property
    def name(self) -> str: ...
    @property
    def place(self) -> Place: ...
    @property
    def within(self) -> Divisions: ...
    @property
    def site(self) -> str: ...
    @property
    def is_public(self) -> bool: ...
    @property
    def boundaries(self) -> dict[str, tuple[tuple[str, str], ...]]: ...
    @property
    def child_level(self) -> str: ...
    @property
    def changed_at(self) -> datetime | None: ...
    @property
    def version(self) -> int: ...
    @property
    def synthetic(self) -> bool: ...
    @property
    def counts(self) -> dict[str, int]: ...
    @property
    def period(self) -> ReportPeriod: ...
    @property
    def months(self) -> tuple[str, ...]: ...
    @property
    def source_months(self) -> dict[str, tuple[int | None, ...]]: ...
    @property
    def beside_months(self) -> dict[str, tuple[int | None, ...]]: ...
    @property
    def own_months(self) -> list[int]: ...
    @property
    def provisional_months(self) -> tuple[str, ...]: ...


class Printed(Mapped, Protocol):
    """What page, DOCX and drawings say of a report of any kind."""

    @property
    def names_in(self) -> str: ...
    @property
    def path(self) -> tuple[str, ...]: ...
    @property
    def map_address(self) -> str: ...
    @property
    def provisional(self) -> tuple[str, ...]: ...
    @property
    def total_l(self) -> int: ...
    @property
    def purposes(self) -> tuple[TermShare, ...]: ...
    @property
    def beside(self) -> dict[str, int]: ...
    @property
    def facilities(self) -> tuple[FacilityList, ...]: ...


@dataclass(frozen=True, slots=True)
class PerHead:
    """A figure for a person or a household, of all use and of what people use at home, and by which count."""

    measure: str
    value: float
    at_home: float | None
    counted: Count


@dataclass(frozen=True, slots=True)
class Report:
    """A region's report. Volumes in litres, areas in km², capacities in m³ a day."""

    code: str
    name: str
    level: str
    path: tuple[str, ...]
    period: ReportPeriod
    site: str
    map_address: str
    is_public: bool  # whether others than who asked can be expected to open it
    version: int
    changed_at: datetime | None
    synthetic: bool
    within: Divisions  # what its regions and outlines are of
    place: Place  # whose region it is, and in which plane it is measured and drawn
    names_in: str  # the language that names of divisions and units are in, the only words there are
    boundaries: dict[
        str, tuple[tuple[str, str], ...]
    ]  # by level, the coarsest first: (source, quality) of the outlines drawn
    bounds: tuple[float, float, float, float] | None

    total_l: int  # everything recorded, what lies in no region included: the base of every share of a table
    unassigned_l: int | None
    outside_l: int | None
    area_km2: float
    m3_per_km2: float | None
    share_of_city: float | None
    changes: tuple[ComparedVolume, ...]
    residents_l: int | None  # in the region; with what lies in none they are the total
    others_l: int | None
    sources: tuple[TermShare, ...]
    purposes: tuple[TermShare, ...]
    ranks: tuple[Rank, ...]

    # Every month of the period that is told; of a period inside one year the others of that year too, beside which charts show it.
    months: tuple[str, ...]
    source_months: dict[str, tuple[int | None, ...]]
    beside_months: dict[str, tuple[int | None, ...]]  # of what lies in no region, by why
    child_level: str
    children: tuple[RegionLine, ...]
    grand_level: str  # the level below the children, as a second map shows it; empty where there is none
    grandchildren: tuple[RegionLine, ...]
    held: dict[str, HeldWater]  # by level: what the figures of children and grandchildren show of it all
    crossed: tuple[CrossedUse, ...]  # the same figures by source and by purpose
    classes: dict[str, MapClasses]  # of the whole city, by the level and measure of each map: "township/volume"

    counts: dict[str, int]
    stages: tuple[StageLine, ...]
    facilities: tuple[FacilityList, ...]
    findings: tuple[RuleFinding, ...]
    per_head: tuple[PerHead, ...] = ()
    standing: Standing | None = None  # of a month among the same month of earlier years
    former: int | None = None  # of how many there are figures; None of other periods
    provisional: tuple[str, ...] = ()  # months of the period that may still change
    provisional_notes: tuple[str, ...] = ()
    provisional_months: tuple[str, ...] = ()  # those of ``months``
    notes: tuple[Note, ...] = ()  # where the print behind the figures contradicts itself
    own_classes: dict[str, MapClasses] = field(
        default_factory=dict
    )  # of the region alone, where those of the city tell little

    @property
    def beside(self) -> dict[str, int]:
        """What was recorded and lies in no region, by why; nothing where nothing is recorded so."""
        told = {"unassigned": self.unassigned_l, "outside": self.outside_l}
        return {why: litres for why, litres in told.items() if litres is not None}

    @property
    def own_months(self) -> list[int]:
        """Which of the months are of the period itself."""
        return [at for at, month in enumerate(self.months) if self.period.first <= month <= self.period.last]
