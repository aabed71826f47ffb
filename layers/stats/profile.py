"""One region at a glance: figures, months by source, purposes, ranked children, facilities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Count
from psycopg import sql

from layers import access, registry, vocab
from layers.db import Query, rows
from layers.errors import NotFound
from layers.grid.cells import DEFAULT_SIZE
from layers.grid.figures import cell_litres
from layers.kept.memory import Memory
from layers.models import Region
from layers.periods import Month, Period
from layers.selection import Selection
from layers.stats import measures, query
from layers.stats.absence import added, share
from layers.stats.answer import Question, answer
from layers.stats.divisions import Divisions, divisions, last_month
from layers.stats.population import last_day, populations
from layers.stats.provisional import marks
from layers.stats.redrawn import redrawn
from layers.stats.regions import RegionIndex, RegionInfo, region_index
from layers.versions import ALL_DATASETS, as_of


def profile(
    code: str, period: Period, selection: Selection, versus: str | Period, *, unit: bool = False, boundaries: str = ""
) -> dict[str, Any]:
    """Everything the region drawer and the report's first page show of one region or reporting unit.

    A code that a district shares with its bureau means the district, unless the ``unit`` is asked for. `NotFound` for
    unknown codes.
    """
    within = divisions(boundaries, last_month(period, query.available_months()))
    index = region_index(within)
    region = _asked(index, code, unit=unit)
    unit = region.level == vocab.REPORTING_UNIT
    measure = measures.PERCENTILE if period.length == 1 else measures.VOLUME  # of a month its place is told too
    asked = Question(region.level, period, selection, versus=versus, measure=measure.name, boundaries=boundaries)
    own = answer(replace(asked, parent="" if unit else code))
    whole = answer(asked) if region.level == vocab.CITY else None
    line = next((row for row in own["rows"] if row["code"] == code), None)
    if line is None:  # only of a closed region: a current one always has a row
        raise NotFound(f"The region {code!r} is closed, and has no usage in {period}.", param="code")
    beside = {gap["gap"]: gap["volume_l"] for gap in whole["gaps"]} if whole else {}
    city = index.root or region
    months = chart_months(period)
    return {
        "code": code,
        "name": region.name,
        "level": vocab.LEVEL.by_id[region.level].code,
        "path": [_step(step) for step in index.lineage(region)],
        "bounds": region.bounds,
        "area_km2": region.area_m2 / 1e6,
        "boundary": {
            "source": region.source,
            "quality": vocab.BOUNDARY_QUALITY.by_id[region.quality].code if region.quality else None,
            "synthetic": region.quality == vocab.SYNTHETIC,
        },
        "reporting_unit": _unit(index, region),
        "boundaries": own["boundaries"],
        "redrawn": redrawn(index, within, period, query.available_months(), selection, index.prefixes(code, unit=unit)),
        "period": own["period"],
        "versus": own["versus"],
        "filters": own["filters"],
        "volume_l": line["volume_l"],
        # What was recorded and lies in no region at all stands beside the city's own figure, never in it.
        "unassigned_l": beside.get("unassigned"),
        "outside_l": beside.get("outside"),
        "recorded_l": added([line["volume_l"], *beside.values()]),
        "share_of_parent": _share(line["volume_l"], region.parent_code, index, asked, within),
        "share_of_city": _share(line["volume_l"], city.code, index, asked, within),
        **{measure.field: line[measure.field] for measure in measures.DIVIDED},
        "population": populations(within).of(region, last_day(period)).told(),
        "previous_l": line["previous_l"],
        "change": line["change"],
        "standing": line["standing"],
        "former": own["former"],
        "provisional": line["provisional"],
        "provisional_notes": own["provisional_notes"],
        "months": [str(month) for month in months],
        "provisional_months": marks(within).within(months).of(index.prefixes(code, unit=unit)),
        "by_source_month": by_source_month(region, months, selection, within),
        "by_purpose": _by_purpose(region, period, selection, within),
        "by_purpose_month": _by_purpose_month(region, months, selection, within),
        "grid": _in_cells(region, period, selection, line["volume_l"], within),
        **_children(index, region, asked, line["volume_l"]),
        "facilities": object_counts(index.prefixes(code, unit=unit)),
    }


_UNITS = sql.SQL(
    "WITH f AS (SELECT u.id AS fid FROM layers_gridunit u JOIN layers_region r ON r.id = u.region_id"
    " WHERE u.size = %s AND r.code = %s AND {held}) SELECT sum(volume_l)::bigint FROM ({litres}) cells"
)


def _in_cells(
    region: RegionInfo, period: Period, selection: Selection, volume_l: int | None, within: Divisions
) -> dict[str, Any] | None:
    """What the cells of a township hold, and by how much that is more than its figure; None of other regions, or without cells.

    More, where water that counts at its district only (an urban plant's) is used in the township's cells; less, where what
    is known of the township has no place in them.
    """
    if region.level != vocab.TOWNSHIP:
        return None
    litres = cell_litres(DEFAULT_SIZE, period, selection, among="f", elsewhere=within.elsewhere(period.months))
    text = _UNITS.format(held=within.cells.held("u"), litres=litres.composed)
    found = rows(Query(text, [DEFAULT_SIZE, region.code, *litres.params]))[0][0]
    if found is None:
        return None
    return {"size": DEFAULT_SIZE, "volume_l": found, "more_l": found - (volume_l or 0)}


def _asked(index: RegionIndex, code: str, *, unit: bool) -> RegionInfo:
    found = index.units.get(code) if unit else index.by_code.get(code) or index.units.get(code)
    if found is None:
        raise NotFound(f"There is no reporting unit {code!r}.", param="code") if unit else index.unknown(code, "code")
    return found


def _step(region: RegionInfo) -> dict[str, str]:
    return {"code": region.code, "name": region.name, "level": vocab.LEVEL.by_id[region.level].code}


def _unit(index: RegionIndex, region: RegionInfo) -> dict[str, str] | None:
    code = index.unit_of(region)
    return {"code": code, "name": index.units[code].name} if code else None


def _share(volume_l: int | None, of: str, index: RegionIndex, asked: Question, within: Divisions) -> float | None:
    """Of what is recorded of a region above; of the city's, with what lies in no region, as the statistics' shares are."""
    if not of:
        return None
    above = index.by_code[of]
    inside = [] if above.level == vocab.CITY else [above.code]
    return share(
        volume_l, added(t.volume_l for t in query.totals(above.level, asked.period, asked.selection, inside, within))
    )


def chart_months(period: Period) -> list[Month]:
    """The twelve months of the chart: the calendar year of a period inside one, else the last twelve of it."""
    if period.first.year == period.last.year:
        return Period(Month(period.last.year, 1), Month(period.last.year, 12)).months
    return Period(period.last.plus(-11), period.last).months


def by_source_month(
    region: RegionInfo, months: list[Month], selection: Selection, within: Divisions
) -> list[dict[str, Any]]:
    """Litres of a region by source in each of some months on end, null where nothing is recorded; all sources whatever the filter,
    so that the chart keeps its context."""
    months_of = Period(months[0], months[-1])
    asked = query.one_region_query(region.level, region.code, months_of, selection, "source", within)
    litres = {(source, Month.of(day)): volume for source, day, volume in rows(asked)}
    return [
        {"source": term.code, "volume_l": [litres.get((term.id, month)) for month in months]} for term in vocab.SOURCE
    ]


def _by_purpose(region: RegionInfo, period: Period, selection: Selection, within: Divisions) -> list[dict[str, Any]]:
    """Litres by purpose in the period; all purposes whatever the filter on them."""
    litres: dict[int, int] = {}
    asked = query.one_region_query(region.level, region.code, period, selection, "purpose", within)
    for purpose, _, volume in rows(asked):
        litres[purpose] = litres.get(purpose, 0) + volume
    return [{"purpose": term.code, "volume_l": litres.get(term.id)} for term in vocab.PURPOSE]


def _by_purpose_month(
    region: RegionInfo, months: list[Month], selection: Selection, within: Divisions
) -> list[dict[str, Any]]:
    """The same of each month of the chart, so that whoever moves the month has them already."""
    asked = query.one_region_query(
        region.level, region.code, Period(months[0], months[-1]), selection, "purpose", within
    )
    litres = {(purpose, Month.of(day)): volume for purpose, day, volume in rows(asked)}
    return [
        {"purpose": term.code, "volume_l": [litres.get((term.id, month)) for month in months]} for term in vocab.PURPOSE
    ]


def _children(index: RegionIndex, region: RegionInfo, asked: Question, volume_l: int | None) -> dict[str, Any]:
    level = index.child_level(region.level)
    if level is None:
        return {"child_level": None, "children": [], "not_at_child_level_l": 0}
    unit = region.level == vocab.REPORTING_UNIT
    below = answer(replace(asked, level=level, parent=region.code, unit=unit))
    return {
        "child_level": below["level"],
        "children": sorted(below["rows"], key=_largest_first),
        # Not the sum of the gaps: what a bureau's district is only known to use as a whole is in none of its townships.
        "not_at_child_level_l": (volume_l or 0) - (added(row["volume_l"] for row in below["rows"]) or 0),
    }


def _largest_first(row: dict[str, Any]) -> tuple[bool, int, str]:
    """What is not known comes last, after what used nothing, or less."""
    return row["volume_l"] is None, -(row["volume_l"] or 0), row["code"]


_counted: Memory[dict[str, dict[str, int]]] = Memory(2)


def _counts() -> dict[str, dict[str, int]]:
    """Objects that may be seen by layer and finest known region code ('' where none is known)."""
    codes = dict(Region.objects.values_list("pk", "code"))
    found: dict[str, dict[str, int]] = {}
    for layer in registry.LAYERS:
        if not (layer.dataset.placed or layer.dataset is registry.SUPPLY_AREA):
            continue
        if (visible := access.seen(layer)) is not None:
            counted = access.rows_of(visible).order_by().values_list(layer.dataset.counted).annotate(Count("pk"))
            found[layer.id] = {codes.get(region, ""): count for region, count in counted}
    return found


def object_counts(prefixes: list[str] | None = None) -> list[dict[str, Any]]:
    """How many objects of each layer, as far as they may be seen, lie in the given regions (all, without any)."""
    inside = tuple(prefixes) if prefixes is not None else ("",)
    return [
        {"layer": layer_id, "count": sum(n for code, n in by_code.items() if code.startswith(inside))}
        for layer_id, by_code in _counted.get_or_make(as_of(ALL_DATASETS).stamp, "", _counts).items()
    ]
