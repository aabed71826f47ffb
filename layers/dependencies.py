"""What an answer depends on: read from what each dataset says that its write makes different. Pure.

A version, a cache key, an ETag and whatever follows from a change ask here; none of them lists datasets by itself.
"""

from __future__ import annotations

from functools import cache

from layers.datasets import DATASETS, REGION
from layers.derived import DERIVED, GRID
from layers.fields import GRIDDED, NOWHERE, SUMS, Dataset

_ALL = (*DATASETS, *DERIVED)
# Litres are kept by region or unit; an answer names these.
_DERIVED_OF = {SUMS: REGION, GRIDDED: GRID}
_BY_NAME = {dataset.name: dataset for dataset in _ALL}


def made_different(dataset: Dataset) -> frozenset[str]:
    """What a write of the dataset makes different at once, itself left out."""
    found = set(dataset.makes_different)
    if dataset is REGION:  # every object is looked up in the outlines
        found |= {other.name for other in DATASETS if other.placed}
    return frozenset(found - {dataset.name})


@cache
def leading_to(*names: str) -> tuple[str, ...]:
    """The datasets whose write makes any of these different, in however many steps, in the order of the list."""
    found, before = set(names), 0
    while len(found) != before:
        before = len(found)
        found |= {dataset.name for dataset in _ALL if made_different(dataset) & found}
    return tuple(dataset.name for dataset in _ALL if dataset.name in found and dataset.name not in names)


@cache
def behind(*names: str) -> tuple[str, ...]:
    """The datasets behind answers that show these (datasets, `SUMS`, `GRIDDED`): themselves, those whose fields they show, and all
    whose write makes any of them different."""
    shown = set(names)
    for name in names:
        shown |= _shown(name)
    found = {*shown, *leading_to(*sorted(shown))}
    return tuple(dataset.name for dataset in _ALL if dataset.name in found)


def _shown(name: str) -> frozenset[str]:
    """The datasets whose names and codes stand in the rows of this one; links are spelt out by single features alone,
    which depend on everything."""
    if name in _DERIVED_OF:
        return frozenset({_DERIVED_OF[name].name})
    one = _BY_NAME[name]
    if one.counted == NOWHERE and one.geometry != "none":  # asked by region, it is looked up in the outlines
        return frozenset({REGION.name})
    fields = one.fields
    return frozenset(
        REGION.name if field.kind == "region" else field.refers_to
        for field in fields
        if field.kind == "region" or (field.kind == "code" and field.refers_to)
    )
