"""供 — the four kinds of supply facility and the areas they supply."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Area, Transform
from django.contrib.postgres.indexes import GistIndex

from layers.models.base import PLANE_SRID, STORAGE_SRID, TILE_SRID, Placed, code_index, part_indexes, placed_indexes
from layers.vocab import BOUNDARY_QUALITY, FACILITY_KIND, MANAGER, STATUS


class SupplyFacility(Placed):
    kind = models.PositiveSmallIntegerField("类型", choices=FACILITY_KIND.choices())
    managed_by = models.PositiveSmallIntegerField("管理主体", choices=MANAGER.choices(), null=True, blank=True)
    status = models.PositiveSmallIntegerField("状态", choices=STATUS.choices(), default=1)
    capacity_m3_d = models.BigIntegerField("供水能力(m³/日)", null=True, blank=True)
    stands_since = models.DateField(
        "现位置始于", null=True, editable=False
    )  # a first day; what was before: `PastStanding`

    class Meta(Placed.Meta):
        verbose_name = "供水设施"
        verbose_name_plural = "供水设施"
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

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120, blank=True)
    facility = models.ForeignKey(
        SupplyFacility, on_delete=models.PROTECT, related_name="supply_areas", verbose_name="供水设施"
    )
    geom = models.MultiPolygonField("供水范围", srid=STORAGE_SRID, spatial_index=False)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", TILE_SRID),
        output_field=models.MultiPolygonField(srid=TILE_SRID, spatial_index=False),
        db_persist=True,
    )
    area_m2 = models.GeneratedField(
        expression=Area(Transform("geom", PLANE_SRID)), output_field=models.FloatField(), db_persist=True
    )
    boundary_quality = models.PositiveSmallIntegerField(
        "边界质量", choices=BOUNDARY_QUALITY.choices(), null=True, blank=True
    )
    release = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="数据发布"
    )

    class Meta:
        verbose_name = "供水范围"
        verbose_name_plural = "供水范围"
        ordering = ("code",)
        indexes = [
            code_index("supply_area"),
            GistIndex(fields=["geom"], name="supply_area_geom_gist"),
            GistIndex(fields=["geom_3857"], name="supply_area_geom_3857_gist"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(geom__isvalid=True), name="supply_area_geom_valid")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()
