"""Messages of an import as pages say them: the core speaks to the command line, whose options have other names there."""

from __future__ import annotations

import re

_OPTIONS = {
    "map": ("“列的对应”", "“columns”"),
    "crs": ("“坐标系”", "“CRS”"),
    "read": ("“读法”", "“how it is read”"),
    "sheet": ("“工作表或图层”", "“sheet or layer”"),
    "file-layer": ("“工作表或图层”", "“sheet or layer”"),
}
_NAMED = re.compile(r"\s?--(map|crs|read|sheet|file-layer)\b(?: (?:字段=列名|field=column|[\w.]+=(?:列名|column)))?\s?")


def page_words(text: str, lang: str = "zh") -> str:
    """A message with the page's names for the command's options."""
    if lang == "en":
        return (
            _NAMED.sub(lambda found: f" {_OPTIONS[found[1]][1]} ", text).replace(" ;", ";").replace("  ", " ").strip()
        )
    return _NAMED.sub(lambda found: _OPTIONS[found[1]][0], text)
