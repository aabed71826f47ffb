"""What an import has to say against a file: as a whole (`ImportRefused`) or of single rows (`Fault`), in every language."""

from __future__ import annotations

from collections import Counter
from collections.abc import KeysView, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.errors import ShuituError
from layers.ingest.points import PointMonths
from layers.text import visible
from layers.words import Worded, Words, everywhere

KEPT = 20_000  # faults kept in detail; further ones are only counted
VALUE_SHOWN = 80  # characters of a refused value that a report quotes


class ImportRefused(ShuituError):
    """The file as a whole cannot be imported; nothing was changed. What is ``said`` is why, and what to do."""

    title = "The file cannot be imported"

    def __init__(
        self,
        zh: str,
        en: str,
        /,
        *,
        param: str | None = None,
        allowed: Sequence[object] | None = None,
        **values: object,
    ) -> None:
        self.said = Words(zh, en, **values)
        super().__init__(f"{self.zh} / {self.en}", param=param, allowed=allowed)

    @classmethod
    def saying(
        cls, words: Words, *, param: str | None = None, allowed: Sequence[object] | None = None
    ) -> ImportRefused:
        """One that says what is in words already."""
        refused = cls("", "", param=param, allowed=allowed)
        refused.said = words
        refused.detail = f"{refused.zh} / {refused.en}"
        refused.args = (refused.detail,)
        return refused

    @property
    def zh(self) -> str:
        return self.said.zh

    @property
    def en(self) -> str:
        return self.said.en


REASONS: dict[str, Words] = {
    "missing": Words("必填项为空", "a required value is missing"),
    "not_a_term": Words("不在词表中", "not a word of the vocabulary"),
    "beyond_reach": Words("不在这个账号的权限范围内", "beyond what this account may change"),
    "not_an_integer": Words("不是整数", "not a whole number"),
    "not_a_number": Words("不是数字", "not a number"),
    "not_litres": Words("水量不能精确到升（最多三位小数）", "not exact to the litre (at most three decimals)"),
    "out_of_range": Words("超出允许范围", "out of range"),
    "not_a_date": Words("不是日期", "not a date"),
    "not_a_month": Words("不是月份", "not a month"),
    "excel_error": Words(
        "是表格软件的错误值，原来的数已不在文件里", "an error of the spreadsheet: the value is not in the file"
    ),
    "no_value": Words("写的是“没有”，按空白处理", "says that there is no value: taken as empty"),
    "ambiguous_number": Words("数字的分隔符不能确定", "it cannot be known what its separators mean"),
    "chinese_numeral": Words("用汉字写的数", "a number in Chinese words"),
    "other_unit": Words("单位不是这一列可用的", "a unit that this column cannot have"),
    "unit_in_cell": Words(
        "单元格里的单位与整列的不同，按单元格的换算", "the cell says another unit than its column: the cell's is taken"
    ),
    "month_point": Words(
        "可能是 1 月，也可能是 10 月：表格会丢掉小数末尾的 0",
        "January or October: a spreadsheet drops the nought at the end of a number",
    ),
    "month_point_read": Words(
        "按 1 月导入：同列另有写作 .10 的月份", "taken as January, as others of the column are written .10"
    ),
    "month_ten": Words(
        "按 10 月导入；若是设了两位小数的 1 月，请改正",
        "taken as October: if it is a January shown with two decimals, mend it",
    ),
    "no_year": Words("月份没有年份", "a month without its year"),
    "year_added": Words("月份没有年份，已按全表的年份补上", "a month without its year: that of the table was added"),
    "serial_date": Words("是表格软件的日期序号，已换算", "a spreadsheet's serial number of a day"),
    "not_one_month": Words("是季度、年度或几个月，不是一个月", "a quarter, a year or several months, not one month"),
    "short_year": Words("年份只有两位，或没有年份", "a year of two digits, or none"),
    "no_day": Words("没有写到日", "says no day"),
    "no_end": Words("没有终止日，按空白处理", "has no end: taken as empty"),
    "damaged_code": Words(
        "编码已被表格软件改成数值，后几位已丢失",
        "the spreadsheet has made a number of the code and lost its last digits",
    ),
    "maybe_damaged_code": Words(
        "编码超过 15 位且后几位全是 0，可能已被表格软件改坏",
        "a code of more than 15 digits that ends in noughts: the spreadsheet may have lost them",
    ),
    "cleaned_code": Words("编码含有全角或不可见的字符，已改", "the code held full-width or invisible characters"),
    "total_differs": Words("合计与各行之和不符", "the total is not the sum of its rows"),
    "cleared": Words("空白会清除已有的值", "an empty cell clears a value that is there"),
    "implausible": Words("大得不合常理", "implausibly large"),
    "unlike_before": Words(
        "是这个对象以往最大一月的百倍以上", "a hundred times the object's largest month so far, or more"
    ),
    "region_unlike_before": Words(
        "使所在区划这个月的合计远超以往各月（见数字；所示的是其中最大的一行）",
        "makes its division's month far more than its months before (see the numbers; the row is the largest of it)",
    ),
    "unknown_division": Words("没有叫这个名称的区划", "no division goes by this name"),
    "ambiguous_division": Words("有几个区划可用这个名称", "several divisions go by this name"),
    "former_name": Words("是区划从前的名称", "a former name of a division"),
    "too_long": Words("文字过长", "the text is too long"),
    "control_character": Words("含有不可见的控制字符", "contains a control character"),
    "bad_code": Words("编码中不能有空格或分隔符", "a code holds no spaces or separators"),
    "duplicate": Words("文件内重复", "occurs more than once in the file"),
    "contradiction": Words("与同一行的另一列矛盾", "contradicts another column of the row"),
    "unknown_reference": Words("引用的对象不存在", "refers to something that does not exist"),
    "other_layer": Words("不属于所导入的图层", "does not belong to the layer imported"),
    "code_digits": Words("代码位数与级别不符", "the code's digits do not fit the level"),
    "wrong_parent": Words("上级不是代码的前缀", "the parent is not the code's prefix"),
    "not_of_place": Words("不属于本市", "is no division of this city"),
    "no_district_level": Words("本市没有区一级", "this city has no districts"),
    "no_geometry": Words("没有几何图形", "has no geometry"),
    "bad_geometry": Words("几何图形无法读取", "the geometry cannot be read"),
    "geometry_type": Words("几何类型不符", "of another geometry type"),
    "invalid_geometry": Words("几何图形无效", "the geometry is not valid"),
    "half_position": Words("坐标不完整", "half of the position is missing"),
    "bad_position": Words("坐标写法无法识别", "the form of the coordinate is not understood"),
    "beyond_city": Words("范围远超本市", "reaches far beyond the city"),
    "outside_declared": Words("位置在登记的区划之外", "the position lies outside its declared division"),
    "outside_city": Words("位置在本市之外", "the position lies outside the city"),
    "outside_china": Words("坐标不在中国范围内", "the position is outside China"),
    "one_place": Words("表、设施、区划必须且只能填一个", "exactly one of meter, facility and region must be given"),
    "one_or_none": Words("区划与填报单位只能填一个", "a division or a reporting unit may be given, not both"),
    "negative": Words("只有更正记录可以为负", "only a correction may be negative"),
    "cells": Words("列数与表头不符", "the row has another number of cells than the heading"),
    "has_children": Words("尚有未停用的下级区划", "still has divisions below it that are not closed"),
}

Expected = str | Worded
"""What would have been right, or more of a fault: a text that is of no language (a number, a code, a bound), or words."""

# What is taken when somebody has said that it is right.
IMPLAUSIBLE = frozenset({"implausible", "unlike_before", "region_unlike_before"})
# Reasons whose ``expected`` says more of the fault, and not what would have been right.
_EXPLAINED = frozenset(
    {
        "outside_china", "duplicate", "no_value", "unit_in_cell", "month_point_read", "month_ten", "year_added", "serial_date",
        "no_end", "maybe_damaged_code", "cleaned_code", "total_differs", "cleared", "implausible", "unlike_before", "region_unlike_before",
        "ambiguous_division", "former_name", "outside_declared", "outside_city",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one row. ``row`` is the line of the spreadsheet (heading = 1), or the feature's number from 1; ``column``
    the heading of the cell, where a row has several of the field."""

    row: int
    field: str
    value: str
    reason: str  # a key of REASONS
    expected: Expected = ""
    column: str = ""

    @property
    def said(self) -> Words:
        reason = REASONS[self.reason]
        if not self.expected:
            return reason
        if self.reason in _EXPLAINED:
            return Words("{reason}：{expected}", "{reason}: {expected}", reason=reason, expected=self.expected)
        return Words(
            "{reason}，应为：{expected}", "{reason}; expected: {expected}", reason=reason, expected=self.expected
        )

    @property
    def zh(self) -> str:
        return self.said.zh

    def to_dict(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "field": self.field,
            "column": self.column,
            "value": self.value,
            "reason": self.reason,
            "expected": everywhere(self.expected) if self.expected else {},
            **self.said.everywhere(),
        }


class Faults:
    """What is wrong in the rows of one import: all counted, the first `KEPT` kept. A row may have several faults.

    Where a line of the file is several records (months side by side), records are numbered through and
    ``cells`` names the columns they come from.
    """

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.by_reason: Counter[tuple[str, str]] = Counter()
        self.cells: tuple[str, ...] = ()
        self._whys: dict[tuple[str, str, Expected], int] = {}
        self._rows: dict[int, tuple[int, ...]] = {}  # row → its faults, as numbers of `_whys`
        self._alike: dict[tuple[int, ...], tuple[int, ...]] = {}

    def add(self, row: int, field: str, value: object, reason: str, expected: Expected = "") -> None:
        self._note(int(row), self._why(field, reason, expected), field, value, reason, expected)

    def add_all(
        self, rows: Sequence[int], field: str, values: Sequence[object], reason: str, expected: Expected = ""
    ) -> None:
        """The same fault of several rows, with what stands in each."""
        why = self._why(field, reason, expected)
        for row, value in zip(rows, values, strict=True):
            self._note(row, why, field, value, reason, expected)

    def _why(self, field: str, reason: str, expected: Expected) -> int:
        return self._whys.setdefault((field, reason, expected), len(self._whys))

    def _note(self, row: int, why: int, field: str, value: object, reason: str, expected: Expected) -> None:
        before = self._rows.get(row)
        both = (why,) if before is None else (*before, why)
        self._rows[row] = self._alike.setdefault(both, both)  # many rows have the same faults
        self.by_reason[field, reason] += 1
        if len(self.kept) < KEPT:
            text = "" if value is None else str(value)
            # JSON in the database holds no NUL, and a report shows no control characters.
            text = visible(text[: VALUE_SHOWN + 1])
            shown = text if len(text) <= VALUE_SHOWN else text[:VALUE_SHOWN] + "…"
            self.kept.append(Fault(self.line(row), field, shown, reason, expected, self._cell(row)))

    @property
    def rows(self) -> KeysView[int]:
        """The rows that have any."""
        return self._rows.keys()

    def line(self, row: int) -> int:
        """The line of the file that a record is of."""
        return row // len(self.cells) if self.cells else row

    def _cell(self, row: int) -> str:
        return self.cells[row % len(self.cells)] if self.cells else ""

    def by_line(self) -> dict[int, list[Fault]]:
        """All that is wrong in each line of the file, without what stands there."""
        whys = list(self._whys)
        found: dict[int, list[Fault]] = {}
        for row, numbers in self._rows.items():
            line, cell = self.line(row), self._cell(row)
            for name, reason, expected in (whys[number] for number in numbers):
                found.setdefault(line, []).append(Fault(line, name, "", reason, expected, cell))
        return found

    def first(self, limit: int) -> list[Fault]:
        """The first faults in the order of the file."""
        return sorted(self.kept, key=lambda refusal: refusal.row)[:limit]

    def reasons(self) -> list[dict[str, Any]]:
        """How often each fault of each field was met, the most frequent first."""
        return [
            {
                "field": field,
                "reason": reason,
                **REASONS[reason].everywhere(),
                "count": count,
            }
            for (field, reason), count in self.by_reason.most_common()
        ]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The rows that are refused, and those that are taken with a warning: what stands there can be, and is probably wrong."""

    refused: Faults = field(default_factory=Faults)
    warned: Faults = field(default_factory=Faults)
    points: PointMonths = field(default_factory=PointMonths)
    used: set[str] = field(default_factory=set)  # what was made use of that is said once: ``year``, ``division_names``
