"""A month among the same month of earlier years: the rule, and that the page has the same."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from layers.periods import Month
from layers.stats.percentile import CLASSES, LEAST, Standing, earlier_months, standing

TEN = [10, 20, 30, 40, 50, 60, 70, 80, 90]  # nine years: the i-th of them stands at 10·i
THREE = [100, 300, 200]


@pytest.mark.parametrize(
    ("value", "earlier", "name", "percentile"),
    [
        (9, TEN, "record_low", None),
        (10, TEN, "below", 10.0),
        (24, TEN, "below", 24.0),
        (25, TEN, "normal", 25.0),
        (75, TEN, "normal", 75.0),
        (76, TEN, "above", 76.0),
        (90, TEN, "above", 90.0),
        (91, TEN, "record_high", None),
        (11, [1, *[n * 100 for n in range(1, 20)]], "much_below", pytest.approx(100 * (1 + 10 / 99) / 21)),
        (1899, [n * 100 for n in range(1, 20)], "much_above", pytest.approx(94.95)),
        # Three years tell the middle half and what lies beyond the record.
        (99, THREE, "record_low", None),
        (100, THREE, "normal", 25.0),
        (300, THREE, "normal", 75.0),
        (301, THREE, "record_high", None),
        # Of fewer than nine the outer classes are one.
        (1, [1, 2, 3, 4, 5, 6], "below", pytest.approx(100 / 7)),
        (6, [1, 2, 3, 4, 5, 6], "above", pytest.approx(600 / 7)),
        # Equal years: the middle of their places.
        (0, [0, 0, 0], "normal", 50.0),
        (5, [5, 5, 5, 9], "normal", 40.0),
        (-2, [-3, -1, 0], "normal", pytest.approx(37.5)),
    ],
)
def test_a_value_has_its_place(value: int, earlier: list[int], name: str, percentile: float | None) -> None:
    assert standing(value, earlier) == Standing(name, percentile, len(earlier))


def test_what_is_not_known_is_not_placed_and_counts_as_no_year() -> None:
    assert standing(None, TEN) is None
    assert standing(5, [1, 2]) is None
    assert standing(5, [1, None, 2, None]) is None
    assert standing(2, [1, None, 2, 3]) == Standing("normal", 50.0, LEAST)


def test_earlier_years_are_those_of_the_same_calendar_month() -> None:
    months = [Month(year, month) for year in range(2015, 2021) for month in (6, 7)]
    assert [str(month) for month in earlier_months(Month(2018, 7), months)] == ["2015-07", "2016-07", "2017-07"]


def test_the_page_places_a_month_as_the_server_does(root: Path, tmp_path: Path) -> None:
    """Every value in and around the record of up to twenty years, ties among them."""
    cases = [
        (value, [(7 * n * n) % 23 * 10 if n % 4 else None for n in range(years)])
        for years in range(20)
        for value in (*range(-5, 240, 3), 70, 100, None)
    ]
    web = root / "geoapp/web"
    script = tmp_path / "placed.mjs"
    subprocess.run(
        ["node_modules/.bin/esbuild", "src/percentile.ts", "--bundle", "--format=esm", f"--outfile={script}"],
        cwd=web, check=True, capture_output=True,
    )  # fmt: skip
    ask = (
        f"import {{standing, STANDINGS, LEAST}} from {json.dumps(script.as_uri())};"
        "let text = ''; for await (const part of process.stdin) text += part;"
        "console.log(JSON.stringify([JSON.parse(text).map(([value, earlier]) => standing(value, earlier)), STANDINGS, LEAST]));"
    )
    told = subprocess.run(
        ["node", "--input-type=module", "-e", ask], input=json.dumps(cases), check=True, capture_output=True, text=True
    )
    placed, names, least = json.loads(told.stdout)
    assert (tuple(names), least) == (CLASSES, LEAST)
    expected = [found.to_dict() if (found := standing(value, earlier)) else None for value, earlier in cases]
    assert {one["class"] for one in expected if one} == set(CLASSES)
    assert placed == expected
