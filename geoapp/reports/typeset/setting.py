"""What a style comes to in boxes and lines, worked out once for all that share it.

WeasyPrint gives elements that look the same one style, and then asks it anew for each of them: a context of Pango for every
piece of text, two dozen lengths that are no share of anything for every cell.
"""

from __future__ import annotations

from typing import Any

from weasyprint.css.properties import Dimension
from weasyprint.formatting_structure.boxes import Box
from weasyprint.layout.percent import resolve_percentages as _resolve_percentages

_SIDES = ("top", "right", "bottom", "left")
_BORDERS = tuple(f"border_{side}_width" for side in _SIDES)
_LENGTHS = (
    *(f"margin_{side}" for side in _SIDES), *(f"padding_{side}" for side in _SIDES),
    "width", "min_width", "max_width", "height", "min_height", "max_height",
)  # fmt: skip


class Setting:
    """Of one style. What it cannot say once for all boxes is None, and asked of WeasyPrint."""

    __slots__ = ("borders", "collapsed", "lengths", "lines")

    def __init__(self, style: Any) -> None:
        self.lengths = _lengths(style)
        self.borders = {name: style[name] for name in _BORDERS}
        self.collapsed = style["border_collapse"] == "collapse"
        self.lines: Any = None  # see `lines`


def of(style: Any) -> Setting:
    """Kept with the style; a copy of it, which may be changed, has its own."""
    kept: Setting | None = style.__dict__.get("setting")
    if kept is None:
        kept = style.setting = Setting(style)
    return kept


def _lengths(style: Any) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    if style["box_sizing"] != "content-box":
        return None
    for name in _LENGTHS:
        value = style[name]
        if value == "auto":
            found[name] = 0 if name.startswith("min_") else value
        elif type(value) is not Dimension or value.unit == "%":  # a sum of several has to be worked out each time
            return None
        else:
            found[name] = value.value
    return found


def resolve_percentages(box: Any, containing_block: Any) -> None:
    """As WeasyPrint's, where there are none."""
    setting = of(box.style) if isinstance(box, Box) else None
    if setting is None or setting.lengths is None:
        _resolve_percentages(box, containing_block)
        return
    told = box.__dict__
    told.update(setting.lengths)
    if setting.collapsed:  # the borders were settled with those of the neighbours
        for name, width in setting.borders.items():
            told.setdefault(name, width)
    else:
        told.update(setting.borders)
