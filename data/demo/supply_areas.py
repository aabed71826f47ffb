"""Supply areas of every plant and station, put together from whole villages (synthetic, as the annex has none).

Areas of different kinds overlap, as they do in life: a village with its own station may also lie in a plant's area.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from . import reference
from .boundaries import as_multi
from .places import Places

_NEAR_PLANT_DEG = 0.05  # outside the central districts an urban plant reaches about 5 km


def make_supply_areas(places: Places, facilities: pd.DataFrame) -> pd.DataFrame:
    """One area for each urban plant, township plant and village station; none for self-built supplies."""
    urban = facilities[facilities.kind == "urban_plant"]
    township = facilities[facilities.kind == "township_plant"]
    station = facilities[facilities.kind == "village_station"]
    shapes = {**_urban(places, urban), **_township(places, township), **_stations(places, station)}
    rows = facilities[facilities.kind != "self_built"]
    return pd.DataFrame(
        {
            "code": ["SA-" + code for code in rows.code],
            "name": [name + "供水范围" for name in rows.name],
            "facility": rows.code.to_numpy(),
            "boundary_quality": "synthetic",
            "geometry": [as_multi(shapes[code]) for code in rows.code],
        }
    )


def _split(places: Places, villages: np.ndarray, plants: pd.DataFrame) -> dict[str, np.ndarray]:
    """Plant code → the villages nearer to it than to the others; a plant left without any keeps its own village."""
    at = shapely.get_coordinates(np.array(list(plants.geometry)))
    away = np.hypot(*(places.homes[villages][:, None] - at[None]).transpose(2, 0, 1))
    owner = away.argmin(axis=1)
    found = {}
    for i, (code, home) in enumerate(zip(plants.code, plants.village, strict=True)):
        own = villages[owner == i]
        found[code] = own if len(own) else np.array([int(home)])
    return found


def _union(places: Places, groups: dict[str, np.ndarray]) -> dict[str, shapely.Geometry]:
    return {code: shapely.coverage_union_all(places.shapes[rows]) for code, rows in groups.items()}


def _urban(places: Places, plants: pd.DataFrame) -> dict[str, shapely.Geometry]:
    """The central six districts, split among their plants; elsewhere what lies close to a plant, and all of 亦庄."""
    zone = places.zone[plants.village.to_numpy(dtype=np.int64)]
    central = np.isin(zone, reference.CENTRAL)
    groups: dict[str, np.ndarray] = {}
    served = np.flatnonzero(np.isin(places.zone, reference.CENTRAL))
    groups.update(_split(places, served, plants[central]))
    for own in np.unique(zone[~central]):
        here = plants[zone == own]
        rows = places.of_zone(own)
        at = shapely.STRtree(np.array(list(here.geometry)))
        close = np.zeros(len(rows), dtype=bool)
        homes = shapely.points(places.homes[rows])
        close[at.query(homes, predicate="dwithin", distance=_NEAR_PLANT_DEG)[0]] = True
        served = rows[close | (own == reference.BDA_UNIT)]
        groups.update(_split(places, served, here))
    return _union(places, groups)


def _township(places: Places, plants: pd.DataFrame) -> dict[str, shapely.Geometry]:
    """Each township with plants, split among them."""
    groups: dict[str, np.ndarray] = {}
    for code, here in plants.groupby("region"):
        groups.update(_split(places, np.flatnonzero(places.township == code), here))
    return _union(places, groups)


def _stations(places: Places, stations: pd.DataFrame) -> dict[str, shapely.Geometry]:
    """The station's village; where a village has several, it is cut halfway between them."""
    shapes: dict[str, shapely.Geometry] = {}
    for village, here in stations.groupby("village"):
        whole = places.shapes[int(village)]
        if len(here) == 1:
            shapes[here.code.iloc[0]] = whole
            continue
        at = np.array(list(here.geometry))
        cells = shapely.get_parts(
            shapely.voronoi_polygons(shapely.MultiPoint(at), extend_to=whole.envelope.buffer(0.1))
        )
        station, cell = shapely.STRtree(cells).query(at, predicate="within")
        for i, part in zip(station, shapely.intersection(cells[cell], whole), strict=True):
            shapes[here.code.iloc[i]] = part
    return shapes
