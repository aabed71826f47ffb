"""What a bound volume says of itself."""

from __future__ import annotations

from geoapp.reports.ask import EVERY, Ask
from geoapp.reports.words import level_name
from layers import vocab
from layers.place import Place
from layers.stats.regions import RegionIndex
from layers.words import Words

WORDS: dict[str, Words] = {
    "chapter": Words("第 {n} 章", "Chapter {n}"),
    "chapters": Words("章数", "Chapters"),
    "without": Words(
        "统计期内没有用水数据，未列入：{names}。", "Without any use in the period, and left out: {names}."
    ),
    "end": Words("附录", "Appendix"),
    "name_every": Words("各{level}合订本", "Every {level}, bound"),
    "name_of": Words("合订本（{count} 章）", "Bound volume of {count}"),
    "title_every": Words("{place}各{level}用水报告合订本", "{place} · Water use reports of every {level}"),
    "title_of": Words("{place}用水报告合订本", "{place} · Water use reports, bound"),
    "keywords": Words("合订本", "bound volume"),
}


def said(key: str, lang: str, **values: object) -> str:
    return WORDS[key].in_(lang, **values)


def _level(index: RegionIndex, lang: str, *, unit: bool) -> str:
    level = vocab.REPORTING_UNIT if unit else index.below[0]
    return level_name(vocab.LEVEL.by_id[level].code, lang)


def every(index: RegionIndex, lang: str, *, unit: bool) -> str:
    return said("name_every", lang, level=_level(index, lang, unit=unit))


def name_of(ask: Ask, index: RegionIndex, lang: str) -> str:
    """What a volume is called in lists and by its file."""
    if ask.atlas == EVERY:
        return every(index, lang, unit=ask.unit)
    return said("name_of", lang, count=len(ask.atlas.split(",")))


def title_of(ask: Ask, index: RegionIndex, here: Place, lang: str) -> str:
    """What stands on its cover, where no letterhead says otherwise."""
    root = index.root
    place = here.called(root.code, root.name, lang) if root else ""
    if ask.atlas == EVERY:
        return said("title_every", lang, place=place, level=_level(index, lang, unit=ask.unit))
    return said("title_of", lang, place=place)
