"""CSV and its kin, in any encoding that is told by its content; read in blocks.

The guard that files of ours put before formulas (`layers.text`) is taken off: what was exported comes back as it was.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from layers.ingest import encodings, headings
from layers.ingest.encodings import FoundEncoding
from layers.ingest.reading import NO_HINTS, Choice, Hints
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table, trimmed, without_empty_rows
from layers.text import GUARDED
from layers.words import Words

BLOCK_BYTES = 16 << 20  # about 250,000 usage records; what is held in memory at once
RAGGED_SHOWN = 10_000  # characters of a row of another number of cells that are given back
DELIMITERS = ",\t;|"
_LONGEST = 1 << 20  # characters of a line of the heading
_MARKS = {codecs.BOM_UTF8: "UTF-8-SIG", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
_SAMPLE = 64 << 10
# Four Chinese characters of UTF-8 in a row; in GB18030 six rare ones would have to meet.
_UTF8_WITHIN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){4,}")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the text is laid out: ``lines`` of it (as an editor counts) and ``records`` (as a spreadsheet does) end with the heading."""

    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    lines: int
    records: int


def open_delimited(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """A delimited text file; its heading may stand below a title. `ImportRefused` when it cannot be read as text."""
    finding = find_encoding(path, hints)
    encoding = encodings.codec(finding.encoding)
    delimiter, records = _first_records(path, encoding, hints)
    found = headings.find([[word.strip("\ufeff \t\u3000\r\n") for word in record] for record, _ in records], hints)
    _refuse_undivided(found.words)
    layout = _Layout(encoding, delimiter, found.words, records[found.below - 1][1], found.below)
    choices = [choice for choice in (finding.choice, found.choice) if choice]
    return Table("csv", found.words, lambda: _chunks(path, layout, hints), choices=choices, above=found.above)


def _refuse_undivided(words: Sequence[str]) -> None:
    """Raise `ImportRefused` for a heading in one piece that commas of full width, or spaces, divide."""
    if len(words) == 1 and len(words[0].split("，")) > 2:
        raise ImportRefused(
            "列之间是全角逗号“，”：请替换为半角逗号，或另存为 .xlsx", "the columns are divided by full-width commas: put plain ones, or save it as .xlsx",
            param="file",
        )  # fmt: skip
    if len(words) == 1 and len(words[0].split()) > 2:
        raise ImportRefused(
            "列之间是空格，不能可靠地分列：请用制表符或逗号分隔，或另存为 .xlsx", "the columns are divided by spaces: use tabs or commas, or save it as .xlsx",
            param="file",
        )  # fmt: skip


def find_encoding(path: Path, hints: Hints = NO_HINTS) -> FoundEncoding:
    """The text's encoding, decided on the whole file: a wrong guess in its last line would spoil names silently."""
    told = encodings.told_encoding(hints.told)
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    if marked and not (told and marked == "UTF-16"):
        if not encodings.of_blocks(_blocks(path), [marked]).texts:
            raise encodings.undecodable(path.name, marked)
        return FoundEncoding(marked)
    if told and told not in encodings.of_blocks(_blocks(path), [told]).texts:
        raise encodings.undecodable(path.name, told)
    if told:
        return _said(told, Words("按指定的编码 {told} 读取", "read as {told}, as told", told=told))
    if b"\0" in start:
        wide = _wide(start)
        if wide is None or not encodings.of_blocks(_blocks(path), [wide]).texts:
            raise ImportRefused(
                "文件不是文本，不能按表格读取", "the file is no text and cannot be read as a table", param="file"
            )
        return _said(wide, Words("文件是没有标记的 {wide}", "{wide} without a mark", wide=wide))
    found = encodings.judge(encodings.of_blocks(_blocks(path)))
    if found is None:
        raise encodings.undecodable(path.name, "")
    if found.encoding == "GB18030":
        _refuse_mixed(path)
    return found


def _refuse_mixed(path: Path) -> None:
    """Raise `ImportRefused` for a text in GB18030 with pieces in UTF-8: files were put together, and either reading spoils a part."""
    for block in _blocks(path):
        if found := _UTF8_WITHIN.search(block):
            sample = found[0][:30].decode("utf-8", "ignore")
            raise ImportRefused(
                "文件里混有两种编码：大部分是 GB18030，而“{sample}”是 UTF-8，可能由几个文件拼成。请分别另存为 UTF-8 后再导入", "the file mixes GB18030 and UTF-8 ({sample!r}): files were put together; save each as UTF-8", param=encodings.NAME, sample=sample,
            )  # fmt: skip


def _said(encoding: str, why: Words) -> FoundEncoding:
    return FoundEncoding(encoding, Choice(encodings.NAME, encoding, why, encodings.TOLD))


def _wide(start: bytes) -> str | None:
    """Which UTF-16 it is, by where the noughts of its digits, commas and line ends stand; None where they stand on both sides."""
    high, low = start[::2].count(0), start[1::2].count(0)
    if min(high, low) * 20 > max(high, low):
        return None
    return "UTF-16LE" if low > high else "UTF-16BE"


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def _first_records(path: Path, encoding: str, hints: Hints) -> tuple[str, list[tuple[list[str], int]]]:
    """(the delimiter, the first records with the number of the line that each ends in).

    The delimiter is the one that shows most known headings, or most cells in a line.
    """
    best: tuple[tuple[int, int], str, list[tuple[list[str], int]]] | None = None
    for delimiter in DELIMITERS:
        records = _records(path, encoding, delimiter)
        known = max((headings.known_in(record, hints.words) for record, _ in records), default=0)
        widest = max((len(record) for record, _ in records), default=0)
        if best is None or (known, widest) > best[0]:
            best = (known, widest), delimiter, records
    assert best
    if not best[2]:
        raise ImportRefused("文件是空的，没有表头", "the file is empty and has no heading", param="file")
    return best[1], best[2]


def _records(path: Path, encoding: str, delimiter: str) -> list[tuple[list[str], int]]:
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        lines = iter(lambda: file.readline(_LONGEST), "")
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            return [(record, reader.line_num) for record in islice(reader, headings.WITHIN)]
        except csv.Error as error:  # a cell beyond its limit: an open quote
            raise _unreadable() from error


def _chunks(path: Path, layout: _Layout, hints: Hints) -> Iterator[Chunk]:
    ragged: list[tuple[int, str]] = []
    shift = layout.records - layout.lines  # Arrow counts from the lines that it skipped

    def spare(row: pacsv.InvalidRow) -> str:
        ragged.append((row.number + shift, row.text[:RAGGED_SHOWN]))
        return "skip"

    # Names by position: headings may repeat or be empty, and only those that are fields need to be told apart.
    names = [str(i) for i in range(len(layout.headings))]
    reading = pacsv.ReadOptions(
        use_threads=False, block_size=BLOCK_BYTES, skip_rows=layout.lines, column_names=names,
        encoding="utf8" if layout.encoding in {"utf-8", "utf-8-sig"} else layout.encoding,
    )  # fmt: skip
    parsing = pacsv.ParseOptions(
        delimiter=layout.delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=spare
    )
    converting = pacsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=True
    )
    at = layout.records + 1
    unbalanced = _quotes(path) % 2 == 1
    try:
        with pacsv.open_csv(path, reading, parsing, converting) as reader:
            for batch in reader:
                rows, found = _row_numbers(at, batch.num_rows, ragged)
                at += batch.num_rows + len(found)
                columns = _columns(batch, layout.headings)
                if unbalanced and any(pc.any(pc.match_substring(cells, "\n")).as_py() for cells in columns.values()):
                    raise _unreadable()
                headings.refuse_repeated(rows, columns, hints.words)
                yield without_empty_rows(Chunk(rows, columns, None, found))
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        if "Empty CSV file" in str(error):
            return
        raise _unreadable() from error
    if ragged:
        yield Chunk(np.empty(0, np.int64), {h: pa.array([], pa.string()) for h in layout.headings}, None, ragged)


def _unreadable() -> ImportRefused:
    return ImportRefused(
        "文件不能按表格读取（引号未闭合或行过长）",
        "the file cannot be read as a table (an open quote or an overlong line)",
    )


def _quotes(path: Path) -> int:
    """How many quotes there are. An odd number may be an open one, which would swallow all rows behind it in silence."""
    return sum(block.count(b'"') for block in _blocks(path))


def _columns(batch: pa.RecordBatch, names: Sequence[str]) -> dict[str, pa.Array]:
    found: dict[str, pa.Array] = {}
    for i, heading in enumerate(names):
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
