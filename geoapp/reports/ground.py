"""What lies under the figures of a report's maps: outlines, cells and positions, read once.

Plain values as the database gives them, the shapes as WKB in the plane of the place. So all that is read of a report can be handed to
another process, and what is made of them there asks for nothing more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import Count, Min
from psycopg import sql

from geoapp.reports.objects import within
from geoapp.reports.structure import Report
from layers import access, filters, registry, vocab
from layers.db import Query, rows
from layers.entries import Dot
from layers.feeds.credits import sources_of
from layers.functions import PlaneCollectedWKB, PlaneWKB
from layers.grid.cells import DEFAULT_SIZE
from layers.grid.figures import cell_litres
from layers.kept.memory import Memory
from layers.models import GridBuild
from layers.models.base import STORAGE_SRID
from layers.periods import Period, parse_period
from layers.selection import EVERYTHING
from layers.stats.cells import month_classes, period_classes
from layers.stats.divisions import Divisions
from layers.stats.regions import region_index
from layers.versions import ALL_DATASETS, as_of

OWNERS = ("urban_plant", "township_plant", "village_station", "self_built")
"""The layers whose facilities have supply areas, in the order in which these are drawn."""
WATERS = (registry.layer("water_body"), registry.layer("watercourse"))
_PIXELS = 600  # that a page is as wide as, where a tile's pixel is a quarter of a millimetre
_FINER = 2  # zooms by which paper shows more
CLASSES = 6
_MOST_UNITS = 15_000  # a city of 79,000 units would be a file of many megabytes, and cells finer than print
_UNITS = sql.SQL(
    "WITH inside AS (SELECT u.id AS fid, u.code, u.geom FROM layers_gridunit u"
    " JOIN layers_region r ON r.id = u.region_id WHERE u.size = %s AND r.code LIKE ANY(%s) AND {held})"
    " SELECT c.volume_l, ST_AsBinary(layers_plane(i.geom)) FROM inside i LEFT JOIN ({litres}) c ON c.unit_id = i.fid"
    " ORDER BY i.code"
)

_kept_breaks: Memory[tuple[float, ...]] = Memory(64)

Outlined = tuple[str, str, bytes]  # code, name, outline
Bounds = tuple[float, float, float, float]  # degrees


@dataclass(frozen=True, slots=True)
class Cells:
    """The units of the grid in the regions, by code, with the bounds of the web map's classes."""

    size: int
    breaks: tuple[float, ...]
    litres: tuple[int | None, ...]
    shapes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Waters:
    """Surfaces and courses of waters in and around the regions, all of a kind as one shape, and where they are from."""

    surfaces: bytes | None
    courses: bytes | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that the maps of one report show besides its figures."""

    outlines: dict[str, tuple[Outlined, ...]]  # by level, by code
    context: tuple[Outlined, ...]  # the districts (a county's townships) around; none around the city
    cells: Cells | None
    # Of each layer that may be shown: all its positions as one shape, None without any.
    positions: dict[str, bytes | None]
    stands: dict[str, dict[str, bytes]]  # where each listed facility stands, by layer and code
    areas: dict[str, tuple[bytes, ...]]  # supply areas by the layer of their facilities, the largest first
    waters: Waters | None  # None where no layer gives any


def read(report: Report) -> Ground:
    index = region_index(report.within)
    prefixes = index.prefixes(report.code, unit=report.level == vocab.UNIT)
    city = index.root.code if index.root else ""
    whole = vocab.LEVEL.by_id[index.below[0]].code
    levels = [level for level in (report.child_level, report.grand_level) if level]
    placed = [layer for layer in registry.LAYERS if report.counts.get(layer.id) and is_placed(layer)]
    return Ground(
        outlines={level: _outlines(level, prefixes, report) for level in levels},
        context=() if report.level == "city" else _outlines(whole, [city], report),
        cells=_cells(prefixes, parse_period(report.period.text), report.within),
        positions={layer.id: positions(within(layer.id, list(prefixes))) for layer in placed},
        stands={each.layer: stands(within(each.layer, list(prefixes))) for each in report.facilities},
        areas={owner: _areas(owner, prefixes) for owner in OWNERS} if report.counts.get("supply_area") else {},
        waters=waters(report.bounds),
    )


def waters(bounds: Bounds | None) -> Waters | None:
    """What is large enough for a page, and true at its scale, in a box and half as far again around it."""
    surfaces, courses = (_underneath(layer, bounds) for layer in WATERS)
    if surfaces is None and courses is None:
        return None
    return Waters(surfaces, courses, tuple(dict.fromkeys(source for layer in WATERS for source in sources_of(layer))))


def _underneath(layer: registry.Layer, bounds: Bounds | None) -> bytes | None:
    if bounds is None:
        return None
    found = seen(layer, bounds).order_by().aggregate(all=PlaneCollectedWKB("geom"))["all"]
    return None if found is None else bytes(found)


def seen(layer: registry.Layer, bounds: Bounds) -> Any:
    """Of what lies underneath the rows that a page of so many degrees shows."""
    west, south, east, north = bounds
    zoom = math.log2(_PIXELS / max(east - west, north - south) * 360 / 512)
    drawn = filters.base(layer).filter(drawn_from__lte=math.floor(zoom) + _FINER, drawn_to__gte=math.floor(zoom))
    return drawn.filter(geom__bboverlaps=around(bounds))


def around(bounds: Bounds) -> Polygon:
    """A box in degrees, and half as far again on each side: a frame is wider than what it holds."""
    west, south, east, north = bounds
    along, up = (east - west) / 2, (north - south) / 2
    box = Polygon.from_bbox((west - along, south - up, east + along, north + up))
    box.srid = STORAGE_SRID
    return box


def _outlines(level: str, prefixes: Sequence[str], report: Report) -> tuple[Outlined, ...]:
    """The outlines of a level in the regions, as the report's divisions have them."""
    found = (
        filters.within(registry.layer(level), report.within)
        .filter(access.begins("region__code", list(prefixes)))
        .order_by("region__code")
        .values_list("region__code", "region__name", PlaneWKB("geom"))
    )
    called = report.place.called
    return tuple((code, called(code, name, report.names_in), bytes(wkb)) for code, name, wkb in found)


def is_placed(layer: registry.Layer) -> bool:
    """Whether its objects stand at points that may be shown."""
    return layer.dataset.placed and access.seen(layer) is not None


def is_drawn(layer: registry.Layer) -> bool:
    """Whether the map shows where its objects stand: of the others it says how many there are."""
    return is_placed(layer) and layer.printed != Dot(0)


def positions(rows: Any) -> bytes | None:
    """Where objects stand, as one shape: tens of thousands of rows would be tenths of a second of this process's own time."""
    found = rows.filter(geom__isnull=False).order_by().aggregate(all=PlaneCollectedWKB("geom"))["all"]
    return None if found is None else bytes(found)


def stands(rows: Any) -> dict[str, bytes]:
    """Where each stands, by its code."""
    placed = rows.filter(geom__isnull=False).order_by()
    return {code: bytes(wkb) for code, wkb in placed.values_list("code", PlaneWKB("geom"))}


def _areas(layer_id: str, prefixes: Sequence[str]) -> tuple[bytes, ...]:
    found = (
        access.objects(registry.SUPPLY_AREA)
        .filter(facility__in=within(layer_id, list(prefixes)).values("pk"))
        .order_by("-area_m2", "code")
        .values_list(PlaneWKB("geom"))
    )
    return tuple(bytes(wkb) for (wkb,) in found)


def units(prefixes: Sequence[str], period: Period, size: int, divided: Divisions) -> Query:
    """(litres or null, outline) of each unit of the grid in the regions, by code; as these divisions have them."""
    litres = cell_litres(size, period, EVERYTHING, among="inside", elsewhere=divided.elsewhere(period.months))
    patterns = [f"{prefix}%" for prefix in prefixes]
    text = _UNITS.format(litres=litres.composed, held=divided.cells.held("u"))
    return Query(text, [size, patterns, *litres.params])


def _cells(prefixes: Sequence[str], period: Period, divided: Divisions, size: int = DEFAULT_SIZE) -> Cells | None:
    """None when no grid of this size is kept up or may be seen, or for too many units for a page."""
    if not _is_gridded(size):
        return None
    found = rows(units(prefixes, period, size, divided))
    if not 0 < len(found) <= _MOST_UNITS:
        return None
    breaks = grid_breaks(period, divided, size)
    return Cells(size, breaks, tuple(litres for litres, _ in found), tuple(bytes(wkb) for _, wkb in found))


def _is_gridded(size: int) -> bool:
    """Whether a grid of this size is kept up and may be seen."""
    return access.seen(registry.layer(f"grid_{size}")) is not None and GridBuild.objects.filter(size=size).exists()


def grid_breaks(period: Period, divided: Divisions, size: int = DEFAULT_SIZE) -> tuple[float, ...]:
    """The bounds of the web map's classes of cells; none without a grid. Kept: they are those of every report of the period."""
    if not _is_gridded(size):
        return ()
    key = (size, str(period.first.year) if period.length == 1 else str(period), divided.edition.id)
    return _kept_breaks.get_or_make(as_of(ALL_DATASETS).of_data, key, lambda: _breaks(size, period, divided))


def _breaks(size: int, period: Period, divided: Divisions) -> tuple[float, ...]:
    """Of the whole city's cells, and so the same for every report of the period."""
    classes_of = month_classes if period.length == 1 else period_classes
    return tuple(classes_of(size, period, EVERYTHING, k=CLASSES, within=divided)["breaks"])


def outlined_by(asked: Mapping[int, Sequence[str]], within: Divisions) -> dict[str, tuple[tuple[str, str], ...]]:
    """By level, in the order asked: (source, quality) of the outlines whose codes begin so; by quality, the most first."""
    found = {}
    for level, inside in asked.items():
        code = vocab.LEVEL.by_id[level].code
        drawn = filters.within(registry.layer(code), within).filter(access.begins("region__code", inside))
        counted: Any = drawn.order_by().values("source", "quality").annotate(rows=Count("pk"), first=Min("pk"))
        told = counted.order_by("quality", "-rows", "first").values_list("source", "quality")
        found[code] = tuple((source, vocab.BOUNDARY_QUALITY.by_id[quality].code) for source, quality in told)
    return found
