"""Forms of the administration as a browser would send them, and what a save is held to."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from layers import models
from layers.recorded import all_months
from layers.stats import rebuild


def url(model: Any, what: str, *args: Any) -> str:
    return reverse(f"admin:layers_{model._meta.model_name}_{what}", args=args)


def edited(client: Client, obj: Any, **changes: Any) -> dict[str, Any]:
    """What the browser would send for an object's form, with some inputs changed."""
    form = client.get(url(type(obj), "change", obj.pk)).context["adminform"].form
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if bound.name == "geom":
            if hasattr(value, "x"):
                data |= {"geom_lon": repr(value.x), "geom_lat": repr(value.y)}
        elif isinstance(value, list):
            data[bound.name] = [getattr(one, "pk", one) for one in value]
        else:
            data[bound.name] = "" if value is None else value
    return data | changes


def save(client: Client, obj: Any, **changes: Any) -> Any:
    return client.post(url(type(obj), "change", obj.pk), edited(client, obj, **changes), follow=True)


def versions() -> dict[str, int]:
    """Of the registers; what rules find in them follows."""
    return dict(models.LayerVersion.objects.exclude(dataset="finding").values_list("dataset", "version"))


def sums() -> set[tuple[Any, ...]]:
    fields = (
        "level",
        "source_sel",
        "purpose_sel",
        "month",
        "code",
        "parent_code",
        "gap",
        "volume_l",
        "ytd_l",
        "records",
    )
    return set(models.UsageSum.objects.values_list(*fields))


def sums_made_again() -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        rebuild.rebuild(cursor, all_months(cursor))
    return sums()
