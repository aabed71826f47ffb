"""WeasyPrint's own steps, shortened where a report is simple: what is set is the same to the last byte.

They stand in for functions that WeasyPrint does not offer to others. So they do for the one version that they were written beside,
and with any other it sets the page by itself.
"""

from __future__ import annotations

import sys
from typing import Any

import pydyf
import weasyprint
from weasyprint.draw import text as draw
from weasyprint.layout import block, inline, percent, preferred
from weasyprint.text.line_break import Layout

from geoapp.reports.typeset import cells, lines, setting, voices

WRITTEN_BESIDE = "70.0"


def begin() -> None:
    if weasyprint.__version__ != WRITTEN_BESIDE:
        return
    _instead(percent.resolve_percentages, setting.resolve_percentages)
    _instead(inline.iter_line_boxes, lines.iter_line_boxes)
    _instead(block.block_container_layout, cells.block_container_layout)
    _instead(draw.draw_text, lines.draw_text)
    preferred.split_first_line = lines.measured
    Layout.setup = voices.set_up
    pydyf.PDF.page_references = property(voices.page_references)


def _instead(of: Any, ours: Any) -> None:
    """Wherever WeasyPrint knows it by a name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint."):
            for known, value in list(vars(module).items()):
                if value is of:
                    setattr(module, known, ours)
