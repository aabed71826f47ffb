"""Where a file can be imported to, and where its headings say it belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layers import languages, registry
from layers.fields import Field
from layers.history import said
from layers.ingest.columns import GEOMETRY_WORDS, known_words, match, normal
from layers.ingest.refusal import ImportRefused
from layers.ingest.spec import Spec, spec_for
from layers.shapes import DRAWN
from layers.words import Worded, Words, in_language

POSITION_WORDS = {
    "lon": Words("经度（或 X）", "Longitude (or x)"),
    "lat": Words("纬度（或 Y）", "Latitude (or y)"),
    "wkt": Words("几何（WKT）", "Geometry (WKT)"),
}
FEWEST_HITS = 2


def groups(lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Datasets, and the layers that are a part of one: (group, [(target, name)])."""
    datasets = [(d.name, d.in_(lang)) for d in registry.DATASETS]
    known = {name for name, _ in datasets}
    parts = [(one.id, one.in_(lang)) for one in registry.IMPORTED if one.scope and one.id not in known]
    return [
        (Words("数据集", "Datasets").in_(lang), datasets),
        (Words("图层（数据集的一部分）", "Layers (parts of a dataset)").in_(lang), parts),
    ]


def names(lang: str = languages.FIRST) -> dict[str, str]:
    """Target → its name."""
    return dict(one for _, group in groups(lang) for one in group)


def specs() -> list[Spec]:
    """The specification of every target."""
    return [spec_for(target) for target in names()]


def fields_of(spec: Spec) -> list[Field]:
    """The fields that a file of the target may give."""
    return [f for f in spec.dataset.fields if f.imported and f.name not in spec.scope]


def positions_of(spec: Spec) -> list[str]:
    """The columns beside the fields that hold where something is."""
    return ["lon", "lat", "wkt"] if spec.geometry == "point" else ["wkt"] if spec.geometry in DRAWN else []


def template(spec: Spec) -> list[str]:
    """The headings of an empty table of the target."""
    position = positions_of(spec)
    return [*(f.name for f in fields_of(spec)), *(position[:2] if spec.geometry == "point" else position)]


def field_name(spec: Spec | None, name: str, lang: str) -> str:
    """A field, or a column of a position, as people call it in a language."""
    return str(in_language(field_word(spec, name), lang))


def field_word(spec: Spec | None, name: str) -> Worded | str:
    """A field, or a column of a position, as people call it; its own name where nobody does."""
    if name in POSITION_WORDS:
        return POSITION_WORDS[name]
    if not name:
        return Words("整行", "whole row")
    return said.label(spec.dataset, name) if spec else name


def matched(spec: Spec, headings: Sequence[str], told: Mapping[str, str]) -> dict[str, str]:
    """Field → heading, as a file that was not read to its end would be matched; empty where that is not clear."""
    try:
        found = match(fields_of(spec), headings, told, geometry_words=positions_of(spec))
    except ImportRefused:
        return {}
    return {**found.fields, **found.geometry}


def all_words() -> frozenset[str]:
    """The words by which headings of any dataset are known: what a reader is told when nobody said which it is."""
    return frozenset().union(*(known_words(d.fields) for d in registry.DATASETS))


def proposals(headings: Sequence[str]) -> list[tuple[str, int, int]]:
    """(dataset, headings of its fields, of how many), the likeliest first. Positions count for none: nearly all have some.

    Whether a file has all that a dataset needs is not asked: a small dataset needs a code and a name, which every register has.
    """
    position = {normal(word) for spellings in GEOMETRY_WORDS.values() for word in spellings}
    told = [heading for heading in headings if normal(heading) and normal(heading) not in position]
    found = [(d.name, len(_known(spec_for(d.name), told)), len(told)) for d in registry.DATASETS]
    return sorted((one for one in found if one[1] >= FEWEST_HITS), key=lambda one: -one[1])


def is_clear(found: Sequence[tuple[str, int, int]]) -> bool:
    """Whether one dataset knows more of the headings than all others, and most of them."""
    if not found or 2 * found[0][1] <= found[0][2]:
        return False
    return len(found) == 1 or found[0][1] > found[1][1]


def _known(spec: Spec, headings: Sequence[str]) -> set[str]:
    try:
        return set(match(fields_of(spec), headings, geometry_words=()).fields)
    except ImportRefused:  # two columns for one field: still a file of the kind
        words = known_words(fields_of(spec))
        return {normal(heading) for heading in headings if normal(heading) in words}
