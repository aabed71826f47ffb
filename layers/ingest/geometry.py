"""Positions and outlines of a chunk: built, brought to EPSG:4490, judged; never silently repaired."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from layers.ingest import china, crs
from layers.ingest.checks import NUMBER, Judge, Mask, as_mask, floats
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk
from layers.registry import Geometry

STORED_SRID = 4490
_ALLOWED = {
    "point": (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT),
    "polygon": (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
}
_ZH = {"point": "点", "polygon": "面"}

Geometries = NDArray[np.object_]


def read(chunk: Chunk, columns: Mapping[str, str], judge: Judge) -> Geometries:
    """The geometries of a chunk as the file has them (object array, None where empty), from WKB, WKT or two numbers."""
    if "lon" in columns or "lat" in columns:
        return _from_numbers(chunk, columns, judge)
    if "wkt" in columns:
        texts = chunk.columns[columns["wkt"]]
        found = shapely.from_wkt(texts.to_numpy(zero_copy_only=False), on_invalid="ignore")
        given = as_mask(texts.is_valid())
    elif chunk.wkb is not None:
        found = shapely.from_wkb(chunk.wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
        texts, given = None, as_mask(chunk.wkb.is_valid())
    else:
        return np.full(len(chunk), None, dtype=object)
    judge.refuse(given & shapely.is_missing(found), "geometry", texts, "bad_geometry")
    found = shapely.force_2d(found)
    # An empty shape is how several formats say "none".
    return without(found, shapely.is_empty(found))


def without(found: Geometries, out: Mask) -> Geometries:
    """The same geometries with None where the mask is set."""
    kept = np.array(found, dtype=object)
    kept[out] = None
    return kept


def _from_numbers(chunk: Chunk, columns: Mapping[str, str], judge: Judge) -> Geometries:
    if len(missing := {"lon", "lat"} - set(columns)):
        name = missing.pop()
        raise ImportRefused(
            f"坐标只有一列，缺少 {name}",
            f"only one of the two coordinate columns is there: {name} is missing",
            param=name,
        )
    numbers = []
    for word in ("lon", "lat"):
        texts = chunk.columns[columns[word]]
        fits = as_mask(pc.match_substring_regex(texts, NUMBER))
        judge.refuse(~fits & as_mask(texts.is_valid()), word, texts, "not_a_number", "如 116.397")
        numbers.append(floats(pc.if_else(pa.array(fits), texts, pa.scalar(None, pa.string()))))
    lon, lat = (values.to_numpy(zero_copy_only=False) for values in numbers)
    given_lon, given_lat = (as_mask(chunk.columns[columns[word]].is_valid()) for word in ("lon", "lat"))
    judge.refuse(given_lon & ~given_lat, "lat", None, "half_position")
    judge.refuse(given_lat & ~given_lon, "lon", None, "half_position")
    there = np.isfinite(lon) & np.isfinite(lat)
    found = np.full(len(chunk), None, dtype=object)
    found[there] = shapely.points(lon[there], lat[there])
    return found


def judge_geometries(
    found: Geometries, source: crs.SourceCrs, geometry: Geometry, required: bool, judge: Judge
) -> Geometries:
    """Geometries in the file's CRS → EPSG:4490 points or multipolygons, None where there are none.

    Raises `ImportRefused` when all are of another type, or most lie outside China.
    """
    missing = shapely.is_missing(found)
    if required:
        judge.refuse(missing & ~judge.refused, "geometry", None, "no_geometry")
    kinds = shapely.get_type_id(found)
    allowed = [int(kind) for kind in _ALLOWED[geometry]]
    wrong = ~missing & ~np.isin(kinds, allowed)
    if geometry == "point":
        wrong |= (kinds == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(found) != 1)
    if wrong.any() and wrong.sum() == (~missing).sum():
        raise ImportRefused(
            f"几何类型不符：该图层需要{_ZH[geometry]}", f"wrong geometry type: this layer takes {geometry}s",
            param="geometry", allowed=[kind.name.title() for kind in _ALLOWED[geometry]],
        )  # fmt: skip
    judge.refuse(wrong, "geometry", _type_names(kinds), "geometry_type", _ZH[geometry])
    found = without(found, wrong)
    moved = crs.to_stored(found, source)
    moved = _refuse_outside(moved, judge)
    if geometry == "point":
        return np.asarray(shapely.get_geometry(moved, 0), dtype=object)
    return _multipolygons(_refuse_invalid(moved, judge))


def _type_names(kinds: NDArray[np.int64]) -> pa.Array:
    return pa.array(
        [shapely.GeometryType(int(kind)).name.title() if kind >= 0 else None for kind in kinds], pa.string()
    )


def _refuse_outside(moved: Geometries, judge: Judge) -> Geometries:
    bounds = shapely.bounds(moved)
    outside = ~china.inside_china(bounds)
    count, there = int(outside.sum()), int((~shapely.is_missing(moved)).sum())
    if not count:
        return moved
    if count * 2 > there and there > 1:
        box = bounds[outside][0]
        zh, en = china.hint(box)
        raise ImportRefused(
            f"{count} 个位置不在中国范围内（如 {box[0]:.6g}, {box[1]:.6g}）：{zh}",
            f"{count} positions lie outside China (e.g. {box[0]:.6g}, {box[1]:.6g}): {en}",
            param="crs",
        )
    hints = {int(at): china.hint(bounds[at])[0] for at in np.flatnonzero(outside)}
    for hint in set(hints.values()):
        alike = np.isin(np.arange(len(moved)), [at for at, found in hints.items() if found == hint])
        shown = [f"{box[0]:.6g}, {box[1]:.6g}" if flag else None for box, flag in zip(bounds, alike, strict=True)]
        judge.refuse(alike, "geometry", pa.array(shown, pa.string()), "outside_china", hint)
    return without(moved, outside)


def _refuse_invalid(moved: Geometries, judge: Judge) -> Geometries:
    invalid: Mask = ~shapely.is_valid(moved) & ~shapely.is_missing(moved)
    if not invalid.any():
        return moved
    reasons = np.where(invalid, shapely.is_valid_reason(moved), None)
    judge.refuse(invalid, "geometry", pa.array(reasons, pa.string()), "invalid_geometry")
    return without(moved, invalid)


def _multipolygons(found: Geometries) -> Geometries:
    single = shapely.get_type_id(found) == shapely.GeometryType.POLYGON
    result = np.array(found, dtype=object)
    for at in np.flatnonzero(single):
        result[at] = shapely.MultiPolygon([found[at]])
    return result


def as_hex(found: Geometries) -> pa.Array:
    """EPSG:4490 geometries → hexadecimal EWKB, as COPY takes them; null for None."""
    marked = shapely.set_srid(found, STORED_SRID)
    return pa.array(shapely.to_wkb(marked, hex=True, include_srid=True), pa.string())
