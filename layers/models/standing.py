"""Where meters and facilities stood before they were moved."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from layers.functions import CellIndex
from layers.models.base import STORAGE_SRID
from layers.models.regions import Region
from layers.vocab import GRID_PLACE, GRID_RULE
from layers.words import shown


def _region(name: str) -> models.ForeignKey[Region | None, Region | None]:
    return models.ForeignKey(
        Region, verbose_name=name, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )


class PastStanding(models.Model):
    """Where a meter or a facility stood in the months from ``since`` (null: from the beginning) to the one before ``until``.

    What was measured at it in those months counts there; in the months from its own ``stands_since`` on, where its own row
    says. The months of one object's rows follow one another without a gap up to ``stands_since``, and two that
    follow each other differ in where they count. The position is its own or, of a meter without one, its user's of then.
    """

    kind = models.PositiveSmallIntegerField(choices=GRID_PLACE.choices())
    object_id = models.BigIntegerField()
    since = models.DateField(shown("自", "From"), null=True)
    until = models.DateField(shown("至", "Until"))
    rule = models.PositiveSmallIntegerField(shown("依据", "By"), choices=GRID_RULE.choices())
    geom = models.PointField(shown("位置", "Position"), srid=STORAGE_SRID, null=True, spatial_index=False)
    cell_x = models.GeneratedField(
        expression=CellIndex("geom", "X"), output_field=models.IntegerField(null=True), db_persist=True
    )
    cell_y = models.GeneratedField(
        expression=CellIndex("geom", "Y"), output_field=models.IntegerField(null=True), db_persist=True
    )
    declared_region = _region(shown("登记所在区划", "Declared division"))
    found_region = _region(
        shown("位置所在区划", "Division of the position")
    )  # of today's divisions, as placing finds it
    counted_region = models.GeneratedField(
        expression=Coalesce(F("found_region"), Case(When(geom=None, then=F("declared_region")))),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )

    class Meta:
        verbose_name = shown("原位置", "Former positions")
        verbose_name_plural = shown("原位置", "Former positions")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "until"], name="past_standing_once"),
            models.CheckConstraint(condition=Q(since=None) | Q(since__lt=F("until")), name="past_standing_some_months"),
            models.CheckConstraint(
                condition=(Q(since=None) | Q(since__day=1)) & Q(until__day=1), name="past_standing_whole_months"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.object_id}, –{self.until:%Y-%m}"
