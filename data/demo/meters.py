"""用: the meters of the two systems and their links to users and wells (一表多户、多表一户、一户多址)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.vocab import PURPOSE

from . import profiles, reference
from .amounts import share_out
from .permits import Permits
from .places import Places
from .seeding import choose, generator
from .users import ENVIRONMENTAL, Users
from .volumes import volumes_by_purpose
from .wells import Wells
from .writing import points

CONSERVATION, GROUP = 155_686, 194_754  # printed
PER_USER = {"surface_water": 1, "reclaimed": 1, "self_built_well": 4, "district_tap": 5}
# Rivers are replenished at many outlets, each with a meter: what one gives in the month that gives the most, about.
OUTLET_L = 400_000_000
WITHOUT_POSITION, OUTSIDE_CITY = 0.01, 0.0005
ELSEWHERE, SHARED = 0.05, 0.02  # 一户多址: meters far from their user; 一表多户: meters with two or three users
# Districts whose register ties each self-built meter to one well ("部分区建立了水表、水井间一对一关系").
ONE_TO_ONE = ("110105", "110106", "110108", "110112", "110113", "110115", "110116")


@dataclass(frozen=True)
class Meters:
    """350,440 meters, in the order of the codes: parallel arrays of the first (or only) user's place and links."""

    code: np.ndarray
    system: np.ndarray
    source: np.ndarray
    purpose: np.ndarray  # index into PURPOSE (id − 1)
    user: np.ndarray
    village: np.ndarray
    lonlat: np.ndarray  # NaN: no position

    def __len__(self) -> int:
        return len(self.code)


def _outlets(users: Users, rows: np.ndarray) -> np.ndarray:
    """How many outlets each reclaimed user has beside its first: those that replenish rivers share their zone's water."""
    extra = np.zeros(len(rows), dtype=np.int64)
    year = volumes_by_purpose()["reclaimed", "environmental"]
    most = year * profiles.season("environmental").max() / sum(profiles.RECLAIMED_ZONES.values())
    for zone, part in profiles.RECLAIMED_ZONES.items():
        rivers = np.flatnonzero((users.zone[rows] == zone) & (users.purpose[rows] == ENVIRONMENTAL))
        if len(rivers):
            wanted = max(0, math.ceil(most * part / OUTLET_L) - len(rivers))
            extra[rivers] = share_out(wanted, np.ones(len(rivers)))
    return extra


def _users_of_meters(users: Users) -> tuple[np.ndarray, np.ndarray]:
    """(user of each meter, how many of them are of the conservation system); conservation meters come first."""
    rng = generator("meter users")
    parts = []
    for source, each in PER_USER.items():
        rows = users.rows(source)
        extra = share_out((each - 1) * len(rows), rng.lognormal(0.0, 0.8, len(rows)))
        if source == "reclaimed":
            extra += _outlets(users, rows)
        parts.append(np.repeat(rows, 1 + extra))
    tap = users.rows("group_tap")
    left = CONSERVATION - sum(len(part) for part in parts)
    parts.append(np.repeat(tap, share_out(left, rng.lognormal(0.0, 0.9, len(tap)))))
    own = share_out(GROUP - len(tap), rng.lognormal(0.0, 1.1, len(tap)))
    parts.append(np.repeat(tap, 1 + own))
    return np.concatenate(parts), np.array([CONSERVATION, GROUP])


def make_meters(places: Places, users: Users, works: Mapping[str, np.ndarray]) -> Meters:
    """Every meter stands near its user, but for further outlets into rivers, those elsewhere, without position, or outside the city.

    ``works``: as of `make_users`.
    """
    user, counts = _users_of_meters(users)
    rng = generator("meters")
    total = len(user)
    purpose = users.purpose[user].copy()
    source = users.source[user]
    for name in (*PER_USER, "group_tap"):
        if PER_USER.get(name) == 1:
            continue  # the only meter of a user says what the user does
        other = np.flatnonzero((source == name) & (rng.random(total) < 0.12))
        weights = profiles.user_purposes(name)
        purpose[other] = choose(generator("meter purpose", name), weights, len(other))
    village, lonlat = _positions(places, users, user, works, rng)
    serial = np.concatenate([np.arange(1, count + 1) for count in counts])
    prefix = np.repeat(["MC", "MG"], counts)
    return Meters(
        code=np.array([f"{p}{n:07d}" for p, n in zip(prefix, serial, strict=True)], dtype=object),
        system=np.repeat(np.array(["conservation", "group"], dtype=object), counts),
        source=source,
        purpose=purpose,
        user=user,
        village=village,
        lonlat=lonlat,
    )


def _positions(
    places: Places, users: Users, user: np.ndarray, works: Mapping[str, np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    village = users.village[user].copy()
    away = np.flatnonzero(rng.random(len(user)) < ELSEWHERE)
    for zone in np.unique(users.zone[user[away]]):
        rows = away[users.zone[user[away]] == zone]
        village[rows] = places.pick(str(zone), len(rows), generator("elsewhere", str(zone)), 1.0, 0.4)
    reclaimed = np.flatnonzero(users.source[user] == "reclaimed")
    outlets = reclaimed[1:][user[reclaimed[1:]] == user[reclaimed[:-1]]]  # a user's meters follow each other
    for zone in np.unique(users.zone[user[outlets]]):
        rows = outlets[users.zone[user[outlets]] == zone]
        own = generator("outlets", str(zone))
        village[rows] = places.pick(str(zone), len(rows), own, 0.7, 1.0, works["reclaimed"])
    spread = places.inside(village, rng)
    near = places.towards(users.lonlat[user], spread, rng.beta(1.0, 8.0, len(user)), village)
    moved = village != users.village[user]
    lonlat = np.where(moved[:, None], np.round(spread, 7), near)
    faulty = rng.permutation(len(user))
    abroad = round(OUTSIDE_CITY * len(user))
    lonlat[faulty[:abroad]] = places.outside_city(abroad, rng)
    lonlat[faulty[abroad : abroad + round(WITHOUT_POSITION * len(user))]] = np.nan
    return village, lonlat


def _joined_users(meters: Meters, users: Users) -> np.ndarray:
    """User codes of each meter, joined by ';': two in a hundred meters serve one or two neighbours as well."""
    found = users.code[meters.user]
    rng = generator("shared meters")
    shared = np.flatnonzero(rng.random(len(meters)) < SHARED)
    for step in (1, 2):
        more = shared if step == 1 else shared[rng.random(len(shared)) < 0.3]
        other = np.minimum(meters.user[more] + step, len(users.code) - 1)
        first = meters.user[more]
        same = (
            (users.zone[other] == users.zone[first]) & (users.source[other] == users.source[first]) & (other != first)
        )
        found[more[same]] = found[more[same]] + ";" + users.code[other[same]]
    return found


def _wells_of_meters(meters: Meters, users: Users, permits: Permits, wells: Wells) -> np.ndarray:
    """Well code of each self-built meter, where the district keeps that link: the n-th meter on the n-th well."""
    owned = np.flatnonzero((permits.well_user >= 0) & (wells.metering != "none"))
    owned = owned[np.argsort(permits.well_user[owned], kind="stable")]
    own_meters = np.flatnonzero((meters.source == "self_built_well") & np.isin(users.zone[meters.user], ONE_TO_ONE))
    well = pd.DataFrame({"user": permits.well_user[owned], "well": owned})
    well["n"] = well.groupby("user").cumcount()
    meter = pd.DataFrame({"user": meters.user[own_meters], "meter": own_meters})
    meter["n"] = meter.groupby("user").cumcount()
    pairs = meter.merge(well, on=["user", "n"])
    found = np.full(len(meters), "", dtype=object)
    found[pairs.meter.to_numpy()] = wells.code[pairs.well.to_numpy()]
    return found


def meter_table(meters: Meters, users: Users, permits: Permits, wells: Wells, places: Places) -> pd.DataFrame:
    """The import table of ``meter``. A meter without position is only known to be in its user's district."""
    known = ~np.isnan(meters.lonlat[:, 0])
    town = places.township[meters.village]
    coarse = np.where(np.isin(town, reference.BDA_TOWNSHIPS), town, places.district[meters.village])
    slugs = np.array([term.code for term in PURPOSE], dtype=object)
    return pd.DataFrame(
        {
            "code": meters.code,
            "system": meters.system,
            "source": meters.source,
            "purpose": slugs[meters.purpose],
            "region": np.where(known, town, coarse),
            "users": _joined_users(meters, users),
            "wells": _wells_of_meters(meters, users, permits, wells),
            "position_quality": np.where(known, "synthetic", ""),
            "geometry": points(meters.lonlat),
        }
    )


def user_table(users: Users, permits: Permits, wells: Wells, places: Places) -> pd.DataFrame:
    """The import table of ``water_user``."""
    permit_of = np.full(len(users.code), "", dtype=object)
    matched = np.flatnonzero(permits.user >= 0)
    permit_of[permits.user[matched]] = permits.code[matched]
    owned = (
        pd.Series(wells.code[permits.well_user >= 0]).groupby(permits.well_user[permits.well_user >= 0]).agg(";".join)
    )
    wells_of = np.full(len(users.code), "", dtype=object)
    wells_of[owned.index.to_numpy()] = owned.to_numpy()
    return pd.DataFrame(
        {
            "code": users.code,
            "name": users.name,
            "source": users.source,
            "industry": users.industry,
            "region": places.township[users.village],
            "permits": permit_of,
            "wells": wells_of,
            "position_quality": "synthetic",
            "geometry": points(users.lonlat),
        }
    )
