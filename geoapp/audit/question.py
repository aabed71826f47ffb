"""What was asked, as a line of the audit keeps it: method, path and normalised query, on one line, bounded, and without a secret. Pure.

A form's fields are never kept. Of a query a value is left out whose name says that it is a secret, or which looks like one: a token
that was put into the wrong parameter is a token still.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from layers.text import one_line, without_invisible

MOST = 1000  # characters of a question
MOST_OF_PATH = 300
LEFT_OUT = "…"
_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|api_?key|^key$|auth|session|signature|^sig$|csrf|credential|jwt|ticket", re.I
)
# Long runs as tokens are written: base64 and its like, hexadecimal, the three parts of a JWT. Codes and lists are shorter, or of words.
_LONG = re.compile(r"[A-Za-z0-9_+/=~.-]{24,}")
_HEX = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")
_SEGMENT = re.compile(r"[A-Za-z0-9_-]{32,}")


def looks_secret(value: str) -> bool:
    """Whether a value may be a token: long, of the letters tokens have, with small and large ones and digits among them."""
    for run in _LONG.findall(value):
        if all(re.search(kind, run) for kind in ("[a-z]", "[A-Z]", r"\d")):
            return True
    return _HEX.search(value) is not None


def of_path(path: str) -> str:
    """A path without what in it is a secret address: the long random name of an upload."""
    parts = [LEFT_OUT if _SEGMENT.fullmatch(part) and looks_secret(part) else part for part in path.split("/")]
    return clean("/".join(parts), MOST_OF_PATH)


def of(method: str, path: str, query: Iterable[tuple[str, str]]) -> str:
    """``GET /feeds/well.csv?region=110101&source=1``: parameters in the order of their names."""
    told = "&".join(f"{_quoted(name)}={_value(name, value)}" for name, value in sorted(query))
    return clean(f"{clean(method, 10)} {of_path(path)}{'?' if told else ''}{told}", MOST)


def _value(name: str, value: str) -> str:
    return LEFT_OUT if _SECRET_NAME.search(name) or looks_secret(value) else _quoted(value)


def _quoted(text: str) -> str:
    """So that no value reads as another parameter; Chinese stays Chinese."""
    return re.sub(r"[&=#%+\s]", lambda found: quote(found[0]), text)


def clean(text: object, most: int) -> str:
    """A text from outside as a line keeps it: no control characters, nothing invisible, no half of a character, and not too long."""
    told = one_line(without_invisible(str(text))).encode("utf-8", "replace").decode()
    return told if len(told) <= most else told[: most - 1] + LEFT_OUT
