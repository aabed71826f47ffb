"""排 — sewage plants and village sewage stations."""

from __future__ import annotations

from django.contrib.gis.db import models

from layers.models.base import Placed, part_indexes, placed_indexes
from layers.vocab import SEWAGE_KIND
from layers.words import shown


class SewagePlant(Placed):
    kind = models.PositiveSmallIntegerField(shown("类型", "Kind"), choices=SEWAGE_KIND.choices())
    operator = models.CharField(shown("运营单位", "Operator"), max_length=120, blank=True)
    capacity_m3_d = models.BigIntegerField(shown("处理能力(m³/日)", "Capacity (m³/d)"), null=True, blank=True)

    class Meta(Placed.Meta):
        verbose_name = shown("污水处理设施", "Sewage plants")
        verbose_name_plural = shown("污水处理设施", "Sewage plants")
        indexes = [
            *placed_indexes("sewage_plant"),
            *part_indexes("sewage_plant", "code", "name"),
            models.Index(fields=["kind"], name="sewage_plant_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity_m3_d=None) | models.Q(capacity_m3_d__gte=0),
                name="sewage_capacity_not_negative",
            )
        ]
