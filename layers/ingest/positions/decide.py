"""How the positions of a file are read: proposed by the evidence of its first rows, or as its sender has told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from layers.ingest import crs
from layers.ingest.columns import ColumnMap
from layers.ingest.positions import datum, known, readings, texts
from layers.ingest.positions.bounds import Extent
from layers.ingest.positions.evidence import Seen, Verdict, judge
from layers.ingest.positions.readings import Reading
from layers.ingest.positions.sampled import Rows, Sample, rows_of
from layers.ingest.reading import Choice
from layers.ingest.spec import Spec
from layers.ingest.table import Chunk
from layers.words import Words

COORDINATES = "coordinates"
FIRST_ROWS = 5_000  # of the file, at least, that the sample is taken from

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
class Weighed:
    """The ways in which some rows could be read, the plain one first, what each makes of them, and which is to be proposed."""

    candidates: Sequence[Reading]
    seen: Sequence[Seen]
    verdict: Verdict
    divisions: bool

    @property
    def chosen(self) -> Reading:
        return self.candidates[self.verdict.chosen]


def weigh(cursor: Cursor, spec: Spec, rows: Rows, plain: Reading, city: Extent | None, typed: bool) -> Weighed:
    """What some rows speak for; ``typed`` says that their positions were written as text."""
    sample = Sample(cursor, spec, rows, city)
    seen = [sample.seen(plain)]
    verdict = judge(seen, divisions=sample.placed)
    packed = typed and readings.look_packed(rows.numbers)
    if verdict.why == "fits" and not packed and (not sample.placed or bool((seen[0].fit == 1).all())):
        return Weighed([plain], seen, verdict, sample.placed)  # nothing is left for another reading to explain
    named = {plain.name: plain}
    for one in readings.alternatives(plain, rows.numbers, city.centre if city else None, typed):
        named.setdefault(one.name, one)
    candidates = list(named.values())
    seen += [replace(sample.seen(one), by_form=one.packed and packed) for one in candidates[1:]]
    return Weighed(candidates, seen, judge(seen, divisions=sample.placed), sample.placed)


def _proposed(
    cursor: Cursor, spec: Spec, columns: ColumnMap, plain: Reading, first: Sequence[Chunk], city: Extent | None
) -> tuple[Reading, Choice | None]:
    rows = rows_of(spec, columns, first)
    if not len(rows.codes):
        return plain, None
    found = weigh(cursor, spec, rows, plain, city, texts.is_positions(columns.geometry))
    return (plain, None) if found.verdict.why == "fits" else (found.chosen, _choice(found))


def _choice(found: Weighed) -> Choice:
    """The decision with its evidence: of the plain reading, and of the one proposed."""
    candidates, seen, verdict, divisions = found.candidates, found.seen, found.verdict, found.divisions
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
