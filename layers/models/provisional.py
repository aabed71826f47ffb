"""Which months the authority calls provisional: their figures may still change, and everything that shows them says so."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q

from layers.words import shown


class ProvisionalMonth(models.Model):
    """One month that is provisional: everywhere, in a division with all that lies in it, or in what a bureau reports."""

    month = models.DateField(shown("月份", "Month"))  # the first day of the month
    region = models.ForeignKey(
        "layers.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=shown("区划", "Division"),
    )
    reporting_unit = models.ForeignKey(
        "layers.ReportingUnit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=shown("填报单位", "Reporting unit"),
    )
    note = models.CharField(shown("说明", "Note"), max_length=200, blank=True)
    release = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name=shown("数据发布", "Release")
    )

    class Meta:
        verbose_name = shown("暂定月份", "Provisional months")
        verbose_name_plural = shown("暂定月份", "Provisional months")
        ordering = ("-month", "region__code", "reporting_unit__code")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "region", "reporting_unit"], nulls_distinct=False, name="provisional_said_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="provisional_month_is_first_day"),
            models.CheckConstraint(condition=Q(region=None) | Q(reporting_unit=None), name="provisional_of_one_place"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.region or self.reporting_unit or ''}".strip()
