"""Positions inside villages: where a thing of the demo city stands, given the village it belongs to."""

from __future__ import annotations

import re

import numpy as np
import shapely

from . import reference
from .boundaries import Boundaries
from .seeding import choose, generator

NEAR_KM, KM_PER_DEGREE = 2.0, 111.2
_SUFFIX = re.compile(r"(社区居民委员会|社区居委会|村民委员会|居民委员会|村委会|居委会|社区|委会|委员会)$")


def short_name(name: str) -> str:
    """A village's name without the words for its committee: 皮各庄二村村委会 → 皮各庄二村."""
    short = _SUFFIX.sub("", name)
    if "村" not in short and name.endswith(("村委会", "村民委员会")):
        short += "村"
    return short or name


class Places:
    """The 7,535 villages as arrays (sorted by code), with fast random points inside each."""

    def __init__(self, boundaries: Boundaries) -> None:
        self.codes = boundaries.village_codes
        self.shapes = boundaries.village
        self.homes = boundaries.village_seed
        self.township = np.array([code[:9] for code in self.codes])
        self.district = np.array([code[:6] for code in self.codes])
        bda = np.isin(self.township, reference.BDA_TOWNSHIPS)
        self.zone = np.where(bda, reference.BDA_UNIT, self.district)  # the unit that reports: 16 districts and 亦庄
        self.community = np.array([int(code[9:]) < 200 for code in self.codes])  # 居委会; from 200 on 村委会
        names = reference.names()
        self.short = np.array([short_name(names[code]) for code in self.codes], dtype=object)
        self.town_name = np.array([names[code] for code in self.township], dtype=object)
        self.district_name = np.array([names[code] for code in self.district], dtype=object)
        self.index = boundaries.village_index
        triangles, owner = shapely.get_parts(shapely.constrained_delaunay_triangles(self.shapes), return_index=True)
        self._corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
        self._steps = np.cumsum(shapely.area(triangles))
        ends = self._steps[np.searchsorted(owner, np.arange(len(self.codes)), side="right") - 1]
        self._start, self._end = np.r_[0.0, ends[:-1]], ends
        self._city = boundaries.city

    def inside(self, village: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A point uniform in each given village: (n, 2) longitude, latitude."""
        at = self._start[village] + rng.random(len(village)) * (self._end - self._start)[village]
        corner = self._corners[np.searchsorted(self._steps, at).clip(0, len(self._corners) - 1)]
        a, b = rng.random((2, len(village), 1))
        fold = a + b > 1
        a, b = np.where(fold, 1 - a, a), np.where(fold, 1 - b, b)
        return corner[:, 0] + a * (corner[:, 1] - corner[:, 0]) + b * (corner[:, 2] - corner[:, 0])

    def settled(self, village: np.ndarray, rng: np.random.Generator, clustered: float = 0.7) -> np.ndarray:
        """Points in the villages: a share close to the village's settlement, the others anywhere in it."""
        spread = self.inside(village, rng)
        pull = np.where(rng.random(len(village)) < clustered, rng.beta(1.5, 3.0, len(village)), 1.0)
        return self.towards(self.homes[village], spread, pull, village)

    def towards(self, centre: np.ndarray, spread: np.ndarray, pull: np.ndarray, village: np.ndarray) -> np.ndarray:
        """``spread`` drawn towards ``centre`` by ``pull`` (0 = at the centre), never leaving the village."""
        points = np.round(centre + (spread - centre) * pull[:, None], 7)
        left = ~shapely.contains_xy(self.shapes[village], points[:, 0], points[:, 1])
        points[left] = spread[left]
        return points

    def outside_city(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Points a few kilometres beyond the city's boundary: a fault that real registers have."""
        ring = shapely.difference(shapely.buffer(self._city.simplify(0.002), 0.06), shapely.buffer(self._city, 0.01))
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(ring))
        middle = shapely.get_coordinates(shapely.centroid(triangles))
        return np.round(middle[choose(rng, shapely.area(triangles), count)], 7)

    def of_zone(self, zone: str) -> np.ndarray:
        """Villages of a district (without 亦庄's townships) or of 亦庄, as indices."""
        return np.flatnonzero(self.zone == zone)

    def pick(
        self,
        zone: str,
        count: int,
        rng: np.random.Generator,
        community: float,
        village: float,
        works: np.ndarray | None = None,
    ) -> np.ndarray:
        """``count`` villages of a zone with repetition; communities and villages weigh as given, some are favoured.

        ``works``: (n, 2) longitude, latitude of works that are stood near: the nearer one of them, the likelier.
        """
        rows = self.of_zone(zone)
        weight = np.where(self.community[rows], community, village)
        weight = weight * generator("favour", zone).lognormal(0.0, 0.6, len(rows))
        if works is not None:
            away_km = _nearest_km(self.homes[rows], works)
            weight = weight * np.exp(-(away_km - away_km.min()) / NEAR_KM)
        return rows[choose(rng, weight, count)]

    def next_district(self) -> np.ndarray:
        """For each village, the nearest village of another district: where a misplaced point may fall."""
        found = np.empty(len(self.codes), dtype=np.int64)
        for district in np.unique(self.district):
            own, others = np.flatnonzero(self.district == district), np.flatnonzero(self.district != district)
            tree = shapely.STRtree(shapely.points(self.homes[others]))
            hit, other = tree.query_nearest(shapely.points(self.homes[own]), all_matches=False)
            found[own[hit]] = others[other]
        return found


def _nearest_km(points: np.ndarray, works: np.ndarray) -> np.ndarray:
    """How far each point is from the nearest of the works, as the crow flies; good enough for a city."""
    scale = np.array([np.cos(np.radians(points[:, 1].mean())), 1.0]) * KM_PER_DEGREE
    steps = (points[:, None, :] - works[None, :, :]) * scale
    return np.sqrt((steps**2).sum(axis=2)).min(axis=1)


def numbered(groups: np.ndarray) -> np.ndarray:
    """1, 2, 3… within each group, in the order given."""
    order = np.argsort(groups, kind="stable")
    ranked = groups[order]
    first = np.r_[True, ranked[1:] != ranked[:-1]]
    starts = np.maximum.accumulate(np.where(first, np.arange(len(groups)), 0))
    found = np.empty(len(groups), dtype=np.int64)
    found[order] = np.arange(len(groups)) - starts + 1
    return found
