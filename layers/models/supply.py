"""供 — the four kinds of supply facility and the areas they supply."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.indexes import GistIndex

from layers.functions import PlaneArea
from layers.models.base import STORAGE_SRID, TILE_SRID, Placed, code_index, part_indexes, placed_indexes
from layers.models.called import called
from layers.vocab import BOUNDARY_QUALITY, FACILITY_KIND, MANAGER, STATUS
from layers.words import shown


class SupplyFacility(Placed):
    kind = models.PositiveSmallIntegerField(shown("类型", "Kind"), choices=FACILITY_KIND.choices())
    managed_by = models.PositiveSmallIntegerField(
        shown("管理主体", "Managed by"), choices=MANAGER.choices(), null=True, blank=True
    )
    status = models.PositiveSmallIntegerField(shown("状态", "Status"), choices=STATUS.choices(), default=1)
    capacity_m3_d = models.BigIntegerField(shown("供水能力(m³/日)", "Capacity (m³/d)"), null=True, blank=True)
    stands_since = models.DateField(
        shown("现位置始于", "Stands here since"), null=True, editable=False
    )  # a first day; what was before: `PastStanding`

    class Meta(Placed.Meta):
        verbose_name = shown("供水设施", "Supply facility")
        verbose_name_plural = shown("供水设施", "Supply facility")
        indexes = [
            *placed_indexes("facility"),
            *part_indexes("facility", "code", "name"),
            models.Index(fields=["kind"], name="facility_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity_m3_d=None) | models.Q(capacity_m3_d__gte=0),
                name="facility_capacity_not_negative",
            )
        ]


class SupplyArea(models.Model):
    """The ground a facility supplies. Areas of different facilities may overlap; the analysis counts the overlap."""

    code = models.CharField(shown("编码", "Code"), max_length=40, unique=True)
    name = models.CharField(shown("名称", "Name"), max_length=120, blank=True)
    facility = models.ForeignKey(
        SupplyFacility,
        on_delete=models.PROTECT,
        related_name="supply_areas",
        verbose_name=shown("供水设施", "Supply facility"),
    )
    geom = models.MultiPolygonField(shown("供水范围", "Supply areas"), srid=STORAGE_SRID, spatial_index=False)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", TILE_SRID),
        output_field=models.MultiPolygonField(srid=TILE_SRID, spatial_index=False),
        db_persist=True,
    )
    area_m2 = models.GeneratedField(expression=PlaneArea("geom"), output_field=models.FloatField(), db_persist=True)
    boundary_quality = models.PositiveSmallIntegerField(
        shown("边界质量", "Boundary quality"), choices=BOUNDARY_QUALITY.choices(), null=True, blank=True
    )
    release = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=shown("数据发布", "Release"),
    )

    class Meta:
        verbose_name = shown("供水范围", "Supply areas")
        verbose_name_plural = shown("供水范围", "Supply areas")
        ordering = ("code",)
        indexes = [
            code_index("supply_area"),
            GistIndex(fields=["geom"], name="supply_area_geom_gist"),
            GistIndex(fields=["geom_3857"], name="supply_area_geom_3857_gist"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(geom__isvalid=True), name="supply_area_geom_valid")]

    def __str__(self) -> str:
        return called(self)
