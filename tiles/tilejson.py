"""TileJSON 3 of a layer, from its entry in the registry."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from layers import place
from layers.feeds import credits
from layers.feeds.meta import figures_are_synthetic, is_synthetic
from layers.http.encoding import dumps
from layers.registry import Field, Layer
from layers.stats.carried import Asked, fields_of
from layers.stats.regions import region_index
from layers.versions import AsOf
from layers.words import Words
from tiles.mvt import label_layer

_SAID = {
    "underneath": Words("{name}：{sources}", "{name}: {sources}"),
    "sources": Words("边界：{sources}", "Boundaries: {sources}"),
    "positions": Words("位置与单项属性为合成数据 synthetic", "Positions and attributes are synthetic"),
    "outlines": Words("边界为合成数据 synthetic", "Boundaries are synthetic"),
    "figures": Words("分区水量为合成数据 synthetic", "Figures by region are synthetic"),
}


def _type(field: Field) -> str:
    return "Number" if field.kind in ("integer", "number") else "String"


def attribution(layer: Layer, *, usage: bool = False, lang: str = "zh") -> str:
    """Who is to be named by what was imported, and what of the layer is synthetic: outlines, positions, or the figures a period adds."""
    said: list[str] = []
    if is_synthetic(layer):
        said.append(_SAID["positions" if layer.geometry == "point" else "outlines"].in_(lang))
    elif layer.usage is not None and (told := _outlines(layer, lang)):
        said.append(_SAID["sources"].in_(lang, sources=told))
    elif not layer.dataset.bands:
        said.append(place.read().credit(lang))
    if told := credits.credit(layer, lang):
        said.append(_SAID["underneath"].in_(lang, name=layer, sources=told))
    if usage and figures_are_synthetic():
        said.append(_SAID["figures"].in_(lang))
    return " | ".join(filter(None, said))


def _outlines(layer: Layer, lang: str) -> str:
    """Where the outlines of a level of divisions come from, as their files said."""
    if layer.usage is None or layer.usage.kept != "region":
        return ""
    found = dict.fromkeys(region.source for region in region_index().levels[layer.usage.at] if region.source)
    return credits.named([*found], lang)


def tilejson(
    layer: Layer,
    version: AsOf,
    root_url: str,
    wanted: dict[str, str],
    asked: Asked | None = None,
    lang: str = "zh",
) -> dict[str, Any]:
    """The document; its tile URL is absolute and carries the version, so that tiles never need purging."""
    query = f"?{urlencode(sorted(wanted.items()), safe=',:')}" if wanted else ""
    fields = {field.name: _type(field) for field in layer.tile_fields}
    if layer.detail_zoom:
        fields["count"] = "Number"
    if asked is not None and layer.usage is not None:
        fields |= {field.name: _type(field) for field in fields_of(layer.usage, asked)}
    zooms = {"minzoom": layer.min_zoom, "maxzoom": layer.max_zoom}
    layers = [{"id": layer.id, "description": layer.zh, "fields": fields, **zooms}]
    label = label_layer(layer)
    if label:
        layers.append(
            {"id": label, "description": f"{layer.zh}名", "fields": {"code": "String", "name": "String"}, **zooms}
        )
    city = region_index().root
    return {
        "tilejson": "3.0.0",
        "name": layer.zh,
        "description": layer.en,
        "version": f"{version.version}.0.0",
        "attribution": attribution(layer, usage=asked is not None, lang=lang),
        "scheme": "xyz",
        "tiles": [f"{root_url}/tiles/{layer.id}/v{version.of_layer(layer)}/{{z}}/{{x}}/{{y}}.pbf{query}"],
        **zooms,
        **({"bounds": list(city.bounds)} if city and city.bounds else {}),
        "vector_layers": layers,
    }


def metadata(layer: Layer, version: AsOf) -> dict[str, str]:
    """The same as MBTiles writes it, all values texts: GDAL's driver of vector tiles reads only this form."""
    found = tilejson(layer, version, "", {})
    return {
        "name": layer.zh,
        "description": layer.en,
        "version": found["version"],
        "format": "pbf",
        "minzoom": str(layer.min_zoom),
        "maxzoom": str(layer.max_zoom),
        **({"bounds": ",".join(str(edge) for edge in found["bounds"])} if "bounds" in found else {}),
        "json": dumps({"vector_layers": found["vector_layers"]}).decode(),
    }
