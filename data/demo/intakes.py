"""取: where water is taken from rivers, canals and reservoirs. Counts follow the printed users; positions are synthetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from . import reference
from .places import Places, numbered
from .seeding import choose, generator
from .writing import points

if TYPE_CHECKING:
    from .permits import Permits

# Rivers, canals and reservoirs of each district that a surface intake may name.
WATER_BODIES = {
    "110101": ("筒子河",),
    "110102": ("前海",),
    "110105": ("温榆河", "坝河", "通惠河"),
    "110106": ("永定河", "凉水河"),
    "110107": ("永定河",),
    "110108": ("京密引水渠", "南沙河", "清河"),
    "110109": ("永定河", "清水河"),
    "110111": ("拒马河", "大石河", "小清河"),
    "110112": ("北运河", "潮白河", "凉水河"),
    "110114": ("温榆河", "十三陵水库", "京密引水渠"),
    "110116": ("怀柔水库", "白河", "雁栖河"),
    "110117": ("泃河", "海子水库"),
    "110118": ("密云水库", "潮河", "白河"),
    "110119": ("妫水河", "官厅水库", "白河"),
}


@dataclass(frozen=True)
class Intakes:
    """Parallel arrays, by district."""

    district: np.ndarray
    body: np.ndarray  # the water it takes from
    lonlat: np.ndarray


def _districts() -> np.ndarray:
    """District of each surface intake: one for every two surface users of the printed table, rounded up (assumption)."""
    printed = reference.count_by_district("users_by_district_and_source", "surface_users")
    found = [d for d, n in sorted(printed.items()) if d in WATER_BODIES for _ in range((n + 1) // 2)]
    return np.array(found)


def make_intakes(places: Places) -> Intakes:
    """Place each intake in a village of its district."""
    districts = _districts()
    rng = generator("intakes")
    body = np.array([WATER_BODIES[d][int(rng.integers(len(WATER_BODIES[d])))] for d in districts], dtype=object)
    own = [np.flatnonzero(places.district == d) for d in districts]
    village = np.array([rows[int(choose(rng, np.where(places.community[rows], 0.3, 1.0), 1)[0])] for rows in own])
    return Intakes(districts, body, np.round(places.inside(village, rng), 7))


def intake_table(intakes: Intakes, permits: Permits) -> pd.DataFrame:
    """The import table of ``surface_intake``."""
    names = reference.names()
    districts, bodies = intakes.district, intakes.body
    serial = numbered(np.array([f"{d}{b}" for d, b in zip(districts, bodies, strict=True)]))
    return pd.DataFrame(
        {
            "code": [f"SI{n:04d}" for n in range(1, len(districts) + 1)],
            "name": [f"{b}{names[d]}取水口{n:02d}" for b, d, n in zip(bodies, districts, serial, strict=True)],
            "water_body": bodies,
            "region": districts,
            "permits": permits.code[permits.of_intake],
            "position_quality": "synthetic",
            "geometry": points(intakes.lonlat),
        }
    )
