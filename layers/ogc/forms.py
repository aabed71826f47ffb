"""The forms in which a collection's items are to be had: GeoJSON, a page, and the files there are writers for."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from layers.crs import CRS84
from layers.errors import BadParameter, TooSlow
from layers.export import FORMATS, Format
from layers.features import FeatureQuery
from layers.feeds.downloads import formats_of, options_of, too_large
from layers.feeds.files import Download
from layers.http.media import GEOJSON, HTML, Media
from layers.ogc.items import Address, Page
from layers.ogc.question import CollectionQuestion
from layers.registry import Layer
from layers.versions import AsOf


def of(layer: Layer) -> tuple[Media, ...]:
    """GeoJSON first: what nobody accepts gets it."""
    files = [
        Media(one.key, one.media_type, _named(layer, one))
        for one in formats_of(layer)
        if one.media_type != GEOJSON.media_type
    ]
    return (GEOJSON, HTML, *files)


def _matched(query: FeatureQuery) -> int | None:
    """How many match. Of a whole file nobody needs it: where counting takes too long, the file goes without."""
    try:
        return query.count()
    except TooSlow:
        if query.limit is not None:
            raise
        return None


def beside(asked: CollectionQuestion, offered: tuple[Media, ...]) -> tuple[Media, ...]:
    """The other forms that a page of GeoJSON is to be had in: all but what cannot say its reference system."""
    found = tuple(one for one in offered if one is not GEOJSON)
    if asked.hits:
        return tuple(one for one in found if one is HTML)
    return tuple(one for one in found if one is HTML or asked.system is CRS84 or not FORMATS[one.key].srids)


def _named(layer: Layer, wanted: Format) -> str:
    """What a format is called in a link, with its limit where all of the layer is beyond it."""
    if wanted.most is None or not too_large(layer, wanted):
        return wanted.zh
    return f"{wanted.zh}，至多 {wanted.most:,} 行，须先筛选 at most {wanted.most:,} rows: filter first"


def file(media: Media, asked: CollectionQuestion, given: dict[str, str], version: AsOf, at: Address) -> Download:
    """All that matches as a file; a page of it, with the address of the next in its headers, when a limit is given.

    Binary files have x before y whatever the system, as every reader of them takes it; a text of GeoJSON is in CRS84.
    """
    layer, wanted = asked.query.layer, FORMATS[media.key]
    if asked.hits:
        raise BadParameter("The number alone is told in GeoJSON.", param="f", allowed=[GEOJSON.key])
    if wanted.srids and asked.system is not CRS84:
        raise BadParameter(f"{wanted.en} is in CRS84 only.", param="crs", allowed=[CRS84.uri])
    query = replace(asked.query, flipped=False, limit=asked.query.limit if given.get("limit") else None)
    # Before the file is begun: from then on its rows hold the connection, and no other question gets through.
    matched = _matched(query)
    variant = f"ogc {layer.id}?{urlencode(sorted(given.items()))}"
    headers = {"Content-Crs": f"<{asked.system.uri}>"}
    if matched is not None:
        headers["OGC-NumberMatched"] = str(matched)
    if query.limit is not None and matched is not None:
        returned = max(0, min(query.limit, matched - query.offset))
        following = Page(b"", returned, matched, replace(asked, query=query)).neighbour(given, 1)
        if following and not at.posted:
            headers["Link"] = f'<{at.get(following)}>; rel="next"; type="{media.media_type}"'
    return Download(query, wanted, options_of(layer, {}, version), version, variant, layer.zh, headers)
