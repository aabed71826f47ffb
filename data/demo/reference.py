"""The tracked reference tables, read as printed: see data/reference/README.md for the source of each."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
SEATS = Path(__file__).with_name("seats.csv")

# The 17th bureau: a set of townships of 大兴区, not a division. The first is the development zone itself.
BDA_UNIT = "110400"
BDA_TOWNSHIPS = ("110115403", "110115012", "110115013")
CENSUS, CENSUS_DAY = "北京市第七次全国人口普查公报（第二号）", "2020-11-01"
CENTRAL = ("110101", "110102", "110105", "110106", "110107", "110108")
AIRPORT_STREET = "110105020"  # 首都机场街道: the exclave of 朝阳区 inside 顺义区


@cache
def table(name: str) -> pd.DataFrame:
    """One printed table, every cell as text, empty cells as ''. Do not change it in place: it is cached."""
    return pd.read_csv(REFERENCE / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def divisions() -> pd.DataFrame:
    """All 7,901 divisions: code, name, level, parent_code."""
    return table("divisions")


def of_level(level: str) -> pd.DataFrame:
    """The divisions of one level, in the order of their codes."""
    rows = divisions()
    return rows[rows.level == level].sort_values("code").reset_index(drop=True)


@cache
def district_shapes() -> dict[str, shapely.Geometry]:
    """District code → boundary as given (Tianditu, simplified; EPSG:4490, x = longitude)."""
    doc = json.loads((REFERENCE / "districts.geojson").read_text(encoding="utf-8"))
    return {f["properties"]["code"]: shapely.geometry.shape(f["geometry"]) for f in doc["features"]}


@cache
def names() -> dict[str, str]:
    """Division code → name."""
    rows = divisions()
    return dict(zip(rows.code, rows.name, strict=True))


@cache
def seats() -> dict[str, tuple[float, float]]:
    """Township code → rough seat (lon, lat): set by hand to about 2 km, only to make the synthetic map plausible."""
    rows = pd.read_csv(SEATS, dtype={"code": str})
    return {c: (x, y) for c, x, y in zip(rows.code, rows.lon, rows.lat, strict=True)}


def count_by_district(name: str, column: str) -> dict[str, int]:
    """District code (亦庄: the reporting unit's code) → printed integer; the printed total is left out."""
    rows = table(name)
    found: dict[str, int] = {}
    for label, code, cell in zip(rows.iloc[:, 0], rows["district_code"], rows[column], strict=True):
        if not code and not label.startswith("亦庄"):
            continue
        found[code or BDA_UNIT] = int(cell or 0)
    return found


def area_m2(shapes: np.ndarray) -> np.ndarray:
    """Areas in EPSG:4548 by moving the vertices, as ``ST_Area(ST_Transform(geom, 4548))`` does."""
    import pyproj

    to_4548 = pyproj.Transformer.from_crs(4490, 4548, always_xy=True)
    moved = shapely.transform(shapes, lambda xy: np.column_stack(to_4548.transform(xy[:, 0], xy[:, 1])))
    return np.asarray(shapely.area(moved))
