"""The statistics of the grid: how much of each month is in cells, in none and outside, and the classes of its legend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from psycopg import sql

from layers import vocab
from layers.db import Query, rows
from layers.errors import BadParameter
from layers.grid.figures import cell_litres, cell_year, month_balance
from layers.periods import Month, Period
from layers.registry import Layer
from layers.selection import Selection
from layers.stats import measures, query
from layers.stats.absence import added, share
from layers.stats.answer import coverage
from layers.stats.classes import Classes, classify
from layers.stats.divisions import Divisions, divisions, last_month
from layers.stats.provisional import marks

MEASURES = measures.names(measures.OF_CELLS)
_BALANCE = ("recorded_l", "assigned_l", "unassigned_l", "outside_l")
_YEARS_MOST = 2  # of whose single months classes are cut
_CELLS_MOST = 100_000


def refuse_measure(name: str) -> None:
    """`BadParameter` for a measure that is told of regions and not of cells, with the reason."""
    measure = measures.BY_NAME.get(name)
    if measure and not measure.of_cells:
        why = f"nobody counts the {measure.of_people} of a cell" if measure.of_people else "a cell has no such figure"
        raise BadParameter(f"The measure {name} is told of regions alone: {why}.", param="measure", allowed=MEASURES)


def cell_statistics(
    layer: Layer,
    period: Period,
    selection: Selection,
    measure: str = "volume",
    method: str = "tail",
    k: int = 5,
    boundaries: str = "",
) -> dict[str, Any]:
    """The balance of a size month by month, and legend classes over the cells with any record.

    recorded = assigned + unassigned + outside in each month, each null where nothing is recorded;
    ``in_townships_l`` is what the figures of the townships hold: less than the cells do, which also have what counts at a
    district only (an urban plant's water); recorded is from the sums by region, the others from the grid.
    Classes are of the period's sums, and (of two years at most) of all single months of its years, so that a colour
    means one amount while a slider moves.
    """
    assert layer.usage is not None
    size = layer.usage.at
    covered = coverage(period, query.available_months())
    within = divisions(boundaries, covered.present[-1])
    months = _balance(size, covered.present, selection, within)
    gross = added(month["gross_l"] for month in months)
    return {
        "level": layer.id,
        "size": size,
        "period": str(period),
        "boundaries": within.to_dict(),
        "filters": selection.to_dict(),
        "provisional": marks(within).within(covered.present).of(),
        **{name: added(month[name] for month in months) for name in (*_BALANCE, "in_townships_l")},
        "share_by_area": share(added(month["by_area_l"] for month in months), gross),
        "months": [{name: value for name, value in month.items() if name != "gross_l"} for month in months],
        "measure": measure,
        "classes": {
            "period": period_classes(size, period, selection, measure, method, k, within),
            "month": month_classes(size, period, selection, measure, method, k, within),
        },
    }


def period_classes(
    size: int, period: Period, selection: Selection, measure: str = "volume", method: str = "tail", k: int = 5,
    within: Divisions | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Legend classes over a period's sums of the cells with any record; in its own divisions unless told."""
    return (
        _Cells(size, selection, measure, _stride(size), within or _own(period)).period(period, method, k).told(measure)
    )


def month_classes(
    size: int, period: Period, selection: Selection, measure: str = "volume", method: str = "tail", k: int = 5,
    within: Divisions | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Legend classes over all single months of a period's years; none of more than two."""
    return (
        _Cells(size, selection, measure, _stride(size), within or _own(period)).months(period, method, k).told(measure)
    )


def _own(period: Period) -> Divisions:
    return divisions("", last_month(period, query.available_months()))


def _balance(size: int, months: list[Month], selection: Selection, within: Divisions) -> list[dict[str, Any]]:
    """A line a month, from January; litres."""
    lines: dict[date, dict[str, int | None]] = {
        month.first_day: dict.fromkeys((*_BALANCE, "in_townships_l", "by_area_l", "gross_l")) for month in months
    }
    for day, gap, volume, gross, by_area in rows(
        month_balance(size, months, selection, elsewhere=within.elsewhere(months))
    ):
        line = lines[day]
        name = {vocab.GRID_ASSIGNED: "assigned_l", vocab.GRID_OUTSIDE: "outside_l"}.get(gap, "unassigned_l")
        line[name] = added([line[name], volume])
        if gap == vocab.GRID_ASSIGNED:
            line |= {"by_area_l": by_area, "gross_l": gross}
    whole = Period(months[0], months[-1])
    for _, gap, day, volume in rows(query.series_query(vocab.TOWNSHIP, whole, selection, (), within)):
        line = lines[day]
        line["in_townships_l"] = added([line["in_townships_l"], 0 if gap else volume])
    for _, _, day, volume in rows(query.series_query(vocab.CITY, whole, selection, (), within)):
        lines[day]["recorded_l"] = added([lines[day]["recorded_l"], volume])
    return [{"month": str(Month.of(day)), **line} for day, line in lines.items()]


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a size of which the figures of a selection are classed, in one measure.

    Of a fine grid every ``stride``-th unit: class bounds of a hundred thousand cells are those of a million, and the
    values of a million are hundreds of megabytes in a web process. How many cells each class has is counted of all.
    """

    size: int
    selection: Selection
    measure: str
    stride: int
    within: Divisions

    def period(self, period: Period, method: str, k: int) -> Classes:
        """Classes of the period's sums."""
        found = cell_litres(self.size, period, self.selection, elsewhere=self.within.elsewhere(period.months))
        classes = classify(self._values(found), method, k)
        return classes if self.stride == 1 else self._counted(found, classes)

    def months(self, period: Period, method: str, k: int) -> Classes:
        """Classes of every single month of the years; none when they are more than are drawn month by month."""
        years = range(period.first.year, period.last.year + 1)
        if len(years) > _YEARS_MOST:
            return classify([], method, k)
        elsewhere = self.within.elsewhere(Period(Month(years[0], 1), Month(years[-1], 12)).months)
        found = [cell_year(self.size, year, self.selection, elsewhere=elsewhere) for year in years]
        return classify(np.concatenate([self._values(each) for each in found]), method, k)

    def _values(self, found: Query) -> np.ndarray:
        """m³, or m³ per km², of what is known in the sampled units; a figure may be one number or twelve."""
        text = sql.SQL(
            "SELECT u.area_m2, c.volume_l FROM ({}) c JOIN layers_gridunit u ON u.id = c.unit_id WHERE c.unit_id %% %s = 0"
        )
        kept = rows(Query(text.format(found.composed), [*found.params, self.stride]))
        if not kept:
            return np.array([])
        litres = np.array([row[1] for row in kept], dtype=float).reshape(len(kept), -1)  # None becomes not a number
        per = 1000.0 if self.measure == "volume" else np.array([[row[0] / 1000.0] for row in kept])
        return (litres / per)[np.isfinite(litres)]

    def _counted(self, found: Query, classes: Classes) -> Classes:
        """The same classes with the counts and ends of all cells."""
        value, join = ("volume_l::float8 / 1000", "")
        if self.measure == measures.PER_KM2.name:
            value, join = ("volume_l * 1000.0::float8 / area_m2", "JOIN layers_gridunit u ON u.id = c.unit_id")
        text = sql.SQL(
            "SELECT width_bucket(value, %s::float8[]), count(*), min(value), max(value)"
            " FROM (SELECT {} AS value FROM ({}) c {}) v GROUP BY 1"
        ).format(sql.SQL(value), found.composed, sql.SQL(join))
        kept = {row[0]: row[1:] for row in rows(Query(text, [classes.breaks, *found.params]))} if classes.breaks else {}
        if not kept:
            return classes
        return replace(
            classes,
            counts=[kept[nth][0] if nth in kept else 0 for nth in range(len(classes.breaks) + 1)],
            low=min(low for _, low, _ in kept.values()),
            high=max(high for _, _, high in kept.values()),
        )


def _stride(size: int) -> int:
    """Every how-manieth unit of a size is classed: all of them, up to some hundred thousand."""
    units = rows(Query("SELECT count(*) FROM layers_gridunit WHERE size = %s", [size]))[0][0]
    return max(1, int(units) // _CELLS_MOST)
