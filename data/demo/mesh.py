"""A fine mesh of faces over the city that follows the district boundaries exactly.

Every face lies in one district and knows its neighbours. Faces are joined into villages, villages into
townships: because all of them are made of the same faces, every vertex of an edge is there on both of its sides,
so areas add up in any projection that moves the vertices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.spatial import Voronoi

from . import reference
from .seeds import FLAT

GRID_DEG = 1e-9  # about 0.1 mm: coordinates of the mesh are multiples of it, district vertices (1e-6) stay as given


@dataclass(frozen=True)
class Mesh:
    """Faces (EPSG:4490), their district (index into ``districts``), and which faces share how much of an edge."""

    faces: np.ndarray
    district: np.ndarray
    districts: tuple[str, ...]
    area: np.ndarray
    middle: np.ndarray  # (n, 2) a point in each face, flat frame
    side_a: np.ndarray  # pairs of neighbouring faces of one district, and the length of their common edge in degrees
    side_b: np.ndarray
    side_length: np.ndarray


def make_mesh(points_flat: np.ndarray) -> Mesh:
    """Cut the city into the Voronoi cells of ``points_flat`` (n, 2), each cell cut again at district boundaries."""
    edges = _cell_edges(points_flat)
    edges = edges[shapely.length(edges) > 0]
    shapes = reference.district_shapes()
    borders = [shape.boundary for shape in shapes.values()]
    # Only what meets a district boundary has to be noded with it; the cells' own edges meet at their ends already.
    near = np.zeros(len(edges), dtype=bool)
    near[shapely.STRtree(edges).query(_segments(borders), predicate="dwithin", distance=10 * GRID_DEG)[1]] = True
    noded = shapely.union_all([*edges[near], *borders], grid_size=GRID_DEG)
    faces = shapely.get_parts(shapely.polygonize([*edges[~near], *shapely.get_parts(noded)]))
    inside = shapely.point_on_surface(faces)
    face, district = shapely.STRtree(inside).query(list(shapes.values()), predicate="contains")[::-1]
    order = np.argsort(face)
    faces, district = faces[face[order]], district[order]
    middle = shapely.get_coordinates(inside[face[order]]) * (FLAT, 1.0)
    return Mesh(faces, district, tuple(shapes), np.asarray(shapely.area(faces)), middle, *_sides(faces, district))


def _segments(lines: list[shapely.Geometry]) -> np.ndarray:
    """Lines as single segments: their small boxes make the search quick."""
    xy, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    run = owner[1:] == owner[:-1]
    return shapely.linestrings(np.stack([xy[:-1][run], xy[1:][run]], axis=1))


def _cell_edges(points_flat: np.ndarray) -> np.ndarray:
    """Edges of the Voronoi cells as lines in EPSG:4490 on the grid (Qhull: a fifth of the memory GEOS takes for it)."""
    angle = np.arange(48) * (2 * np.pi / 48)
    frame = points_flat.mean(axis=0) + 4.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    cells = Voronoi(np.concatenate([points_flat, frame]))  # the frame keeps every open edge far outside the city
    ends = np.asarray(cells.ridge_vertices)
    ends = ends[(ends >= 0).all(axis=1)]
    corners = np.round(cells.vertices / (FLAT, 1.0), 9)
    return shapely.linestrings(corners[ends])


def _sides(faces: np.ndarray, district: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of faces of the same district with a common edge: (a, b, length), each pair once."""
    xy, owner = shapely.get_coordinates(shapely.boundary(faces), return_index=True)
    grid = np.rint(xy / GRID_DEG).astype(np.int64)
    run = owner[1:] == owner[:-1]  # faces are simply connected: one ring each
    start, end, face = grid[:-1][run], grid[1:][run], owner[:-1][run]
    length = np.hypot(*(xy[1:] - xy[:-1])[run].T)
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low, high = np.where(swap[:, None], end, start), np.where(swap[:, None], start, end)
    order = np.lexsort((face, high[:, 1], high[:, 0], low[:, 1], low[:, 0]))
    low, high, face, length = low[order], high[order], face[order], length[order]
    twin = (low[1:] == low[:-1]).all(axis=1) & (high[1:] == high[:-1]).all(axis=1)
    a, b, common = face[:-1][twin], face[1:][twin], length[:-1][twin]
    same = district[a] == district[b]
    return a[same], b[same], common[same]


def components(count: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Label of the connected component of each of ``count`` nodes: the lowest node of the component."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[a], label[b])
        before = label.copy()
        np.minimum.at(label, label[a], low)
        np.minimum.at(label, label[b], low)
        label = label[label]
        if np.array_equal(label, before):
            return label


def join_strays(mesh: Mesh, owner: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray:
    """Give each owner one connected piece: faces cut off from its largest piece go to the neighbour they share most with.

    ``owner`` (faces,) holds non-negative ids; with ``allowed`` (faces,) a face may only go to a neighbour whose
    ``allowed`` value is its own.
    """
    owner = owner.copy()
    for _ in range(50):
        a, b, length = mesh.side_a, mesh.side_b, mesh.side_length
        own = owner[a] == owner[b]
        piece = components(len(owner), a[own], b[own])
        weight = np.bincount(piece, mesh.area, len(owner))
        order = np.lexsort((np.arange(len(owner)), -weight[piece], owner))
        first = order[np.r_[True, owner[order][1:] != owner[order][:-1]]]
        main = np.full(owner.max() + 1, -1)
        main[owner[first]] = piece[first]
        stray = piece != main[owner]
        give = np.concatenate([a, b])[(usable := _usable(stray, a, b, owner, allowed))]
        take = owner[np.concatenate([b, a])[usable]]
        if not len(give):
            return owner
        owner = _reassign(owner, piece, give, take, np.concatenate([length, length])[usable])
    return owner


def _usable(stray: np.ndarray, a: np.ndarray, b: np.ndarray, owner: np.ndarray, allowed: np.ndarray | None) -> Any:
    """Which of the sides (a→b, then b→a) lead from a stray face to a settled face of another owner."""
    giving, taking = np.concatenate([a, b]), np.concatenate([b, a])
    usable = stray[giving] & ~stray[taking] & (owner[giving] != owner[taking])
    return usable if allowed is None else usable & (allowed[giving] == allowed[taking])


def _reassign(
    owner: np.ndarray, piece: np.ndarray, give: np.ndarray, take: np.ndarray, length: np.ndarray
) -> np.ndarray:
    """Hand each stray piece as a whole to the owner it shares the longest edge with."""
    key = piece[give].astype(np.int64) * (owner.max() + 1) + take
    pairs, which = np.unique(key, return_inverse=True)
    total = np.bincount(which, length)
    order = np.lexsort((pairs, -total, pairs // (owner.max() + 1)))
    stray = pairs[order] // (owner.max() + 1)
    first = order[np.r_[True, stray[1:] != stray[:-1]]]
    target = np.arange(len(owner))
    target[:] = -1
    target[pairs[first] // (owner.max() + 1)] = pairs[first] % (owner.max() + 1)
    return np.where(target[piece] >= 0, target[piece], owner)
