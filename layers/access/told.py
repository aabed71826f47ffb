"""What of a dataset's own table is told, for who goes by tables instead of layers: forms, their lists, and what objects were.

A layer leaves out what may not be seen (`layers.access.seen`). Of a table the rows are those that somebody's hand reaches, of persons
those of which personal data are told besides; and a column is told of the rows of which the layers that publish them tell it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Q

from layers import registry
from layers.access import personal
from layers.access.permissions import divides
from layers.access.rows import NO_ROW, counts_within, rows_in
from layers.access.seen import is_personal, layers_of
from layers.access.sight import now, somebody_asks
from layers.fields import Dataset
from layers.models.called import Calling, judged_by
from layers.reach import WHOLE, Reach


def of_model(model: Any) -> Dataset | None:
    """The dataset, imported or derived, whose rows a model's are."""
    label = model._meta.label
    return next((one for one in (*registry.DATASETS, *registry.DERIVED) if one.model == label), None)


def touches_persons(dataset: Dataset) -> bool:
    """Whether anything of a dataset is personal, of whichever of its layers."""
    return dataset.name in personal.DATASETS or any(
        is_personal(layer, field) for layer in layers_of(dataset) for field in layer.fields
    )


def held(dataset: Dataset, reach: Reach) -> Q:
    """The rows of a dataset that a hand reaches: of what is told one by one those that count there, of figures and outlines all."""
    if divides(dataset) or any(layer.needs == "objects" for layer in layers_of(dataset)):
        return rows_in(dataset, reach)
    return Q()


def within(dataset: Dataset, reach: Reach) -> Q:
    """Those of them that their owner, who asks, looks at; `NO_ROW` where there can be none."""
    return held(dataset, reach & now().rights.reach("personal") if dataset.name in personal.DATASETS else reach)


def told_rows(dataset: Dataset, column: str, reach: Reach = WHOLE) -> Q:
    """The rows, of those in a reach that may be looked at, of which a column of the table is told: no condition where it is of all, `NO_ROW`
    where it is of none."""
    told = now().rights.reach("personal")
    if dataset.name in personal.DATASETS or told.covers(reach):
        return Q()
    fields = [field for field in dataset.fields if field.orm_path.partition("__")[0] == column]
    layers = layers_of(dataset)
    kept_back = [any(is_personal(layer, field) for field in fields) for layer in layers]
    if not any(kept_back or map(personal.why, fields)):
        return Q()
    there = rows_in(dataset, told)
    if all(kept_back):
        return there
    pairs = zip(layers, kept_back, strict=True)
    return reduce(or_, (Q(**one.scope) & there if is_kept else Q(**one.scope) for one, is_kept in pairs))


def tells_column(dataset: Dataset, column: str, found: Any) -> bool:
    """Whether a column is told of one object that may be looked at."""
    return _holds(told_rows(dataset, column), found)


def tells_all(dataset: Dataset, column: str, reach: Reach) -> bool:
    """Whether a column is told of every row in a reach."""
    if dataset.name in personal.DATASETS:
        return now().rights.reach("personal").covers(reach)
    return not told_rows(dataset, column, reach)


def told_among(dataset: Dataset, column: str, ids: Iterable[int]) -> set[int]:
    """Of which of some objects, known by their identities, a column is told; of what is gone where it is told of all."""
    own = rows_in(dataset, now().rights.reach("personal"))
    rows = own if dataset.name in personal.DATASETS else told_rows(dataset, column)
    if not rows:
        return set(ids)
    model = apps.get_model(dataset.model)
    return set(model._default_manager.filter(rows, pk__in=list(ids)).values_list("pk", flat=True))


def _holds(rows: Q, found: Any) -> bool:
    return not rows or (rows is not NO_ROW and type(found)._default_manager.filter(rows, pk=found.pk).exists())


def _calling(found: Any) -> Calling:
    """How an object, of which nothing is known, may be called to who asks."""
    dataset = of_model(type(found))
    if dataset is None or not somebody_asks():
        return "name"
    if dataset.name in personal.DATASETS:
        return "name" if counts_within(dataset, found, now().rights.reach("personal")) else "neither"
    return "name" if tells_column(dataset, "name", found) else "code"


judged_by(_calling)
