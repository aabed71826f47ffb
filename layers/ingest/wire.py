"""What the reading process tells the one that asked: a head, chunks, an end; each a kind, a length and that many bytes.

The reading process is not trusted, as a file may have taken it over. So nothing here can make its reader run or fetch
anything, or hold more than a frame's bounds: heads and ends are JSON, a chunk is the plain buffers of columns of two known
types. Arrow's own stream format would bring schemas, nested types, dictionaries and compressed buffers along.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk

HEAD, CHUNK, END = b"H", b"C", b"E"
MAX_TEXT_BYTES = 4 << 20  # of a head or an end
MAX_CHUNK_BYTES = 256 << 20  # one row may be an outline of many megabytes; the reading process keeps chunks far smaller
MAX_HEADINGS = 16_384  # of a spreadsheet
MAX_HEADING_CHARACTERS = 500_000  # in all

_FRAME = struct.Struct("<cQ")
_ALIGNED = 8

Read = Callable[[int], bytearray]
"""Gives exactly so many bytes, or raises."""


class Malformed(ValueError):
    """What came is not what a reader of ours sends."""


def send(out: BinaryIO, kind: bytes, told: dict[str, Any]) -> None:
    """Write a head or an end."""
    text = json.dumps(told, ensure_ascii=False).encode(errors="replace")
    out.write(_FRAME.pack(kind, len(text)) + text)
    out.flush()


def send_chunk(out: BinaryIO, chunk: Chunk, names: Sequence[str]) -> None:
    """Write a chunk: its row numbers, its ragged rows, its columns in the order of ``names``, its geometry if it has any.

    Raises `ImportRefused`, before anything is written, for more than a frame may hold.
    """
    parts: list[Any] = [
        *_numbers(chunk.rows),
        *_numbers(np.array([row for row, _ in chunk.ragged], dtype=np.int64)),
        *_buffers(pa.array([text for _, text in chunk.ragged], pa.string())),
        *(part for name in names for part in _buffers(chunk.columns[name])),
        *([] if chunk.wkb is None else _buffers(chunk.wkb.cast(pa.binary()))),
    ]
    sizes = np.array([len(chunk.rows), len(chunk.ragged), *(part.nbytes for part in parts)], dtype="<i8").data.cast("B")
    count = struct.pack("<Q", len(parts))
    padded = [(part.cast("B"), b"\0" * (-part.nbytes % _ALIGNED)) for part in parts]
    length = len(count) + sizes.nbytes + sum(part.nbytes + len(gap) for part, gap in padded)
    if length > MAX_CHUNK_BYTES:  # of one row: it was divided as far as can be
        row = int(chunk.rows[0]) if len(chunk) else 0
        raise ImportRefused(
            "第 {row} 行过大",
            "row {row} is too large",
            param="file",
            allowed=[f"≤ {MAX_CHUNK_BYTES >> 20} MB"],
            row=row,
        )
    out.write(_FRAME.pack(CHUNK, length) + count)
    out.write(sizes)
    for part, gap in padded:
        out.write(part)
        out.write(gap)
    out.flush()


def _numbers(values: NDArray[np.int64]) -> list[memoryview]:
    return [np.ascontiguousarray(values, dtype="<i8").data]


def _buffers(values: pa.Array) -> list[memoryview]:
    """Of a string or binary array: which are there (bits, empty for all), where each ends, the bytes."""
    count = len(values)
    _, offsets, data = values.buffers()
    if not count or offsets is None:
        return [memoryview(b""), np.zeros(1, "<i4").data, memoryview(b"")]
    ends = np.frombuffer(offsets, "<i4", count + 1, values.offset * 4)
    there = values.is_valid().to_numpy(zero_copy_only=False) if values.null_count else None
    return [
        memoryview(b"") if there is None else np.packbits(there, bitorder="little").data,
        (ends - ends[0]).data if ends[0] else ends.data,
        memoryview(b"") if data is None else memoryview(data)[int(ends[0]) : int(ends[-1])],
    ]


def frames(read: Read) -> Iterator[tuple[bytes, Any]]:
    """(kind, what it holds) until the end's; raises `Malformed` for anything that is not such a frame, or too long."""
    while True:
        kind, length = _FRAME.unpack(bytes(read(_FRAME.size)))
        if length > {HEAD: MAX_TEXT_BYTES, END: MAX_TEXT_BYTES, CHUNK: MAX_CHUNK_BYTES}.get(kind, -1):
            raise Malformed(f"a frame {kind!r} of {length} bytes")
        body = read(length)
        if kind == CHUNK:
            yield kind, memoryview(body)
            continue
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Malformed("no JSON") from error
        if not isinstance(told, dict):
            raise Malformed("no object")
        yield kind, told
        if kind == END:
            return


def chunk_of(body: memoryview, names: Sequence[str], has_wkb: bool) -> Chunk:
    """The chunk in a frame whose columns are told by ``names``; every buffer is checked before it is believed."""
    expected = 5 + 3 * (len(names) + has_wkb)
    if len(body) < 8 or struct.unpack_from("<Q", body)[0] != expected or len(body) < 8 * (expected + 3):
        raise Malformed("another number of columns")
    rows, ragged, *sizes = (int(n) for n in np.frombuffer(body, "<i8", expected + 2, 8))
    if min(rows, ragged, *sizes) < 0:
        raise Malformed("a negative size")
    parts, at = [], 8 * (expected + 3)
    for size in sizes:
        if at + size > len(body):
            raise Malformed("a buffer that is cut short")
        parts.append(body[at : at + size])
        at += size + -size % _ALIGNED
    left = iter(parts)
    numbers = _as_numbers(next(left), rows)
    ragged_rows = _as_numbers(next(left), ragged)
    texts = _as_array(pa.string(), ragged, next(left), next(left), next(left))
    columns = {name: _as_array(pa.string(), rows, next(left), next(left), next(left)) for name in names}
    wkb = _as_array(pa.binary(), rows, next(left), next(left), next(left)) if has_wkb else None
    spare = [(row, text or "") for row, text in zip(ragged_rows.tolist(), texts.to_pylist(), strict=True)]
    return Chunk(numbers, columns, wkb, spare)


def _as_numbers(part: memoryview, count: int) -> NDArray[np.int64]:
    if part.nbytes != count * 8:
        raise Malformed("another number of rows")
    return np.frombuffer(part, "<i8")


def _as_array(kind: pa.DataType, count: int, there: memoryview, ends: memoryview, data: memoryview) -> pa.Array:
    if ends.nbytes != (count + 1) * 4 or there.nbytes not in (0, (count + 7) // 8):
        raise Malformed("buffers that do not fit the number of rows")
    bits = pa.py_buffer(there) if there.nbytes else None
    try:
        values = pa.Array.from_buffers(kind, count, [bits, pa.py_buffer(ends), pa.py_buffer(data)])
        values.validate(full=True)  # offsets within the bytes and rising, text in UTF-8
    except pa.ArrowException as error:
        raise Malformed(str(error)) from error
    return values


def pieces(chunk: Chunk, most_bytes: int) -> Iterator[Chunk]:
    """The chunk in halves of halves until each has at most so many bytes, or one row."""
    size = sum(column.nbytes for column in chunk.columns.values()) + (0 if chunk.wkb is None else chunk.wkb.nbytes)
    size += sum(len(text) + 24 for _, text in chunk.ragged)
    if size <= most_bytes or len(chunk) + len(chunk.ragged) <= 1:
        yield chunk
        return
    at, spare = (len(chunk) + 1) // 2, len(chunk.ragged) // 2
    for rows, ragged in ((slice(None, at), slice(None, spare)), (slice(at, None), slice(spare, None))):
        columns = {name: values[rows] for name, values in chunk.columns.items()}
        wkb = None if chunk.wkb is None else chunk.wkb[rows]
        yield from pieces(Chunk(chunk.rows[rows], columns, wkb, chunk.ragged[ragged]), most_bytes)
