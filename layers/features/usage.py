"""The usage of a period beside the features it belongs to: the same figures as the statistics API's."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from layers.filters import FeatureFilter
from layers.registry import Layer
from layers.stats.answer import prefixes_of
from layers.stats.query import totals_of
from layers.stats.regions import region_index

Part = tuple[sql.Composable, sql.Composable, tuple[Any, ...]]


def usage_of(layer: Layer, wanted: FeatureFilter) -> Part:
    """A join to rows ``f`` (with ``f_code`` and ``f_area_m2``), the columns it adds, and its values.

    Grain: one row a region, 0 L where nothing was used. Empty when no period is asked for.
    """
    if wanted.period is None:
        return sql.SQL(""), sql.SQL(""), ()
    level = int(str(layer.scope["region__level"]))
    totals = totals_of(level, wanted.period, wanted.selection, prefixes_of(region_index(), wanted.region))
    join = sql.SQL(" LEFT JOIN ({}) u (code, parent_code, gap, volume_l) ON u.code = f.f_code AND u.gap = 0").format(
        sql.SQL(str(totals.text))
    )
    columns = sql.SQL(
        ", {}::text AS f_period, COALESCE(u.volume_l, 0) AS f_volume_l,"
        " COALESCE(u.volume_l, 0) * 1000.0::float8 / NULLIF(f.f_area_m2, 0) AS f_m3_per_km2"
    ).format(sql.Literal(str(wanted.period)))
    return join, columns, tuple(totals.params)
