"""English names of townships, made by rule from their Chinese ones: ``Zhongguancun Subdistrict`` is 中关村街道. Pure.

Names are Hanyu Pinyin, written as one word with a capital and without tones, and with an apostrophe before a syllable that
begins with a vowel (UNGEGN resolution III/8; GB/T 28039); the generic term is translated, and stands in the word too where that would
be of one syllable (张镇: Zhangzhen Town). Of a character with several readings the
one that places have (``first.csv``: the first of pinyin-data, MIT, but 长 chang, 都 du, 佛 fo, 厦 xia, 单 shan, 什 shi, 曾 zeng, 乐 le), unless
the name is one that is known to be said otherwise (``said.csv``, with its source). What the rule cannot tell has no English name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

from layers.names.pinyin import readings

GENERIC = {
    "街道办事处": "Subdistrict", "街道": "Subdistrict", "地区办事处": "Area", "地区": "Area", "镇": "Town", "乡": "Township",
}  # fmt: skip
PEOPLES = {"满": "Manchu", "回": "Hui", "蒙古": "Mongol"}
_ETHNIC = re.compile(rf"((?:(?:{'|'.join(PEOPLES)})族)+)乡")
_VOWELS = "aoe"
_AT_END = re.compile(r" (?:District|Subdistrict|Area|Town|(?:(?:Manchu|Hui|Mongol|and) )*(?:Ethnic )?Township)$")


@cache
def _first() -> dict[str, str]:
    return {character: row["syllable"] for row in _read("first.csv") for character in row["characters"]}


@cache
def _said() -> dict[str, tuple[str, ...]]:
    return {row["name"]: tuple(row["syllables"].split()) for row in _read("said.csv")}


def _read(name: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(files("layers.names").joinpath(name).read_text(encoding="utf-8").splitlines())


@lru_cache(maxsize=4096)
def township(name: str) -> str:
    """A township's name in English; nothing where the rule does not reach."""
    if found := _ETHNIC.search(name):
        peoples = (PEOPLES[each] for each in re.findall("|".join(PEOPLES), found[1]))
        proper, generic = name[: found.start()], f"{' and '.join(peoples)} Ethnic Township"
        rest = name[found.end() :]
    else:
        ending = next((each for each in GENERIC if name.endswith(each)), "")
        proper, generic, rest = name.removesuffix(ending), GENERIC.get(ending, ""), ""
        if len(proper) == len(ending) == 1:
            proper = name
    word = pinyin(proper)
    return f"{word} {generic}" if word and generic and not rest else ""


def short(name: str) -> str:
    """A name in English as maps write it, without its generic term: Zhongguancun; any other as it is."""
    return _AT_END.sub("", name)


def pinyin(proper: str) -> str:
    """A proper name as one word; nothing if any of it is no character whose reading is known."""
    syllables = _said().get(proper) or [_syllable(character) for character in proper]
    if not syllables or not all(syllables):
        return ""
    word = "".join(f"'{each}" if n and each[0] in _VOWELS else each for n, each in enumerate(syllables))
    return word.replace("v", "ü").capitalize()


def _syllable(character: str) -> str:
    told = readings().get(character, ())
    return told[0] if len(told) == 1 else _first().get(character, "")
