"""底图 — what lies underneath the figures: waters, roads and railways.

Nothing counts in them or at them. They are many and their lines are long, so what a tile of a zoom needs is prepared when a row is
written: from which zoom on it is drawn (``drawn_from``) and to which its accuracy allows it (``drawn_to``), and its shape without the bends that are less than a third of a
pixel there.
"""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Case, Value, When
from django.db.models.functions import Greatest

from layers.functions import PlaneArea, PlaneLength, Simplified, ZoomOfArea, ZoomOfError, ZoomOfLength
from layers.models.base import STORAGE_SRID, TILE_SRID, code_index
from layers.vocab import (
    BOUNDARY_QUALITY,
    RAIL_KIND,
    RAIL_OTHER,
    ROAD_CLASS,
    ROAD_OTHER,
    WATER_KIND,
    WATER_UNKNOWN,
    WATERCOURSE_KIND,
    WATERCOURSE_UNKNOWN,
    Vocab,
)
from layers.words import shown

FAR_M, MIDDLE_M = 100.0, 12.0
"""By how many metres of the tiles' plane shapes are simplified up to zoom 8 and up to zoom 11: a third of a pixel."""


class Underneath(models.Model):
    """What all of them have: a code, perhaps a name, and where they are from."""

    code = models.CharField(shown("编码", "Code"), max_length=40, unique=True)
    name = models.CharField(shown("名称", "Name"), max_length=120, blank=True)
    boundary_quality = models.PositiveSmallIntegerField(
        shown("图形质量", "Shape quality"), choices=BOUNDARY_QUALITY.choices(), null=True, blank=True
    )
    accuracy_m = models.PositiveIntegerField(shown("误差(米)", "Accuracy (m)"), null=True, blank=True)
    source = models.CharField(shown("数据来源", "Source"), max_length=200, blank=True)
    release = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=shown("数据发布", "Release"),
    )

    # A rough outline is true from far and wrong from near: it is drawn while its error is a few pixels.
    drawn_to = models.GeneratedField(
        expression=ZoomOfError("accuracy_m"), output_field=models.SmallIntegerField(), db_persist=True
    )

    class Meta:
        abstract = True
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


def _generated(expression: Any, field: models.Field[Any, Any]) -> models.GeneratedField:
    return models.GeneratedField(expression=expression, output_field=field, db_persist=True)


def _drawn(field: type[models.GeometryField], metres: float = 0) -> models.GeneratedField:
    """The shape in the plane of the tiles, simplified by so many metres."""
    plain = Transform("geom", TILE_SRID)
    return _generated(Simplified(plain, metres) if metres else plain, field(srid=TILE_SRID, spatial_index=False))


def _kind(zh: str, en: str, of: Vocab, default: int) -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(shown(zh, en), choices=of.choices(), default=default)


def _from_class(of: Vocab, zooms: dict[str, int]) -> Greatest:
    """From which zoom a line is drawn: that of its class, if it is a pixel long by then."""
    cases = (When(kind=of.by_code[code].id, then=Value(zoom)) for code, zoom in zooms.items())
    by_class = Case(*cases, default=Value(13), output_field=models.IntegerField())
    return Greatest(by_class, ZoomOfLength(Transform("geom", TILE_SRID)))


def _indexes(table: str) -> list[models.Index]:
    return [
        code_index(table),
        GistIndex(fields=["geom"], name=f"{table}_geom_gist"),
        GistIndex(fields=["geom_3857"], name=f"{table}_geom_3857_gist"),
    ]


def _valid(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(geom__isvalid=True), name=f"{table}_geom_valid")


class WaterBody(Underneath):
    """A lake, a reservoir, or the surface of a river."""

    kind = _kind("类型", "Kind", WATER_KIND, WATER_UNKNOWN)
    geom = models.MultiPolygonField(shown("水面", "Surface"), srid=STORAGE_SRID, spatial_index=False)
    geom_3857 = _drawn(models.MultiPolygonField)
    geom_far = _drawn(models.MultiPolygonField, FAR_M)
    geom_middle = _drawn(models.MultiPolygonField, MIDDLE_M)
    # Where the name is written: within the water, once for the whole of it and not once a tile.
    label_3857 = _generated(
        PointOnSurface(Transform("geom", TILE_SRID)), models.PointField(srid=TILE_SRID, spatial_index=False)
    )
    drawn_from = _generated(ZoomOfArea(Transform("geom", TILE_SRID)), models.SmallIntegerField())
    area_m2 = _generated(PlaneArea("geom"), models.FloatField())

    class Meta(Underneath.Meta):
        verbose_name = shown("水体", "Water bodies")
        verbose_name_plural = shown("水体", "Water bodies")
        indexes = [*_indexes("water_body"), GistIndex(fields=["label_3857"], name="water_body_label_3857_gist")]
        constraints = [_valid("water_body")]


class UnderneathLine(Underneath):
    """A stretch of something long, along its middle."""

    geom = models.MultiLineStringField(shown("线形", "Line"), srid=STORAGE_SRID, spatial_index=False)
    geom_3857 = _drawn(models.MultiLineStringField)
    geom_far = _drawn(models.MultiLineStringField, FAR_M)
    geom_middle = _drawn(models.MultiLineStringField, MIDDLE_M)
    length_m = _generated(PlaneLength("geom"), models.FloatField())

    class Meta(Underneath.Meta):
        abstract = True


class Watercourse(UnderneathLine):
    """Of a river, or of a canal."""

    kind = _kind("类型", "Kind", WATERCOURSE_KIND, WATERCOURSE_UNKNOWN)
    drawn_from = _generated(
        _from_class(WATERCOURSE_KIND, {"river": 6, "canal": 9, "stream": 11, "unknown": 10}), models.SmallIntegerField()
    )

    class Meta(UnderneathLine.Meta):
        verbose_name = shown("河流沟渠", "Rivers and canals")
        verbose_name_plural = shown("河流沟渠", "Rivers and canals")
        indexes = _indexes("watercourse")
        constraints = [_valid("watercourse")]


class Road(UnderneathLine):
    """Of a road."""

    kind = _kind("等级", "Class", ROAD_CLASS, ROAD_OTHER)
    number = models.CharField(shown("编号", "Number"), max_length=40, blank=True)
    drawn_from = _generated(
        _from_class(ROAD_CLASS, {"motorway": 6, "trunk": 8, "primary": 9, "secondary": 11, "tertiary": 12}),
        models.SmallIntegerField(),
    )

    class Meta(UnderneathLine.Meta):
        verbose_name = shown("道路", "Roads")
        verbose_name_plural = shown("道路", "Roads")
        indexes = _indexes("road")
        constraints = [_valid("road")]


class Railway(UnderneathLine):
    """Of a railway."""

    kind = _kind("类型", "Kind", RAIL_KIND, RAIL_OTHER)
    drawn_from = _generated(
        _from_class(RAIL_KIND, {"rail": 7, "high_speed": 7, "metro": 11}), models.SmallIntegerField()
    )

    class Meta(UnderneathLine.Meta):
        verbose_name = shown("铁路", "Railways")
        verbose_name_plural = shown("铁路", "Railways")
        indexes = _indexes("railway")
        constraints = [_valid("railway")]
