"""In which form an answer is given: by ``f``, else by what the asker accepts, else the first that is offered."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from layers.errors import BadParameter
from layers.http.media import JSON, Media

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
    by_type.setdefault(JSON.media_type, offered[0])
    accepted = request.get_preferred_type([*(media.media_type for media in offered), JSON.media_type])
    return by_type.get(accepted or "", offered[0])
