"""取: 11,986 permits, their holders, and the links permit–well–user that make 证–井–户."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import reference
from .amounts import share_out, top
from .intakes import Intakes
from .places import numbered
from .seeding import generator
from .users import Users
from .wells import Wells
from .writing import points

PERMITS, MATCHED = 11_986, 1_769  # printed: permits in the register, and those matched to a user automatically
WELLS_WITH_PERMIT = 0.70  # an assumption: the annex says "部分机井无取水许可证"
PERMITS_PER_HOLDER = 1.07
SELF_SUPPLY = ("supply", "greening", "heat_pump", "mineral", "geothermal")


@dataclass(frozen=True)
class Permits:
    """The register and its links. Index arrays; −1 stands for none."""

    code: np.ndarray
    district: np.ndarray
    of_well: np.ndarray  # (wells,) permit of each well
    of_intake: np.ndarray  # (intakes,) permit of each intake
    user: np.ndarray  # (permits,) the user it was matched to
    well_user: np.ndarray  # (wells,) the self-built user it belongs to


def make_permits(wells: Wells, intakes: Intakes, users: Users) -> Permits:
    """Hand out permits by district: one an intake, the others to the wells; then match the printed number to users."""
    rng = generator("permits")
    licensed = np.zeros(len(wells), dtype=bool)
    licensed[top(rng.random(len(wells)) - 2.0 * (wells.use == "monitoring"), round(WELLS_WITH_PERMIT * len(wells)))] = (
        True
    )
    districts = np.unique(wells.district)
    share = share_out(
        PERMITS - len(intakes.district), np.array([(licensed & (wells.district == d)).sum() for d in districts])
    )
    farm = wells.use == "irrigation"
    of_well, of_intake = np.full(len(wells), -1), np.full(len(intakes.district), -1)
    owner_district: list[np.ndarray] = []
    self_supply = np.zeros(PERMITS, dtype=bool)
    start = 0
    for district, count in zip(districts, share, strict=True):
        own_intakes = np.flatnonzero(intakes.district == district)
        of_intake[own_intakes] = start + np.arange(len(own_intakes))
        start += len(own_intakes)
        own = np.flatnonzero(licensed & (wells.district == district))
        own = own[np.lexsort((wells.village[own], farm[own]))]  # wells of one permit are alike and near each other
        of_well[own] = start + np.arange(len(own)) * int(count) // max(1, len(own))
        self_supply[np.unique(of_well[own[~farm[own]]])] = True
        owner_district.append(np.full(len(own_intakes) + int(count), district, dtype=object))
        start += int(count)
    district_of = np.concatenate(owner_district)
    serial = numbered(district_of.astype(str))
    code = np.array([f"P{d}{n:05d}" for d, n in zip(district_of, serial, strict=True)], dtype=object)
    user = _match(users, district_of, self_supply)
    return Permits(code, district_of, of_well, of_intake, user, _users_of_wells(wells, users, of_well, user))


def _match(users: Users, district_of: np.ndarray, self_supply: np.ndarray) -> np.ndarray:
    """1,769 permits of self-supply wells, each matched to a self-built user of its own."""
    rng = generator("permit matches")
    matched = np.full(PERMITS, -1)
    districts = np.unique(district_of)
    own_users = {d: users.rows("self_built_well")[users.zone[users.rows("self_built_well")] == d] for d in districts}
    free = {d: np.flatnonzero((district_of == d) & self_supply) for d in districts}
    room = np.array([min(len(own_users[d]), len(free[d])) for d in districts])
    for district, count in zip(districts, share_out(MATCHED, room), strict=True):
        people = np.sort(rng.permutation(own_users[district])[:count])
        matched[np.sort(rng.permutation(free[district])[:count])] = people
    return matched


def _users_of_wells(wells: Wells, users: Users, of_well: np.ndarray, user: np.ndarray) -> np.ndarray:
    """A matched permit's wells belong to its user; other self-supply wells go to the other users, in village order."""
    belongs = np.where(of_well >= 0, user[of_well], -1)
    people = users.rows("self_built_well")
    idle = np.setdiff1d(people, belongs)
    loose = (belongs < 0) & np.isin(wells.use, SELF_SUPPLY) & (generator("loose wells").random(len(wells)) < 0.8)
    for district in np.unique(wells.district):
        own = np.flatnonzero(loose & (wells.district == district))
        here = idle[users.zone[idle] == district]
        if len(own) and len(here):
            kept = own[: 6 * len(here)]
            belongs[kept] = here[np.arange(len(kept)) * len(here) // len(kept)]
    return belongs


def permit_table(permits: Permits, wells: Wells, users: Users) -> pd.DataFrame:
    """The import table of ``permit``; volumes, dates and holders' names are synthetic."""
    rng = generator("permit attributes")
    serial = numbered(permits.district.astype(str))
    holder_no = ((serial - 1) / PERMITS_PER_HOLDER).astype(int) + 1
    holder_code = np.array([f"H{d}{n:05d}" for d, n in zip(permits.district, holder_no, strict=True)], dtype=object)
    names = reference.names()
    holder = np.array(
        [f"{names[d]}取水户{n:05d}" for d, n in zip(permits.district, holder_no, strict=True)], dtype=object
    )
    matched = permits.user >= 0
    holder_code[matched] = "H" + users.code[permits.user[matched]]
    holder[matched] = users.name[permits.user[matched]]
    sizes = np.bincount(permits.of_well[permits.of_well >= 0], minlength=PERMITS)
    amount = np.round(np.maximum(1, sizes) * 12_000 * rng.lognormal(0.0, 0.9, PERMITS), -2).clip(100).astype(np.int64)
    start = rng.integers(2012, 2020, PERMITS)
    month = rng.integers(1, 13, PERMITS)
    return pd.DataFrame(
        {
            "code": permits.code,
            "holder_code": holder_code,
            "holder_name": holder,
            "permitted_m3_per_year": amount,
            "valid_from": [f"{y}-{m:02d}-01" for y, m in zip(start, month, strict=True)],
            "valid_to": [f"{y + 5}-{m:02d}-01" for y, m in zip(start, month, strict=True)],
            "region": permits.district,
        }
    )


def well_table(wells: Wells, permits: Permits) -> pd.DataFrame:
    """The import table of ``well``."""
    known = ~np.isnan(wells.lonlat[:, 0])
    year = pd.array(wells.year_built, dtype="Int64")
    year[wells.year_built == 0] = pd.NA
    return pd.DataFrame(
        {
            "code": wells.code,
            "name": wells.name,
            "use": wells.use,
            "metering": wells.metering,
            "depth_m": wells.depth_m,
            "year_built": year,
            "status": wells.status,
            "region": wells.district,
            "permits": np.where(permits.of_well >= 0, permits.code[permits.of_well], ""),
            "position_quality": np.where(known, "synthetic", ""),
            "geometry": points(wells.lonlat),
        }
    )
