"""English names of divisions: of divisions there are, each with its source."""

from __future__ import annotations

import csv
from pathlib import Path

from layers.names import english

DIVISIONS = Path(__file__).parents[2] / "data/reference/divisions.csv"


def test_the_city_and_each_district_have_an_english_name_and_nothing_else_has() -> None:
    rows = list(csv.DictReader(DIVISIONS.read_text(encoding="utf-8").splitlines()))
    assert {row["code"] for row in rows if row["level"] in ("city", "district")} == set(english())
    assert english()["11"] == "Beijing"
    assert all(name.isascii() and name.endswith(" District") for code, name in english().items() if code != "11")


def test_every_name_has_its_source() -> None:
    text = (Path(__file__).parents[2] / "layers/names/divisions_en.csv").read_text(encoding="utf-8")
    assert all(row["source"] for row in csv.DictReader(text.splitlines()))


def test_the_page_knows_the_names_of_committees_in_one_place() -> None:
    """By which names of villages are shortened, in labels of tiles and in texts alike."""
    page = Path(__file__).parents[2] / "geoapp/web/src"
    found = [path.name for path in page.rglob("*.ts") for _ in range(path.read_text("utf-8").count('"居委会"'))]
    by_pattern = [path.name for path in page.rglob("*.ts") if "居委会$" in path.read_text("utf-8")]
    assert (found, by_pattern) == (["regions.ts"], [])
