"""`/feeds/<layer>.<suffix>`: addresses that stay, for whoever polls; and what there is to be had."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from layers import cql2, filters, languages, params, place, plane
from layers.built import built_layers, open_tables, published
from layers.errors import BadParameter, NotFound
from layers.export import FORMATS, Format, Options, by_suffix, chosen
from layers.export.base import Shape
from layers.features.columns import named
from layers.features.query import FeatureQuery
from layers.feeds.credits import sources_of
from layers.feeds.files import Download
from layers.feeds.meta import SYNTHETIC_NOTE, is_synthetic, layer_infos
from layers.http.answers import BY_ASKER, Found, json_of
from layers.http.parameters import query_params
from layers.http.resource import Resource
from layers.place import Place
from layers.registry import Layer
from layers.shapes import DRAWN
from layers.versions import ALL_DATASETS, AsOf, as_of

# What a file is asked for besides the filters of its fields.
PARAMS = (*cql2.PARAMS, "crs", "fields", "geometry", "lang")
CRS = {str(srid): srid for srid in (4490, 4326, 3857, *plane.PLANES)}
_ALLOWED = ("4490", "4326", "3857", f"{plane.FIRST}…{plane.LAST}")  # as refusals tell them
SHAPES: tuple[Shape, ...] = ("lonlat", "wkt", "none")


def formats_of(layer: Layer) -> list[Format]:
    """The formats a layer is to be had in."""
    return [one for one in FORMATS.values() if one.tables or layer.geometry != "none"]


def too_large(layer: Layer, wanted: Format, count: int | None = None) -> bool:
    """Whether all of a layer is more than a file of the format is made of: it has to be filtered first."""
    if wanted.most is None:
        return False
    return (FeatureQuery(layer).count() if count is None else count) > wanted.most


def feed_query(layer: Layer, wanted: Format, given: dict[str, str]) -> FeatureQuery:
    """The query of a feed's parameters. `BadParameter`, also for what the format cannot hold."""
    srid = _srid(given.get("crs"))
    if wanted.srids and srid not in wanted.srids:
        raise BadParameter(
            f"{wanted.en} is in degrees of WGS 84 or CGCS2000 only.", param="crs", allowed=list(wanted.srids)
        )
    meant = filters.parse(layer, given)
    return FeatureQuery(
        layer=layer,
        wanted=meant,
        cql=cql2.asked(layer, given),
        fields=named(layer, meant.asked, given.get("fields")),
        geometry=given.get("geometry") != "none",
        srid=srid,
    )


def _srid(text: str | None) -> int:
    if text and text not in CRS:
        raise BadParameter(f"{text!r} is not a reference system of files.", param="crs", allowed=_ALLOWED)
    return CRS[text or "4490"]


def offered(here: Place) -> list[str]:
    """The reference systems that are told of: of the planes the place's own. Files in another plane are to be had too."""
    return ["4490", "4326", str(here.plane), "3857"]


def options_of(layer: Layer, given: dict[str, str], version: AsOf) -> Options:
    """How a file of a layer speaks, by the parameters ``geometry`` and ``lang``."""
    shape = params.parse_choice(given.get("geometry"), "geometry", _usual_shape(layer), SHAPES)
    lang = params.parse_choice(given.get("lang"), "lang", "", languages.codes())
    return Options(
        lang=lang,
        shape=shape,  # type: ignore[arg-type]  # one of SHAPES
        title=layer.in_(lang) if lang else "",
        changed_at=version.changed_at or datetime(1980, 1, 1, tzinfo=UTC),
        about=_about(layer, version),
    )


def _usual_shape(layer: Layer) -> str:
    return "lonlat" if layer.geometry == "point" else "wkt" if layer.geometry in DRAWN else "none"


def _about(layer: Layer, version: AsOf) -> dict[str, str]:
    """What a file says of itself."""
    said = {"图层 layer": " ".join(layer.everywhere().values()), "数据版本 data version": str(version.version)}
    if version.changed_at is not None:
        said["更新时间 changed at"] = str(version.to_dict()["changed_at"])
    if sources := sources_of(layer):
        said["数据来源 source"] = "; ".join(sources)
    if is_synthetic(layer):
        said["合成数据 synthetic"] = " ".join(SYNTHETIC_NOTE.everywhere().values())
    return said


def feed(request: HttpRequest, layer: Layer, wanted: Format, *more: str) -> Download:
    """The file of a layer in a format; ``more`` are parameters that the caller has read."""
    given = query_params(request, [*filters.allowed_params(layer), *PARAMS, *more])
    for name in more:
        given.pop(name, None)
    if wanted not in formats_of(layer):
        raise BadParameter(
            f"{wanted.en} holds no rows without a geometry.", param="f", allowed=[one.key for one in formats_of(layer)]
        )
    version = as_of(layer.datasets(usage="period" in given))
    query = feed_query(layer, wanted, given)
    query.wanted.check()
    variant = f"{layer.id}?{urlencode(sorted(given.items()))}"
    name = layer.in_(languages.asked(given.get("lang")))
    return Download(query, wanted, options_of(layer, given, version), version, variant, name)


FILES = Resource(kept=BY_ASKER, lane="files")


@FILES
def file_view(request: HttpRequest, layer_id: str, suffix: str) -> Download:
    """The address that says its format."""
    layer, wanted = published(layer_id), by_suffix(suffix)
    if wanted is None:
        raise NotFound(
            f"There are no files with the suffix {suffix!r}.",
            param="suffix",
            allowed=[one.suffix for one in formats_of(layer)],
        )
    return feed(request, layer, wanted)


@replace(FILES, vary=("Accept",))
def layer_view(request: HttpRequest, layer_id: str) -> Download:
    """The address without a format: by ``f``, else by what the asker accepts, else GeoJSON."""
    layer = published(layer_id)
    key = request.GET.get("f")
    if key is None:
        offered = {one.media_type: one for one in formats_of(layer)}
        return feed(request, layer, offered[request.get_preferred_type(list(offered)) or "application/geo+json"])
    return feed(request, layer, chosen(key), "f")


def list_found(request: HttpRequest) -> Found:
    """Every feed, for programs."""
    params.parse_choice(query_params(request, ["f", "lang"]).get("f"), "f", "json", ("json", "html"))
    root = request.build_absolute_uri("/feeds/")
    return json_of(as_of(ALL_DATASETS), lambda: listing(root))


def listing(root: str) -> dict[str, Any]:
    """Every layer with its addresses, and the formats with their types."""
    infos = {info["id"]: info for info in layer_infos()}
    return {
        "formats": [
            {
                "key": one.key,
                "title": one.everywhere(),
                "type": one.media_type,
                "suffix": one.suffix,
                "most_rows": one.most,
            }
            for one in FORMATS.values()
        ],
        "params": list(PARAMS),
        "crs": offered(place.read()),
        "feeds": [_listed(layer, infos.get(layer.id), root) for layer in (*built_layers(), *open_tables())],
    }


def _listed(layer: Layer, info: dict[str, Any] | None, root: str) -> dict[str, Any]:
    """One feed; a table is none of the layers that the map is told of."""
    known = info or {"count": FeatureQuery(layer).count(), "as_of": as_of(layer.datasets()).to_dict()}
    there = formats_of(layer)
    urls = {one.key: f"{root}{layer.id}.{one.suffix}" for one in there}
    return {
        "id": layer.id,
        "title": layer.everywhere(),
        "stage": layer.stage,
        "geometry": layer.geometry,
        "count": known["count"],
        "as_of": known["as_of"],
        "filters": filters.allowed_params(layer),
        "links": {one.key: urls[one.key] for one in there if not too_large(layer, one, known["count"])},
        # More rows than the format's most_rows: to be had with a filter.
        "filtered_links": {one.key: urls[one.key] for one in there if too_large(layer, one, known["count"])},
    }
