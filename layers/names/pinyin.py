"""Chinese names by the sounds of their characters: ``hd``, ``hdq``, ``haidian`` and ``hdian`` are 海淀区. Pure.

Each character may be said by its initial letter or by its whole syllable; of characters with several readings any will do, as
which one a name has only those know who live there. Readings are from pinyin-data (MIT; after Unihan), the first of each and
those that words of phrase-pinyin-data (MIT) have, of the characters of GB 2312 and those that divisions of Beijing are written with
besides; ``ü`` is ``v``, as it is typed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

_ASKED = re.compile(r"[a-z]{2,30}")
MIDST = 3  # letters from which on a name is found from within it: with two, every other name would be


@cache
def readings() -> dict[str, tuple[str, ...]]:
    """The syllables of each character that has any."""
    text = files("layers.names").joinpath("pinyin.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        for character in row["characters"]:
            found[character] = (*found.get(character, ()), row["syllable"])
    return found


def asked(word: str) -> str:
    """A word as pinyin, in small letters; nothing where it is none."""
    found = _ASKED.fullmatch(word.lower())
    return found[0] if found else ""


def end(word: str, name: str, start: int = 0) -> int | None:
    """Where in a name, from a character on, a word is said to its end; None where it is not. The last syllable may be begun only."""
    if not word:
        return start
    if start >= len(name):
        return None
    for syllable in readings().get(name[start], ()):
        if word[0] != syllable[0]:
            continue
        if syllable.startswith(word):
            return start + 1
        for said in (syllable, syllable[0]):
            if word.startswith(said) and (found := end(word[len(said) :], name, start + 1)) is not None:
                return found
    return None


class Spelt:
    """Names that are looked for by sound: by the letter that each of their characters begins with, so that few are tried."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._from: dict[str, list[tuple[int, int]]] = {}
        for number, name in enumerate(self._names):
            for at, character in enumerate(name):
                for letter in {syllable[0] for syllable in readings().get(character, ())}:
                    self._from.setdefault(letter, []).append((number, at))

    def found(self, word: str) -> Iterator[tuple[int, int, int]]:
        """(number of the name, from where, to where) of each name that says the word, at its first place."""
        last = -1
        for number, at in self._from.get(word[:1], ()):
            if number == last or (at and len(word) < MIDST):
                continue
            if (to := end(word, self._names[number], at)) is not None:
                last = number
                yield number, at, to
