"""取 — who may abstract water, and where it is abstracted."""

from __future__ import annotations

from django.contrib.gis.db import models

from layers.models.base import Placed, code_index, part_indexes, placed_indexes
from layers.models.called import called
from layers.vocab import METERING, STATUS, WELL_USE
from layers.words import shown


class AbstractionHolder(models.Model):
    code = models.CharField(shown("编码", "Code"), max_length=32, unique=True)
    name = models.CharField(shown("名称", "Name"), max_length=120)
    release = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name=shown("数据发布", "Release")
    )

    class Meta:
        verbose_name = shown("取水户", "Holder")
        verbose_name_plural = shown("取水户", "Holder")
        ordering = ("code",)
        indexes = [code_index("holder")]

    def __str__(self) -> str:
        return called(self)


class AbstractionPermit(models.Model):
    """A permit to abstract; linked many-to-many with wells, intakes and users (证–井–户)."""

    code = models.CharField(shown("许可证编号", "Permit no."), max_length=32, unique=True)
    holder = models.ForeignKey(
        AbstractionHolder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="permits",
        verbose_name=shown("取水户", "Holder"),
    )
    permitted_l_per_year = models.BigIntegerField(
        shown("年许可水量(升)", "Permitted volume (L a year)"), null=True, blank=True
    )
    valid_from = models.DateField(shown("有效期起", "Valid from"), null=True, blank=True)
    valid_to = models.DateField(shown("有效期止", "Valid to"), null=True, blank=True)
    declared_region = models.ForeignKey(
        "layers.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=shown("登记所在区划", "Declared division"),
    )
    release = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name=shown("数据发布", "Release")
    )

    class Meta:
        verbose_name = shown("取水许可", "Abstraction permits")
        verbose_name_plural = shown("取水许可", "Abstraction permits")
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
    use = models.PositiveSmallIntegerField(shown("用途", "Purpose"), choices=WELL_USE.choices())
    metering = models.PositiveSmallIntegerField(shown("计量方式", "Metering"), choices=METERING.choices())
    depth_m = models.FloatField(shown("井深(米)", "Depth (m)"), null=True, blank=True)
    year_built = models.PositiveSmallIntegerField(shown("成井年份", "Year built"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(shown("状态", "Status"), choices=STATUS.choices(), default=1)
    permits = models.ManyToManyField(
        AbstractionPermit, blank=True, related_name="wells", verbose_name=shown("取水许可", "Abstraction permits")
    )

    class Meta(Placed.Meta):
        verbose_name = shown("机井", "Wells")
        verbose_name_plural = shown("机井", "Wells")
        indexes = [*placed_indexes("well"), *part_indexes("well", "code")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(depth_m=None) | models.Q(depth_m__gt=0), name="well_depth_positive"
            )
        ]


class SurfaceIntake(Placed):
    water_body = models.CharField(shown("水体", "Water body"), max_length=60, blank=True)
    permits = models.ManyToManyField(
        AbstractionPermit, blank=True, related_name="intakes", verbose_name=shown("取水许可", "Abstraction permits")
    )

    class Meta(Placed.Meta):
        verbose_name = shown("地表取水口", "Surface intakes")
        verbose_name_plural = shown("地表取水口", "Surface intakes")
        indexes = [*placed_indexes("surface_intake"), *part_indexes("surface_intake", "code", "name")]
