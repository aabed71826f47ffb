"""Legend classes: bounds that ascend, counts that add up, and lists that have no classes to give."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.stats.classes import METHODS, classify, round_significant, symmetric

each_method = pytest.mark.parametrize("method", METHODS)


@each_method
@pytest.mark.parametrize(
    ("values", "counts", "low", "high"),
    [
        ([], [], 0, 0),
        ([None, math.nan, math.inf], [], 0, 0),
        ([5.0], [1], 5, 5),
        ([7.0] * 9, [9], 7, 7),
        ([0.0] * 4, [4], 0, 0),
        ([None, 3.0], [1], 3, 3),
    ],
)
def test_lists_without_two_values_have_no_breaks(
    method: str, values: list[float], counts: list[int], low: float, high: float
) -> None:
    found = classify(values, method)
    assert (found.breaks, found.counts, found.low, found.high) == ([], counts, low, high)


@each_method
def test_two_values_part_into_two_classes(method: str) -> None:
    found = classify([10.0, 20.0, 20.0, 10.0, 10.0], method)
    assert found.counts == [3, 2]
    assert len(found.breaks) == 1
    assert 10 < found.breaks[0] <= 20


def test_equal_intervals_by_hand() -> None:
    found = classify([0.0, 25.0, 50.0, 75.0, 100.0], "equal", 4)
    assert found.breaks == [25, 50, 75]
    assert found.counts == [1, 1, 1, 2]  # a value on a bound is of the class above


def test_quantiles_by_hand() -> None:
    found = classify([float(value) for value in range(1, 101)], "quantiles", 4)
    assert [round(bound) for bound in found.breaks] == [26, 51, 76]
    assert sum(found.counts) == 100
    assert found.counts == [25] * 4


def test_natural_breaks_find_the_groups() -> None:
    found = classify([1.0, 2.0, 3.0, 101.0, 102.0, 103.0, 901.0, 902.0, 903.0], "natural", 3)
    assert found.counts == [3, 3, 3]


@each_method
def test_values_close_together_get_the_digits_they_need(method: str) -> None:
    found = classify([1000.1, 1000.2], method)
    assert found.counts == [1, 1]


@each_method
def test_many_zeros_do_not_make_empty_classes_at_the_bottom(method: str) -> None:
    found = classify([0.0] * 90 + [float(value) for value in range(1, 11)], method)
    assert found.breaks and min(found.breaks) > 0
    assert sum(found.counts) == 100
    assert found.counts[0] >= 90


@each_method
@given(
    values=st.lists(
        st.one_of(
            st.none(), st.floats(-1e9, 1e12, allow_nan=False, allow_subnormal=False), st.integers(0, 5).map(float)
        ),
        max_size=60,
    ),
    k=st.integers(2, 9),
)
def test_classes_of_any_list(method: str, values: list[float | None], k: int) -> None:
    found = classify(values, method, k)  # type: ignore[arg-type]
    known = [value for value in values if value is not None]
    assert found.breaks == sorted(set(found.breaks))
    assert sum(found.counts) == len(known)
    assert len(found.breaks) <= k - 1
    if len(set(known)) > 1:
        assert found.breaks, "two values can always be told apart"
    if known:
        assert len(found.counts) == len(found.breaks) + 1
        assert (found.low, found.high) == (min(known), max(known))
        assert all(found.low < bound <= found.high for bound in found.breaks)
        by_hand = [sum(bound <= value for bound in found.breaks) for value in known]
        assert found.counts == [by_hand.count(number) for number in range(len(found.counts))]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (1234567, 1200000), (0.00456, 0.0046), (-98.7, -99), (99.6, 100), (math.inf, 0), (math.nan, 0)],
)
def test_bounds_are_round(value: float, expected: float) -> None:
    assert round_significant(value) == expected


def test_tail_classes_halve_what_is_left() -> None:
    found = classify([float(value) for value in range(1, 1025)], "tail", 4)
    assert found.counts == pytest.approx([512, 256, 128, 128], abs=12)  # bounds are round


@given(st.lists(st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-3), max_size=60))
def test_symmetric_classes_are_as_strong_up_as_down(values: list[float]) -> None:
    found = symmetric(values)
    assert found.breaks == [-each for each in reversed(found.breaks)]
    assert 0 not in found.breaks
    assert sum(found.counts) == len(values)
    turned = symmetric([-value for value in values])
    assert turned.breaks == found.breaks


def test_symmetric_classes_by_given_steps() -> None:
    found = symmetric([-0.6, -0.1, 0.0, 0.3, 0.5, 2.0, None], steps=(0.25, 0.5))
    assert found.breaks == [-0.5, -0.25, 0.25, 0.5]
    assert found.counts == [1, 0, 2, 1, 2]


# Of many small values and a few that are hundreds of times as large, as cells of a city have them.
FEW_LARGE = [float(value) for value in range(1, 1001)] + [20_000.0, 90_000.0, 200_000.0]


def test_a_far_tail_has_the_last_class_for_itself() -> None:
    found = classify(FEW_LARGE, "tail", 5)
    assert found.counts == pytest.approx([501, 251, 126, 122, 3], abs=12)
    assert 1000 < found.breaks[-1] <= 20_000, "none of the many is among the few"
    assert classify(FEW_LARGE[:1000], "tail", 5).counts == pytest.approx([500, 250, 125, 63, 62], abs=12)


@given(
    st.lists(st.floats(0.01, 1000), min_size=40, max_size=80),
    st.lists(st.floats(1e5, 1e12), min_size=1, max_size=2),
    st.integers(3, 9),
)
def test_values_a_hundred_times_apart_are_not_both_in_the_last_class(
    many: list[float], few: list[float], k: int
) -> None:
    for found in (classify([*many, *few], "tail", k), symmetric([*many, *(-each for each in few)], k=k)):
        assert max(abs(found.low), found.high) < 100 * found.breaks[-1]
        assert found.breaks[-1] > max(many)


def test_a_far_tail_has_a_class_on_either_side() -> None:
    near = symmetric([sign * value for value in FEW_LARGE[:1000] for sign in (1, -1)])
    far = symmetric([sign * value for value in FEW_LARGE for sign in (1, -1)])
    assert (len(near.breaks), len(far.breaks)) == (6, 8)
    assert (far.counts[0], far.counts[-1]) == (3, 3)
    assert far.breaks[1:-1] == pytest.approx(near.breaks, rel=0.02), "the others are cut as before"
