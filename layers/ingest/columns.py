"""Which column of a file is which field: by name, Chinese, English or alias, or by the user's word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from fractions import Fraction

from layers.ingest import units
from layers.ingest.parse import plain
from layers.ingest.positions.words import GEOMETRY_WORDS
from layers.ingest.refusal import ImportRefused
from layers.registry import Field
from layers.shapes import DRAWN
from layers.words import Listed, Words

_ALIKE = 0.6  # of the letters of two headings, from which one is proposed for the other
_SHOWN = 20  # headings that a refusal names
_NUMBERED = re.compile(r"^(.*)#(\d+)$")


def normal(word: str) -> str:
    """A heading as it is compared: full width to half width, lower case, one space where there were several."""
    return " ".join(plain(units.powers(str(word))).lower().split())


def distinct(headings: Iterable[str]) -> tuple[str, ...]:
    """Headings told apart: of two ``井深`` the second is ``井深#2``. Empty ones stay so: nothing is read by them."""
    found: dict[str, None] = {}
    result = []
    for heading in headings:
        name, count = heading, 1
        while heading and name in found:
            count += 1
            name = f"{heading}#{count}"
        found[name] = None
        result.append(name)
    return tuple(result)


def known_words(fields: Iterable[Field]) -> frozenset[str]:
    """All words by which headings of these fields, and of positions, are known, as `normal` gives them."""
    own = {word for f in fields if f.imported for word in (f.name, f.zh, f.en, *f.aliases)}
    return frozenset(map(normal, own.union(*GEOMETRY_WORDS.values())))


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The outcome: field → column, geometry word → column, and the columns that are no field."""

    fields: dict[str, str] = field(default_factory=dict)
    geometry: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    times: dict[str, Fraction] = field(default_factory=dict)  # field → what its column's unit multiplies by
    year: int | None = None  # of months without one
    parts: tuple[str, ...] = ()  # the columns of which the name of the region is put together

    def to_dict(self) -> dict[str, object]:
        return {"fields": {**self.fields, **self.geometry}, "ignored": list(self.ignored)}


def match(
    fields: Sequence[Field],
    headings: Sequence[str],
    told: Mapping[str, str] | None = None,
    *,
    geometry_words: Iterable[str] = GEOMETRY_WORDS,
) -> ColumnMap:
    """Match headings to fields.

    A field's own name, Chinese or English (with its unit in brackets, if any) is stronger than an alias; what the user
    told is stronger than both, and "" says that no column is the field's. Of two columns for one field the stronger is taken and the other ignored; two of
    equal strength raise `ImportRefused`, as does a told field or column that does not exist.
    """
    words = {word: GEOMETRY_WORDS[word] for word in geometry_words}
    claims: dict[str, list[tuple[int, str]]] = {}
    without = {name for name, column in (told or {}).items() if not column}
    taken = _told(fields, headings, {name: column for name, column in (told or {}).items() if column}, words)
    for name, heading in taken.items():
        claims[name] = [(0, heading)]
    for heading in headings:
        if heading in taken.values() or not normal(heading):
            continue
        for strength, name in _candidates(fields, heading, words):
            if name in without:
                continue
            claims.setdefault(name, []).append((strength, heading))
    chosen = {name: _choose(name, found) for name, found in claims.items()}
    used = set(chosen.values())
    return ColumnMap(
        fields={f.name: chosen[f.name] for f in fields if f.name in chosen},
        geometry={word: chosen[word] for word in words if word in chosen},
        ignored=tuple(heading for heading in headings if heading not in used and normal(heading)),
    )


def geometry_words(geometry: str, in_file: bool, told: Mapping[str, str]) -> tuple[str, ...]:
    """Which columns may hold positions: none beside a file's own geometry (exports carry x and y in any system along),
    unless the user names them; for lines and outlines only WKT."""
    possible = tuple(GEOMETRY_WORDS) if geometry == "point" else ("wkt",) if geometry in DRAWN else ()
    return tuple(word for word in possible if not in_file or set(told) & set(possible))


def _told(
    fields: Sequence[Field], headings: Sequence[str], told: Mapping[str, str], words: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    by_normal = {normal(heading): heading for heading in headings}
    names = [f.name for f in fields] + list(words)
    taken: dict[str, str] = {}
    for name, column in told.items():
        if name not in names:
            raise ImportRefused(
                "--map 中没有字段 {name}", "--map names no field {name!r}", param="map", allowed=names, name=name
            )
        if normal(column) not in by_normal:
            raise ImportRefused(
                "文件中没有列“{column}”",
                "the file has no column {column!r}",
                param="map",
                allowed=list(headings),
                column=column,
            )
        taken[name] = by_normal[normal(column)]
    return taken


def _candidates(fields: Sequence[Field], heading: str, words: Mapping[str, tuple[str, ...]]) -> list[tuple[int, str]]:
    """The fields a heading may stand for, each with the strength of the match (1 strong, 2 alias); usually one."""
    heading = base(heading)
    word = normal(heading)
    strong = [f.name for f in fields if word in {normal(f.name), normal(f.zh), normal(f.en)}]
    if strong:
        return [(1, name) for name in strong]
    found = [(2, f.name) for f in fields if word in {normal(alias) for alias in f.aliases}]
    found += [(1, name) for name, spellings in words.items() if word in spellings]
    if found:
        return found
    for bare, unit in units.split_heading(heading):
        known = [(strength, f) for strength, f in _bare_candidates(fields, bare) if units.factor(unit, f) is not None]
        if known:
            return [(strength, f.name) for strength, f in known]
    return []


def _bare_candidates(fields: Sequence[Field], bare: str) -> list[tuple[int, Field]]:
    by_name = {f.name: f for f in fields}
    return [(strength, by_name[name]) for strength, name in _candidates(fields, bare, {})]


def base(heading: str) -> str:
    """The heading without the number that `distinct` gave it."""
    found = _NUMBERED.match(heading)
    return found.group(1) if found else heading


def cut_headings(fields: Sequence[Field], mapping: ColumnMap) -> dict[str, list[str]]:
    """Unmatched headings that a dBase table may have cut, at ten bytes: heading → the fields whose words begin so."""
    open_fields = [f for f in fields if f.name not in mapping.fields]
    found: dict[str, list[str]] = {}
    for heading in mapping.ignored:
        word = normal(heading.rstrip("\ufffd?"))
        lengths = {len(word.encode(encoding, "ignore")) for encoding in ("utf-8", "gb18030")}
        # A character of two or three bytes that did not fit is gone, or half there.
        if not lengths & ({10} if word.isascii() else {8, 9, 10}):
            continue
        names = [
            f.name
            for f in open_fields
            if any(normal(one).startswith(word) and normal(one) != word for one in (f.name, f.zh, f.en, *f.aliases))
        ]
        if names:
            found[heading] = names
    return found


def close_headings(wanted: Field, headings: Iterable[str]) -> list[str]:
    """The headings that look like a field's, the closest first, at most three."""
    words = [normal(word) for word in (wanted.name, wanted.zh, wanted.en, *wanted.aliases)]

    def likeness(heading: str) -> float:
        told = normal(heading)
        contained = any(len(min(told, word, key=len)) > 1 and (told in word or word in told) for word in words)
        return max(SequenceMatcher(None, told, word).ratio() for word in words) + (1 if contained else 0)

    ranked = sorted(((likeness(heading), heading) for heading in headings if normal(heading)), reverse=True)
    return [heading for score, heading in ranked if score >= _ALIKE][:3]


_SECOND = Words("；同名的列按先后编号，“#2”是第二列", "; of columns with the same heading “#2” is the second")


def _choose(name: str, claims: list[tuple[int, str]]) -> str:
    strongest = min(strength for strength, _ in claims)
    best = [heading for strength, heading in claims if strength == strongest]
    if len(best) > 1:
        shown = Listed(*(f"“{heading}”" for heading in best))
        numbered = _SECOND if any(base(heading) != heading for heading in best) else ""
        raise ImportRefused(
            "有多列对应字段 {name}：{shown}{numbered}；请用 --map {name}=列名 指定其一", "several columns stand for {name}: {shown}{numbered}; choose one by --map {name}=column",
            param=name, allowed=best, name=name, shown=shown, numbered=numbered,
        )  # fmt: skip
    return best[0]


def require(
    mapping: ColumnMap, fields: Sequence[Field], given: Iterable[str], one_of: Iterable[tuple[str, ...]]
) -> None:
    """Raise `ImportRefused` when a required field has no column; ``given`` are fields the layer's scope fills in."""
    have = set(mapping.fields) | set(given)
    if not mapping.fields:
        shown = Words("；文件的列：{columns}", "", columns=Listed(*mapping.ignored[:_SHOWN])) if mapping.ignored else ""
        raise ImportRefused(
            "文件中没有任何一列属于该图层，可能选错了图层或文件{shown}",
            "no column of the file belongs to this layer: wrong layer, or wrong file",
            allowed=[Words("{name}（{field}）", "{name} ({field})", name=f.name, field=f) for f in fields],
            shown=shown,
        )
    missing = [f for f in fields if f.required and f.name not in have]
    if missing:
        others = Words("；未识别的列：{columns}", "", columns=Listed(*mapping.ignored)) if mapping.ignored else ""
        guesses = [(f.name, heading) for f in missing for heading in close_headings(f, mapping.ignored)]
        tell = " ".join(f"--map {name}={one}" for name, one in guesses)
        maybe = Words("。是否为“{heading}”？{tell}", "", heading=guesses[0][1], tell=tell) if guesses else ""
        raise ImportRefused(
            "缺少必需的列：{named}；已识别的列：{found}{others}{maybe}。可用 --map 字段=列名 指定",
            "required columns are missing: {named}; name them by --map field=column",
            param=missing[0].name,
            allowed=[f.name for f in fields],
            named=Listed(*(Words("{name}（{field}）", "{name} ({field})", name=f.name, field=f) for f in missing)),
            found=Listed(*mapping.fields.values()),
            others=others,
            maybe=maybe,
        )
    for group in one_of:
        present = [name for name in group if name in have]
        if not present:
            raise ImportRefused(
                "至少需要其中一列：{group}",
                "at least one of these columns is required: {group}",
                param=group[0],
                allowed=list(group),
                group=Listed(*group),
            )
