"""供: the four kinds of supply facility under their printed names, districts and managers; positions are synthetic."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from . import reference
from .amounts import share_out
from .places import Places, numbered
from .seeding import choose, generator
from .writing import points

# Printed: 2,012.9 ×10⁴ m³/d in all, 926 of it by the city's plants, of which 427 by the 15 of the central city and 23 by
# the two of the sub-centre (通州). How the rest falls on the other kinds is an assumption (docs/data-note.md).
TOTAL_M3_D, URBAN_M3_D, CENTRAL_M3_D, TONGZHOU_M3_D = 20_129_000, 9_260_000, 4_270_000, 230_000
REST_BY_KIND = {"township_plant": 0.20, "village_station": 0.30, "self_built": 0.50}
SUBURBAN_OF_CITY = ("亦庄水厂", "良乡水厂")  # listed under 市区, but not among the fifteen of the central city

# The annex lists seventeen plants under "市区" without a district: the township each is put in is our reading of
# its name, or a plain spread over the central districts.
CITY_PLANTS = {
    "亦庄水厂": "110115403",
    "良乡水厂": "110111011",
    "第一水厂": "110101009",
    "第二水厂": "110101010",
    "309水厂": "110108019",
    "孙河水厂": "110105037",
    "郭公庄水厂": "110106018",
    "第五水厂": "110105011",
    "第八水厂": "110105032",
    "第九水厂": "110105025",
    "第四水厂": "110106008",
    "第七水厂": "110106015",
    "第三水厂": "110108006",
    "田村山水厂": "110108021",
    "第十水厂": "110105034",
    "丰台调蓄水厂": "110106009",
    "石景山水厂": "110107005",
}
_COMPANY = re.compile(r"公司|服务中心")
_RANK = re.compile(r"(街道|地区|满族乡|回族乡|镇|乡)$")
# Township plants whose names say their place in other words than the township's: our reading.
PLANT_TOWNSHIPS = {
    "永乐供水": "110112117",
    "马桥联村": "110112109",
    "金马驹": "110112109",
    "金桥科技": "110112109",
    "狼各庄": "110115005",
    "芦城": "110115005",
    "孙村": "110115005",
    "南各庄": "110115107",
    "榆垓": "110115107",
    "青云东方": "110115103",
    "未来科技城": "110114115",
    "高端制造业基地": "110111103",
}
COLUMNS = ["code", "name", "kind", "managed_by", "status", "capacity_m3_d", "region", "position_quality"]


def status_of(name: str) -> str:
    """What the printed name says in brackets: 停用, 备用; otherwise in service."""
    return "stopped" if "停用" in name else "standby" if "备用" in name else "in_service"


def township_in(places: Places, name: str, district: str, rng: np.random.Generator, town: bool) -> str:
    """The township a plant's name points to, by the name of a township or of a village of the district.

    A name that points to none gets one by chance: with communities for a town's plant, with villages otherwise.
    """
    own = np.flatnonzero(places.district == district)
    townships = pd.Series(places.town_name[own], index=places.township[own]).groupby(level=0).first()
    for word, code in PLANT_TOWNSHIPS.items():
        if word in name and code.startswith(district):
            return code
    words = [(word, code) for code, full in townships.items() for word in {full, _RANK.sub("", full)}]
    for word, code in sorted(words, key=lambda pair: (-len(pair[0]), pair)):
        if len(word) >= 2 and word in name:
            return code
    villages = {re.sub("村$", "", s): places.township[i] for s, i in zip(places.short[own], own, strict=True)}
    for word in sorted(villages, key=lambda w: (-len(w), w)):
        if len(word) >= 2 and word in name:
            return str(villages[word])
    fitting = own[places.community[own] == town]
    return str(rng.choice(np.unique(places.township[fitting])))


def urban_plants(places: Places) -> pd.DataFrame:
    rows = reference.table("urban_plants")
    rng = generator("urban")
    village, region = [], []
    for row in rows.itertuples():
        district = row.district_code
        if not district:
            region.append(CITY_PLANTS[row.name] if row.name == "亦庄水厂" else CITY_PLANTS[row.name][:6])
            own = np.flatnonzero(places.township == CITY_PLANTS[row.name])
        else:
            region.append(district)
            own = np.flatnonzero(places.township == township_in(places, row.name, district, rng, town=True))
        village.append(rng.choice(own))
    return pd.DataFrame(
        {
            "code": [f"UP{n:03d}" for n in range(1, len(rows) + 1)],
            "name": rows.name.to_numpy(),
            "kind": "urban_plant",
            "managed_by": rows.operator.to_numpy(),
            "status": rows.name.map(status_of).to_numpy(),
            "region": region,
            "village": village,
            "printed_city": (rows.district_code == "").to_numpy() & ~rows.name.isin(SUBURBAN_OF_CITY).to_numpy(),
        }
    )


def township_plants(places: Places) -> pd.DataFrame:
    rows = reference.table("township_plants")
    rng = generator("township plants")
    town = [township_in(places, row.name, row.district_code, rng, town=False) for row in rows.itertuples()]
    return pd.DataFrame(
        {
            "code": [f"TP{n:03d}" for n in range(1, len(rows) + 1)],
            "name": rows.name.to_numpy(),
            "kind": "township_plant",
            "managed_by": np.where(rows.name.map(lambda n: bool(_COMPANY.search(n))), "company", "township"),
            "status": rows.name.map(status_of).to_numpy(),
            "region": town,
            "village": [rng.choice(np.flatnonzero(places.township == code)) for code in town],
        }
    )


def village_stations(places: Places) -> pd.DataFrame:
    """As many as printed by district, named after real villages; a second station of a village is numbered."""
    village = []
    for district, count in reference.count_by_district("village_stations_by_district", "stations").items():
        rng = generator("stations", district)
        own = np.flatnonzero(places.district == district)
        order = np.concatenate(
            [rng.permutation(own[~places.community[own]]), rng.permutation(own[places.community[own]])]
        )
        rural = int((~places.community[own]).sum())
        again = order[:rural] if rural else order  # more stations than villages: villages get a second one first
        chosen = np.concatenate([again[:count], again[: max(0, count - len(again))]])
        village.append(np.sort(chosen, kind="stable"))
    rows = np.concatenate(village)
    serial = numbered(rows)
    many = np.bincount(rows, minlength=len(places.codes))[rows] > 1
    names = [
        f"{places.short[v]}供水站" if not m else f"{places.short[v]}第{'一二三四五'[n - 1]}供水站"
        for v, m, n in zip(rows, many, serial, strict=True)
    ]
    return pd.DataFrame(
        {
            "code": [f"VS{n:05d}" for n in range(1, len(rows) + 1)],
            "name": names,
            "kind": "village_station",
            "managed_by": "village",
            "status": "in_service",
            "region": places.codes[rows],
            "village": rows,
        }
    )


def self_built(places: Places) -> pd.DataFrame:
    """By the two managing columns of the table (230 + 246 = 476), whatever its row totals say."""
    parts = []
    rows = reference.table("self_built_by_district")
    for manager, column in (("district", "district_managed"), ("city", "city_managed")):
        for district, count in zip(rows.district_code, rows[column].astype(int), strict=True):
            rng = generator("self built", manager, district)
            own = np.flatnonzero(places.district == district)
            chosen = own[choose(rng, np.where(places.community[own], 1.0, 0.6), count)]
            parts.append(pd.DataFrame({"managed_by": manager, "region": district, "village": chosen}))
    table = pd.concat(parts, ignore_index=True).sort_values(["region", "managed_by"], kind="stable")
    names = reference.names()
    serial = numbered(table.region.to_numpy(dtype=str))
    table.insert(0, "code", [f"SB{n:04d}" for n in range(1, len(table) + 1)])
    table["name"] = [f"{names[d]}自建供水设施{n:03d}" for d, n in zip(table.region, serial, strict=True)]
    table["kind"], table["status"] = "self_built", "in_service"
    return table


def capacities(table: pd.DataFrame) -> np.ndarray:
    """Synthetic m³/d of each facility; the printed totals hold exactly."""
    weight = generator("capacity").lognormal(0.0, 0.8, len(table))
    kind = table.kind.to_numpy()
    central = table.printed_city.fillna(False).to_numpy(dtype=bool)
    sub_centre = (kind == "urban_plant") & (table.region == "110112").to_numpy()
    groups = [
        (central, CENTRAL_M3_D),
        (sub_centre, TONGZHOU_M3_D),
        ((kind == "urban_plant") & ~central & ~sub_centre, URBAN_M3_D - CENTRAL_M3_D - TONGZHOU_M3_D),
    ]
    rest = share_out(TOTAL_M3_D - URBAN_M3_D, np.array(list(REST_BY_KIND.values())))
    groups += [(kind == name, int(amount)) for name, amount in zip(REST_BY_KIND, rest, strict=True)]
    found = np.zeros(len(table), dtype=np.int64)
    for rows, amount in groups:
        found[rows] = share_out(amount, weight[rows])
    return found


def make_facilities(places: Places) -> pd.DataFrame:
    """All 3,923 facilities: the import columns, ``village`` (index) and ``lonlat`` for the parts made from them."""
    parts = [urban_plants(places), township_plants(places), village_stations(places), self_built(places)]
    table = pd.concat(parts, ignore_index=True)
    table["capacity_m3_d"] = capacities(table)
    table["position_quality"] = "synthetic"
    village = table.village.to_numpy(dtype=np.int64)
    lonlat = places.settled(village, generator("facility points"), clustered=0.8)
    table["geometry"] = points(lonlat)
    return table
