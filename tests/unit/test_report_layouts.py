"""Templates of reports: what they say, and every fault with its file, its line and its reason, in the language asked."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from geoapp.reports.layouts import check, store
from geoapp.reports.layouts.faults import BadTemplates
from geoapp.reports.layouts.layout import COLOURS, ReportLayout
from geoapp.reports.layouts.lines import line_of

GOOD = """# for districts
regions = ["district"]
sections = [
    "stages",
    "summary", # the second
]
charts = ["purposes"]
[rows]
facilities = 12
[headings.summary]
zh = "总体情况"
en = "At a glance"
[colours]
heading = "#102030"
"""


def test_ours_is_the_default() -> None:
    told = store.templates(store.OWN)
    assert told.faults == () and [each.regions for each in told.found] == [check.KINDS]
    assert told.found[0].layout == ReportLayout()


def test_a_template_is_read() -> None:
    template, faults = check.read("a.toml", GOOD)
    assert faults == [] and template is not None
    layout = template.layout
    assert (layout.sections, layout.charts, layout.maps) == (("stages", "summary"), ("purposes",), ReportLayout().maps)
    assert (layout.facility_rows, layout.region_rows) == (12, 400)
    assert layout.colours == {**COLOURS, "heading": "#102030"}
    assert (layout.heading("summary", "zh"), layout.heading("summary", "en"), layout.heading("stages", "zh")) == ("总体情况", "At a glance", "")  # fmt: skip
    assert pickle.loads(pickle.dumps(layout)) == layout  # it goes to the process beside


FAULTS: list[tuple[str, str, int, str, str]] = [
    ("broken", "regions = [\n", 1, "不是有效的 TOML", "no valid TOML"),
    ("a key twice", GOOD.replace("charts", "sections"), 7, "不是有效的 TOML", "no valid TOML"),
    ("empty", "", 0, "文件是空的", "the file is empty"),
    ("of no regions", 'sections = ["summary"]\n', 0, "缺少 regions", "regions is missing"),
    ("unknown section", GOOD.replace('"stages"', '"stage"'), 4, "没有 stage；是不是 stages？", "is it stages?"),
    ("far from any", GOOD.replace('"stages"', '"方案"'), 4, "没有 方案；可以是 summary", "there is no 方案; there are summary"),
    ("section twice", GOOD.replace('"summary",', '"stages",'), 5, "stages 写了不止一次", "stages is there more than once"),
    ("no section", GOOD.replace('    "stages",\n    "summary", # the second\n', ""), 3, "sections 是空的", "sections is empty"),
    ("unknown key", GOOD + "[colors]\n", 15, "没有 colors；是不是 colours？", "there is no colors; is it colours?"),
    ("unknown row", GOOD.replace("facilities", "facility"), 9, "是不是 facilities？", "is it facilities?"),
    ("rows as text", GOOD.replace("12", '"12"'), 9, "应是 1 到 5000 的整数", "a whole number from 1 to 5000"),
    ("rows as truth", GOOD.replace("12", "true"), 9, "应是 1 到 5000 的整数", "a whole number from 1 to 5000"),
    ("no rows", GOOD.replace("12", "0"), 9, "应是 1 到 5000 的整数", "a whole number from 1 to 5000"),
    ("a text for a list", GOOD.replace('["district"]', '"district"'), 2, "应是一列文字", "has to be a list of texts"),
    ("unknown region", GOOD.replace('"district"', '"village"'), 2, "没有 village", "there is no village"),
    ("a list for a table", 'regions = ["city"]\nrows = [1]\n', 2, "rows 应是一节", "rows has to be a table"),
    ("no colour", GOOD.replace("#102030", "navy"), 14, "应是颜色", "has to be a colour"),
    ("too faint", GOOD.replace("#102030", "#7fc0c6"), 14, "对比度只有 2.0，至少要 4.5", "contrast of 2.0 against the paper, and needs 4.5"),
    ("no heading", GOOD.replace("总体情况", " "), 11, "标题应是一行文字", "a line of 1 to 60 characters"),
    ("heading of lines", GOOD.replace("总体情况", "甲\\n乙"), 11, "标题应是一行文字", "a line of 1 to 60 characters"),
    ("a language that there is not", GOOD.replace("en =", "xx ="), 12, "没有 xx", "there is no xx"),
    ("heading of what is not there", GOOD.replace("headings.summary", "headings.maps"), 10, "sections 里没有 maps", "maps is not among the sections"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "zh", "en"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS])
def test_a_fault_is_told_with_its_line(text: str, line: int, zh: str, en: str) -> None:
    template, faults = check.read("a.toml", text)
    assert template is None
    assert [fault.line for fault in faults] == [line]
    assert zh in faults[0].in_("zh") and en in faults[0].in_("en")
    assert faults[0].in_("zh").startswith(f"a.toml 第 {line} 行：" if line else "a.toml：")
    assert faults[0].in_("en").startswith(f"a.toml, line {line}: " if line else "a.toml: ")


def test_all_faults_are_told_at_once() -> None:
    _, faults = check.read("a.toml", GOOD.replace('"stages"', '"stage"').replace("12", "-1").replace("#102030", "red"))
    assert [fault.line for fault in faults] == [4, 9, 14]


@pytest.mark.parametrize(("colour", "least"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54)])
def test_contrast_is_that_of_wcag(colour: str, least: float) -> None:
    assert check.contrast(colour) == pytest.approx(least, abs=0.01)


def test_lines_of_what_is_written_otherwise() -> None:
    text = "rows = { facilities = 0 }\n'headings'.\"summary\".zh = ''\n"
    assert line_of(text, ("rows", "facilities")) == 1
    assert line_of(text, ("headings", "summary", "zh")) == 2
    assert line_of(text, ("nowhere",)) == 1


def test_a_folder_that_cannot_be_used_says_why(tmp_path: Path, settings: Any) -> None:
    settings.REPORT_TEMPLATES = str(tmp_path / "gone")
    with pytest.raises(BadTemplates, match="读不了"):
        store.usable("zh")
    settings.REPORT_TEMPLATES = str(tmp_path)
    with pytest.raises(BadTemplates, match=r"no \.toml file"):
        store.usable("en")
    (tmp_path / "a.toml").write_text(GOOD, "utf-8")
    assert store.usable("zh").layout_of("district").sections == ("stages", "summary")
    assert store.usable("zh").layout_of("city") == ReportLayout()
    first = store.fingerprint()
    (tmp_path / "b.toml").write_text("# first\nregions = ['city', 'district']\n", "utf-8")
    assert store.fingerprint() != first
    with pytest.raises(BadTemplates, match=r"b\.toml 第 2 行：district 已由 a\.toml 规定"):
        store.usable("zh")
    (tmp_path / "b.toml").write_bytes(b"# a\n# \xff\n")
    with pytest.raises(BadTemplates, match=r"b\.toml, line 2: is not text in UTF-8"):
        store.usable("en")
    (tmp_path / "b.toml").write_text(f"# {'x' * store.MOST_BYTES}\n", "utf-8")
    with pytest.raises(BadTemplates, match=r"b\.toml: has more than"):
        store.usable("en")


def test_nothing_in_a_template_is_run(tmp_path: Path) -> None:
    template, faults = check.read("a.toml", GOOD.replace("总体情况", "{{ 6*7 }}{% debug %}"))
    assert faults == [] and template is not None and template.layout.heading("summary", "zh") == "{{ 6*7 }}{% debug %}"
