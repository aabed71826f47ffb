"""Where the printed tables that the demo city is made of contradict themselves: a note at each figure it touches. Pure.

A figure is named as the answers name it: ``total``, ``residents``, ``others``, ``source/<slug>``, ``count/<layer>`` or
``capacity/<layer>`` of a region, and of a year where the print is of one. Sources: ``data/reference/INCONSISTENCIES.md`` and
``docs/data-note.md``. Of data that are not the demo's nothing is said: ask only where figures are synthetic.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers import vocab
from layers.periods import Month, Period
from layers.selection import EVERYTHING, Selection
from layers.words import Worded

CITY, SHUNYI, FANGSHAN = "11", "110113", "110111"


@dataclass(frozen=True, slots=True)
class Note(Worded):
    """What the print says, and which of it is taken here. ``year`` is None where the figure is of no period."""

    figure: str
    region: str
    year: int | None
    zh: str
    en: str

    def to_dict(self) -> dict[str, str]:
        return {"figure": self.figure, "region": self.region, **self.everywhere()}

    def to_dict_of_year(self) -> dict[str, str]:
        """Of an answer that holds more than one year: which it is at."""
        return {**self.to_dict(), "period": str(self.year)}


NOTES = (
    Note(
        "total", CITY, 2019,
        "印刷正文新水 258,157 万 m³，表为 258,156.7；此处取表，另加再生水 115,009。",
        "The printed text gives 258,157 ×10⁴ m³ of new water, the table 258,156.7: the table is taken, and 115,009 reclaimed.",
    ),
    Note(
        "residents", CITY, 2019,
        "印刷正文居民用水 92,204.81 万 m³，表为 92,204.8；此处取表。",
        "The printed text gives 92,204.81 ×10⁴ m³ for residents, the table 92,204.8: the table is taken.",
    ),
    Note(
        "others", CITY, 2019,
        "印刷正文非居民用水 165,952.19 万 m³，表为 165,951.9；此处取表，另加再生水。",
        "The printed text gives 165,952.19 ×10⁴ m³ for others, the table 165,951.9: the table is taken, and reclaimed water.",
    ),
    Note(
        "source/village_supply", CITY, 2019,
        "印刷表居民 24,585.2 + 非居民 51,468.5 ≠ 合计 76,053.6（万 m³）；此处取合计，非居民作 51,468.4。",
        "Printed residents 24,585.2 + others 51,468.5 ≠ total 76,053.6 (×10⁴ m³): the total is taken, others are 51,468.4.",
    ),
    Note(
        "source/surface_water", CITY, 2019,
        "印刷表居民 645.2 + 非居民 35,459.5 ≠ 合计 36,104.8（万 m³）；此处取合计，非居民作 35,459.6。",
        "Printed residents 645.2 + others 35,459.5 ≠ total 36,104.8 (×10⁴ m³): the total is taken, others are 35,459.6.",
    ),
    Note(
        "source/township_supply", CITY, 2019,
        "印刷用水表为 81 座集中供水厂的水量，设施名录为 107 座；此处由名录中在用的水厂分担。",
        "The printed table of use is of 81 township plants, the roster has 107: those of the roster in operation share it.",
    ),
    Note(
        "count/township_plant", CITY, None,
        "印刷名录 107 座，2019 年用水表 81 座；此处取名录。",
        "The printed roster has 107 plants, the table of use of 2019 has 81: the roster is taken.",
    ),
    Note(
        "count/water_user", CITY, None,
        "印刷表集团用水单位小计 85,114，各行相加 85,113；此处取各行。",
        "The printed subtotal of the group's users is 85,114, its rows add up to 85,113: the rows are taken.",
    ),
    Note(
        "count/self_built", CITY, None,
        "印刷表总计 476，各行合计相加 478（顺义 2+0≠3，房山 9+0≠10）；此处取区管与市管之和 476。",
        "The printed total is 476, its rows add up to 478 (Shunyi 2+0≠3, Fangshan 9+0≠10): the two managing columns are taken, 476.",
    ),
    Note(
        "count/self_built", SHUNYI, None,
        "印刷表区管 2 + 市管 0 ≠ 合计 3；此处取 2。",
        "Printed: 2 managed by the district + 0 by the city ≠ 3 in all. Here: 2.",
    ),
    Note(
        "count/self_built", FANGSHAN, None,
        "印刷表区管 9 + 市管 0 ≠ 合计 10；此处取 9。",
        "Printed: 9 managed by the district + 0 by the city ≠ 10 in all. Here: 9.",
    ),
    Note(
        "count/sewage_plant", CITY, None,
        "印刷总计 139 座，各行相加 135 座；此处取各行。",
        "The printed total is 139 plants, its rows add up to 135: the rows are taken.",
    ),
    Note(
        "capacity/sewage_plant", CITY, None,
        "印刷总能力 741.26 万 m³/日，各行相加 725.03；此处取各行。",
        "The printed capacity is 741.26 ×10⁴ m³/d, its rows add up to 725.03: the rows are taken.",
    ),
    Note(
        "capacity/village_sewage_station", CITY, None,
        "印刷总能力 45.6394 万 m³/日，各行相加 45.6384；此处取各行。",
        "The printed capacity is 45.6394 ×10⁴ m³/d, its rows add up to 45.6384: the rows are taken.",
    ),
    Note(
        "count/permit", CITY, None,
        "印刷正文取水户 1.5 万余个，多于许可证 11,986 件；没有许可证的取水户无数据。",
        "The printed text has more than 15,000 abstractors, but 11,986 permits: of those without one there are no data.",
    ),
)  # fmt: skip


def notes(region: str, period: Period | None = None, selection: Selection = EVERYTHING) -> list[Note]:
    """The notes at the figures of a region: of its objects, and of its use where a whole printed year is asked for.

    A selection is of fewer figures: what it is not about is not told.
    """
    found = []
    for note in NOTES:
        year = None if note.year is None else Period(Month(note.year, 1), Month(note.year, 12))
        if note.region == region and (year is None or (year == period and _touches(note.figure, selection))):
            found.append(note)
    return found


def of_total(region: str, selection: Selection = EVERYTHING) -> list[Note]:
    """The notes, of any year, at what is used in all of a selection: the figure that the selection makes the total."""
    whole = selection in (EVERYTHING, Selection(frozenset(vocab.NEW_WATER_IDS), EVERYTHING.purposes))
    of_use = [note for note in NOTES if note.region == region and note.year is not None]
    return [note for note in of_use if _touches(note.figure, selection) and (note.figure == "total") == whole]


def _touches(figure: str, selection: Selection) -> bool:
    kind, _, slug = figure.partition("/")
    every_purpose = selection.purposes == EVERYTHING.purposes
    if selection == EVERYTHING or (every_purpose and selection.sources == frozenset(vocab.NEW_WATER_IDS)):
        return True
    if kind == "source":
        return every_purpose and selection.sources == {vocab.SOURCE.id_of(slug)}
    if selection.sources != EVERYTHING.sources:
        return False
    return selection.purposes == {
        "residents": frozenset({vocab.RESIDENTIAL}), "others": vocab.NON_RESIDENTIAL_IDS,
    }.get(kind)  # fmt: skip


def of_count(layer: str) -> list[Note]:
    """The notes at how many objects of a layer the city has."""
    return [note for note in NOTES if note.region == CITY and note.figure == f"count/{layer}"]
