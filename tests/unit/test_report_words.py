"""What a report says: numbers as the page writes them, sentences by their rules, every word in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geoapp.reports import figures, sections, sentences
from geoapp.reports.structure import (
    ComparedVolume,
    HeldWater,
    Rank,
    RegionLine,
    Report,
    ReportPeriod,
    StageLine,
    TermShare,
)
from geoapp.reports.words import _METHOD as METHOD
from geoapp.reports.words import WORDS, item_name, word
from layers.editions import EditionSpan
from layers.place import Place
from layers.stats.divisions import Divisions

E7 = 10_000_000  # litres in one 万 m³


@pytest.mark.parametrize(
    ("litres", "text"),
    [
        (0, "0.000 万 m³"), (1_500, "1.5 m³"), (999_000, "999 m³"), (E7 // 10, "0.100 万 m³"), (E7, "1.00 万 m³"),
        (50_539_309_682_2, "50,539.3 万 m³"), (-2 * E7, "−2.00 万 m³"), (-500, "−0.5 m³"),
    ],
)  # fmt: skip
def test_volumes(litres: int, text: str) -> None:
    assert figures.volume(litres, "zh") == text


@pytest.mark.parametrize(
    ("litres", "text"),
    [
        (0, "0 m³"), (1_500, "1.5 m³"), (99_999_000, "99,999 m³"), (10**8, "0.100 million m³"), (10**9, "1.00 million m³"),
        (50_539_309_682_2, "505.4 million m³"), (-2 * 10**9, "−2.00 million m³"), (-500, "−0.5 m³"),
    ],
)  # fmt: skip
def test_volumes_in_english(litres: int, text: str) -> None:
    assert figures.volume(litres, "en") == text


@pytest.mark.parametrize(
    ("litres", "name", "texts"),
    [
        ([3_000 * 10**9, 20 * 10**9, 10**8], "million m³", ["3,000.000", "20.000", "0.100"]),
        ([60 * 10**9, 5 * 10**6, 3 * 10**6], "thousand m³", ["60,000.0", "5.0", "3.0"]),  # villages, and one large one
        ([900_000, 20_000, 0], "m³", ["900", "20", "0"]),
        ([], "million m³", []),
        ([None, 0], "million m³", []),
    ],
)  # fmt: skip
def test_what_stands_together_has_one_unit(litres: list[int | None], name: str, texts: list[str]) -> None:
    unit = figures.unit(litres, "en")
    assert unit.name == name and [unit.text(each) for each in litres if each is not None][: len(texts)] == texts
    assert figures.unit(litres, "zh") == figures.Unit("万 m³", E7, 2)


def test_legends_and_axes_have_one_unit() -> None:
    breaks = [62_000.0, 150_000.0, 2_400_000.0]  # m³
    unit, texts = figures.classes(breaks, "en")
    assert (unit.name, texts) == ("million m³", ["< 0.062", "0.062 – 0.15", "0.15 – 2.4", "≥ 2.4"])
    unit, texts = figures.classes(breaks, "zh")
    assert (unit.name, texts) == ("万 m³", ["< 6.2", "6.2 – 15", "15 – 240", "≥ 240"])
    unit, texts = figures.classes([120.0, 3_000.0, 41_000.0], "en")
    assert (unit.name, texts[:2]) == ("thousand m³", ["< 0.12", "0.12 – 3"])
    assert [figures.axis_unit(most, "en").name for most in (10**9, 10**9 - 1, 999_999)] == [
        "million m³",
        "thousand m³",
        "m³",
    ]
    assert [figures.axis_unit(most, "zh").name for most in (E7 // 10, E7 // 10 - 1)] == ["万 m³", "m³"]


def test_places_in_english() -> None:
    assert [figures.nth(place) for place in (1, 2, 3, 4, 11, 12, 13, 21, 111, 322)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "111th", "322nd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(None, "—"), (0.0, "0.0%"), (0.0001, "<0.1%"), (0.135, "13.5%"), (0.99999, ">99.9%"), (1.0, "100.0%"), (-0.2, "−20.0%")],
)  # fmt: skip
def test_shares(fraction: float | None, text: str) -> None:
    assert figures.percent(fraction) == text


@pytest.mark.parametrize(
    ("fraction", "text"), [(None, "—"), (0.0, "±0.0%"), (0.0004, "±0.0%"), (0.0321, "+3.2%"), (-0.253, "−25.3%"), (12.5, "+1,250.0%")]
)  # fmt: skip
def test_changes(fraction: float | None, text: str) -> None:
    assert figures.change(fraction) == text


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        ("2019-07", "2019-07", "2019年7月", "Jul 2019"),
        ("2019-01", "2019-12", "2019年", "2019"),
        ("2019-01", "2021-12", "2019—2021年", "2019–2021"),
        ("2019-07", "2019-09", "2019年第三季度", "Q3 2019"),
        ("2019-01", "2019-06", "2019年上半年", "H1 2019"),
        ("2019-07", "2019-12", "2019年下半年", "H2 2019"),
        ("2019-02", "2019-04", "2019年2月至2019年4月", "Feb 2019 – Apr 2019"),
        ("2018-10", "2019-12", "2018年10月至2019年12月", "Oct 2018 – Dec 2019"),
        ("2018-11", "2019-03", "2018年11月至2019年3月", "Nov 2018 – Mar 2019"),
    ],
)
def test_periods(first: str, last: str, zh: str, en: str) -> None:
    assert (figures.period(first, last, "zh"), figures.period(first, last, "en")) == (zh, en)


def test_times_are_the_authoritys_own() -> None:
    at = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert figures.moment(at, "zh") == "2026年11月21日 00:30"
    assert figures.moment(at, "en") == "21 Nov 2026, 00:30"
    assert figures.moment(None, "zh") == "—"


def line(name: str, volume_l: int) -> RegionLine:
    return RegionLine(name, name, "某区", volume_l, None, 1.0, None, None, None)


ALL = HeldWater("district", 4000 * E7, {})
REPORT = Report(
    code="110101", name="某区", level="district", path=("某市", "某区"),
    period=ReportPeriod("2019", "2019-01", "2019-12", 12, ()), site="http://x/", map_address="http://x/?region=110101", is_public=True,
    version=7, changed_at=None, synthetic=False, place=Place(), names_in="zh", within=Divisions(EditionSpan(1, None), (0,)), boundaries={}, bounds=None,
    total_l=1000 * E7, unassigned_l=None, outside_l=None, area_km2=100.0, m3_per_km2=100_000.0, share_of_city=0.25,
    changes=(ComparedVolume("year", "2018", 900 * E7, 1 / 9), ComparedVolume("previous", "", None, None)),
    residents_l=300 * E7, others_l=700 * E7,
    sources=(TermShare("group_tap", 600 * E7, 0.6), TermShare("reclaimed", 400 * E7, 0.4)),
    purposes=(TermShare("residential", 300 * E7, 0.3), TermShare("industrial", 700 * E7, 0.7)),
    ranks=(Rank("volume", "某市", "district", 2, 16, ALL), Rank("per_km2", "某市", "district", 5, 16, ALL)),
    months=(), source_months={}, beside_months={}, child_level="township",
    children=(line("甲", 400 * E7), line("乙", 300 * E7), line("丙", 200 * E7), line("丁", 100 * E7)),
    grand_level="village", grandchildren=(), held={"township": HeldWater("township", 1000 * E7, {})}, crossed=(), classes={}, counts={}, stages=(), facilities=(),
    findings=(),
)  # fmt: skip


def test_three_sentences_in_chinese() -> None:
    assert sentences.sentences(REPORT, "zh") == [
        "2019年，某区用水 1,000.0 万 m³，占全市 25.0%，在全市 16 个区中列第 2。",
        "同比增加（+11.1%）；环比无从比较（比较期数据不全）。",
        "水源以自来水集团为主（60.0%），用途以工业居首（70.0%）；甲、乙、丙三个街道(乡镇)用水最多，合占 90.0%。",
    ]


def test_three_sentences_in_english() -> None:
    assert sentences.sentences(REPORT, "en") == [
        "In 2019, 某区 used 10.00 million m³ of water, 25.0% of the city's water, and ranked 2nd of its 16 districts.",
        "Use rose on the same months of the year before (+11.1%); it cannot be compared with the period just before"
        " (months of it are missing).",
        "The main source was group tap water (60.0%); the largest use was industrial (70.0%)."
        " The three townships that used the most, 甲, 乙, 丙, together account for 90.0%.",
    ]


@pytest.mark.parametrize(
    ("ratio", "zh", "en"),
    [
        (0.0, "基本持平", "was little changed"), (0.0049, "基本持平", "was little changed"),
        (0.005, "略增", "rose slightly"), (-0.02, "略降", "fell slightly"), (0.05, "增加", "rose"),
        (-0.1999, "减少", "fell"), (0.2, "明显增加", "rose sharply"), (-0.6, "明显减少", "fell sharply"),
    ],
)  # fmt: skip
def test_words_of_change(ratio: float, zh: str, en: str) -> None:
    assert (sentences.change_word(ratio, "zh"), sentences.change_word(ratio, "en")) == (zh, en)


def test_nothing_to_compare_with_is_said_once() -> None:
    neither = (ComparedVolume("year", "", None, None), ComparedVolume("previous", "", None, None))
    assert sentences.changed(neither, "zh") == "上年同期与上一期的数据都不全，不作同比、环比。"
    from_nothing = (ComparedVolume("year", "2018", 0, None), ComparedVolume("previous", "2018", 5, 0.1))
    assert sentences.changed(from_nothing, "zh") == "同比无从比较（该期用水为零）；环比增加（+10.0%）。"


def test_the_city_has_no_share_of_itself() -> None:
    told = sentences.total(replace(REPORT, ranks=(), name="某市"), "zh")
    assert told == "2019年，某市用水 1,000.0 万 m³，平均每平方公里 10.00 万 m³。"


def test_a_source_below_one_half_is_the_largest_and_not_the_main_one() -> None:
    parts = (TermShare("group_tap", 4, 0.4), TermShare("reclaimed", 3, 0.3), TermShare("surface_water", 3, 0.3))
    assert sentences.made_of(replace(REPORT, sources=parts), "zh").startswith("水源以自来水集团最多（40.0%）")


def test_few_regions_are_not_ranked_in_words() -> None:
    told = sentences.made_of(replace(REPORT, children=REPORT.children[:3]), "zh")
    assert told == "水源以自来水集团为主（60.0%），用途以工业居首（70.0%）。"


def part(level: str, hidden_l: int, residents_held_l: int | None = None) -> HeldWater:
    return HeldWater(level, 1000 * E7, {"coarser": hidden_l}, 300 * E7, residents_held_l)


def test_a_ranking_says_what_it_does_not_show_by_volume() -> None:
    """As in a district whose villages hold 68 % of its water and 0.1 % of its residents'."""
    report = replace(REPORT, child_level="village", held={"village": part("village", 320 * E7, 3 * E7 // 10)})
    assert sentences.made_of(report, "zh").endswith(
        "甲、乙、丙三个社区(村)用水最多，合占 90.0%。各社区(村)的数字未含：仅计到上级 320.0 万 m³（32.0%）。居民生活用水有 99.9% 不在其中。"
    )
    assert sentences.made_of(report, "en").endswith(
        " account for 90.0%. Not included in the figures by village: 3.20 million m³ (32.0%) known only higher up."
        " They leave out 99.9% of what residents use at home."
    )


def test_regions_that_hold_little_of_the_water_are_not_ranked_in_words() -> None:
    report = replace(REPORT, child_level="village", held={"village": part("village", 501 * E7, 300 * E7)})
    told = sentences.made_of(report, "zh")
    assert "最多，" not in told and told.endswith("各社区(村)的数字未含：仅计到上级 501.0 万 m³（50.1%）。")


def test_a_place_says_what_is_in_no_figure_that_is_ranked() -> None:
    beyond = HeldWater("township", 4000 * E7, {"coarser": 600 * E7, "outside": 200 * E7})
    ranks = (Rank("volume", "某市", "township", 2, 331, beyond), Rank("per_km2", "某市", "township", 5, 331, beyond))
    told = sentences.total(replace(REPORT, ranks=ranks), "zh")
    assert told.endswith("列第 2。某市用水的 20.0% 未计到任何街道(乡镇)。")
    assert sections.ranked(ranks[0], "zh") == "某市331个街道(乡镇)中第2（各街道(乡镇)合计占其用水的 80.0%）"
    assert sections.ranked(REPORT.ranks[0], "zh") == "某市16个区中第2"
    assert sections.ranked(ranks[0], "en") == "2nd of the 331 townships in 某市 (together 80.0% of its water)"


def test_what_a_year_is_compared_with_is_told_once() -> None:
    assert sentences.changed((ComparedVolume("year", "2018", 5, 0.1),), "zh") == "同比增加（+10.0%）。"
    assert sentences.changed((ComparedVolume("year", "", None, None),), "zh") == "上年同期的数据不全，不作同比。"


def test_missing_months_are_a_sentence_of_their_own() -> None:
    period = ReportPeriod("2019", "2019-01", "2019-12", 10, ("2019-11", "2019-12"))
    told = sentences.sentences(replace(REPORT, period=period), "zh")
    assert told[3:] == ["统计期缺 2019-11、2019-12 的数据，以上数字只含有数据的 10 个月。"]


def test_every_text_is_there_in_both_languages() -> None:
    assert all(words.zh and words.en for words in (*WORDS.values(), *METHOD))
    assert word("version", "en", version=3, moment="now") == "version 3, now"
    assert item_name(StageLine("take", "well", 1, term="irrigation"), "zh") == "机井 · 农业"


def test_the_page_counts_by_the_units_that_reports_count_by() -> None:
    for lang in ("zh", "en"):
        text = (Path(figures.__file__).parents[1] / f"web/src/dict/{lang}.ts").read_text(encoding="utf-8")
        found = re.search(r'unitLarge: "([^"]+)", unitLargeM3: "(\d+)"', text)
        assert found
        unit = figures.largest(lang)
        assert (found[1], int(found[2]) * 1000) == (unit.name, unit.litres)
