"""Lists of features and single features of any layer: GeoJSON that PostgreSQL makes, known by their codes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib.gis.db.models import GeometryField
from django.db.models import Q, QuerySet
from django.utils import timezone

from layers import access, filters, params, registry
from layers.built import paged_ones
from layers.errors import BadParameter, NotFound
from layers.features import FeatureQuery, stream
from layers.features.columns import named
from layers.feeds import faults
from layers.feeds.near import near
from layers.http.encoding import written
from layers.registry import Layer
from layers.stats import objects
from layers.stats.provisional import marks

PAGE_DEFAULT, PAGE_MOST = 1000, 10_000
PAGING = ("fields", "limit", "offset")
IN_CODE_ORDER = (("code", False),)


def feature_list(layer: Layer, given: dict[str, str], url: str) -> dict[str, Any]:
    """One page of a layer's features, in code order, with the usage of a period where it is asked for. They are JSON already
    (see `written`).
    """
    wanted = filters.parse(layer, given)
    limit = params.parse_count(given.get("limit"), "limit", PAGE_DEFAULT, 1, PAGE_MOST)
    offset = params.parse_count(given.get("offset"), "offset", 0, 0, 10**8)
    fields = named(layer, wanted.asked, given.get("fields"))
    query = FeatureQuery(layer, wanted, fields=fields, order=IN_CODE_ORDER, limit=limit, offset=offset)
    count = query.count()
    if offset and offset >= count:
        raise BadParameter(
            f"offset={offset} is past the last of {count} features.",
            param="offset",
            allowed=[f"0..{max(0, count - 1)}"],
        )
    return {
        "type": "FeatureCollection",
        "count": count,
        "next": _page(url, given, offset + limit, limit) if offset + limit < count else None,
        "previous": _page(url, given, max(0, offset - limit), limit) if offset else None,
        **_provisional(wanted),
        "features": written(b"[" + _texts(query) + b"]"),
    }


def _provisional(wanted: filters.FeatureFilter) -> dict[str, Any]:
    """Which months of the usage asked for are provisional; nothing where none is asked for."""
    if (asked := wanted.asked) is None:
        return {}
    months = [*asked.period.months, *(asked.versus.months if asked.versus else ())]
    return {"provisional": marks(asked.within).within(months).of(asked.prefixes)}


def _texts(query: FeatureQuery) -> bytes:
    with stream.geojson(query, b",", by_code=True) as batches:
        return b",".join(batches)


def _page(url: str, given: dict[str, str], offset: int, limit: int) -> str:
    return f"{url}?{urlencode({**given, 'offset': offset, 'limit': limit}, safe=',:')}"


def feature(layer: Layer, code: str) -> dict[str, Any]:
    """One feature with all its fields and what it is linked to."""
    found = _found(layer, code)
    body: dict[str, Any] = orjson.loads(_texts(FeatureQuery(layer, cql=Q(pk=found.pk))))
    return {**body, "links": links(layer, found), "release": _release(found), "faults": faults.of_object(layer, found)}


def neighbours(layer: Layer, code: str) -> dict[str, Any]:
    """What stands next to one feature."""
    found = _found(layer, code, outlines=layer.geometry == "point")
    listed = near(layer, found)
    return {"layer": layer.id, "code": found.code, "near": listed}


def _release(found: Any) -> dict[str, Any] | None:
    """Which release wrote an object last, and when: of divisions their outlines; None of what is derived."""
    release = getattr(found, "release", None) or getattr(found, "valid_from", None)
    if release is None:
        return None
    made = timezone.localtime(release.made_at).isoformat(timespec="seconds")
    return {"number": release.pk, "made_at": made, "by_hand": "admin" in release.report}


def use(layer: Layer, code: str) -> dict[str, Any]:
    """What one feature used, month by month; `NotFound` where features of the layer are measured by nothing."""
    if not layer.dataset.litres_of:
        measured = [other.id for other in paged_ones() if other.dataset.litres_of]
        raise NotFound(f"There are no usage records of {layer.id}.", param="layer", allowed=measured)
    found = _found(layer, code)
    return {"layer": layer.id, "code": found.code, **objects.use(layer, found)}


def _found(layer: Layer, code: str, *, outlines: bool = False) -> Any:
    """The object of a code in any case, without its outline unless told; `NotFound` when there is none."""
    params.refuse_unwritable({"code": code})
    among = filters.base(layer)
    found = filters.of_code(layer, code, among if outlines else _without_outlines(among))
    if found is None:
        raise NotFound(f"{layer.id} has no feature {code!r}.", param="code")
    return found


def _without_outlines(found: QuerySet[Any]) -> QuerySet[Any]:
    """The same without their geometries, which the feature query says."""
    return found.defer(*(field.name for field in found.model._meta.fields if isinstance(field, GeometryField)))


# Relations of a feature's model that its page shows, with the most of each it lists.
_RELATIONS = ("holder", "permits", "wells", "intakes", "users", "meters", "facility", "supply_areas")
_PERMITTED = ("wells", "intakes", "users")  # what permits lead to, told of their holder as well
_LINKS_MOST = 200


def links(layer: Layer, found: Any) -> dict[str, list[dict[str, Any]]]:
    """Linked objects by relation: {layer, code, name, lon, lat}; ``layer`` is None for what has no page.

    A relation to objects that may not be seen is not there, and a name that may not be told is empty.
    """
    linked: dict[str, list[dict[str, Any]]] = {}
    for name in _RELATIONS:
        relation = next(
            (f for f in found._meta.get_fields() if f.name == name or getattr(f, "related_name", None) == name), None
        )
        if relation is None or access.is_closed(relation.related_model):
            continue
        linked[name] = [_link(other) for other in _listed(getattr(found, name))]
    if layer.dataset is registry.HOLDER:
        linked |= _under_permits(found)
    regions = [
        getattr(found, attribute)
        for attribute in ("declared_region", "found_region")
        if getattr(found, attribute, None) is not None
    ]
    if regions:
        unique = {region.code: region for region in regions}
        linked["region"] = [
            {"layer": _level_layer(region.level), "code": region.code, "name": region.name, "lon": None, "lat": None}
            for region in unique.values()
        ]
    return linked


def _listed(related: Any) -> list[Any]:
    """What a relation leads to and may be seen: the first of many by code, or the one there is."""
    if related is None:
        return []
    if not hasattr(related, "order_by"):
        return list(access.objects_of(type(related)).filter(pk=related.pk))
    seen = related.filter(pk__in=access.objects_of(related.model).values("pk"))
    return list(access.with_names(seen.order_by("code"))[:_LINKS_MOST])


def _under_permits(holder: Any) -> dict[str, list[dict[str, Any]]]:
    """What a holder's permits lead to, each once."""
    permits = access.objects_of(holder.permits.model).filter(holder=holder).values("pk")
    found = {}
    for name in _PERMITTED:
        model: Any = holder.permits.model._meta.get_field(name).related_model
        if not access.is_closed(model):
            others = access.objects_of(model).filter(permits__in=permits).distinct()
            found[name] = [_link(other) for other in _listed(others)]
    return found


def _level_layer(level: int) -> str | None:
    layer = registry.LEVEL_LAYERS.get(level)
    return layer.id if layer else None


def _link(other: Any) -> dict[str, Any]:
    layer = layer_of(other)
    point = getattr(other, "geom", None) if layer and layer.geometry == "point" else None
    return {
        "layer": layer.id if layer else None,
        "code": other.code,
        "name": access.name_of(other),
        "lon": point.x if point else None,
        "lat": point.y if point else None,
    }


def layer_of(found: Any) -> Layer | None:
    """The layer or table that gives an object a page."""
    layer = access.of_object(found)
    return layer if layer is not None and layer.dataset.field("code") is not None else None
