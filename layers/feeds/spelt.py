"""Names as they are spelt in Latin letters: divisions and public facilities by pinyin, divisions by their English names too.

Both are kept in memory by the version of the data, and of the posture: a name that may not be told is not found by its sound either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from layers import vocab
from layers.kept.memory import Memory
from layers.names import english, pinyin
from layers.names.pinyin import Spelt
from layers.stats.regions import RegionIndex, RegionInfo
from layers.versions import ALL_DATASETS, as_of

LEAST = 2  # letters of an English word
WHOLE, BEGUN, WITHIN = 3, 4, 5  # ranks after those of what is found as it is written
# What a division is called after its name, and nobody types.
_GENERIC = frozenset(
    [
        "区",
        "县",
        "市",
        "镇",
        "乡",
        "村",
        "街道",
        "地区",
        "社区",
        "民族乡",
        "街道办事处",
        "地区办事处",
        "社区居委会",
        "居委会",
        "村委会",
        "居民委员会",
        "社区居民委员会",
        "村民委员会",
    ]
)
_LEVELS = (vocab.CITY, vocab.DISTRICT, vocab.TOWNSHIP, vocab.VILLAGE)


def rank(name: str, at: int, to: int) -> int:
    """How good a match is: of the whole name, of its beginning, within it."""
    if at:
        return WITHIN
    return WHOLE if to == len(name) or name[to:] in _GENERIC else BEGUN


@dataclass(frozen=True)
class _Divisions:
    regions: Sequence[RegionInfo]
    spelt: Spelt


_divisions: Memory[_Divisions] = Memory(2)
_objects: Memory[tuple[Sequence[dict[str, Any]], Spelt]] = Memory(2)


def regions(index: RegionIndex, word: str) -> dict[str, int]:
    """The divisions that a word says, by code, with their rank; by pinyin, and by a part of the English name."""
    found: dict[str, int] = {}
    if sound := pinyin.asked(word):
        kept = _divisions.get_or_make(as_of(ALL_DATASETS).stamp, "regions", lambda: _of_divisions(index))
        for number, at, to in kept.spelt.found(sound):
            region = kept.regions[number]
            found[region.code] = rank(region.name, at, to)
    for code, name in english().items() if word.isascii() and len(word) >= LEAST else ():
        at = f" {name.lower()}".find(f" {word.lower()}")  # the beginning of one of its words
        if at >= 0 and code in index.by_code and index.by_code[code].current:
            found[code] = min(found.get(code, WITHIN), _rank_in_english(name.lower(), word.lower(), at))
    return found


def _rank_in_english(name: str, word: str, at: int) -> int:
    if at:
        return WITHIN
    return WHOLE if word == name or name.startswith(f"{word} ") else BEGUN


def _of_divisions(index: RegionIndex) -> _Divisions:
    regions = [region for level in _LEVELS for region in index.levels[level]]
    return _Divisions(regions, Spelt(region.name for region in regions))


def objects(word: str, named: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of objects with names (``named``, read once for each version) those that a word says, with their rank."""
    sound = pinyin.asked(word)
    if not sound:
        return []
    kept, spelt = _objects.get_or_make(as_of(ALL_DATASETS).stamp, "objects", lambda: _of_objects(named))
    return [{**kept[number], "rank": rank(kept[number]["told"], at, to)} for number, at, to in spelt.found(sound)]


def _of_objects(named: Iterable[dict[str, Any]]) -> tuple[Sequence[dict[str, Any]], Spelt]:
    found = list(named)
    return found, Spelt(one["told"] for one in found)
