"""Layers as they may be seen by whoever asks: without those that may not, others without the rows and the fields that may not.

A layer without a field is a layer like any other: whoever reads the registry's entry (lists, filters, tiles, files,
CQL2, documents) has never heard of that field, and refuses its name as unknown. So nobody else asks what is personal. A field that is
told of some of the rows that are seen has nothing in the others, in conditions and orders as in answers.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Case, F, Q, QuerySet, When

from layers import registry
from layers.access import personal
from layers.access.posture import SETTING, WORD
from layers.access.rights import ALL_SEEN, BUT_PERSONAL, Rights
from layers.access.rows import NO_ROW, counts_within, rows_in
from layers.access.sight import now
from layers.errors import NotFound
from layers.fields import Dataset, Field
from layers.reach import WHOLE, Reach
from layers.registry import Layer

_KEPT = 4096  # layers as they are seen: some 25 of each class of rights
_TOLD = "told_{}"  # what a field of some rows is called in a query


def is_personal(layer: Layer, field: Field) -> bool:
    """Whether a field is not for everybody: itself, or what it leads to."""
    return bool(field.refers_to in personal.DATASETS or field.name in layer.personal or personal.why(field))


def _rows_of(layer: Layer, rights: Rights) -> Reach:
    """Whose rows of a layer are seen."""
    if not rights.may("figures"):
        return Reach()
    if layer.needs == "fine":
        return WHOLE if rights.may("objects") else Reach()
    reach = rights.reach("objects" if layer.needs == "persons" else layer.needs)
    persons = layer.needs == "persons" or layer.dataset.name in personal.DATASETS
    return reach & rights.reach("personal") if persons else reach


@lru_cache(_KEPT)
def left_of(layer: Layer, rights: Rights) -> Layer | None:
    """What is left of a layer: one object a layer and class of rights, as caches go by it."""
    rows = _rows_of(layer, rights)
    if not rows:
        return None
    told_in = rights.reach("personal") & rows
    told_there: dict[str, str] = {}
    fields = []
    for field in layer.fields:
        if layer.dataset.name in personal.DATASETS or not is_personal(layer, field) or told_in == rows:
            fields.append(field)
        elif told_in and field.kind != "links":  # which only a single feature spells out, each by its own rights
            told_there[_TOLD.format(field.name)] = field.orm_path
            fields.append(replace(field, path=_TOLD.format(field.name)))
    if rows == layer.rows and tuple(fields) == layer.fields:
        return layer
    return replace(
        layer, dataset=replace(layer.dataset, fields=tuple(fields)), rows=rows, told_in=told_in, told_there=told_there
    )


def seen(layer: Layer) -> Layer | None:
    """The layer as it may be seen now; None when it may not."""
    return left_of(registry.published(layer.id), now().rights.seeing)


def varies(layer: Layer) -> bool:
    """Whether a layer is another to one who may see it than to another: by whose rows, or by what is told of them."""
    whole = registry.published(layer.id)
    return whole.needs in ("objects", "persons") or depends(whole)


def depends(layer: Layer) -> bool:
    """Whether a layer, in any form, shows another thing when personal data are open."""
    whole = registry.published(layer.id)
    return left_of(whole, BUT_PERSONAL) is not left_of(whole, ALL_SEEN)


def shown(layer: Layer) -> Layer:
    """The layer as it may be seen now; `NotFound` says why it may not, and who can open it."""
    found = seen(layer)
    if found is None:
        raise NotFound(
            f"“{layer.zh}”不公开：有权限的账号登录后可见；其中的个人信息，运维人员设置 {SETTING}={WORD} 才对所有能访问本站的人公开。"
            f" {layer.en} are closed: accounts with the right see them; personal data the operator may open"
            f" to whoever reaches this site by {SETTING}={WORD}.",
            param="layer",
            allowed=[other.id for other in registry.LAYERS if seen(other) is not None],
        )
    return found


def rows_of(layer: Layer) -> QuerySet[Any]:
    """All rows of a layer as somebody may see it: nothing downstream reads its table in another way.

    What is told of some of them is there under the names that its fields have.
    """
    found: QuerySet[Any] = apps.get_model(layer.dataset.model)._default_manager.filter(**layer.scope)
    if not layer.rows.whole:
        found = found.filter(rows_in(layer.dataset, layer.rows))
    if layer.told_there:
        there = rows_in(layer.dataset, layer.told_in)
        found = found.alias(**{name: Case(When(there, then=F(path))) for name, path in layer.told_there.items()})
    return found


def objects(dataset: Dataset) -> QuerySet[Any]:
    """The rows of a dataset that the asker may see, of all layers that publish it, in the columns of its model."""
    rows: QuerySet[Any] = apps.get_model(dataset.model)._default_manager.all()
    every = layers_of(dataset)
    visible = [(layer, found) for layer in every if (found := seen(layer))]
    if len(visible) == len(every) and all(found.rows.whole for _, found in visible):
        return rows
    return rows.filter(reduce(or_, (Q(**one.scope) & rows_in(dataset, found.rows) for one, found in visible), NO_ROW))


def objects_of(model: Any) -> QuerySet[Any]:
    """The same of the dataset that a model holds."""
    return objects(next(one for one in (*registry.DATASETS, *registry.DERIVED) if one.model == model._meta.label))


def tells(layer: Layer, name: str, of: Any = None) -> bool:
    """Whether a layer, as it may be seen now, has a field of that name, and tells it of every row, or of one."""
    found = seen(layer)
    if found is None or found.dataset.field(name) is None:
        return False
    if _TOLD.format(name) not in found.told_there:
        return True
    return of is not None and counts_within(layer.dataset, of, found.told_in)


def tells_of(layer: Layer, name: str, reach: Reach) -> bool:
    """Whether a layer, as it may be seen now, tells its field of that name of every object in a reach."""
    found = seen(layer)
    if found is None or found.dataset.field(name) is None:
        return False
    return (found.told_in if _TOLD.format(name) in found.told_there else found.rows).covers(reach)


def layers_of(dataset: Dataset) -> tuple[Layer, ...]:
    """The layers and tables of a dataset, as the registry has them."""
    return tuple(layer for layer in (*registry.LAYERS, *registry.TABLES) if layer.dataset.name == dataset.name)


def of_object(found: Any) -> Layer | None:
    """The layer or table that publishes an object, as the registry has it: that of its model whose scope it fits."""
    for layer in (*registry.LAYERS, *registry.TABLES):
        fits = all(getattr(found, path, None) == value for path, value in layer.scope.items())
        if layer.dataset.model == found._meta.label and fits:
            return layer
    return None


def is_closed(model: Any) -> bool:
    """Whether none of a model's objects may be seen now."""
    every = [layer for layer in (*registry.LAYERS, *registry.TABLES) if layer.dataset.model == model._meta.label]
    return bool(every) and all(seen(layer) is None for layer in every)


_NAMES = ("name", "holder_name")


def name_of(found: Any) -> str:
    """What an object may be called: its name, or its holder's, where its layer tells it; else nothing."""
    layer = of_object(found)
    if layer is None:
        return getattr(found, "name", "") or ""
    for name in _NAMES:
        field = layer.dataset.field(name)
        if field is not None and tells(layer, name, found):
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
