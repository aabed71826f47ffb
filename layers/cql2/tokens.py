"""The words of CQL2 text, each with where it begins. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from layers.errors import BadParameter

Kind = Literal["word", "quoted", "text", "number", "symbol", "end"]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d][\w:.]*)
    | "(?P<quoted>(?:[^"]|"")+)"
    | '(?P<text>(?:[^'\\]|''|\\\\|\\'|\\(?!'))*)'
    | (?P<symbol><>|<=|>=|[-+*/%^=<>(),])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text; ``at`` counts characters from 1."""

    kind: Kind
    text: str
    at: int

    @property
    def upper(self) -> str:
        """As a keyword or symbol; a quoted name or a text is never one."""
        return self.text.upper() if self.kind in ("word", "symbol") else ""


FORMS = (
    "use = 'irrigation' AND NOT (depth_m > 100 OR depth_m IS NULL)",
    "name LIKE '%…%', CASEI(name) LIKE CASEI('…'), depth_m BETWEEN 1 AND 2, use IN ('…', '…')",
    "S_INTERSECTS(geometry, BBOX(116.2,39.8,116.6,40.1))",
    "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2019-01-01', '..'))",
    '{"op":"=","args":[{"property":"use"},"irrigation"]}',
)


def refusal(detail: str, at: int | None = None) -> BadParameter:
    where = f" at character {at}" if at is not None else ""
    return BadParameter(f"The filter cannot be read: {detail}{where}.", param="filter", allowed=FORMS)


def tokens(text: str) -> list[Token]:
    """All words, the end last. `BadParameter` with the position of what is no word of CQL2."""
    found: list[Token] = []
    position = 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            rest = stripped[position:].lstrip()
            what = "a text has no end" if rest[0] in "'\"" else f"{rest[0]!r} begins no word of CQL2"
            raise refusal(what, len(stripped) - len(rest) + 1)
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        found.append(Token(kind, _value(kind, match[kind]), match.start(kind) + 1))
        position = match.end()
    return [*found, Token("end", "", len(stripped) + 1)]


def _value(kind: Kind, raw: str) -> str:
    if kind == "quoted":
        return raw.replace('""', '"')
    if kind == "text":
        # A pair of backslashes stays as it is, for LIKE to read; it does not escape the quote after it.
        return re.sub(r"''|\\\\|\\'", lambda found: found[0] if found[0] == "\\\\" else "'", raw)
    return raw
