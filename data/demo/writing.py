"""Tables → the files a district would hand in: GeoPackage for geometry, CSV (UTF-8) for the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyogrio
import shapely

CRS = "EPSG:4490"  # stored x = longitude, y = latitude, as GeoPackage demands whatever the CRS says
# GeoPackage stamps its own clock into the file; a fixed one makes the same city the same bytes.
FIXED_CLOCK = "2020-01-01T00:00:00.000Z"


def points(lonlat: np.ndarray) -> np.ndarray:
    """(n, 2) → shapely points; a row of NaN is an object without position (None)."""
    known = ~np.isnan(lonlat[:, 0])
    found = np.full(len(lonlat), None, dtype=object)
    found[known] = shapely.points(lonlat[known])
    return found


def write_gpkg(table: pd.DataFrame, path: Path, geometry_type: str) -> Path:
    """Write a table with a ``geometry`` column; empty text and missing numbers become NULL."""
    path.unlink(missing_ok=True)
    fields = [name for name in table.columns if name != "geometry"]
    data, masks = [], []
    for name in fields:
        values, mask = _column(table[name])
        data.append(values)
        masks.append(mask)
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_CLOCK})
    try:
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(table["geometry"].to_numpy(dtype=object)),
            field_data=data,
            fields=fields,
            field_mask=masks,
            geometry_type=geometry_type,
            crs=CRS,
            driver="GPKG",
            layer=path.stem,
            layer_options={"SPATIAL_INDEX": "NO"},  # read once, whole
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return path


def _column(column: pd.Series) -> tuple[np.ndarray, np.ndarray | None]:
    """Values and a mask of missing ones (None when nothing is missing), as pyogrio wants them."""
    if column.dtype == "Int64":
        return column.fillna(0).to_numpy(dtype=np.int64), column.isna().to_numpy()
    if column.dtype.kind in "if":
        return column.to_numpy(), None
    values = column.to_numpy(dtype=object)
    return np.where(values == "", None, values), None


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write a table without geometry."""
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    return path


def write_arrow_csv(table: pa.Table, path: Path) -> Path:
    """Write a large table quickly; missing cells are empty."""
    pyarrow.csv.write_csv(table, path, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return path
