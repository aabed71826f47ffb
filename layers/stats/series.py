"""The monthly matrix of a level: what a page moves through without asking again, with the classes of its legends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layers import vocab
from layers.db import rows
from layers.periods import Month, Period
from layers.selection import Selection
from layers.stats import query
from layers.stats.absence import added
from layers.stats.answer import coverage, level_asked, per_km2, prefixes_of, refuse_finer_parent, regions_of
from layers.stats.classes import classify
from layers.stats.divisions import divisions
from layers.stats.regions import region_index

Litres = list[int | None]
# What may be asked for: everything, or without the figures what they are painted by, or what their rows are called.
PARTS = ("all", "classes", "names")


def series(
    level: int, selection: Selection, parent: str, period: Period | None, method: str = "quantiles", k: int = 5,
    boundaries: str = "", part: str = "all",
) -> dict[str, Any]:  # fmt: skip
    """The monthly matrix of a level (or `answer.BELOW_ROOT`): one row of litres a region, one column a month, gaps apart.

    All months in the same divisions, those of the last of them unless told: months of two editions would be no series.

    With it a page moves its month slider without asking again. Sums over rows and gaps equal ``total_l``. A month of which
    nothing is recorded is null, in a region as in a gap or the total. Of `PARTS` the others are for a page that has it and
    wants other classes, or the names of the rows (in their order).
    """
    available = query.available_months()
    months = coverage(period, available).present if period else available
    within = divisions(boundaries, months[-1] if months else None)
    index = region_index(within)
    level = level_asked(index, level)
    prefixes = prefixes_of(index, parent)
    refuse_finer_parent(index, level, parent)
    regions = regions_of(index, level, prefixes)
    column = {month.first_day: i for i, month in enumerate(months)}
    matrix: dict[str, Litres] = {region.code: [None] * len(months) for region in regions}
    gaps: dict[str, Litres] = {term.code: [None] * len(months) for term in vocab.GAP if term.id}
    if months:
        found = rows(query.series_query(level, Period(months[0], months[-1]), selection, prefixes, within))
        for code, gap, day, volume in found:
            if gap:
                of_gap = gaps[vocab.GAP.by_id[gap].code]
                of_gap[column[day]] = added([of_gap[column[day]], volume])
            else:
                matrix.setdefault(code, [None] * len(months))[column[day]] = volume
    about = {
        "level": vocab.LEVEL.by_id[level].code,
        "parent": parent or None,
        "boundaries": within.to_dict(),
        "filters": selection.to_dict(),
    }
    if part == "names":
        return {**about, "codes": list(matrix), "names": [index.info(code, level).name for code in matrix]}
    areas = [index.info(code, level).area_m2 for code in matrix]
    classes = _classes(list(matrix.values()), areas, months, method, k)
    if part == "classes":
        return {**about, "months": [str(month) for month in months], "classes": classes}
    in_none = [added(row[i] for row in gaps.values()) for i in range(len(months))]
    return {
        **about,
        "months": [str(month) for month in months],
        "codes": list(matrix),
        "area_km2": [area / 1e6 for area in areas],
        "volume_l": list(matrix.values()),
        "gaps": gaps,
        "gaps_l": in_none,
        "total_l": [added([*(row[i] for row in matrix.values()), in_none[i]]) for i in range(len(months))],
        "classes": classes,
    }


def _classes(
    matrix: list[Litres], areas: Sequence[float], months: Sequence[Month], method: str, k: int
) -> dict[str, Any]:
    """Legend classes by measure: of single months, of each calendar year, and of all months together.

    Those of the months hold over all of them, so that a colour means one amount while the slider moves; those of a year
    or of everything are what the statistics API gives for that period.
    """
    years = sorted({month.year for month in months})
    columns = {year: [i for i, month in enumerate(months) if month.year == year] for year in years}
    return {
        measure: {
            "month": _measured(
                measure,
                [[row[i]] for row in matrix for i in range(len(months))],
                [area for area in areas for _ in months],
                method,
                k,
            ),
            "year": {
                str(year): _measured(measure, [[row[i] for i in columns[year]] for row in matrix], areas, method, k)
                for year in years
            },
            "all": _measured(measure, matrix, areas, method, k),
        }
        for measure in ("volume", "per_km2")
    }


def _measured(measure: str, volumes_l: list[Litres], areas: Sequence[float], method: str, k: int) -> dict[str, Any]:
    """Classes of the summed litres of each line, or of their density."""
    totals = [added(line) for line in volumes_l]
    if measure == "volume":
        values = [None if total is None else total / 1000 for total in totals]
    else:
        values = [per_km2(total, area) for total, area in zip(totals, areas, strict=True)]
    return classify(values, method, k).told(measure)
