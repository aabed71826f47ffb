"""A chunk of text → a typed Arrow table of the rows that are sound, ready to be copied to staging."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers import vocab
from layers.ingest import checks, geometry
from layers.ingest.checks import Judge, as_mask
from layers.ingest.columns import ColumnMap
from layers.ingest.positions.decide import Positions
from layers.ingest.refusal import Verdicts
from layers.ingest.spec import Spec
from layers.ingest.table import Chunk
from layers.words import Listed, Small, Words

ROW = "row_no"
GEOM = "geom"
BLANK = "blank_cells"
_OR = Words("、", " or ")
_PREFIX = Words("代码的前缀", "what the code begins with")

Values = dict[str, pa.Array]


def sound_rows(
    chunk: Chunk, spec: Spec, columns: ColumnMap, positions: Positions | None, verdicts: Verdicts
) -> pa.Table:
    """The rows of a chunk without a fault of their own: ``row_no``, one column a mapped field, links, geometry as hex.

    ``positions`` is None for a file without geometry. References are not looked up here, nor duplicates.
    """
    for row, text in chunk.ragged:
        verdicts.refused.add(row, "", text, "cells", "")
    judge = Judge(chunk.rows, verdicts)
    values: Values = {ROW: pa.array(chunk.rows)}
    for column in spec.columns:
        if column.name in columns.fields:
            texts = chunk.columns[columns.fields[column.name]]
            read = replace(column, times=columns.times.get(column.name, column.times), year=columns.year)
            values[column.name] = checks.column_values(texts, read, judge)
    _keep_to_scope(values, spec, chunk, columns, judge)
    for link in spec.links:
        if link.name in columns.fields:
            values[link.name] = checks.link_values(chunk.columns[columns.fields[link.name]], link, judge)
    if positions is not None and spec.geometry != "none":
        found = geometry.read(chunk, columns.geometry, positions.reading, judge)
        placed = geometry.judge_geometries(found, positions, spec.geometry, spec.geometry_required, judge)
        values[GEOM] = geometry.as_hex(placed)
        judge.blank[GEOM] = pc.is_null(values[GEOM]).to_numpy(zero_copy_only=False)
    if spec.merged:
        values[BLANK] = _blanks(spec, judge)
    if extra := _EXTRA.get(spec.name):
        extra(values, judge)
    return pa.table(values).filter(pa.array(~judge.refused))


def blank_names(spec: Spec) -> list[str]:
    """The fields whose empty cells `BLANK` counts, in the order of its bits."""
    return [*(column.name for column in spec.columns), *(link.name for link in spec.links), GEOM]


def _blanks(spec: Spec, judge: Judge) -> pa.Array:
    """Which cells of the mapped columns are empty, a bit a field: a value that is there would be cleared by it."""
    bits = np.zeros(len(judge.rows), dtype=np.int64)
    for at, name in enumerate(blank_names(spec)):
        if name in judge.blank:
            bits |= judge.blank[name].astype(np.int64) << at
    return pa.array(bits)


def _keep_to_scope(values: Values, spec: Spec, chunk: Chunk, columns: ColumnMap, judge: Judge) -> None:
    """Fill in what the layer fixes, and refuse rows that say otherwise."""
    for name, wanted in spec.scope.items():
        column = spec.column(name)
        assert column.field.vocab is not None
        if name not in columns.fields:
            values[name] = pa.array(np.full(len(chunk), wanted, dtype=np.int16))
            continue
        other = as_mask(pc.not_equal(values[name], wanted))
        term = column.field.vocab.by_id[wanted]
        judge.refuse(other, name, chunk.columns[columns.fields[name]], "other_layer", checks.term_shown(term))


def _nothing(values: Values) -> pa.Array:
    return pa.nulls(len(values[ROW]), pa.string())


def _region(values: Values, judge: Judge) -> None:
    """Digits fit the level, and the parent, where told, is the code's prefix: the rule every prefix filter relies on."""
    code, level = values["code"], values["level"]
    told = values.get("parent", _nothing(values))
    for at in vocab.DIVISIONS:
        allowed = (vocab.CODE_DIGITS[at],) if at in vocab.CODE_DIGITS else vocab.ROOT_DIGITS
        here = as_mask(pc.equal(level, at))
        fits = as_mask(pc.match_substring_regex(code, "|".join(rf"^[0-9]{{{digits}}}$" for digits in allowed)))
        expected = Words("{digits} 位数字", "{digits} digits", digits=Listed(*allowed, by=_OR))
        judge.refuse(here & ~fits & as_mask(code.is_valid()), "code", code, "code_digits", expected)
        # How many digits the city's code has is told by the whole file (`layers.ingest.place`).
        above = {vocab.CITY: (), vocab.DISTRICT: vocab.ROOT_DIGITS}.get(at, (vocab.CODE_DIGITS.get(at - 1, 0),))
        said = here & as_mask(told.is_valid())
        of_prefix = [as_mask(pc.equal(told, pc.utf8_slice_codeunits(code, 0, digits))) for digits in above]
        other = said & ~np.logical_or.reduce(of_prefix) if of_prefix else said
        judge.refuse(other & ~judge.refused, "parent", told, "wrong_parent", _PREFIX)
    of_another_kind = ~np.isin(pc.fill_null(level, 0).to_numpy(zero_copy_only=False), [0, *vocab.DIVISIONS])
    judge.refuse(of_another_kind, "level", None, "not_a_term", levels(vocab.DIVISIONS))


def levels(of: Iterable[int]) -> Listed:
    """Levels of divisions by their names."""
    return Listed(*(Small(vocab.LEVEL.by_id[level]) for level in of))


def _permit(values: Values, judge: Judge) -> None:
    """A holder is known by code; a name alone names nobody."""
    code, name = (values.get(field, _nothing(values)) for field in ("holder_code", "holder_name"))
    judge.refuse(as_mask(pc.and_(name.is_valid(), code.is_null())), "holder_code", None, "missing")
    begin, end = (values.get(field) for field in ("valid_from", "valid_to"))
    if begin is not None and end is not None:
        judge.refuse(as_mask(pc.less(end, begin)), "valid_to", end.cast(pa.string()), "out_of_range", "≥ valid_from")


def _usage(values: Values, judge: Judge) -> None:
    """Measured at exactly one place; given as litres or as m³; negative only as a correction."""
    given = np.zeros(len(values[ROW]), dtype=np.int8)
    for place in ("meter", "facility", "region"):
        given += as_mask(values.get(place, _nothing(values)).is_valid())
    judge.refuse(given != 1, "meter/facility/region", None, "one_place")
    litres = [values.pop(name) for name in ("volume_l", "volume_m3") if name in values]
    volume = litres[0] if len(litres) == 1 else pc.coalesce(*litres)
    judge.refuse(as_mask(volume.is_null()) & ~judge.refused, "volume_l", None, "missing")
    if len(litres) == 2:
        differ = as_mask(pc.not_equal(litres[0], litres[1]))
        judge.refuse(differ, "volume_m3", litres[1].cast(pa.string()), "contradiction", "volume_l ÷ 1000")
    values["volume_l"] = volume
    correction = values.get("correction_no", pa.array(np.zeros(len(given), dtype=np.int64)))
    negative = as_mask(pc.and_(pc.less(volume, 0), pc.equal(correction, 0)))
    judge.refuse(negative, "volume_l", volume.cast(pa.string()), "negative", "≥ 0")


def _population(values: Values, judge: Judge) -> None:
    """Something is counted, and was by today: a forecast is no count."""
    counts = [values.get(name, _nothing(values)) for name in ("residents", "households")]
    nothing = np.logical_and.reduce([as_mask(count.is_null()) for count in counts])
    judge.refuse(nothing & ~judge.refused, "residents/households", None, "missing")
    today = date.today()
    to_come = as_mask(pc.greater(values["day"], pa.scalar(today, pa.date32())))
    judge.refuse(to_come, "day", values["day"].cast(pa.string()), "out_of_range", f"≤ {today}")


def _provisional(values: Values, judge: Judge) -> None:
    """Of a division or of what a bureau reports; of neither it is everywhere."""
    both = [as_mask(values.get(name, _nothing(values)).is_valid()) for name in ("region", "reporting_unit")]
    judge.refuse(np.logical_and.reduce(both), "region/reporting_unit", None, "one_or_none")


_EXTRA: Mapping[str, Callable[[Values, Judge], None]] = {
    "region": _region,
    "permit": _permit,
    "population": _population,
    "provisional": _provisional,
    "usage": _usage,
}
