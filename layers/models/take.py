"""取 — who may abstract water, and where it is abstracted."""

from __future__ import annotations

from django.contrib.gis.db import models

from layers.models.base import Placed, code_index, part_indexes, placed_indexes
from layers.vocab import METERING, STATUS, WELL_USE


class AbstractionHolder(models.Model):
    code = models.CharField("编码", max_length=32, unique=True)
    name = models.CharField("名称", max_length=120)
    release = models.ForeignKey("layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name="数据发布")

    class Meta:
        verbose_name = "取水户"
        verbose_name_plural = "取水户"
        ordering = ("code",)
        indexes = [code_index("holder")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AbstractionPermit(models.Model):
    """A permit to abstract; linked many-to-many with wells, intakes and users (证–井–户)."""

    code = models.CharField("许可证编号", max_length=32, unique=True)
    holder = models.ForeignKey(
        AbstractionHolder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="permits",
        verbose_name="取水户",
    )
    permitted_l_per_year = models.BigIntegerField("年许可水量(升)", null=True, blank=True)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_to = models.DateField("有效期止", null=True, blank=True)
    declared_region = models.ForeignKey(
        "layers.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记所在区划",
    )
    release = models.ForeignKey("layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name="数据发布")

    class Meta:
        verbose_name = "取水许可"
        verbose_name_plural = "取水许可"
        ordering = ("code",)
        indexes = [code_index("permit")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(permitted_l_per_year=None) | models.Q(permitted_l_per_year__gte=0),
                name="permit_volume_not_negative",
            )
        ]

    def __str__(self) -> str:
        return self.code


class Well(Placed):
    use = models.PositiveSmallIntegerField("用途", choices=WELL_USE.choices())
    metering = models.PositiveSmallIntegerField("计量方式", choices=METERING.choices())
    depth_m = models.FloatField("井深(米)", null=True, blank=True)
    year_built = models.PositiveSmallIntegerField("成井年份", null=True, blank=True)
    status = models.PositiveSmallIntegerField("状态", choices=STATUS.choices(), default=1)
    permits = models.ManyToManyField(AbstractionPermit, blank=True, related_name="wells", verbose_name="取水许可")

    class Meta(Placed.Meta):
        verbose_name = "机井"
        verbose_name_plural = "机井"
        indexes = [*placed_indexes("well"), *part_indexes("well", "code")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(depth_m=None) | models.Q(depth_m__gt=0), name="well_depth_positive"
            )
        ]


class SurfaceIntake(Placed):
    water_body = models.CharField("水体", max_length=60, blank=True)
    permits = models.ManyToManyField(AbstractionPermit, blank=True, related_name="intakes", verbose_name="取水许可")

    class Meta(Placed.Meta):
        verbose_name = "地表取水口"
        verbose_name_plural = "地表取水口"
        indexes = [*placed_indexes("surface_intake"), *part_indexes("surface_intake", "code", "name")]
