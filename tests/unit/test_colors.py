"""Colours that stand side by side differ to every eye, and what is drawn stands out from the paper.

Sight without red or green cones is simulated by the matrices of Machado, Oliveira and Fernandes (A Physiologically-based Model
for Simulation of Color Vision Deficiency, 2009; severity 1), on linear light. Differences are distances in OKLab.
"""

from __future__ import annotations

import json
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest

from geoapp import colors
from layers import vocab

SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
PAPER = ("#ffffff", "#fffefc")  # of reports, and of the page's cards
# The distance from which two patches that do not touch are told apart at a glance; a ramp has its order to help.
APART, STEP = 0.11, 0.065
CONTRAST = 3.0  # WCAG 1.4.11, of what is not text
each_sight = pytest.mark.parametrize("sight", SIGHT)


def _linear(color: str) -> np.ndarray:
    part = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def _oklab(light: np.ndarray) -> np.ndarray:
    """Björn Ottosson, A perceptual color space for image processing, 2020."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    axes = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return axes @ np.cbrt(cones @ light)


def distance(one: str, other: str, sight: str) -> float:
    seen = [_oklab(np.clip(SIGHT[sight] @ _linear(color), 0, 1)) for color in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((float(_linear(each) @ [0.2126, 0.7152, 0.0722]) for each in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measures_themselves() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert distance("#000000", "#ffffff", "normal") == pytest.approx(1, abs=1e-4)
    red, olive = "#c0392b", "#6b6b00"
    assert distance(red, olive, "deutan") < 0.6 * distance(red, olive, "normal")
    # What was there before: water of district mains and reclaimed water were one colour without red cones.
    assert distance("#3f93b5", "#9a8bb8", "protan") < 0.01


LISTS: dict[str, dict[Any, str]] = {
    "sources": colors.SOURCES,
    "purposes": colors.PURPOSES,
    "areas": colors.AREAS,
    "lines": dict(enumerate(colors.LINES)),
}


@each_sight
@pytest.mark.parametrize("name", LISTS)
def test_any_two_of_a_list_are_told_apart(name: str, sight: str) -> None:
    for one, other in combinations(LISTS[name], 2):
        assert distance(LISTS[name][one], LISTS[name][other], sight) >= APART, (one, other)


@pytest.mark.parametrize("name", LISTS)
def test_each_stands_out_from_the_paper(name: str) -> None:
    for key, color in [*LISTS[name].items(), ("other", colors.OTHER)]:
        assert all(contrast(color, paper) >= CONTRAST for paper in PAPER), key


def test_every_term_has_its_colour() -> None:
    assert set(colors.SOURCES) == set(vocab.SOURCE.codes)
    assert set(colors.PURPOSES) == set(vocab.PURPOSE.codes)
    assert set(colors.AREAS) == set(vocab.FACILITY_KIND.codes)


@each_sight
@pytest.mark.parametrize("name", [*colors.PALETTES, *colors.DIVERGING])
def test_no_two_classes_of_a_ramp_look_alike(name: str, sight: str) -> None:
    """Of a diverging one neither two of a side nor an increase and a decrease."""
    ramp = colors.PALETTES.get(name) or colors.DIVERGING[name]
    for one, other in combinations(ramp, 2):
        assert distance(one, other, sight) >= STEP, (one, other)


@each_sight
@pytest.mark.parametrize("name", colors.PALETTES)
def test_a_sequence_falls_evenly_from_light_to_dark(name: str, sight: str) -> None:
    ramp = [colors.NOUGHT, *colors.PALETTES[name]]
    light = [float(_oklab(np.clip(SIGHT[sight] @ _linear(color), 0, 1))[0]) for color in ramp]
    assert all(before - after >= 0.02 for before, after in pairwise(light)), light


@each_sight
def test_no_data_look_like_neither_nought_nor_what_is_unchanged(sight: str) -> None:
    """Nor is the hatching all that tells them apart; it tells no data from the classes of amounts, some of which are as light."""
    unchanged = [ramp[len(ramp) // 2] for ramp in colors.DIVERGING.values()]
    for other in (colors.NOUGHT, *unchanged):
        assert distance(colors.NO_DATA, other, sight) >= STEP, other
    line = json.loads(colors.FILE.read_text("utf-8"))["no_data_line"]
    assert distance(colors.NO_DATA, line, sight) >= APART


def test_the_page_hatches_legend_and_map_alike() -> None:
    kept = json.loads(colors.FILE.read_text("utf-8"))
    style = (colors.FILE.parent / "styles/base.css").read_text("utf-8")
    assert f"--no-data: {kept['no_data']};" in style and f"--no-data-line: {kept['no_data_line']};" in style


@pytest.mark.parametrize("name", colors.DIVERGING)
def test_two_sides_are_as_strong(name: str) -> None:
    light = [float(_oklab(_linear(color))[0]) for color in colors.DIVERGING[name]]
    middle = len(light) // 2
    assert max(light) == light[middle]
    for step in range(1, middle + 1):
        assert abs(light[middle - step] - light[middle + step]) < 0.08


def test_fewer_classes_spread_the_ramp() -> None:
    assert colors.ramp(6) == list(colors.SEQUENTIAL)
    assert colors.ramp(3) == [colors.SEQUENTIAL[i] for i in (0, 3, 5)]
    assert colors.ramp(1) == [colors.SEQUENTIAL[3]]
