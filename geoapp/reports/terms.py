"""The page of terms: what the measures and words of a report mean. THE list of meanings; of it a report has those that it says. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geoapp.reports.words import WORDS
from layers import vocab
from layers.stats.measures import PER_HOUSEHOLD, PER_KM2, PER_RESIDENT, PERCENTILE, VOLUME
from layers.words import Worded, Words


@dataclass(frozen=True, slots=True)
class ExplainedWord:
    """A word with what it means; ``said_as`` are the other forms in which reports say it."""

    name: Worded
    meaning: Words
    said_as: tuple[Worded, ...] = ()

    def stands_in(self, text: str, lang: str) -> bool:
        return any(word.in_(lang).lower() in text for word in (self.name, *self.said_as))


EVERY: tuple[ExplainedWord, ...] = (
    ExplainedWord(
        VOLUME,
        Words(
            "全口径的用水：统计期内有记录的各水源、各用途水量之和，含再生水，计划内外都计。",
            "All use recorded in the period, from every source and for every purpose: reclaimed water is included, and use within the plan as well as beyond it.",
        ),
        (WORDS["volume"], WORDS["total"]),
    ),
    ExplainedWord(
        PER_KM2,
        Words("用水量除以区划的面积。", "Water use divided by the area of the region."),
        (WORDS["per_km2"],),
    ),
    ExplainedWord(
        PER_RESIDENT,
        Words(
            "用水量除以常住人口和统计期内有数据的天数；所用的人口与日期写在数字旁。",
            "Water use divided by the residents and by the days of the period that have data; whose count it is stands beside the figure.",
        ),
        (Words("人均日用水量", "per resident and day"),),
    ),
    ExplainedWord(
        PER_HOUSEHOLD,
        Words(
            "用水量除以户数和统计期内有数据的月数；所用的户数与日期写在数字旁。",
            "Water use divided by the households and by the months of the period that have data; whose count it is stands beside the figure.",
        ),
        (Words("户均月用水量", "per household and month"),),
    ),
    ExplainedWord(
        WORDS["change_year"],
        Words(
            "与上年同月份相比的增减；比较期缺任何一个月即不作比较。",
            "The change against the same months of the year before; nothing is compared when any of these is missing.",
        ),
    ),
    ExplainedWord(
        WORDS["change_previous"],
        Words(
            "与紧邻的前一个等长时期相比的增减；整年的环比即同比，只列同比；比较期缺任何一个月即不作比较。",
            "The change against the period of equal length just before; of a year it is the one on the year, told once. Nothing is compared when any month is missing.",
        ),
    ),
    ExplainedWord(
        PERCENTILE,
        Words(
            "一个月的用水在此前各年同一月份中，大约高于其中百分之几。",
            "For a month: roughly what percentage of the same months of earlier years had lower use.",
        ),
        (Words("往年同月", "same month of"),),
    ),
    ExplainedWord(
        WORDS["share_of_city"],
        Words(
            "占全市有记录的全部用水量的比例，分母含市域之外与未分配的水量。",
            "Share of all use recorded for the city, including what lies outside it or is assigned to no region.",
        ),
        (Words("占全市", "of the city's water"),),
    ),
    ExplainedWord(
        WORDS["rank"],
        Words(
            "同一统计期、同一级别全部区划由大到小的次序；没有记录的区划不排。",
            "Position from the largest down among all regions of the level in the same period; regions without any record are not ranked.",
        ),
    ),
    ExplainedWord(
        vocab.PURPOSE.by_id[vocab.RESIDENTIAL],
        Words("居民家庭生活的用水。", "What households use at home."),
        (WORDS["residents"],),
    ),
    ExplainedWord(
        WORDS["others"],
        Words("居民生活以外各用途的用水之和。", "Use for all purposes other than residents' use at home."),
    ),
    ExplainedWord(
        WORDS["coarser"],
        Words(
            "只知道属于上级区划、不知道属于哪个下级区划的水量；不分摊，单列。",
            "Water known for a region but not for which of its parts; it is listed separately, never shared out.",
        ),
        (WORDS["hidden_coarser"], Words("仅计到上级", "known only higher up")),
    ),
    ExplainedWord(
        WORDS["unassigned"],
        Words("有记录，但不知道属于哪个区划的水量。", "Water that is recorded without any region being known for it."),
    ),
    ExplainedWord(
        WORDS["outside"],
        Words("计量点在市域界线以外的水量。", "Water whose point of measuring lies beyond the city's outline."),
        (WORDS["hidden_outside"],),
    ),
    ExplainedWord(
        WORDS["no_data"],
        Words(
            "没有任何用水记录，不等于 0；记录为 0 的写 0。",
            "No use is recorded at all, which is not 0; a recorded 0 reads 0.",
        ),
    ),
    ExplainedWord(
        WORDS["provisional"],
        Words("主管单位注明以后可能修订的数。", "Figures that the authority says may still be revised."),
    ),
    ExplainedWord(
        vocab.BOUNDARY_QUALITY.by_code["synthetic"],
        Words(
            "为演示而生成，不是实测或登记的；界线为合成的，只示意位置。",
            "Made for demonstration, neither surveyed nor registered; an outline that is synthetic shows about where a place is.",
        ),
    ),
    ExplainedWord(
        Words("网格", "Grid"),
        Words(
            "边长固定的方格。水量按供水范围或位置落格，与按行政区划的统计口径不同。",
            "Squares of one size. Water is placed in them by supply area or position, a different rule from that of administrative regions.",
        ),
    ),
    ExplainedWord(
        WORDS["quantiles"],
        Words("各级所含的区划个数大致相等的分级。", "Classes that hold about the same number of regions each."),
    ),
    ExplainedWord(
        WORDS["allowed"],
        Words(
            "取水许可证准许每年取用的水量，不是实际取水量。",
            "What permits allow to be taken in a year, which is not what was taken.",
        ),
    ),
    ExplainedWord(
        WORDS["capacity"],
        Words(
            "设施每天能供水或处理的水量，不是实际水量。",
            "What a facility can supply or treat in a day, which is not what it did.",
        ),
    ),
    ExplainedWord(
        Words("填报范围", "area reported"),
        Words(
            "一个填报单位负责填报的地域；用水的是这个地域，不是该单位。",
            "The territory a reporting unit reports on; the use is that of the territory, not of the unit.",
        ),
    ),
    ExplainedWord(
        WORDS["as_of"],
        Words(
            "数据每改动一次增加一版；版次相同的报告，数字相同。",
            "Goes up by one with each change of the data: reports of the same version have the same figures.",
        ),
    ),
)  # fmt: skip


def standing(said: Iterable[str], lang: str) -> tuple[tuple[str, str], ...]:
    """Word and meaning of those that stand in some texts, in the order of the list."""
    text = "\n".join(said).lower()
    return tuple((_begun(each.name.in_(lang)), each.meaning.in_(lang)) for each in EVERY if each.stands_in(text, lang))


def together(found: Iterable[tuple[str, str]], lang: str) -> tuple[tuple[str, str], ...]:
    """Those of several texts, each once, in the order of the list."""
    every = ((_begun(each.name.in_(lang)), each.meaning.in_(lang)) for each in EVERY)
    there = set(found)
    return tuple(each for each in every if each in there)


def _begun(name: str) -> str:
    return name[0].upper() + name[1:]
