"""Where each month's litres are measured: one row per place, source and purpose, the same in every month.

Meters; natural villages (village supply, by purpose); township plants (by purpose); townships (residents of the
group's tap water); the districts' own plants (residents of district tap water).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.vocab import PURPOSE

from . import profiles, reference
from .meters import Meters
from .places import Places
from .seeding import generator
from .users import ENVIRONMENTAL, Users

OF_RIVERS = ("reclaimed", "surface_water")  # sources that replenish rivers: through outlets of one size, more or less
RESIDENT_TOWNSHIPS = 233  # printed: 居民用水数据 233 条


@dataclass(frozen=True)
class UsagePlaces:
    """Parallel arrays, one entry a record and month. ``source`` slug; ``purpose`` index (id − 1); ``weight`` relative
    within source and purpose."""

    kind: np.ndarray  # "meter", "facility" or "region"
    code: np.ndarray
    source: np.ndarray
    purpose: np.ndarray
    weight: np.ndarray

    def __len__(self) -> int:
        return len(self.code)


def natural_villages(places: Places) -> np.ndarray:
    """The 3,316 villages with village supply, by printed district: villages first, then communities (indices)."""
    found = []
    printed = reference.count_by_district("users_by_district_and_source", "natural_villages")
    for district, count in sorted(printed.items()):
        rng = generator("natural villages", district)
        own = places.of_zone(district)
        order = np.concatenate(
            [rng.permutation(own[~places.community[own]]), rng.permutation(own[places.community[own]])]
        )
        found.append(np.sort(order[:count]))
    return np.concatenate(found)


def resident_townships(places: Places) -> tuple[np.ndarray, np.ndarray]:
    """The 233 townships with residents on the group's tap water, and the weight of each (its communities)."""
    printed = reference.count_by_district("users_by_district_and_source", "group_tap_users")
    served = {zone for zone, users in printed.items() if users}
    rows = np.isin(places.zone, list(served))
    count = pd.Series(places.community[rows].astype(int)).groupby(places.township[rows]).sum()
    central = np.isin([code[:6] for code in count.index], reference.CENTRAL)
    order = np.lexsort((count.index, -count.to_numpy(), ~central))[:RESIDENT_TOWNSHIPS]
    codes = np.sort(count.index.to_numpy(dtype=str)[order])
    people = np.maximum(count.loc[codes].to_numpy(), 0.5) ** 0.9
    return codes, people * generator("residents").lognormal(0.0, 0.25, len(codes))


def _zone_weights(places: Places, users: Users, meters: Meters) -> np.ndarray:
    """Weight of each meter: heavy-tailed, then scaled so that each zone gets its planned share of every purpose."""
    zone, source = users.zone[meters.user], meters.source
    weight = np.empty(len(meters))
    for name, sigma in profiles.WEIGHT_SIGMA.items():
        rows = source == name
        spread = np.where((meters.purpose[rows] == ENVIRONMENTAL) & (name in OF_RIVERS), profiles.OUTLET_SIGMA, sigma)
        weight[rows] = np.exp(generator("weights", name).normal(0.0, spread))
    tap = reference.count_by_district("planned_use_by_district", "region_tap_sales")
    well = reference.count_by_district("planned_use_by_district", "region_self_well")
    group = reference.count_by_district("users_by_district_and_source", "group_tap_users")
    district = reference.count_by_district("users_by_district_and_source", "district_tap_users")
    users_of_zone = {zone: group[zone] + district[zone] for zone in group}
    target = {
        "group_tap": {z: tap[z] * group[z] / max(1, users_of_zone[z]) for z in group},
        "district_tap": {z: tap[z] * district[z] / max(1, users_of_zone[z]) for z in group},
        "self_built_well": {z: max(1, well[z]) for z in group},
        "reclaimed": profiles.RECLAIMED_ZONES,
    }
    # Scaled within each source, zone and purpose; a source without a target keeps the drawn weights.
    cells = pd.DataFrame({"source": source, "zone": zone, "purpose": meters.purpose, "weight": weight})
    total = cells.groupby(["source", "zone", "purpose"]).weight.transform("sum").to_numpy()
    goal = pd.Series({(name, code): float(n) for name, zones in target.items() for code, n in zones.items()})
    wanted = goal.reindex(pd.MultiIndex.from_arrays([source, zone])).to_numpy()
    return np.where(np.isnan(wanted), weight, weight * wanted / total)


def make_usage_places(places: Places, users: Users, meters: Meters, facilities: pd.DataFrame) -> UsagePlaces:
    """Every place of measurement with its weight."""
    purposes = np.arange(len(PURPOSE))
    parts = [("meter", meters.code, meters.source, meters.purpose, _zone_weights(places, users, meters))]

    def each_purpose(kind: str, codes: np.ndarray, source: str, base: np.ndarray) -> None:
        spread = generator("purposes", source).lognormal(
            0.0, profiles.WEIGHT_SIGMA[source], (len(codes), len(purposes))
        )
        parts.append(
            (
                kind,
                np.repeat(codes, len(purposes)),
                np.full(len(codes) * len(purposes), source, dtype=object),
                np.tile(purposes, len(codes)),
                (spread * base[:, None]).ravel(),
            )
        )

    villages = natural_villages(places)
    area = reference.area_m2(places.shapes[villages])
    each_purpose("region", places.codes[villages], "village_supply", area**0.25)
    plants = facilities[facilities.kind == "township_plant"]
    working = np.where(plants.status == "in_service", plants.capacity_m3_d, 0).astype(float)
    each_purpose("facility", plants.code.to_numpy(dtype=str), "township_supply", working)

    towns, people = resident_townships(places)
    parts.append(_residents("region", towns, "group_tap", people))
    own = facilities[(facilities.kind == "urban_plant") & (facilities.managed_by == "district")]
    working = np.where(own.status == "in_service", own.capacity_m3_d, 0).astype(float)
    parts.append(_residents("facility", own.code.to_numpy(dtype=str), "district_tap", working))
    kind = np.repeat([part[0] for part in parts], [len(part[1]) for part in parts])
    columns = [np.concatenate([np.asarray(part[k], dtype=t) for part in parts]) for k, t in ((1, object), (2, object))]
    numbers = [np.concatenate([part[k] for part in parts]) for k in (3, 4)]
    return UsagePlaces(kind, *columns, *numbers)


def _residents(kind: str, codes: np.ndarray, source: str, weight: np.ndarray) -> tuple:
    zero = np.zeros(len(codes), dtype=np.int64)
    return kind, codes, np.full(len(codes), source, dtype=object), zero, weight
