"""The words of the desk."""

from __future__ import annotations

import re
from collections.abc import Mapping

from geoapp.desk import targets
from geoapp.desk.models import (
    CHECKED,
    CHECKING,
    COMMITTED,
    COMMITTING,
    FAILED,
    QUEUED,
    REFUSED,
    TO_COMMIT,
    UNKNOWN,
)
from layers import plane
from layers.ingest.page_words import page_words
from layers.ingest.reading import DECISIONS
from layers.ingest.spec import Spec
from layers.ingest.steps import STEPS
from layers.words import COLON, Listed, Words

STATES: dict[int, Words] = {
    QUEUED: Words("等待检查", "Waiting to be checked"),
    CHECKING: Words("正在检查", "Being checked"),
    CHECKED: Words("已检查，尚未导入", "Checked, not imported yet"),
    REFUSED: Words("不能导入", "Cannot be imported"),
    UNKNOWN: Words("请选择数据集", "Choose a dataset"),
    TO_COMMIT: Words("等待导入", "Waiting to be imported"),
    COMMITTING: Words("正在导入", "Being imported"),
    COMMITTED: Words("已导入", "Imported"),
    FAILED: Words("出错", "Failed"),
}
SLUGS = {
    QUEUED: "queued", CHECKING: "checking", CHECKED: "checked", REFUSED: "refused", UNKNOWN: "unknown",
    TO_COMMIT: "to-commit", COMMITTING: "committing", COMMITTED: "committed", FAILED: "failed",
}  # fmt: skip
COUNTS: dict[str, Words] = {
    "read": Words("读取", "Read"),
    "new": Words("新增", "New"),
    "changed": Words("变更", "Changed"),
    "unchanged": Words("未变", "Unchanged"),
    "cleared": Words("清空的值", "Values cleared"),
    "gone": Words("删除", "Gone"),
    "closed": Words("停用", "Closed"),
    "refused": Words("拒收", "Refused"),
    "warned": Words("提醒", "Warned"),
}
# What taking a release back does to objects.
UNDONE: dict[str, Words] = {
    "restored": Words("恢复原样", "Brought back to what they were"),
    "returned": Words("恢复删除的", "There again"),
    "removed": Words("删去新增的", "New ones that go"),
}
ALWAYS = ("read", "new", "changed", "unchanged", "refused")
CHOICES: dict[str, Words] = {**DECISIONS, "crs": Words("坐标系", "CRS")}
# Ways of reading as people call them, by decision, or by that of any field; of coordinates the parts of a reading's name. Others are said as they are told.
OPTIONS: dict[str, dict[str, Words]] = {
    "coordinates": {
        "EPSG:4490": Words("经纬度（CGCS2000）", "longitude, latitude (CGCS2000)"),
        "EPSG:4326": Words("经纬度（WGS 84）", "longitude, latitude (WGS 84)"),
        "GCJ-02": Words("火星坐标（GCJ-02）", "GCJ-02 (web maps)"),
        "BD-09": Words("百度坐标（BD-09）", "BD-09 (Baidu)"),
        "swapped": Words("两列互换", "columns exchanged"),
        "packed": Words("小数为度.分秒", "degrees.minutes and seconds"),
    },
    "unit": {"万m³": Words("万m³", "10⁴ m³"), "万m³/d": Words("万m³/d", "10⁴ m³/d")},
    "datum": {"ballpark": Words("不平移", "no shift")},
    "blank": {
        "clear": Words("清除已有的值", "clear what is there"),
        "keep": Words("保留已有的值", "keep what is there"),
    },
    "merged": {"fill": Words("填到每一行", "fill down"), "first": Words("只记在首行", "first row only")},
    "zeros": {"shown": Words("按显示的读取", "as shown"), "stored": Words("按存的读取", "as stored")},
    "plausible": {"accepted": Words("接受", "accepted")},
    "months": {"columns": Words("一列一个月", "a month a column"), "no": Words("不是月份", "no months")},
}
FREE = ("plausible", "place.name")  # decisions that are told by a reason, and not by one of several values


def _plane(srid: int) -> Words:
    east = plane.meridian(srid)
    return Words(
        "EPSG:{srid}　CGCS2000 高斯–克吕格，中央经线 {east}°E，米",
        "EPSG:{srid}  CGCS2000 Gauss–Krüger, {east}°E, metres",
        srid=srid,
        east=east,
    )


CRS: tuple[tuple[str, Words], ...] = (
    ("", Words("按文件自带（表格中的坐标列按 EPSG:4490）", "As the file says (columns of a table: EPSG:4490)")),
    ("EPSG:4490", Words("EPSG:4490　CGCS2000 经纬度", "EPSG:4490  CGCS2000 longitude, latitude")),
    ("EPSG:4326", Words("EPSG:4326　WGS 84 经纬度", "EPSG:4326  WGS 84 longitude, latitude")),
    *((f"EPSG:{srid}", _plane(srid)) for srid in plane.PLANES),
    ("GCJ-02", Words("GCJ-02　国内互联网地图的偏移坐标", "GCJ-02  offset coordinates of Chinese web maps")),
)
_FIELD_ZH = re.compile(r"字段 (\w+)")


def say(words: Words, lang: str) -> str:
    return words.in_(lang)


def step(name: str, lang: str) -> str:
    return say(STEPS[name], lang) if name in STEPS else ""


def choice_name(name: str, spec: Spec | None, lang: str) -> str:
    """A decision as people call it: ``unit.volume_m3`` → "单位：用水量"."""
    if name in CHOICES:
        return say(CHOICES[name], lang)
    head, _, of = name.partition(".")
    told = say(CHOICES[head], lang) if head in CHOICES else head
    if not of:
        return told
    if of == "names":
        return told
    return f"{told}{COLON.in_(lang)}{targets.field_name(spec, of, lang)}"


def option(name: str, value: str, lang: str) -> str:
    """One way to decide as people call it: coordinates ``EPSG:4490+packed`` → "经纬度（CGCS2000），小数为度.分秒"."""
    if name == "heading":
        return Words("第 {value} 行", "line {value}", value=value).in_(lang)
    known = OPTIONS.get(name) or OPTIONS.get(name.partition(".")[0], {})
    parts = value.split("+") if name == "coordinates" else [value]
    return Listed(*(known.get(part, part) for part in parts), by=Words("，", "; ")).in_(lang)


def chosen(name: str, value: str, told: Mapping[str, str], lang: str) -> str:
    """How a file was read: of a decision that is told by a reason, the reason as it was given."""
    return told[name] if name in FREE and name in told else option(name, value, lang)


def message(text: str, spec: Spec | None, lang: str) -> str:
    """A message of the import: the page's words for options, and fields by their names."""
    told = page_words(text, lang)
    return _FIELD_ZH.sub(lambda found: f"“{targets.field_name(spec, found[1], lang)}”", told)
