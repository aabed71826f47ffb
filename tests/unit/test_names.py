"""English names of divisions: of divisions there are, each with its source."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from layers.names import division, english, romanised
from layers.names.pinyin import readings

FOLDER = Path(__file__).parents[2] / "layers/names"
DIVISIONS = Path(__file__).parents[2] / "data/reference/divisions.csv"


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(DIVISIONS.read_text(encoding="utf-8").splitlines()))


def test_the_city_each_district_and_each_township_have_an_english_name_and_nothing_else_has() -> None:
    told = {row["code"]: division(row["code"], row["name"]).in_("en") for row in rows()}
    by_level = {
        level: [told[row["code"]] for row in rows() if row["level"] == level] for level in ("district", "township")
    }
    assert told["11"] == "Beijing"
    assert all(name.isascii() and name.endswith(" District") for name in by_level["district"])
    assert len(by_level["township"]) > 300 and all(name.isascii() for name in by_level["township"])
    assert all(told[row["code"]] == row["name"] for row in rows() if row["level"] == "village")


def test_what_is_data_is_what_no_rule_makes() -> None:
    assert not [row["name"] for row in rows() if row["code"] in english() and romanised.township(row["name"])]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("中关村街道", "Zhongguancun Subdistrict"), ("四季青地区", "Sijiqing Area"), ("永宁镇", "Yongning Town"), ("香营乡", "Xiangying Township"),
        ("右安门街道办事处", "You'anmen Subdistrict"), ("西长安街街道", "Xichang'anjie Subdistrict"), ("熊儿寨乡", "Xiong'erzhai Township"),
        ("张镇", "Zhangzhen Town"), ("绿化镇", "Lühua Town"), ("于家务回族乡", "Yujiawu Hui Ethnic Township"),
        ("甲满族蒙古族乡", "Jia Manchu and Mongol Ethnic Township"), ("大栅栏街道", "Dashilan Subdistrict"), ("长子营镇", "Zhangziying Town"),
        ("长阳镇", "Changyang Town"), ("什刹海街道", "Shichahai Subdistrict"), ("马家堡街道", "Majiapu Subdistrict"),
        ("3号街道", ""), ("镇", ""), ("街道", ""), ("某某虚拟区", ""), ("", ""),
    ],
)  # fmt: skip
def test_townships_are_named_by_rule(name: str, told: str) -> None:
    assert romanised.township(name) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Haidian District", "Haidian"), ("Zhongguancun Subdistrict", "Zhongguancun"), ("Zhangzhen Town", "Zhangzhen"),
        ("Jia Manchu and Mongol Ethnic Township", "Jia"), ("中关村街道", "中关村街道"), ("Beijing", "Beijing"), ("Town", "Town"),
        ("Daxing International Airport", "Daxing International Airport"),
    ],
)  # fmt: skip
def test_maps_write_names_without_their_generic_terms(name: str, told: str) -> None:
    assert romanised.short(name) == told


def test_each_character_with_several_readings_has_the_one_of_places() -> None:
    several = {character for character, told in readings().items() if len(told) > 1}
    first = {
        character: row["syllable"]
        for row in csv.DictReader((FOLDER / "first.csv").open(encoding="utf-8"))
        for character in row["characters"]
    }
    assert set(first) == several
    assert all(first[character] in readings()[character] for character in several)
    assert all(row["source"] for row in csv.DictReader((FOLDER / "said.csv").open(encoding="utf-8")))


def test_every_name_has_its_source() -> None:
    text = (Path(__file__).parents[2] / "layers/names/divisions_en.csv").read_text(encoding="utf-8")
    assert all(row["source"] for row in csv.DictReader(text.splitlines()))


def test_the_page_knows_the_names_of_committees_in_one_place() -> None:
    """By which names of villages are shortened, in labels of tiles and in texts alike."""
    page = Path(__file__).parents[2] / "geoapp/web/src"
    found = [path.name for path in page.rglob("*.ts") for _ in range(path.read_text("utf-8").count('"居委会"'))]
    by_pattern = [path.name for path in page.rglob("*.ts") if "居委会$" in path.read_text("utf-8")]
    assert (found, by_pattern) == (["regions.ts"], [])
