"""How many people and households there are in a division, as somebody counted them on a day."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q

from layers.words import shown


class Population(models.Model):
    """Residents and households of one division on one day; either may be unknown, and unknown is not none.

    What is divided by them reads them by one rule (`layers.stats.population`): a count is of a day and holds until the next.
    """

    region = models.ForeignKey(
        "layers.Region", on_delete=models.PROTECT, related_name="+", verbose_name=shown("区划", "Division")
    )
    day = models.DateField(shown("截至日期", "Counted on"))
    residents = models.PositiveIntegerField(shown("常住人口(人)", "Residents"), null=True, blank=True)
    households = models.PositiveIntegerField(shown("户数(户)", "Households"), null=True, blank=True)
    source = models.CharField(shown("出处", "Source"), max_length=200, blank=True)
    release = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name=shown("数据发布", "Release")
    )

    class Meta:
        verbose_name = shown("人口与户数", "Population")
        verbose_name_plural = shown("人口与户数", "Population")
        ordering = ("region__code", "day")
        constraints = [
            models.UniqueConstraint(fields=["region", "day"], name="population_one_a_day"),
            models.CheckConstraint(
                condition=Q(residents__isnull=False) | Q(households__isnull=False), name="population_counts_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.day}"
