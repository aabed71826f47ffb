"""Links and the names of relations and conformance classes, as clients look for them. Pure."""

from __future__ import annotations

from typing import Any

from layers.http import media

Json = dict[str, Any]

JSON, GEOJSON, HTML = media.JSON.media_type, media.GEOJSON.media_type, media.HTML.media_type
SCHEMA, OPENAPI, MVT = media.SCHEMA.media_type, media.OPENAPI.media_type, media.MVT.media_type

_REL = "http://www.opengis.net/def/rel/ogc/1.0"
CONFORMANCE, DATA, QUERYABLES, SCHEMA_REL = "conformance", "data", f"{_REL}/queryables", f"{_REL}/schema"
TILESETS_VECTOR, TILING_SCHEME, TILING_SCHEMES = (
    f"{_REL}/tilesets-vector", f"{_REL}/tiling-scheme", f"{_REL}/tiling-schemes",
)  # fmt: skip


def link(href: str, rel: str, media_type: str, title: str, **more: object) -> Json:
    return {"href": href, "rel": rel, "type": media_type, "title": title, **more}


def itself(url: str, media_type: str, title: str) -> list[Json]:
    """A resource's own link, and that to its page for people."""
    return [
        link(url, "self", media_type, title),
        link(f"{url}?f=html", "alternate", HTML, f"{title}（网页 HTML）"),
    ]
