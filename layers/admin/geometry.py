"""Form fields for positions, lines and outlines: plain inputs that work without a script, and a map of our own beside them.

Coordinates are CGCS2000 (EPSG:4490), longitude first: x is the longitude, as GEOS and PostGIS have it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from django import forms
from django.contrib.gis import forms as gis_forms
from django.contrib.gis.geos import GEOSGeometry, MultiLineString, MultiPolygon, Point
from django.core.exceptions import ValidationError
from shapely.geometry import shape

from layers.ingest import china
from layers.models.base import STORAGE_SRID
from layers.shapes import SHAPES, Shape
from layers.words import Small, Words, shown

MAX_OUTLINE_BYTES = 20 << 20
DECIMALS = 7  # of a degree: a centimetre
# What older files name their reference system; all of them mean degrees, longitude first.
_DEGREES = ("4490", "4326", "CRS84")


def outline_json(geometry: GEOSGeometry | None) -> str:
    """GeoJSON for a map, to the centimetre; empty for none. Not by GEOS's own, which has fifteen digits of each."""
    if geometry is None:
        return ""
    rounded = shapely.set_precision(shapely.from_wkb(bytes(geometry.wkb)), 0, mode="pointwise")
    rounded = shapely.transform(rounded, lambda xy: np.round(xy, DECIMALS))
    return str(shapely.to_geojson(rounded))


class PositionWidget(forms.Widget):
    """Longitude and latitude, two inputs; the map beside them sets both by a click or by dragging."""

    template_name = "layers/admin/position.html"
    layer = ""  # whose other objects the map shows faintly

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        return (data.get(f"{name}_lon") or "").strip(), (data.get(f"{name}_lat") or "").strip()

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_lon" not in data and f"{name}_lat" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        lon, lat = _shown(value)
        context = super().get_context(name, None, attrs)
        context["widget"] |= {"lon": lon, "lat": lat, "layer": self.layer}
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_lon"


def _shown(value: Any) -> tuple[str, str]:
    """What stands in the inputs: a stored point to its last bit, so that saving does not move it; or what was typed."""
    if isinstance(value, Point):
        return repr(value.x), repr(value.y)
    return value or ("", "")


class PositionField(gis_forms.PointField):
    """Two texts → a point in EPSG:4490, or None when both are empty."""

    widget = PositionWidget

    def to_python(self, value: Any) -> Point | None:
        if value is None or isinstance(value, Point):
            return value
        if not any(value):
            return None
        if not all(value):
            raise ValidationError(
                shown(
                    "经度和纬度须同时填写；没有位置时两个都留空。",
                    "Give longitude and latitude together; leave both empty where there is no position.",
                ),
                code="half_position",
            )
        try:
            lon, lat = (float(text) for text in value)
        except ValueError:
            raise ValidationError(
                shown(
                    "经度和纬度须为十进制度数，如 116.397 和 39.908。",
                    "Longitude and latitude are decimal degrees, as 116.397 and 39.908.",
                ),
                code="not_a_number",
            ) from None
        box = np.array([[lon, lat, lon, lat]])
        if not np.isfinite(box).all() or not china.inside_china(box)[0]:
            hint = _without_command(china.hint(box[0])) if np.isfinite(box).all() else Words("不是数字", "not a number")
            raise ValidationError(
                shown("位置不在中国范围内：{hint}。", "The position is outside China: {hint}.", hint=hint),
                code="outside_china",
            )
        return Point(lon, lat, srid=STORAGE_SRID)

    def clean(self, value: Any) -> Point | None:
        found = self.to_python(value)
        if found is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            found = self.to_python(data)
        except ValidationError:
            return True
        if initial is None or found is None:
            return initial is not found
        return (initial.x, initial.y) != (found.x, found.y)


class OutlineWidget(forms.Widget):
    """The outline on a map to look at, and a text or a file to replace it with. Empty input keeps what is there."""

    template_name = "layers/admin/outline.html"
    needs_multipart_form = True
    layer = ""
    single = SHAPES["polygon"].single

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(f"{name}_file") or (data.get(f"{name}_text") or "").strip()

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_text" not in data and f"{name}_file" not in files

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        context["widget"] |= {
            "geometry": outline_json(value) if isinstance(value, GEOSGeometry) else "",
            "text": value if isinstance(value, str) else "",
            "layer": self.layer,
            "single": self.single,
        }
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_text"


class OutlineField(gis_forms.MultiPolygonField):
    """GeoJSON, typed or as a file → a valid geometry of many parts in EPSG:4490; None when empty, and not a change."""

    widget = OutlineWidget
    shape = SHAPES["polygon"]

    def to_python(self, value: Any) -> GEOSGeometry | None:
        if not value:
            return None
        if isinstance(value, GEOSGeometry):
            return value
        return read_outline(_text(value), self.shape)

    def clean(self, value: Any) -> GEOSGeometry | None:
        found = self.to_python(value)
        if found is None and self.required:
            raise ValidationError(
                shown(
                    "请粘贴或选择{called}的 GeoJSON。",
                    "Paste or choose the GeoJSON of the {called}.",
                    called=Small(self.shape.called),
                ),
                code="required",
            )
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        if not data:
            return False
        try:
            return initial is None or not initial.equals_exact(self.to_python(data))
        except ValidationError:
            return True


class LineField(OutlineField):
    """The same for lines."""

    geom_type = "MULTILINESTRING"
    shape = SHAPES["line"]


def _without_command(hint: Words) -> Words:
    """A hint that speaks of the command's option, to who has none."""
    if "--crs" in hint.zh:
        return Words("看起来是以米为单位的平面坐标", "looks like metres")
    return hint


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value.size > MAX_OUTLINE_BYTES:
        raise ValidationError(
            shown("边界文件超过 {most} MB。", "The file is larger than {most} MB.", most=MAX_OUTLINE_BYTES >> 20),
            code="too_large",
        )
    try:
        return str(value.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValidationError(
            shown("边界文件不是 UTF-8 编码的 GeoJSON。", "The file is no GeoJSON in UTF-8."), code="bad_geometry"
        ) from None


def read_outline(text: str, wanted: Shape) -> GEOSGeometry:
    """A geometry, a feature or a collection of one feature → one of many parts; `ValidationError` says what is wrong."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ValidationError(
            shown("不是 GeoJSON：{error}", "This is no GeoJSON: {error}", error=error), code="bad_geometry"
        ) from None
    geometry = _geometry_of(content)
    if geometry.get("type") not in wanted.accepted:
        kind = geometry.get("type") or shown("（空）", "(empty)")
        raise ValidationError(
            shown(
                "需要 {single} 或 {several}，不是 {kind}。",
                "A {single} or {several} is wanted, not {kind}.",
                single=wanted.single,
                several=wanted.accepted[1],
                kind=kind,
            ),
            code="geometry_type",
        )
    try:
        found = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, IndexError, AttributeError, KeyError, shapely.errors.ShapelyError):
        raise ValidationError(shown("坐标无法读取。", "The coordinates cannot be read."), code="bad_geometry") from None
    if found.is_empty:
        raise ValidationError(shown("图形是空的。", "The shape is empty."), code="no_geometry")
    box = shapely.bounds(found)
    if not china.inside_china(np.array([box]))[0]:
        raise ValidationError(
            shown(
                "图形不在中国范围内：{hint}。",
                "The shape is outside China: {hint}.",
                hint=_without_command(china.hint(box)),
            ),
            code="outside_china",
        )
    if not found.is_valid:
        raise ValidationError(
            shown("图形无效：{why}", "The shape is not valid: {why}", why=shapely.is_valid_reason(found)),
            code="invalid_geometry",
        )
    stored = GEOSGeometry(memoryview(shapely.to_wkb(found)), srid=STORAGE_SRID)
    return stored if stored.geom_type == wanted.stored else _MANY[wanted.stored](stored, srid=STORAGE_SRID)


_MANY = {"MultiPolygon": MultiPolygon, "MultiLineString": MultiLineString}


def _geometry_of(content: Any) -> Mapping[str, Any]:
    """The one geometry of a GeoJSON object in degrees."""
    if not isinstance(content, dict):
        raise ValidationError(shown("不是 GeoJSON 对象。", "This is no GeoJSON object."), code="bad_geometry")
    told = json.dumps(content.get("crs") or "")
    if told != '""' and not any(word in told for word in _DEGREES):
        raise ValidationError(
            shown(
                "坐标系须为 EPSG:4490（经度、纬度）；其他坐标系请用“导入文件”。",
                "The system has to be EPSG:4490 (longitude, latitude); import a file for others.",
            ),
            code="crs",
        )
    if content.get("type") == "FeatureCollection":
        features = content.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise ValidationError(
                shown(
                    "FeatureCollection 中须恰有一个要素；多个要素请用“导入文件”。",
                    "A FeatureCollection has to hold one feature; import a file for several.",
                ),
                code="bad_geometry",
            )
        content = features[0]
    if isinstance(content, dict) and content.get("type") == "Feature":
        content = content.get("geometry")
    return content if isinstance(content, dict) else {}
