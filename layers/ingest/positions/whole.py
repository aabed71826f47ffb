"""Whether the reading that the first rows spoke for is that of the whole file: the rest may have come from another hand.

Rows are taken evenly while the file is read, and weighed part by part against the reading that was chosen: one half that speaks
for it and one that speaks against it would, taken together, speak for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.ingest.columns import ColumnMap
from layers.ingest.positions import known, texts
from layers.ingest.positions.decide import COORDINATES, Positions, Weighed, weigh
from layers.ingest.positions.sampled import SAMPLE, Rows, rows_of
from layers.ingest.reading import Choice
from layers.ingest.spec import Spec
from layers.ingest.table import Chunk
from layers.words import Words

PARTS = 16  # at most, that the file is looked at in
FEWEST = 20  # rows of a part: fewer say too little

Cursor = Any


@dataclass(slots=True)
class Spread:
    """Every so many-th row of a file, at most `SAMPLE` of them however many there are."""

    kept: list[Chunk] = field(default_factory=list)
    _step: int = 1
    _seen: int = 0

    def watch(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The same chunks, of which some rows are kept as they go by."""
        for chunk in chunks:
            self._keep(chunk)
            yield chunk

    def _keep(self, chunk: Chunk) -> None:
        while sum(map(len, self.kept)) + -(-len(chunk) // self._step) > SAMPLE:
            self._step *= 2
            self.kept = _every_second(self.kept)
        first = -self._seen % self._step
        if found := len(range(first, len(chunk), self._step)):
            self.kept.append(_taken(chunk, first + self._step * np.arange(found)))
        self._seen += len(chunk)


def _every_second(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Of rows that lie in several chunks, one behind the other."""
    found, before = [], 0
    for chunk in chunks:
        if len(at := np.arange(before % 2, len(chunk), 2)):
            found.append(_taken(chunk, at))
        before += len(chunk)
    return found


def _taken(chunk: Chunk, at: NDArray[np.int64]) -> Chunk:
    which = pa.array(at)
    columns = {heading: column.take(which) for heading, column in chunk.columns.items()}
    return Chunk(chunk.rows[at], columns, None if chunk.wkb is None else chunk.wkb.take(which))


def question(cursor: Cursor, spec: Spec, columns: ColumnMap, positions: Positions, spread: Spread) -> Choice | None:
    """What is asked where a part of the file speaks for another reading than the one that it is read by; None where none does.

    Of codes that are known already all are looked at (`moved.question`), and none here.
    """
    if positions.city is None or spec.geometry != "point":
        return None  # only divisions tell a part from another
    rows = rows_of(spec, columns, spread.kept)
    there, _, _ = known.standing(cursor, spec, rows.codes)
    rows = rows.take(np.setdiff1d(np.arange(len(rows.codes)), there))
    parts = min(PARTS, len(rows.codes) // FEWEST)
    if parts < 2:
        return None  # the first rows were all there are
    typed = texts.is_positions(columns.geometry)
    against: list[tuple[Rows, Weighed]] = []
    for at in np.array_split(np.arange(len(rows.codes)), parts):
        part = rows.take(at)
        found = weigh(cursor, spec, part, positions.reading, positions.city, typed)
        if found.verdict.chosen:
            against.append((part, found))
    return _choice(positions, against) if against else None


def _choice(positions: Positions, against: Sequence[tuple[Rows, Weighed]]) -> Choice:
    chosen = positions.reading.name
    first, last = against[0][0].lines[0], against[-1][0].lines[-1]
    best = against[0][1]
    plain, other = (best.seen[at].told(best.divisions) for at in (0, best.verdict.chosen))
    why = Words(
        "文件各部分的坐标不像同一种：第 {first:,} 至 {last:,} 行中有的部分按 {other_said} 读更相符（抽看的行：按 {chosen} 读，{plain_fits}；"
        "按 {other_said} 读，{other_fits}）。请拆成几个文件分别导入；确认则全部按 {chosen} 读",
        "not all of the file is written the same way: parts of the rows {first:,} to {last:,} fit better as {other} (of those "
        "looked at, as {chosen}: {plain_fits}; as {other}: {other_fits}). Split the file; confirm to read all of it as {chosen}",
        first=int(first), last=int(last), chosen=chosen, plain_fits=plain,
        other=best.chosen.name, other_said=best.chosen.said, other_fits=other,
    )  # fmt: skip
    others = list(dict.fromkeys(found.chosen.name for _, found in against))
    return Choice(COORDINATES, chosen, why, others, asks=True)
