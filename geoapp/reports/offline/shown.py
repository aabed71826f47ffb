"""What the offline map shows, as plain values for JSON: shapes, names, figures, colours, the heading and its legend."""

from __future__ import annotations

import json
from typing import Any

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from geoapp.colors import NOUGHT
from geoapp.reports.credits import boundaries
from geoapp.reports.drawing import palette
from geoapp.reports.ground import WATERS, seen
from geoapp.reports.objects import within
from geoapp.reports.offline import months
from geoapp.reports.offline.months import MonthlyUse
from geoapp.reports.structure import Report
from geoapp.reports.words import WORDS, data_version, layer_name, level_name, subject, word
from layers import access, filters, registry, vocab
from layers.feeds.credits import credit
from layers.languages import language
from layers.stats.regions import region_index
from layers.words import COLON, Words

_TOLERANCE_DEGREES = 0.0002  # some 20 m: less than a pixel where a whole district is seen
_DIGITS = 5  # of coordinates: a metre
_MOST_POINTS = 4000  # of a layer; more would be megabytes that a browser draws for seconds
_MOST_WATERS = 1500  # of a kind: what is smaller is less than a pixel on a map of a district
_OPENED = 60  # points of a layer that is shown when the map opens

Json = dict[str, Any]
_WORDS = {
    "period": Words("时段", "Period"),
    "back": Words("上一时段", "Previous period"),
    "on": Words("下一时段", "Next period"),
    "nearer": Words("放大", "Zoom in"),
    "farther": Words("缩小", "Zoom out"),
    "layers": Words("图层", "Layers"),
    "more": Words("放大后可见更多地名。", "Zoom in for more place names."),
    "none": WORDS["no_data"],
    "nought": Words("0（记录为零）", "0 (recorded)"),
}


def shown(report: Report, lang: str) -> Json:
    """The data that `map.js` reads. A text of them is a text: nothing here is HTML."""
    index = region_index(report.within)
    prefixes = index.prefixes(report.code, unit=report.level == vocab.UNIT)
    facilities = [_facilities(layer.id, lang, prefixes) for layer in registry.LISTED]
    waters = [_waters(layer, report, lang) for layer in WATERS]
    west, south, east, north = report.bounds or (0.0, 0.0, 0.0, 0.0)
    used = months.read(report, prefixes)
    return {
        "lang": language(lang).tag,
        "heading": _heading(report, lang),
        "words": {key: words.in_(lang) for key, words in _WORDS.items()},
        "units": months.units(lang),
        "colors": {"none": palette.NO_DATA, "nought": NOUGHT},
        "periods": months.periods(report, used, lang),
        "scales": months.scales(report, used, lang),
        "layers": [_regions(report, lang, prefixes, used), *filter(None, [*waters, *facilities])],
        "bounds": [[south, west], [north, east]] if report.bounds else None,
    }


def _heading(report: Report, lang: str) -> Json:
    """What the map is of, of which data, whose its outlines are, and its marks."""
    drawn = boundaries(report, [report.child_level], lang)
    credits = [
        *([word("boundaries", lang, boundary=drawn)] if drawn else []),
        *(
            word("waters_by", lang, sources=told)
            for told in dict.fromkeys(credit(layer, lang) for layer in WATERS)
            if told
        ),
    ]
    if data := report.place.credit(lang):
        credits.insert(0, word("credit", lang) + COLON.in_(lang) + data)
    return {
        "name": subject(report, lang),
        "topic": _topic(report, lang),
        "version": word("as_of", lang) + COLON.in_(lang) + data_version(report, lang),
        "credits": credits,
        "mark": word("synthetic_mark", lang) if report.synthetic else "",
    }


def _topic(report: Report, lang: str) -> str:
    return word("map_volume", lang, level=level_name(report.child_level, lang))


def _feature(geometry: Json, *told: str, **more: Any) -> Json:
    """GeoJSON with the one or two lines that are told of it under the pointer."""
    return {"type": "Feature", "properties": {"told": told, **more}, "geometry": geometry}


def _regions(report: Report, lang: str, prefixes: list[str], used: MonthlyUse) -> Json:
    """Each with its litres in the period and in each of its months, and where its name stands."""
    whole = {line.code: line.volume_l for line in report.children}
    unknown: list[int | None] = [None] * len(used.months)
    return {
        "name": _topic(report, lang),
        "shown": True,
        # The legend's very colours: nothing lies underneath.
        "style": {"color": "#ffffff", "weight": 1, "fillOpacity": 1},
        "features": [
            _feature(
                _rounded(shape), name, litres=[whole.get(code), *used.regions.get(code, unknown)], at=_inside(shape)
            )
            for code, name, shape in _outlines(report, prefixes)
        ],
    }


def _inside(shape: Any) -> list[float]:
    """Latitude and longitude of where there is the most room in an outline."""
    middle = shapely.get_point(shapely.maximum_inscribed_circle(shape, _TOLERANCE_DEGREES), 0)
    return [round(middle.y, _DIGITS), round(middle.x, _DIGITS)]


def _waters(layer: registry.Layer, report: Report, lang: str) -> Json | None:
    """Surfaces or courses of waters that a district's map shows, from the largest on; None where there are none."""
    if report.bounds is None:
        return None
    rows = list(
        seen(layer, report.bounds).order_by("drawn_from", "code").values_list("name", AsWKB("geom"))[:_MOST_WATERS]
    )
    if not rows:
        return None
    lines = layer.geometry == "line"
    shapes = shapely.simplify([shapely.from_wkb(bytes(wkb)) for _, wkb in rows], _TOLERANCE_DEGREES)
    return {
        "name": layer.in_(lang),
        "shown": True,
        "style": {
            "color": palette.SHORE,
            "weight": 2 if lines else 0.7,
            "fill": not lines,
            "fillColor": palette.SURFACE,
            "fillOpacity": 0.9,
        },
        "features": [
            _feature(_rounded(shape), name or layer.in_(lang)) for (name, _), shape in zip(rows, shapes, strict=True)
        ],
    }


def _outlines(report: Report, prefixes: list[str]) -> list[tuple[str, str, Any]]:
    """(code, name, outline) of each region, its borders shared with its neighbours'."""
    rows = list(
        filters.within(registry.layer(report.child_level), report.within)
        .filter(access.begins("region__code", prefixes))
        .order_by("region__code")
        .values_list("region__code", "region__name", AsWKB("geom"))
    )
    shapes = shapely.coverage_simplify([shapely.from_wkb(bytes(wkb)) for _, _, wkb in rows], _TOLERANCE_DEGREES)
    called = report.place.called
    return [
        (code, called(code, name, report.names_in), shape) for (code, name, _), shape in zip(rows, shapes, strict=True)
    ]


def _rounded(shape: Any) -> Json:
    """A GeoJSON geometry of metres, not of atoms."""
    rounded = shapely.transform(shape, lambda points: points.round(_DIGITS))
    found: Json = json.loads(shapely.to_geojson(rounded))
    return found


def _facilities(layer_id: str, lang: str, prefixes: list[str]) -> Json | None:
    layer = access.seen(registry.layer(layer_id))
    if layer is None:
        return None
    placed = within(layer_id, prefixes).filter(geom__isnull=False).order_by("code")
    name = layer.dataset.field("name")
    named = Coalesce(F(name.orm_path), Value("")) if name else Value("")
    rows = list(placed.values_list(named, "code", AsWKB("geom")))
    if not rows or len(rows) > _MOST_POINTS:
        return None
    return {
        "name": f"{layer_name(layer_id, lang)} · {len(rows):,}",
        "shown": len(rows) <= _OPENED,
        "style": {"radius": 5, "weight": 1, "color": "#ffffff", "fillColor": layer.color, "fillOpacity": 1},
        "features": [_feature(_rounded(shapely.from_wkb(bytes(wkb))), *filter(None, told)) for *told, wkb in rows],
    }
