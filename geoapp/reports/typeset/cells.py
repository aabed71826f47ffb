"""A cell of a table that holds one line: it is as high as that, and nothing of it floats, breaks or collapses."""

from __future__ import annotations

from typing import Any

from weasyprint.formatting_structure.boxes import LineBox, TableCellBox
from weasyprint.layout.block import block_container_layout as _block_container_layout

from geoapp.reports.typeset.lines import one


def block_container_layout(
    context: Any, box: Any, bottom_space: float, skip_stack: Any, page_is_empty: bool, absolute_boxes: Any, fixed_boxes: Any,
    adjoining_margins: Any, first_letter_style: Any, first_line_style: Any, discard: bool, max_lines: Any,
) -> Any:  # fmt: skip
    """As WeasyPrint's."""
    if type(box) is TableCellBox and skip_stack is None and adjoining_margins is None and not discard:
        cell = _cell(context, box, bottom_space)
        if cell is not None:
            return cell, None, {"break": "any", "page": box.style["page"]}, [], False, max_lines
    return _block_container_layout(
        context, box, bottom_space, skip_stack, page_is_empty, absolute_boxes, fixed_boxes,
        adjoining_margins, first_letter_style, first_line_style, discard, max_lines,
    )  # fmt: skip


def _cell(context: Any, box: Any, bottom_space: float) -> Any:
    """None where it is not as simple as that, or does not fit onto the page."""
    if len(box.children) != 1 or type(box.children[0]) is not LineBox or box.height != "auto" or context.footnotes:
        return None
    style = box.style
    simple = (
        style["position"] == "static"
        and style["continue"] != "discard"
        and style["max_lines"] == "none"
        and style["box_decoration_break"] == "slice"
        and box.first_letter_style is None
        and box.first_line_style is None
        and box.margin_top == 0
        and not box.force_fragmentation
    )
    top = box.content_box_y()
    line = one(box.children[0], top, box) if simple else None
    if line is None:
        return None
    bottom = line.position_y + line.height
    if context.overflows_page(bottom_space, bottom + box.border_bottom_width + box.padding_bottom):
        return None
    line.resume_at = None
    cell = box.copy_with_children([line])
    cell.height = max(min(max(0, bottom - top), cell.max_height), cell.min_height)
    return cell
