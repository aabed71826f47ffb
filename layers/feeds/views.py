"""The JSON API: each view parses, asks, and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from layers import access, compare, params, printed, registry, vocab
from layers.area import FORMS as AREA_FORMS
from layers.area import PARAM as AREA_PARAM
from layers.area import parse_area
from layers.built import built_layer, paged
from layers.errors import BadParameter
from layers.feeds import features, meta, schema, schema_objects
from layers.feeds.documented import documented
from layers.feeds.features import PAGING
from layers.feeds.search import search as find
from layers.feeds.search import spelt_regions
from layers.filters import BOUNDARIES, allowed_params
from layers.grid import cells
from layers.http.answers import PUBLIC, Found, json_of
from layers.http.media import GEOJSON
from layers.http.parameters import query_params
from layers.http.resource import Resource
from layers.periods import Period, parse_period
from layers.selection import parse_selection
from layers.stats import answer, explain, moved, profile
from layers.stats import cells as stats_cells
from layers.stats.divisions import parse_boundaries
from layers.stats.series import PARTS as SERIES_PARTS
from layers.stats.series import series
from layers.totals import answer as totals
from layers.versions import ALL_DATASETS, as_of

READ = Resource()
# Figures of divisions and cells, and what the page starts with: nobody's in particular.
OPEN = Resource(kept=PUBLIC)
SELECTION = ["source", "purpose", "resident"]


Make = Callable[[], dict[str, Any]]


def _figures(make: Make) -> Make:
    """An answer with the mark that its figures carry when they are made up."""
    return lambda: {"synthetic": meta.figures_are_synthetic(), **make()}


def _noted(made: dict[str, Any], notes: list[printed.Note]) -> dict[str, Any]:
    """The same with the notes at figures of the demo: where the print that they are made of contradicts itself."""
    synthetic = meta.figures_are_synthetic()
    return {"synthetic": synthetic, **made, "notes": [note.to_dict() for note in notes] if synthetic else []}


def _features(layer: registry.Layer, make: Make, *, usage: bool = False) -> Make:
    """Features with the mark of their layer, and of the figures that a period adds to them."""
    return lambda: {
        "synthetic": meta.is_synthetic(layer) or (usage and meta.figures_are_synthetic()),
        **make(),
    }


@documented(schema.META)
@OPEN
def meta_view(request: HttpRequest) -> Found:
    """Layers, vocabularies, months and the synthetic notice: all a client needs to start with."""
    query_params(request, [])
    return json_of(as_of(ALL_DATASETS), meta.meta)


@documented(schema.LAYERS)
@READ
def layers_view(request: HttpRequest) -> Found:
    """Every layer with its fields, filters, size and version."""
    query_params(request, [])
    return json_of(as_of(ALL_DATASETS), lambda: {"layers": meta.layer_infos()})


@documented(schema_objects.FEATURES)
@READ
def features_view(request: HttpRequest, layer_id: str) -> Found:
    """A page of a layer's features as GeoJSON, filtered on the server."""
    layer = built_layer(layer_id)
    given = query_params(request, [*allowed_params(layer), *PAGING])
    url = request.build_absolute_uri(request.path)
    return json_of(
        as_of(layer.datasets(usage="period" in given)),
        _features(layer, lambda: features.feature_list(layer, given, url), usage="period" in given),
        GEOJSON,
    )


@documented(schema_objects.FEATURE)
@READ
def feature_view(request: HttpRequest, layer_id: str, code: str) -> Found:
    """One feature with all its fields and links."""
    layer = paged(layer_id)
    query_params(request, [])
    return json_of(as_of(ALL_DATASETS), _features(layer, lambda: features.feature(layer, code)), GEOJSON)


@documented(schema_objects.USE)
@READ
def use_view(request: HttpRequest, layer_id: str, code: str) -> Found:
    """What one feature used, month by month, and what its permits allow."""
    layer = paged(layer_id)
    query_params(request, [])
    return json_of(as_of(ALL_DATASETS), _figures(lambda: features.use(layer, code)))


@documented(schema_objects.NEAR)
@READ
def near_view(request: HttpRequest, layer_id: str, code: str) -> Found:
    """What stands next to one feature: the nearest of its layer, and of the supply facilities."""
    layer = paged(layer_id)
    query_params(request, [])
    return json_of(as_of(ALL_DATASETS), _features(layer, lambda: features.neighbours(layer, code)))


@documented(schema.STATS)
@OPEN
def stats_view(request: HttpRequest) -> Found:
    """Usage of every region of a level in a period: value, share, density, change, legend classes."""
    given = query_params(
        request, ["level", "parent", "period", "versus", "measure", "method", "k", BOUNDARIES, *SELECTION]
    )
    if not given.get("period"):
        raise BadParameter("A period is needed.", param="period", allowed=["2019", "2019-07", "2019-01..2019-06"])
    period = parse_period(given["period"])
    measure = params.parse_choice(given.get("measure"), "measure", "volume", answer.MEASURES)
    answer.refuse_measure(measure, period)
    parent, unit = params.parse_region_of_kind(given["parent"], "parent") if given.get("parent") else ("", False)
    question = answer.Question(
        level=_level(given.get("level")),
        period=period,
        selection=parse_selection(given.get("source"), given.get("purpose"), given.get("resident")),
        parent=parent,
        unit=unit,
        versus=answer.parse_versus(given.get("versus")),
        measure=measure,
        method=params.parse_choice(given.get("method"), "method", "quantiles", answer.METHODS),
        k=params.parse_count(given.get("k"), "k", 5, 2, 9),
        boundaries=parse_boundaries(given.get(BOUNDARIES)),
    )

    def make() -> dict[str, Any]:
        whole = question.parent or printed.CITY  # whose sum the total is
        notes = [] if question.unit else printed.notes(whole, question.period, question.selection)
        return _noted(answer.answer(question), [note for note in notes if note.year is not None])

    return json_of(as_of(registry.STATISTICS), make)


@documented(schema.SERIES)
@OPEN
def series_view(request: HttpRequest) -> Found:
    """The monthly matrix of a level, for clients that move through the months without asking again."""
    given = query_params(request, ["level", "parent", "period", "method", "k", "part", BOUNDARIES, *SELECTION])
    level = _level(given.get("level"))
    selection = parse_selection(given.get("source"), given.get("purpose"), given.get("resident"))
    parent = params.parse_region(given["parent"], "parent") if given.get("parent") else ""
    period = parse_period(given["period"]) if given.get("period") else None
    method = params.parse_choice(given.get("method"), "method", "quantiles", answer.METHODS)
    k = params.parse_count(given.get("k"), "k", 5, 2, 9)
    boundaries = parse_boundaries(given.get(BOUNDARIES))
    part = params.parse_choice(given.get("part"), "part", "all", SERIES_PARTS)

    def make() -> dict[str, Any]:
        made = _figures(lambda: series(level, selection, parent, period, method, k, boundaries, part))()
        if part != "all":
            return made
        notes = printed.of_total(parent or printed.CITY, selection) if made["synthetic"] else []
        return {**made, "notes": [note.to_dict_of_year() for note in notes]}

    return json_of(as_of(registry.STATISTICS), make)


def _level(text: str | None) -> int:
    """The level asked for; the first below the city unless told."""
    code = params.parse_choice(text, "level", "", vocab.LEVEL.codes)
    return vocab.LEVEL.id_of(code) if code else answer.BELOW_ROOT


def _period(given: dict[str, str], name: str = "period") -> Period:
    if not given.get(name):
        raise BadParameter(f"A {name} is needed.", param=name, allowed=["2019", "2019-07", "2019-01..2019-06"])
    return parse_period(given[name], name)


@documented(schema.CELLS)
@OPEN
def cells_view(request: HttpRequest) -> Found:
    """Balance and legend classes of the street-level grid in a period."""
    given = query_params(request, ["level", "period", "measure", "method", "k", BOUNDARIES, *SELECTION])
    layer = built_layer(params.parse_choice(given.get("level"), "level", compare.GRIDS[0], compare.GRIDS))
    period = _period(given)
    selection = parse_selection(given.get("source"), given.get("purpose"), given.get("resident"))
    stats_cells.refuse_measure(given.get("measure", ""))
    measure = params.parse_choice(given.get("measure"), "measure", "volume", stats_cells.MEASURES)
    method = params.parse_choice(given.get("method"), "method", "tail", answer.METHODS)
    k = params.parse_count(given.get("k"), "k", 5, 2, 9)
    boundaries = parse_boundaries(given.get(BOUNDARIES))
    make = _figures(lambda: stats_cells.cell_statistics(layer, period, selection, measure, method, k, boundaries))
    return json_of(as_of(layer.datasets(usage=True)), make)


@documented(schema.COMPARE)
@OPEN
def compare_view(request: HttpRequest) -> Found:
    """Two periods compared, region by region or cell by cell, with the largest movers."""
    known = ["level", "period", "versus", "region", "direction", "limit", "offset", BOUNDARIES, *SELECTION]
    given = query_params(request, known)
    layer = built_layer(params.parse_choice(given.get("level"), "level", compare.COMPARED[0], compare.COMPARED))
    question = compare.Comparison(
        _period(given),
        _period(given, "versus"),
        parse_selection(given.get("source"), given.get("purpose"), given.get("resident")),
        params.parse_region(given["region"]) if given.get("region") else "",
        params.parse_choice(given.get("direction"), "direction", "up", compare.DIRECTIONS),
        params.parse_count(given.get("limit"), "limit", 20, 1, 1000),
        params.parse_count(given.get("offset"), "offset", 0, 0, 10_000_000),
        parse_boundaries(given.get(BOUNDARIES)),
    )
    make = _figures(lambda: compare.compare(layer, question))
    return json_of(as_of(layer.datasets(usage=True)), make)


@documented(schema.AREA)
@READ
def area_view(request: HttpRequest) -> Found:
    """The totals of several regions or of what somebody drew; without a period, of the last year that has data."""
    given = query_params(request, [AREA_PARAM, "period", BOUNDARIES, *SELECTION])
    if not given.get(AREA_PARAM):
        raise BadParameter("An area is needed.", param=AREA_PARAM, allowed=AREA_FORMS)
    question = totals.AreaQuestion(
        parse_area(given[AREA_PARAM]),
        parse_period(given["period"]) if given.get("period") else answer.last_year(),
        parse_selection(given.get("source"), given.get("purpose"), given.get("resident")),
        parse_boundaries(given.get(BOUNDARIES)),
    )
    return json_of(as_of(ALL_DATASETS), _figures(lambda: totals.totals(question)))


@documented(schema.REGION)
@OPEN
def region_view(request: HttpRequest, code: str) -> Found:
    """One region at a glance; without a period, the last year that has data."""
    given = query_params(request, ["period", "versus", "level", BOUNDARIES, *SELECTION])
    unit = params.parse_choice(given.get("level"), "level", "", (vocab.UNIT,)) == vocab.UNIT
    period = parse_period(given["period"]) if given.get("period") else answer.last_year()
    selection = parse_selection(given.get("source"), given.get("purpose"), given.get("resident"))
    versus = answer.parse_versus(given.get("versus"))
    params.parse_region(code, "code")
    boundaries = parse_boundaries(given.get(BOUNDARIES))

    def make() -> dict[str, Any]:
        found = profile.profile(code, period, selection, versus, unit=unit, boundaries=boundaries)
        return _noted(found, [] if found["level"] == vocab.UNIT else printed.notes(code, period, selection))

    return json_of(as_of(ALL_DATASETS), make)


@documented(schema.EDITIONS)
@READ
def divisions_view(request: HttpRequest) -> Found:
    """Every change of the divisions: which came, went, were renamed or redrawn, and what moved between them."""
    query_params(request, [])
    return json_of(as_of(ALL_DATASETS), _figures(lambda: {"changes": moved.changes()}))


@documented(schema_objects.SEARCH)
@READ
def search_view(request: HttpRequest) -> Found:
    """Regions, facilities, wells, users, meters, permits and holders by name or code."""
    given = query_params(request, ["q", "limit"])
    limit = params.parse_count(given.get("limit"), "limit", 20, 1, 100)
    access.note_personal("search")
    text = given.get("q", "")
    return json_of(as_of(ALL_DATASETS), lambda: {"results": find(text, limit)})


@documented(schema_objects.SPELT_REGIONS)
@READ
def spelt_regions_view(request: HttpRequest) -> Found:
    """The regions of a level that a word says in Latin letters, for who lists them all."""
    given = query_params(request, ["q", "level"])
    level, word = _level(given.get("level")), given.get("q", "")
    return json_of(as_of(ALL_DATASETS), lambda: {"codes": spelt_regions(word, level)})


@documented(schema.EXPLAIN)
@Resource(lane="dear")
def explain_view(request: HttpRequest) -> Found:
    """What a figure of a grid unit or region is made of: meters, villages, facilities, weights, rules, litres."""
    given = query_params(
        request, ["unit", "region", "level", "period", "size", "limit", "offset", BOUNDARIES, *SELECTION]
    )
    if bool(given.get("unit")) == bool(given.get("region")):
        raise BadParameter("Either a unit or a region is needed.", param="unit", allowed=["unit=…", "region=…"])
    if not given.get("period"):
        raise BadParameter("A period is needed.", param="period", allowed=["2019", "2019-07", "2019-01..2019-06"])
    access.note_personal("explain")
    period = parse_period(given["period"])
    selection = parse_selection(given.get("source"), given.get("purpose"), given.get("resident"))
    sizes = tuple(str(size) for size in cells.SIZES)
    size = int(params.parse_choice(given.get("size"), "size", str(cells.DEFAULT_SIZE), sizes))
    page = explain.RecordsPage(
        params.parse_count(given.get("limit"), "limit", 100, 1, 1000),
        params.parse_count(given.get("offset"), "offset", 0, 0, 10_000_000),
    )
    boundaries = parse_boundaries(given.get(BOUNDARIES))
    if given.get("region"):
        region, of_kind = params.parse_region_of_kind(given["region"])
        bureau = of_kind or params.parse_choice(given.get("level"), "level", "", (vocab.UNIT,)) == vocab.UNIT
        make = _figures(
            lambda: explain.explain_region(region, period, selection, page, unit=bureau, boundaries=boundaries)
        )
    else:
        unit = given["unit"]
        make = _figures(lambda: explain.explain_unit(unit, period, selection, page, size, boundaries))
    return json_of(as_of(ALL_DATASETS), make)
