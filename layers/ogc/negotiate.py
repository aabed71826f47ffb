"""In which form an answer is given: by ``f``, else by what the asker accepts, else the first that is offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from layers.errors import BadParameter
from layers.ogc import links


@dataclass(frozen=True, slots=True)
class Media:
    """A form: the word of ``f`` and the type that is sent."""

    key: str
    media_type: str
    title: str = ""


JSON = Media("json", links.JSON, "JSON")
HTML = Media("html", links.HTML, "网页 HTML")
GEOJSON = Media("geojson", links.GEOJSON, "GeoJSON")
SCHEMA = Media("json", links.SCHEMA, "JSON Schema")
OPENAPI = Media("json", links.OPENAPI, "OpenAPI 3.0")
# A feature list in JSON is GeoJSON under either word.
_SAME = {"json": "geojson"}


def negotiate(request: HttpRequest, offered: Sequence[Media], key: str | None = None) -> Media:
    """One of the forms. `BadParameter` for an ``f`` that there is not; what nobody accepts gets the first."""
    key = key or request.GET.get("f")
    if key:
        by_key = {media.key: media for media in offered}
        found = by_key.get(key) or by_key.get(_SAME.get(key, ""))
        if found is None:
            raise BadParameter(f"There is no format {key!r} here.", param="f", allowed=list(by_key))
        return found
    by_type = {media.media_type: media for media in reversed(offered)}
    # Much that asks for plain JSON means whatever JSON there is.
    by_type.setdefault(links.JSON, offered[0])
    accepted = request.get_preferred_type([*(media.media_type for media in offered), links.JSON])
    return by_type.get(accepted or "", offered[0])
