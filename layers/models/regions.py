"""Divisions at four levels, their versioned boundaries, and the reporting units."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.contrib.postgres.indexes import GistIndex

from layers.functions import PlaneArea
from layers.models.base import STORAGE_SRID, TILE_SRID
from layers.vocab import BOUNDARY_QUALITY, GRID_PLACE, LEVEL
from layers.words import shown


class ReportingUnit(models.Model):
    """A bureau that reports water use: the sixteen districts', and 亦庄/经开区, which is a set of townships."""

    code = models.CharField(shown("编码", "Code"), max_length=12, unique=True)
    name = models.CharField(shown("名称", "Name"), max_length=60)
    release = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name=shown("数据发布", "Release")
    )

    class Meta:
        verbose_name = shown("填报单位", "Reporting unit")
        verbose_name_plural = shown("填报单位", "Reporting unit")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A division, from one release to another: what it is called and what it belongs to.

    A division that is abolished or renamed is closed (``valid_to``) and never deleted, so last year's figures keep
    their names. Its outline is versioned apart (`Boundary`): a redrawn line does not make another division.
    """

    code = models.CharField(shown("区划代码", "Division code"), max_length=12)
    name = models.CharField(shown("名称", "Name"), max_length=60)
    level = models.PositiveSmallIntegerField(shown("级别", "Level"), choices=LEVEL.choices()[:4])
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=shown("上级", "Parent"),
    )
    reporting_unit = models.ForeignKey(
        ReportingUnit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="regions",
        verbose_name=shown("填报单位", "Reporting unit"),
    )
    valid_from = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name=shown("生效", "From")
    )
    valid_to = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=shown("失效", "Until"),
    )

    class Meta:
        verbose_name = shown("行政区划", "Regions")
        verbose_name_plural = shown("行政区划", "Regions")
        ordering = ("code",)
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(valid_to=None), name="region_one_current_per_code"
            ),
            # The city's has 2 digits, 4 or 6, those below it 6, 9 and 12, each starting with its parent's: the rule every
            # prefix filter relies on.
            models.CheckConstraint(
                condition=models.Q(level=1, code__regex=r"^[0-9]{2}([0-9]{2}){0,2}$")
                | models.Q(level=2, code__regex=r"^[0-9]{6}$")
                | models.Q(level=3, code__regex=r"^[0-9]{9}$")
                | models.Q(level=4, code__regex=r"^[0-9]{12}$"),
                name="region_code_digits_fit_level",
            ),
        ]
        # For `code LIKE '110108%'` under any collation.
        indexes = [models.Index(fields=["code"], name="region_code_prefix", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class Boundary(models.Model):
    """The outline of a region from one release to another; a published outline is never rewritten."""

    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="boundaries", verbose_name=shown("区划", "Division")
    )
    geom = models.MultiPolygonField(shown("边界", "Outline"), srid=STORAGE_SRID, spatial_index=False)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", TILE_SRID),
        output_field=models.MultiPolygonField(srid=TILE_SRID, spatial_index=False),
        db_persist=True,
    )
    # Where the name is written: inside the outline, once for the whole of it and not once a tile.
    label_3857 = models.GeneratedField(
        expression=PointOnSurface(Transform("geom", TILE_SRID)),
        output_field=models.PointField(srid=TILE_SRID, spatial_index=False),
        db_persist=True,
    )
    area_m2 = models.GeneratedField(expression=PlaneArea("geom"), output_field=models.FloatField(), db_persist=True)
    source = models.CharField(shown("边界来源", "Boundary source"), max_length=200, blank=True)
    quality = models.PositiveSmallIntegerField(
        shown("边界质量", "Boundary quality"), choices=BOUNDARY_QUALITY.choices()
    )
    valid_from = models.ForeignKey(
        "layers.Release", on_delete=models.PROTECT, related_name="+", verbose_name=shown("生效", "From")
    )
    valid_to = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=shown("失效", "Until"),
    )

    class Meta:
        verbose_name = shown("区划边界", "Boundaries")
        verbose_name_plural = shown("区划边界", "Boundaries")
        constraints = [
            models.UniqueConstraint(
                fields=["region"], condition=models.Q(valid_to=None), name="boundary_one_current_per_region"
            ),
            models.CheckConstraint(condition=models.Q(geom__isvalid=True), name="boundary_geom_valid"),
        ]
        indexes = [
            GistIndex(fields=["geom"], name="boundary_geom_gist"),
            GistIndex(fields=["geom_3857"], name="boundary_geom_3857_gist"),
            GistIndex(fields=["label_3857"], name="boundary_label_3857_gist"),
        ]

    def __str__(self) -> str:
        return f"{self.region} ({self.get_quality_display()})"


class Edition(models.Model):
    """The divisions of the months from ``since`` on, until those of the next edition: so a split does not rewrite last year.

    An edition is what a series of releases made: ``first_release`` brought it into effect, later ones corrected it. None
    of both is "from the beginning", and of the current edition "until today".
    """

    since = models.DateField(
        shown("生效月份", "Holds from"), null=True
    )  # the first day of a month; null: from the beginning
    first_release = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=shown("首次发布", "First release"),
    )
    last_release = models.ForeignKey(
        "layers.Release",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=shown("末次发布", "Last release"),
    )

    class Meta:
        verbose_name = shown("区划版次", "Editions of the divisions")
        verbose_name_plural = shown("区划版次", "Editions of the divisions")
        ordering = ("id",)  # which is also the order of their months
        constraints = [
            models.UniqueConstraint(fields=["since"], nulls_distinct=False, name="edition_one_a_month"),
            models.UniqueConstraint(
                fields=["last_release"],
                nulls_distinct=False,
                name="edition_one_current",
                condition=models.Q(last_release=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m} 起" if self.since else shown("最初", "from the beginning")


class PastPlace(models.Model):
    """Where a meter or a facility counts in the divisions of an edition that is over, if in another village than in the next.

    Only differences are kept: an object without a row counts in an edition where it does in the next one, and in the
    current one where its own row says. An empty code is a position that no village covers.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="+")
    kind = models.PositiveSmallIntegerField(choices=GRID_PLACE.choices())
    object_id = models.BigIntegerField()
    code = models.CharField(shown("区划代码", "Division code"), max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "edition"], include=["code"], name="past_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}/{self.kind}/{self.object_id} {self.code or '市域之外'}"


class BoundaryPiece(models.Model):
    """A village boundary cut small, for point-in-polygon joins: of each outline that is current, or was in some edition."""

    boundary = models.ForeignKey(Boundary, on_delete=models.CASCADE, related_name="pieces")
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    geom = models.PolygonField(srid=STORAGE_SRID, spatial_index=False)

    class Meta:
        indexes = [GistIndex(fields=["geom"], name="boundary_piece_geom_gist")]

    def __str__(self) -> str:
        return f"{self.region_id}/{self.pk}"
