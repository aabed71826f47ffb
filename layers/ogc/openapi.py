"""The OpenAPI document: literal paths for every collection, because desktops look for these and not for templates.

QGIS reads the page size from ``components.parameters.limit``; GDAL looks for a ``$ref`` with the word limit under the
very path of the collection. Both are the same parameter here.
"""

from __future__ import annotations

from typing import Any

from layers import place, vocab
from layers.cql2.asked import LANGUAGES
from layers.crs import systems
from layers.feeds.described import PROBLEM
from layers.filters import place_params, usage_params
from layers.http.media import Media
from layers.ogc import bodies, landing, links, search
from layers.ogc.collections import every, title
from layers.ogc.links import Json
from layers.ogc.parts import PARTS
from layers.ogc.question import LIMIT_DEFAULT, LIMIT_MOST, OFFSET_MOST, WITHIN, property_params
from layers.ogc.times import FORMS
from layers.periods import FORMS as PERIODS
from layers.registry import Layer
from layers.stats.divisions import FORMS as BOUNDARIES
from layers.values import column_of, property_schema


def _parameter(name: str, description: str, schema: Json, where: str = "query", **more: Any) -> Json:
    form = {"style": "form", "explode": False} if where == "query" else {}
    return {"name": name, "in": where, "description": description, "required": False, "schema": schema, **form, **more}


def parameter(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _text(**more: Any) -> Json:
    return {"type": "string", **more}


_NUMBERS = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
_COUNTED = {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT_DEFAULT}
PARAMETERS: Json = {
    one["name"]: one
    for one in (
        _parameter("limit", "一页最多多少个；超过上限按上限，超过十倍则为错。Features of a page; more than the maximum is the maximum, more than ten times it an error.", _COUNTED),
        _parameter("offset", "跳过多少个。Features to pass over.", {"type": "integer", "minimum": 0, "maximum": OFFSET_MOST}),
        _parameter("bbox", "范围，按 bbox-crs 的坐标顺序。A box in the axis order of bbox-crs.", _NUMBERS),
        _parameter("bbox-crs", "bbox 的坐标系。Its reference system.", _text(format="uri")),
        _parameter("crs", "返回坐标的坐标系。The reference system of the answer.", _text(format="uri")),
        _parameter("datetime", f"时间或时段。An instant or interval: {', '.join(FORMS)}.", _text()),
        _parameter("filter", "CQL2 条件。A CQL2 condition.", _text()),
        _parameter("filter-lang", "CQL2 的写法。How it is written.", _text(enum=list(LANGUAGES))),
        _parameter("filter-crs", "条件中几何的坐标系。Of geometries in it.", _text(format="uri")),
        _parameter("sortby", "排序，- 为降序。Properties to sort by; - is descending.", {"type": "array", "items": _text()}),
        _parameter("properties", "只要这些属性。Only these properties.", {"type": "array", "items": _text()}),
        _parameter("skipGeometry", "不要几何。Without geometries.", {"type": "boolean", "default": False}),
        _parameter("resultType", "hits 只要数目。Only the number.", _text(enum=["results", "hits"])),
        _parameter("within", "区划代码，或 reporting_unit/ 加填报单位代码：只要其中的（属性 region 是另一参数，意为等于）。A division code, or reporting_unit/ and the code of a bureau: all that counts in it; the property region is a parameter of its own and means equality.", _text(pattern=r"^(reporting_unit/)?(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$")),
        _parameter("period", f"带上这一时段的用水量。Adds the water used: {', '.join(PERIODS)}.", _text()),
        _parameter("source", "用水量只计这些水源。Of these sources.", {"type": "array", "items": _text(enum=[*vocab.SOURCE.codes, vocab.NEW_WATER])}),
        _parameter("purpose", "用水量只计这些用途。Of these purposes.", {"type": "array", "items": _text(enum=list(vocab.PURPOSE.codes))}),
        _parameter("resident", "居民生活用水与否。Residential or not.", _text(enum=["yes", "no"])),
        _parameter("boundaries", f"按哪个时期的区划和边界：own 当时（默认）、current 现行、某月或某数据版本。The divisions meant: {', '.join(BOUNDARIES)}.", _text()),
        _parameter("featureId", "标识号或编码。The identity or the code.", _text(), "path", required=True),
    )
}  # fmt: skip
_OF_SYSTEMS = ("bbox-crs", "crs", "filter-crs")


def _systems() -> Json:
    """The parameters that name a reference system, with those there are to be named here."""
    uris = [system.uri for system in systems(place.read().plane)]
    return {name: {**PARAMETERS[name], "schema": _text(format="uri", enum=uris)} for name in _OF_SYSTEMS}


_USAGE = ("period", "source", "purpose", "resident", "boundaries")
_LISTED = (
    "limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "sortby",
    "properties", "skipGeometry", "resultType",
)  # fmt: skip


_JSON = (links.JSON, links.GEOJSON, links.SCHEMA, links.OPENAPI)


def answer(description: str, media: tuple[str, ...], body: str) -> Json:
    """An answer in several forms; those of JSON are as the schema of that name."""
    return {
        "description": description,
        "content": {one: {"schema": bodies.ref(body) if one in _JSON else _contents(one)} for one in media},
    }


def _contents(media: str) -> Json:
    return _text() if media.startswith("text/") else _text(format="binary")


def operation(
    name: str, summary: str, tag: str, media: tuple[str, ...], body: str, parameters: list[Json] | None = None
) -> Json:
    """A GET with its answers (``body`` names the schema of those in JSON) and what may go wrong."""
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": summary,
            "tags": [tag],
            "parameters": parameters or [],
            "responses": {
                "200": answer(summary, media, body),
                "304": {"description": "没有变化 Not modified"},
                **{code: {"$ref": f"#/components/responses/{code}"} for code in ERRORS if code not in ("413", "415")},
            },
        }
    }


ERRORS = {
    "400": "参数有误 A parameter is unknown or wrong",
    "404": "没有 There is no such thing",
    "413": "太大 Too much was sent",
    "415": "不是这里读的格式 The body is in a form that is not read here",
    "500": "服务器的错 A fault of the server",
    "503": "太慢或太忙，见 Retry-After。Too slow or too busy: see Retry-After",
}


def _form(*media: Media) -> Json:
    return _parameter("f", "返回格式。The form of the answer.", _text(enum=["json", *(one.key for one in media)]))


def _search(layer: Layer, name: str, types: tuple[str, ...], parameters: list[Json]) -> Json:
    """The list asked for by POST: its parameters as the members of a body."""
    known = (PARAMETERS[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in parameters)
    members = {one["name"]: one["schema"] for one in known}
    members["filter"] = {"oneOf": [_text(), {"type": "object"}, {"type": "boolean"}]}
    body = {"schema": {"type": "object", "properties": members, "additionalProperties": False}}
    said = f"{title(layer)}：列表，条件太长时用 features, for filters that no address can hold"
    found: Json = operation(name, said, layer.id, types, bodies.features_of(layer))["get"]
    found["requestBody"] = {"required": True, "content": {search.JSON: body, search.FORM: body}}
    found["responses"] |= {code: {"$ref": f"#/components/responses/{code}"} for code in ("413", "415")}
    del found["responses"]["304"]
    return {"post": found}


def _property_parameters(layer: Layer) -> list[Json]:
    """Every property asked for by its name. Words and ranges are texts; desktops send single values."""
    found: list[Json] = []
    for name, field in property_params(layer).items():
        said = property_schema(column_of(field))
        plain: Json = {key: said[key] for key in ("type", "format") if key in said}
        if field.kind == "date":
            plain = _text()  # a period of months
        found.append(_parameter(name, f"{said['title']} {said['description']}", plain))
    return found


def _collection_paths(layer: Layer, media: tuple[Media, ...]) -> Json:
    base, tag, name = f"/collections/{layer.id}", layer.id, "".join(word.title() for word in layer.id.split("_"))
    shared = [parameter(one) for one in _LISTED]
    usage = [parameter(one) for one in _USAGE if one in usage_params(layer)]
    place = [parameter(WITHIN)] if WITHIN in place_params(layer, WITHIN) else []
    types = tuple(one.media_type for one in media)
    asked = [*shared, *place, *usage, *_property_parameters(layer)]
    posted = tuple(one for one in media if one.key != "html")
    plain = (links.JSON, links.HTML)
    schema = (links.SCHEMA, links.HTML)
    html = Media("html", links.HTML)
    return {
        base: operation(f"describe{name}", title(layer), tag, plain, "collection", [_form(html)]),
        f"{base}/items": operation(
            f"get{name}", f"{title(layer)}：列表 features", tag, types, bodies.features_of(layer),
            [*asked, _form(*media)],
        ),
        f"{base}/search": _search(
            layer, f"search{name}", tuple(one.media_type for one in posted), [*asked, _form(*posted)]
        ),
        f"{base}/items/{{featureId}}": operation(
            f"get{name}Item", f"{title(layer)}：一个 one feature", tag, (links.GEOJSON, links.HTML),
            bodies.feature_of(layer),
            [parameter("featureId"), parameter("crs"), *usage, _form(html)],
        ),
        f"{base}/queryables": operation(f"get{name}Queryables", "可筛选的属性 Queryables", tag, schema, "propertySchemas", [_form(html)]),
        f"{base}/schema": operation(f"get{name}Schema", "属性说明 Schema", tag, schema, "propertySchemas", [_form(html)]),
    }  # fmt: skip


def _paths(media: dict[str, tuple[Media, ...]]) -> Json:
    html = Media("html", links.HTML)
    plain = (links.JSON, links.HTML)
    found: Json = {
        "/": operation("getLandingPage", "入口 Landing page", "core", plain, "landingPage", [_form(html)]),
        "/conformance": operation(
            "getConformance", "遵循的标准 Conformance", "core", plain, "confClasses", [_form(html)]
        ),
        "/api": operation("getApi", "接口定义 API definition", "core", (links.OPENAPI,), "apiDefinition", [_form()]),
        "/collections": operation(
            "getCollections", "全部图层 Collections", "core", plain, "collections", [_form(html)]
        ),
    }
    for layer in every():
        found |= _collection_paths(layer, media[layer.id])
    for part in PARTS:
        found |= part.paths()
    return found


def _schemas_of_parts() -> Json:
    return {name: one for part in PARTS for name, one in part.schemas.items()}


def _problem(description: str) -> Json:
    return {"description": description, "content": {"application/problem+json": {"schema": PROBLEM}}}


def openapi(root: str, media: dict[str, tuple[Media, ...]]) -> Json:
    """The whole document; ``media`` are the forms of each collection's items, by layer id."""
    return {
        "openapi": "3.0.3",
        "info": {"title": landing.title(), "description": landing.description(), "version": "1.0.0"},
        "servers": [{"url": root}],
        "tags": [{"name": "core"}, *({"name": layer.id, "description": title(layer)} for layer in every())],
        "paths": _paths(media),
        "components": {
            "parameters": {**PARAMETERS, **_systems()},
            "responses": {code: _problem(said) for code, said in ERRORS.items()},
            "schemas": {**bodies.DOCUMENTS, **bodies.of_layers(every()), **_schemas_of_parts()},
        },
    }
