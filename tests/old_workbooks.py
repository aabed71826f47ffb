"""An old workbook (.xls), record by record: nothing that is installed writes one."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

Cell = str | float | bytes | None
"""A text, a number, a record of its own (`error`, `unsaved`), nothing."""
_END = 0xFFFFFFFE


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def error(row: int, column: int, code: int) -> bytes:
    return record(0x205, struct.pack("<HHHBB", row, column, 0, code, 1))


def unsaved(row: int, column: int) -> bytes:
    """A formula, 1+1, with nought for its result and the wish to be reckoned."""
    tokens = b"\x1e\x01\x00\x1e\x01\x00\x03"
    return record(0x06, struct.pack("<HHH8sHIH", row, column, 0, bytes(8), 3, 0, len(tokens)) + tokens)


def xls(path: Path, rows: Sequence[Sequence[Cell]], *, hidden_rows: Sequence[int] = (), hidden_columns: Sequence[int] = (),
        padded: str = "", name: str = "Sheet1", stream: str = "Workbook", locked: bool = False) -> Path:  # fmt: skip
    """A workbook of one sheet; with ``padded`` a number format for all its numbers."""
    bof = struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0)
    formats = record(0x41E, struct.pack("<HHB", 164, len(padded), 0) + padded.encode()) if padded else b""
    styles = record(0xE0, struct.pack("<HH16x", 0, 0)) + record(0xE0, struct.pack("<HH16x", 0, 164 if padded else 0))
    lock = record(0x2F, bytes(6)) if locked else b""
    label = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    before = record(0x809, bof) + lock + formats + styles
    start = len(before) + 4 + 6 + len(label) + 4
    book = before + record(0x85, struct.pack("<IBB", start, 0, 0) + label) + record(0x0A, b"")
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += b"".join(record(0x7D, struct.pack("<HHHHHH", at, at, 2560, 0, 1, 0)) for at in hidden_columns)
    sheet += b"".join(record(0x208, struct.pack("<HHHHHHI", at, 0, 9, 255, 0, 0, 0x20)) for at in hidden_rows)
    sheet += b"".join(
        _cell(at, column, cell, bool(padded)) for at, row in enumerate(rows) for column, cell in enumerate(row)
    )
    path.write_bytes(_compound(book + sheet + record(0x0A, b""), stream))
    return path


def _cell(row: int, column: int, cell: Cell, padded: bool) -> bytes:
    if cell is None:
        return b""
    if isinstance(cell, bytes):
        return cell
    if isinstance(cell, str):
        return record(0x204, struct.pack("<HHHHB", row, column, 0, len(cell), 1) + cell.encode("utf-16-le"))
    return record(0x203, struct.pack("<HHHd", row, column, int(padded), cell))


def _compound(stream: bytes, name: str) -> bytes:
    """The file system around a stream of at least 4,096 bytes: a table of sectors, a directory, the stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // 512)
    table = [0xFFFFFFFD, _END, *(at + 1 for at in range(2, count + 1)), _END]
    sectors = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    assert len(sectors) == 512

    def entry(told: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = told.encode("utf-16-le")
        return raw.ljust(64, b"\0") + struct.pack(
            "<HBBIII36xIQ", len(raw) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, start, size
        )

    directory = entry("Root Entry", 5, 1, _END, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(stream)) + bytes(256)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0
    )  # fmt: skip
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + sectors + directory + stream.ljust(count * 512, b"\0")
