"""What a file format is, and what a writer is told besides the query."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Literal

from layers.features.query import GEOGRAPHIC, FeatureQuery
from layers.values import Lang, SpokenColumn
from layers.words import Worded, Words

Shape = Literal["wkt", "lonlat", "none"]
WORKBOOK_ROWS = 200_000  # half a minute of writing, and what a spreadsheet still opens
CHUNK = 256 * 1024  # bytes: what a slow line takes within the time a stalled client is given


@dataclass(frozen=True, slots=True)
class Options:
    """How a file speaks. Without a language its columns have machine names and its terms are slugs."""

    lang: Lang = ""
    shape: Shape = "none"  # how a table of text shows a position
    title: str = ""  # of the layer in the file
    changed_at: datetime = datetime(1980, 1, 1, tzinfo=UTC)  # of the data: what files say of their own time
    about: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # said where a format has room


PLAIN = Options()
Emit = Callable[[FeatureQuery, Options], Iterator[bytes]]
Save = Callable[[FeatureQuery, Options, Path], None]


@dataclass(frozen=True, slots=True)
class Format(Worded):
    """One file format: either sent while it is made (``emit``) or made whole first (``save``).

    ``save`` writes the file at the path it is given and may use the directory around it, which is its own.
    """

    key: str
    zh: str
    en: str
    media_type: str
    suffix: str
    emit: Emit | None = None
    save: Save | None = None
    geometry: bool = True  # False: a table, with at most a position in columns
    text: bool = False  # worth compressing on the way
    tables: bool = True  # can hold rows without a geometry
    most: int | None = None  # rows it is made of at most
    ranges: bool = False  # made again it is the same bytes, so that parts of it may be asked for
    srids: tuple[int, ...] = ()  # reference systems it can say it is in; none: any

    @property
    def streams(self) -> bool:
        return self.emit is not None

    def write(self, query: FeatureQuery, options: Options = PLAIN) -> Iterator[bytes]:
        """The file in pieces. Closing the iterator ends the query and leaves nothing behind."""
        if self.emit is not None:
            yield from self.emit(query, options)
            return
        with (
            tempfile.TemporaryDirectory(prefix="shuitu-export-") as room,
            self.make(query, options, Path(room)).open("rb") as file,
        ):
            yield from part(file)

    def make(self, query: FeatureQuery, options: Options, room: Path) -> Path:
        """The whole file, in a directory of its own; an error leaves no file that looks complete."""
        assert self.save is not None
        path = room / f"{query.layer.id}.{self.suffix}"
        self.save(query, options, path)
        return path


def part(file: BinaryIO, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """A file in pieces, from a byte on."""
    file.seek(start)
    left = sys.maxsize if length is None else length
    while left > 0 and (piece := file.read(min(CHUNK, left))):
        left -= len(piece)
        yield piece


def gathered(body: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Lines and small pieces joined to pieces worth sending."""
    held = bytearray()
    for piece in body:
        held += piece
        if len(held) >= CHUNK:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def heading(column: SpokenColumn, lang: Lang) -> str:
    """What a column is called: its machine name, or its name in a language with the unit."""
    if not lang:
        return column.name
    name = column.in_(lang)
    return f"{name}({column.unit})" if column.unit and not name.endswith(")") else name


def headings(columns: Sequence[SpokenColumn], lang: Lang) -> list[str]:
    """The columns' names; of two that read the same the later one keeps its machine name as well."""
    found: list[str] = []
    for column in columns:
        name = heading(column, lang)
        found.append(f"{name} {column.name}" if name in found else name)
    return found


# Names of the two coordinates of a point, in degrees and in metres: for machines, and in words.
_DEGREES = ("lon", "lat"), (Words("经度", "Longitude"), Words("纬度", "Latitude"))
_METRES = ("x", "y"), (Words("东坐标(m)", "Easting(m)"), Words("北坐标(m)", "Northing(m)"))


def axes(query: FeatureQuery, lang: Lang) -> tuple[str, str]:
    """What a point's two coordinates are called in a table."""
    names, (first, second) = _DEGREES if query.srid in GEOGRAPHIC else _METRES
    return (first.in_(lang), second.in_(lang)) if lang else names
