"""Find regions, facilities, wells, users, meters, permits and their holders by name or code, as far as they may be seen; and
positions that are pasted.

Of several words each has to be in the name or code, or in the name of a division that holds what is found: ``海淀 水厂``. Letters
are pinyin as well, of divisions and public facilities, and English, of divisions (`spelt`).

Divisions and names by pinyin are in memory; everything else is one statement over all datasets, so that one bound of time holds for an
answer. Its conditions are those that indexes answer: the beginning of a code, and from three letters on the midst of codes
and names by their trigrams. One or two letters make no trigram: then codes are found by their beginning, and names
are looked through in memory (`held`); so are those of several words, and tables that have no such index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from layers import access, dependencies, registry, vocab
from layers.db import bounded
from layers.errors import BadParameter
from layers.feeds import spelt
from layers.feeds.held import HeldTexts
from layers.feeds.pasted import hit, position
from layers.feeds.told import has_region, rows_of, told_name
from layers.kept.memory import Memory
from layers.registry import Dataset
from layers.stats.answer import level_asked
from layers.stats.regions import RegionIndex, RegionInfo, region_index
from layers.versions import as_of

LONGEST = 60
WORDS = 5  # of a question that are looked for
DIVISIONS = 20  # that a word may name beside others
TRIGRAM = 3  # letters from which on an index finds a text within another
# By word the codes of the divisions that it says in Latin letters, and their ranks.
Said = Mapping[str, Mapping[str, int]]
_NAMED_LEVELS = (vocab.DISTRICT, vocab.TOWNSHIP, vocab.VILLAGE)
# What stands somewhere or lies underneath, and of the tables those whose objects have a code and a page.
_SEARCHED = [
    one
    for one in (*registry.DATASETS, *registry.DERIVED)
    if one.placed or one.bands or (one.geometry == "none" and one.field("code") and access.layers_of(one))
]
_ORDER = sorted(_SEARCHED, key=lambda one: one.search_order)


def search(text: str, limit: int) -> list[dict[str, Any]]:
    """The best matches over all kinds, best first: the exact code, then whole names, beginnings, parts. In any case.

    `BadParameter` for nothing or too much to look for, `TooSlow` as of any question.
    """
    wanted = _wanted(text)
    index = region_index()
    if pasted := position(wanted):
        with bounded():
            return [hit(index, *pasted)]
    words = wanted.split()[:WORDS]
    with bounded():
        said = {word: spelt.regions(index, word) for word in words}
        found = [(rank, 0, _region(index, region)) for rank, region in _regions(index, wanted, said)]
        found += [(one["rank"], one["place"], _object(index, one)) for one in matches(wanted, limit, said)]
        known = {(hit["layer"], hit["code"]) for _, _, hit in found}
        by_sound = ((one["rank"], one["place"], _object(index, one)) for one in _by_sound(words, said))
        found += [one for one in by_sound if (one[2]["layer"], one[2]["code"]) not in known]
    found.sort(
        key=lambda one: (one[0], one[1], len(one[2]["code"]) if one[2]["layer"] == "region" else 0, one[2]["code"])
    )
    return [one for *_, one in found[:limit]]


def spelt_regions(word: str, level: int) -> list[str]:
    """The codes of a level's divisions (or `answer.BELOW_ROOT`) that one word says in Latin letters, in order. `BadParameter` as of `search`."""
    wanted = _wanted(word)
    index = region_index()
    own = level_asked(index, level)
    said = spelt.regions(index, wanted)
    return sorted(region.code for region in index.levels[own] if region.code in said)


def _wanted(text: str) -> str:
    wanted = text.strip()
    if not wanted:
        raise BadParameter("q is empty: give a name or a code, or a part of one.", param="q")
    if len(wanted) > LONGEST:
        raise BadParameter(f"q is longer than {LONGEST} characters.", param="q")
    return wanted


def _regions(index: RegionIndex, wanted: str, said: Said) -> Iterator[tuple[int, RegionInfo]]:
    """Each division that is meant, and how well. Grain: a division."""
    levels = (vocab.CITY, vocab.DISTRICT, vocab.TOWNSHIP, vocab.VILLAGE)
    for level in levels:
        for region in index.levels[level]:
            if _is_meant(index, region, said):
                yield _region_rank(region, wanted, said), region


def _region_rank(region: RegionInfo, wanted: str, said: Said) -> int:
    if wanted in (region.code, region.name):
        return 0
    if region.code.startswith(wanted) or region.name.startswith(wanted):
        return 1
    ranks = [ranks[region.code] for ranks in said.values() if region.code in ranks]
    return min(ranks, default=2)


def _is_meant(index: RegionIndex, region: RegionInfo, said: Said) -> bool:
    """Whether every word is in the name or begins the code; of several also in the name of what it lies in, but not all of them."""

    def own(word: str, one: RegionInfo) -> bool:
        return word in one.name or one.code in said[word]

    if not any(own(word, region) or region.code.startswith(word) for word in said):
        return False
    above = index.path(region.code)[:-1]
    return all(
        own(word, region) or region.code.startswith(word) or any(own(word, one) for one in above) for word in said
    )


def _by_sound(words: Sequence[str], said: Said) -> Iterator[dict[str, Any]]:
    """The facilities that a word says by its sound, each once; of several words the others as well, or as they are written, or by
    a division that holds the facility."""
    sounds = {word: {(one["layer"], one["code"]): one for one in spelt.objects(word, _named())} for word in words}
    within = {word: tuple(_divisions(region_index(), word, said)) for word in words} if len(sounds) > 1 else {}
    for key, one in reduce(or_, sounds.values()).items():
        place = one["region_code"] or ""
        if all(key in sounds[word] or word in one["told"] or place.startswith(within[word]) for word in sounds):
            yield one


def _named() -> Iterator[dict[str, Any]]:
    """Every object whose name is found by its sound: those of datasets whose names may be told and are not somebody's."""
    for place, dataset in enumerate(_ORDER, 1):
        if not dataset.spelt or access.is_closed(apps.get_model(dataset.model)):
            continue
        told, by_name = told_name(dataset)
        objects = access.objects(dataset).filter(by_name)
        yield from rows_of(dataset, place, objects, told, Value(0)).exclude(told="")


def matches(wanted: str, limit: int, said: Said | None = None) -> QuerySet[Any]:
    """The best of every dataset that may be seen, in one statement. Grain: a row an object, at most ``limit`` a dataset."""
    open_to_all = [
        (place, dataset)
        for place, dataset in enumerate(_ORDER, 1)
        if not access.is_closed(apps.get_model(dataset.model))
    ]
    words = wanted.split()[:WORDS]
    within = {word: _divisions(region_index(), word, said or {}) for word in words} if len(words) > 1 else {}
    first, *others = [_best(dataset, place, words, within, limit) for place, dataset in open_to_all]
    return first.union(*others, all=True)


def _divisions(index: RegionIndex, word: str, said: Said) -> list[str]:
    """The codes of the divisions that a word names, the largest first; none where it names too many to tell anything. By their
    sound only those whose whole name it is: letters are in many."""
    sounds = {code for code, rank in said.get(word, {}).items() if rank == spelt.WHOLE}
    named = [
        region.code
        for level in _NAMED_LEVELS
        for region in index.levels[level]
        if word in region.name or region.code in sounds
    ]
    return named if len(named) <= DIVISIONS else []


def _best(
    dataset: Dataset, place: int, words: Sequence[str], within: Mapping[str, Sequence[str]], limit: int
) -> QuerySet[Any]:
    told, by_name = told_name(dataset)
    short = any(len(word) < TRIGRAM for word in words)
    in_memory = not _has_trigrams(dataset) or ((short or len(words) > 1) and _has_names(dataset))
    if in_memory:
        match = Q(pk__in=_held(dataset).best(words, within, limit))
    else:
        match = _indexed(dataset, words, within, by_name)
    wanted = " ".join(words)
    rank = Case(
        When(Q(code__iexact=wanted) | Q(told__iexact=wanted), then=Value(0)),
        When(Q(code__istartswith=wanted) | Q(told__istartswith=wanted), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = rows_of(dataset, place, access.objects(dataset).filter(match), told, rank)
    if short and not in_memory and len(words) == 1:  # the beginning of a code: one index has them in their order
        return found.order_by("code")[:limit]
    return found.order_by("rank", "length", "code")[:limit]


def _indexed(dataset: Dataset, words: Sequence[str], within: Mapping[str, Sequence[str]], by_name: Q) -> Q:
    own = [_match(dataset, word, by_name) for word in words]
    match = reduce(or_, own)  # one of them, so that an index finds it
    if len(words) > 1:
        for word, mine in zip(words, own, strict=True):
            codes = within[word] if has_region(dataset) else ()
            match &= reduce(or_, (Q(declared_region__code__startswith=code) for code in codes), mine)
    return match


def _match(dataset: Dataset, word: str, by_name: Q) -> Q:
    match = Q(code__istartswith=word) if len(word) < TRIGRAM else Q(code__icontains=word)
    if _has_names(dataset):
        match |= Q(name__icontains=word) & by_name
    return match


def _has_names(dataset: Dataset) -> bool:
    return dataset.search_names and dataset.field("name") is not None


def _has_trigrams(dataset: Dataset) -> bool:
    """Whether an index finds parts of its texts; where none does, they are few."""
    return any(isinstance(index, GinIndex) for index in apps.get_model(dataset.model)._meta.indexes)


_texts: Memory[HeldTexts] = Memory(16)


def _held(dataset: Dataset) -> HeldTexts:
    """The names and codes of a dataset, of its version and as far as they may be told."""

    def make() -> HeldTexts:
        told = told_name(dataset)[0] if _has_names(dataset) else Value("")  # no other object's name
        region = F("declared_region__code") if has_region(dataset) else Value("")
        rows = access.objects(dataset).annotate(told=told, in_region=region).order_by()
        found = rows.values_list("pk", "code", "told", "in_region")
        return HeldTexts([(pk, code, name or "", place or "") for pk, code, name, place in found.iterator(20_000)])

    return _texts.get_or_make(as_of(dependencies.behind(dataset.name)).stamp, dataset.name, make)


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
        "region": found["region_code"] if found["region_code"] in index.by_code else None,
        "lon": found["lon"],
        "lat": found["lat"],
    }
