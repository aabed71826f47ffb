"""The columns of a chunk that hold positions → two numbers a row, as they stand; what they mean is asked later.

Plain decimals, which nearly all files have, are read as whole arrays; other forms once for each distinct text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from layers.ingest.checks import NUMBER, Judge, Mask, as_mask, floats, like
from layers.ingest.positions import forms
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk
from layers.words import Words

T = TypeVar("T")
Floats = NDArray[np.float64]
_AXES = {"": 0, "lon": 1, "lat": 2}
_POINT = r"(?i)^\s*(SRID=\d+;)?\s*POINT"
_PARTS = Words("度、分为整数，分、秒小于 60", "whole degrees and minutes; minutes and seconds below 60")
_TWO_WAYS = Words(
    "一列经度、一列纬度；两列写的是同一个方向", "a longitude and a latitude: both columns say the same axis"
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """``x``, ``y``: float64[n], from the columns of longitude (or X) and latitude (or Y), NaN where there is none;
    ``written``: where the cells say degrees themselves, so that they are not another number packed or in metres."""

    x: Floats
    y: Floats
    written: Mask

    @property
    def there(self) -> Mask:
        return np.isfinite(self.x) & np.isfinite(self.y)


def is_positions(columns: Mapping[str, str]) -> bool:
    """Whether columns (word → heading) hold numbers or forms of coordinates, and not only shapes as text."""
    return bool(set(columns) - {"wkt"})


def read(chunk: Chunk, columns: Mapping[str, str], judge: Judge) -> Numbers:
    """The positions of a chunk; cells that are not understood, and half positions, are refused.

    Raises `ImportRefused` when only one of the two coordinates has a column.
    """
    if "lon" in columns and "lat" in columns and not {"lon_m", "lat_m"} & set(columns):
        lon, lat = (_cells(chunk, columns[word], word, judge) for word in ("lon", "lat"))
        return _exchanged(lon, lat, judge)
    if {"lon_m", "lat_m", "lon_d", "lat_d"} & set(columns):
        lon, lat = (_parts(chunk, columns, word, judge) for word in ("lon", "lat"))
        return _exchanged(lon, lat, judge)
    if "position" in columns:
        return _pairs(chunk.columns[columns["position"]], judge)
    raise _missing("lat" if "lon" in columns else "lon")


def _missing(name: str) -> ImportRefused:
    return ImportRefused(
        "坐标只有一列，缺少 {name}",
        "only one of the two coordinate columns is there: {name} is missing",
        param=name,
        name=name,
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    values: Floats
    given: Mask  # something stands there
    said: NDArray[np.int8]  # 1 where a letter says longitude, 2 latitude
    written: Mask


def _cells(chunk: Chunk, heading: str, word: str, judge: Judge) -> _Axis:
    texts = chunk.columns[heading]
    given = as_mask(texts.is_valid())
    fits = as_mask(pc.match_substring_regex(texts, NUMBER))
    # NaN is no null for NumPy, and both are "none" here.
    values = floats(_only(texts, fits)).to_numpy(zero_copy_only=False).astype(np.float64)
    said, written = np.zeros(len(chunk), dtype=np.int8), np.zeros(len(chunk), dtype=bool)
    odd = np.flatnonzero(given & ~fits)
    if len(odd):
        found = _by_unique(texts.take(pa.array(odd)), forms.angle)
        bad = np.zeros(len(chunk), dtype=bool)
        bad[odd] = [one is None for one in found]
        judge.refuse(bad, word, texts, "bad_position", forms.FORM)
        for at, one in zip(odd.tolist(), found, strict=True):
            if one is not None:
                values[at], said[at], written[at] = one.value, _AXES[one.axis], one.written
    return _Axis(values, given, said, written)


def _by_unique(texts: pa.Array, understand: Callable[[str], T]) -> list[T]:
    encoded = pc.dictionary_encode(texts)
    known = [understand(text) for text in encoded.dictionary.to_pylist()]
    return [known[at] for at in encoded.indices.to_pylist()]


def _only(texts: pa.Array, keep: Mask) -> pa.Array:
    return pc.if_else(pa.array(keep), texts, pa.scalar(None, pa.string()))


def _parts(chunk: Chunk, columns: Mapping[str, str], word: str, judge: Judge) -> _Axis:
    """Degrees, minutes and (where there is a column) seconds, each a number in a column of its own."""
    degrees = f"{word}_d" if f"{word}_d" in columns else word
    names = [degrees, f"{word}_m", *([f"{word}_s"] if f"{word}_s" in columns else [])]
    if missing := [name for name in names if name not in columns]:
        raise _missing(missing[0])
    texts = [chunk.columns[columns[name]] for name in names]
    parts = []
    for name, cells in zip(names, texts, strict=True):
        fits = as_mask(pc.match_substring_regex(cells, NUMBER))
        judge.refuse(~fits & as_mask(cells.is_valid()), name, cells, "not_a_number", like("16"))
        parts.append(floats(_only(cells, fits)).to_numpy(zero_copy_only=False).astype(np.float64))
    given = [as_mask(cells.is_valid()) for cells in texts]
    some, every = np.logical_or.reduce(given), np.logical_and.reduce(given)
    judge.refuse(some & ~every, word, texts[0], "half_position")
    whole = np.logical_and.reduce([np.nan_to_num(part) % 1 == 0 for part in parts[:-1]])
    small = np.logical_and.reduce([(np.nan_to_num(part) >= 0) & (np.nan_to_num(part) < 60) for part in parts[1:]])
    judge.refuse(every & ~(whole & small), word, texts[-1], "bad_position", _PARTS)
    values = parts[0] + sum(part / 60.0**power for power, part in enumerate(parts[1:], 1))
    values[~(every & whole & small)] = np.nan
    # One that is there in part is refused above, and once is enough.
    return _Axis(values, every | some, np.zeros(len(chunk), dtype=np.int8), np.ones(len(chunk), dtype=bool))


def _exchanged(lon: _Axis, lat: _Axis, judge: Judge) -> Numbers:
    """Both axes, exchanged in rows whose letters say so; rows whose letters contradict each other are refused."""
    judge.refuse(lon.given & ~lat.given, "lat", None, "half_position")
    judge.refuse(lat.given & ~lon.given, "lon", None, "half_position")
    contradiction = (lon.said == lat.said) & (lon.said > 0)
    judge.refuse(contradiction, "lon", None, "bad_position", _TWO_WAYS)
    other = ((lon.said == 2) | (lat.said == 1)) & ~contradiction
    x, y = np.where(other, lat.values, lon.values), np.where(other, lon.values, lat.values)
    lost = judge.refused & ~(np.isfinite(x) & np.isfinite(y)) | contradiction
    x[lost], y[lost] = np.nan, np.nan
    return Numbers(x, y, lon.written | lat.written)


def _pairs(texts: pa.Array, judge: Judge) -> Numbers:
    """Two coordinates in one cell, or a point as WKT."""
    count = len(texts)
    x, y, written = np.full(count, np.nan), np.full(count, np.nan), np.zeros(count, dtype=bool)
    given = as_mask(texts.is_valid())
    shapes = as_mask(pc.match_substring_regex(texts, _POINT))
    if shapes.any():
        plain = pc.replace_substring_regex(_only(texts, shapes), r"(?i)^\s*SRID=\d+;", "")
        found = shapely.from_wkt(plain.to_numpy(zero_copy_only=False), on_invalid="ignore")
        points = shapely.get_type_id(found) == shapely.GeometryType.POINT
        x[points], y[points] = shapely.get_x(found[points]), shapely.get_y(found[points])
    odd = np.flatnonzero(given & ~shapes)
    if len(odd):
        for at, both in zip(odd.tolist(), _by_unique(texts.take(pa.array(odd)), forms.pair), strict=True):
            if both is not None:
                x[at], y[at] = both[0].value, both[1].value
                written[at] = both[0].written or both[1].written
    judge.refuse(given & ~np.isfinite(x), "position", texts, "bad_position", like("116.278,39.912"))
    return Numbers(x, y, written)
