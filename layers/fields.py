"""What a dataset and its fields are: the words in which `layers.datasets` is written and everything else reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from layers import vocab
from layers.shapes import SHAPES, Geometry, Shape
from layers.vocab import Vocab
from layers.words import Worded

FieldKind = Literal["text", "integer", "number", "date", "term", "region", "code", "links"]
NOWHERE = ""  # of what counts in no region: it lies in all that its shape meets
SUMS, GRIDDED = "sums", "gridded"  # what is derived from the datasets: litres by region, and by grid unit
# What figures are read off, by where they are of: both say which months are provisional, and those of regions are told for a person
# too.
OF_REGIONS = (SUMS, "population", "provisional")
OF_CELLS = (SUMS, GRIDDED, "provisional")
TEXTS = ("text", "code", "links")  # the kinds of field that can name somebody


@dataclass(frozen=True, slots=True)
class Field(Worded):
    """One property of a dataset, with its name in API, tile and file.

    ``path`` is where the ORM finds it (the name itself unless told). A ``term`` is stored as an id of ``vocab`` and
    spoken as its slug; a ``region`` is a division code; a ``code`` names one object of ``refers_to`` and ``links``
    any number of them (in files: codes joined by ``;``).
    """

    name: str
    zh: str
    en: str
    kind: FieldKind = "text"
    path: str = ""
    vocab: Vocab | None = None
    unit: str = ""
    per_unit: int = 1  # how many of what is stored make one of ``unit``: litres said as m³
    refers_to: str = ""
    required: bool = False  # a file must have it, in every row
    imported: bool = True  # False: found or computed, never read from a file
    tile: bool = False
    filter: bool = False
    capitals: bool = False  # a code made here, in capitals alone
    low: float | None = None  # the least and the greatest value that an import takes, in ``unit``
    high: float | None = None
    unusual: float | None = None  # above it a value is taken when somebody has said that it is right
    # Of a text, why it may be told, or why it may not while its rows are: one of the two. One of which neither is said is
    # not told (`layers.access`).
    public: str = ""
    personal: str = ""
    aliases: tuple[str, ...] = ()  # column headings met in files, besides name, zh and en

    @property
    def orm_path(self) -> str:
        return self.path or self.name

    @property
    def is_code(self) -> bool:
        """Whether it names an object, its own or another: codes are found in any case."""
        return self.kind == "code" or self.name == "code"

    def told(self, why: str) -> Field:
        """The field as one that may be told."""
        return replace(self, public=why)

    def kept_back(self, why: str) -> Field:
        """The field as one that is personal."""
        return replace(self, personal=why)


@dataclass(frozen=True, slots=True)
class Leap:
    """From how many times the largest of the twelve months before an amount of a month is asked about, if it is at least so
    many of what is stored, and so many of those months are known."""

    times: int
    least: int
    months: int = 1


@dataclass(frozen=True, slots=True)
class Dataset(Worded):
    """A table that is imported as a whole and versioned; rows are identified by ``code`` unless told otherwise."""

    name: str
    zh: str
    en: str
    model: str  # "app.Model" of the published rows
    geometry: Geometry
    fields: tuple[Field, ...]
    counted: str = "counted_region"  # where the ORM finds the region that a row counts in; or `NOWHERE`
    # Where it finds the regions that decide who may see a row (`layers.access.rows`), of several any; unless told where it counts.
    reached: tuple[str, ...] = ()
    finest: int = vocab.VILLAGE  # the finest level that region can have
    builds: str = ""  # of a derived dataset: the model that says which slices of it are built
    personal: str = ""  # why every row is somebody's, where it is
    # Of what stands at a point, for search: what people look for first comes first among equally good matches.
    search_order: int = 50
    search_names: bool = True  # False where names are made from codes or run to six figures: codes are matched alone
    spelt: bool = False  # True where names are few and public: found by pinyin too
    # Where the usage records of one of its objects are: its own, by which column of theirs, those of its meters, or those of
    # the meters at what it permits; or nowhere.
    litres_of: Literal["", "meter", "facility", "its_meters", "its_permits"] = ""
    # Of amounts by month: what is no more plausible beside what was before, of an object and of a division.
    object_leap: Leap | None = None
    region_leap: Leap | None = None
    # Of what lies underneath, by the thousand: up to which zoom which column of its table has its shapes, simplified when they were
    # written; beyond the last the tiles' own. Its columns ``drawn_from`` and ``drawn_to`` say at which zooms a row is drawn at all.
    bands: tuple[tuple[int, str], ...] = ()
    # What else a write of its rows makes different: datasets whose rows are counted elsewhere then, and what is derived.
    makes_different: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    @property
    def placed(self) -> bool:
        """Whether its rows have a position and are looked up in the village boundaries."""
        return self.geometry == "point" and self.counted == "counted_region"

    @property
    def shape(self) -> Shape | None:
        """What a row of it is on the map; None of a table."""
        return SHAPES.get(self.geometry)

    def column_at(self, zoom: int) -> str:
        """The column that tiles of a zoom read their shapes from."""
        return next((column for last, column in self.bands if zoom <= last), "geom_3857")
