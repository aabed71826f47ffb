"""What an object's page says besides to who may edit or look behind it. What is told of the object itself is the same for all, and kept."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from geoapp.desk.views import language
from layers import access, filters, languages, params, registry
from layers.errors import ShuituError
from layers.history.tables import OWN_HISTORY
from layers.http.asker import account_of
from layers.models import Release
from layers.registry import Layer

NOTHING = 204


@never_cache
@require_GET
def behind(request: HttpRequest, layer: str, code: str) -> HttpResponseBase:
    """The addresses behind one object that this asker may open; no content for who may open none, or where there is none."""
    if not (request.user.is_active and request.user.is_staff):
        return HttpResponse(status=NOTHING)
    with access.one_moment(account=account_of(request)):
        return _behind(request, layer, code)


def _behind(request: HttpRequest, layer: str, code: str) -> HttpResponseBase:
    try:
        params.refuse_unwritable({"code": code})
        of = access.shown(registry.published(layer))
        found = filters.of_code(of, code)
    except ShuituError:
        found = None
    told = {} if found is None else _told(request, of, found)
    return JsonResponse(told) if told else HttpResponse(status=NOTHING)


def _told(request: HttpRequest, layer: Layer, found: Any) -> dict[str, Any]:
    user = request.user
    told: dict[str, Any] = {}
    release = getattr(found, "release", None) or getattr(found, "valid_from", None)
    if release is not None and (user.has_perm(access.IMPORT) or user.has_perm(access.LOOK_BEHIND)):
        told["release"] = _release(request, release)
        if (
            layer.dataset in registry.DATASETS
            and layer.dataset.name not in OWN_HISTORY
            and _may(request, found, "view")
        ):
            told["history"] = _address(request, "desk:history", layer.dataset.name, found.pk)
    edited = _edited(found)
    if edited is not None and _may(request, edited, "change"):
        meta = edited._meta
        told["edit"] = _address(request, f"admin:{meta.app_label}_{meta.model_name}_change", edited.pk)
    return told


def _release(request: HttpRequest, release: Release) -> dict[str, Any]:
    return {
        "number": release.pk,
        "file": release.file_name,
        "actor": release.actor,
        "url": _address(request, "desk:release", release.pk),
    }


def _edited(found: Any) -> Any:
    """What the administration changes of an object: itself, or the division whose outline it is."""
    known = {model._meta.label for model in apps.get_models() if admin.site.is_registered(model)}
    for one in (found, getattr(found, "region", None)):
        if one is not None and one._meta.label in known:
            return one
    return None


def _may(request: HttpRequest, found: Any, what: str) -> bool:
    permission = f"{found._meta.app_label}.{what}_{found._meta.model_name}"
    return request.user.has_perm(permission) and access.reaches(request.user, "edit", permission, found)


def _address(request: HttpRequest, name: str, *args: Any) -> str:
    return languages.address(reverse(name, args=args), language(request))
