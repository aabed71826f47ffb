"""The objects of findings, as far as the asker may see them: the address of each one's page, and of the form in which who may edit it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import F
from django.urls import reverse

from layers import access, languages, registry
from layers.fields import Dataset
from layers.models import Finding
from layers.registry import Layer

SHOWN = 4  # of a finding's objects, the first by code


@dataclass(frozen=True, slots=True)
class Object:
    """Where an object is; nothing where the asker may not go there."""

    code: str
    page: str = ""
    edit: str = ""


class Objects:
    """Of some findings: a query or two a dataset, however many they are."""

    def __init__(self, findings: Iterable[Finding], user: Any, lang: str) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for finding in findings:
            wanted[finding.dataset].update(finding.objects_named[:SHOWN])
        self._lang = lang
        self._found = {
            (name, one.code): one for name, codes in wanted.items() for one in self._of(name, sorted(codes), user)
        }

    def of(self, finding: Finding) -> list[Object]:
        return [self._found.get((finding.dataset, code), Object(code)) for code in finding.objects_named[:SHOWN]]

    def _of(self, name: str, codes: Sequence[str], user: Any) -> list[Object]:
        dataset = registry.dataset(name)
        found = dict(_shown(dataset, codes))
        edited = _editable(dataset, [one.pk for one in found], user)
        return [self._object(one, layer, one.pk in edited) for one, layer in found.items()]

    def _object(self, found: Any, layer: Layer, edited: bool) -> Object:
        meta, lang = found._meta, self._lang
        form = f"admin:{meta.app_label}_{meta.model_name}_change"
        return Object(
            found.its_code,
            languages.address(reverse("web:object", args=[layer.id, found.its_code]), lang),
            languages.address(reverse(form, args=[found.pk]), lang) if edited else "",
        )


def _shown(dataset: Dataset, codes: Sequence[str]) -> Iterator[tuple[Any, Layer]]:
    """Objects with these codes, each with the layer that shows it to the asker. Of a division that has had several outlines the last."""
    field = dataset.field("code")
    assert field is not None  # findings name their objects by it
    for layer in access.layers_of(dataset):
        if (seen := access.seen(layer)) is None:
            continue
        rows = access.rows_of(seen).annotate(its_code=F(field.orm_path)).filter(its_code__in=codes)
        # An outline takes a megabyte, and nothing here draws it.
        shapes = [one.name for one in rows.model._meta.concrete_fields if hasattr(one, "srid")]
        yield from ((one, layer) for one in rows.order_by("pk").defer(*shapes))


def _editable(dataset: Dataset, ids: Sequence[int], user: Any) -> set[int]:
    """Of objects with these ids, those whose form opens to the asker: what `layers.access.reaches` says of one, of many at once."""
    model = apps.get_model(dataset.model)
    permission = f"{model._meta.app_label}.change_{model._meta.model_name}"
    if not (ids and user.is_active and user.is_staff and admin.site.is_registered(model) and user.has_perm(permission)):
        return set()
    reach = access.reach_of(user, "edit", permission)
    if reach.whole:
        return set(ids)
    if not access.divides(dataset):
        return set()
    rows = model._default_manager.filter(access.rows_in(dataset, reach), pk__in=ids)
    return set(rows.values_list("pk", flat=True))
