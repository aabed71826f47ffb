"""What an import has to say against a file: as a whole (`ImportRefused`) or of single rows (`Fault`), in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.errors import ShuituError
from layers.text import visible

KEPT = 20_000  # faults kept in detail; further ones are only counted
VALUE_SHOWN = 80  # characters of a refused value that a report quotes


class ImportRefused(ShuituError):
    """The file as a whole cannot be imported; nothing was changed. ``zh`` and ``en`` say why and what to do."""

    title = "The file cannot be imported"

    def __init__(self, zh: str, en: str, *, param: str | None = None, allowed: Sequence[object] | None = None) -> None:
        super().__init__(f"{zh} / {en}", param=param, allowed=allowed)
        self.zh = zh
        self.en = en


# Reason → (Chinese, English); {expected} is what would have been right.
REASONS: dict[str, tuple[str, str]] = {
    "missing": ("必填项为空", "a required value is missing"),
    "not_a_term": ("不在词表中", "not a word of the vocabulary"),
    "not_an_integer": ("不是整数", "not a whole number"),
    "not_a_number": ("不是数字", "not a number"),
    "not_litres": ("水量不能精确到升（最多三位小数）", "not exact to the litre (at most three decimals)"),
    "out_of_range": ("超出允许范围", "out of range"),
    "not_a_date": ("不是日期", "not a date"),
    "not_a_month": ("不是月份", "not a month"),
    "too_long": ("文字过长", "the text is too long"),
    "control_character": ("含有不可见的控制字符", "contains a control character"),
    "bad_code": ("编码中不能有空格或分隔符", "a code holds no spaces or separators"),
    "duplicate": ("文件内重复", "occurs more than once in the file"),
    "contradiction": ("与同一行的另一列矛盾", "contradicts another column of the row"),
    "unknown_reference": ("引用的对象不存在", "refers to something that does not exist"),
    "other_layer": ("不属于所导入的图层", "does not belong to the layer imported"),
    "code_digits": ("代码位数与级别不符", "the code's digits do not fit the level"),
    "wrong_parent": ("上级不是代码的前缀", "the parent is not the code's prefix"),
    "no_geometry": ("没有几何图形", "has no geometry"),
    "bad_geometry": ("几何图形无法读取", "the geometry cannot be read"),
    "geometry_type": ("几何类型不符", "of another geometry type"),
    "invalid_geometry": ("几何图形无效", "the geometry is not valid"),
    "half_position": ("坐标不完整", "half of the position is missing"),
    "outside_china": ("坐标不在中国范围内", "the position is outside China"),
    "one_place": (
        "表、设施、区划必须且只能填一个",
        "exactly one of meter, facility and region must be given",
    ),
    "negative": ("只有更正记录可以为负", "only a correction may be negative"),
    "cells": ("列数与表头不符", "the row has another number of cells than the heading"),
    "has_children": ("尚有未停用的下级区划", "still has divisions below it that are not closed"),
}

# Reasons whose ``expected`` says more of the fault, and not what would have been right.
_EXPLAINED = frozenset({"outside_china", "duplicate"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one row. ``row`` is the line of the spreadsheet (heading = 1), or the feature's number from 1."""

    row: int
    field: str
    value: str
    reason: str  # a key of REASONS
    expected: str = ""

    @property
    def zh(self) -> str:
        join = "：" if self.reason in _EXPLAINED else "，应为："
        return REASONS[self.reason][0] + (f"{join}{self.expected}" if self.expected else "")

    @property
    def en(self) -> str:
        join = ": " if self.reason in _EXPLAINED else "; expected: "
        return REASONS[self.reason][1] + (f"{join}{self.expected}" if self.expected else "")

    def to_dict(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "reason": self.reason,
            "expected": self.expected,
            "zh": self.zh,
            "en": self.en,
        }


class Faults:
    """What is wrong in the rows of one import: all counted, the first `KEPT` kept. A row may have several faults."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.rows: set[int] = set()
        self.by_reason: Counter[tuple[str, str]] = Counter()

    def add(self, row: int, field: str, value: object, reason: str, expected: str = "") -> None:
        self.rows.add(int(row))
        self.by_reason[field, reason] += 1
        if len(self.kept) < KEPT:
            text = "" if value is None else str(value)
            # JSON in the database holds no NUL, and a report shows no control characters.
            text = visible(text[: VALUE_SHOWN + 1])
            shown = text if len(text) <= VALUE_SHOWN else text[:VALUE_SHOWN] + "…"
            self.kept.append(Fault(int(row), field, shown, reason, expected))

    def first(self, limit: int) -> list[Fault]:
        """The first faults in the order of the file."""
        return sorted(self.kept, key=lambda refusal: refusal.row)[:limit]

    def reasons(self) -> list[dict[str, Any]]:
        """How often each fault of each field was met, the most frequent first."""
        return [
            {
                "field": field,
                "reason": reason,
                "zh": REASONS[reason][0],
                "en": REASONS[reason][1],
                "count": count,
            }
            for (field, reason), count in self.by_reason.most_common()
        ]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The rows that are refused, and those that are taken with a warning: what stands there can be, and is probably wrong."""

    refused: Faults = field(default_factory=Faults)
    warned: Faults = field(default_factory=Faults)
