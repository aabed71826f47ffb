"""Units as files say them, and by how much a number in one is to be multiplied, exactly. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction

from layers.registry import Field

_MULTIPLES = {
    "": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8,
}  # fmt: skip
_LENGTHS: Mapping[str, Fraction] = {
    "m": Fraction(1), "米": Fraction(1), "公尺": Fraction(1), "dm": Fraction(1, 10), "分米": Fraction(1, 10),
    "cm": Fraction(1, 100), "厘米": Fraction(1, 100), "公分": Fraction(1, 100), "mm": Fraction(1, 1000),
    "毫米": Fraction(1, 1000), "km": Fraction(1000), "公里": Fraction(1000),
}  # fmt: skip
# In cubic metres. A tonne of water is one: in registers of water 吨 says nothing else.
_VOLUMES: Mapping[str, Fraction] = {
    "m3": Fraction(1), "m^3": Fraction(1), "立方米": Fraction(1), "立方": Fraction(1), "立米": Fraction(1), "方": Fraction(1),
    "吨": Fraction(1), "t": Fraction(1), "kl": Fraction(1), "l": Fraction(1, 1000), "升": Fraction(1, 1000),
    "公升": Fraction(1, 1000),
}  # fmt: skip
_PEOPLE: Mapping[str, Fraction] = {"人": Fraction(1), "口": Fraction(1), "persons": Fraction(1), "people": Fraction(1)}
_HOUSEHOLDS: Mapping[str, Fraction] = {"户": Fraction(1), "households": Fraction(1)}
_MEASURES: Mapping[str, tuple[Mapping[str, Fraction], Fraction]] = {
    "m": (_LENGTHS, Fraction(1)),
    "m³": (_VOLUMES, Fraction(1)),
    "m³/d": (_VOLUMES, Fraction(1)),
    "L": (_VOLUMES, Fraction(1000)),
    "persons": (_PEOPLE, Fraction(1)),
    "households": (_HOUSEHOLDS, Fraction(1)),
}
_PER_DAY = r"/(d|日|天|day)"
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TIMES_TEN = re.compile(r"(?:[×xX*]\s*)?(?<![0-9.])10(?:\^([0-9])|([⁰¹²³⁴⁵⁶⁷⁸⁹]))\s*")
_POWER_WORDS = {1: "十", 2: "百", 3: "千", 4: "万", 5: "十万", 6: "百万", 7: "千万", 8: "亿"}
_MULTIPLE = re.compile(r"^(十万|百万|千万|[十百千万亿]?)(.*)$")
_SAID_IN_TITLE = re.compile(
    r"(?:(?<![\u4e00-\u9fff])|(?<=计量))单\s*位\s*(?:为|[:：])\s*([^\s)）;；。]+)|[(（]([^()（）:：]+)[)）]"
)
_SEEMS_A_UNIT = re.compile(r"[米吨方升㎥³]|m3|\bt\b", re.IGNORECASE)


def powers(text: str) -> str:
    """``10⁴m³`` and ``×10^4m³`` → ``万m³``: half width would make 104 of the first."""

    def word(found: re.Match[str]) -> str:
        power = int((found.group(1) or found.group(2)).translate(_POWERS))
        return _POWER_WORDS.get(power, found.group())

    return _TIMES_TEN.sub(word, text)


def plain(text: str) -> str:
    """A unit as it is compared: half width, small letters, no spaces."""
    return "".join(unicodedata.normalize("NFKC", powers(text)).lower().split())


def factor(text: str, field: Field) -> Fraction | None:
    """By how much a number in that unit is multiplied to be in the field's own; None for no unit of its kind."""
    if field.unit not in _MEASURES:
        return None
    words, own = _MEASURES[field.unit]
    bare = re.sub(r"^单位[:：为]?", "", plain(text))
    if field.unit == "m³/d":
        bare, days = re.subn(rf"{_PER_DAY}$", "", bare)
        if not days:
            return None
    else:
        bare = re.sub(_SPAN.get(field.name, "$"), "", bare)
    found = _MULTIPLE.match(bare)
    assert found
    for multiple, unit in ((found.group(1), found.group(2)), ("", bare)):
        if unit in words:
            return _MULTIPLES[multiple] * words[unit] * own
    return None


# What may be said of the time for which a volume stands: the field's own.
_SPAN = {"permitted_m3_per_year": r"/(年|a|y|year)$", "volume_m3": r"/月$", "volume_l": r"/月$"}


def multiple(text: str) -> int | None:
    """``万`` alone → 10,000."""
    return _MULTIPLES.get(plain(text)) if text else None


def split_heading(heading: str) -> Iterator[tuple[str, str]]:
    """The ways in which a heading may be a name and its unit: ``用水量（万m³）``, ``用水量/万m³``, ``用水量 万m³``, ``用水量_m3``."""
    word = powers(heading).strip()
    if found := re.match(r"^(.*?)\s*[(（\[【]([^()（）\[\]【】]*)[)）\]】]$", word):
        yield found.group(1), found.group(2)
    for at in (found.start() for found in re.finditer(r"[/／,，_\s]", word)):
        yield word[:at], word[at + 1 :]


def of_heading(heading: str, field: Field) -> tuple[str, Fraction] | None:
    """(the unit as written, its factor) that a heading says."""
    for _, unit in split_heading(heading):
        if (found := factor(unit, field)) is not None:
            return unit.strip(), found
    return None


def of_titles(texts: list[str] | tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(unit, the text it stands in) for what may be one in lines above the heading: ``单位：万m³、米``, ``……表（万吨）``."""
    for text in texts:
        for found in _SAID_IN_TITLE.finditer(text):
            told = found.group(1) or found.group(2)
            for word in re.split(r"[、，,及和]", told):
                if word.strip() and (found.group(1) or _SEEMS_A_UNIT.search(word)):
                    yield word.strip(), text


def known(text: str) -> bool:
    """Whether it is a unit of any kind that files are read in."""
    kinds = (Field("x", "", "", unit=unit) for unit in _MEASURES)
    return any(factor(text, kind) is not None for kind in kinds)


def seems_a_unit(text: str) -> bool:
    """Whether it speaks of lengths or volumes, in whatever words."""
    return _SEEMS_A_UNIT.search(text) is not None
