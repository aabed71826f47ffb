"""Where villages lie: seed points by township, communities close around the seat, villages spread over the land.

All points are in the "flat" frame (lon × cos 40.1°, lat), so that distances are about equal in both directions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from . import reference
from .seeding import choose, generator

FLAT = math.cos(math.radians(40.1))
LLOYD_ROUNDS = 3
CLOUD_PER_VILLAGE = 50
NEAR_POINTS, WIDE_POINTS = 5, 9  # mesh points close to a village's seed, and over the township per village


def flatten(shape: shapely.Geometry) -> shapely.Geometry:
    """Degrees → flat frame."""
    return shapely.transform(shape, lambda xy: xy * (FLAT, 1.0))


def points_in(shape: shapely.Geometry, count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` points uniform over a polygon, (count, 2), by its triangles."""
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(shape))
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    pick = corners[choose(rng, shapely.area(triangles), count)]
    a, b = rng.random((2, count, 1))
    fold = a + b > 1
    a, b = np.where(fold, 1 - a, a), np.where(fold, 1 - b, b)
    return pick[:, 0] + a * (pick[:, 1] - pick[:, 0]) + b * (pick[:, 2] - pick[:, 0])


def nearest(seeds: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Index of the seed nearest to each point."""
    return np.asarray(cKDTree(seeds).query(points)[1], dtype=np.int64)


@dataclass(frozen=True)
class Seeds:
    """Village seeds and the finer mesh points around them; ``village`` and ``mesh`` are (n, 2) in the flat frame."""

    codes: np.ndarray  # 12-digit codes, sorted
    village: np.ndarray
    mesh: np.ndarray
    township_cells: dict[str, shapely.Geometry]  # first, straight-edged guess of each township


def township_cells() -> dict[str, shapely.Geometry]:
    """Each township's Voronoi cell around its seat, cut to its district (flat frame)."""
    seats = reference.seats()
    cells: dict[str, shapely.Geometry] = {}
    for code, shape in reference.district_shapes().items():
        parts = sorted(shapely.get_parts(flatten(shape)), key=lambda part: -part.area)
        inside = [t for t in seats if t.startswith(code) and t != reference.AIRPORT_STREET]
        points = np.array([_pull_inside(parts[0], seats[t]) for t in inside])
        polygons = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=parts[0]))
        holder = shapely.STRtree(polygons).query(shapely.points(points), predicate="within")
        for seat, cell in zip(*holder, strict=True):
            cells[inside[seat]] = shapely.intersection(polygons[cell], parts[0])
        if len(parts) > 1:
            cells[reference.AIRPORT_STREET] = parts[1]
    return cells


def _pull_inside(district: shapely.Geometry, seat: tuple[float, float]) -> tuple[float, float]:
    """A hand-set seat that fell outside its district is moved a little way in."""
    point = shapely.Point(seat[0] * FLAT, seat[1])
    if not district.contains(point):
        inner = district.buffer(-0.004)
        point = shapely.shortest_line(inner, point).coords[0]
        return float(point[0]), float(point[1])
    return point.x, point.y


def village_seeds(cell: shapely.Geometry, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One seed a village: communities (last three digits below 200) near the middle, villages over the whole cell."""
    cloud = points_in(cell, CLOUD_PER_VILLAGE * len(codes), rng)
    centre = cloud.mean(axis=0)
    town = np.char.str_len(codes) == 12
    town &= np.array([int(code[-3:]) < 200 for code in codes])
    reach = math.sqrt(cell.area / math.pi)
    pull = np.exp(-((np.hypot(*(cloud - centre).T) / (0.45 * reach)) ** 2)) + 0.04
    mixed = town.any() and not town.all()
    keys = np.log(np.maximum(rng.random((2, len(cloud))), 1e-12)) / np.stack([pull, np.ones(len(cloud))])
    order = np.argsort(-keys, axis=1)
    seeds = np.empty((len(codes), 2))
    taken = order[0][: town.sum()] if mixed else order[1][: town.sum()]
    rest = order[1][~np.isin(order[1], taken)]
    seeds[town], seeds[~town] = cloud[taken], cloud[rest[: (~town).sum()]]
    damp = np.where(town & mixed, 0.25, 0.9)[:, None]
    for _ in range(LLOYD_ROUNDS):
        owner = nearest(seeds, cloud)
        size = np.bincount(owner, minlength=len(codes))[:, None]
        mean = np.stack([np.bincount(owner, cloud[:, k], len(codes)) for k in (0, 1)], axis=1) / np.maximum(size, 1)
        seeds = np.where(size > 0, seeds + damp * (mean - seeds), seeds)
    # A mean may leave a cell that is not convex (a bay of the district): go to the nearest point of the cloud.
    return cloud[nearest(cloud, seeds)] if not shapely.contains_xy(cell, seeds).all() else seeds


def make_seeds() -> Seeds:
    """Seeds of all villages, and about fifteen mesh points for each, whose cells will be joined into villages."""
    cells = township_cells()
    villages = reference.of_level("village")
    codes = villages.code.to_numpy(dtype=str)
    seeds, mesh = np.empty((len(codes), 2)), []
    for township, rows in villages.groupby("parent_code").indices.items():
        rng = generator("seeds", township)
        seeds[rows] = own = village_seeds(cells[township], codes[rows], rng)
        mesh.append(points_in(cells[township], WIDE_POINTS * len(rows), rng))
        gap = _gap(own, math.sqrt(cells[township].area / math.pi))
        angle = rng.random((len(rows), NEAR_POINTS)) * 2 * math.pi
        far = np.sqrt(0.05 + 0.95 * rng.random((len(rows), NEAR_POINTS))) * 0.9 * gap[:, None]
        near = own[:, None] + np.stack([np.cos(angle) * far, np.sin(angle) * far], axis=2)
        mesh.append(near.reshape(-1, 2))
    return Seeds(codes, seeds, np.concatenate([seeds, *mesh]), cells)


def _gap(seeds: np.ndarray, alone: float) -> np.ndarray:
    """Distance of each seed to its next neighbour (``alone`` where there is none)."""
    if len(seeds) < 2:
        return np.full(len(seeds), alone)
    apart = np.hypot(*(seeds[:, None] - seeds[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart.min(axis=1))
