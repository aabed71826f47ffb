"""Whole numbers shared out so that the parts add up to the printed total exactly."""

from __future__ import annotations

import numpy as np


def share_out(total: int, weights: np.ndarray) -> np.ndarray:
    """Integers in proportion to ``weights`` (any shape, not negative) that sum to ``total``: largest remainder.

    Equal remainders go to the earlier cell, so that the same input gives the same output.
    """
    flat = np.asarray(weights, dtype=float).ravel()
    if total == 0 or flat.sum() <= 0:
        if total:
            raise ValueError("a positive total needs a positive weight")
        return np.zeros(np.shape(weights), dtype=np.int64)
    exact = flat * (total / flat.sum())
    whole = np.floor(exact).astype(np.int64)
    left = total - int(whole.sum())
    if left < 0:  # rounding of very large totals may overshoot by a unit or two
        whole[np.argsort(-flat, kind="stable")[:-left]] -= 1
        left = 0
    # A rest larger than the number of cells cannot occur with exact arithmetic; with floats it costs one more round.
    whole += left // len(flat)
    left %= len(flat)
    if left:
        rest = exact - np.floor(exact)
        cut = np.partition(rest, len(rest) - left)[len(rest) - left]
        above = np.flatnonzero(rest > cut)
        level = np.flatnonzero(rest == cut)[: left - len(above)]
        whole[above] += 1
        whole[level] += 1
    return whole.reshape(np.shape(weights))


def top(scores: np.ndarray, count: int) -> np.ndarray:
    """Indices of the ``count`` highest scores, ascending; equal scores go to the earlier index."""
    return np.sort(np.argsort(-scores, kind="stable")[:count])


def draw_exactly(rng: np.random.Generator, weights: np.ndarray, count: int) -> np.ndarray:
    """``count`` different indices, drawn without replacement in proportion to ``weights`` (0 = never)."""
    weights = np.asarray(weights, dtype=float)
    with np.errstate(divide="ignore"):
        scores = np.log(weights) + rng.gumbel(size=len(weights))
    return top(scores, count)
