"""Everything comes to EPSG:4490 at the door, longitude first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from layers.ingest import bd09, gcj02
from layers.ingest.columns import ColumnMap
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Table
from layers.registry import Geometry

STORED = "EPSG:4490"
# Offset datums of web maps, by all their spellings, and how each comes back.
_OFFSET_WORDS = {
    "gcj-02": "GCJ-02",
    "gcj02": "GCJ-02",
    "gcj_02": "GCJ-02",
    "bd-09": "BD-09",
    "bd09": "BD-09",
    "bd_09": "BD-09",
}
_OFFSET = {"GCJ-02": gcj02.to_wgs84, "BD-09": bd09.to_wgs84}
OFFSETS = tuple(_OFFSET)
# EPSG's published transformation between CGCS2000 and WGS 84 is the null one, so coordinates are kept to the bit.
_SAME_AS_STORED = frozenset({4490, 4326})

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """What a file's coordinates are in: a CRS of pyproj, or an offset datum."""

    name: str  # as the report says it
    crs: pyproj.CRS | None  # None: one of `OFFSETS`

    @property
    def kept(self) -> bool:
        """Coordinates are stored as they are."""
        if self.crs is None:
            return False
        return self.crs.to_epsg(min_confidence=70) in _SAME_AS_STORED or _is_lon_lat_wgs84(self.crs)


def _is_lon_lat_wgs84(crs: pyproj.CRS) -> bool:
    return crs.to_authority() == ("OGC", "CRS84")


def parse(told: str) -> SourceCrs:
    """``EPSG:4548``, ``4548``, ``GCJ-02`` or ``BD-09`` → `SourceCrs`; `ImportRefused` for anything else."""
    word = told.strip()
    if word.lower() in _OFFSET_WORDS:
        return SourceCrs(_OFFSET_WORDS[word.lower()], None)
    number = re.fullmatch(r"(?:epsg:)?(\d{4,6})", word, re.IGNORECASE)
    try:
        if number:
            return SourceCrs(f"EPSG:{number.group(1)}", pyproj.CRS.from_epsg(int(number.group(1))))
    except CRSError:
        pass
    raise ImportRefused(
        "未知的坐标系“{told}”", "unknown coordinate reference system {told!r}", param="crs",
        allowed=["EPSG:4490", "EPSG:4548", "EPSG:4326", "EPSG:<代号>", *OFFSETS], told=told,
    )  # fmt: skip


def of_file(text: str | None) -> SourceCrs | None:
    """The CRS a file declares (authority code or WKT); None when it declares none that can be understood."""
    if not text:
        return None
    try:
        crs = pyproj.CRS.from_user_input(text)
    except CRSError:
        return None
    if crs.is_engineering:  # "undefined Cartesian": the format's way of saying none
        return None
    authority = crs.to_authority(min_confidence=70)
    return SourceCrs(":".join(authority) if authority else crs.name, crs)


@lru_cache(maxsize=16)
def _transformer(wkt: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(pyproj.CRS.from_wkt(wkt), STORED, always_xy=True)


def to_stored(geometries: Geometries, source: SourceCrs) -> Geometries:
    """Geometries (2D, may hold None) in ``source`` → EPSG:4490, x = longitude. Raises nothing: a coordinate that
    cannot be transformed becomes infinite and is refused by the range check."""
    if source.kept or not len(geometries):
        return geometries

    moved: Geometries = shapely.transform(geometries, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1], source)))
    return moved


def move(x: Floats, y: Floats, source: SourceCrs) -> tuple[Floats, Floats]:
    """Coordinates in ``source`` → longitude and latitude in EPSG:4490; infinite where there are none."""
    if source.kept:
        return x, y
    if source.crs is None:
        return _OFFSET[source.name](x, y)
    moved: tuple[Floats, Floats] = _transformer(source.crs.to_wkt()).transform(x, y)
    return moved


def of_positions(geometry: Geometry, told: str | None, table: Table, found: ColumnMap) -> SourceCrs | None:
    """What the coordinates of a table are in; None when it has no geometry or the dataset takes none. `ImportRefused` when
    nobody says it."""
    if geometry == "none" or not (found.geometry or table.has_geometry):
        return None
    own = of_file(table.crs) if table.has_geometry and not found.geometry else None
    chosen = (parse(told) if told else None) or own
    if chosen is None and found.geometry:
        chosen = parse(STORED)
    if chosen is None:
        raise ImportRefused(
            "文件没有说明坐标系，请用 --crs 指定（如 EPSG:4490、EPSG:4548、GCJ-02）",
            "the file does not say its coordinate reference system: tell it by --crs",
            param="crs",
        )
    return chosen
