"""What an entry of the registry says: the words in which `layers.registry` is written and everything else reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from layers import icons
from layers.fields import OF_CELLS, OF_REGIONS, Dataset, Field, Geometry
from layers.icons import Icon
from layers.reach import WHOLE, Reach
from layers.words import Worded, Words

# What somebody has to be able to see of a layer before anything: it is as public as the figures, or its objects are told one by one.
# Persons are objects that only who sees personal data is told of.
# Finer than a township a figure may be one user's: told to who sees objects somewhere, as that is who knows users already.
Need = Literal["figures", "fine", "objects", "persons"]
Stage = Literal["region", "take", "supply", "use", "drain", "quality", "ground"]
WAY: tuple[Stage, ...] = ("take", "supply", "use", "drain")  # the water's
STAGES: Mapping[Stage, Words] = MappingProxyType(
    {
        "take": Words("取水", "Take"),
        "supply": Words("供水", "Supply"),
        "use": Words("用水", "Use"),
        "drain": Words("排水", "Drain"),
        "region": Words("行政区划", "Regions"),
        "quality": Words("数据质量", "Data quality"),
        "ground": Words("底图", "Base map"),
    }
)
"""What each is called, in the order in which they are listed: the water's way, then what it is counted in, and what lies underneath."""


@dataclass(frozen=True, slots=True)
class UsageOf:
    """Where the usage of a layer's features is kept (see `layers.stats.carried`): of the regions of a level, or of the
    grid units of a size in metres.
    """

    kept: Literal["region", "grid"]
    at: int

    @property
    def monthly(self) -> bool:
        """Whether features can carry their months one by one: pages get those of regions from the series instead."""
        return self.kept == "grid"


@dataclass(frozen=True, slots=True)
class Sign:
    """A facility in reports: a regular polygon of its own, in mm of paper, and its place in the lists by name."""

    order: int
    corners: int
    radius: float
    turn: float = 0.0  # of its first corner from the north, clockwise, in radians
    run_by: str = ""  # the field that is told beside the name


@dataclass(frozen=True, slots=True)
class Dot:
    """Objects by the thousand in reports: dots of so many mm, or none where they would be one blot."""

    width: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)  # one object a layer: compared and hashed as itself
class Layer(Worded):
    """A published slice of a dataset: what the map shows, tiles carry and feeds list under one name."""

    id: str
    zh: str
    en: str
    stage: Stage
    dataset: Dataset
    scope: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    min_zoom: int = 0
    max_zoom: int = 16  # tiles are made to here; maps overzoom beyond
    detail_zoom: int = 0  # below it a point layer's tiles hold clusters whose counts add up to the layer's
    color: str = "#1f6f8b"
    icon: Icon = icons.CIRCLE
    printed: Sign | Dot = Dot()  # how a report draws its objects, and whether it lists them by name
    told_by: str = ""  # the term by which a report tells how many there are, one line each
    needs: Need = "objects"
    personal: Mapping[str, str] = field(default_factory=dict)  # fields of this layer alone that are, and why
    usage: UsageOf | None = None  # its features can carry the usage of a period
    temporal: tuple[str, ...] = ()  # the field of its month, or those of the first and last day that it is true
    made_by: str = ""  # of a derived layer: the command that builds it
    # Of a layer as somebody may see it (`layers.access.seen`): whose rows, and which fields of which rows are told.
    rows: Reach = WHOLE
    told_in: Reach = WHOLE
    told_there: Mapping[str, str] = field(
        default_factory=dict
    )  # by the name that such a field has in a query, its path

    @property
    def geometry(self) -> Geometry:
        return self.dataset.geometry

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.dataset.fields

    @property
    def with_usage(self) -> bool:
        return self.usage is not None

    def datasets(self, *, usage: bool = False) -> tuple[str, ...]:
        """The datasets whose versions make up the version of this layer's answers, or of those with usage in them."""
        from layers import dependencies  # which reads the list of datasets, and that the modules of `layers.more`

        figures = (OF_CELLS if self.dataset.builds else OF_REGIONS) if usage else ()
        return dependencies.behind(self.dataset.name, *figures)

    @property
    def tile_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.tile)

    @property
    def listed_fields(self) -> tuple[Field, ...]:
        """What a feature list shows: all but the links, which only the single feature spells out."""
        return tuple(f for f in self.fields if f.kind != "links")


def scope(**values: object) -> Mapping[str, object]:
    """A layer's slice of its dataset: stored values by ORM path."""
    return MappingProxyType(values)
