"""The page's own dictionaries (``geoapp/web/src/dict``), as far as a count of their words needs them read."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from layers import languages

FOLDER = Path(__file__).resolve().parents[1] / "web" / "src" / "dict"
_ENTRY = re.compile(r'(?:^|[\s,{])(\w+):\s*("(?:[^"\\]|\\.)*")')
_PLACE = re.compile(r"\{(\w+)\}")


def read(code: str) -> dict[str, str]:
    """The words of a dictionary by key; none where there is no dictionary."""
    path = FOLDER / f"{code}.ts"
    if not path.exists():
        return {}
    _, _, body = path.read_text(encoding="utf-8").partition("= {")
    return {key: str(ast.literal_eval(text)) for key, text in _ENTRY.findall(body)}


@cache
def every_key() -> tuple[str, ...]:
    """The keys there are: those of the first language."""
    return tuple(read(languages.FIRST))


def wrong_places(dictionary: Mapping[str, str]) -> list[str]:
    """The keys whose words have a place for a value that the page does not give."""
    first = read(languages.FIRST)
    return [
        key
        for key, text in dictionary.items()
        if not set(_PLACE.findall(text)) <= set(_PLACE.findall(first.get(key, "")))
    ]
