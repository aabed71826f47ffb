"""Files of a query: every format that a list of features can be had in, by the word that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from layers.errors import BadParameter
from layers.export import delimited, geojson
from layers.export.base import WORKBOOK_ROWS, Format, Options
from layers.later import later

__all__ = ["FORMATS", "Format", "Options", "by_suffix", "chosen"]

_ALL = (
    Format("geojson", "GeoJSON", "GeoJSON", "application/geo+json", "geojson", emit=geojson.emit_collection,
           text=True, srids=(4490, 4326)),
    Format("geojsonseq", "GeoJSON 序列", "GeoJSON text sequence", "application/geo+json-seq", "geojsons",
           emit=geojson.emit_sequence, text=True, srids=(4490, 4326)),
    Format("csv", "CSV 表", "CSV", "text/csv", "csv", emit=delimited.emit, text=True),
    Format("fgb", "FlatGeobuf", "FlatGeobuf", "application/flatgeobuf", "fgb", save=later("layers.export.gdal.save_flatgeobuf"),
           tables=False, ranges=True),
    Format("gpkg", "GeoPackage", "GeoPackage", "application/geopackage+sqlite3", "gpkg", save=later("layers.export.gdal.save_geopackage"),
           ranges=True),
    Format("parquet", "GeoParquet", "GeoParquet", "application/vnd.apache.parquet", "parquet", save=later("layers.export.parquet.save"),
           ranges=True),
    Format("shp", "Shapefile（压缩包）", "Shapefile (zip)", "application/x-shapefile+zip", "shp.zip",
           save=later("layers.export.gdal.save_shapefile"), tables=False, ranges=True),
    Format("xlsx", "Excel 工作簿", "Excel workbook",
           "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", save=later("layers.export.workbook.save"),
           geometry=False, most=WORKBOOK_ROWS),
)  # fmt: skip
FORMATS: Mapping[str, Format] = MappingProxyType({one.key: one for one in _ALL})
_BY_SUFFIX = {one.suffix: one for one in _ALL}


def chosen(key: str) -> Format:
    """The format of that key; `BadParameter` names those there are."""
    try:
        return FORMATS[key]
    except KeyError:
        raise BadParameter(f"There is no format {key!r}.", param="f", allowed=list(FORMATS)) from None


def by_suffix(suffix: str) -> Format | None:
    """The format that files of that suffix have."""
    return _BY_SUFFIX.get(suffix)
