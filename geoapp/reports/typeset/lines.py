"""A line that holds one piece of text and fits: measured once, placed by arithmetic, and drawn from what was measured.

Nearly every line of a report is one: the cells of its tables. WeasyPrint shapes each of them three times and takes it through everything
that lines of floats, footnotes and hyphens need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from weasyprint.draw.text import draw_text as _draw_text
from weasyprint.formatting_structure.boxes import LineBox, TextBox
from weasyprint.layout.inline import iter_line_boxes as _iter_line_boxes
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS
from weasyprint.text.line_break import Layout, strut
from weasyprint.text.line_break import split_first_line as _split_first_line

from geoapp.reports.typeset.setting import of, resolve_percentages
from geoapp.reports.typeset.voices import OneLine

_PLAIN = re.compile(r"[^\s\u00ad\u202a-\u202e](?:[^\n\r\t\f\u0085\u00ad\u2028-\u202e]*[^\s\u00ad\u202a-\u202e])?")
_SHARES = {"left": 0.0, "start": 0.0, "center": 0.5, "right": 1.0, "end": 1.0}


class StandingLine:
    """A line of text, and how it stands in a box: the highest and the lowest of it and of its font, from its baseline."""

    __slots__ = ("baseline", "height", "leading", "line", "text_top", "top")

    def __init__(self, line: OneLine) -> None:
        self.line = line
        line_height, base = strut(line.style)
        self.leading = (line_height - line.height) / 2
        self.baseline = line.base + self.leading
        size = line.style["font_size"]
        gap = (line_height - size) / 2
        self.text_top, top = -self.baseline, -base
        self.top = min(self.text_top, top)
        self.height = (
            max(self.text_top + (line.height + self.leading + self.leading), top + (size + gap + gap)) - self.top
        )


class Lines:
    """The lines of one style. ``share`` is how much of what is left of a line lies before it."""

    def __init__(self, style: Any) -> None:
        self.style = style
        self.made: dict[str, StandingLine | None] = {}
        setting = of(style)
        align = style["text_align_last"]
        align = style["text_align_all"] if align == "auto" else align
        self.share = _SHARES.get(align)
        self.wraps = style["white_space"] == "normal"
        self.plain = (
            self.share is not None
            and style["white_space"] in ("normal", "nowrap")
            and style["direction"] == "ltr"
            and style["vertical_align"] == "baseline"
            and style["position"] == "static"
            and style["float"] == "none"
            and style["font_size"] > 0
            and style["letter_spacing"] == "normal"
            and style["text_indent"].value == 0
            and style["text_decoration_line"] == "none"
            and setting.lengths is not None
            and not any(setting.borders.values())
        )

    def standing(self, text: str) -> StandingLine | None:
        """None for a text that WeasyPrint has to set."""
        if text not in self.made:
            line = OneLine(text, self.style) if _PLAIN.fullmatch(text) else None
            self.made[text] = None if line is None or line.rest is not None else StandingLine(line)
        return self.made[text]


def iter_line_boxes(
    context: Any, box: Any, position_y: float, bottom_space: float, skip_stack: Any, containing_block: Any,
    absolute_boxes: Any, fixed_boxes: Any, first_letter_style: Any, first_line_style: Any,
) -> Iterator[tuple[Any, Any]]:  # fmt: skip
    """As WeasyPrint's."""
    simple = (
        skip_stack is None and first_letter_style is None and first_line_style is None and not context.excluded_shapes
    )
    line = one(box, position_y, containing_block) if simple else None
    if line is not None:
        return iter(((line, None),))
    return _iter_line_boxes(
        context, box, position_y, bottom_space, skip_stack, containing_block,
        absolute_boxes, fixed_boxes, first_letter_style, first_line_style,
    )  # fmt: skip


def one(box: Any, position_y: float, containing_block: Any) -> Any:
    """The line box that holds all of a line box's text; None where it is not as simple as that."""
    if len(box.children) != 1 or type(box.children[0]) is not TextBox or type(box) is not LineBox:
        return None
    (child,) = box.children
    style = box.style
    if child.style is not style or box.text_overflow != "clip" or containing_block.style["direction"] != "ltr":
        return None
    setting = of(style)
    lines = setting.lines
    if lines is None:
        lines = setting.lines = Lines(style)
    found = lines.standing(child.text) if lines.plain else None
    if found is None:
        return None
    line = found.line
    left = containing_block.content_box_x()
    available = (left + containing_block.width) - left
    most = (left + available) * (1 + 1e-9)
    room = most - left
    if left + line.width > most or (
        lines.wraps and (line.width > room or line.width > int(max(0, room) * TO_UNITS) * FROM_UNITS)
    ):
        return None
    resolve_percentages(box, containing_block)
    resolve_percentages(child, containing_block)
    width = (left + line.width) - left
    offset_x = 0 if width >= available else (available - width) * lines.share
    offset_y = position_y - found.top
    text = child.copy()
    text.__dict__.update(
        position_x=left + offset_x, position_y=found.text_top + offset_y, width=line.width, height=line.height,
        margin_top=found.leading, margin_bottom=found.leading, baseline=found.baseline, pango_layout=line,
    )  # fmt: skip
    new = box.copy_with_children([text])
    new.__dict__.update(
        position_x=left + offset_x, position_y=position_y, width=width, height=found.height,
        margin_top=0, margin_bottom=0, baseline=-found.top, text_indent=0,
    )  # fmt: skip
    return new


def draw_text(stream: Any, box: Any, offset_x: float, text_overflow: str, block_ellipsis: Any) -> None:
    """As WeasyPrint's."""
    line, style = box.pango_layout, box.style
    if type(line) is not OneLine:
        _draw_text(stream, box, offset_x, text_overflow, block_ellipsis)
        return
    whole = text_overflow == "clip" and block_ellipsis == "none" and style["visibility"] == "visible"
    if whole:
        stream.set_color(style["color"])
        stream.begin_text()
        whole = line.draw(stream, box.position_x, box.position_y + box.baseline)
        stream.end_text()
    if not whole:
        box.pango_layout = Layout(style, max_width=line.max_width)
        box.pango_layout.text = box.text
        _draw_text(stream, box, offset_x, text_overflow, block_ellipsis)


def measured(
    text: str,
    style: Any,
    context: Any,
    max_width: float | None,
    spacing: float,
    is_line_start: bool = True,
    minimum: bool = False,
) -> Any:
    """As WeasyPrint's `split_first_line`, for who asks how wide a text may get: each page does for what runs along its head."""
    known = style.__dict__.setdefault("measured", {})
    asked = (text, max_width, spacing, is_line_start, minimum)
    if asked not in known:
        known[asked] = _split_first_line(text, style, context, max_width, spacing, is_line_start, minimum)
    return known[asked]
