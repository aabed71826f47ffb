"""The pages of what lies behind: releases, one of them, its undoing, and what an object was."""

from __future__ import annotations

from contextlib import nullcontext

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from geoapp import audit
from geoapp.desk import pages, past
from geoapp.desk.guard import for_clerks
from geoapp.desk.views import language, say, show, to, too_large
from layers import access, registry
from layers.history.tables import OWN_HISTORY
from layers.ingest.refusal import ImportRefused
from layers.later import later
from layers.wall import lifted

undo = later("layers.ingest.undo.undo")
WAIT_S = 10.0
BEHIND = "what objects were goes by who may look behind them"
lookers, clerks = for_clerks(too_large, access.IMPORT, access.LOOK_BEHIND), for_clerks(too_large)


@lookers
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All releases, the newest first."""
    asked = pages.number(request.GET.get("page", ""))
    return show(
        request, "releases", past.of_releases(request.user, language(request), asked, request.GET.get("target", ""))
    )


@lookers
@require_GET
def release(request: HttpRequest, number: int) -> HttpResponse:
    """What a release was made from, and what it changed."""
    found = get_object_or_404(past.of_clerk(request.user), pk=number)
    may_undo = request.user.has_perm(access.IMPORT)
    asked = pages.number(request.GET.get("page", ""))
    with lifted(BEHIND):
        return show(
            request, "release", past.of_release(found, request.user, language(request), asked, may_undo=may_undo)
        )


@clerks
@require_http_methods(["GET", "POST"])
def undoing(request: HttpRequest, number: int) -> HttpResponse:
    """What taking a release back would do; and, sent, does."""
    found = get_object_or_404(past.of_clerk(request.user), pk=number)
    lang = language(request)
    commit = request.method == "POST"
    told = audit.attempt("import_undone", object=found.dataset, of=found.pk) if commit else nullcontext()
    try:
        with lifted("what follows is of the whole city"), told:
            done = undo(found.pk, commit=commit, actor=request.user.get_username(), wait_s=WAIT_S)
    except ImportRefused as refusal:
        return show(request, "undo", past.of_undoing(found, request.user, lang, None, refusal), 400)
    if not done.committed:
        return show(request, "undo", past.of_undoing(found, request.user, lang, done, None))
    say(
        request,
        "第 {release} 号发布已撤销。",
        "Release {release} was taken back.",
        messages.SUCCESS,
        release=found.pk,
    )
    return to(request, "desk:release", done.new_release_id)


@lookers
@require_GET
def history(request: HttpRequest, dataset: str, number: int) -> HttpResponse:
    """What an object was from release to release, to whoever may look at it."""
    if dataset not in {one.name for one in registry.DATASETS} or dataset in OWN_HISTORY:
        raise Http404
    model = apps.get_model(registry.dataset(dataset).model)._meta
    if not request.user.has_perm(f"{model.app_label}.view_{model.model_name}"):
        raise PermissionDenied
    reach = access.reach_of(request.user, "edit", f"{model.app_label}.view_{model.model_name}")
    of = registry.dataset(dataset)
    with lifted(BEHIND):
        rows = access.within(of, reach)
        if rows and not apps.get_model(of.model)._default_manager.filter(rows, pk=number).exists():
            raise Http404
        told = past.of_history(dataset, number, language(request))
    if told is None:
        raise Http404
    return show(request, "history", told)
