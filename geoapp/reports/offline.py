"""The map as one HTML file that works with no network at all: folium, with every script and style written into it.

folium links its assets from outside hosts (python-visualization/folium#1985) and brings jQuery, Bootstrap and Font
Awesome along. Its maps of shapes and circles need Leaflet alone; that is read from the page's own build.
"""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import folium
import shapely
from branca.element import Element
from django.conf import settings
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import F, Value

from geoapp.reports import figures
from geoapp.reports.drawing import palette
from geoapp.reports.objects import LISTED, any_prefix, within
from geoapp.reports.structure import RegionLine, Report
from geoapp.reports.words import layer_name, level_name, word
from layers import access, registry, vocab
from layers.errors import ShuituError
from layers.models import Boundary
from layers.stats.regions import region_index

_TOLERANCE_DEGREES = 0.0002  # some 20 m: less than a pixel where a whole district is seen
_DIGITS = 5  # of coordinates: a metre
_MOST_POINTS = 4000  # of a layer; more would be megabytes that a browser draws for seconds
ASSETS = Path(settings.BASE_DIR) / "geoapp" / "web" / "static" / "web" / "leaflet"


class AssetsMissing(ShuituError):
    """The page is not built here, and with it the map library is missing."""

    title = "The page is not built"


def html(report: Report, lang: str) -> bytes:
    """The file. What is on it: regions in the map's classes, facilities by layer, names and figures under the pointer."""
    index = region_index()
    prefixes = index.prefixes(report.code, unit=report.level == vocab.LEVEL.by_id[vocab.REPORTING_UNIT].code)
    drawn = folium.Map(tiles=None, control_scale=True, prefer_canvas=True, attribution_control=False)
    drawn.default_js, drawn.default_css = [], []  # none from outside; ours are written into the head below
    _regions(report, lang, prefixes).add_to(drawn)
    for layer_id in LISTED:
        if group := _facilities(layer_id, lang, prefixes):
            group.add_to(drawn)
    if report.bounds:
        west, south, east, north = report.bounds
        drawn.fit_bounds([[south, west], [north, east]])
    folium.LayerControl(collapsed=False).add_to(drawn)
    figure: Any = drawn.get_root()
    script, style = _leaflet()
    figure.header.add_child(Element(f"<style>{style}{_STYLE}</style><script>{script}</script>"), name="leaflet")
    figure.header.add_child(Element(f"<title>{escape(report.name)} {escape(report.period.text)}</title>"), name="title")
    figure.html.add_child(Element(_heading(report, lang)), name="heading")
    return _settled(figure.render()).encode()


_STYLE = (
    ".leaflet-container{background:#f4f2ec;font-family:'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}"
    "#told{position:absolute;left:12px;bottom:64px;z-index:1000;max-width:340px;background:#fffefc;padding:10px 14px;"
    "border-radius:10px;font:13px/1.5 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;color:#1b2b32}"
    "#told h1{font-size:17px;margin:0}#told i{display:inline-block;width:22px;height:11px;margin-right:7px}"
    "#told .mark{color:#9a4a1c}#told p{margin:2px 0}"
)


@lru_cache(maxsize=1)
def _leaflet() -> tuple[str, str]:
    """(script, style) with the style's pictures inside."""
    try:
        script = (ASSETS / "leaflet.js").read_text("utf-8")
        style = (ASSETS / "leaflet.css").read_text("utf-8")
        pictures = {path.name: base64.b64encode(path.read_bytes()).decode() for path in ASSETS.glob("images/*.png")}
    except OSError as error:
        raise AssetsMissing(
            f"The page's scripts are not built here ({error.filename}): ./shuitu up builds them."
        ) from error
    return script, re.sub(
        r"url\(images/([\w.-]+)\)", lambda found: f"url(data:image/png;base64,{pictures[found[1]]})", style
    )


def _regions(report: Report, lang: str, prefixes: list[str]) -> folium.GeoJson:
    lines = {line.code: line for line in report.children}
    breaks = report.classes[f"{report.child_level}/volume"].breaks
    colors = palette.ramp(len(breaks) + 1)
    features = []
    for code, name, shape in _outlines(report.child_level, prefixes):
        line = lines.get(code)
        value = line.volume_l / 1000 if line and line.volume_l else None
        found = palette.class_of(value, breaks)
        properties = {"color": palette.NO_DATA if found < 0 else colors[found], "told": _told(name, line, lang)}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=word("map_volume", lang, level=level_name(report.child_level, lang)),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["color"], "fillOpacity": 0.85, "color": "#ffffff", "weight": 1,
        },
        tooltip=folium.GeoJsonTooltip(fields=["told"], labels=False),
    )  # fmt: skip


def _told(name: str, line: RegionLine | None, lang: str) -> str:
    volume = figures.volume(line.volume_l, lang) if line else figures.DASH
    share = f" · {figures.percent(line.share)}" if line else ""
    return f"<b>{escape(name)}</b><br>{volume}{share}"


def _outlines(level: str, prefixes: list[str]) -> list[tuple[str, str, dict[str, Any]]]:
    """(code, name, GeoJSON) of each region, its borders shared with its neighbours'."""
    rows = list(
        Boundary.objects.filter(valid_to=None, region__valid_to=None, region__level=vocab.LEVEL.id_of(level))
        .filter(any_prefix("region__code", prefixes))
        .order_by("region__code")
        .values_list("region__code", "region__name", AsWKB("geom"))
    )
    shapes = shapely.coverage_simplify([shapely.from_wkb(bytes(wkb)) for _, _, wkb in rows], _TOLERANCE_DEGREES)
    return [(code, name, _rounded(shape)) for (code, name, _), shape in zip(rows, shapes, strict=True)]


def _rounded(shape: Any) -> dict[str, Any]:
    """A GeoJSON geometry of metres, not of atoms."""
    rounded = shapely.transform(shape, lambda points: points.round(_DIGITS))
    found: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return found


def _facilities(layer_id: str, lang: str, prefixes: list[str]) -> folium.GeoJson | None:
    layer = access.seen(registry.layer(layer_id))
    if layer is None:
        return None
    placed = within(layer_id, prefixes).filter(geom__isnull=False).order_by("code")
    named = F("name") if layer.dataset.field("name") else Value("")
    rows = list(placed.values_list("code", named, AsWKB("geom")))
    if not rows or len(rows) > _MOST_POINTS:
        return None
    features = [
        {
            "type": "Feature",
            "properties": {"told": f"<b>{escape(name)}</b><br>{escape(code)}" if name else f"<b>{escape(code)}</b>"},
            "geometry": _rounded(shapely.from_wkb(bytes(wkb))),
        }
        for code, name, wkb in rows
    ]
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=f"{layer_name(layer_id, lang)} · {len(rows):,}",
        show=len(rows) <= 60,
        marker=folium.CircleMarker(
            radius=5, weight=1, color="#ffffff", fill=True, fill_color=layer.color, fill_opacity=1
        ),
        tooltip=folium.GeoJsonTooltip(fields=["told"], labels=False),
    )


def _heading(report: Report, lang: str) -> str:
    """What the map is of, its legend, and its marks."""
    breaks = report.classes[f"{report.child_level}/volume"].breaks
    colors = palette.ramp(len(breaks) + 1)
    told = figures.class_texts([bound / 10_000 for bound in breaks])
    rows = [
        f'<p><i style="background:{color}"></i>{escape(text)}</p>' for color, text in zip(colors, told, strict=True)
    ][::-1]
    as_of = word("version", lang, version=report.version, moment=figures.moment(report.changed_at, lang))
    mark = f'<p class="mark">{word("synthetic_mark", lang)}</p>' if report.synthetic else ""
    period = figures.period(report.period.first, report.period.last, lang)
    return (
        f'<div id="told"><h1>{escape(report.name)}</h1><p>{period} · {figures.volume(report.total_l, lang)}</p>'
        f"<p>{figures.unit_name(lang)}</p>{''.join(rows)}<p>{word('as_of', lang)}: {as_of}</p>{mark}</div>"
    )


def _settled(page: str) -> str:
    """With numbers for the random names that folium gives to what it draws: the same content is the same bytes."""
    seen: dict[str, str] = {}
    return re.sub(r"\b([a-z_]+_)([0-9a-f]{32})", lambda m: m[1] + seen.setdefault(m[2], str(len(seen) + 1)), page)
