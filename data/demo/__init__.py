"""The recipe of the demo city: real rosters, counts and totals; synthetic positions, boundaries and single volumes.

Seeded and deterministic: the same recipe and reference tables give the same city. ``datasets`` yields one source per
file in the order they have to be loaded; each is written when it is asked for, in the form a district would hand it in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .city import City
from .reference import REFERENCE
from .usage import month_names
from .writing import write_arrow_csv, write_csv, write_gpkg

__all__ = ["City", "DatasetSource", "datasets", "fingerprint"]

# dataset, label, geometry type (None: CSV)
_LOAD_ORDER = (
    ("reporting_unit", "填报单位", None),
    ("region", "行政区划", "MultiPolygon"),
    ("population", "人口与户数", None),
    ("permit", "取水许可", None),
    ("well", "机井", "Point"),
    ("surface_intake", "地表取水口", "Point"),
    ("facility", "供水设施", "Point"),
    ("supply_area", "供水范围", "MultiPolygon"),
    ("sewage_plant", "污水处理设施", "Point"),
    ("water_user", "用水户", "Point"),
    ("meter", "水表", "Point"),
)


@dataclass(frozen=True)
class DatasetSource:
    """One file of the city: ``name`` is the dataset, ``write(directory)`` makes the file and returns its path."""

    name: str
    label: str
    write: Callable[[Path], Path]


def datasets(months: int = 12, city: City | None = None) -> Iterator[DatasetSource]:
    """All files in load order: rosters, then ``months`` months of usage from 2019-01 (at most 57; ValueError beyond).

    The parts are built once and shared by the sources of one call; pass a ``City`` to share them between calls.
    """
    names = month_names(months)
    town = city or City()
    for name, label, geometry in _LOAD_ORDER:
        yield DatasetSource(name, label, _roster(town, name, geometry))
    for month in names:
        yield DatasetSource("usage", f"用水量 {month}", _month(town, month))


def _roster(city: City, name: str, geometry: str | None) -> Callable[[Path], Path]:
    def write(directory: Path) -> Path:
        table = getattr(city, name)()
        if geometry is None:
            return write_csv(table, directory / f"{name}.csv")
        return write_gpkg(table, directory / f"{name}.gpkg", geometry)

    return write


def _month(city: City, month: str) -> Callable[[Path], Path]:
    def write(directory: Path) -> Path:
        return write_arrow_csv(city.usage.month(month), directory / f"usage-{month}.csv")

    return write


def fingerprint() -> str:
    """Hash of the recipe and the reference tables: the city is the same while this is the same."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in [*sorted(here.glob("*.py")), *sorted(here.glob("*.csv")), *sorted(REFERENCE.iterdir())]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
