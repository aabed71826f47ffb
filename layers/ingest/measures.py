"""In which unit each column of numbers is: as its heading says, or a line above, or its sender; else the field's own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from layers.ingest import page_words, units
from layers.ingest.columns import ColumnMap, normal
from layers.ingest.reading import Choice
from layers.ingest.refusal import ImportRefused
from layers.registry import Field
from layers.words import Listed, Words

_USUAL: Mapping[str, tuple[str, ...]] = {
    "m³": ("m³", "万m³", "L"), "L": ("L", "m³", "万m³"), "m": ("m", "cm", "mm"), "m³/d": ("m³/d", "万m³/d"),
    "persons": ("人", "万人"), "households": ("户", "万户"),
}  # fmt: skip


def name(field: Field) -> str:
    """What the choice of a field's unit is called."""
    return f"unit.{field.name}"


def choose(
    fields: Sequence[Field], mapping: ColumnMap, above: Sequence[str], told: Mapping[str, str]
) -> tuple[dict[str, Fraction], list[Choice]]:
    """(field → factor, where it is not 1; what was decided) for the mapped fields that have a unit.

    What was told is stronger than a heading, a heading than a line above. A unit above that fits several columns asks.
    """
    measured = [f for f in fields if f.name in mapping.fields and f.unit in _USUAL]
    titles = list(units.of_titles(list(above)))
    unsaid = [f for f in measured if _by_heading(f, mapping) is None and name(f) not in told]
    times: dict[str, Fraction] = {}
    choices: list[Choice] = []
    for field in measured:
        factor, choice = _one(field, mapping, titles, told, unsaid)
        choices.append(choice)
        if factor != 1:
            times[field.name] = factor
    return times, choices


def _by_heading(field: Field, mapping: ColumnMap) -> tuple[str, Fraction] | None:
    heading = mapping.fields[field.name]
    if normal(heading) in {normal(field.name), normal(field.en)} or normal(heading) == normal(field.zh) != normal(
        _bare(field)
    ):
        return field.unit, Fraction(1)
    return units.of_heading(heading, field)


def _bare(field: Field) -> str:
    """The Chinese name without a unit, where it has one: 水量(升) is a name that says its unit."""
    return next(
        (bare for bare, unit in units.split_heading(field.zh) if units.factor(unit, field) is not None), field.zh
    )


def _one(
    field: Field,
    mapping: ColumnMap,
    titles: Sequence[tuple[str, str]],
    told: Mapping[str, str],
    unsaid: Sequence[Field],
) -> tuple[Fraction, Choice]:
    heading = page_words.heading(mapping.fields[field.name])
    fitting = [(unit, text, factor) for unit, text in titles if (factor := units.factor(unit, field)) is not None]
    if name(field) in told:
        return _told(field, told[name(field)])
    if by_heading := _by_heading(field, mapping):
        unit, factor = by_heading
        other = next((unit for unit, _, one in fitting if one != factor), "")
        against = Words("；表头上方写的“{other}”不用于这一列", "", other=other) if other else ""
        why = Words(
            "列“{heading}”写明单位 {unit}{against}",
            "the column {heading!r} says {unit}",
            heading=heading,
            unit=unit,
            against=against,
        )
        return factor, _choice(field, unit, why)
    if fitting:
        unit, text, factor = fitting[0]
        several = len({one for _, _, one in fitting}) > 1
        shared = [f for f in unsaid if units.factor(unit, f) is not None]
        asks = several or len(shared) > 1
        doubt: Words | str = ""
        if several:
            doubt = Words("；上方有几种单位", "")
        elif asks:
            doubt = Words("；可能是这几列的单位：{columns}", "", columns=Listed(*shared))
        why = Words(
            "列“{heading}”没有写单位，表头上方写着“{text}”{doubt}",
            "{unit} stands above the heading: {text!r}",
            heading=heading,
            text=text.strip(),
            doubt=doubt,
            unit=unit,
        )
        return factor, _choice(field, unit, why, asks)
    if odd := next((unit for unit, _ in titles if _strange(unit)), ""):
        why = Words(
            "表头上方写着单位“{odd}”，看不懂；列“{heading}”按 {unit} 读取",
            "the unit {odd!r} above the heading is not understood",
            odd=odd,
            heading=heading,
            unit=field.unit,
        )
        return Fraction(1), _choice(field, field.unit, why, True)
    why = Words(
        "文件没有写列“{heading}”的单位，按 {unit} 读取",
        "no unit is said of {heading!r}: taken as {unit}",
        heading=heading,
        unit=field.unit,
    )
    return Fraction(1), _choice(field, field.unit, why)


def _strange(unit: str) -> bool:
    """Whether it speaks of volumes or lengths, but not as anything that is known."""
    return len(unit) <= _LONGEST and units.seems_a_unit(unit) and not units.known(unit)


_LONGEST = 8  # characters of what may be a unit; an organisation's name is longer


def _choice(field: Field, value: str, why: Words, asks: bool = False) -> Choice:
    others = [unit for unit in _USUAL[field.unit] if units.factor(unit, field) != units.factor(value, field)]
    return Choice(name(field), value, why, others, asks)


def _told(field: Field, unit: str) -> tuple[Fraction, Choice]:
    factor = units.factor(unit, field)
    if factor is None:
        raise ImportRefused(
            "“{unit}”不是 {field} 可用的单位", "{unit!r} is no unit of {name}", param=name(field),
            allowed=list(_USUAL[field.unit]), unit=unit, field=field, name=field.name,
        )  # fmt: skip
    return factor, _choice(
        field,
        unit,
        Words("导入人说明 {field} 的单位是 {unit}", "the sender says that it is in {unit}", field=field, unit=unit),
    )


def said_by_heading(field: Field, heading: str, factor: Fraction) -> Choice:
    """The unit of a field whose columns say it themselves, months side by side."""
    unit = next((unit for unit in _USUAL[field.unit] if units.factor(unit, field) == factor), "×" + str(factor))
    return _choice(
        field, unit, Words("列“{heading}”等写明单位 {unit}", "the columns say {unit}", heading=heading, unit=unit)
    )
