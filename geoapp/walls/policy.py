"""What a browser may do with an answer (Content-Security-Policy), by the kind of answer; a view sets another where it needs one.

A page runs scripts and takes styles of this server alone, none written into it. Some need more, each for what it says itself:
`styled` (a page that has to stand without any other file), `REPORT` (the report as it is printed).
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

OURS = "frame-ancestors 'self'"
STYLES = "style-src 'self'"
# MapLibre draws icons from data URLs and blobs. What styles an element by its script (`element.style`) is no inline style.
PAGE = (
    f"default-src 'self'; script-src 'self'; {STYLES}; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    f"worker-src 'self'; child-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; {OURS}"
)
# Of what is no page nothing is run, should somebody open it as one; a drawing has its own colours in it.
FILE = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; {OURS}"
# The report is one file, the same on screen, on paper and as it is sent: its styles, widths of columns and drawings are in it. It
# runs nothing and fetches nothing, so that a style somebody smuggled into it could tell nobody anything.
REPORT = (
    "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
    f"base-uri 'none'; form-action 'none'; {OURS}"
)
SCRIPTED = ("text/html", "text/javascript", "application/javascript", "application/xhtml+xml")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def of(content_type: str) -> str:
    """The policy of an answer of that type: a worker's script is told here what it may fetch, as a page is."""
    return PAGE if content_type.partition(";")[0].strip().lower() in SCRIPTED else FILE


def framed_by(origins: list[str]) -> str:
    """The page's policy with leave to frame it for others."""
    return PAGE.replace(OURS, " ".join([OURS, *origins]))


def styled(page: str) -> str:
    """The policy of a page with styles written into it: exactly those, by what they say."""
    return PAGE.replace(STYLES, " ".join([STYLES, *(_digest(text) for text in _STYLE.findall(page))]))


@lru_cache(maxsize=16)
def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
