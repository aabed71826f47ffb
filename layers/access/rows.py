"""Whose rows: a reach as a condition on the rows of a dataset, by the regions that its entry names (`Dataset.reached`).

A row is somebody's to see by the region it counts in, by the one rule of filters and sums (`Placed.counted_region`); what counts in no
region only by who sees the whole city.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Q

from layers.fields import NOWHERE, Dataset
from layers.models import Region
from layers.reach import Reach

NO_ROW = Q(pk__in=[])


def begins(path: str, prefixes: Iterable[str]) -> Q:
    """Codes that begin with one of some prefixes."""
    return reduce(or_, (Q(**{f"{path}__startswith": prefix}) for prefix in prefixes), NO_ROW)


def counting_in(path: str, prefixes: Iterable[str]) -> Q:
    """Rows whose region, by a path of the ORM, lies in the regions with these prefixes: one set of ids, made once a statement."""
    return Q(**{f"{path}__in": Region.objects.filter(begins("code", prefixes)).values("pk")})


def rows_in(dataset: Dataset, reach: Reach) -> Q:
    """The rows of a dataset that a reach holds; of those that several regions decide, where any of them is held."""
    if reach.whole:
        return Q()
    if not reach:
        return NO_ROW
    if dataset.counted == NOWHERE and not dataset.reached:
        return NO_ROW  # of no region: told to who sees the whole city
    return reduce(or_, (_by(dataset, path, reach) for path in dataset.reached or (dataset.counted,)))


def counts_within(dataset: Dataset, found: Any, reach: Reach) -> bool:
    """Whether a reach holds an object."""
    return reach.whole or type(found)._default_manager.filter(rows_in(dataset, reach), pk=found.pk).exists()


def _by(dataset: Dataset, path: str, reach: Reach) -> Q:
    model = apps.get_model(dataset.model)
    condition = counting_in(path, reach.prefixes)
    if not leads_to_many(dataset.model, path):
        return condition
    # By identity: a join would give a row once for each of the many that it leads to.
    return Q(pk__in=model._default_manager.order_by().filter(condition).values("pk"))


@cache
def leads_to_many(label: str, path: str) -> bool:
    """Whether a path of the ORM leads from an object of a model to several."""
    model: Any = apps.get_model(label)
    for step in path.split("__"):
        field = model._meta.get_field(step) if step in {f.name for f in model._meta.get_fields()} else None
        if field is None:
            return False
        if field.many_to_many or field.one_to_many:
            return True
        model = field.related_model
        if model is None:
            return False
    return False
