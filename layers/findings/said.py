"""A finding in words: what makes it one, and what would mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers import registry
from layers.fields import Dataset
from layers.models import Finding
from layers.quality import BY_ID
from layers.words import Listed, Worded, Words

_FIXES = {
    "fill": Words("补填{field}", "find out and fill in {field}"),
    "set": Words("把{field}改为 {value}", "set {field} to {value}"),
    "move": Words("位置改为 {lon}, {lat}（{by}）", "move to {lon}, {lat} ({by})"),
    "link": Words("{field}关联到 {value}", "link {field} to {value}"),
    "unlink": Words("解除{field}与 {value} 的关联", "take {value} out of {field}"),
    "close": Words("停用或删除", "close or delete it"),
}
_READINGS = {
    "swapped": Words("经纬度对调", "latitude and longitude swapped"),
    "zone": Words("分带有误", "another zone"),
    "gcj02": Words("按 GCJ-02 加偏坐标还原", "read as GCJ-02"),
}
_LARGE = 10_000
_AND = Words("；", "; ")
_GEOMETRY = Words("坐标", "the coordinates")


def evidence(finding: Finding) -> Words:
    """The values that make it one, as a sentence."""
    return BY_ID[finding.rule].told.of(**{name: _value(value) for name, value in finding.evidence.items()})


def fixes(finding: Finding) -> list[Worded]:
    """Each alternative as a sentence."""
    dataset = registry.dataset(finding.dataset)
    return [Listed(*(_change(one, dataset) for one in each), by=_AND) for each in finding.fixes]


def _change(change: Mapping[str, Any], dataset: Dataset) -> Words:
    """Fields, terms and readings in it are words themselves."""
    name = change.get("field", "")
    field = dataset.field(name)
    term = field.vocab.by_code.get(change.get("value", "")) if field is not None and field.vocab is not None else None
    words = {
        "field": _GEOMETRY if name == "geometry" else field,
        "value": term,
        "by": _READINGS.get(change.get("by", "")),
    }
    values = {name: _value(value) for name, value in change.items()}
    return _FIXES[change["do"]].of(**values | {name: word for name, word in words.items() if word is not None})


def _value(value: Any) -> Any:
    """Large numbers are grouped; a year is none."""
    if isinstance(value, int | float) and abs(value) >= _LARGE:
        return f"{value:,}"
    return Listed(*map(str, value)) if isinstance(value, list) else value
