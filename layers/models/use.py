"""用 — water users, their meters, and what was used."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q

from layers.models.base import Placed, placed_indexes
from layers.models.take import AbstractionPermit, Well
from layers.vocab import METER_SYSTEM, PURPOSE, SOURCE


class WaterUser(Placed):
    """A registered user. One user has many permits, wells, meters and addresses; each of those may have many users."""

    source = models.PositiveSmallIntegerField("水源类型", choices=SOURCE.choices())
    industry = models.CharField("国标行业", max_length=8, blank=True)  # GB/T 4754 code, a letter and up to four digits
    permits = models.ManyToManyField(AbstractionPermit, blank=True, related_name="users", verbose_name="取水许可")
    wells = models.ManyToManyField(Well, blank=True, related_name="users", verbose_name="机井")

    class Meta(Placed.Meta):
        verbose_name = "用水户"
        verbose_name_plural = "用水户"
        indexes = placed_indexes("water_user")


class Meter(Placed):
    """A water meter; "one meter, many users" and "many meters, one user" are both common, so the link is a set."""

    system = models.PositiveSmallIntegerField("所属系统", choices=METER_SYSTEM.choices())
    source = models.PositiveSmallIntegerField("水源类型", choices=SOURCE.choices())
    purpose = models.PositiveSmallIntegerField("取水用途", choices=PURPOSE.choices())
    users = models.ManyToManyField(WaterUser, blank=True, related_name="meters", verbose_name="用水户")
    wells = models.ManyToManyField(Well, blank=True, related_name="meters", verbose_name="机井")

    class Meta(Placed.Meta):
        verbose_name = "水表"
        verbose_name_plural = "水表"
        indexes = placed_indexes("meter")


class UsageRecord(models.Model):
    """Litres used in a month, for one source and purpose, measured at exactly one place.

    The place is a meter, a supply facility or a region (a village, a township). ``correction_no`` 0 is the reading
    itself; later corrections are records of their own, and may be negative, so that nothing reported is overwritten.
    """

    month = models.DateField("月份")  # the first day of the month
    meter = models.ForeignKey(
        Meter,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="usage",
        db_index=False,
        verbose_name="水表",
    )
    facility = models.ForeignKey(
        "layers.SupplyFacility",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="usage",
        db_index=False,
        verbose_name="供水设施",
    )
    region = models.ForeignKey(
        "layers.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="usage",
        db_index=False,
        verbose_name="区划",
    )
    source = models.PositiveSmallIntegerField("水源类型", choices=SOURCE.choices())
    purpose = models.PositiveSmallIntegerField("取水用途", choices=PURPOSE.choices())
    correction_no = models.PositiveSmallIntegerField("更正次序", default=0)
    volume_l = models.BigIntegerField("水量(升)")
    # Written by the import alone, next to the release itself: checking it again for each of millions of rows would
    # take as long as the place's check, and could find nothing.
    release = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name="数据发布",
    )

    class Meta:
        verbose_name = "用水记录"
        verbose_name_plural = "用水记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(meter__isnull=False, facility=None, region=None)
                | Q(meter=None, facility__isnull=False, region=None)
                | Q(meter=None, facility=None, region__isnull=False),
                name="usage_measured_at_one_place",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="usage_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(correction_no__gt=0) | Q(volume_l__gte=0), name="usage_negative_only_corrects"
            ),
            # One index for identity, for "all of a month", and (probed month by month) for the history of one place.
            models.UniqueConstraint(
                fields=["month", "meter", "facility", "region", "source", "purpose", "correction_no"],
                nulls_distinct=False,
                name="usage_one_per_place_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.volume_l} L"
