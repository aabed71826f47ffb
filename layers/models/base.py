"""What every object on the map shares: a code, a position, and the regions it is said and found to be in."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db.models import Case, F, Index, When
from django.db.models.functions import Coalesce, Upper

from layers.functions import CellIndex
from layers.models.called import called
from layers.vocab import POSITION_QUALITY
from layers.words import shown

STORAGE_SRID = 4490  # CGCS2000 geographic; stored x = longitude, y = latitude, as PostGIS orders coordinates
TILE_SRID = 3857


class Placed(models.Model):
    """An object with (at most) one position.

    The declared region is what the register says, the found region is the village that covers the position.
    They are kept apart: where they differ is a finding for the quality rules, never a silent correction. A position
    without a found region lies outside the city.
    """

    code = models.CharField(shown("编码", "Code"), max_length=32, unique=True)
    name = models.CharField(shown("名称", "Name"), max_length=120, blank=True)
    geom = models.PointField(shown("位置", "Position"), srid=STORAGE_SRID, null=True, blank=True, spatial_index=False)
    # Prepared for tiles, so that no request transforms anything.
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", TILE_SRID),
        output_field=models.PointField(srid=TILE_SRID, null=True, spatial_index=False),
        db_persist=True,
    )
    # The 100 m cell it stands in, so that placing into grid units of any size is a join of integers.
    cell_x = models.GeneratedField(
        expression=CellIndex("geom", "X"), output_field=models.IntegerField(null=True), db_persist=True
    )
    cell_y = models.GeneratedField(
        expression=CellIndex("geom", "Y"), output_field=models.IntegerField(null=True), db_persist=True
    )
    position_quality = models.PositiveSmallIntegerField(
        shown("位置质量", "Position quality"), choices=POSITION_QUALITY.choices(), null=True, blank=True
    )
    declared_region = models.ForeignKey(
        "layers.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="declared_%(class)ss",
        verbose_name=shown("登记所在区划", "Declared division"),
    )
    found_region = models.ForeignKey(
        "layers.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="found_%(class)ss",
        verbose_name=shown("位置所在区划", "Division of the position"),
    )
    # Where it counts, by the one rule of filters, counts and sums: where its position lies; without a position, where
    # it is declared to be; nowhere when the position lies outside the city. The id of a region, as the database keeps it.
    # A meter looks to its users before what is declared: see there.
    counted_region = models.GeneratedField(
        expression=Coalesce(F("found_region"), Case(When(geom=None, then=F("declared_region")))),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    release = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=shown("数据发布", "Release"),
    )

    class Meta:
        abstract = True
        ordering = ("code",)

    def __str__(self) -> str:
        return called(self)


def code_index(table: str) -> Index:
    """Of codes in capitals: they are asked for in any case, whole or by their beginning."""
    return Index(OpClass(Upper("code"), name="text_pattern_ops"), name=f"{table}_code_upper")


def part_indexes(table: str, *fields: str) -> list[Index]:
    """Of trigrams, for search by three letters or more out of the midst of a text, in any case (needs pg_trgm)."""
    return [GinIndex(OpClass(Upper(field), name="gin_trgm_ops"), name=f"{table}_{field}_part") for field in fields]


def placed_indexes(table: str) -> list[Index]:
    """Named indexes of a `Placed` table: GiST on the stored and the tile geometry, the region it counts in, its code."""
    return [
        code_index(table),
        GistIndex(fields=["geom"], name=f"{table}_geom_gist"),
        GistIndex(fields=["geom_3857"], name=f"{table}_geom_3857_gist"),
        Index(fields=["counted_region"], name=f"{table}_counted_region"),
    ]
