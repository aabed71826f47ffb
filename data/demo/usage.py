"""Litres by place and month: whole numbers that add up to the printed totals of 2019 exactly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from layers.vocab import PURPOSE

from . import profiles
from .amounts import share_out
from .seeding import generator
from .usage_places import UsagePlaces
from .volumes import volumes_by_purpose

FIRST_YEAR, MONTHS_AVAILABLE = 2019, 57
CORRECTIONS_PER_MONTH = 40


def year_matrix(places: UsagePlaces, year: int, months: int = 12) -> np.ndarray:
    """Litres (places × months), January first; a part of a year gets the seasonal part of the year's volume."""
    found = np.zeros((len(places), months), dtype=np.int64)
    rng = generator("months", year)
    noise = rng.lognormal(0.0, profiles.MONTH_SIGMA, (len(places), 12))[:, :months]
    for (source, purpose), amount in volumes_by_purpose().items():
        if not amount:
            continue
        rows = np.flatnonzero((places.source == source) & (places.purpose == PURPOSE.id_of(purpose) - 1))
        season = profiles.season(purpose)[:months]
        total = amount if year == FIRST_YEAR and months == 12 else _scaled(amount, year, float(season.sum()))
        weight = places.weight[rows, None] * season * noise[rows]
        found[rows] = share_out(total, weight)
    return found


def _scaled(amount: int, year: int, part: float) -> int:
    return round(amount * profiles.YEAR_FACTORS[year] * part)


def month_names(months: int) -> list[str]:
    """``YYYY-MM`` of the first ``months`` months from 2019-01; ValueError outside 1…57."""
    if not 1 <= months <= MONTHS_AVAILABLE:
        raise ValueError(f"months must be 1 to {MONTHS_AVAILABLE}, not {months}")
    return [f"{FIRST_YEAR + n // 12}-{n % 12 + 1:02d}" for n in range(months)]


class UsageTables:
    """One Arrow table a month; the columns that do not change are made once, volumes a year at a time."""

    def __init__(self, places: UsagePlaces) -> None:
        self.places = places
        self._year: tuple[int, int, np.ndarray] | None = None
        code = places.code
        self._fixed = {
            kind: pa.array(np.where(places.kind == kind, code, None), type=pa.string())
            for kind in ("meter", "facility", "region")
        }
        slugs = np.array([term.code for term in PURPOSE], dtype=object)
        self._fixed["source"] = pa.array(places.source, type=pa.string())
        self._fixed["purpose"] = pa.array(slugs[places.purpose], type=pa.string())

    def volumes(self, month: str) -> np.ndarray:
        """Litres of every place in a month, corrections not yet taken apart.

        2019 is always made whole, so that its months do not depend on how many are asked for; 2023 ends in September.
        """
        year, number = int(month[:4]), int(month[5:])
        length = 12 if year < FIRST_YEAR + MONTHS_AVAILABLE // 12 else MONTHS_AVAILABLE % 12
        if self._year is None or self._year[:2] != (year, length):
            self._year = (year, length, year_matrix(self.places, year, length))
        return self._year[2][:, number - 1]

    def month(self, month: str) -> pa.Table:
        """The import table of ``usage`` for one month: readings, then a few corrections that take back what was too much."""
        volume = self.volumes(month).copy()
        rows, taken = self._corrections(month, volume)
        volume[rows] += taken
        columns = {"month": pa.repeat(month, len(volume)), **self._fixed}
        columns["correction_no"] = pa.repeat(0, len(volume))
        readings = pa.table({**columns, "volume_l": pa.array(volume)})
        back = readings.take(pa.array(rows))
        back = back.set_column(6, "correction_no", pa.repeat(1, len(rows)))
        back = back.set_column(7, "volume_l", pa.array(-taken))
        return pa.concat_tables([readings, back])

    def _corrections(self, month: str, volume: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Meters misread in this month and the litres read too much; taken back by a record of its own."""
        rng = generator("corrections", month)
        rows = np.sort(rng.permutation(int((self.places.kind == "meter").sum()))[:CORRECTIONS_PER_MONTH])
        return rows, np.round(volume[rows] * rng.uniform(0.02, 0.4, len(rows))).astype(np.int64) + 1


def months_of(places: UsagePlaces, months: int) -> Iterator[tuple[str, pa.Table]]:
    """(month, table) for the first ``months`` months."""
    tables = UsageTables(places)
    for month in month_names(months):
        yield month, tables.month(month)
