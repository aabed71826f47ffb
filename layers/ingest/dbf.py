"""dBASE tables (.dbf), alone or of a Shapefile, read here rather than by GDAL: what they say of their encoding is so often wrong that
the bytes have to be seen, and a heading of ten bytes may end within a character.

Numbers come as they are written, without trailing zeros; dates as ISO.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.ingest import encodings
from layers.ingest.encodings import FoundEncoding
from layers.ingest.reading import NO_HINTS, Hints
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table, float_text, trimmed, without_empty_rows
from layers.words import NOTHING, Listed, Worded, Words

BATCH_ROWS = 50_000
_BATCH_BYTES = 16 << 20
_NAME_BYTES = 11
_DELETED = ord("*")
_MEMO = frozenset({"M", "G", "P", "B"})
_LANGUAGES = {
    0x4D: "936",
    0x7A: "936",
    0x4F: "950",
    0x78: "950",
    0x57: "",
}  # 0x57 is what everybody writes who does not know


@dataclass(frozen=True, slots=True)
class DbfField:
    """One column: its heading as bytes, its kind (a letter of dBASE), where it stands in a record."""

    name: bytes
    kind: str
    at: int
    length: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a .dbf is laid out."""

    fields: tuple[DbfField, ...]
    start: int  # of the first record
    length: int  # of a record, bytes
    count: int
    language: int


def layout(path: Path) -> Layout:
    """The layout of a .dbf; `ImportRefused` when its heading is damaged, or it ends before its last record."""
    with path.open("rb") as file:
        head = file.read(32)
        start, length = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
        count = int.from_bytes(head[4:8], "little")
        described = file.read(max(start - 32, 0))
    fields: list[DbfField] = []
    at = 1  # behind the mark of deletion
    for place in range(0, len(described) - 31, 32):
        one = described[place : place + 32]
        if one[0] in b"\r\n\0":
            break
        size = one[16] + (one[17] << 8 if chr(one[11]) == "C" and not one[17] > 4 else 0)
        fields.append(DbfField(one[:_NAME_BYTES].partition(b"\0")[0], chr(one[11]), at, size))
        at += size
    there = path.stat().st_size
    if not fields or at > length or there < start or any(not one.length for one in fields):
        raise damaged(path.name)
    if there < start + length * count:
        raise damaged(
            path.name,
            Words("：应有 {rows} 行，文件在第 {row} 行处中断", "", rows=count, row=(there - start) // length + 1),
        )
    return Layout(tuple(fields), start, length, count, head[29])


def damaged(name: str, why: Worded = NOTHING) -> ImportRefused:
    return ImportRefused(
        "属性表 {name} 已损坏或不完整{why}：请重新导出",
        "the table {name!r} is damaged or cut short: export it anew",
        param="file",
        name=name,
        why=why,
    )


def declared(path: Path, found: Layout) -> tuple[str, Worded]:
    """What is said of the encoding, "" where nothing is, and who says it: a .cpg or .cst beside, or the language byte."""
    beside = {p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem}
    for suffix in (".cpg", ".cst"):
        if suffix in beside:
            with beside[suffix].open("rb") as file:
                word = file.read(64).decode("ascii", "replace").strip("\ufeff\ufffd \r\n\t\0")
            if word:
                return word[:40], Words("{suffix} 文件", "the {suffix} file", suffix=suffix)
    return _LANGUAGES.get(found.language, ""), Words("属性表", "the table")


def encoding(path: Path, found: Layout, hints: Hints) -> FoundEncoding:
    """In what the headings and texts are; `ImportRefused` when in nothing that is known."""
    said, source = declared(path, found)
    return encodings.of_table(_foreign(path, found), said, source, path.name, hints.told)


def _foreign(path: Path, found: Layout) -> Iterator[bytes]:
    """Headings and texts beyond ASCII, each once a batch."""
    for one in found.fields:
        if not one.name.isascii():
            yield one.name
    texts = [i for i, one in enumerate(found.fields) if one.kind == "C"]
    for _, records in _records(path, found):
        if texts and (records.view(np.uint8) & 0x80).any():
            for i in texts:
                values = records[f"f{i}"]
                for value in dict.fromkeys(values.tolist()):
                    if not value.isascii():
                        yield value.rstrip(b" \0")


def _records(path: Path, found: Layout) -> Iterator[tuple[int, NDArray[Any]]]:
    """(number of the first, records) in batches, with a field a column; deleted ones too."""
    spec = np.dtype({
        "names": ["mark", *(f"f{i}" for i in range(len(found.fields)))],
        "formats": ["u1", *(f"S{one.length}" for one in found.fields)],
        "offsets": [0, *(one.at for one in found.fields)],
        "itemsize": found.length,
    })  # fmt: skip
    batch = max(1, min(BATCH_ROWS, _BATCH_BYTES // found.length))
    with path.open("rb") as file:
        file.seek(found.start)
        for at in range(0, found.count, batch):
            count = min(batch, found.count - at)
            block = file.read(count * found.length)
            if len(block) < count * found.length:
                raise damaged(path.name)
            yield at, np.frombuffer(block, spec)


@dataclass(frozen=True, slots=True)
class Attributes:
    """The columns of a .dbf: headings that can be read, and its rows as texts."""

    path: Path
    layout: Layout
    finding: FoundEncoding
    headings: tuple[str, ...]
    notes: tuple[Worded, ...]
    of_shapes: bool  # beside a .shp, where asterisks are no number, and not one that was too long for its field

    def batches(self) -> Iterator[tuple[NDArray[np.int64], dict[str, pa.Array]]]:
        """(numbers of the records from 0, heading → texts), without those that are marked as deleted."""
        for at, records in _records(self.path, self.layout):
            kept = np.flatnonzero(records["mark"] != _DELETED)
            columns: dict[str, pa.Array] = {}
            for i, (heading, one) in enumerate(zip(self.headings, self.layout.fields, strict=True)):
                if heading not in columns:
                    texts = _texts(records[f"f{i}"][kept], one, self.finding.encoding)
                    columns[heading] = _without_stars(texts) if self.of_shapes and one.kind in "NF" else texts
            yield kept + at, columns


def attributes(path: Path, hints: Hints, *, of_shapes: bool) -> Attributes:
    """Open a .dbf; `ImportRefused` when it is damaged or in no known encoding."""
    found = layout(path)
    finding = encoding(path, found, hints)
    headings = tuple((encodings.decode_cut(one.name, finding.encoding) or "").strip() for one in found.fields)
    memos = [heading for heading, one in zip(headings, found.fields, strict=True) if one.kind in _MEMO]
    notes = []
    if memos:
        notes.append(Words("备注型列未读入：{memos}", "memo columns are not read: {memos}", memos=Listed(*memos)))
    return Attributes(path, found, finding, headings, tuple(notes), of_shapes)


def open_dbf(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """A .dbf by itself: a table without positions, its row numbers from 1."""
    shapes = [p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() == ".shx"]
    if shapes and not path.with_suffix(".shp").exists():
        raise ImportRefused(
            "缺少与 {name} 同名的 .shp：请把同名的一组文件一起压缩成 zip 再导入", ".shp is missing beside {name!r}: zip it together with the files of the same name", param="file", name=path.name,
        )  # fmt: skip
    found = attributes(path, hints, of_shapes=False)

    def chunks() -> Iterator[Chunk]:
        for numbers, columns in found.batches():
            yield without_empty_rows(Chunk(numbers + 1, columns))

    choices = [found.finding.choice] if found.finding.choice else []
    return Table("dbf", found.headings, chunks, notes=found.notes, choices=choices)


def _texts(values: NDArray[Any], one: DbfField, encoding: str) -> pa.Array:
    if one.kind in _MEMO:
        return pa.nulls(len(values), pa.string())
    if one.kind in "I+" and one.length == 4:
        numbers = np.ascontiguousarray(values).view(f"V{one.length}")
        return pa.array(np.frombuffer(numbers.tobytes(), "<i4")).cast(pa.string())
    if one.kind in "OY@T":
        return _binary(values, one)
    raw = pa.array(values.tolist(), pa.binary())
    texts = trimmed(decoded(raw, encoding))
    if one.kind in "NF":
        return _numbers(texts)
    if one.kind == "D":
        texts = pc.if_else(pc.match_substring_regex(texts, "^0*$"), pa.scalar(None, pa.string()), texts)
        return pc.replace_substring_regex(texts, r"^([0-9]{4})([0-9]{2})([0-9]{2})$", r"\1-\2-\3")
    if one.kind == "L":
        texts = pc.replace_substring_regex(pc.replace_substring_regex(texts, "^[TtYy]$", "true"), "^[FfNn]$", "false")
        return pc.if_else(pc.equal(texts, "?"), pa.scalar(None, pa.string()), texts)
    return texts


def _binary(values: NDArray[Any], one: DbfField) -> pa.Array:
    """Doubles (O), currency (Y, ten-thousandths); times of kinds that nobody sends are left out."""
    raw = b"".join(value.ljust(one.length, b"\0") for value in values.tolist())
    if one.kind == "O" and one.length == 8:
        return pa.array([float_text(value) for value in np.frombuffer(raw, "<f8").tolist()], pa.string())
    if one.kind == "Y" and one.length == 8:
        return pa.array([float_text(value / 10_000) for value in np.frombuffer(raw, "<i8").tolist()], pa.string())
    return pa.nulls(len(values), pa.string())


def _without_stars(texts: pa.Array) -> pa.Array:
    """A field full of asterisks is how GDAL and Esri, and so our own Shapefiles, write that there is no number."""
    return pc.if_else(pc.match_substring_regex(texts, r"^\*+$"), pa.scalar(None, pa.string()), texts)


def _numbers(texts: pa.Array) -> pa.Array:
    """As written, without zeros that say nothing: 80.000 → 80; what is written with an exponent, as spreadsheets show it."""
    plain = pc.replace_substring_regex(texts, r"^([+-]?[0-9]*\.[0-9]*?)0+$", r"\1")
    plain = pc.replace_substring_regex(plain, r"^([+-]?[0-9]+)\.$", r"\1")
    powers = pc.match_substring_regex(plain, r"^[+-]?[0-9.]+[eE][+-]?[0-9]+$")
    if not pc.any(powers).as_py():
        return plain
    return pa.array([
        float_text(float(text)) if power else text for text, power in zip(plain.to_pylist(), powers.to_pylist(), strict=True)
    ], pa.string())  # fmt: skip


def decoded(raw: pa.Array, encoding: str) -> pa.Array:
    """A binary array → string array; a value that ends within a character ends before it."""
    if encoding == "UTF-8":
        try:
            return raw.cast(pa.string())
        except pa.ArrowInvalid:
            pass
    encoded = pc.dictionary_encode(raw)
    words = [None if word is None else encodings.decode_cut(word, encoding) for word in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(encoded.indices)
