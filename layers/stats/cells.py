"""The statistics of the grid: how much of each month is in cells, in none and outside, and the classes of its legend."""

from __future__ import annotations

from typing import Any

import numpy as np
from psycopg import sql

from layers import vocab
from layers.db import Query, rows
from layers.grid.figures import cell_litres, cell_year, month_balance
from layers.periods import Month, Period
from layers.registry import Layer
from layers.stats import query
from layers.stats.answer import coverage, spoken
from layers.stats.classes import classify
from layers.stats.selection import Selection

MEASURES = ("volume", "per_km2")
_BALANCE = ("recorded_l", "assigned_l", "unassigned_l", "outside_l")
_YEARS_MOST = 2  # of whose single months classes are cut


def cell_statistics(
    layer: Layer, period: Period, selection: Selection, measure: str = "volume", method: str = "tail", k: int = 5
) -> dict[str, Any]:
    """The balance of a size month by month, and legend classes over the cells with any use.

    recorded = assigned + unassigned + outside in each month; recorded is from the sums by region, the others from the grid.
    Classes are of the period's sums, and (of two years at most) of all single months of its years, so that a colour
    means one amount while a slider moves.
    """
    assert layer.usage is not None
    size = layer.usage.at
    covered = coverage(period, query.available_months())
    months = _balance(size, covered.present, selection)
    gross = sum(month["gross_l"] for month in months)
    return {
        "level": layer.id,
        "size": size,
        "period": str(period),
        "filters": selection.to_dict(),
        **{name: sum(month[name] for month in months) for name in _BALANCE},
        "share_by_area": sum(month["by_area_l"] for month in months) / gross if gross else None,
        "months": [{name: value for name, value in month.items() if name != "gross_l"} for month in months],
        "measure": measure,
        "classes": {
            "period": period_classes(size, period, selection, measure, method, k),
            "month": month_classes(size, period, selection, measure, method, k),
        },
    }


def period_classes(
    size: int, period: Period, selection: Selection, measure: str = "volume", method: str = "tail", k: int = 5
) -> dict[str, Any]:
    """Legend classes over a period's sums of the cells with any use."""
    return spoken(measure, classify(_sums(size, period, selection, measure), method, k))


def month_classes(
    size: int, period: Period, selection: Selection, measure: str = "volume", method: str = "tail", k: int = 5
) -> dict[str, Any]:
    """Legend classes over all single months of a period's years; none of more than two."""
    return spoken(measure, classify(_single_months(size, period, selection, measure), method, k))


def _balance(size: int, months: list[Month], selection: Selection) -> list[dict[str, Any]]:
    """A line a month, from January; litres."""
    lines = {month.first_day: dict.fromkeys((*_BALANCE, "by_area_l", "gross_l"), 0) for month in months}
    for day, gap, volume, gross, by_area in rows(month_balance(size, months, selection)):
        line = lines[day]
        line[{vocab.GRID_ASSIGNED: "assigned_l", vocab.GRID_OUTSIDE: "outside_l"}.get(gap, "unassigned_l")] += volume
        if gap == vocab.GRID_ASSIGNED:
            line |= {"by_area_l": by_area, "gross_l": gross}
    for _, _, day, volume in rows(query.series_query(vocab.CITY, Period(months[0], months[-1]), selection)):
        lines[day]["recorded_l"] += volume
    return [{"month": str(Month.of(day)), **line} for day, line in lines.items()]


def _measured(volumes_l: np.ndarray, areas_m2: np.ndarray, measure: str) -> np.ndarray:
    """m³, or m³ per km², of what is not nothing."""
    values = volumes_l / 1000.0 if measure == "volume" else volumes_l * 1000.0 / areas_m2
    return values[volumes_l != 0]


def _with_areas(found: Query) -> list[tuple[Any, ...]]:
    """(m², litres) of each unit of a statement."""
    text = found.text if isinstance(found.text, sql.Composable) else sql.SQL(found.text)
    join = sql.SQL("SELECT u.area_m2, c.volume_l FROM ({}) c JOIN layers_gridunit u ON u.id = c.unit_id")
    return rows(Query(join.format(text), found.params))


def _sums(size: int, period: Period, selection: Selection, measure: str) -> np.ndarray:
    found = np.array(_with_areas(cell_litres(size, period, selection)), dtype=float).reshape(-1, 2)
    return _measured(found[:, 1], found[:, 0], measure)


def _single_months(size: int, period: Period, selection: Selection, measure: str) -> np.ndarray:
    """Every cell's every month of the years; nothing when they are more than are drawn month by month."""
    years = range(period.first.year, period.last.year + 1)
    if len(years) > _YEARS_MOST:
        return np.array([])
    parts = []
    for year in years:
        found = _with_areas(cell_year(size, year, selection))
        areas = np.repeat([row[0] for row in found], 12)
        parts.append(_measured(np.array([row[1] for row in found], dtype=float).reshape(-1), areas, measure))
    return np.concatenate(parts)
