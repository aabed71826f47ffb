"""Classes for a legend: where to cut a list of values so that the map can be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.stats.measures import BY_NAME

METHODS = ("quantiles", "equal", "natural", "tail")
# Fisher's exact natural breaks cost the square of the number of values; order statistics stand in for a long list.
_NATURAL_SAMPLE = 120
# From how many times the last bound on the largest values have a class of their own, and how many times its bound they are at most.
FAR, FAR_REACH = 10, 30


@dataclass(frozen=True, slots=True)
class Classes:
    """``breaks`` are the k-1 inner bounds, ascending; class i holds values in [breaks[i-1], breaks[i])."""

    method: str
    breaks: list[float]
    counts: list[int]
    low: float
    high: float

    def told(self, measure: str) -> dict[str, Any]:
        """As the API says the classes of a measure (`measures`)."""
        return {
            "measure": measure,
            "unit": BY_NAME[measure].unit,
            "method": self.method,
            "breaks": self.breaks,
            "counts": self.counts,
            "min": self.low,
            "max": self.high,
        }


def round_significant(value: float, digits: int = 2) -> float:
    """A value rounded to so many significant digits, for bounds that people can read out."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _between(below: float, above: float, low: float, high: float) -> float:
    """A round bound between two neighbouring values; in a dense list one near them that parts the list at all."""
    middle = below + (above - below) / 2
    tight = [round_significant(middle, digits) for digits in (2, 3)]
    loose = [round_significant(middle, digits) for digits in range(2, 17)]
    parts = [bound for bound in tight if below < bound <= above] + [bound for bound in loose if low < bound <= high]
    return parts[0] if parts else above


def _cuts(values: np.ndarray, method: str, k: int) -> np.ndarray:
    if method == "quantiles":
        # As mapclassify's own, which drops the last cut of a list whose largest value fills a class.
        return np.append(np.quantile(values, np.arange(1, k) / k), values.max())
    if method == "tail":
        return np.append(_halves(values, k), values.max())
    # Here and not above: it brings pandas and scikit-learn, a second and 170 MB, which the two methods that maps begin
    # with do without.
    import mapclassify

    if method == "equal":
        return mapclassify.EqualInterval(values, k=k).bins
    ordered = np.sort(values)
    if len(ordered) > _NATURAL_SAMPLE:
        ordered = ordered[np.linspace(0, len(ordered) - 1, _NATURAL_SAMPLE).round().astype(int)]
    return mapclassify.FisherJenks(ordered, k=k).bins


def _halves(values: np.ndarray, k: int) -> np.ndarray:
    """Half of the values are in the first class, half of the rest in the next: of a few large among many small ones
    quantiles would show the city as one hot spot.

    Where the largest lie far beyond the rest the last class is theirs: it begins midway, in orders of magnitude, between the
    bound before and the largest.
    """
    cuts = np.quantile(values, 1 - 0.5 ** np.arange(1, k))
    if len(cuts) > 1 and _is_far(values, cuts[-1]):
        high = float(values.max())
        cuts[-1] = max(cuts[-1], math.sqrt(max(cuts[-2], 0.0) * high), high / FAR_REACH)
    return cuts


def _is_far(values: np.ndarray, bound: float) -> bool:
    """Whether the largest of some values is too far beyond a bound to share a colour with what is just above it."""
    return bool(values.max() > 0 and values.max() >= FAR * bound)


def _finite(values: Sequence[float | None] | np.ndarray) -> np.ndarray:
    data = np.asarray(values, dtype=float)  # None becomes not a number
    return data[np.isfinite(data)]


def symmetric(
    values: Sequence[float | None] | np.ndarray, method: str = "tail", k: int = 4, steps: Sequence[float] | None = None
) -> Classes:
    """Classes on both sides of "about the same": bounds ±b1 < ±b2 < …, given or cut from the sizes of what changed at all.

    At most 2·k − 1 classes, an odd number, the middle one around 0, and one more on either side where a few lie far beyond the
    rest. So an increase and a decrease of one size have colours of one strength.
    """
    data = _finite(values)
    if not len(data):
        return Classes(method, [], [], 0.0, 0.0)
    sizes = list(steps) if steps else _sizes(np.abs(data[data != 0]), method, k)
    breaks = [-size for size in reversed(sizes)] + sizes
    counts = np.bincount(np.searchsorted(breaks, data, side="right"), minlength=len(breaks) + 1)
    return Classes(method, breaks, [int(count) for count in counts], float(data.min()), float(data.max()))


def _sizes(changed: np.ndarray, method: str, k: int) -> list[float]:
    """The bounds of sizes: k − 1 of them, and one more for a far tail."""
    found = classify(changed, method, k)
    if (
        method != "tail"
        or len(found.breaks) < 2
        or not _is_far(changed, float(np.quantile(changed, 1 - 0.5 ** (k - 1))))
    ):
        return found.breaks
    return classify(changed, method, k + 1).breaks


def classify(values: Sequence[float | None] | np.ndarray, method: str = "quantiles", k: int = 5) -> Classes:
    """At most k classes of the values; fewer where there are fewer distinct values. Bounds have two digits
    where these can part the values, else as many as it takes.
    """
    data = _finite(values)
    if not len(data):
        return Classes(method, [], [], 0.0, 0.0)
    distinct = len(np.unique(data))
    low, high = float(data.min()), float(data.max())
    breaks: list[float] = []
    if distinct > 1:
        bins = _cuts(data, method, min(k, distinct))
        # mapclassify's bins are the largest values of their classes; ours begin the class above.
        below_top = float(data[data < high].max())
        inner = [min(float(cut), below_top) if method != "equal" else float(cut) for cut in bins[:-1]]
        above = [cut if method == "equal" else float(data[data > cut].min()) for cut in inner]
        bounds = {_between(cut, after, low, high) for cut, after in zip(inner, above, strict=True)}
        breaks = sorted(bound for bound in bounds if low < bound <= high)
    counts = np.bincount(np.searchsorted(breaks, data, side="right"), minlength=len(breaks) + 1)
    return Classes(method, breaks, [int(count) for count in counts], low, high)
