"""用 — water users, their meters, and what was used."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from layers.models.base import Placed, part_indexes, placed_indexes
from layers.models.take import AbstractionPermit, Well
from layers.vocab import BY_DECLARED, BY_METER, BY_NOTHING, BY_USER, GRID_RULE, METER_SYSTEM, PURPOSE, SOURCE
from layers.words import shown


class WaterUser(Placed):
    """A registered user. One user has many permits, wells, meters and addresses; each of those may have many users."""

    source = models.PositiveSmallIntegerField(shown("水源类型", "Source"), choices=SOURCE.choices())
    industry = models.CharField(
        shown("国标行业", "Industry (GB/T 4754)"), max_length=8, blank=True
    )  # GB/T 4754 code, a letter and up to four digits
    permits = models.ManyToManyField(
        AbstractionPermit, blank=True, related_name="users", verbose_name=shown("取水许可", "Abstraction permits")
    )
    wells = models.ManyToManyField(Well, blank=True, related_name="users", verbose_name=shown("机井", "Wells"))

    class Meta(Placed.Meta):
        verbose_name = shown("用水户", "Water users")
        verbose_name_plural = shown("用水户", "Water users")
        indexes = [*placed_indexes("water_user"), *part_indexes("water_user", "code", "name")]


class Meter(Placed):
    """A water meter; "one meter, many users" and "many meters, one user" are both common, so the link is a set.

    Its water counts where it stands; without a position, where its user does (of several the one in the city with the
    lowest code); else in the region that its register, or else its user's, declares. Sums, filters, counts and the grid
    all read this one finding: ``counted_region``, ``counted_by``, and the cell of the position, its own or the user's.
    """

    system = models.PositiveSmallIntegerField(shown("所属系统", "System"), choices=METER_SYSTEM.choices())
    source = models.PositiveSmallIntegerField(shown("水源类型", "Source"), choices=SOURCE.choices())
    purpose = models.PositiveSmallIntegerField(shown("取水用途", "Purpose"), choices=PURPOSE.choices())
    users = models.ManyToManyField(
        WaterUser, blank=True, related_name="meters", verbose_name=shown("用水户", "Water users")
    )
    wells = models.ManyToManyField(Well, blank=True, related_name="meters", verbose_name=shown("机井", "Wells"))
    # Only of a meter without a position, and written by placing alone: the user at whose position it counts, the village
    # and the 100 m cell of that position; or, when no user has one, the region that a user declares.
    stand_in = models.ForeignKey(
        WaterUser,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=shown("代为定位的用水户", "User that stands in for its position"),
    )
    stand_in_region = models.ForeignKey(
        "layers.Region",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=shown("用水户所在区划", "Division of the user"),
    )
    stand_in_cell_x = models.IntegerField(null=True, editable=False)
    stand_in_cell_y = models.IntegerField(null=True, editable=False)
    stands_since = models.DateField(
        shown("现位置始于", "Stands here since"), null=True, editable=False
    )  # a first day; what was before: `PastStanding`
    counted_region = models.GeneratedField(
        expression=Case(
            When(geom__isnull=False, then=F("found_region")),
            When(stand_in__isnull=False, then=F("stand_in_region")),
            default=Coalesce(F("declared_region"), F("stand_in_region")),
        ),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    counted_by = models.GeneratedField(
        expression=Case(
            When(geom__isnull=False, then=Value(BY_METER)),
            When(stand_in__isnull=False, then=Value(BY_USER)),
            When(Q(declared_region__isnull=False) | Q(stand_in_region__isnull=False), then=Value(BY_DECLARED)),
            default=Value(BY_NOTHING),
        ),
        output_field=models.PositiveSmallIntegerField(choices=GRID_RULE.choices()),
        db_persist=True,
    )

    class Meta(Placed.Meta):
        verbose_name = shown("水表", "Meters")
        verbose_name_plural = shown("水表", "Meters")
        indexes = [
            *placed_indexes("meter"),
            *part_indexes("meter", "code"),
            models.Index(fields=["stand_in"], name="meter_stand_in", condition=Q(stand_in__isnull=False)),
        ]


class UsageRecord(models.Model):
    """Litres used in a month, for one source and purpose, measured at exactly one place.

    The place is a meter, a supply facility or a region (a village, a township). ``correction_no`` 0 is the reading
    itself; later corrections are records of their own, and may be negative, so that nothing reported is overwritten.
    """

    month = models.DateField(shown("月份", "Month"))  # the first day of the month
    meter = models.ForeignKey(
        Meter,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="usage",
        db_index=False,
        verbose_name=shown("水表", "Meters"),
    )
    facility = models.ForeignKey(
        "layers.SupplyFacility",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="usage",
        db_index=False,
        verbose_name=shown("供水设施", "Supply facility"),
    )
    region = models.ForeignKey(
        "layers.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="usage",
        db_index=False,
        verbose_name=shown("区划", "Division"),
    )
    source = models.PositiveSmallIntegerField(shown("水源类型", "Source"), choices=SOURCE.choices())
    purpose = models.PositiveSmallIntegerField(shown("取水用途", "Purpose"), choices=PURPOSE.choices())
    correction_no = models.PositiveSmallIntegerField(shown("更正次序", "Correction no."), default=0)
    volume_l = models.BigIntegerField(shown("水量(升)", "Volume (litres)"))
    # Written by the import alone, next to the release itself: checking it again for each of millions of rows would
    # take as long as the place's check, and could find nothing.
    release = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=shown("数据发布", "Release"),
    )

    class Meta:
        verbose_name = shown("用水记录", "Usage records")
        verbose_name_plural = shown("用水记录", "Usage records")
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
            # One index for identity, for "all of a month", and (probed month by month) for the history of a few places.
            models.UniqueConstraint(
                fields=["month", "meter", "facility", "region", "source", "purpose", "correction_no"],
                nulls_distinct=False,
                name="usage_one_per_place_month",
            ),
        ]
        indexes = [
            # The history of many meters, without a look at the table: what a district's year is made of.
            models.Index(
                fields=["meter", "month"], include=["source", "purpose", "volume_l"],
                condition=Q(meter__isnull=False), name="usage_by_meter",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.volume_l} L"
