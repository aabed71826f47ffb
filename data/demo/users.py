"""用: water users as counted by district and source; names, industries and positions are synthetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.vocab import PURPOSE

from . import profiles, reference
from .places import Places, numbered
from .seeding import choose, generator

# Column of the printed table → source; and how much communities and villages attract such users.
USER_COLUMNS = (
    ("group_tap_users", "group_tap", 1.0, 0.12),
    ("district_tap_users", "district_tap", 1.0, 0.3),
    ("self_built_users", "self_built_well", 0.5, 1.0),
    ("surface_users", "surface_water", 0.25, 1.0),
    ("reclaimed_users", "reclaimed", 0.7, 1.0),
)

FEW, ENVIRONMENTAL = 5, PURPOSE.id_of("environmental") - 1

# GB/T 4754 divisions a user of a purpose plausibly has.
INDUSTRIES = {
    "residential": ("K70", "K70", "S96"),
    "public_service": ("P83", "Q84", "S92", "L72", "H61", "F52", "R87", "J66", "M74", "I65", "K70", "H62"),
    "industrial": ("C13", "C15", "C26", "C27", "C34", "C36", "C39", "D44", "B10", "C30"),
    "agricultural": ("A01", "A02", "A03", "A05"),
    "environmental": ("N77", "N78", "N76"),
    "construction": ("E47", "E48", "E50"),
    "special_trades": ("O80", "R89", "O81", "H61"),
}


@dataclass(frozen=True)
class Users:
    """94,600 users: parallel arrays. ``purpose`` is an index into ``PURPOSE`` (id − 1)."""

    code: np.ndarray
    name: np.ndarray
    source: np.ndarray
    zone: np.ndarray  # 16 districts and 亦庄 (110400)
    village: np.ndarray
    purpose: np.ndarray
    industry: np.ndarray
    lonlat: np.ndarray

    def rows(self, source: str) -> np.ndarray:
        """Users of one source, as indices."""
        return np.flatnonzero(self.source == source)


def printed_users() -> pd.DataFrame:
    """Users by zone and source: columns zone, source, users, community, village (weights of the two)."""
    parts = []
    for column, source, community, village in USER_COLUMNS:
        for zone, count in reference.count_by_district("users_by_district_and_source", column).items():
            parts.append((zone, source, count, community, village))
    return pd.DataFrame(parts, columns=["zone", "source", "users", "community", "village"])


def make_users(places: Places, works: Mapping[str, np.ndarray]) -> Users:
    """Place every printed user in a village of its district, favouring some villages over others.

    ``works``: of a source whose water comes from works of its own, where these are: (n, 2) longitude, latitude.
    """
    parts: list[dict[str, np.ndarray]] = []
    for row in printed_users().sort_values(["zone", "source"], kind="stable").itertuples():
        rng = generator("users", row.zone, row.source)
        count = int(row.users)
        village = np.sort(places.pick(row.zone, count, rng, row.community, row.village, works.get(row.source)))
        purpose = choose(rng, profiles.user_purposes(row.source), count)
        if row.source == "reclaimed" and count <= FEW:
            purpose[:] = ENVIRONMENTAL  # one "user" for a whole district is the replenishing of its rivers
        if row.source == "surface_water" and row.zone == "110119":
            purpose[:4] = 0  # a few surface users serve residents: the printed table has a figure for them
        parts.append(
            {
                "village": village,
                "purpose": purpose,
                "zone": np.full(count, row.zone, dtype=object),
                "source": np.full(count, row.source, dtype=object),
            }
        )
    village, purpose, zone, source = (
        np.concatenate([p[k] for p in parts]) for k in ("village", "purpose", "zone", "source")
    )
    serial = numbered(zone.astype(str))
    code = np.array([f"U{z}{n:06d}" for z, n in zip(zone, serial, strict=True)], dtype=object)
    town_serial = numbered(places.township[village])
    name = np.array(
        [
            f"{places.district_name[v]}{places.town_name[v]}用水户{n:05d}"
            for v, n in zip(village, town_serial, strict=True)
        ],
        dtype=object,
    )
    industry = np.empty(len(code), dtype=object)
    rng = generator("industry")
    draw = rng.random(len(code))
    for index, term in enumerate(PURPOSE):
        rows = purpose == index
        words = np.array(INDUSTRIES[term.code], dtype=object)
        industry[rows] = words[(draw[rows] * len(words)).astype(int)]
    lonlat = places.settled(village, generator("user points"))
    return Users(code, name, source, zone, village, purpose, industry, lonlat)
