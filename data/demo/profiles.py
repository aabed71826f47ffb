"""How water is spread over purposes, months and years: plausible shapes, not figures of the annex.

Totals by source and by resident or not are printed; everything in this module only shapes what lies under them.
"""

from __future__ import annotations

import numpy as np

from layers.vocab import PURPOSE

# January to December, relative; the mean of each row is brought to 1.
_SEASONS = {
    "residential": (0.96, 0.90, 0.95, 0.97, 1.03, 1.07, 1.12, 1.11, 1.04, 0.99, 0.94, 0.92),
    "public_service": (0.85, 0.75, 0.92, 0.98, 1.05, 1.12, 1.18, 1.16, 1.08, 1.00, 0.95, 0.96),
    "industrial": (0.95, 0.78, 1.00, 1.02, 1.04, 1.06, 1.08, 1.08, 1.03, 1.02, 0.98, 0.96),
    "agricultural": (0.15, 0.20, 1.20, 1.90, 2.20, 2.00, 1.10, 0.80, 0.90, 0.80, 0.50, 0.25),
    "environmental": (0.30, 0.35, 1.00, 1.40, 1.60, 1.60, 1.30, 1.20, 1.20, 1.00, 0.70, 0.35),
    "construction": (0.50, 0.35, 1.00, 1.20, 1.25, 1.25, 1.20, 1.20, 1.20, 1.15, 1.00, 0.70),
    "special_trades": (0.95, 0.85, 0.95, 1.00, 1.05, 1.10, 1.15, 1.15, 1.00, 0.95, 0.90, 0.95),
}

# Non-resident volume of a source by purpose: public service, industrial, agricultural, environmental, construction,
# special trades.
_VOLUMES = {
    "group_tap": (0.66, 0.15, 0.01, 0.07, 0.06, 0.05),
    "district_tap": (0.50, 0.31, 0.03, 0.06, 0.06, 0.04),
    "township_supply": (0.42, 0.36, 0.06, 0.06, 0.07, 0.03),
    "self_built_well": (0.34, 0.36, 0.10, 0.10, 0.03, 0.07),
    "village_supply": (0.06, 0.04, 0.80, 0.07, 0.02, 0.01),
    "surface_water": (0.01, 0.11, 0.13, 0.73, 0.01, 0.01),
    "reclaimed": (0.03, 0.06, 0.02, 0.87, 0.01, 0.01),
}

# Users by main purpose, residential first.
_USERS = {
    "group_tap": (0.00, 0.72, 0.11, 0.01, 0.04, 0.05, 0.07),
    "district_tap": (0.00, 0.58, 0.25, 0.03, 0.04, 0.05, 0.05),
    "self_built_well": (0.10, 0.40, 0.24, 0.12, 0.06, 0.02, 0.06),
    "surface_water": (0.00, 0.03, 0.10, 0.40, 0.43, 0.02, 0.02),
    "reclaimed": (0.00, 0.10, 0.16, 0.06, 0.62, 0.03, 0.03),
}

# Use of a year against 2019. A rough shape for benchmarks with several years; 2019 alone is printed.
YEAR_FACTORS = {2019: 1.0, 2020: 0.974, 2021: 0.981, 2022: 0.960, 2023: 0.985}

# Spread of single places: sigma of the lognormal weights by source (heavy tails), and of the month-to-month noise.
WEIGHT_SIGMA = {
    "group_tap": 1.5,
    "district_tap": 1.4,
    "township_supply": 0.8,
    "self_built_well": 1.4,
    "village_supply": 0.6,
    "surface_water": 1.6,
    "reclaimed": 1.6,
}
OUTLET_SIGMA = 0.5
MONTH_SIGMA = 0.12

# Where reclaimed water goes (rivers of the central districts above all): weight of each zone, an assumption.
RECLAIMED_ZONES = {
    "110101": 2, "110102": 2, "110105": 25, "110106": 12, "110107": 6, "110108": 16, "110109": 2, "110111": 4,
    "110112": 9, "110113": 4, "110114": 6, "110115": 6, "110116": 1.5, "110117": 0.8, "110118": 1.2, "110119": 0.8,
    "110400": 4,
}  # fmt: skip


def season(purpose: str) -> np.ndarray:
    """Twelve shares of a year's volume; they add up to 1."""
    shape = np.array(_SEASONS[purpose])
    return shape / shape.sum()


def non_resident_shares(source: str) -> dict[str, float]:
    """Purpose → share of the source's non-resident volume, all six purposes."""
    words = [term.code for term in PURPOSE if term.code != "residential"]
    return dict(zip(words, _VOLUMES[source], strict=True))


def user_purposes(source: str) -> np.ndarray:
    """Seven weights: the main purposes of the users of a source."""
    return np.array(_USERS[source])
