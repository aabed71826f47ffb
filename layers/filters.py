"""THE definition of every filter: parse → value → Q. Feed, tile, count, map and export use this one.

A layer's own fields filter under their names (``use=irrigation,greening``, ``depth_m=..50``, ``depth_m=null``), a
region by its code with all that lies in it (``region``; in OGC API ``within``, for there ``region`` is the property of
that name), a box by ``bbox``, several regions or what somebody drew by ``area`` (`layers.area`). Where a layer carries usage,
``period`` and the selection of sources and purposes say which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.gis.db.models.functions import PointOnSurface
from django.contrib.gis.geos import GEOSGeometry, LineString, Point, Polygon
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from layers import access, params, values, vocab
from layers.area import PARAM as AREA_PARAM
from layers.area import Area, DrawnShape, Regions, parse_area
from layers.errors import BadParameter
from layers.fields import NOWHERE
from layers.models import Boundary
from layers.models.base import STORAGE_SRID
from layers.models.grid import EVER
from layers.params import Bbox
from layers.periods import FORMS, Period, parse_period
from layers.registry import GRID, REGION, Field, Layer
from layers.selection import EVERYTHING, Selection, parse_selection
from layers.stats import divisions
from layers.stats.answer import coverage
from layers.stats.calendar import Calendar, calendar
from layers.stats.carried import Asked
from layers.stats.divisions import Divisions
from layers.stats.like import refuse_unlike
from layers.stats.regions import RegionIndex, region_index

USAGE_PARAMS = ("period", "versus", "source", "purpose", "resident")
BOUNDARIES = divisions.PARAM
MONTHLY, MONTHLY_YEARS = "monthly", 2
REGION_PARAM = "region"


@dataclass(frozen=True)
class FeatureFilter:
    """Which features of a layer are meant; the same value gives the same features everywhere."""

    bbox: Bbox | None = None
    region: str = ""
    unit: bool = False  # the region is a reporting unit
    attributes: Mapping[str, Q] = field(default_factory=dict)
    period: Period | None = None
    selection: Selection = EVERYTHING
    versus: Period | None = None
    monthly: bool = False
    region_param: str = REGION_PARAM  # what the asker calls the region, for errors to name
    boundaries: str = ""  # of layers of divisions and cells: which edition is meant (see `divisions`)
    area: Area | None = None

    @cached_property
    def _calendar(self) -> Calendar:
        return calendar()

    @cached_property
    def within(self) -> Divisions | None:
        """The divisions meant: unless told those of the period's last month with usage. None is today's, whichever they are."""
        if self.boundaries in ("", divisions.OWN, divisions.CURRENT) and self.period is None:
            return None
        there = self._calendar
        month = divisions.last_month(self.period, there.months) if self.period else None
        return divisions.divisions(self.boundaries, month, there.known)

    @cached_property
    def asked(self) -> Asked | None:
        """The usage that the features are to carry."""
        if self.period is None:
            return None
        prefixes = tuple(self._prefixes(region_index(self.within))) if self.region else ()
        return Asked(self.period, self.selection, prefixes, self.versus, self.monthly, self.boundaries, self.divisions)

    def divisions(self) -> Divisions:
        """Those of its period, looked up once and when somebody needs them."""
        assert self.within
        return self.within

    def apply(self, layer: Layer) -> QuerySet[Any]:
        """The layer's features that match, in no order yet. `NotFound` when the region does not exist."""
        divided = layer.dataset in (REGION, GRID)
        found = within(layer, self.within) if divided and self.within else base(layer)
        if self.bbox is not None:
            found = found.filter(geom__intersects=_shape(self.bbox))
        if self.region:
            index = region_index(self.within) if divided else region_index()
            if not self.unit:
                _refuse_too_fine(layer, index, self.region, self.region_param)
            found = found.filter(inside(layer, self._prefixes(index)))
        if isinstance(self.area, Regions):
            index = region_index(self.within) if divided else region_index()
            found = found.filter(inside(layer, _codes_of(layer, index, self.area)))
        elif self.area is not None:
            found = lying_in(layer, found, self.area)
        for condition in self.attributes.values():
            found = found.filter(condition)
        return found

    def check(self) -> None:
        """`NotFound` when there is no such region, or no month of the period."""
        if self.region:
            self._prefixes(region_index(self.within))
        if isinstance(self.area, Regions):
            region_index(self.within).chosen(self.area.codes, AREA_PARAM)
        for name, period in (("period", self.period), ("versus", self.versus)):
            if period is not None:
                coverage(period, self._calendar.months, name)

    def _prefixes(self, index: RegionIndex) -> list[str]:
        return index.prefixes(self.region, unit=self.unit, param=self.region_param)


def _refuse_too_fine(layer: Layer, index: RegionIndex, code: str, param: str) -> None:
    """`BadParameter` for a region finer than those that the features count in: none of them would be in it."""
    known = index.by_code.get(code)
    if known is not None and known.level > layer.dataset.finest:
        finest = vocab.LEVEL.by_id[layer.dataset.finest].code
        raise BadParameter(
            f"{code} is finer than the regions {layer.id} counts in.", param=param, allowed=[f"a {finest} or coarser"]
        )


def _codes_of(layer: Layer, index: RegionIndex, area: Regions) -> list[str]:
    """The codes of an area's regions, which are prefixes of all that lies in them."""
    for code in area.codes:
        _refuse_too_fine(layer, index, code, AREA_PARAM)
    return [region.code for region in index.chosen(area.codes, AREA_PARAM)]


def lying_in(layer: Layer, found: QuerySet[Any], drawn: DrawnShape) -> QuerySet[Any]:
    """Those of a layer's features that lie in a drawn shape: what stands at a point by that, cells by a point in their middle (so that
    no cell is in two shapes that share a line; as `area_units.sql` counts them), other areas where they meet it."""
    if layer.dataset is not GRID:
        return found.filter(geom__intersects=drawn.geometry)
    near = found.alias(middle=PointOnSurface("geom")).filter(geom__bboverlaps=drawn.geometry)
    return near.filter(Q(geom__coveredby=drawn.geometry) | Q(middle__coveredby=drawn.geometry))


UNFILTERED = FeatureFilter()


def _shape(bbox: Bbox) -> GEOSGeometry:
    """A box as a geometry; without width or height a polygon would be invalid and meet nothing."""
    low, high = (bbox.west, bbox.south), (bbox.east, bbox.north)
    if low == high:
        return Point(*low, srid=STORAGE_SRID)
    if bbox.west == bbox.east or bbox.south == bbox.north:
        return LineString(low, high, srid=STORAGE_SRID)
    box = Polygon.from_bbox((*low, *high))
    box.srid = STORAGE_SRID
    return box


def every(layer: Layer) -> QuerySet[Any]:
    """All features of a layer, as it may be seen, that there are or were: of divisions and cells those of every edition."""
    return access.rows_of(layer)


def base(layer: Layer) -> QuerySet[Any]:
    """All current features of a layer."""
    found = every(layer)
    if layer.dataset is GRID:
        return found.filter(last_edition=EVER)
    return outlined(found) if layer.dataset is REGION else found


def within(layer: Layer, chosen: Divisions) -> QuerySet[Any]:
    """The features of a layer of divisions, or of cells, in one edition of them, with the outlines they had in it."""
    if chosen.edition.current:
        return base(layer)
    found = every(layer)
    if layer.dataset is GRID:
        return found.filter(first_edition__lte=chosen.edition.id, last_edition__gte=chosen.edition.id)
    return outlined(found, chosen)


def outlined(found: QuerySet[Any], chosen: Divisions | None = None) -> QuerySet[Any]:
    """Those of some outlines that there are in an edition of the divisions; today's unless told."""
    if chosen is None or chosen.edition.current:
        return found.filter(valid_to=None, region__valid_to=None)
    last = chosen.edition.last
    for path in ("", "region__"):
        there = Q(**{f"{path}valid_from__lte": last})
        found = found.filter(there, Q(**{f"{path}valid_to": None}) | Q(**{f"{path}valid_to__gt": last}))
    return found


def of_code(layer: Layer, code: str, among: QuerySet[Any] | None = None) -> Any:
    """The feature of a code in any case, or None; where two differ by case alone, the one that is written so."""
    field = layer.dataset.field("code")
    if field is None:
        return None
    found = (base(layer) if among is None else among).filter(values.named(field, [code]))
    written = Case(When(**{field.orm_path: code}, then=Value(0)), default=Value(1), output_field=IntegerField())
    return found.order_by(written, field.orm_path).first()


def inside(layer: Layer, prefixes: list[str]) -> Q:
    """Features that count in the regions with these code prefixes (see `Placed.counted_region`); what counts nowhere, a river,
    is in every region that it meets."""
    if layer.dataset.counted == NOWHERE:
        outlines = Boundary.objects.filter(valid_to=None, region__valid_to=None, region__code__in=prefixes)
        return Q(Exists(outlines.filter(geom__intersects=OuterRef("geom"))))
    return access.counting_in(layer.dataset.counted, prefixes)


def filter_params(layer: Layer) -> dict[str, Field]:
    """The fields of a layer that can be filtered by, by parameter name."""
    return {f.name: f for f in layer.fields if f.filter and f.name not in _reserved(layer)}


def _reserved(layer: Layer) -> tuple[str, ...]:
    """On a layer that carries usage, ``source`` and ``purpose`` choose the usage; elsewhere they are fields."""
    return (*place_params(layer), *USAGE_PARAMS, BOUNDARIES) if layer.with_usage else place_params(layer)


def place_params(layer: Layer, region_param: str = REGION_PARAM) -> tuple[str, ...]:
    """The parameters that choose by place. A table without geometry lies in no box and counts in no region."""
    if layer.geometry == "none":
        return ()
    # OGC API has conditions of its own for shapes (CQL2), and names of properties for parameters.
    return ("bbox", region_param, AREA_PARAM) if region_param == REGION_PARAM else ("bbox", region_param)


def allowed_params(layer: Layer, region_param: str = REGION_PARAM) -> list[str]:
    """Every filter parameter a layer knows."""
    return sorted({*place_params(layer, region_param), *usage_params(layer), *filter_params(layer)})


def usage_params(layer: Layer) -> tuple[str, ...]:
    """The parameters that say which usage the features are to carry; none where they carry none."""
    if layer.usage is None:
        return ()
    return (*USAGE_PARAMS, *((MONTHLY,) if layer.usage.monthly else ()), BOUNDARIES)


def parse(layer: Layer, given: Mapping[str, str], region_param: str = REGION_PARAM) -> FeatureFilter:
    """A filter from the parameters it knows; others are the caller's to judge (see `params.refuse_unknown`)."""
    asked = given.get(region_param) if place_params(layer) else None
    region, unit = params.parse_region_of_kind(asked, region_param) if asked else ("", False)
    attributes = {
        name: values.condition(declared, given[name])
        for name, declared in filter_params(layer).items()
        if given.get(name)
    }
    return FeatureFilter(
        bbox=params.parse_bbox(given["bbox"]) if given.get("bbox") and place_params(layer) else None,
        region=region,
        unit=unit,
        area=parse_area(given[AREA_PARAM]) if given.get(AREA_PARAM) and place_params(layer) else None,
        region_param=region_param,
        attributes=attributes,
        **(_usage(given) if layer.with_usage else {}),
    )


def _usage(given: Mapping[str, str]) -> dict[str, Any]:
    period = parse_period(given["period"]) if given.get("period") else None
    for name in ("versus", MONTHLY):
        if given.get(name) and period is None:
            raise BadParameter(f"{name} needs a period to go with.", param="period", allowed=FORMS)
    monthly = params.parse_choice(given.get(MONTHLY), MONTHLY, "no", ("yes", "no")) == "yes"
    if monthly and given.get("versus"):
        raise BadParameter("Single months go without versus.", param="versus", allowed=[f"{MONTHLY}=no"])
    if monthly and period is not None and period.last.year - period.first.year >= MONTHLY_YEARS:
        raise BadParameter(
            "Single months are given for two years at most.", param="period", allowed=["2019", "2018..2019"]
        )
    versus = parse_period(given["versus"], "versus") if given.get("versus") else None
    if period is not None and versus is not None:
        refuse_unlike(period, versus)
    return {
        "period": period,
        "versus": versus,
        "selection": parse_selection(given.get("source"), given.get("purpose"), given.get("resident")),
        "monthly": monthly,
        "boundaries": divisions.parse_boundaries(given.get(BOUNDARIES)),
    }
