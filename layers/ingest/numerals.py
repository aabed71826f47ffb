"""Numbers that are not written as plain numerals: what they mean, or why that cannot be known. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from layers.ingest import units
from layers.ingest.parse import Meaning, plain
from layers.registry import Field

_SIGNS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "﹢": "+"})
_NUMERAL = re.compile(r"^[+-]?(\d{1,30}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$", re.ASCII)
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:(?P<mark>[, '])\d{3})(?:(?P=mark)\d{3})*(\.\d*)?$", re.ASCII)
_MARKED = re.compile(r"^[+-]?\d[\d.,' ]*$", re.ASCII)
_WITH_UNIT = re.compile(r"^([+-]?[\d.,' ]*\d\.?(?:[eE][+-]?\d{1,2})?)\s*([^\d\s.,'].*)$", re.ASCII)
_CHINESE = re.compile(r"^[负点零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]+\D{0,4}$")


def numeral(text: str, field: Field, column: Fraction = Fraction(1)) -> Meaning:
    """A cell → plain digits in the unit of the field, exactly.

    ``column`` is what the column's own unit, said by its heading or above it, makes of a bare number. A unit in the cell
    is the cell's own. Thousands marks are understood where every group has three digits and the marks are alike.
    """
    word = re.sub(r"\s+", " ", plain(units.powers(text)).translate(_SIGNS))
    if (found := _amount(word)) is not None:
        return Meaning(digits(found * column))
    if _MARKED.match(word):
        return Meaning(refused="ambiguous_number")
    if _CHINESE.match(word):
        return Meaning(refused="chinese_numeral")
    with_unit = _WITH_UNIT.match(word)
    if not with_unit:
        return Meaning(refused="not_a_number")
    amount, unit = _amount(with_unit.group(1).strip()), with_unit.group(2)
    if amount is None:
        return Meaning(refused="ambiguous_number" if _MARKED.match(with_unit.group(1)) else "not_a_number")
    if (times := units.multiple(unit)) is not None:
        return Meaning(digits(amount * times * column))
    own = units.factor(unit, field)
    if own is None:
        return Meaning(refused="other_unit" if field.unit else "not_a_number")
    return Meaning(digits(amount * own), warned="unit_in_cell" if own != column else "")


def _amount(word: str) -> Fraction | None:
    if _THOUSANDS.match(word):
        word = re.sub("[, ']", "", word)
    return Fraction(Decimal(word)) if _NUMERAL.match(word) else None


def digits(amount: Fraction) -> str:
    """An amount without remainder in tenths as decimal digits: all that units make of decimal digits is."""
    shift = 0
    while (amount * 10**shift).denominator != 1:
        shift += 1
    whole = (amount * 10**shift).numerator
    text = f"{abs(whole):0{shift + 1}d}"
    point = f"{text[:-shift]}.{text[-shift:]}" if shift else text
    return f"-{point}" if whole < 0 else point
