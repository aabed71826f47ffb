"""The marks of a sheet in an old workbook (.xls): a file system in a file (MS-CFB), and in it a stream of records (MS-XLS)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from layers.ingest.marks import Marks, Padding, letters, locked, paddings

_MOST_BYTES = 512 << 20
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x809, 0x0A, 0x85, 0x41E, 0xE0
_BOOLERR, _FORMULA, _ROW, _COLINFO, _NUMBER, _RK, _MULRK = 0x205, 0x06, 0x208, 0x7D, 0x203, 0x27E, 0xBD
_FILEPASS = 0x2F
_LAST_SECTOR = 0xFFFFFFFA
_NEW, _HIDDEN_ROW, _HIDDEN_COLUMN, _CALCULATE = 0x600, 0x20, 0x1, 0x3


def marks(path: Path, sheet: str) -> Marks:
    """The marks of one sheet of a .xls; none where the file is not understood, which the reader of values refuses."""
    found = Marks()
    try:
        stream = _workbook(path)
        at, padded = _sheet(stream, sheet)
        if at is not None:
            for kind, data in _records(stream, at):
                _read(kind, data, found, padded)
    except (struct.error, IndexError, OverflowError, UnicodeDecodeError):
        pass
    return found


def _workbook(path: Path) -> bytes:
    """The stream of the workbook in its file."""
    with path.open("rb") as file:
        whole = file.read(_MOST_BYTES)
    size = 1 << struct.unpack_from("<H", whole, 30)[0]
    directory, (small, mini_fat) = struct.unpack_from("<I", whole, 48)[0], struct.unpack_from("<II", whole, 56)

    def sector(number: int) -> bytes:
        return whole[(number + 1) * size : (number + 2) * size]

    listed = list(struct.unpack_from("<109I", whole, 76))
    more, tables = struct.unpack_from("<I", whole, 68)[0], len(whole) // size
    while more < _LAST_SECTOR and len(listed) < tables:
        told = struct.unpack(f"<{size // 4}I", sector(more))
        listed, more = listed + list(told[:-1]), told[-1]
    fat = [n for one in listed if one < _LAST_SECTOR for n in struct.unpack(f"<{size // 4}I", sector(one))]

    def chain(first: int, table: list[int]) -> list[int]:
        found: list[int] = []
        while first < _LAST_SECTOR and len(found) < len(table):
            found.append(first)
            first = table[first]
        return found

    entries = b"".join(map(sector, chain(directory, fat)))
    root = struct.unpack_from("<I", entries, 116)[0]
    for at in range(0, len(entries) - 127, 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        if name in {"Workbook", "Book"}:
            first, count = struct.unpack_from("<II", entries, at + 116)
            if count >= small:
                return b"".join(map(sector, chain(first, fat)))[:count]
            mini = [n for one in chain(mini_fat, fat) for n in struct.unpack(f"<{size // 4}I", sector(one))]
            store = b"".join(map(sector, chain(root, fat)))
            return b"".join(store[n * 64 : n * 64 + 64] for n in chain(first, mini))[:count]
    return b""


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from a beginning to the end that belongs to it."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
        if depth <= 0:
            return


def _sheet(stream: bytes, wanted: str) -> tuple[int | None, dict[int, Padding]]:
    """(where the sheet of that name begins, which styles fill up numbers). Workbooks before 1997 are left alone."""
    at: int | None = None
    codes: dict[int, str] = {}
    styles: list[int] = []
    for kind, data in _records(stream, 0):
        if kind == _BOF and struct.unpack_from("<H", data)[0] != _NEW:
            break
        if kind == _FILEPASS:
            raise locked()
        if kind == _BOUNDSHEET and _text(data[6:], 1) == wanted:
            at = struct.unpack_from("<I", data)[0]
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _text(data[2:], 2)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", data, 2)[0])
    return at, paddings(codes, styles)


def _text(data: bytes, size: int) -> str:
    count, flags = int.from_bytes(data[:size], "little"), data[size]
    body = data[size + 1 :]
    return body[: count * 2].decode("utf-16-le") if flags & 1 else body[:count].decode("latin-1")


def _read(kind: int, data: bytes, found: Marks, padded: dict[int, Padding]) -> None:
    if kind == _BOOLERR and data[7]:
        row, column = struct.unpack_from("<HH", data)
        found.error(row, column, _ERRORS.get(data[6], "#ERROR"))
    elif kind == _FORMULA:
        _formula(data, found)
    elif kind == _ROW and struct.unpack_from("<H", data, 12)[0] & _HIDDEN_ROW:
        found.hidden_rows.append(struct.unpack_from("<H", data)[0])
    elif kind == _COLINFO and struct.unpack_from("<H", data, 8)[0] & _HIDDEN_COLUMN:
        first, last = struct.unpack_from("<HH", data)
        found.hidden_columns += range(first, min(last, 255) + 1)
    elif padded and kind in (_NUMBER, _RK):
        row, column, style = struct.unpack_from("<HHH", data)
        if style in padded:
            found.pad(row, column, padded[style])
    elif padded and kind == _MULRK:
        row, first = struct.unpack_from("<HH", data)
        for number in range((len(data) - 6) // 6):
            if (how := padded.get(struct.unpack_from("<H", data, 4 + 6 * number)[0])) is not None:
                found.pad(row, first + number, how)


def _formula(data: bytes, found: Marks) -> None:
    row, column = struct.unpack_from("<HH", data)
    result, flags = data[6:14], struct.unpack_from("<H", data, 14)[0]
    if result[6:8] == b"\xff\xff" and result[0] == 2:
        found.error(row, column, _ERRORS.get(result[2], "#ERROR"))
    # Programs that write formulas and do not reckon put nought there, and ask for it to be reckoned.
    elif flags & _CALCULATE == _CALCULATE and result == bytes(8):
        found.without_result(f"{letters(column)}{row + 1}")
