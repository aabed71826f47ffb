"""Collections: every layer and table, described as desktops read it."""

from __future__ import annotations

import calendar
from datetime import date

from layers import place
from layers.built import built_layers, open_tables, published
from layers.crs import CRS84, STORAGE, systems
from layers.entries import STAGES
from layers.features import FeatureQuery
from layers.features.columns import columns_of
from layers.feeds.meta import is_synthetic
from layers.http.media import Media
from layers.ogc import links
from layers.ogc.links import Json, link
from layers.ogc.parts import PARTS
from layers.registry import Layer
from layers.stats.query import available_months


def every() -> tuple[Layer, ...]:
    """Every collection: the layers there are here to see, and the tables."""
    return (*built_layers(), *open_tables())


def named(layer_id: str) -> Layer:
    """The layer of a collection; `NotFound` when there is none, when it is closed, or when it is not built here."""
    return published(layer_id)


def title(layer: Layer) -> str:
    return f"{layer.zh} {layer.en}"


def description(layer: Layer) -> str:
    """What the layer is, and what of it must not be decided by."""
    stage = STAGES[layer.stage]
    said = [f"{stage.zh} · {layer.zh}。{stage.en}: {layer.en.lower()}."]
    if layer.with_usage:
        month = next(reversed(available_months()), "2019-07")
        said.append(f"加参数 period={month} 即带用水量；with period={month} its features carry the water used.")
    if is_synthetic(layer):
        said.append("位置、边界或属性含合成数据，不可用于决策。Positions, outlines or attributes are partly synthetic.")
    return "".join(said)


def extent(layer: Layer) -> Json:
    """Where its features lie (longitude first), and the time that ``datetime`` is asked of."""
    found: Json = {}
    box = FeatureQuery(layer).extent()
    if box is not None:
        found["spatial"] = {"bbox": [list(box)], "crs": CRS84.uri}
    if layer.with_usage or layer.temporal:
        found["temporal"] = {"interval": [_months()], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}
    return found


def _months() -> list[str | None]:
    """From the first day to the last of the months that have usage."""
    months = available_months()
    if not months:
        return [None, None]
    end = months[-1]
    last = date(end.year, end.month, calendar.monthrange(end.year, end.month)[1])
    return [f"{months[0].first_day}T00:00:00Z", f"{last}T23:59:59Z"]


def collection(layer: Layer, root: str, formats: tuple[Media, ...], plane: int = 0) -> Json:
    """The document of one collection; ``formats`` are those its items are to be had in, ``plane`` the place's where it is known."""
    url = f"{root}/collections/{layer.id}"
    found: Json = {
        "id": layer.id,
        "title": title(layer),
        "description": description(layer),
        "keywords": [layer.stage, layer.dataset.name, *(column.zh for column in columns_of(layer)[:3])],
        "extent": extent(layer),
        "itemType": "feature",
        "itemCount": FeatureQuery(layer).count(),
        "links": [*links.itself(url, links.JSON, title(layer)), *_links(layer, url, formats)],
    }
    if layer.geometry != "none":
        found["crs"] = [system.uri for system in systems(plane or place.read().plane)]
        found["storageCrs"] = STORAGE.uri
    for part in PARTS:
        found["links"] += part.collection_links(root, layer)
    return found


def _links(layer: Layer, url: str, formats: tuple[Media, ...]) -> list[Json]:
    items = [
        link(
            f"{url}/items" if media.media_type == links.GEOJSON else f"{url}/items?f={media.key}",
            "items",
            media.media_type,
            f"{title(layer)}（{media.title}）",
        )
        for media in formats
    ]
    return [
        *items,
        link(f"{url}/queryables", links.QUERYABLES, links.SCHEMA, "可用于筛选的属性 Queryables"),
        link(f"{url}/queryables", "queryables", links.SCHEMA, "可用于筛选的属性 Queryables"),
        link(f"{url}/schema", links.SCHEMA_REL, links.SCHEMA, "属性说明 Schema"),
        link(f"{url}/schema", "describedby", links.SCHEMA, "属性说明 Schema"),
    ]


def listing(root: str, formats: dict[str, tuple[Media, ...]]) -> Json:
    """All collections, in the registry's order; ``formats`` by layer id."""
    plane = place.read().plane
    return {
        "links": links.itself(f"{root}/collections", links.JSON, "全部图层 Collections"),
        "crs": [system.uri for system in systems(plane)],
        "collections": [collection(layer, root, formats[layer.id], plane) for layer in every()],
    }
