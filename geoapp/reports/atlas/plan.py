"""Which regions a bound volume has a chapter of. Imports nothing that draws."""

from __future__ import annotations

from dataclasses import replace

from geoapp.reports.ask import EVERY, MOST_CHAPTERS, Ask, too_many
from layers import vocab
from layers.stats.regions import RegionIndex


def count(ask: Ask, index: RegionIndex) -> int:
    """How many reports are bound in what is asked for: one that is no volume is one."""
    return len(regions(ask, index)) if ask.atlas else 1


def regions(ask: Ask, index: RegionIndex) -> list[Ask]:
    """What each chapter is of. `NotFound` for a region that there is not, or without parts to tell of."""
    level = vocab.REPORTING_UNIT if ask.unit else index.below[0] if index.below else 0
    codes = [each.code for each in index.levels.get(level, [])] if ask.atlas == EVERY else ask.atlas.split(",")
    if not codes or len(codes) > MOST_CHAPTERS:
        raise too_many(len(codes))
    found = [replace(ask, atlas="", code=code, letterhead="").of_kind(index) for code in codes]
    for each in found:
        each.parts_level(index)
    return found
