"""Messages of an import as pages say them: the core speaks to the command line, whose options have other names there."""

from __future__ import annotations

import re

from layers.languages import language
from layers.words import Words

_OPTIONS = {
    "map": Words("“列的对应”", "“columns”"),
    "crs": Words("“坐标系”", "“CRS”"),
    "read": Words("“读法”", "“how it is read”"),
    "sheet": Words("“工作表或图层”", "“sheet or layer”"),
    "file-layer": Words("“工作表或图层”", "“sheet or layer”"),
}
# What stands for the columns of months side by side where a heading is kept: in a release's mapping.
THE_MONTHS, THE_VALUES = Words("月份列的表头", "headings of months"), Words("月份列", "columns of months")
_OURS = {word.zh: word for word in (THE_MONTHS, THE_VALUES)}
_NAMED = re.compile(r"\s?--(map|crs|read|sheet|file-layer)\b(?: (?:字段=列名|field=column|[\w.]+=(?:列名|column)))?\s?")


def page_words(text: str, lang: str = "zh") -> str:
    """A message with the page's names for the command's options."""
    if not language(lang).spaced:
        return _NAMED.sub(lambda found: _OPTIONS[found[1]].in_(lang), text)
    spaced = _NAMED.sub(lambda found: f" {_OPTIONS[found[1]].in_(lang)} ", text)
    return spaced.replace(" ;", ";").replace("  ", " ").strip()


def heading(kept: str) -> Words | str:
    """A heading of a file, or a word of ours that stands for several."""
    return _OURS.get(kept, kept)
