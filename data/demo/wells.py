"""取: 60,000 wells with the annex's shares of metering and its known faults; everything but the counts is synthetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.vocab import WELL_USE

from . import reference
from .amounts import draw_exactly, share_out
from .places import Places, numbered
from .seeding import choose, generator

WELLS, METERED, BY_ELECTRICITY = 60_000, 32_949, 2_780  # printed
# Printed: 19,495 wells of self-supply other than farm wells, about 1,300 heat pumps, about 400 of special trades.
# The rest of the split is an assumption: 1,505 monitoring wells and 39,000 farm wells make up the 60,000.
BY_USE = {
    "supply": 14_675,
    "irrigation": 39_000,
    "greening": 3_000,
    "monitoring": 1_505,
    "heat_pump": 1_300,
    "mineral": 120,
    "geothermal": 400,
}
# Chance of a meter, relative; irrigation wells are the ones measured by electricity.
_METER_WEIGHT = {
    "supply": 8.0,
    "irrigation": 1.0,
    "greening": 3.0,
    "monitoring": 0.1,
    "heat_pump": 20.0,
    "mineral": 20.0,
    "geothermal": 20.0,
}
_DEPTH_M = {
    "supply": 150.0,
    "irrigation": 80.0,
    "greening": 90.0,
    "monitoring": 120.0,
    "heat_pump": 100.0,
    "mineral": 260.0,
    "geothermal": 2600.0,
}
# Known faults (annex 3.1.1.1); the annex gives no shares for them, these are ours.
WITHOUT_POSITION, OUTSIDE_DISTRICT, OUTSIDE_CITY = 300, 660, 60
WITHOUT_DEPTH, WITHOUT_YEAR = 0.08, 0.09
SELF_WELL_SHARE = 0.6  # of the weight of a district; the rest goes by its village committees, as farm wells do


@dataclass(frozen=True)
class Wells:
    """Parallel arrays, in the order of the codes (by district, then by village)."""

    code: np.ndarray
    name: np.ndarray
    use: np.ndarray
    metering: np.ndarray
    depth_m: np.ndarray  # NaN: unknown
    year_built: np.ndarray  # 0: unknown
    status: np.ndarray
    district: np.ndarray
    village: np.ndarray
    lonlat: np.ndarray  # NaN: no position

    def __len__(self) -> int:
        return len(self.code)


def wells_by_district(places: Places) -> dict[str, int]:
    """District → wells: by the printed self-well plan and by the number of village committees."""
    plan = reference.count_by_district("planned_use_by_district", "region_self_well")
    districts = sorted(reference.district_shapes())
    self_well = np.array([plan[d] for d in districts], dtype=float)
    rural = np.array([(~places.community & (places.district == d)).sum() for d in districts], dtype=float)
    weight = SELF_WELL_SHARE * self_well / self_well.sum() + (1 - SELF_WELL_SHARE) * rural / rural.sum()
    return dict(zip(districts, (int(n) for n in share_out(WELLS, weight)), strict=True))


def make_wells(places: Places) -> Wells:
    """Place all wells, then hand out uses, metering and faults by exact counts."""
    village = []
    for district, count in wells_by_district(places).items():
        rng = generator("wells", district)
        own = np.flatnonzero(places.district == district)
        weight = np.where(places.community[own], 0.12, 1.0) * rng.lognormal(0.0, 0.4, len(own))
        village.append(np.sort(own[choose(rng, weight, count)]))
    at = np.concatenate(village)
    use = _uses(places, at)
    metering = _metering(use)
    rng = generator("well attributes")
    depth = np.round(np.vectorize(_DEPTH_M.get)(use) * rng.lognormal(0.0, 0.35, WELLS), 1)
    year = np.clip(np.round(rng.triangular(1962, 1995, 2020, WELLS)), 1962, 2019).astype(np.int64)
    depth[rng.random(WELLS) < WITHOUT_DEPTH] = np.nan
    year[rng.random(WELLS) < WITHOUT_YEAR] = 0
    status = np.array(["in_service", "standby", "stopped"], dtype=object)[
        choose(rng, np.array([0.88, 0.05, 0.07]), WELLS)
    ]
    district = places.district[at]
    serial, in_village = numbered(district), numbered(at)
    zh = {term.code: term.zh.removesuffix("井") + "井" for term in WELL_USE}
    return Wells(
        code=np.array([f"W{d}{n:05d}" for d, n in zip(district, serial, strict=True)], dtype=object),
        name=np.array(
            [f"{places.short[v]}{zh[u]}{n:02d}" for v, u, n in zip(at, use, in_village, strict=True)], dtype=object
        ),
        use=use,
        metering=metering,
        depth_m=depth,
        year_built=year,
        status=status,
        district=district,
        village=at,
        lonlat=_positions(places, at),
    )


def _uses(places: Places, at: np.ndarray) -> np.ndarray:
    """Farm wells outside the built-up districts; the other uses by chance, all counts exact."""
    rng = generator("well uses")
    farm = np.where(np.isin(places.district[at], ("110101", "110102", "110107")), 0.0, 1.0)
    farm = np.where(np.isin(places.district[at], ("110105", "110106", "110108")), 0.15, farm)
    farm = farm * np.where(places.community[at], 0.2, 1.0)
    use = np.full(WELLS, "", dtype=object)
    use[draw_exactly(rng, farm, BY_USE["irrigation"])] = "irrigation"
    others = np.repeat([u for u in BY_USE if u != "irrigation"], [n for u, n in BY_USE.items() if u != "irrigation"])
    use[use == ""] = rng.permutation(others)
    return use


def _metering(use: np.ndarray) -> np.ndarray:
    rng = generator("well metering")
    metering = np.full(WELLS, "none", dtype=object)
    electric = draw_exactly(rng, (use == "irrigation").astype(float), BY_ELECTRICITY)
    metering[electric] = "electricity"
    weight = np.vectorize(_METER_WEIGHT.get)(use)
    weight[electric] = 0.0
    metering[draw_exactly(rng, weight, METERED - BY_ELECTRICITY)] = "water_meter"
    return metering


def _positions(places: Places, at: np.ndarray) -> np.ndarray:
    """A point in the village, except for the faulty ones: another district, outside the city, none at all."""
    rng = generator("well points")
    lonlat = places.settled(at, rng, clustered=0.25)
    order = rng.permutation(WELLS)
    astray, abroad, lost = np.split(
        order[: OUTSIDE_DISTRICT + OUTSIDE_CITY + WITHOUT_POSITION],
        [OUTSIDE_DISTRICT, OUTSIDE_DISTRICT + OUTSIDE_CITY],
    )
    lonlat[astray] = np.round(places.inside(places.next_district()[at[astray]], rng), 7)
    lonlat[abroad] = places.outside_city(len(abroad), rng)
    lonlat[lost] = np.nan
    return lonlat
