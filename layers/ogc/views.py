"""OGC API Features over HTTP: each view parses, asks, and answers."""

from __future__ import annotations

import orjson
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from layers import filters
from layers.feeds.files import Download
from layers.feeds.meta import figures_are_synthetic, is_synthetic
from layers.http.answers import Found
from layers.http.media import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Media
from layers.http.negotiate import negotiate
from layers.http.reader import ReaderView
from layers.ogc import collections, forms, items, landing, openapi, pages, question, schema, search
from layers.ogc.answers import DOCUMENT, ITEMS, SEARCH, document, parameters, root_of
from layers.ogc.items import Address
from layers.ogc.links import Json
from layers.registry import Layer
from layers.versions import ALL_DATASETS, AsOf, as_of


@DOCUMENT
def landing_view(request: HttpRequest) -> Found:
    """Where a client begins."""
    parameters(request, ["f"])
    return document(
        request,
        as_of(ALL_DATASETS),
        lambda: landing.landing(root_of(request)),
        "landing",
        JSON,
        lambda _: {"map": pages.CITY},
    )


@DOCUMENT
def conformance_view(request: HttpRequest) -> Found:
    parameters(request, ["f"])
    return document(request, as_of(ALL_DATASETS), lambda: landing.conformance(root_of(request)), "conformance", JSON)


@DOCUMENT
def api_view(request: HttpRequest) -> Found | HttpResponseRedirect:
    """The OpenAPI document; the page that reads it has an address of its own."""
    parameters(request, ["f"])
    if negotiate(request, (OPENAPI, HTML)) is HTML:
        return HttpResponseRedirect(f"{root_of(request)}/api.html")
    media = {layer.id: forms.of(layer) for layer in collections.every()}
    return document(request, as_of(ALL_DATASETS), lambda: openapi.openapi(root_of(request), media), "", OPENAPI)


_reader = ReaderView.as_view(url="/ogc/api")


@DOCUMENT
def api_docs_view(request: HttpRequest) -> HttpResponseBase:
    """The page that reads the API definition. A plain view: the JSON API's own document must not list it."""
    return _reader(request)


@DOCUMENT
def collections_view(request: HttpRequest) -> Found:
    parameters(request, ["f"])
    media = {layer.id: forms.of(layer) for layer in collections.every()}
    return document(
        request, as_of(ALL_DATASETS), lambda: collections.listing(root_of(request), media), "collections", JSON,
        lambda _: {"map": pages.CITY},
    )  # fmt: skip


@DOCUMENT
def collection_view(request: HttpRequest, layer_id: str) -> Found:
    layer = collections.named(layer_id)
    parameters(request, ["f"])
    return document(
        request, as_of(ALL_DATASETS), lambda: collections.collection(layer, root_of(request), forms.of(layer)),
        "collection", JSON, lambda found: pages.of_collection(layer, found),
    )  # fmt: skip


@DOCUMENT
def queryables_view(request: HttpRequest, layer_id: str) -> Found:
    return _properties(request, layer_id, "queryables", "可用于筛选的属性 Queryables")


@DOCUMENT
def schema_view(request: HttpRequest, layer_id: str) -> Found:
    return _properties(request, layer_id, "schema", "属性说明 Schema")


def _properties(request: HttpRequest, layer_id: str, name: str, heading: str) -> Found:
    layer = collections.named(layer_id)
    parameters(request, ["f"])
    url = f"{root_of(request)}/collections/{layer.id}/{name}"
    make = {"queryables": schema.queryables, "schema": schema.schema}[name]
    return document(
        request, as_of(layer.datasets()), lambda: make(layer, url), "properties", SCHEMA,
        lambda found: {"layer": layer, "heading": heading},
    )  # fmt: skip


def _version(layer: Layer, given: dict[str, str]) -> AsOf:
    """The version of a list: with the usage's where its figures are asked for."""
    usage = layer.with_usage and bool(given.get("period") or given.get("datetime"))
    return as_of(layer.datasets(usage=usage))


def _marks(layer: Layer, version: AsOf, usage: bool) -> Json:
    """What every answer says of its data: the version, and whether anything is made up."""
    return {"as_of": version.to_dict(), "synthetic": is_synthetic(layer) or (usage and figures_are_synthetic())}


@ITEMS
def items_view(request: HttpRequest, layer_id: str) -> Found | Download:
    """A page of features, or a file of all of them."""
    layer = collections.named(layer_id)
    given = parameters(request, question.list_params(layer), question.may_be_empty(layer))
    at = Address(f"{root_of(request)}/collections/{layer.id}/items")
    return _list(request, layer, given, at, forms.of(layer))


@SEARCH
def search_view(request: HttpRequest, layer_id: str) -> Found | Download:
    """The same, asked for by a body."""
    layer = collections.named(layer_id)
    given = search.parameters(request, question.list_params(layer), question.may_be_empty(layer))
    at = Address(f"{root_of(request)}/collections/{layer.id}/search", posted=True)
    return _list(request, layer, given, at, tuple(one for one in forms.of(layer) if one is not HTML))


def _list(
    request: HttpRequest, layer: Layer, given: dict[str, str], at: Address, offered: tuple[Media, ...]
) -> Found | Download:
    media = negotiate(request, offered, given.get("f"))
    version = _version(layer, given)
    size = question.LIMIT_PAGE if media is HTML else question.LIMIT_DEFAULT
    asked = question.read_list(layer, given, size)
    asked.query.wanted.check()
    if media not in (GEOJSON, HTML):
        return forms.file(media, asked, given, version, at)
    found: list[items.Page] = []  # the headers tell what the body holds

    def make() -> bytes:
        found.append(items.page(asked))
        usage = asked.query.wanted.period is not None
        beside = forms.beside(asked, offered)
        text = items.collection_text(found[0], at, given, beside, _marks(layer, version, usage))
        if media is not HTML:
            return text
        shown = pages.listed(asked.query, asked.system, text)
        return pages.page("items", root_of(request), orjson.loads(text), version, layer=layer, url=at.url, **shown)

    return Found(version.stamp, make, media, headers=lambda: _headers(found[0], at, given))


def _headers(found: items.Page, at: Address, given: dict[str, str]) -> dict[str, str]:
    headers = {
        "Content-Crs": f"<{found.question.system.uri}>",
        "OGC-NumberMatched": str(found.matched),
        "OGC-NumberReturned": str(found.returned),
    }
    following = found.neighbour(given, 1)
    if following and not at.posted:
        headers["Link"] = f'<{at.get(following)}>; rel="next"; type="{GEOJSON.media_type}"'
    return headers


@ITEMS
def item_view(request: HttpRequest, layer_id: str, feature_id: str) -> Found:
    """One feature, by its identity or its code."""
    layer = collections.named(layer_id)
    given = parameters(request, [*question.ITEM_PARAMS, *filters.usage_params(layer)])
    media = negotiate(request, (GEOJSON, HTML))
    version = _version(layer, given)
    asked = question.read_item(layer, given)
    url = f"{root_of(request)}/collections/{layer.id}/items/{feature_id}"

    def make() -> bytes:
        marks = _marks(layer, version, asked.query.wanted.period is not None)
        text = items.item_text(items.item(asked, feature_id), url, layer, marks)
        if media is not HTML:
            return text
        shown = pages.single(asked.query, asked.system, text)
        return pages.page("item", root_of(request), orjson.loads(text), version, layer=layer, **shown)

    return Found(version.stamp, make, media, headers=lambda: {"Content-Crs": f"<{asked.system.uri}>"})
