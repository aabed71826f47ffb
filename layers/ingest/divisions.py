"""Divisions told by name where their codes are absent: in one column or in several, in full or short, today's and former names.

A name is looked up with those of the divisions above it, as far as they are said. One that fits several divisions is not
guessed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from psycopg.sql import SQL, Identifier

from layers import vocab
from layers.ingest.checks import NO_VALUE_WORDS
from layers.ingest.columns import ColumnMap, base, normal
from layers.ingest.parse import division_name
from layers.ingest.reading import Choice
from layers.ingest.refusal import Verdicts
from layers.ingest.rows import ROW
from layers.ingest.spec import Spec
from layers.ingest.staging import STAGED
from layers.ingest.table import Chunk
from layers.registry import Field
from layers.words import Worded, Words, first_of

SHOWN = 5  # candidates that a refusal lists
_HEADINGS: tuple[frozenset[str], ...] = (
    frozenset({"区", "区县", "区(县)", "县区", "所属区", "所在区", "所在区县", "所属区县", "行政区"}),
    frozenset(
        {
            "街道",
            "乡镇",
            "街道(乡镇)",
            "乡镇(街道)",
            "街道乡镇",
            "乡镇街道",
            "镇",
            "镇街",
            "街镇",
            "所在街道",
            "所在乡镇",
        }
    ),
    frozenset(
        {"村", "社区", "社区(村)", "村(社区)", "社区村", "村社区", "行政村", "所在村", "所在社区", "村庄", "村居"}
    ),
)
_CODES = frozenset({"区划代码", "行政区划代码", "区划编码", "地区代码"})
BETWEEN = "+"  # of the headings of a name's parts
_LONG = (
    (re.compile(r"(社区)?居(民委员|委)会"), "社区"), (re.compile(r"村?(村民委员|村委)会"), "村"),
    (re.compile(r"街道办事处"), "街道"), (re.compile(r"地区办事处"), "地区"), (re.compile(r"(镇|乡)人民政府"), r"\1"),
)  # fmt: skip
_KINDS = {  # by the digits of the code
    vocab.CODE_DIGITS[level]: re.compile(f"({kinds})$")
    for level, kinds in (
        (vocab.DISTRICT, "区|县|市|旗"), (vocab.TOWNSHIP, "街道|地区|镇|乡|苏木"), (vocab.VILLAGE, "社区|村|嘎查"),
    )
}  # fmt: skip
_ROOT_KIND = re.compile(r"(市|县|区|旗|自治州|地区|盟)$")

Cursor = Any


def choose(
    fields: Sequence[Field], mapping: ColumnMap, one_of: Sequence[Sequence[str]]
) -> tuple[ColumnMap, list[Choice]]:
    """The mapping with the region found in a column of codes, or put together from columns of its names, where the file has
    no column of its own for it; and where it needs one: of a record that has a meter, a district is only said."""
    region = next((f for f in fields if f.kind == "region" and f.name == "region"), None)
    own = mapping.fields.get("region", "")
    placed = any("region" in group and set(group) & set(mapping.fields) - {"region"} for group in one_of)
    if region is None or placed or (own and normal(base(own)) not in _HEADINGS[0]):
        return mapping, []
    free = [own, *mapping.ignored] if own else list(mapping.ignored)
    parts = [next((h for h in free if normal(h) in words), "") for words in (_CODES, *_HEADINGS)]
    found = (parts[0],) if parts[0] else tuple(heading for heading in parts[1:] if heading)
    if not found or found == (own,):
        return mapping, []
    joined = BETWEEN.join(found)
    ignored = tuple(heading for heading in mapping.ignored if heading not in found)
    changed = replace(mapping, fields={**mapping.fields, "region": joined}, ignored=ignored, parts=found)
    if parts[0]:
        why = Words("“{joined}”作为{region}", "divisions are looked up in {joined!r}", joined=joined, region=region)
    else:
        why = Words(
            "没有区划代码的列：按名称从“{joined}”查找区划", "divisions are looked up in {joined!r}", joined=joined
        )
    choice = Choice("column.region", joined, why, [own] if own else [])
    return changed, [choice]


def is_joined(value: str, headings: Sequence[str]) -> bool:
    """Whether it is what `choose` calls several columns."""
    parts = value.split(BETWEEN)
    return len(parts) > 1 and value not in headings and set(parts) <= set(headings)


def joined(chunk: Chunk, mapping: ColumnMap) -> Chunk:
    """The chunk with the parts of a division's name as one column."""
    if not mapping.parts or not chunk.columns:
        return chunk
    parts = []
    for heading in mapping.parts:
        texts = chunk.columns[heading]
        nothing = pc.fill_null(pc.is_in(texts, value_set=NO_VALUE_WORDS), False)
        parts.append(pc.if_else(nothing, pa.scalar(None, pa.string()), texts))
    text = pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    columns = {**chunk.columns, mapping.fields["region"]: text}
    return Chunk(chunk.rows, columns, chunk.wkb, chunk.ragged)


@dataclass(frozen=True, slots=True)
class Division:
    """A name that a code has, or had."""

    code: str
    name: str
    current: bool = True  # the code, and by this name


class Names:
    """Divisions by every way to say them."""

    def __init__(self, divisions: Sequence[Division]) -> None:
        self.name_of = {one.code: one.name for one in sorted(divisions, key=lambda one: one.current)}
        self.current = {one.code for one in divisions if one.current}
        self._root = min((len(one.code) for one in divisions), default=0)  # digits of the city's code
        self._roots = [name for one in divisions if len(one.code) == self._root for name in self._forms(one)]
        self._by_text: tuple[dict[str, set[Division]], ...] = ({}, {})  # in full, with a short form somewhere
        for one in divisions:
            for text, short in self._ways(one):
                self._by_text[short].setdefault(text, set()).add(one)

    def find(self, text: str) -> list[Division]:
        """The divisions that a text may mean, by code: one of full names rather than of short ones, of today rather than of
        the past."""
        word = self._word(text)
        for way in self._by_text:
            for current in (True, False):
                found = {one.code: one for one in way.get(word, ()) if one.current is current}
                if found:
                    return [found[code] for code in sorted(found)]
        return []

    def near(self, text: str) -> list[Division]:
        """Those of today that have the name with another kind behind it, for whoever has to mend a text that means none: 四季青镇 where
        there is 四季青地区."""
        word = self._word(text)
        stems = {stem for kinds in _KINDS.values() if (stem := kinds.sub("", word)) != word and len(stem) > 1}
        found = {one.code: one for way in self._by_text for stem in stems for one in way.get(stem, ()) if one.current}
        return [found[code] for code in sorted(found)]

    def _word(self, text: str) -> str:
        """Without the offices, and without the city that all lie in."""
        word = _official(division_name(text))
        above = next((root for root in self._roots if word.startswith(root) and word not in self._roots), "")
        return word.removeprefix(above)

    def shown(self, one: Division) -> str:
        """With the names above it, and its code."""
        above = [self.name_of.get(code, "") for code in self._above(one.code)]
        return "".join([*above, one.name]) + f" {one.code}"

    def _above(self, code: str) -> list[str]:
        """The codes between the city and a division."""
        return [code[:digits] for digits in vocab.CODE_DIGITS.values() if self._root < digits < len(code)]

    def _forms(self, one: Division) -> tuple[str, ...]:
        """The name, and the name without its kind."""
        name = _official(division_name(one.name))
        short = _ROOT_KIND.sub("", name) if len(one.code) == self._root else _KINDS[len(one.code)].sub("", name)
        return (name, short) if len(short) > 1 and short != name else (name,)

    def _ways(self, one: Division) -> Iterator[tuple[str, bool]]:
        own = self._forms(one)
        above = [(*self._forms(Division(code, self.name_of.get(code, ""))), "") for code in self._above(one.code)]
        for words in itertools.product(*above, own):
            text = "".join(words)
            short = any(word not in ("", forms[0]) for word, forms in zip(words, [*above, own], strict=True))
            yield text, short


def _official(name: str) -> str:
    """Without the offices that divisions are called after: 某村村委会 → 某村."""
    for long, word in _LONG:
        name = long.sub(word, name)
    return name


def resolve(cursor: Cursor, spec: Spec, names: Sequence[str], verdicts: Verdicts) -> list[Choice]:
    """Put codes for the names in staging; refuse and take out the rows whose name fits none, or several."""
    column = next((c for c in spec.columns if c.refers_to == "region" and c.name in names), None)
    if column is None or "division_names" not in verdicts.used:
        return []
    parts: dict[str, Any] = {"staged": Identifier(STAGED), "region": Identifier(column.name), "row": Identifier(ROW)}
    cursor.execute(SQL("SELECT {region}, count(*) FROM {staged} WHERE {region} ~ '[㐀-鿿]' GROUP BY 1").format(**parts))
    told = dict(cursor.fetchall())
    known = Names(_divisions(cursor))
    found = {text: known.find(text) for text in told}
    sure = {
        text: one[0] for text, one in found.items() if len(one) == 1 and (column.past or one[0].code in known.current)
    }
    cursor.execute("CREATE TEMP TABLE import_named (name text, code text) ON COMMIT DROP")
    cursor.execute(
        "INSERT INTO import_named SELECT * FROM unnest(%s::text[], %s::text[])",
        [list(sure), [one.code for one in sure.values()]],
    )
    former = {text: one for text, one in sure.items() if not one.current}
    several = {text: _candidates(known, ones) for text, ones in found.items() if len(ones) > 1}
    none = {
        text: _candidates(known, ones or known.near(text))
        for text, ones in found.items()
        if text not in sure and text not in several
    }
    for texts, reason, faults in (
        ({text: known.shown(one) for text, one in former.items()}, "former_name", verdicts.warned),
        (several, "ambiguous_division", verdicts.refused),
        (none, "unknown_division", verdicts.refused),
    ):
        for row, text in _rows_of(cursor, parts, texts):
            faults.add(row, column.name, text, reason, texts[text] or _CODE_OR_NAME)
    cursor.execute(
        SQL("UPDATE {staged} s SET {region} = n.code FROM import_named n WHERE s.{region} = n.name").format(**parts)
    )
    cursor.execute(SQL("DELETE FROM {staged} WHERE {region} ~ '[㐀-鿿]'").format(**parts))
    cursor.execute("DROP TABLE pg_temp.import_named")
    return [_choice(column.field, sure, told, known)] if sure else []


def _choice(field: Field, sure: Mapping[str, Division], told: Mapping[str, int], known: Names) -> Choice:
    example = next(iter(sure))
    rows = sum(told[text] for text in sure)
    return Choice(
        "region.names", "by_name",
        Words("{field}写的是名称：{rows} 行、{count} 个名称各对应唯一的区划（如 {example} → {shown}）", "{rows} rows name their division: {count} names, each of one division", field=field, rows=rows, count=len(sure), example=example, shown=known.shown(sure[example])),
    )  # fmt: skip


_CODE_OR_NAME = Words("区划代码，或现行的全名", "the code of a division, or its full name today")


def _candidates(known: Names, found: Iterable[Division]) -> Worded | None:
    """The divisions that could be meant; None where there are none."""
    ones = list(found)
    if not ones:
        return None
    shown = first_of([known.shown(one) for one in ones], SHOWN)
    if all(one.code not in known.current for one in ones):
        return Words("{shown}（已停用）", "{shown} (closed)", shown=shown)
    return shown


def _divisions(cursor: Cursor) -> list[Division]:
    cursor.execute("SELECT code, name, bool_or(valid_to_id IS NULL) FROM layers_region GROUP BY 1, 2 ORDER BY 1, 3")
    return [Division(*row) for row in cursor.fetchall()]


def _rows_of(cursor: Cursor, parts: Mapping[str, Any], texts: Iterable[str]) -> list[tuple[int, str]]:
    wanted = list(texts)
    if not wanted:
        return []
    query = SQL("SELECT {row}, {region} FROM {staged} WHERE {region} = ANY(%s) ORDER BY 1").format(**parts)
    cursor.execute(query, [wanted])
    return [tuple(row) for row in cursor.fetchall()]
