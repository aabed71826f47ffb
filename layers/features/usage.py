"""The usage of a period beside the features it belongs to: the same figures as the statistics API's."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from layers.filters import FeatureFilter
from layers.registry import Layer
from layers.stats.carried import carried

Part = tuple[sql.Composable, sql.Composable, tuple[Any, ...]]


def usage_of(layer: Layer, wanted: FeatureFilter) -> Part:
    """A join to the rows of the CTE ``f`` (fid, f_code, f_area_m2), the columns it adds, and its values.

    Grain: one row a feature, null where nothing is recorded. Empty when no period is asked for.
    """
    asked = wanted.asked
    if asked is None or layer.usage is None:
        return sql.SQL(""), sql.SQL(""), ()
    found = carried(layer.usage, asked)
    period = sql.SQL(", {}::text AS f_period").format(sql.Literal(str(asked.period)))
    columns = [sql.SQL(", {} AS {}").format(text, sql.Identifier(f"f_{name}")) for name, text in found.columns]
    return sql.SQL(" ") + found.join, sql.Composed([period, *columns]), found.params
