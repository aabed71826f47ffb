"""Layers as they may be seen: personal ones not at all, others without their personal fields.

A layer without a field is a layer like any other: whoever reads the registry's entry (lists, filters, tiles, files,
CQL2, documents) has never heard of that field, and refuses its name as unknown. So nobody else asks what is personal.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from django.db.models import QuerySet

from layers import registry
from layers.access import personal
from layers.access.posture import SETTING, WORD, now
from layers.errors import NotFound
from layers.fields import Dataset, Field
from layers.registry import Layer


def is_personal(layer: Layer, field: Field) -> bool:
    """Whether a field is not for everybody: itself, or what it leads to."""
    return bool(field.refers_to in personal.DATASETS or field.name in layer.personal or personal.why(field))


@cache
def _for_everybody(layer: Layer) -> Layer | None:
    """What is left of a layer while personal data are closed: one object a layer, as caches go by it."""
    if layer.dataset.name in personal.DATASETS:
        return None
    kept = tuple(field for field in layer.fields if not is_personal(layer, field))
    return layer if kept == layer.fields else replace(layer, dataset=replace(layer.dataset, fields=kept))


def seen(layer: Layer) -> Layer | None:
    """The layer as it may be seen now; None when it may not."""
    return layer if now().open else _for_everybody(layer)


def depends(layer: Layer) -> bool:
    """Whether a layer, in either form, shows another thing when personal data are open."""
    whole = registry.published(layer.id)
    return _for_everybody(whole) is not whole


def shown(layer: Layer) -> Layer:
    """The layer as it may be seen now; `NotFound` says why it may not, and who can open it."""
    found = seen(layer)
    if found is None:
        raise NotFound(
            f"“{layer.zh}”含个人信息，不公开；运维人员设置 {SETTING}={WORD} 才对所有能访问本站的人公开。"
            f" {layer.en} hold personal data and are closed; the operator may open them to whoever reaches this site"
            f" by {SETTING}={WORD}.",
            param="layer",
            allowed=[other.id for other in registry.LAYERS if seen(other) is not None],
        )
    return found


def tells(layer: Layer, name: str) -> bool:
    """Whether a layer, as it may be seen now, has a field of that name."""
    found = seen(layer)
    return found is not None and found.dataset.field(name) is not None


def layers_of(dataset: Dataset) -> tuple[Layer, ...]:
    """The layers and tables of a dataset, as the registry has them."""
    return tuple(layer for layer in (*registry.LAYERS, *registry.TABLES) if layer.dataset is dataset)


def of_object(found: Any) -> Layer | None:
    """The layer or table that publishes an object, as the registry has it: that of its model whose scope it fits."""
    for layer in (*registry.LAYERS, *registry.TABLES):
        fits = all(getattr(found, path, None) == value for path, value in layer.scope.items())
        if layer.dataset.model == found._meta.label and fits:
            return layer
    return None


def is_closed(model: Any) -> bool:
    """Whether a model's objects are of a dataset that may not be seen now."""
    every = (*registry.LAYERS, *registry.TABLES)
    return any(layer.dataset.model == model._meta.label and seen(layer) is None for layer in every)


_NAMES = ("name", "holder_name")


def name_of(found: Any) -> str:
    """What an object may be called: its name, or its holder's, where its layer tells it; else nothing."""
    layer = of_object(found)
    if layer is None:
        return getattr(found, "name", "") or ""
    for name in _NAMES:
        field = layer.dataset.field(name)
        if field is not None and tells(layer, name):
            return _value(found, field.orm_path) or ""
    return ""


def with_names(objects: QuerySet[Any]) -> QuerySet[Any]:
    """The same objects, read together with what `name_of` reads of each."""
    layers = [
        layer for layer in (*registry.LAYERS, *registry.TABLES) if layer.dataset.model == objects.model._meta.label
    ]
    paths = [field.orm_path for layer in layers for name in _NAMES if (field := layer.dataset.field(name))]
    beside = sorted({path.rpartition("__")[0] for path in paths} - {""})
    return objects.select_related(*beside) if beside else objects


def _value(found: Any, path: str) -> Any:
    for step in path.split("__"):
        found = getattr(found, step, None)
    return found
