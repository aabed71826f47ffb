"""Text of one column → typed values, whole arrays at a time; what cannot be a value is refused with its row.

Every check takes a string array (null = empty) and returns a typed array of the same length with null for what was
refused; the refusals are in `Judge`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.ingest import parse
from layers.ingest.refusal import Faults, Verdicts
from layers.ingest.spec import MAX_LINKS, Column
from layers.registry import Field
from layers.text import CONTROL, LINE_BREAK
from layers.vocab import Vocab

Mask = NDArray[np.bool_]

_INTEGER = r"^[+-]?[0-9]{1,18}(\.0+)?$"
NUMBER = r"^[+-]?([0-9]{1,30}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_LITRES = r"^[+-]?[0-9]{1,15}(\.[0-9]{0,3}0*)?$"
_NOT_IN_CODE = r"[\s\p{Z};；,，、|]"  # RE2's \s knows only the white space of ASCII


def as_mask(condition: pa.Array) -> Mask:
    """An Arrow boolean array → numpy, null as False."""
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), dtype=bool)


class Judge:
    """The rows of one chunk and which of them are refused so far."""

    def __init__(self, rows: NDArray[np.int64], verdicts: Verdicts) -> None:
        self.rows = rows
        self.refused: Mask = np.zeros(len(rows), dtype=bool)
        self._verdicts = verdicts

    def refuse(self, bad: Mask, field: str, texts: pa.Array | None, reason: str, expected: str = "") -> None:
        """Refuse the rows of the mask, quoting what stands there."""
        self.refused |= bad
        self._note(self._verdicts.refused, bad, field, texts, reason, expected)

    def warn(self, odd: Mask, field: str, texts: pa.Array | None, reason: str, expected: str = "") -> None:
        """Take the rows of the mask, and say what is probably wrong with what stands there."""
        self._note(self._verdicts.warned, odd, field, texts, reason, expected)

    def _note(self, faults: Faults, mask: Mask, field: str, texts: pa.Array | None, reason: str, expected: str) -> None:
        if not mask.any():
            return
        at = np.flatnonzero(mask)
        values = texts.take(pa.array(at)).to_pylist() if texts is not None else [None] * len(at)
        for row, value in zip(self.rows[at].tolist(), values, strict=True):
            faults.add(row, field, value, reason, expected)


def column_values(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    """The typed values of a column by the kind of its field, required ones judged present."""
    if column.field.required:
        judge.refuse(as_mask(texts.is_null()), column.name, None, "missing")
    values = _KINDS[column.field.kind](texts, column, judge)
    if column.empty is not None:
        values = pc.fill_null(values, pa.scalar(column.empty, values.type))
    return values


def _text(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    control = as_mask(pc.match_substring_regex(texts, CONTROL))
    judge.refuse(control, column.name, texts, "control_character")
    if as_mask(pc.match_substring_regex(texts, rf"[\s\p{{Z}}]{{2}}|{LINE_BREAK}")).any():
        texts = pc.replace_substring_regex(texts, r"[\s\x{85}\p{Z}]+", " ")  # line breaks within a cell
    return _fitting(texts, column, judge)


def _code(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    judge.refuse(as_mask(pc.match_substring_regex(texts, CONTROL)), column.name, texts, "control_character")
    judge.refuse(as_mask(pc.match_substring_regex(texts, _NOT_IN_CODE)), column.name, texts, "bad_code")
    return _fitting(texts, column, judge)


def _fitting(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    if column.max_length:
        too_long = as_mask(pc.greater(pc.utf8_length(texts), column.max_length))
        judge.refuse(too_long, column.name, texts, "too_long", f"≤ {column.max_length}")
    return texts


def _text_or_code(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    return (_code if column.name == "code" else _text)(texts, column, judge)


def _integer(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    fits = as_mask(pc.match_substring_regex(texts, _INTEGER))
    judge.refuse(~fits & as_mask(texts.is_valid()), column.name, texts, "not_an_integer", "如 120，不带千分位")
    digits = pc.replace_substring_regex(_only(texts, fits), r"^\+|\.0+$", "")
    return _within(digits.cast(pa.int64()), texts, column, judge)


def _number(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    if column.scale != 1:
        return _litres(texts, column, judge)
    fits = as_mask(pc.match_substring_regex(texts, NUMBER))
    judge.refuse(~fits & as_mask(texts.is_valid()), column.name, texts, "not_a_number", "如 12.5，不带单位和千分位")
    return _within(floats(_only(texts, fits)), texts, column, judge)


def floats(texts: pa.Array) -> pa.Array:
    """Checked numerals → double; Arrow knows no "5." and no leading plus."""
    return pc.replace_substring_regex(pc.replace_substring_regex(texts, r"^\+", ""), r"\.([eE]|$)", r"\1").cast(
        pa.float64()
    )


def _litres(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    """Cubic metres as written → litres, by decimal arithmetic: never rounded, so refused when not exact."""
    numeral = as_mask(pc.match_substring_regex(texts, NUMBER))
    exact = as_mask(pc.match_substring_regex(texts, _LITRES))
    judge.refuse(~numeral & as_mask(texts.is_valid()), column.name, texts, "not_a_number", "如 12.345（立方米）")
    judge.refuse(numeral & ~exact, column.name, texts, "not_litres", "如 12.345（立方米）")
    plain = pc.replace_substring_regex(_only(texts, exact), r"^\+", "")
    plain = pc.replace_substring_regex(plain, r"(\.[0-9]{3})0+$", r"\1")
    plain = pc.replace_substring_regex(plain, r"\.$", "")
    litres = pc.multiply(plain.cast(pa.decimal128(19, 3)), pa.scalar(column.scale, pa.decimal128(5, 0)))
    values = litres.cast(pa.decimal128(38, 0)).cast(pa.int64())
    return _within(values, texts, column, judge, unit=column.scale)


def _only(texts: pa.Array, keep: Mask) -> pa.Array:
    return pc.if_else(pa.array(keep), texts, pa.scalar(None, pa.string()))


def _within(values: pa.Array, texts: pa.Array, column: Column, judge: Judge, unit: int = 1) -> pa.Array:
    """Bounds are in the file's unit, ``unit`` stored ones each."""
    bad = np.zeros(len(values), dtype=bool)
    if pa.types.is_floating(values.type):
        bad |= ~as_mask(pc.is_finite(values)) & as_mask(values.is_valid())
    if column.low is not None:
        bad |= as_mask(pc.less(values, column.low * unit))
    if column.high is not None:
        bad |= as_mask(pc.greater(values, column.high * unit))
    low, high = ("" if bound is None else f"{bound:.15g}" for bound in (column.low, column.high))
    judge.refuse(bad, column.name, texts, "out_of_range", f"{low} – {high}" if low or high else "")
    return pc.if_else(pa.array(bad), pa.scalar(None, values.type), values) if bad.any() else values


def by_unique(texts: pa.Array, understand: Callable[[str], object], kind: pa.DataType) -> tuple[pa.Array, Mask]:
    """Apply a Python function to each distinct text; → (values, which texts it did not understand).

    Months, terms and dates repeat: a month's file holds one month and seven purposes in 375,000 rows.
    """
    encoded = pc.dictionary_encode(texts)
    known = [understand(text) for text in encoded.dictionary.to_pylist()]
    values = pa.array(known, kind).take(encoded.indices)
    return values, as_mask(pc.and_(texts.is_valid(), values.is_null()))


def _date(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    if column.month:
        values, bad = by_unique(texts, parse.parse_month, pa.date32())
        judge.refuse(bad, column.name, texts, "not_a_month", "如 2019-07")
        future = as_mask(pc.greater(values, pa.scalar(date.today(), pa.date32())))
        judge.refuse(future, column.name, texts, "out_of_range", f"≤ {date.today():%Y-%m}")
        return values
    values, bad = by_unique(texts, parse.parse_date, pa.date32())
    judge.refuse(bad, column.name, texts, "not_a_date", "如 2019-07-01")
    return values


def _term(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    vocab = column.field.vocab
    assert vocab is not None
    words = parse.term_words(vocab)
    values, bad = by_unique(texts, lambda text: parse.parse_term(text, words), pa.int16())
    judge.refuse(bad, column.name, texts, "not_a_term", _shown(vocab))
    return values


def _shown(vocab: Vocab) -> str:
    return "、".join(f"{term.zh}（{term.code}）" for term in vocab)


def link_values(texts: pa.Array, field: Field, judge: Judge) -> pa.Array:
    """Cells of codes → the codes joined by ``;``, each once; null where there are none."""
    judge.refuse(as_mask(pc.match_substring_regex(texts, CONTROL)), field.name, texts, "control_character")
    values, _ = by_unique(texts, lambda text: parse.parse_links(text) or None, pa.string())
    many = as_mask(pc.greater(pc.count_substring(values, ";"), MAX_LINKS - 1))
    judge.refuse(many, field.name, texts, "too_long", f"≤ {MAX_LINKS}")
    return values


_KINDS: dict[str, Callable[[pa.Array, Column, Judge], pa.Array]] = {
    "text": _text_or_code,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "term": _term,
    "region": _code,
    "code": _code,
}
