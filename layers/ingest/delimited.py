"""CSV and its kin: UTF-8 with or without a mark, UTF-16 with one, GB18030 otherwise; read in blocks.

The guard that files of ours put before formulas (`layers.text`) is taken off: what was exported comes back as it was.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from layers.ingest.reading import NO_HINTS, Hints
from layers.ingest.refusal import VALUE_SHOWN, ImportRefused
from layers.ingest.table import Chunk, Table, trimmed, without_empty_rows
from layers.text import GUARDED

BLOCK_BYTES = 16 << 20  # about 250,000 usage records; what is held in memory at once
DELIMITERS = ",\t;|"


def open_delimited(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """A delimited text file whose first line is the heading; `ImportRefused` when it cannot be read as text."""
    encoding = find_encoding(path)
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        first = file.readline(1 << 20)
    if "\x00" in first:  # UTF-16 without its mark, or no text at all
        raise _unreadable()
    if not first.strip():
        raise ImportRefused("文件是空的，或第一行不是表头", "the file is empty, or its first line is not a heading")
    delimiter = max(DELIMITERS, key=first.count)
    headings = tuple(word.strip() for word in next(csv.reader([first], delimiter=delimiter)))
    notes = (
        [] if encoding.startswith("utf") else [(f"文件编码按 {encoding.upper()} 读取", f"read as {encoding.upper()}")]
    )
    return Table("csv", headings, lambda: _chunks(path, encoding, delimiter, len(headings), headings), notes=notes)


def find_encoding(path: Path) -> str:
    """The text's encoding, decided on the whole file: a wrong guess in its last line would spoil names silently."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise ImportRefused(
        "文件既不是 UTF-8 也不是 GB18030 编码的文本，无法读取", "the file is neither UTF-8 nor GB18030 text"
    )


def _chunks(path: Path, encoding: str, delimiter: str, width: int, headings: tuple[str, ...]) -> Iterator[Chunk]:
    ragged: list[tuple[int, str]] = []

    def spare(row: pacsv.InvalidRow) -> str:
        ragged.append((row.number, row.text[: VALUE_SHOWN + 1]))  # a refusal quotes no more of it
        return "skip"

    # Names by position: headings may repeat or be empty, and only those that are fields need to be told apart.
    names = [str(i) for i in range(width)]
    reading = pacsv.ReadOptions(
        use_threads=False, block_size=BLOCK_BYTES, skip_rows=1, column_names=names,
        encoding="utf8" if encoding == "utf-8-sig" else encoding,
    )  # fmt: skip
    parsing = pacsv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=spare
    )
    converting = pacsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=True
    )
    at = 2
    unbalanced = _quotes(path) % 2 == 1
    try:
        with pacsv.open_csv(path, reading, parsing, converting) as reader:
            for batch in reader:
                rows, found = _row_numbers(at, batch.num_rows, ragged)
                at += batch.num_rows + len(found)
                columns = _columns(batch, headings)
                if unbalanced and any(pc.any(pc.match_substring(cells, "\n")).as_py() for cells in columns.values()):
                    raise _unreadable()
                yield without_empty_rows(Chunk(rows, columns, None, found))
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        if "Empty CSV file" in str(error):
            return
        raise _unreadable() from error
    if ragged:
        yield Chunk(np.empty(0, np.int64), {h: pa.array([], pa.string()) for h in headings}, None, ragged)


def _unreadable() -> ImportRefused:
    return ImportRefused(
        "文件不能按表格读取（引号未闭合或行过长）",
        "the file cannot be read as a table (an open quote or an overlong line)",
    )


def _quotes(path: Path) -> int:
    """How many quotes there are. An odd number may be an open one, which would swallow all rows behind it in silence."""
    count = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            count += block.count(b'"')
    return count


def _columns(batch: pa.RecordBatch, headings: tuple[str, ...]) -> dict[str, pa.Array]:
    found: dict[str, pa.Array] = {}
    for i, heading in enumerate(headings):
        found.setdefault(heading, trimmed(_unguarded(batch.column(i))))
    return found


def _unguarded(texts: pa.Array) -> pa.Array:
    """Without the apostrophe by which a CSV of ours guards what a spreadsheet would run."""
    return pc.replace_substring_regex(texts, GUARDED, r"\1")


def _row_numbers(at: int, count: int, ragged: list[tuple[int, str]]) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """The line numbers of ``count`` rows from line ``at`` on, and the ragged rows among them, taken from ``ragged``.

    The reader parses ahead, so that some of ``ragged`` may stand behind these rows.
    """
    found: list[tuple[int, str]] = []
    last = at + count - 1
    while ragged and ragged[0][0] <= last:
        found.append(ragged.pop(0))
        last += 1
    rows = np.arange(at, last + 1, dtype=np.int64)
    return np.setdiff1d(rows, np.array([number for number, _ in found], dtype=np.int64), assume_unique=True), found
