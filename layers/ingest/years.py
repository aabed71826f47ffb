"""The year of months that are written without one. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from layers.ingest.parse import FIRST_YEAR, LAST_YEAR, plain
from layers.ingest.reading import Choice
from layers.ingest.refusal import ImportRefused
from layers.words import Words

_SAID = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=\s*(?:[-~—–至到/、]\s*(?:19|20)?\d{2}\s*)*年)")
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d{3,})")

OFFERED = 15  # years that can be chosen from where none is said; others can be told


@dataclass(frozen=True, slots=True)
class Year:
    """A year and what says it."""

    value: int
    why: Words
    others: Sequence[str] = ()
    asks: bool = False

    def choice(self) -> Choice:
        return Choice("year", str(self.value), self.why, self.others, self.asks)

    @classmethod
    def unsaid(cls, months: Collection[int], today: date) -> Year:
        """Nothing says which: the newest in which all of the months have begun is proposed, and asked for."""
        newest = today.year if max(months) <= today.month else today.year - 1
        why = Words(
            "月份没有年份，文件里也没有写是哪一年：暂按 {year} 年检查，请确认或改正",
            "the months have no year, and the file does not say which: checked as of {year}; confirm or correct it",
            year=newest,
        )
        others = [str(year) for year in (*range(newest - 1, newest - OFFERED, -1), today.year) if year != newest]
        return cls(newest, why, others, asks=True)


def find_year(told: Mapping[str, str], above: Sequence[str], headings: Sequence[str], file_name: str) -> Year | None:
    """The year as told; as a title or a heading says; as the file's name has it, which asks. None where nothing says one."""
    if "year" in told:
        return _told(told["year"])
    for texts, why in (
        (above, Words("月份没有年份；表头上方写着 {year} 年", "{year} stands above the heading")),
        (headings, Words("月份没有年份；表头写着 {year} 年", "{year} stands in a heading")),
    ):
        if found := _years(texts):
            others = [str(year) for year in found[1:]]
            return Year(found[0], why.of(year=found[0]), others, asks=bool(others))
    if named := list(dict.fromkeys(int(year) for year in _IN_NAME.findall(plain(file_name)))):
        why = Words("月份没有年份；文件名里有 {year}", "{year} stands in the file's name", year=named[0])
        return Year(named[0], why, [str(year) for year in named[1:]], asks=True)
    return None


def _years(texts: Iterable[str]) -> list[int]:
    return list(dict.fromkeys(int(year) for text in texts for year in _SAID.findall(plain(text))))


def _told(text: str) -> Year:
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise ImportRefused("“{text}”不是年份", "{text!r} is no year", param="year", allowed=["2019"], text=text)
    others = [str(year) for year in range(date.today().year, date.today().year - OFFERED, -1) if year != int(text)]
    return Year(
        int(text),
        Words("导入人说明月份是 {text} 年的", "the sender says that the months are of {text}", text=text),
        others,
    )
