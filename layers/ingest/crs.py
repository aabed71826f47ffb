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

from layers.ingest import gcj02
from layers.ingest.refusal import ImportRefused

STORED = "EPSG:4490"
_GCJ_WORDS = frozenset({"gcj-02", "gcj02", "gcj_02"})
# EPSG's published transformation between CGCS2000 and WGS 84 is the null one, so coordinates are kept to the bit.
_SAME_AS_STORED = frozenset({4490, 4326})

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """What a file's coordinates are in: a CRS of pyproj, or the offset datum."""

    name: str  # as the report says it
    crs: pyproj.CRS | None  # None: GCJ-02

    @property
    def kept(self) -> bool:
        """Coordinates are stored as they are."""
        if self.crs is None:
            return False
        return self.crs.to_epsg(min_confidence=70) in _SAME_AS_STORED or _is_lon_lat_wgs84(self.crs)


def _is_lon_lat_wgs84(crs: pyproj.CRS) -> bool:
    return crs.to_authority() == ("OGC", "CRS84")


def parse(told: str) -> SourceCrs:
    """``EPSG:4548``, ``4548`` or ``GCJ-02`` → `SourceCrs`; `ImportRefused` for anything else."""
    word = told.strip()
    if word.lower() in _GCJ_WORDS:
        return SourceCrs("GCJ-02", None)
    number = re.fullmatch(r"(?:epsg:)?(\d{4,6})", word, re.IGNORECASE)
    try:
        if number:
            return SourceCrs(f"EPSG:{number.group(1)}", pyproj.CRS.from_epsg(int(number.group(1))))
    except CRSError:
        pass
    raise ImportRefused(
        f"未知的坐标系“{told}”", f"unknown coordinate reference system {told!r}", param="crs",
        allowed=["EPSG:4490", "EPSG:4548", "EPSG:4326", "EPSG:<代号>", "GCJ-02"],
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

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        if source.crs is None:
            x, y = gcj02.to_wgs84(xy[:, 0], xy[:, 1])
        else:
            x, y = _transformer(source.crs.to_wkt()).transform(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    moved: Geometries = shapely.transform(geometries, move)
    return moved
