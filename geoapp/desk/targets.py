"""Where a file can be imported to, and where its headings say it belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layers import registry
from layers.fields import Dataset, Field
from layers.ingest.columns import GEOMETRY_WORDS, known_words, match, normal
from layers.ingest.refusal import ImportRefused
from layers.ingest.spec import Spec, spec_for

POSITION_WORDS = {
    "lon": ("经度（或 X）", "Longitude (or x)"),
    "lat": ("纬度（或 Y）", "Latitude (or y)"),
    "wkt": ("几何（WKT）", "Geometry (WKT)"),
}
FEWEST_HITS = 2


def groups(lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Datasets, and the layers that are a part of one: (group, [(target, name)])."""
    datasets = [(d.name, _name(d, lang)) for d in registry.DATASETS]
    known = {name for name, _ in datasets}
    parts = [(one.id, _name(one, lang)) for one in registry.IMPORTED if one.scope and one.id not in known]
    if lang == "en":
        return [("Datasets", datasets), ("Layers (parts of a dataset)", parts)]
    return [("数据集", datasets), ("图层（数据集的一部分）", parts)]


def names(lang: str) -> dict[str, str]:
    """Target → its name."""
    return dict(one for _, group in groups(lang) for one in group)


def _name(of: Dataset | registry.Layer, lang: str) -> str:
    return of.en if lang == "en" else of.zh


def specs() -> list[Spec]:
    """The specification of every target."""
    return [spec_for(target) for target in names("zh")]


def fields_of(spec: Spec) -> list[Field]:
    """The fields that a file of the target may give."""
    return [f for f in spec.dataset.fields if f.imported and f.name not in spec.scope]


def positions_of(spec: Spec) -> list[str]:
    """The columns beside the fields that hold where something is."""
    return {"point": ["lon", "lat", "wkt"], "polygon": ["wkt"], "none": []}[spec.geometry]


def template(spec: Spec) -> list[str]:
    """The headings of an empty table of the target."""
    position = {"point": ["lon", "lat"], "polygon": ["wkt"], "none": []}[spec.geometry]
    return [*(f.name for f in fields_of(spec)), *position]


def field_name(spec: Spec | None, name: str, lang: str) -> str:
    """A field, or a column of a position, as people call it."""
    if name in POSITION_WORDS:
        return POSITION_WORDS[name][lang == "en"]
    if not name:
        return "whole row" if lang == "en" else "整行"
    if name == "geometry":
        return "Geometry" if lang == "en" else "图形"
    found = spec.dataset.field(name) if spec else None
    return (found.en if lang == "en" else found.zh) if found else name


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
