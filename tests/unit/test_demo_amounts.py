"""Shares that add up, and numbers that repeat."""

from __future__ import annotations

import numpy as np
import pytest

from data.demo.amounts import draw_exactly, share_out
from data.demo.places import numbered, short_name
from data.demo.seeding import choose, generator
from data.demo.sewage import whole_m3
from data.demo.usage import month_names
from data.demo.volumes import litres


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (0, [1.0, 2.0], [0, 0]),
        (0, [0.0, 0.0], [0, 0]),
        (10, [1.0, 1.0, 1.0], [4, 3, 3]),
        (7, [0.0, 1.0, 1.0], [0, 4, 3]),
        (1, [0.2, 0.3, 0.5], [0, 0, 1]),
        (5, [[1.0, 1.0], [1.0, 2.0]], [[1, 1], [1, 2]]),
        (1_036_875_000_000, [1.0], [1_036_875_000_000]),
    ],
)
def test_share_out(total: int, weights: list, expected: list) -> None:
    assert share_out(total, np.array(weights)).tolist() == expected


def test_share_out_refuses_a_total_without_weights() -> None:
    with pytest.raises(ValueError, match="weight"):
        share_out(1, np.zeros(3))


def test_share_out_of_large_totals_is_exact_and_close_to_proportion() -> None:
    weights = generator("test").lognormal(0.0, 2.0, (50_000, 12))
    parts = share_out(1_150_090_000_000, weights)
    assert parts.sum() == 1_150_090_000_000
    assert parts.min() >= 0
    assert np.abs(parts - 1_150_090_000_000 * weights / weights.sum()).max() < 2


def test_draw_exactly_never_takes_weight_zero() -> None:
    weights = np.array([0.0, 1.0, 5.0, 0.0, 2.0])
    assert draw_exactly(generator("test"), weights, 3).tolist() == [1, 2, 4]


def test_choose_follows_the_weights() -> None:
    picked = np.bincount(choose(generator("test"), np.array([0.0, 1.0, 3.0]), 40_000), minlength=3)
    assert picked[0] == 0
    assert 2.8 < picked[2] / picked[1] < 3.2


def test_generators_repeat_and_differ_by_name() -> None:
    assert generator("a", 1).random() == generator("a", 1).random()
    assert generator("a", 1).random() != generator("a", 2).random()


def test_numbered_counts_within_groups() -> None:
    assert numbered(np.array(["b", "a", "b", "b", "a"])).tolist() == [1, 1, 2, 3, 2]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("皮各庄二村村委会", "皮各庄二村"),
        ("干峪沟村民委员会", "干峪沟村"),
        ("松树街社区居委会", "松树街"),
        ("美景东方社区居民委员会", "美景东方"),
        ("延庆镇", "延庆镇"),
    ],
)
def test_short_name(name: str, short: str) -> None:
    assert short_name(name) == short


def test_printed_figures_become_whole_units() -> None:
    assert litres("103687.5") == 1_036_875_000_000
    assert whole_m3("3.2904") == 32_904
    with pytest.raises(ValueError, match="whole"):
        whole_m3("0.00001")


def test_month_names() -> None:
    assert month_names(57)[-1] == "2023-09"
    assert month_names(1) == ["2019-01"]
    for wrong in (0, 58):
        with pytest.raises(ValueError, match="57"):
            month_names(wrong)
