"""Makes a bound volume: its chapters in processes of their own, and the whole of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from geoapp.reports import apart
from geoapp.reports.ask import Ask
from geoapp.reports.atlas import chapter
from geoapp.reports.atlas.chapter import BoundChapter
from geoapp.reports.atlas.plan import regions
from geoapp.reports.atlas.volume import bound, volume
from geoapp.reports.atlas.words import name_of
from geoapp.reports.official.letterhead import Worn
from geoapp.reports.process import collected_at_the_end
from geoapp.reports.progress import PrintedChapters
from layers.errors import NotFound, ShuituError
from layers.stats.regions import region_index
from layers.words import Words

Step = Callable[[str], None]


def pdf(ask: Ask, worn: Worn | None, stamp: str, version: int, step: Step, processes: int) -> bytes:
    """The volume. ``step`` hears of each chapter that is printed: how many of how many, and which."""
    asks = regions(ask, region_index(ask.within()))
    made: list[BoundChapter] = []
    for each in _printed(asks, worn, stamp, version, processes):
        made.append(each)
        step(str(PrintedChapters(len(made), len(asks), each.name)))
    if all(each.part is None for each in made):
        raise NotFound(
            Words(
                "{period} 这些区划都没有用水数据，无可报告",
                "Not one of these regions has any usage in {period}: nothing to report.",
                period=str(ask.period),
            ),
            param="period",
        )
    with collected_at_the_end():
        return bound(volume(ask, worn, made))


def _printed(asks: list[Ask], worn: Worn | None, stamp: str, version: int, processes: int) -> Iterator[BoundChapter]:
    """The chapters as they are done; in this process where no other is asked for."""
    numbered = list(enumerate(asks, 1))
    print_one = partial(_one, worn=worn, stamp=stamp, version=version)
    if not processes:
        yield from map(print_one, numbered)
        return
    for (_, ask), done in apart.each(print_one, numbered, processes):
        if done is None:
            raise ShuituError(
                Words(
                    "排印 {code} 的进程被外部终止（可能内存不足）",
                    "The process that printed {code} was ended from outside: too little memory?",
                    code=ask.code,
                )
            )
        yield done


def _one(numbered: tuple[int, Ask], *, worn: Worn | None, stamp: str, version: int) -> BoundChapter:
    number, ask = numbered
    with collected_at_the_end():
        return chapter.made(ask, number, worn, stamp, version)


def name(ask: Ask) -> str:
    return name_of(ask, region_index(ask.within()), ask.lang)
