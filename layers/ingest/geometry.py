"""Positions and outlines of a chunk: built, brought to EPSG:4490, judged; never silently repaired."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.ingest import china, crs
from layers.ingest.checks import Judge, Mask, as_mask
from layers.ingest.positions import bounds, texts
from layers.ingest.positions.decide import Positions
from layers.ingest.positions.readings import Reading
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk
from layers.registry import Geometry
from layers.shapes import SHAPES
from layers.words import Words

STORED_SRID = 4490
_PACKED = Words("度.分秒，分、秒小于 60", "degrees.minutes and seconds, both below 60")

Geometries = NDArray[np.object_]


def read(chunk: Chunk, columns: Mapping[str, str], reading: Reading, judge: Judge) -> Geometries:
    """The geometries of a chunk, x before y in the reading's own reference system (object array, None where empty), from WKB,
    WKT or columns of coordinates."""
    if texts.is_positions(columns):
        return _from_numbers(chunk, columns, reading, judge)
    if "wkt" in columns:
        cells = chunk.columns[columns["wkt"]]
        found = shapely.from_wkt(cells.to_numpy(zero_copy_only=False), on_invalid="ignore")
        given = as_mask(cells.is_valid())
    elif chunk.wkb is not None:
        found = shapely.from_wkb(chunk.wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
        cells, given = None, as_mask(chunk.wkb.is_valid())
    else:
        return np.full(len(chunk), None, dtype=object)
    judge.refuse(given & shapely.is_missing(found), "geometry", cells, "bad_geometry")
    found = shapely.force_2d(found)
    if reading.swapped or reading.packed:
        found = _arranged(found, reading, judge)
    # An empty shape is how several formats say "none".
    return without(found, shapely.is_empty(found))


def _arranged(found: Geometries, reading: Reading, judge: Judge) -> Geometries:
    """Shapes with their coordinates as the reading has them; those it cannot read are refused."""

    def arranged(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        plain = texts.Numbers(xy[:, 0], xy[:, 1], np.zeros(len(xy), dtype=bool))
        return np.column_stack(reading.arranged(plain))

    there = ~(shapely.is_missing(found) | shapely.is_empty(found))
    found = shapely.transform(found, arranged)
    coordinates, of = shapely.get_coordinates(found, return_index=True)
    lost = np.zeros(len(found), dtype=bool)
    lost[of[np.isnan(coordinates).any(axis=1)]] = True
    lost |= there & shapely.is_empty(found)
    judge.refuse(lost, "geometry", None, "bad_position", _PACKED)
    return without(found, lost)


def without(found: Geometries, out: Mask) -> Geometries:
    """The same geometries with None where the mask is set."""
    kept = np.array(found, dtype=object)
    kept[out] = None
    return kept


def _from_numbers(chunk: Chunk, columns: Mapping[str, str], reading: Reading, judge: Judge) -> Geometries:
    numbers = texts.read(chunk, columns, judge)
    x, y = reading.arranged(numbers)
    there = np.isfinite(x) & np.isfinite(y)
    judge.refuse(numbers.there & ~there, "lon/lat", None, "bad_position", _PACKED)
    found = np.full(len(chunk), None, dtype=object)
    found[there] = shapely.points(x[there], y[there])
    return found


def judge_geometries(
    found: Geometries, positions: Positions, geometry: Geometry, required: bool, judge: Judge
) -> Geometries:
    """Geometries as `read` gives them → EPSG:4490 points, or lines and outlines of many parts, None where there are none.

    Raises `ImportRefused` when all are of another type, or most lie outside China.
    """
    missing = shapely.is_missing(found)
    if required:
        judge.refuse(missing & ~judge.refused, "geometry", None, "no_geometry")
    kinds, wanted = shapely.get_type_id(found), SHAPES[geometry]
    wrong = ~missing & ~np.isin(kinds, [int(shapely.GeometryType[name.upper()]) for name in wanted.accepted])
    if wanted.is_point:
        wrong |= (kinds == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(found) != 1)
    if wrong.any() and wrong.sum() == (~missing).sum():
        raise ImportRefused(
            "几何类型不符：该图层需要{geometry}", "wrong geometry type: this layer takes {geometry}s",
            param="geometry", allowed=[*wanted.accepted], geometry=wanted,
        )  # fmt: skip
    judge.refuse(wrong, "geometry", _type_names(kinds), "geometry_type", wanted)
    found = without(found, wrong)
    moved = _shifted(crs.to_stored(found, positions.reading.source), positions.reading)
    moved = _refuse_outside(moved, judge)
    if wanted.is_point:
        return np.asarray(shapely.get_geometry(moved, 0), dtype=object)
    return _of_many_parts(_refuse_invalid(_refuse_beyond(moved, positions.city, judge), judge))


def _shifted(moved: Geometries, reading: Reading) -> Geometries:
    if reading.shift_m == (0.0, 0.0):
        return moved
    shifted: Geometries = shapely.transform(moved, lambda xy: np.column_stack(reading.shifted(xy[:, 0], xy[:, 1])))
    return shifted


def _refuse_beyond(moved: Geometries, city: bounds.Extent | None, judge: Judge) -> Geometries:
    out, shown = bounds.beyond(moved, city)
    if not out.any():
        return moved
    judge.refuse(out, "geometry", pa.array(shown, pa.string()), "beyond_city", city.shown if city else "")
    return without(moved, out)


def _type_names(kinds: NDArray[np.int64]) -> pa.Array:
    return pa.array(
        [shapely.GeometryType(int(kind)).name.title() if kind >= 0 else None for kind in kinds], pa.string()
    )


def _refuse_outside(moved: Geometries, judge: Judge) -> Geometries:
    boxes = shapely.bounds(moved)
    outside = ~china.inside_china(boxes)
    count, there = int(outside.sum()), int((~shapely.is_missing(moved)).sum())
    if not count:
        return moved
    if count * 2 > there and there > 1:
        box = boxes[outside][0]
        hint = china.hint(box)
        raise ImportRefused(
            "{count} 个位置不在中国范围内（如 {box:.6g}, {box_2:.6g}）：{hint}",
            "{count} positions lie outside China (e.g. {box:.6g}, {box_2:.6g}): {hint}",
            param="crs",
            count=count,
            box=box[0],
            box_2=box[1],
            hint=hint,
        )
    hints = {int(at): china.hint(boxes[at]) for at in np.flatnonzero(outside)}
    for why in set(hints.values()):
        alike = np.isin(np.arange(len(moved)), [at for at, found in hints.items() if found == why])
        shown = [f"{box[0]:.6g}, {box[1]:.6g}" if flag else None for box, flag in zip(boxes, alike, strict=True)]
        judge.refuse(alike, "geometry", pa.array(shown, pa.string()), "outside_china", why)
    return without(moved, outside)


def _refuse_invalid(moved: Geometries, judge: Judge) -> Geometries:
    invalid: Mask = ~shapely.is_valid(moved) & ~shapely.is_missing(moved)
    if not invalid.any():
        return moved
    reasons = np.where(invalid, shapely.is_valid_reason(moved), None)
    judge.refuse(invalid, "geometry", pa.array(reasons, pa.string()), "invalid_geometry")
    return without(moved, invalid)


_MANY = {
    shapely.GeometryType.POLYGON: shapely.MultiPolygon,
    shapely.GeometryType.LINESTRING: shapely.MultiLineString,
}


def _of_many_parts(found: Geometries) -> Geometries:
    result = np.array(found, dtype=object)
    for single, many in _MANY.items():
        for at in np.flatnonzero(shapely.get_type_id(found) == single):
            result[at] = many([found[at]])
    return result


def as_hex(found: Geometries) -> pa.Array:
    """EPSG:4490 geometries → hexadecimal EWKB, as COPY takes them; null for None."""
    marked = shapely.set_srid(found, STORED_SRID)
    return pa.array(shapely.to_wkb(marked, hex=True, include_srid=True), pa.string())
