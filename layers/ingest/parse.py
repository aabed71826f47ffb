"""Words of a file → values. Pure: text in, value or None out; None says the text is not understood."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from layers.vocab import Vocab

_DATE = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00(?:\.0+)?)?)?$")
_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MONTH = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$")
_COMPACT_MONTH = re.compile(r"^(\d{4})(\d{2})$")
LINK_SEPARATORS = re.compile(r"[;；,，、|\s]+")
FIRST_YEAR, LAST_YEAR = 1900, 2200


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def parse_date(text: str) -> date | None:
    """``2019-07-01``, ``2019/7/1``, ``2019.7.1``, ``20190701`` or ``2019年7月1日``, also with a midnight behind it."""
    word = _half_width(text)
    found = _DATE.match(word) or _COMPACT_DATE.match(word)
    if not found:
        return None
    return _day(*(int(part) for part in found.groups()))


def parse_month(text: str) -> date | None:
    """``2019-07``, ``2019/7``, ``201907``, ``2019年7月`` or the date of a month's first day → that day."""
    word = _half_width(text)
    found = _MONTH.match(word) or _COMPACT_MONTH.match(word)
    if found:
        return _day(int(found.group(1)), int(found.group(2)), 1)
    day = parse_date(word)
    return day if day and day.day == 1 else None


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def term_words(vocab: Vocab) -> dict[str, int]:
    """Every accepted spelling, half width and in lower case → stored id."""
    return {_half_width(word).lower(): found for word, found in vocab.spellings.items()}


def parse_term(text: str, words: dict[str, int]) -> int | None:
    """A word of a vocabulary in any spelling → its stored id; ``words`` as `term_words` gives them."""
    return words.get(_half_width(text).lower())


def parse_links(text: str) -> str:
    """Codes joined by any usual separator → the same codes once each, in order, joined by ``;``."""
    return ";".join(dict.fromkeys(word for word in LINK_SEPARATORS.split(text) if word))
