"""Which notes on the printed tables are at the sum of a selection."""

from __future__ import annotations

import pytest

from layers.printed import CITY, SHUNYI, of_total
from layers.selection import EVERYTHING, parse_selection


@pytest.mark.parametrize(
    ("source", "resident", "figures"),
    [
        ("", "", ["total"]),
        ("", "yes", ["residents"]),
        ("", "no", ["others"]),
        ("village_supply", "", ["source/village_supply"]),
        ("village_supply", "yes", []),
        ("self_built_well,village_supply", "", []),
    ],
)
def test_the_notes_at_a_sum(source: str, resident: str, figures: list[str]) -> None:
    found = of_total(CITY, parse_selection(source, "", resident))
    assert [note.figure for note in found] == figures
    assert all(note.to_dict_of_year()["period"] == "2019" for note in found)


def test_no_other_region_has_one() -> None:
    assert of_total(SHUNYI, EVERYTHING) == []
