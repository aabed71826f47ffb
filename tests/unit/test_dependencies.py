"""What an answer depends on, read from what each dataset says that its write makes different."""

import pytest

from layers import placing, registry, settle
from layers.dependencies import behind, leading_to
from layers.fields import GRIDDED, SUMS
from layers.grid import weights

NAMES = {dataset.name for dataset in (*registry.DATASETS, *registry.DERIVED)}


@pytest.mark.parametrize("dataset", (*registry.DATASETS, *registry.DERIVED), ids=lambda d: d.name)
def test_only_what_there_is_is_made_different(dataset: registry.Dataset) -> None:
    assert set(dataset.makes_different) <= NAMES | {SUMS, GRIDDED}
    assert dataset.name not in dataset.makes_different


def test_a_moved_user_moves_the_sums_the_grid_and_what_meters_are_filtered_by() -> None:
    """Meters without a position count at their user's."""
    assert "water_user" in behind(SUMS)
    assert "water_user" in behind(GRIDDED)
    assert "water_user" in behind("meter")
    assert "water_user" in behind("usage")
    assert "water_user" not in behind("well")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("well", {"well", "region"}),
        ("permit", {"permit", "region"}),
        ("sewage_plant", {"sewage_plant", "region"}),
        ("supply_area", {"supply_area", "facility", "region"}),  # it counts where its facility does
        ("grid", {"grid", "region"}),  # the cells themselves
        ("population", {"population", "region"}),
        ("provisional", {"provisional", "region", "reporting_unit"}),
        (SUMS, {"reporting_unit", "region", "facility", "water_user", "meter", "usage"}),
        (GRIDDED, {"region", "facility", "supply_area", "water_user", "meter", "usage", "grid"}),
    ],
)
def test_what_stands_behind_an_answer(name: str, expected: set[str]) -> None:
    assert set(behind(name)) == expected


def test_what_follows_a_change_reads_the_same_list() -> None:
    assert set(settle.DATASETS) == {"usage", "meter", "water_user", "facility", "supply_area"}
    assert set(weights.DATASETS) == {"region", "facility", "supply_area", "water_user", "meter"}
    assert placing.LENDING == ("water_user", "meter")
    assert leading_to("meter") == ("region", "water_user")
