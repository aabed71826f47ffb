"""Random numbers that are the same on every run: one generator per named part of the city."""

from __future__ import annotations

import zlib

import numpy as np

CITY_SEED = 20190101


def generator(*name: str | int) -> np.random.Generator:
    """A generator keyed by a name, so that a change in one part of the recipe leaves the others as they were."""
    keys = [zlib.crc32(str(part).encode()) for part in name]
    return np.random.default_rng(np.random.SeedSequence([CITY_SEED, *keys]))


def choose(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """``size`` indices drawn with replacement, in proportion to ``weights`` (faster than ``Generator.choice``)."""
    steps = np.cumsum(weights, dtype=float)
    return np.searchsorted(steps, rng.random(size) * steps[-1], side="right").clip(0, len(weights) - 1)
