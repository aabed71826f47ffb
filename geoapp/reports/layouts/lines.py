"""On which line of a TOML text something stands: its own parser does not tell, once it has understood it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_HEADER = re.compile(r"\s*\[\[?([^\[\]#]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def _path(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def _keys(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and whole path of each table and key, from above."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _path(header[1])
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_path(key[1]))


def line_of(text: str, path: Sequence[str], item: str | None = None, nth: int = 1) -> int:
    """The line of a key or table, or of the ``nth`` time that a text is an item of its list; of what is written otherwise, the line
    of what it is in."""
    known = list(_keys(text))
    for length in range(len(path), 0, -1):
        wanted = tuple(path[:length])
        for at, (number, found) in enumerate(known):
            if found[:length] == wanted:
                end = known[at + 1][0] if at + 1 < len(known) else len(text.splitlines()) + 1
                return number if item is None else _item(text, number, end, item, nth)
    return 1


def _item(text: str, first: int, end: int, item: str, nth: int) -> int:
    quoted, seen = re.compile(rf"""["']{re.escape(item)}["']"""), 0
    for number, line in enumerate(text.splitlines()[first - 1 : end - 1], first):
        seen += len(quoted.findall(line.partition("#")[0]))
        if seen >= nth:
            return number
    return first
