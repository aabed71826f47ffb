"""Months side by side: a table with a column a month → a record a month, as arrays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.ingest import columns, units
from layers.ingest.checks import as_mask
from layers.ingest.page_words import THE_MONTHS, THE_VALUES
from layers.ingest.parse import english_month, plain
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk
from layers.registry import Field

_FORMS = (
    re.compile(r"^(?:(?P<year>\d{4})\s*年?\s*[-/.]?\s*)?(?P<month>\d{1,2})\s*月份?(?P<rest>\D.*)?$"),
    re.compile(r"^(?P<year>\d{4})[-/](?P<month>\d{1,2})(?:[-/]0?1(?: 00:00:00)?)?(?P<rest>)$"),
    re.compile(r"^(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<rest>)$"),
    re.compile(r"^(?P<year>\d{4})\.(?P<month>\d{2})(?P<rest>)$"),
)
_ENGLISH = re.compile(r"^(?P<word>[a-z]{3,9})\.?(?:[\s-]*(?P<year>\d{4}))?$")
_DOUBTFUL = re.compile(r"^\d{4}\.1$")
MONTH, VALUE = THE_MONTHS.zh, THE_VALUES.zh


@dataclass(frozen=True, slots=True)
class MonthColumn:
    """A column of one month: its heading, and the unit that stands there."""

    heading: str
    year: int | None
    month: int
    rest: str = ""


def month_columns(headings: Sequence[str]) -> list[MonthColumn]:
    """The headings that are months; empty for fewer than two. `ImportRefused` for ``2018.1``, which may be October."""
    found = [one for heading in headings if (one := _month_column(heading))]
    if len(found) < 2:
        return []
    doubtful = [heading for heading in headings if _DOUBTFUL.match(columns.base(plain(heading)))]
    if doubtful:
        raise ImportRefused(
            "列“{doubtful}”可能是 1 月，也可能是 10 月：表头请写作 2018-01", "the column {doubtful!r} may be January or October: write 2018-01", param="month", allowed=["2018-01", "2018-10"], doubtful=doubtful[0],
        )  # fmt: skip
    return found


def _month_column(heading: str) -> MonthColumn | None:
    word = plain(units.powers(columns.base(heading))).lower()
    for form in _FORMS:
        if (found := form.match(word)) and 1 <= int(found["month"]) <= 12:
            return MonthColumn(
                heading, int(found["year"]) if found["year"] else None, int(found["month"]), found["rest"] or ""
            )
    if (named := _ENGLISH.match(word)) and (at := english_month(named["word"])):
        return MonthColumn(heading, int(named["year"]) if named["year"] else None, at)
    return None


def measured(found: Sequence[MonthColumn], fields: Sequence[Field]) -> tuple[Field, Fraction | None] | None:
    """(the field that the months' cells hold, the factor of the unit in their headings); None where they say another thing.

    ``fields`` are those of volumes, the most usual first. What stands behind the month is their name, a unit, or both.
    """
    rests = {one.rest.strip(" _-/:：") for one in found}
    if len(rests) != 1:
        return None
    rest = rests.pop()
    if not rest:
        return fields[0], None
    for field in fields:
        bare = rest.strip("()[]【】（）")
        if (times := units.factor(bare, field)) is not None:
            return field, times
    name = columns.match(fields, [rest], geometry_words=()).fields
    if not name:
        return None
    field = next(f for f in fields if f.name in name)
    told = units.of_heading(rest, field)
    return field, told[1] if told else None


@dataclass(frozen=True, slots=True)
class Wide:
    """How a table's lines become records; the records of a line are numbered ``line × months + which``."""

    columns: tuple[MonthColumn, ...]
    year: int | None

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(one.heading for one in self.columns)

    @property
    def shown(self) -> str:
        return f"{self.columns[0].heading}…{self.columns[-1].heading}"

    def unpivot(self, chunk: Chunk, no_value: pa.Array) -> tuple[Chunk, int]:
        """(the records, how many cells said nothing): columns `MONTH` and `VALUE` in place of those of the months."""
        lines, months = len(chunk), len(self.columns)
        at = np.repeat(np.arange(lines), months)
        others: Mapping[str, pa.Array] = {h: texts for h, texts in chunk.columns.items() if h not in self.headings}
        words = [f"{one.year or self.year:04d}-{one.month:02d}" for one in self.columns]
        side_by_side = pa.concat_arrays([chunk.columns[heading] for heading in self.headings])
        order = (np.arange(months)[None, :] * lines + np.arange(lines)[:, None]).ravel()
        values = side_by_side.take(pa.array(order))
        said = as_mask(values.is_valid()) & ~as_mask(pc.is_in(values, value_set=no_value))
        keep = pa.array(said)
        found = {heading: texts.take(pa.array(at)).filter(keep) for heading, texts in others.items()}
        found[MONTH] = pa.array(words, pa.string()).take(pa.array(np.tile(np.arange(months), lines))).filter(keep)
        found[VALUE] = values.filter(keep)
        numbers = (np.repeat(chunk.rows, months) * months + np.tile(np.arange(months), lines))[said]
        ragged = [(line * months, text) for line, text in chunk.ragged]
        return Chunk(numbers, found, None, ragged), int((~said).sum())
