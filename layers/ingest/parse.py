"""Words of a file → values. Pure: text in, value or None out; None says the text is not understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from layers.text import without_invisible
from layers.vocab import Vocab

_CLOCK = r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
_DATE = re.compile(rf"^(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*日?{_CLOCK}$")
_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MONTH = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:月份?)?$")
_COMPACT_MONTH = re.compile(r"^(\d{4})(\d{2})$")
_POINT_MONTH = re.compile(r"^\d{4}\.\d{1,2}$")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_ENGLISH = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "sept",
)  # fmt: skip
_MONTH_WORD = re.compile(r"^([a-z]{3,9})\.?[\s,./-]*(\d{4})$|^(\d{4})[\s,./-]*([a-z]{3,9})\.?$")
_SHORT_YEAR = re.compile(r"^'?\d{2}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2}\s*日?)?\s*月?$|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}$"
                         r"|^[a-z]{3,9}\.?[\s/-]*\d{2}$|^\d{1,2}[\s/-][a-z]{3,9}(?:[\s/-]\d{2})?$")  # fmt: skip
_SPAN = re.compile(r"季度?|[上下]半年|全年|年度|[qQ][1-4]|\d{1,2}月?\s*[-~至到—]\s*\d{1,2}\s*月份?$")
_SERIAL = re.compile(r"^[2-7]\d{4}(?:\.0+)?$")
_BARE_MONTH = re.compile(r"^(\d{1,2})\s*(?:月份?)?$")
_NO_END = frozenset({"长期", "永久", "长期有效", "永久有效", "无固定期限", "无限期", "不限", "无期限", "至今"})
_BETWEEN = re.compile(r"[\s/\\>→·,，、;；|—-]+")
LINK_SEPARATORS = re.compile(r"[;；,，、|\s]+")
FIRST_YEAR, LAST_YEAR = 1900, 2200
_SERIALS_FROM = date(1899, 12, 30)  # of spreadsheets: day 60 and before it are no dates of ours
# Letters, digits and the signs of codes in East Asian width. Brackets stay: permits are numbered with either.
_WIDE = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B),
                                          0xFF0D, 0xFF0E, 0xFF0F, 0xFF3F)}  # fmt: skip


class Meaning(NamedTuple):
    """What a text means: a value, or the reason for which it is refused; ``warned`` is the reason to look at it again."""

    value: object = None
    refused: str = ""
    warned: str = ""


def plain(text: str) -> str:
    """Half width, without what cannot be seen, trimmed."""
    return unicodedata.normalize("NFKC", without_invisible(text)).strip()


def clean_code(text: str) -> str:
    """A code without what cannot be seen, and with the letters and digits of keyboards."""
    return without_invisible(text).translate(_WIDE).strip()


def parse_date(text: str) -> date | None:
    """``2019-07-01``, ``2019/7/1``, ``2019.7.1``, ``20190701`` or ``2019年7月1日``, also with a midnight behind it."""
    word = plain(text)
    found = _DATE.match(word) or _COMPACT_DATE.match(word)
    if not found:
        return None
    return _day(*(int(part) for part in found.groups()))


def parse_month(text: str) -> date | None:
    """``2019-07``, ``2019/7``, ``201907``, ``2019年7月份``, ``Jul 2019`` or the date of a month's first day → that day."""
    word = plain(text)
    found = _MONTH.match(word) or _COMPACT_MONTH.match(word)
    if found:
        return _day(int(found.group(1)), int(found.group(2)), 1)
    if named := _MONTH_WORD.match(word.lower()):
        at = english_month(named.group(1) or named.group(4))
        return _day(int(named.group(2) or named.group(3)), at, 1) if at else None
    day = parse_date(word)
    return day if day and day.day == 1 else None


def point_month(text: str) -> str | None:
    """``2018.1``, of a month that may have been typed as a number; None for any other."""
    word = plain(text)
    return word if _POINT_MONTH.match(word) else None


def english_month(word: str) -> int | None:
    """``oct``, ``October`` → 10."""
    low = word.lower()
    return _ENGLISH.index(low[:3]) + 1 if low in _ENGLISH or low in _FULL_ENGLISH else None


def bare_month(text: str) -> int | None:
    """``10月``, ``10`` → 10: a month that wants its year."""
    word = plain(text)
    if found := _BARE_MONTH.match(word):
        return int(found.group(1)) if 1 <= int(found.group(1)) <= 12 else None
    return english_month(word.rstrip("."))


def month_meaning(year: int | None = None) -> Callable[[str], Meaning]:
    """What the text of a month means; ``year`` is of those that are written without one."""

    def understand(text: str) -> Meaning:
        if found := parse_month(text):
            return Meaning(found)
        if (at := bare_month(text)) is not None:
            return Meaning(_day(year, at, 1), warned="year_added") if year else Meaning(refused="no_year")
        day = _serial(text)
        if day and day.day == 1:
            return Meaning(day, warned="serial_date")
        return Meaning(refused=_why_no_month(plain(text)))

    return understand


def _why_no_month(word: str) -> str:
    if _SHORT_YEAR.match(word.lower()):
        return "short_year"
    return "not_one_month" if _SPAN.search(word) else "not_a_month"


def date_meaning(open_ended: bool = False) -> Callable[[str], Meaning]:
    """What the text of a day means; ``open_ended`` admits the words for "for ever", which are no day."""

    def understand(text: str) -> Meaning:
        if found := parse_date(text):
            return Meaning(found)
        word = plain(text)
        if open_ended and word in _NO_END:
            return Meaning(None, warned="no_end")
        if found := _serial(text):
            return Meaning(found, warned="serial_date")
        if parse_month(word):
            return Meaning(refused="no_day")
        return Meaning(refused="short_year" if _SHORT_YEAR.match(word.lower()) else "not_a_date")

    return understand


def _serial(text: str) -> date | None:
    """The day a spreadsheet means by a number, 1954 to 2118."""
    word = plain(text)
    return _SERIALS_FROM + timedelta(days=int(float(word))) if _SERIAL.match(word) else None


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def term_words(vocab: Vocab) -> dict[str, int]:
    """Every accepted spelling, half width and in lower case → stored id."""
    return {plain(word).lower(): found for word, found in vocab.spellings.items()}


def parse_term(text: str, words: dict[str, int]) -> int | None:
    """A word of a vocabulary in any spelling → its stored id; ``words`` as `term_words` gives them."""
    return words.get(plain(text).lower())


def parse_links(text: str) -> str:
    """Codes joined by any usual separator → the same codes once each, in order, joined by ``;``."""
    return ";".join(dict.fromkeys(clean for word in LINK_SEPARATORS.split(text) if (clean := clean_code(word))))


def division_name(text: str) -> str:
    """The words by which divisions are told, without what stands between them: ``海淀区 / 四季青镇`` → ``海淀区四季青镇``."""
    return _BETWEEN.sub("", plain(text))
