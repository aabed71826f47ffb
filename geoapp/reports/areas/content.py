"""Builds the report of an area, from the function behind the API, and reads what lies under its map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from geoapp.reports import ground
from geoapp.reports.areas.structure import AreaGround, AreaReport
from geoapp.reports.ask import Ask
from geoapp.reports.ground import Outlined, outlined_by
from geoapp.reports.objects import facility_lists
from geoapp.reports.structure import ReportPeriod
from layers import filters, place, registry, vocab
from layers.area import Area, DrawnShape, Regions, parse_area
from layers.db import Query, rows
from layers.feeds.meta import figures_are_synthetic
from layers.filters import FeatureFilter
from layers.functions import PlaneWKB
from layers.models import Boundary
from layers.stats.regions import RegionIndex, region_index
from layers.totals.answer import totals
from layers.totals.asked import AreaQuestion
from layers.versions import ALL_DATASETS, as_of
from layers.words import Kept


def build(ask: Ask) -> AreaReport:
    """The report's figures. `NotFound` for regions that there are not, or a period without data."""
    area = parse_area(ask.area)
    told = totals(AreaQuestion(area, ask.period, ask.selection, ask.boundaries))
    period, version, here = told["period"], as_of(ALL_DATASETS), place.read()
    return AreaReport(
        name=Kept(told["area"]["name"]).in_(ask.lang),
        told=told,
        period=ReportPeriod(period["text"], period["from"], period["to"], period["months"], tuple(period["missing"])),
        selection=ask.selection,
        site=ask.site,
        map_address=ask.map_address(),
        is_public=ask.is_public,
        version=version.version,
        changed_at=timezone.localtime(version.changed_at) if version.changed_at else None,
        synthetic=figures_are_synthetic(),
        within=ask.within(),
        place=here,
        names_in=ask.lang,
        boundaries=_boundaries(ask, told),
        facilities=facility_lists(
            region_index(ask.within()),
            FeatureFilter(area=area).apply,
            lambda code, name: here.called(code, name, ask.lang),
        ),
    )


def _boundaries(ask: Ask, told: dict[str, Any]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Whose outlines the map draws: of what lies around, and of the regions in it."""
    within = ask.within()
    index = region_index(within)
    asked: dict[int, list[str]] = {index.below[0]: [index.root.code]} if index.root else {}
    for row in told["meets"]:
        asked.setdefault(vocab.LEVEL.id_of(row["level"]), []).append(row["code"])
    return outlined_by(asked, within)


def read(report: AreaReport) -> AreaGround:
    area = parse_area(report.told["area"]["text"])
    index = region_index(report.within)
    first = vocab.LEVEL.by_id[index.below[0]].code
    drawn = isinstance(area, DrawnShape)
    codes = [row["code"] for row in report.told["meets"] if not drawn or row["level"] == "township"]
    if not _is_near(area, index):
        return AreaGround(None, (), (), {}, {}, None)
    chosen = FeatureFilter(area=area).apply
    return AreaGround(
        shape=_plane(area),
        regions=_outlines(report, codes),
        context=_outlines(report, [region.code for region in index.levels[vocab.LEVEL.id_of(first)]]),
        positions={
            layer.id: ground.positions(chosen(layer))
            for layer in registry.LAYERS
            if ground.is_drawn(layer) and report.counts.get(layer.id)
        },
        stands={each.layer: ground.stands(chosen(registry.layer(each.layer))) for each in report.facilities},
        waters=ground.waters(report.told["area"]["bounds"]),
    )


def _is_near(area: Area, index: RegionIndex) -> bool:
    """Whether a shape meets the box of the city: farther off the plane of the place measures nothing."""
    if isinstance(area, Regions) or index.root is None or index.root.bounds is None:
        return isinstance(area, Regions)
    west, south, east, north = area.bounds
    box = index.root.bounds
    inside = box[0] - 1 <= west and east <= box[2] + 1 and box[1] - 1 <= south and north <= box[3] + 1
    return inside and west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1]


def _plane(area: Area) -> bytes | None:
    """A drawn shape in metres; of regions their outlines are it."""
    if isinstance(area, Regions):
        return b""
    found = rows(Query("SELECT ST_AsBinary(layers_plane(%s::geometry))", [area.geometry.hexewkb.decode()]))
    return bytes(found[0][0])


def _outlines(report: AreaReport, codes: Sequence[str]) -> tuple[Outlined, ...]:
    stored = filters.outlined(Boundary.objects.filter(region__code__in=codes), report.within)
    named = stored.order_by("region__code").values_list("region__code", "region__name", PlaneWKB("geom"))
    return tuple((code, report.place.called(code, name, report.names_in), bytes(wkb)) for code, name, wkb in named)
