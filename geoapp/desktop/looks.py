"""How layers look on a desktop: the colours, classes and names of the web map, as QGIS renderers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from geoapp.colors import NO_DATA, ramp
from geoapp.desktop import xml
from layers.periods import Period
from layers.registry import Layer
from layers.selection import EVERYTHING
from layers.shapes import SHAPES
from layers.stats.answer import Question, answer
from layers.stats.cells import period_classes
from layers.values import volumes
from layers.words import Words
from tiles.mvt import label_layer

INK, WHITE = "#33474f", "#ffffff"
CLASSES = 6
_CLUSTERS = ((2, 10, 4.0), (10, 100, 6.0), (100, None, 9.0))  # objects from, below, and millimetres


@dataclass(frozen=True, slots=True)
class Usage:
    """The choropleth of a layer that carries usage: a period and the inner bounds of its classes, in m³."""

    period: Period
    breaks: tuple[float, ...]

    @property
    def colors(self) -> list[str]:
        """Of fewer classes than colours, the ramp is spread over what there is."""
        return ramp(len(self.breaks) + 1)

    def classes(self, lang: str) -> list[tuple[str, str, str]]:
        """(name, expression, colour) of each class, then of what has no record. Corrections may be below nothing."""
        # Older desktops cut whole numbers of tiles off at 32 bits; the density is no whole number.
        volume = 'coalesce(to_real("m3_per_km2") * to_real("area_m2") / 1000000, 0)'
        bounds: list[float | None] = [None, *self.breaks, None]
        # By the middle of them, as the web map has it (geoapp/web/src/units.ts).
        large = bool(self.breaks) and self.breaks[len(self.breaks) // 2] >= _large(lang)[1] / 10
        found = []
        for color, low, high in zip(self.colors, bounds, bounds[1:], strict=False):
            parts = [
                f"{volume} <> 0",
                *([f"{volume} >= {low!r}"] if low else []),
                *([f"{volume} < {high!r}"] if high else []),
            ]
            found.append((_span(low, high, lang, large=large), " AND ".join(parts), color))
        return [*found, (Words("无记录", "No record").in_(lang), f"{volume} = 0", NO_DATA)]


def _large(lang: str) -> tuple[str, float]:
    """The unit of large volumes, and its m³."""
    name, litres = volumes.large(lang)
    return name, litres / volumes.LITRES_PER_M3


def _span(low: float | None, high: float | None, lang: str, *, large: bool) -> str:
    """A class as the web map's legend writes it, in its large unit where amounts are ``large``."""
    unit, m3 = _large(lang) if large else ("m³", 1)
    told = [f"{bound / m3:,.10g}" if bound is not None else None for bound in (low, high)]
    if told[0] is None and told[1] is None:
        return unit
    if told[0] is None:
        return f"< {told[1]} {unit}"
    between = Words("~", "–").in_(lang)
    return f"≥ {told[0]} {unit}" if told[1] is None else f"{told[0]} {between} {told[1]} {unit}"


def usage_of(layer: Layer, period: Period) -> Usage:
    """The classes that the web map has for the period: the statistics API's, of regions or of cells."""
    assert layer.usage is not None
    if layer.usage.kept == "grid":
        classes = period_classes(layer.usage.at, period, EVERYTHING, k=CLASSES)
    else:
        classes = answer(Question(layer.usage.at, period, k=CLASSES, measure="volume"))["classes"]
    return Usage(period, tuple(classes["breaks"]))


def title(layer: Layer, lang: str) -> str:
    return layer.in_(lang)


def _plain(parent: Element, layer: Layer) -> None:
    if layer.geometry == "point":
        xml.marker(parent, layer.color, 2.6)
    elif layer.geometry == "line":
        xml.line(parent, layer.color, 0.35)
    else:
        xml.fill(parent, layer.color, 0.05 if layer.stage == "region" else 0.18, layer.color, 0.3)


def _class_fill(parent: Element, layer: Layer, color: str, name: str = "0") -> None:
    """Regions part by white lines. Cells are a few pixels wide: a line of their own colour closes their seams."""
    cells = layer.usage is not None and layer.usage.kept == "grid"
    xml.fill(parent, color, 1, color if cells else WHITE, 0.1 if cells else 0.26, name)


def renderer(parent: Element, layer: Layer, lang: str, usage: Usage | None = None) -> None:
    """The renderer of a layer of features; with usage, one rule a class."""
    if usage is None:
        made = xml.child(parent, "renderer-v2", type="singleSymbol", symbollevels=0, forceraster=0, enableorderby=0)
        _plain(xml.child(made, "symbols"), layer)
        return
    made = xml.child(parent, "renderer-v2", type="RuleRenderer", symbollevels=0, forceraster=0, enableorderby=0)
    rules, symbols = xml.child(made, "rules", key="root"), xml.child(made, "symbols")
    for number, (name, expression, color) in enumerate(usage.classes(lang)):
        xml.child(rules, "rule", key=f"class-{number}", symbol=number, label=name, filter=expression)
        _class_fill(symbols, layer, color, str(number))


def labels(parent: Element, layer: Layer) -> None:
    """Names of features, near enough to be read."""
    made = xml.child(parent, "labeling", type="simple")
    xml.settings(made, "name", 9, INK)


def _style(
    parent: Element, source: str, kind: str, name: str, expression: str, lowest: int, highest: int = -1
) -> Element:
    made = xml.child(
        parent, "style", geometry=SHAPES[kind].dimension, enabled=1, layer=source, expression=expression, name=name
    )
    made.set("min-zoom", str(lowest))
    made.set("max-zoom", str(highest))
    return made


def tile_renderer(parent: Element, layer: Layer, lang: str, usage: Usage | None = None) -> None:
    """The renderer of a layer of vector tiles. Decoded numbers may be texts: expressions make them numbers."""
    styles = xml.child(xml.child(parent, "renderer", type="basic"), "styles")
    if usage is not None:
        for name, expression, color in usage.classes(lang):
            made = _style(styles, layer.id, "polygon", name, expression, layer.min_zoom)
            _class_fill(xml.child(made, "symbols"), layer, color)
        return
    one = 'coalesce(to_int("count"), 1)' if layer.detail_zoom else ""
    made = _style(styles, layer.id, layer.geometry, title(layer, lang), f"{one} <= 1" if one else "", layer.min_zoom)
    _plain(xml.child(made, "symbols"), layer)
    for low, high, size in _CLUSTERS if one else ():
        name = f"{title(layer, lang)} {low}–{high - 1}" if high else f"{title(layer, lang)} ≥ {low}"
        expression = f"{one} >= {low}" + (f" AND {one} < {high}" if high else "")
        made = _style(styles, layer.id, "point", name, expression, layer.min_zoom, layer.detail_zoom - 1)
        xml.marker(xml.child(made, "symbols"), layer.color, size)


def tile_labels(parent: Element, layer: Layer) -> None:
    """Names of polygons on their label points; numbers on clusters and names on single points."""
    styles = xml.child(xml.child(parent, "labeling", type="basic"), "styles")
    for source, field, expression, color in _label_rules(layer):
        made = _style(styles, source, "point", field, expression, layer.min_zoom)
        xml.settings(made, field, 9, color)


def _label_rules(layer: Layer) -> Sequence[tuple[str, str, str, str]]:
    named = label_layer(layer)
    if named:
        return [(named, "name", "", INK)]
    if layer.geometry != "point":
        return []
    one = 'coalesce(to_int("count"), 1)'
    return [(layer.id, "count", f"{one} > 1", INK), (layer.id, "name", f"{one} <= 1 AND @zoom_level >= 14", INK)]


def qml(layer: Layer, lang: str, usage: Usage | None = None) -> bytes:
    """A layer's style as a file, for features of any source with our field names."""
    root = Element(
        "qgis", {"version": xml.QGIS_VERSION, "styleCategories": "Symbology|Labeling|Fields", "labelsEnabled": "0"}
    )
    renderer(root, layer, lang, usage)
    labels(root, layer)
    aliases(root, layer, lang)
    return xml.document(root)


def aliases(parent: Element, layer: Layer, lang: str) -> None:
    """What fields are called in forms and tables."""
    made = xml.child(parent, "aliases")
    for index, field in enumerate(layer.listed_fields):
        name = field.in_(lang)
        xml.child(made, "alias", field=field.name, index=index, name=f"{name} ({field.unit})" if field.unit else name)
