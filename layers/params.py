"""Text of a query parameter in, typed value or `BadParameter` out. Pure: no request, no database."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from layers.errors import BadParameter
from layers.vocab import UNIT, Vocab
from layers.words import Words

REGION_CODE = re.compile(r"(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T00:00:00(?:\.0+)?Z?)?", re.ASCII)
NULL = "null"


@dataclass(frozen=True, slots=True)
class Bbox:
    """West, south, east, north in degrees of CGCS2000, longitude first as GeoJSON has it."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Range:
    """A closed interval; None leaves a side open."""

    low: float | None
    high: float | None


def parse_bbox(text: str) -> Bbox:
    """``west,south,east,north``: four finite degrees, west ≤ east and south ≤ north."""
    form = "west,south,east,north in degrees, such as 116.2,39.8,116.6,40.1"
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        raise BadParameter(f"bbox={text!r} is not numbers.", param="bbox", allowed=[form]) from None
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise BadParameter(f"bbox={text!r} is not four numbers.", param="bbox", allowed=[form])
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise BadParameter(f"bbox={text!r} leaves the range of degrees.", param="bbox", allowed=[form])
    if west > east or south > north:
        raise BadParameter(f"bbox={text!r} has its corners exchanged.", param="bbox", allowed=[form])
    return Bbox(west, south, east, north)


def parse_count(text: str | None, param: str, default: int, low: int, high: int) -> int:
    """A whole number of low..high."""
    if text is None or text == "":
        return default
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
        raise BadParameter(f"{param}={text!r} is not in its range.", param=param, allowed=[f"{low}..{high}"])
    return int(text)


def parse_region(text: str, param: str = "region") -> str:
    """A division code; whether it exists is the database's to say."""
    if not REGION_CODE.fullmatch(text):
        raise BadParameter(
            Words("“{text}”不是区划代码", "{quoted} is not a division code.", text=text, quoted=repr(text)),
            param=param,
            allowed=["2, 4, 6, 9 or 12 digits, such as 110108"],
        )
    return text


def parse_region_of_kind(text: str, param: str = "region") -> tuple[str, bool]:
    """A code, and whether it is a reporting unit's: of one that is, its kind may stand before it (``reporting_unit/110108``), as a
    district and its bureau share their code, which alone means the district."""
    kind, told, code = text.rpartition("/")
    if told and kind != UNIT:
        raise BadParameter(
            f"{text!r} is no region.", param=param, allowed=["110108", f"{UNIT}/110108 for the bureau of that code"]
        )
    return parse_region(code, param), bool(told)


def parse_day(text: str) -> date | None:
    """A day, ``2019-03-05`` or the instant it begins with; None for what is no day, such as a period."""
    found = _DAY.fullmatch(text.strip())
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def parse_choice(text: str | None, param: str, default: str, allowed: Sequence[str]) -> str:
    if text is None or text == "":
        return default
    if text not in allowed:
        raise BadParameter(f"{text!r} is not a {param}.", param=param, allowed=allowed)
    return text


def parse_words(text: str, param: str, allowed: Sequence[str]) -> list[str]:
    """Comma-separated words of a closed list, in the order asked, each once."""
    words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    for word in words:
        if word not in allowed:
            told = Words(
                "没有“{text}”", "{quoted} is not one of the {param}.", text=word, quoted=repr(word), param=param
            )
            raise BadParameter(told, param=param, allowed=allowed)
    if not words:
        raise BadParameter(f"{param}={text!r} names nothing.", param=param, allowed=allowed)
    return words


def parse_term_ids(text: str, vocabulary: Vocab, param: str) -> tuple[list[int], bool]:
    """Words of a vocabulary, in any spelling that files have, joined by commas → (ids, whether ``null`` is among them)."""
    spelled = (word.strip() for word in text.split(","))
    said = (
        vocabulary.by_id[found].code if (found := vocabulary.spellings.get(w.lower())) is not None else w
        for w in spelled
    )
    words = parse_words(",".join(said), param, [*vocabulary.codes, NULL])
    return [vocabulary.id_of(word) for word in words if word != NULL], NULL in words


def is_term(word: str, vocabulary: Vocab) -> bool:
    """Whether `parse_term_ids` knows a word."""
    said = word.strip()
    return said == NULL or said.lower() in vocabulary.spellings


def parse_range(text: str, param: str) -> Range:
    """``12``, ``10..50``, ``..50`` or ``10..``."""
    low, separator, high = text.partition("..")
    try:
        bounds = [float(side) if side.strip() else None for side in ([low, high] if separator else [low, low])]
    except ValueError:
        bounds = [None, None]
    if bounds == [None, None] or any(bound is not None and not math.isfinite(bound) for bound in bounds):
        raise BadParameter(
            f"{param}={text!r} is not a number or range.",
            param=param,
            allowed=["12", "10..50", "..50", "10..", NULL],
        )
    return Range(bounds[0], bounds[1])


def refuse_unknown(given: Collection[str], known: Collection[str]) -> None:
    """`BadParameter` for the first parameter that nobody reads, so that a typing error is not a silent no."""
    for param in given:
        if param not in known:
            raise BadParameter(f"There is no parameter {param!r} here.", param=param, allowed=sorted(known))


def refuse_repeated(given: Mapping[str, Sequence[str]]) -> None:
    """`BadParameter` for a parameter given twice: one value would silently win."""
    for param, values in given.items():
        if len(values) > 1:
            raise BadParameter(f"{param!r} is given {len(values)} times; join values by commas.", param=param)


def refuse_unwritable(given: Mapping[str, object]) -> None:
    """`BadParameter` for text with a zero character, which no database text can hold."""
    for param, value in given.items():
        if "\x00" in str(value):
            raise BadParameter(f"{param} holds a character that no text has.", param=param)
