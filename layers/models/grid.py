"""The street-level grid: its units, the weights by which places share their water, and the water itself."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex

from layers.models.base import STORAGE_SRID, TILE_SRID
from layers.models.regions import Boundary, Edition, Region
from layers.vocab import GRID_GAP, GRID_PLACE, GRID_RULE
from layers.words import shown

EVER = 2**31 - 1  # the last edition of what is true in today's divisions, and until they change


class InEditions(models.Model):
    """What is true in some editions of the divisions that follow each other: from ``first_edition`` (0: the first that there
    is) to ``last_edition`` (`EVER`: today's). Where divisions never changed, everything is true in all of them.
    """

    first_edition = models.IntegerField(default=0, db_default=0)
    last_edition = models.IntegerField(default=EVER, db_default=EVER)

    class Meta:
        abstract = True


# Rows that are not true in every edition: few, or none.
_BOUNDED = models.Q(first_edition__gt=0) | models.Q(last_edition__lt=EVER)


class GridUnit(InEditions):
    """The part of a cell inside one outline of a township. Units of an edition tile the townships; no two overlap.

    ``area_m2`` is measured in the plane of the place, where the unit was cut; the square inside a township has its full size. A township
    whose outline is another in another edition has other units there, under the same codes.
    """

    size = models.PositiveSmallIntegerField(shown("边长(米)", "Size (m)"))
    col = models.IntegerField(shown("列", "Column"))
    row = models.IntegerField(shown("行", "Row"))
    code = models.CharField(shown("编码", "Code"), max_length=26)
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
            models.UniqueConstraint(fields=["code", "last_edition"], name="grid_unit_one_per_code"),
            models.UniqueConstraint(
                fields=["region", "size", "col", "row", "last_edition"], name="grid_unit_one_per_cell"
            ),
            models.CheckConstraint(condition=models.Q(area_m2__gt=0), name="grid_unit_area_positive"),
        ]

    def __str__(self) -> str:
        return self.code


class GridWeight(InEditions):
    """How much of a place's water a unit takes: ``weight`` parts of ``total``, all whole numbers.

    Grain: (size, place, purpose, unit, editions). Purpose 0 stands for every purpose that has no weights of its own. A place is a
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
                fields=["size", "place_kind", "place_id", "purpose", "unit", "last_edition"],
                name="grid_weight_one_per_unit",
            ),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="grid_weight_positive"),
        ]
        indexes = [
            models.Index(fields=["size", "place_kind", "place_id"], name="grid_weight_bounded", condition=_BOUNDED)
        ]

    def __str__(self) -> str:
        return f"{self.get_place_kind_display()} {self.place_id} → {self.unit_id}: {self.weight}"


class GridPlace(InEditions):
    """Where the water measured at a meter, facility or region goes: into one unit, into the shares of a place, or nowhere.

    Grain: (size, place, where it stood, editions). Kept per data version, so that a month is a join with this and the weights. What was
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
                fields=["size", "kind", "place_id", "until", "last_edition"],
                nulls_distinct=False,
                name="grid_place_one_per_size",
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
            models.Index(fields=["size", "kind", "place_id"], name="grid_place_bounded", condition=_BOUNDED),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.place_id} → {self.unit_id or self.share_id or self.get_gap_display()}"


class GridUsage(models.Model):
    """Litres of a month in a unit of the month's own divisions, or (``gap`` > 0) in none, with the reason.

    Grain: (size, month, unit or gap, source, purpose, rule). Of one size and month the rows partition the records.
    In other divisions: `GridDifference`.
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


class GridDifference(models.Model):
    """What has to be added to `GridUsage` for a month in the divisions of another edition: minus where a litre lies no more,
    plus where it lies. Grain: (edition, size, month, unit or gap, source, purpose, rule).

    Of an edition, size and month the rows add up to nothing, in litres of each source and purpose; there are none of an
    edition for the months that are its own, and none at all where divisions never changed. ``records`` is added too: where a
    row of both has none, nothing is recorded.
    """

    pk = models.CompositePrimaryKey("edition", "size", "month", "unit_id", "gap", "source", "purpose", "rule")
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, db_index=False, related_name="+")
    size = models.PositiveSmallIntegerField()
    month = models.DateField()
    unit = models.ForeignKey(
        GridUnit, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="differences"
    )
    gap = models.PositiveSmallIntegerField(choices=GRID_GAP.choices(), default=0)
    source = models.PositiveSmallIntegerField()
    purpose = models.PositiveSmallIntegerField()
    rule = models.PositiveSmallIntegerField(choices=GRID_RULE.choices())
    volume_l = models.BigIntegerField()
    records = models.IntegerField()

    class Meta:
        verbose_name = shown("网格用水差额", "Grid differences")
        verbose_name_plural = shown("网格用水差额", "Grid differences")

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.unit_id or self.get_gap_display()} {self.month:%Y-%m} {self.volume_l:+d} L"


class GridYear(models.Model):
    """Litres of a unit in the twelve months of a year, of all sources and purposes: what maps of everything read.

    Grain: (size, year, edition, unit). Edition 0 is each month in its own divisions; of another there is the whole year as it is
    in that edition, for units in which any month of it is another. Arrays of twelve, January first, 0 where nothing was used. ``present`` has a bit a month,
    January the lowest, of those in which anything is recorded: of the others nothing is known. ``gross_l`` sums what the
    rows of `GridUsage` are without their sign, ``by_area_l`` the part of it that came by area and not by a position.
    One row holds a year, so that a tile can carry its months at the cost of one. Units without any record have no row.
    """

    pk = models.CompositePrimaryKey("size", "year", "edition", "unit_id")
    size = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()
    edition = models.IntegerField(default=0, db_default=0)
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
    # The newest edition of the divisions that the litres are told in.
    edition = models.IntegerField(default=0, db_default=0)
    # The parameter of the weights: known positions before area, or area alone.
    by_positions = models.BooleanField(default=True, db_default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = shown("网格构建", "Grid builds")
        verbose_name_plural = shown("网格构建", "Grid builds")

    def __str__(self) -> str:
        return f"{self.size} m"
