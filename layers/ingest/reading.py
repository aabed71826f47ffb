"""How a file is read: every decision with its evidence, what else it could be, and whether somebody has to say so first.

A reader proposes and the sender confirms or corrects. What was said is a plain mapping, name of the decision → value, so that it
can be kept and used again for the next file of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.ingest.refusal import ImportRefused
from layers.words import SEMICOLON, Kept, Listed, Worded, Words

# Every decision there is, as people call it. One of a field has its name behind a point: ``unit.volume_m3``.
DECISIONS: Mapping[str, Words] = {
    "encoding": Words("文字编码", "Encoding"),
    "sheet": Words("工作表", "Sheet"),
    "heading": Words("表头行", "Heading"),
    "merged": Words("合并单元格", "Merged cells"),
    "zeros": Words("补零的数字", "Numbers with leading zeros"),
    "column": Words("列", "Column"),
    "unit": Words("单位", "Unit"),
    "year": Words("年份", "Year"),
    "months": Words("月份列", "Months as columns"),
    "region": Words("区划", "Divisions"),
    "coordinates": Words("坐标的读法", "Coordinates"),
    "datum": Words("基准转换", "Datum"),
    "datum.shift": Words("向东、向北的平移（米）", "Shift east, north (metres)"),
    "place": Words("城市与平面坐标系", "The city and its plane"),
    "place.name": Words("城市名称", "The city's name"),
    "blank": Words("空单元格", "Empty cells"),
    "plausible": Words("不合常理的数", "Implausible numbers"),
}


@dataclass(frozen=True, slots=True)
class Hints:
    """What a reader may know before it opens a file: what was ``told`` of how to read it, and the ``words``, in the form of
    `layers.ingest.columns.normal`, by which headings of the wanted dataset are known."""

    told: Mapping[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision on how a file is read.

    ``value`` is what was taken, ``why`` the evidence for it, ``others`` what can be told instead. Where ``asks`` is
    set the evidence does not do: nothing is written before somebody has told the value, be it the one proposed.
    """

    name: str
    value: str
    why: Worded
    others: Sequence[str] = ()
    asks: bool = False

    @property
    def zh(self) -> str:
        return self.why.zh

    @property
    def en(self) -> str:
        return self.why.en

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Choice:
        """The decision as a job has kept it."""
        return cls(kept["name"], kept["value"], Kept(kept), kept["others"], kept["asks"])

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "value": self.value, **self.why.everywhere(), "others": list(self.others), "asks": self.asks,
        }  # fmt: skip


def with_doubt(choices: Sequence[Choice], doubt: Choice) -> list[Choice]:
    """The decisions with one that is asked about now; what was said of it before stands in front of the doubt."""
    before = [one for one in choices if one.name == doubt.name]
    why = Listed(*(one.why for one in (*before, doubt)), by=SEMICOLON)
    others = list(dict.fromkeys(other for one in (*before, doubt) for other in one.others))
    return [*(one for one in choices if one not in before), Choice(doubt.name, doubt.value, why, others, asks=True)]


def refuse_unknown(told: Mapping[str, str]) -> None:
    """Raise `ImportRefused` for what is told of no decision there is: unheard, it would be taken for done."""
    for name in told:
        if name not in DECISIONS and name.partition(".")[0] not in DECISIONS:
            raise ImportRefused(
                "没有名为 {name} 的读法", "no decision on how a file is read is called {name!r}", param="read",
                allowed=list(DECISIONS), name=name,
            )  # fmt: skip


def open_questions(choices: Sequence[Choice], told: Mapping[str, str]) -> list[Choice]:
    """The decisions that wait for somebody."""
    return [choice for choice in choices if choice.asks and choice.name not in told]


def require_answers(choices: Sequence[Choice], told: Mapping[str, str]) -> None:
    """Raise `ImportRefused` for the first decision that waits for somebody."""
    for choice in open_questions(choices, told):
        raise ImportRefused(
            "{choice}；须先确认：--read {name}={value}，或改为其他读法", "{choice}; confirm it first: --read {name}={value}, or say another way to read it",
            param=choice.name, allowed=[choice.value, *choice.others], choice=choice.why, name=choice.name, value=choice.value,
        )  # fmt: skip


def told_value(told: Mapping[str, str], name: str, allowed: Sequence[str]) -> str | None:
    """What was told of a decision, None where nothing was; `ImportRefused` where it is none of the ``allowed``."""
    value = told.get(name)
    if value is not None and value not in allowed:
        raise ImportRefused(
            "读法 {name} 没有“{value}”这一种",
            "{value!r} is no way to read {name}",
            param=name,
            allowed=list(allowed),
            name=name,
            value=value,
        )
    return value
