"""Names and codes held in memory for words that no index finds: one or two letters make no trigram.

Of each dataset whose names are searched: one text of all names and one of all codes, in the order in which equally good matches
are told, so that the first found are the best and most words cost a few microseconds; a word that is nowhere, a look through the
text (about a millisecond for a hundred thousand names). Kept by the version of the dataset, and of the posture: what may
not be told is not in it. About 60 bytes an object, in each process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

import numpy as np

MIDST = 3
Row = tuple[int, str, str, str]  # identity, code, the name as it may be told, the code of the region it is declared in


class Texts:
    """Texts one below the other, found by a part of them; capitals and small letters are one."""

    def __init__(self, texts: Iterable[str]) -> None:
        lines = [text.replace("\n", " ").upper() for text in texts]
        self._whole = "\n" + "\n".join(lines) + "\n"
        self._starts = np.fromiter(accumulate((len(line) + 1 for line in lines), initial=1), np.int64, len(lines) + 1)

    def first(self, part: str, limit: int) -> list[int]:
        """The numbers of the first texts with a part; ``\\n`` stands for their ends."""
        found: list[int] = []
        at = self._whole.find(part)
        while at >= 0 and len(found) < limit:
            number = int(np.searchsorted(self._starts, at + part.startswith("\n"), side="right")) - 1
            found.append(number)
            at = self._whole.find(part, int(self._starts[number + 1]) - 1)
        return found

    def having(self, part: str) -> np.ndarray:
        """Of every text whether it has the part."""
        places = np.fromiter((one.start() for one in re.finditer(re.escape(part), self._whole)), np.int64)
        there = np.zeros(len(self._starts) - 1, dtype=bool)
        there[np.searchsorted(self._starts, places + part.startswith("\n"), side="right") - 1] = True
        return there


def _of_code(word: str) -> str:
    """What of a code finds it: any part of it, but of one or two letters only its beginning."""
    return word if len(word) >= MIDST else f"\n{word}"


class HeldTexts:
    """The objects of one dataset, in the order in which equally good ones are told."""

    def __init__(self, rows: Sequence[Row]) -> None:
        ordered = sorted(rows, key=lambda row: (len(row[2]), row[1]))
        self._ids = [row[0] for row in ordered]
        self._codes = Texts(row[1] for row in ordered)
        self._names = Texts(row[2] for row in ordered)
        numbers: dict[str, int] = {}
        self._regions = np.fromiter(
            (numbers.setdefault(row[3], len(numbers)) for row in ordered), np.int32, len(ordered)
        )
        self._known = list(numbers)

    def best(self, words: Sequence[str], within: Mapping[str, Sequence[str]], limit: int) -> list[int]:
        """Identities among which the best ``limit`` of all are: by a part of the name or the code; of several words
        each in these, or naming a division that holds the object, but not all of them."""
        wanted = " ".join(words).upper()
        kinds = (
            (self._names, f"\n{wanted}\n"),
            (self._codes, f"\n{wanted}\n"),
            (self._names, f"\n{wanted}"),
            (self._codes, f"\n{wanted}"),
            (self._names, wanted),
            (self._codes, _of_code(wanted)),
        )
        numbers = {number for texts, part in kinds for number in texts.first(part, limit)}
        if len(words) > 1:
            numbers.update(self._with_all(words, within)[:limit])
        return [self._ids[number] for number in numbers]

    def _with_all(self, words: Sequence[str], within: Mapping[str, Sequence[str]]) -> list[int]:
        any_own, found = np.zeros(len(self._ids), dtype=bool), np.ones(len(self._ids), dtype=bool)
        for word in words:
            own = self._names.having(word.upper()) | self._codes.having(_of_code(word.upper()))
            there = np.array([code.startswith(tuple(within.get(word, ()))) for code in self._known], dtype=bool)
            any_own |= own
            found &= own | there[self._regions]
        return [int(number) for number in np.flatnonzero(any_own & found)]
