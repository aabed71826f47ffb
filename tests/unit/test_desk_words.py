"""How the desk says what the import calls by short names."""

from __future__ import annotations

import pytest

from geoapp.desk import words
from layers.ingest.reading import DECISIONS, refuse_unknown
from layers.ingest.refusal import ImportRefused


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("coordinates", "EPSG:4490+packed", "经纬度（CGCS2000），小数为度.分秒", "longitude, latitude (CGCS2000); degrees.minutes and seconds"),
        ("coordinates", "EPSG:4548+swapped", "EPSG:4548，两列互换", "EPSG:4548; columns exchanged"),
        ("heading", "3-4", "第 3-4 行", "line 3-4"),
        ("blank", "keep", "保留已有的值", "keep what is there"),
        ("encoding", "GB18030", "GB18030", "GB18030"),
    ],
)  # fmt: skip
def test_a_way_of_reading_in_words(name: str, value: str, zh: str, en: str) -> None:
    assert (words.option(name, value, "zh"), words.option(name, value, "en")) == (zh, en)
    assert name in DECISIONS


def test_what_is_told_of_no_decision_is_refused() -> None:
    refuse_unknown({"unit.volume_m3": "吨", "datum.shift": "1,2", "heading": "3"})
    with pytest.raises(ImportRefused, match="没有名为 units 的读法"):
        refuse_unknown({"units": "吨"})


def test_what_was_told_by_a_reason_is_said_as_it_was_given() -> None:
    assert words.chosen("plausible", "accepted", {"plausible": "核对过"}, "zh") == "核对过"
    assert words.chosen("plausible", "accepted", {}, "zh") == "接受"
    assert words.chosen("blank", "keep", {"blank": "keep"}, "en") == "keep what is there"
