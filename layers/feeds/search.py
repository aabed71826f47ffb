"""Find regions, facilities, wells, users and meters by name or code, as far as they may be seen; and positions that are pasted.

Of several words each has to be in the name or code, or in the name of a division that holds what is found: ``海淀 水厂``.

Divisions are in memory; everything else is one statement over all datasets, so that one bound of time holds for an
answer. Its conditions are those that indexes answer: the beginning of a code, and from three letters on the midst of codes
and names by their trigrams. One or two letters make no trigram: then codes are found by their beginning, and names
are read through, which takes the time of a look at a hundred thousand short texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Case, CharField, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from layers import access, registry, vocab
from layers.db import bounded
from layers.errors import BadParameter
from layers.feeds.pasted import hit, position
from layers.functions import Coordinate
from layers.registry import Dataset
from layers.stats.regions import RegionIndex, RegionInfo, region_index

LONGEST = 60
WORDS = 5  # of a question that are looked for
DIVISIONS = 20  # that a word may name beside others
TRIGRAM = 3  # letters from which on an index finds a text within another
_NAMED_LEVELS = (vocab.DISTRICT, vocab.TOWNSHIP, vocab.VILLAGE)
_ORDER = sorted((one for one in registry.DATASETS if one.placed), key=lambda one: one.search_order)


def search(text: str, limit: int) -> list[dict[str, Any]]:
    """The best matches over all kinds, best first: the exact code, then whole names, beginnings, parts. In any case.

    `BadParameter` for nothing or too much to look for, `TooSlow` as of any question.
    """
    wanted = text.strip()
    if not wanted:
        raise BadParameter("q is empty: give a name or a code, or a part of one.", param="q")
    if len(wanted) > LONGEST:
        raise BadParameter(f"q is longer than {LONGEST} characters.", param="q")
    index = region_index()
    if pasted := position(wanted):
        with bounded():
            return [hit(index, *pasted)]
    found = [(_region_rank(region, wanted), 0, _region(index, region)) for region in _regions(index, wanted)]
    with bounded():
        found += [(one["rank"], one["place"], _object(index, one)) for one in matches(wanted, limit)]
    found.sort(key=lambda one: (one[0], one[1], one[2]["code"]))
    return [one for _, _, one in found[:limit]]


def _region_rank(region: RegionInfo, wanted: str) -> int:
    if wanted in (region.code, region.name):
        return 0
    return 1 if region.code.startswith(wanted) or region.name.startswith(wanted) else 2


def _regions(index: RegionIndex, wanted: str) -> list[RegionInfo]:
    levels = (vocab.CITY, vocab.DISTRICT, vocab.TOWNSHIP, vocab.VILLAGE)
    words = wanted.split()
    return [region for level in levels for region in index.levels[level] if _is_meant(index, region, words)]


def _is_meant(index: RegionIndex, region: RegionInfo, words: Sequence[str]) -> bool:
    """Whether every word is in the name or begins the code; of several also in the name of what it lies in, but not all of them."""

    def own(word: str) -> bool:
        return word in region.name or region.code.startswith(word)

    if not any(own(word) for word in words):
        return False
    above = [step.name for step in index.path(region.code)[:-1]]
    return all(own(word) or any(word in name for name in above) for word in words)


def matches(wanted: str, limit: int) -> QuerySet[Any]:
    """The best of every dataset that may be seen, in one statement. Grain: a row an object, at most ``limit`` a dataset."""
    open_to_all = [
        (place, dataset)
        for place, dataset in enumerate(_ORDER, 1)
        if not access.is_closed(apps.get_model(dataset.model))
    ]
    words = wanted.split()[:WORDS]
    within = {word: _divisions(region_index(), word) for word in words} if len(words) > 1 else {}
    first, *others = [_best(dataset, place, words, within, limit) for place, dataset in open_to_all]
    return first.union(*others, all=True)


def _divisions(index: RegionIndex, word: str) -> list[str]:
    """The codes of the divisions that a word names, the largest first; none where it names too many to tell anything."""
    named = [region.code for level in _NAMED_LEVELS for region in index.levels[level] if word in region.name]
    return named if len(named) <= DIVISIONS else []


def _best(
    dataset: Dataset, place: int, words: Sequence[str], within: Mapping[str, Sequence[str]], limit: int
) -> QuerySet[Any]:
    told, by_name = _told(dataset)
    own = [_match(dataset, word, by_name) for word in words]
    match = reduce(or_, own)  # one of them, so that an index finds it
    if len(words) > 1:
        for word, mine in zip(words, own, strict=True):
            match &= reduce(or_, (Q(declared_region__code__startswith=code) for code in within[word]), mine)
    wanted = " ".join(words)
    rank = Case(
        When(Q(code__iexact=wanted) | Q(told__iexact=wanted), then=Value(0)),
        When(Q(code__istartswith=wanted) | Q(told__istartswith=wanted), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return (
        apps.get_model(dataset.model)
        ._default_manager.filter(match)
        .annotate(
            told=told, rank=rank, place=Value(place), layer=_layer(dataset), region_code=F("declared_region__code"),
            length=Length("told"), lon=Coordinate("geom", "X"), lat=Coordinate("geom", "Y"),
        )
        .order_by("rank", "length", "code")
        .values("rank", "place", "layer", "code", "told", "region_code", "lon", "lat")[:limit]
    )  # fmt: skip


def _match(dataset: Dataset, word: str, by_name: Q) -> Q:
    match = Q(code__istartswith=word) if len(word) < TRIGRAM else Q(code__icontains=word)
    if dataset.search_names:
        # Text without capitals is found faster as it stands where every name has to be read.
        how = "contains" if len(word) < TRIGRAM and word.upper() == word.lower() else "icontains"
        match |= Q(**{f"name__{how}": word}) & by_name
    return match


def _told(dataset: Dataset) -> tuple[Any, Q]:
    """The name of an object as far as its layer tells it, and which objects' names are told at all: what is not told is
    neither found nor ordered by."""
    layers = access.layers_of(dataset)
    told = [layer for layer in layers if access.tells(layer, "name")]
    if len(told) == len(layers):
        return F("name"), Q()
    which = [Q(**layer.scope) for layer in told if layer.scope]
    named = Case(*(When(one, then=F("name")) for one in which), default=Value(""), output_field=CharField())
    found = Q(pk__in=[])
    for one in which:
        found |= one
    return named, found


def _layer(dataset: Dataset) -> Any:
    """The layer that an object has its page in, else its dataset."""
    layers = [layer for layer in access.layers_of(dataset) if layer.geometry != "none"]  # a table has no pages
    cases = [When(Q(**layer.scope), then=Value(layer.id)) for layer in layers if layer.scope]
    whole = next((layer.id for layer in layers if not layer.scope), dataset.name)
    return Case(*cases, default=Value(whole), output_field=CharField()) if cases else Value(whole)


def _place(index: RegionIndex, code: str | None) -> str:
    if not code or code not in index.by_code:
        return ""
    return " / ".join(step.name for step in index.path(code)[1:])


def _region(index: RegionIndex, region: RegionInfo) -> dict[str, Any]:
    west, south, east, north = region.bounds or (0.0, 0.0, 0.0, 0.0)
    return {
        "layer": "region",
        "level": vocab.LEVEL.by_id[region.level].code,
        "code": region.code,
        "name": region.name,
        "path": _place(index, region.parent_code),
        "lon": (west + east) / 2,
        "lat": (south + north) / 2,
        "bounds": region.bounds,
    }


def _object(index: RegionIndex, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "layer": found["layer"],
        "code": found["code"],
        "name": found["told"],
        "path": _place(index, found["region_code"]),
        "lon": found["lon"],
        "lat": found["lat"],
    }
