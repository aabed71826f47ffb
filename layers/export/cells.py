"""A text in a cell of a workbook as it stands, whatever a spreadsheet would make of it."""

from __future__ import annotations

import re
from typing import Any

from openpyxl.cell import WriteOnlyCell

from layers.text import is_formula, xml_text

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # ECMA-376, ST_Xstring: _x000D_ is a line break


def text_cell(sheet: Any, text: str) -> Any:
    """A cell that holds a text, and no formula or error; editing it by hand does not make it one either."""
    cell = WriteOnlyCell(sheet, _ESCAPE.sub("_x005F_", xml_text(text)))
    cell.data_type = "s"
    if is_formula(text):
        cell.quotePrefix = True
    return cell
