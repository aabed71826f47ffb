"""How the positions of a file are read: proposed by the evidence of its first rows, or as its sender has told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.ingest import crs
from layers.ingest.checks import Judge
from layers.ingest.columns import ColumnMap
from layers.ingest.positions import datum, known, readings, texts
from layers.ingest.positions.bounds import Extent
from layers.ingest.positions.evidence import Codes, Floats, Seen, Verdict, judge, shift_of
from layers.ingest.positions.readings import Reading
from layers.ingest.positions.texts import Numbers
from layers.ingest.reading import Choice
from layers.ingest.refusal import Verdicts
from layers.ingest.spec import Spec
from layers.ingest.table import Chunk
from layers.words import Words

COORDINATES = "coordinates"
SAMPLE = 1_000  # rows whose divisions are looked up
FIRST_ROWS = 5_000  # of the file, at least, that the sample is taken from
STILL_DEG = 5e-5  # about five metres

Cursor = Any


@dataclass(frozen=True, slots=True)
class Positions:
    """How the positions of a file are read, and how far they may reach; ``city`` is None while there are no divisions."""

    reading: Reading
    city: Extent | None = None
    choices: Sequence[Choice] = field(default_factory=tuple)


def first_rows(chunks: Iterator[Chunk]) -> tuple[list[Chunk], Iterator[Chunk]]:
    """Chunks of at least `FIRST_ROWS` rows, if there are so many, and all chunks again."""
    held: list[Chunk] = []
    while sum(map(len, held)) < FIRST_ROWS and (chunk := next(chunks, None)) is not None:
        held.append(chunk)
    return held, chain(held, chunks)


def decide(
    cursor: Cursor,
    spec: Spec,
    columns: ColumnMap,
    plain: crs.SourceCrs,
    first: Sequence[Chunk],
    told: Mapping[str, str],
) -> Positions:
    """The reading of a file whose coordinates are said to be ``plain``; ``first`` are its first chunks.

    Raises `ImportRefused` for a reading or a shift told that is none, and for half of a position's columns.
    """
    city = known.extent(cursor)
    shift = datum.shift(told)
    named = told.get(COORDINATES)
    if named is not None:
        reading, choice = readings.told(named), None
    else:
        reading, choice = _proposed(cursor, spec, columns, Reading(plain), first, city)
    reading = replace(reading, shift_m=shift)
    asked = datum.question(reading.source, told)
    bounded = city if spec.name != "region" else None  # a city may come to be drawn anew, and larger
    return Positions(reading, bounded, [one for one in (choice, asked) if one])


@dataclass(frozen=True, slots=True)
class _Rows:
    """Some rows of the file: their numbers, codes, and the divisions they name."""

    numbers: Numbers
    codes: list[str | None]
    declared: Codes

    def take(self, at: NDArray[np.int64]) -> _Rows:
        numbers = Numbers(self.numbers.x[at], self.numbers.y[at], self.numbers.written[at])
        return _Rows(numbers, [self.codes[i] for i in at], self.declared[at])


def _proposed(
    cursor: Cursor, spec: Spec, columns: ColumnMap, plain: Reading, first: Sequence[Chunk], city: Extent | None
) -> tuple[Reading, Choice | None]:
    rows = _rows(spec, columns, first)
    if not len(rows.codes):
        return plain, None
    sample = _Sample(cursor, spec, rows, city)
    seen = [sample.seen(plain)]
    verdict = judge(seen, divisions=sample.placed)
    typed = texts.is_positions(columns.geometry)
    packed = typed and readings.look_packed(rows.numbers)
    if verdict.why == "fits" and not packed and (not sample.placed or bool((seen[0].fit == 1).all())):
        return plain, None  # nothing is left for another reading to explain
    named = {plain.name: plain}
    for one in readings.alternatives(plain, rows.numbers, city.centre if city else None, typed):
        named.setdefault(one.name, one)
    candidates = list(named.values())
    seen += [replace(sample.seen(one), by_form=one.packed and packed) for one in candidates[1:]]
    verdict = judge(seen, divisions=sample.placed)
    if verdict.why == "fits":
        return plain, None
    return candidates[verdict.chosen], _choice(candidates, seen, verdict, sample.placed)


class _Sample:
    """The rows that are looked at, and what is known of them whichever way they are read."""

    def __init__(self, cursor: Cursor, spec: Spec, rows: _Rows, city: Extent | None) -> None:
        self._cursor = cursor
        # Divisions tell of points; an outline lies in many.
        self.placed = city is not None and spec.geometry == "point"
        at, self._lon, self._lat = known.standing(cursor, spec, rows.codes)
        self._known = rows.take(at)
        self._known_rows = at
        every = np.arange(len(rows.codes))
        self._at = every if len(every) <= SAMPLE else np.linspace(0, len(every) - 1, SAMPLE).astype(np.int64)
        self._rows = rows.take(self._at)

    def seen(self, reading: Reading) -> Seen:
        lon, lat = reading.placed(self._known.numbers)
        settled = np.zeros(len(self._at), dtype=bool)
        with np.errstate(invalid="ignore"):
            still = np.maximum(np.abs(lon - self._lon), np.abs(lat - self._lat)) < STILL_DEG
        settled[np.isin(self._at, self._known_rows[still])] = True
        found = (
            known.found(self._cursor, *reading.placed(self._rows.numbers))
            if self.placed else np.full(len(self._at), "", dtype="U12")
        )  # fmt: skip
        return Seen(reading.name, found, self._rows.declared, shift_of(lon, lat, self._lon, self._lat), settled)


def _rows(spec: Spec, columns: ColumnMap, first: Sequence[Chunk]) -> _Rows:
    """The rows of the first chunks that have a position, whole: what is refused is refused when it is read."""
    found = [_of_chunk(spec, columns, chunk) for chunk in first if len(chunk)]
    if not found:
        return _Rows(Numbers(np.empty(0), np.empty(0), np.empty(0, dtype=bool)), [], np.empty(0, dtype="U12"))
    numbers = Numbers(
        np.concatenate([one.numbers.x for one in found]), np.concatenate([one.numbers.y for one in found]),
        np.concatenate([one.numbers.written for one in found]),
    )  # fmt: skip
    codes = [code for one in found for code in one.codes]
    rows = _Rows(numbers, codes, np.concatenate([one.declared for one in found]))
    return rows.take(np.flatnonzero(numbers.there))


def _of_chunk(spec: Spec, columns: ColumnMap, chunk: Chunk) -> _Rows:
    if texts.is_positions(columns.geometry):
        numbers = texts.read(chunk, columns.geometry, Judge(chunk.rows, Verdicts()))
    else:
        numbers = _middles(chunk, columns)
    return _Rows(numbers, _texts(chunk, columns, "code").to_pylist(), _declared(spec, columns, chunk))


def _middles(chunk: Chunk, columns: ColumnMap) -> Numbers:
    """The centre of each shape's box, which of a point is the point."""
    if "wkt" in columns.geometry:
        cells = chunk.columns[columns.geometry["wkt"]].to_numpy(zero_copy_only=False)
        shapes = shapely.from_wkt(cells, on_invalid="ignore")
    elif chunk.wkb is not None:
        shapes = shapely.from_wkb(chunk.wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    else:
        shapes = np.full(len(chunk), None, dtype=object)
    box: Floats = shapely.bounds(shapes)
    return Numbers((box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2, np.zeros(len(chunk), dtype=bool))


def _texts(chunk: Chunk, columns: ColumnMap, name: str) -> pa.Array:
    heading = columns.fields.get(name)
    return chunk.columns[heading] if heading else pa.nulls(len(chunk), pa.string())


def _declared(spec: Spec, columns: ColumnMap, chunk: Chunk) -> Codes:
    """The code of the division that each row names, "" where it names none."""
    name = next((column.name for column in spec.columns if column.target == "declared_region_id"), "")
    found = _texts(chunk, columns, name).fill_null("").to_numpy(zero_copy_only=False)
    codes = found.astype("U12")
    return np.where(np.strings.isdigit(codes), codes, "")  # a name is no code


def _choice(candidates: Sequence[Reading], seen: Sequence[Seen], verdict: Verdict, divisions: bool) -> Choice:
    """The decision with its evidence: of the plain reading, and of the one proposed."""
    plain, chosen = seen[0], seen[verdict.chosen]
    # The plain reading first, then those that put anything into the city, by how well they fit.
    order = sorted(range(1, len(seen)), key=lambda at: (-float(seen[at].fit.mean()), at))
    likely = [0, *(at for at in order if seen[at].stands or bool((seen[at].found != "").any()))]
    others = [candidates[at].name for at in likely if at != verdict.chosen]
    if verdict.chosen:
        return Choice(
            COORDINATES, chosen.name,
            Words("按 {plain} 读：{plain_fits}；按 {chosen_said} 读：{chosen_fits}", "read as {plain}: {plain_fits}; read as {chosen}: {chosen_fits}", plain=plain.name, plain_fits=plain.told(divisions), chosen_said=candidates[verdict.chosen].said, chosen=chosen.name, chosen_fits=chosen.told(divisions)), others, asks=True,
        )  # fmt: skip
    why = {
        "nowhere": Words(
            "多数位置不在登记的区划内，其他读法也不符",
            "most positions lie outside their divisions, whichever way they are read",
        ),
        "vector": Words(
            "已登记的位置整体平移，可能是另一种基准",
            "all known positions are moved by one vector: perhaps another datum",
        ),
    }[verdict.why]
    return Choice(
        COORDINATES,
        plain.name,
        Words("{why}：{told}", "{why}: {told}", why=why, told=plain.told(divisions)),
        others,
        asks=True,
    )
