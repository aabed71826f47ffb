"""The table."""

from __future__ import annotations

from django.contrib.gis.db import models

from layers.models.base import Placed, part_indexes, placed_indexes
from tests.gauges.kind import GAUGE_WORK


class RainGauge(Placed):
    work = models.PositiveSmallIntegerField("测雨方式", choices=GAUGE_WORK.choices())
    height_m = models.FloatField("安装高度(米)", null=True, blank=True)
    observer = models.CharField("观测员", max_length=60, blank=True)

    class Meta(Placed.Meta):
        verbose_name = "雨量站"
        verbose_name_plural = "雨量站"
        indexes = [*placed_indexes("rain_gauge"), *part_indexes("rain_gauge", "code", "name")]
