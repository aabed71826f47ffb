"""Text of one column → typed values, whole arrays at a time; what cannot be a value is refused with its row.

Every check takes a string array (null = empty) and returns a typed array of the same length with null for what was
refused; the refusals are in `Judge`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.ingest import parse
from layers.ingest.numerals import numeral
from layers.ingest.parse import Meaning
from layers.ingest.refusal import Expected, Faults, Verdicts
from layers.ingest.spec import MAX_LINKS, Column
from layers.registry import Field
from layers.text import CONTROL, LINE_BREAK
from layers.vocab import Term, Vocab
from layers.words import Listed, Worded, Words

Mask = NDArray[np.bool_]

# What stands in cells of which there is nothing to say, and what a spreadsheet leaves where it failed.
_NO_VALUE = (
    "/", "\\", "／", "-", "--", "－", "−", "–", "—", "——", "無", "无", "暂无", "没有", "N/A", "n/a", "不详", "未知", "不明", "待定",
    "NULL", "null",
)  # fmt: skip
_EXCEL_ERRORS = (
    "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "####", "#####", "######", "#######",
    "########",
)  # fmt: skip
NO_VALUE_WORDS = pa.array(_NO_VALUE, pa.string())
_ERROR_WORDS = pa.array(_EXCEL_ERRORS, pa.string())
_ODD_WORDS = pa.array([*_NO_VALUE, *_EXCEL_ERRORS], pa.string())
_INTEGER = r"^[+-]?[0-9]{1,18}(\.0+)?$"
NUMBER = r"^[+-]?([0-9]{1,30}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_LITRES = r"^[+-]?[0-9]{1,15}(\.[0-9]{0,3}0*)?$"
_DAMAGED = r"^[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}$"  # a number that was a code; a code with an E in it has no plus
_MAYBE_DAMAGED = r"^[0-9]{15}(0{2,})$"
_NOT_IN_CODE = r"[\s\p{Z};；,，、|]"  # RE2's \s knows only the white space of ASCII

_FILL_IN = Words("重新填写该单元格的值", "the value, filled in again")
_CODE_ANEW = Words(
    "把该列设为“文本”格式后重新填写的编码", "the code, filled in again with the column formatted as text"
)
_COMPARE_CODE = Words(
    "请与原始编码核对，并把该列设为“文本”格式",
    "compare it with the original code, and format the column as text",
)
DIVISION_NAME = r"[\x{3400}-\x{9fff}]"
MOST_OF_A_NAME = 200  # characters


def as_mask(condition: pa.Array) -> Mask:
    """An Arrow boolean array → numpy, null as False."""
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), dtype=bool)


class Judge:
    """The rows of one chunk and which of them are refused so far; ``blank``: by field, where nothing stands."""

    def __init__(self, rows: NDArray[np.int64], verdicts: Verdicts) -> None:
        self.rows = rows
        self.refused: Mask = np.zeros(len(rows), dtype=bool)
        self.blank: dict[str, Mask] = {}
        self.points = verdicts.points
        self.used = verdicts.used
        self._verdicts = verdicts

    def refuse(
        self, bad: Mask, field: str, texts: pa.Array | None, reason: str, expected: Expected | pa.Array = ""
    ) -> None:
        """Refuse the rows of the mask, quoting what stands there; ``expected`` is the same for all, or a text a row that is of no
        language."""
        self.refused |= bad
        self._note(self._verdicts.refused, bad, field, texts, reason, expected)

    def warn(
        self, odd: Mask, field: str, texts: pa.Array | None, reason: str, expected: Expected | pa.Array = ""
    ) -> None:
        """Take the rows of the mask, and say what is probably wrong with what stands there."""
        self._note(self._verdicts.warned, odd, field, texts, reason, expected)

    def _note(
        self, faults: Faults, mask: Mask, field: str, texts: pa.Array | None, reason: str, expected: Expected | pa.Array
    ) -> None:
        if not mask.any():
            return
        at = pa.array(np.flatnonzero(mask))
        rows = self.rows[mask].tolist()
        values = texts.take(at).to_pylist() if texts is not None else [None] * len(at)
        if isinstance(expected, str | Worded):
            faults.add_all(rows, field, values, reason, expected)
            return
        for row, value, one in zip(rows, values, expected.take(at).to_pylist(), strict=True):
            faults.add(row, field, value, reason, one or "")


def column_values(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    """The typed values of a column by the kind of its field, required ones judged present."""
    said = _without_odd_words(texts, column, judge)
    if column.field.required:
        nothing = as_mask(said.is_null()) & ~as_mask(pc.is_in(texts, value_set=_ERROR_WORDS))
        judge.refuse(nothing, column.name, texts, "missing")
    judge.blank[column.name] = as_mask(said.is_null())
    values = _KINDS[column.field.kind](said, column, judge)
    if column.empty is not None:
        values = pc.fill_null(values, pa.scalar(column.empty, values.type))
    return values


def _without_odd_words(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    """Without the words for "nothing", which are told, and without a spreadsheet's errors, which are refused."""
    odd = as_mask(pc.is_in(texts, value_set=_ODD_WORDS))
    if not odd.any():
        return texts
    errors = as_mask(pc.is_in(texts, value_set=_ERROR_WORDS))
    judge.refuse(errors, column.name, texts, "excel_error", _FILL_IN)
    if column.field.vocab is not None:  # 无 is a way of metering
        known = [word for word in _NO_VALUE if word.lower() in column.field.vocab.spellings]
        odd &= ~as_mask(pc.is_in(texts, value_set=pa.array(known, pa.string())))
    if not column.field.required:
        judge.warn(odd & ~errors, column.name, texts, "no_value")
    return _only(texts, ~odd)


def _text(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    control = as_mask(pc.match_substring_regex(texts, CONTROL))
    judge.refuse(control, column.name, texts, "control_character")
    if as_mask(pc.match_substring_regex(texts, rf"[\s\p{{Z}}]{{2}}|{LINE_BREAK}")).any():
        texts = pc.replace_substring_regex(texts, r"[\s\x{85}\p{Z}]+", " ")  # line breaks within a cell
    return _fitting(texts, column, judge)


def _ascii(texts: pa.Array) -> bool:
    """Whether all are: then there is nothing in them that is not seen, or not what it seems."""
    return bool(pc.all(pc.string_is_ascii(texts), min_count=0).as_py())


def _code(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    texts = clean_codes(texts, column.name, judge)
    judge.refuse(as_mask(pc.match_substring_regex(texts, CONTROL)), column.name, texts, "control_character")
    judge.refuse(as_mask(pc.match_substring_regex(texts, _NOT_IN_CODE)), column.name, texts, "bad_code")
    return _fitting(texts, column, judge)


def clean_codes(texts: pa.Array, name: str, judge: Judge) -> pa.Array:
    """Codes in the characters of keyboards, each change told; those that a spreadsheet made numbers of are refused."""
    if not _ascii(texts):
        clean = by_unique(texts, lambda text: parse.clean_code(text) or None, pa.string())[0]
        judge.warn(as_mask(pc.not_equal(clean, texts)), name, texts, "cleaned_code", clean)
        texts = clean
    damaged = as_mask(pc.match_substring_regex(texts, _DAMAGED))
    judge.refuse(damaged, name, texts, "damaged_code", _CODE_ANEW)
    texts = _only(texts, ~damaged) if damaged.any() else texts
    maybe = as_mask(pc.match_substring_regex(texts, _MAYBE_DAMAGED))
    judge.warn(maybe, name, texts, "maybe_damaged_code", _COMPARE_CODE)
    return texts


def _region(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    """Codes; and names, which are looked up when all are there (`layers.ingest.divisions`)."""
    if _ascii(texts):
        return _code(texts, column, judge)
    named = as_mask(pc.match_substring_regex(texts, DIVISION_NAME))
    judge.used |= {"division_names"} if named.any() else set()
    codes = _code(_only(texts, ~named), column, judge)
    names = by_unique(_only(texts, named), parse.division_name, pa.string())[0]
    judge.refuse(as_mask(pc.greater(pc.utf8_length(names), MOST_OF_A_NAME)), column.name, texts, "too_long")
    return pc.coalesce(codes, names)


def _fitting(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    if column.max_length:
        too_long = as_mask(pc.greater(pc.utf8_length(texts), column.max_length))
        judge.refuse(too_long, column.name, texts, "too_long", f"≤ {column.max_length}")
    return texts


def _text_or_code(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    return (_code if column.name == "code" else _text)(texts, column, judge)


def _integer(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    numerals = _numerals(texts, column, judge, "120")
    fits = as_mask(pc.match_substring_regex(numerals, _INTEGER))
    judge.refuse(~fits & as_mask(numerals.is_valid()), column.name, texts, "not_an_integer", like("120"))
    digits = pc.replace_substring_regex(_only(numerals, fits), r"^\+|\.0+$", "")
    return _within(digits.cast(pa.int64()), texts, column, judge)


def _number(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    if column.scale != 1:
        return _litres(texts, column, judge)
    numerals = _numerals(texts, column, judge, "12.5")
    return _within(floats(numerals), texts, column, judge)


def like(example: str, unit: str = "") -> Words:
    """What a value looks like that is right."""
    if unit:
        return Words("如 {example}（{unit}）", "such as {example} ({unit})", example=example, unit=unit)
    return Words("如 {example}", "such as {example}", example=example)


def _numerals(texts: pa.Array, column: Column, judge: Judge, example: str) -> pa.Array:
    """Plain numerals in the unit of the field, null for what is none. Nearly all are plain: only the others are read."""
    plain = as_mask(pc.match_substring_regex(texts, NUMBER))
    other = as_mask(texts.is_valid()) & ~plain if column.times == 1 else as_mask(texts.is_valid())
    if not other.any():
        return texts
    read = by_meaning(
        _only(texts, other),
        lambda text: numeral(text, column.field, column.times),
        pa.string(),
        column.name,
        judge,
        like(example, column.field.unit),
    )
    return read if column.times != 1 else pc.coalesce(_only(texts, plain), read)


def floats(texts: pa.Array) -> pa.Array:
    """Checked numerals → double; Arrow knows no "5." and no leading plus."""
    return pc.replace_substring_regex(pc.replace_substring_regex(texts, r"^\+", ""), r"\.([eE]|$)", r"\1").cast(
        pa.float64()
    )


def _litres(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    """Cubic metres as written → litres, by decimal arithmetic: never rounded, so refused when not exact."""
    numerals = _numerals(texts, column, judge, "12.345")
    exact = as_mask(pc.match_substring_regex(numerals, _LITRES))
    judge.refuse(as_mask(numerals.is_valid()) & ~exact, column.name, texts, "not_litres", like("12.345", "m³"))
    plain = pc.replace_substring_regex(_only(numerals, exact), r"^\+", "")
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
    judge.refuse(bad, column.name, texts, "out_of_range", _bounds(column))
    if column.field.unusual is not None:
        odd = as_mask(pc.greater(values, column.field.unusual * unit)) & ~bad
        usual = f"{column.field.unusual:,.15g} {column.field.unit}".rstrip()
        judge.warn(
            odd, column.name, texts, "implausible", Words("一般不超过 {usual}", "usually at most {usual}", usual=usual)
        )
        judge.used |= {"implausible"} if odd.any() else set()
    return pc.if_else(pa.array(bad), pa.scalar(None, values.type), values) if bad.any() else values


def _bounds(column: Column) -> str:
    """What a value may be, in the file's unit; years and other numbers without a unit are not grouped."""
    unit = column.field.unit
    low, high = (None if bound is None else f"{bound:{',' if unit else ''}.15g}" for bound in (column.low, column.high))
    said = f"{low} – {high}" if low and high else f"≥ {low}" if low else f"≤ {high}" if high else ""
    return f"{said} {unit}".rstrip() if said else ""


def by_unique(texts: pa.Array, understand: Callable[[str], object], kind: pa.DataType) -> tuple[pa.Array, Mask]:
    """Apply a Python function to each distinct text; → (values, which texts it did not understand).

    Months, terms and dates repeat: a month's file holds one month and seven purposes in 375,000 rows.
    """
    encoded = pc.dictionary_encode(texts)
    known = [understand(text) for text in encoded.dictionary.to_pylist()]
    values = pa.array(known, kind).take(encoded.indices)
    return values, as_mask(pc.and_(texts.is_valid(), values.is_null()))


_USED_YEAR = "year_added"  # said once, of the whole file


def by_meaning(
    texts: pa.Array,
    understand: Callable[[str], Meaning],
    kind: pa.DataType,
    name: str,
    judge: Judge,
    expected: Expected,
) -> pa.Array:
    """As `by_unique`, of a function that says why: each reason refuses, or warns of, the rows that it is the reason of."""
    encoded = pc.dictionary_encode(texts)
    found = [understand(text) for text in encoded.dictionary.to_pylist()]
    indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    for reason in {meaning.refused for meaning in found if meaning.refused}:
        which = [at for at, meaning in enumerate(found) if meaning.refused == reason]
        judge.refuse(np.isin(indices, which), name, texts, reason, expected)
    if any(meaning.warned == _USED_YEAR for meaning in found):
        judge.used.add("year")
    for reason in {meaning.warned for meaning in found if meaning.warned} - {_USED_YEAR}:
        which = [at for at, meaning in enumerate(found) if meaning.warned == reason]
        said = pa.array([None if m.value is None else str(m.value) for m in found], pa.string()).take(encoded.indices)
        judge.warn(np.isin(indices, which), name, texts, reason, said)
    return pa.array([meaning.value for meaning in found], kind).take(encoded.indices)


def _date(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    if column.month:
        return _month(texts, column, judge)
    understand = parse.date_meaning(column.open_ended)
    return by_meaning(texts, understand, pa.date32(), column.name, judge, like("2019-07-01"))


def _month(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    understand = parse.month_meaning(column.year)
    values = by_meaning(texts, understand, pa.date32(), column.name, judge, like("2019-07"))
    future = as_mask(pc.greater(values, pa.scalar(date.today(), pa.date32())))
    judge.refuse(future, column.name, texts, "out_of_range", f"≤ {date.today():%Y-%m}")
    points = by_unique(_only(texts, ~judge.refused), parse.point_month, pa.string())[0]
    for text in pc.unique(points).drop_null().to_pylist():
        judge.points.note(text, judge.rows[as_mask(pc.equal(points, text))].tolist())
    return values


def _term(texts: pa.Array, column: Column, judge: Judge) -> pa.Array:
    vocab = column.field.vocab
    assert vocab is not None
    words = parse.term_words(vocab)
    values, bad = by_unique(texts, lambda text: parse.parse_term(text, words), pa.int16())
    judge.refuse(bad, column.name, texts, "not_a_term", terms(vocab))
    return values


@lru_cache(maxsize=64)
def terms(vocab: Vocab) -> Listed:
    """All words of a vocabulary with their slugs: files may write either."""
    return Listed(*map(term_shown, vocab))


def term_shown(term: Term) -> Words:
    return Words("{term}（{code}）", "{term} ({code})", term=term, code=term.code)


def link_values(texts: pa.Array, field: Field, judge: Judge) -> pa.Array:
    """Cells of codes → the codes joined by ``;``, each once; null where there are none."""
    judge.refuse(as_mask(pc.match_substring_regex(texts, CONTROL)), field.name, texts, "control_character")
    nothing = as_mask(pc.is_in(texts, value_set=_ODD_WORDS))
    judge.warn(nothing, field.name, texts, "no_value")
    texts = _only(texts, ~nothing)
    judge.blank[field.name] = as_mask(texts.is_null())
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
    "region": _region,
    "code": _code,
}
