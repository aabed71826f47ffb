"""The street-level grid: its units, the weights by which places share their water, and the water itself."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex

from layers.models.base import STORAGE_SRID, TILE_SRID
from layers.models.regions import Boundary, Region
from layers.vocab import GRID_GAP, GRID_PLACE, GRID_RULE
from layers.words import shown


class GridUnit(models.Model):
    """The part of a cell inside one township's current outline. Units tile the township; no two overlap.

    ``area_m2`` is measured in EPSG:4548, where the unit was cut; the square inside a township has its full size.
    """

    size = models.PositiveSmallIntegerField(shown("边长(米)", "Size (m)"))
    col = models.IntegerField(shown("列", "Column"))
    row = models.IntegerField(shown("行", "Row"))
    code = models.CharField(shown("编码", "Code"), max_length=26, unique=True)
    region = models.ForeignKey(
        Region,
        on_delete=models.CASCADE,
        related_name="grid_units",
        db_index=False,
        verbose_name=shown("街道(乡镇)", "Township"),
    )
    boundary = models.ForeignKey(
        Boundary, on_delete=models.CASCADE, related_name="+", verbose_name=shown("边界", "Outline")
    )
    geom = models.MultiPolygonField(shown("范围", "Area"), srid=STORAGE_SRID, spatial_index=False)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", TILE_SRID),
        output_field=models.MultiPolygonField(srid=TILE_SRID, spatial_index=False),
        db_persist=True,
    )
    area_m2 = models.FloatField(shown("面积(平方米)", "Area (m²)"))

    class Meta:
        verbose_name = shown("网格单元", "Grid units")
        verbose_name_plural = shown("网格单元", "Grid units")
        ordering = ("code",)
        indexes = [
            GistIndex(fields=["geom"], name="grid_unit_geom_gist"),
            GistIndex(fields=["geom_3857"], name="grid_unit_geom_3857_gist"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["region", "size", "col", "row"], name="grid_unit_one_per_cell"),
            models.CheckConstraint(condition=models.Q(area_m2__gt=0), name="grid_unit_area_positive"),
        ]

    def __str__(self) -> str:
        return self.code


class GridWeight(models.Model):
    """How much of a place's water a unit takes: ``weight`` parts of ``total``, all whole numbers.

    Grain: (size, place, purpose, unit). Purpose 0 stands for every purpose that has no weights of its own. A place is a
    region or a facility; its id is not a foreign key, because there are two tables of them.
    """

    size = models.PositiveSmallIntegerField()
    place_kind = models.PositiveSmallIntegerField(choices=GRID_PLACE.choices())
    place_id = models.BigIntegerField()
    purpose = models.PositiveSmallIntegerField(default=0)
    unit = models.ForeignKey(GridUnit, on_delete=models.CASCADE, related_name="weights")
    weight = models.BigIntegerField()
    total = models.BigIntegerField()  # of the place and purpose: what makes the weights add up to one
    nth = models.IntegerField()  # of the place's units by code: who comes first when remainders are equal
    basis = models.PositiveSmallIntegerField(choices=GRID_RULE.choices())

    class Meta:
        verbose_name = shown("网格权重", "Grid weights")
        verbose_name_plural = shown("网格权重", "Grid weights")
        constraints = [
            models.UniqueConstraint(
                fields=["size", "place_kind", "place_id", "purpose", "unit"], name="grid_weight_one_per_unit"
            ),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="grid_weight_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_place_kind_display()} {self.place_id} → {self.unit_id}: {self.weight}"


class GridPlace(models.Model):
    """Where the water measured at a meter, facility or region goes: into one unit, into the shares of a place, or nowhere.

    Grain: (size, place, where it stood). Kept per data version, so that a month is a join with this and the weights. What was
    moved has a row for the months from each ``since`` (null: from the beginning) to the one before ``until`` (null: to today).
    """

    size = models.PositiveSmallIntegerField()
    kind = models.PositiveSmallIntegerField(choices=GRID_PLACE.choices())
    place_id = models.BigIntegerField()
    unit = models.ForeignKey(
        GridUnit, on_delete=models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="places"
    )
    rule = models.PositiveSmallIntegerField(choices=GRID_RULE.choices())
    share_kind = models.PositiveSmallIntegerField(choices=GRID_PLACE.choices(), null=True)
    share_id = models.BigIntegerField(null=True)
    gap = models.PositiveSmallIntegerField(choices=GRID_GAP.choices(), default=0)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        verbose_name = shown("网格归属", "Grid shares")
        verbose_name_plural = shown("网格归属", "Grid shares")
        constraints = [
            models.UniqueConstraint(
                fields=["size", "kind", "place_id", "until"], nulls_distinct=False, name="grid_place_one_per_size"
            ),
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False, share_kind=None, gap=0)
                | models.Q(unit=None, share_kind__isnull=False, share_id__isnull=False, gap=0)
                | models.Q(unit=None, share_kind=None, gap__gt=0),
                name="grid_place_unit_shares_or_gap",
            ),
        ]
        indexes = [
            models.Index(fields=["unit"], name="grid_place_unit", condition=models.Q(unit__isnull=False)),
            models.Index(
                fields=["size", "share_kind", "share_id"],
                name="grid_place_share",
                condition=models.Q(share_kind__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.place_id} → {self.unit_id or self.share_id or self.get_gap_display()}"


class GridUsage(models.Model):
    """Litres of a month in a unit, or (``gap`` > 0) in none, with the reason.

    Grain: (size, month, unit or gap, source, purpose, rule). Of one size and month the rows partition the records.
    The grain is the key itself, with 0 for no unit: a month has as many rows as records, and a number of its own in each,
    with an index over it, would cost a quarter of the time that writing them takes. ``records`` counts the records that are in the row, wholly or with a part: of shared water it does not add up.
    """

    pk = models.CompositePrimaryKey("size", "month", "unit_id", "gap", "source", "purpose", "rule")
    size = models.PositiveSmallIntegerField()
    month = models.DateField()
    # Written by the assignment alone, from the units themselves; checking it for each of half a million rows a month
    # would take as long as the sharing. A unit that goes takes its months with it, as all are assigned again.
    unit = models.ForeignKey(
        GridUnit, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="usage"
    )
    gap = models.PositiveSmallIntegerField(choices=GRID_GAP.choices(), default=0)
    source = models.PositiveSmallIntegerField()
    purpose = models.PositiveSmallIntegerField()
    rule = models.PositiveSmallIntegerField(choices=GRID_RULE.choices())
    volume_l = models.BigIntegerField()
    records = models.PositiveIntegerField()

    class Meta:
        verbose_name = shown("网格用水", "Grid usage")
        verbose_name_plural = shown("网格用水", "Grid usage")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(gap=0, unit__gt=0) | models.Q(gap__gt=0, unit=0),
                name="grid_usage_gap_or_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id or self.get_gap_display()} {self.month:%Y-%m} {self.volume_l} L"


class GridYear(models.Model):
    """Litres of a unit in the twelve months of a year, of all sources and purposes: what maps of everything read.

    Grain: (size, year, unit); arrays of twelve, January first, 0 where nothing was used. ``present`` has a bit a month,
    January the lowest, of those in which anything is recorded: of the others nothing is known. ``gross_l`` sums what the
    rows of `GridUsage` are without their sign, ``by_area_l`` the part of it that came by area and not by a position.
    One row holds a year, so that a tile can carry its months at the cost of one. Units without any record have no row.
    """

    pk = models.CompositePrimaryKey("size", "year", "unit_id")
    size = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(
        GridUnit, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="years"
    )
    volume_l = ArrayField(models.BigIntegerField(), size=12)
    gross_l = ArrayField(models.BigIntegerField(), size=12)
    by_area_l = ArrayField(models.BigIntegerField(), size=12)
    present = models.PositiveSmallIntegerField(db_default=0)

    class Meta:
        verbose_name = shown("网格年用水", "Grid usage by year")
        verbose_name_plural = shown("网格年用水", "Grid usage by year")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year} {sum(self.volume_l)} L"


class GridBuild(models.Model):
    """A grid size that is kept up: of which data its weights were made, and when."""

    size = models.PositiveSmallIntegerField(primary_key=True)
    # The newest release among the datasets that weights depend on; 0 makes the next assignment build them anew.
    weighed_release = models.BigIntegerField(default=0)
    # The parameter of the weights: known positions before area, or area alone.
    by_positions = models.BooleanField(default=True, db_default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = shown("网格构建", "Grid builds")
        verbose_name_plural = shown("网格构建", "Grid builds")

    def __str__(self) -> str:
        return f"{self.size} m"
