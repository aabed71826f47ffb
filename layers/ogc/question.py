"""The parameters of ``items``, read into one feature query. Every wrong one is a `BadParameter` that says what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from layers import cql2, filters, params, values
from layers.crs import Crs, parse_box, parse_crs
from layers.errors import BadParameter
from layers.features import FeatureQuery
from layers.ogc.times import Interval, parse_interval
from layers.periods import Month, Period
from layers.registry import Field, Layer
from layers.stats.query import available_months

LIMIT_DEFAULT, LIMIT_MOST = 5000, 10_000
LIMIT_TAKEN = 10 * LIMIT_MOST  # up to here more than the most is the most; beyond it no page is meant
LIMIT_PAGE = 100  # rows of a page for people, unless told
OFFSET_MOST = 10**9
# All that counts in a region. `region` is a property, and a property's parameter means equality (Part 3, 7.3): desktops
# send the conditions of a user by it, and trust the answer.
WITHIN = "within"
ITEM_PARAMS = ("f", "crs")
LIST_PARAMS = (
    "f", "limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "sortby",
    "properties", "skipGeometry", "resultType",
)  # fmt: skip


@dataclass(frozen=True)
class CollectionQuestion:
    """What is asked of a collection: the query, its reference system, and whether only the number is wanted."""

    query: FeatureQuery
    system: Crs
    hits: bool = False


def property_params(layer: Layer) -> dict[str, Field]:
    """The properties that can be asked for as parameters of their own, by name."""
    taken = {*LIST_PARAMS, *filters.place_params(layer, WITHIN), *filters.usage_params(layer)}
    return {field.name: field for field in layer.listed_fields if field.name not in taken}


def list_params(layer: Layer) -> list[str]:
    """Every parameter that the items of a layer know."""
    return sorted({*LIST_PARAMS, *filters.allowed_params(layer, WITHIN), *property_params(layer)})


def may_be_empty(layer: Layer) -> set[str]:
    """The parameters that mean something without a value: no properties, and a text that is empty."""
    return {"properties", *(name for name, field in property_params(layer).items() if field.kind == "text")}


def read_item(layer: Layer, given: Mapping[str, str]) -> CollectionQuestion:
    """The question for one feature, whichever it is."""
    system = parse_crs(given.get("crs"), "crs")
    usage = filters.parse(layer, {name: given[name] for name in filters.usage_params(layer) if name in given})
    query = FeatureQuery(layer, usage, srid=system.srid, flipped=system.flipped, limit=1)
    return CollectionQuestion(query, system)


def read_list(layer: Layer, given: Mapping[str, str], page: int = LIMIT_DEFAULT) -> CollectionQuestion:
    """The question for a page of features; ``page`` is its size unless told."""
    system = parse_crs(given.get("crs"), "crs")
    shared = {name: text for name, text in given.items() if name == WITHIN or name in filters.usage_params(layer)}
    properties = {name: equal(field, given[name]) for name, field in property_params(layer).items() if name in given}
    wanted = replace(filters.parse(layer, shared, WITHIN), attributes=properties)
    wanted, when = _timed(layer, wanted, given.get("datetime"))
    query = FeatureQuery(
        layer=layer,
        wanted=wanted,
        cql=_all(_where(layer, given), when, cql2.asked(layer, given)),
        fields=_fields(given),
        geometry=not _flag(given, "skipGeometry"),
        srid=system.srid,
        flipped=system.flipped,
        order=_order(given),
        limit=_limit(given.get("limit"), page),
        offset=_count(given.get("offset"), "offset", 0, 0, OFFSET_MOST),
    )
    kind = params.parse_choice(given.get("resultType"), "resultType", "results", ("results", "hits"))
    return CollectionQuestion(query, system, kind == "hits")


def equal(field: Field, text: str) -> Q:
    """Where a property is what its parameter says. A text is that text, commas and all: a name may have them; a code
    in any case.

    Words of a vocabulary may be several, numbers a range and days a period: no single value of theirs looks like that. A
    word that is none equals nothing, as in a condition of CQL2.
    """
    if field.vocab is not None:
        known = [word for word in text.split(",") if params.is_term(word, field.vocab)]
        return values.condition(field, ",".join(known)) if known else Q(pk__in=[])
    if field.kind in ("integer", "number", "date"):
        return values.condition(field, text)
    return values.named(field, [text])


def _all(*conditions: Q | None) -> Q | None:
    given = [one for one in conditions if one is not None]
    return None if not given else Q(*given)


def _where(layer: Layer, given: Mapping[str, str]) -> Q | None:
    """The box. Rows without geometry lie in none."""
    system = parse_crs(given.get("bbox-crs"), "bbox-crs")
    if not given.get("bbox"):
        return None
    ground = parse_box(given["bbox"], system)
    return Q(pk__in=[]) if layer.geometry == "none" else Q(geom__intersects=ground)


def _timed(layer: Layer, wanted: filters.FeatureFilter, text: str | None) -> tuple[filters.FeatureFilter, Q | None]:
    """What ``datetime`` asks: rows of the time, or of regions the usage of its months. What has no time is always."""
    if not text:
        return wanted, None
    interval = parse_interval(text)
    if layer.with_usage and wanted.period is None:
        period = _months(interval)
        return (replace(wanted, period=period), None) if period else (wanted, Q(pk__in=[]))
    return wanted, _during(layer, interval) if layer.temporal else None


def _months(interval: Interval) -> Period | None:
    """The months with usage that an interval touches."""
    held = [
        month
        for month in available_months()
        if (interval.first is None or month >= Month.of(interval.first))
        and (interval.last is None or month <= Month.of(interval.last))
    ]
    return Period(held[0], held[-1]) if held else None


def _during(layer: Layer, interval: Interval) -> Q:
    """Rows whose time meets the interval: a month by any day of it, a span by any, open where it is null."""
    start, end = layer.temporal[0], layer.temporal[-1]
    paths = {field.name: field.orm_path for field in layer.listed_fields}
    found = Q()
    if interval.last is not None:
        found &= Q(**{f"{paths[start]}__lte": interval.last}) | Q(**{f"{paths[start]}__isnull": True})
    if interval.first is not None:
        # A single field is a month, known by its first day.
        first = interval.first.replace(day=1) if start == end else interval.first
        found &= Q(**{f"{paths[end]}__gte": first}) | Q(**{f"{paths[end]}__isnull": True})
    return found


def _fields(given: Mapping[str, str]) -> tuple[str, ...] | None:
    words = given.get("properties")
    return None if words is None else tuple(word.strip() for word in words.split(",") if word.strip())


def _order(given: Mapping[str, str]) -> tuple[tuple[str, bool], ...]:
    """``sortby=-depth_m,code``: minus is descending; a plus, which a URL may have made a space, is not."""
    words = [word.strip() for word in given.get("sortby", "").split(",") if word.strip()]
    return tuple((word.lstrip("+-").strip(), word.startswith("-")) for word in words)


def _flag(given: Mapping[str, str], name: str) -> bool:
    return params.parse_choice(given.get(name), name, "false", ("true", "false")) == "true"


def _limit(text: str | None, page: int) -> int:
    """A page's size. More than the most is the most, as the standard has it: ``next`` leads to the rest.

    Who asks for a hundred thousand and more at once asks for everything, and would take a page for it: that is told.
    """
    size = _count(text, "limit", page, 1, OFFSET_MOST, [f"1..{LIMIT_MOST}"])
    if size > LIMIT_TAKEN:
        raise BadParameter(
            f"A page has at most {LIMIT_MOST} features: follow its link next, or ask for a file without limit.",
            param="limit",
            allowed=[f"1..{LIMIT_MOST}", "f=geojsonseq, gpkg, … without limit"],
        )
    return min(size, LIMIT_MOST)


def _count(text: str | None, param: str, default: int, low: int, high: int, allowed: Sequence[str] = ()) -> int:
    """A whole number of low..high."""
    if not text:
        return default
    if not re.fullmatch(r"\d{1,40}", text, re.ASCII) or not low <= int(text) <= high:
        raise BadParameter(f"{param}={text!r} is not in its range.", param=param, allowed=allowed or [f"{low}..{high}"])
    return int(text)
