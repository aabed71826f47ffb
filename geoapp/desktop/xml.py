"""QGIS's XML, as far as we write it: symbols, option maps, reference systems. Read by QGIS 3.22 and later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

QGIS_VERSION = "3.22.0"  # whose form is written: later ones read it


def child(parent: Element, tag: str, text: object = None, /, **attributes: object) -> Element:
    """A new element below another; ``_`` in a name of an attribute is written ``-``."""
    made = SubElement(parent, tag, {name.replace("_", "-"): str(value) for name, value in attributes.items()})
    if text is not None:
        made.text = str(text)
    return made


def document(root: Element) -> bytes:
    return b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(root, encoding="utf-8")


def options(parent: Element, values: Mapping[str, object]) -> None:
    """A map of texts, in the form that all of QGIS 3 reads and in the one that only newer ones do."""
    table = child(parent, "Option", type="Map")
    for name, value in values.items():
        child(table, "Option", name=name, value=value, type="QString")
    for name, value in values.items():
        child(parent, "prop", k=name, v=value)


def reference(parent: Element, tag: str, authority: str) -> None:
    """A reference system by its authority's name; QGIS knows the rest."""
    made = child(child(parent, tag), "spatialrefsys")
    child(made, "srsid", 1)  # of QGIS's own table: unless it is positive, the authority's name is not read
    child(made, "authid", authority)


def rgba(color: str, opacity: float = 1.0) -> str:
    """``#rrggbb`` as QGIS writes it."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def symbol(parent: Element, kind: str, name: str, layer_class: str, values: Mapping[str, object]) -> Element:
    made = child(parent, "symbol", type=kind, name=name)
    made.set("clip_to_extent", "1")
    options(child(made, "layer", **{"class": layer_class, "enabled": 1, "locked": 0, "pass": 0}), values)
    return made


def marker(parent: Element, color: str, size_mm: float, name: str = "0") -> Element:
    """A round spot with a white rim, as on the web map."""
    return symbol(parent, "marker", name, "SimpleMarker", {
        "name": "circle", "color": rgba(color, 0.92), "size": size_mm, "size_unit": "MM",
        "outline_color": rgba("#ffffff"), "outline_width": 0.3, "outline_width_unit": "MM", "outline_style": "solid",
    })  # fmt: skip


def line(parent: Element, color: str, width_mm: float, name: str = "0") -> Element:
    return symbol(parent, "line", name, "SimpleLine", {
        "line_color": rgba(color), "line_width": width_mm, "line_width_unit": "MM", "line_style": "solid",
        "joinstyle": "round", "capstyle": "round",
    })  # fmt: skip


def fill(parent: Element, color: str, opacity: float, line: str, line_mm: float, name: str = "0") -> Element:
    return symbol(parent, "fill", name, "SimpleFill", {
        "color": rgba(color, opacity), "style": "solid" if opacity else "no", "outline_color": rgba(line),
        "outline_width": line_mm, "outline_width_unit": "MM", "outline_style": "solid", "joinstyle": "round",
    })  # fmt: skip


def text_style(parent: Element, field: str, size_pt: float, color: str) -> None:
    """Labels in a font of the machine that has Chinese, with a light rim."""
    style = child(parent, "text-style", fieldName=field, fontFamily="Noto Sans CJK SC", fontSize=size_pt,
                  fontSizeUnit="Point", textColor=rgba(color), textOpacity=1, isExpression=0)  # fmt: skip
    families = child(style, "families")
    for family in ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC"):
        child(families, "family", name=family)
    child(style, "text-buffer", bufferDraw=1, bufferSize=0.8, bufferSizeUnits="MM", bufferColor=rgba("#ffffff", 0.92))


def settings(parent: Element, field: str, size_pt: float, color: str, **placement: Any) -> None:
    """Label settings over a point."""
    made = child(parent, "settings", calloutType="simple")
    text_style(made, field, size_pt, color)
    child(made, "placement", placement=1, priority=5, **placement)
    child(made, "rendering", drawLabels=1, obstacle=1)
