"""Lists of features and single features of any layer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from layers import access, filters, params, registry
from layers.errors import BadParameter, NotFound
from layers.features.columns import chosen, columns_of, named
from layers.feeds.serializers import feature_serializer, with_relations
from layers.registry import Layer
from layers.stats.carried import Asked, figures_of

PAGE_DEFAULT, PAGE_MOST = 1000, 10_000
PAGING = ("fields", "limit", "offset")


def query_params(request: HttpRequest, known: list[str]) -> dict[str, str]:
    """The query string as a plain mapping; a parameter unknown or given twice is refused."""
    return plain_params(request.GET, known)


def plain_params(given: QueryDict, known: list[str]) -> dict[str, str]:
    """As `query_params`, of a query string or a form."""
    params.refuse_unknown(given, known)
    params.refuse_repeated(dict(given.lists()))
    params.refuse_unwritable(given)
    return {key: value for key, value in given.items() if isinstance(value, str)}


def feature_list(layer: Layer, given: dict[str, str], url: str) -> dict[str, Any]:
    """One page of a layer's features, in code order, with the usage of a period where it is asked for."""
    wanted = filters.parse(layer, given)
    asked = wanted.asked
    names = [c.name for c in chosen(columns_of(layer, asked), layer, named(layer, asked, given.get("fields")))]
    limit = params.parse_count(given.get("limit"), "limit", PAGE_DEFAULT, 1, PAGE_MOST)
    offset = params.parse_count(given.get("offset"), "offset", 0, 0, 10**8)
    code_path = next(f.orm_path for f in layer.fields if f.name == "code")
    found = wanted.apply(layer)
    count = found.count()
    if offset and offset >= count:
        raise BadParameter(
            f"offset={offset} is past the last of {count} features.",
            param="offset",
            allowed=[f"0..{max(0, count - 1)}"],
        )
    page = with_relations(layer, found).order_by(code_path)[offset : offset + limit]
    wanted.check()  # a month that is not there is told though nothing carries it
    objects = list(page)
    features = feature_serializer(layer, tuple(names))(objects, many=True).data["features"]
    if features and asked is not None:
        _add_usage(layer, asked, objects, features, names)
    return {
        "type": "FeatureCollection",
        "count": count,
        "next": _page(url, given, offset + limit, limit) if offset + limit < count else None,
        "previous": _page(url, given, max(0, offset - limit), limit) if offset else None,
        "features": features,
    }


def _page(url: str, given: dict[str, str], offset: int, limit: int) -> str:
    return f"{url}?{urlencode({**given, 'offset': offset, 'limit': limit}, safe=',:')}"


def _add_usage(
    layer: Layer, asked: Asked, objects: list[Any], features: list[dict[str, Any]], names: Collection[str]
) -> None:
    """The same figures as the statistics API gives, as attributes for desktops that join nothing."""
    page = filters.every(layer).filter(pk__in=[found.pk for found in objects])
    by_id = figures_of(layer, page, asked)
    for found, feature in zip(objects, features, strict=True):
        figures = {"period": str(asked.period), **by_id[found.pk]}
        feature["properties"] |= {name: value for name, value in figures.items() if name in names}


def feature(layer: Layer, code: str) -> dict[str, Any]:
    """One feature with all its fields and what it is linked to."""
    params.refuse_unwritable({"code": code})
    found = filters.of_code(layer, code, with_relations(layer, filters.base(layer)))
    if found is None:
        raise NotFound(f"{layer.id} has no feature {code!r}.", param="code")
    body: dict[str, Any] = feature_serializer(layer, tuple(f.name for f in layer.listed_fields))(found).data
    body["links"] = links(layer, found)
    return body


# Relations of a feature's model that its page shows, with the most of each it lists.
_RELATIONS = ("permits", "wells", "users", "meters", "intakes", "facility", "supply_areas")
_LINKS_MOST = 200


def links(layer: Layer, found: Any) -> dict[str, list[dict[str, Any]]]:
    """Linked objects by relation: {layer, code, name}; ``layer`` is None for what has no page (permits).

    A relation to objects that may not be seen is not there, and a name that may not be told is empty.
    """
    linked: dict[str, list[dict[str, Any]]] = {}
    for name in _RELATIONS:
        relation = next(
            (f for f in found._meta.get_fields() if f.name == name or getattr(f, "related_name", None) == name), None
        )
        if relation is None or access.is_closed(relation.related_model):
            continue
        related = getattr(found, name)
        objects = related.order_by("code")[:_LINKS_MOST] if hasattr(related, "order_by") else [related]
        linked[name] = [_link(other) for other in objects]
    regions = [
        getattr(found, attribute)
        for attribute in ("declared_region", "found_region")
        if getattr(found, attribute, None) is not None
    ]
    if regions:
        unique = {region.code: region for region in regions}
        linked["region"] = [
            {"layer": _level_layer(region.level), "code": region.code, "name": region.name}
            for region in unique.values()
        ]
    return linked


def _level_layer(level: int) -> str | None:
    layer = registry.LEVEL_LAYERS.get(level)
    return layer.id if layer else None


def _link(other: Any) -> dict[str, Any]:
    layer = layer_of(other)
    return {"layer": layer.id if layer else None, "code": other.code, "name": access.name_of(other)}


def layer_of(found: Any) -> Layer | None:
    """The layer that publishes an object and gives it a page; a table gives none."""
    layer = access.of_object(found)
    return layer if layer in registry.LAYERS else None
