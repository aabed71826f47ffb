"""排: the 135 sewage plants of the table's rows and the 1,152 village stations; names and positions are synthetic."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import shapely

from . import reference
from .amounts import share_out
from .places import Places
from .seeding import choose, generator
from .writing import points

BDA_LABEL = "经开区"


def whole_m3(cell: str) -> int:
    """×10⁴ m³ as printed → m³, exact."""
    amount = Decimal(cell) * 10_000
    if amount != amount.to_integral_value():
        raise ValueError(f"{cell} ×10⁴ m³ is not a whole number of m³")
    return int(amount)


def _rows(places: Places, label: str, district: str, rng: np.random.Generator, count: int, rural: bool) -> np.ndarray:
    """Villages the facilities of one printed row stand in."""
    if label == BDA_LABEL:
        own = np.flatnonzero(places.zone == reference.BDA_UNIT)
    elif district:
        own = places.of_zone(district)
    else:  # 排水集团, BOT: the central city
        own = np.flatnonzero(np.isin(places.zone, reference.CENTRAL))
    weight = np.where(places.community[own], 0.15 if rural else 1.0, 1.0)
    return own[choose(rng, weight, count)]


def make_sewage(places: Places) -> pd.DataFrame:
    """The import table of ``sewage_plant``: within each printed row the capacities add up to the row."""
    parts = [_urban(places), _village(places)]
    table = pd.concat(parts, ignore_index=True)
    lonlat = places.settled(table.pop("village").to_numpy(dtype=np.int64), generator("sewage points"), clustered=0.3)
    table["position_quality"] = "synthetic"
    table["geometry"] = points(lonlat)
    return table


def urban_positions(table: pd.DataFrame) -> np.ndarray:
    """Where the plants of towns stand, of the import table: (n, 2) longitude, latitude."""
    return shapely.get_coordinates(table.geometry[table.kind == "urban"].to_numpy())


def _urban(places: Places) -> pd.DataFrame:
    parts = []
    for row in reference.table("sewage_plants_by_manager").itertuples():
        label, count = row.manager_or_district, int(row.plants)
        rng = generator("sewage", label)
        region = reference.BDA_TOWNSHIPS[0] if label == BDA_LABEL else row.district_code
        parts.append(
            pd.DataFrame(
                {
                    "name": [f"{label}污水处理厂{n:02d}" for n in range(1, count + 1)],
                    "kind": "urban",
                    "operator": label,
                    "capacity_m3_d": share_out(whole_m3(row.capacity_10k_m3_per_day), rng.lognormal(0.0, 0.9, count)),
                    "region": region,
                    "village": _rows(places, label, row.district_code, rng, count, rural=False),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "code", [f"SP{n:03d}" for n in range(1, len(table) + 1)])
    return table


def _village(places: Places) -> pd.DataFrame:
    parts = []
    for row in reference.table("village_sewage_by_district").itertuples():
        count = int(row.stations)
        if not count:
            continue
        rng = generator("village sewage", row.district)
        village = np.sort(_rows(places, row.district, row.district_code, rng, count, rural=True))
        twin = pd.Series(village).groupby(village).cumcount().to_numpy() + 1
        parts.append(
            pd.DataFrame(
                {
                    "name": [
                        f"{places.short[v]}污水处理站{n if n > 1 else ''}" for v, n in zip(village, twin, strict=True)
                    ],
                    "kind": "village",
                    "operator": row.district,
                    "capacity_m3_d": share_out(whole_m3(row.capacity_10k_m3_per_day), rng.lognormal(0.0, 0.7, count)),
                    "region": row.district_code,
                    "village": village,
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "code", [f"VP{n:05d}" for n in range(1, len(table) + 1)])
    return table
