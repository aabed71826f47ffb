"""How a bureau's numbers are written: ``京水图报〔{year}〕{number}号``. Pure."""

from __future__ import annotations

import re

from layers.words import Listed, Words

PLACES = ("{year}", "{number}", "{number:3}", "{code}")
NEEDED = ("year", "number")
MOST = 60  # characters of a pattern
NUMBER_MOST = 80  # of a number as it is written
_PLACE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"number(?::([1-6]))?")


class BadPattern(ValueError):
    """A pattern cannot be used; ``said`` tells why, and what may stand in it."""

    def __init__(self, said: Words) -> None:
        super().__init__(said.in_("en"))
        self.said = said


def check(pattern: str) -> str:
    """The pattern, if numbers can be written by it; `BadPattern` says what is wrong."""
    named = [place.partition(":")[0] for place in _PLACE.findall(pattern) if _known(place)]
    wrong = [f"{{{place}}}" for place in _PLACE.findall(pattern) if not _known(place)]
    allowed = Listed(*PLACES)
    if wrong or re.search(r"[{}]", _PLACE.sub("", pattern)):
        raise BadPattern(
            Words(
                "编号格式里不认识 {wrong}；可以用 {allowed}（{example} 表示至少三位数）。",
                "The pattern has {wrong}, which is not known; it may have {allowed} ({example}: at least three digits).",
                wrong=Listed(*wrong) if wrong else "{ }",
                allowed=allowed,
                example="{number:3}",
            )
        )
    if missing := [f"{{{name}}}" for name in NEEDED if name not in named]:
        raise BadPattern(
            Words(
                "编号格式里缺少 {missing}：没有它，两份报告会得到同一个编号。",
                "The pattern lacks {missing}: without it two reports would be called the same.",
                missing=Listed(*missing),
            )
        )
    return pattern


def _known(place: str) -> bool:
    return place in ("year", "code") or _NUMBER.fullmatch(place) is not None


def written(pattern: str, year: int, number: int, code: str) -> str:
    """The number as it is printed."""

    def one(found: re.Match[str]) -> str:
        if found[1] == "year":
            return str(year)
        if found[1] == "code":
            return code
        digits = _NUMBER.fullmatch(found[1])
        return str(number).zfill(int(digits[1])) if digits and digits[1] else str(number)

    return _PLACE.sub(one, pattern)[:NUMBER_MOST]
