"""The pages of the desk: what lies on it, one file with all that would come of it, and the readings that are kept."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from geoapp import audit, menu
from geoapp.desk import forms, pages, parcels, profiles, queue, readings, rows, targets, worker
from geoapp.desk.forms import Wrong
from geoapp.desk.guard import for_clerks
from geoapp.desk.models import (
    CHECKED,
    QUEUED,
    READABLE,
    TO_COMMIT,
    WAITING,
    WORKED_ON,
    ImportJob,
    ReadingProfile,
)
from geoapp.problems.language import address_language as language
from geoapp.problems.language import html_language
from layers import languages
from layers.ingest.reading import Choice, open_questions
from layers.text import guarded
from layers.words import Words

SMALL_BYTES = 2 << 20  # of a file whose sender waits for the answer
PATIENCE_S = 2.0


def show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the desk, in the language that was asked for."""
    lang = language(request)
    menu.remember(request)
    told = {"lang": lang, "html_lang": html_language(lang), **context}
    return render(request, f"desk/{template}.html", told, status=status)


def to(request: HttpRequest, name: str, *args: Any) -> HttpResponse:
    """On to another page of the desk, in the same language; to a script its address."""
    address = languages.address(reverse(name, args=args), language(request))
    if _for_script(request):
        return JsonResponse({"url": address})
    return redirect(address)


def _for_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def say(request: HttpRequest, zh: str, en: str, level: int = messages.INFO, **values: object) -> None:
    messages.add_message(request, level, Words(zh, en, **values).in_(language(request)))


def too_large(request: HttpRequest) -> HttpResponse:
    return _start(request, forms.too_large(), status=413)


clerks = for_clerks(too_large)


@clerks
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """What lies on the desk; and the arrival of a file."""
    if request.method == "GET":
        queue.sweep()
        worker.expect()
        worker.ensure()
        return _start(request)
    try:
        sent = forms.parse_upload(request.POST.dict(), request.FILES)
        if queue.is_full_for(request.user.pk or 0):
            raise forms.too_many(queue.MOST_OF_ONE)
    except Wrong as wrong:
        return _start(request, wrong, status=400)
    received = parcels.receive(sent.file.chunks(1 << 20), sent.suffix)
    job = queue.put(
        token=received.token, user_id=request.user.pk or 0, target=sent.target, name=sent.name, suffix=sent.suffix,
        size=received.size, sha256=received.sha256, how=sent.how,
    )  # fmt: skip
    return _under_way(request, job)


def _start(request: HttpRequest, wrong: Wrong | None = None, status: int = 200) -> HttpResponse:
    if wrong and _for_script(request):
        said = {"error": wrong.said.in_(language(request)), "field": wrong.field}
        return JsonResponse(said, status=status)
    chosen = request.GET.get("target", "")
    return show(request, "index", pages.of_index(request.user, language(request), chosen, wrong), status)


def _under_way(request: HttpRequest, job: ImportJob) -> HttpResponse:
    """To the page of a job that was put into the queue; of a small file when it is done, or after a moment."""
    worker.ensure()
    until = time.monotonic() + (PATIENCE_S if job.size <= SMALL_BYTES and settings.IMPORT_WORKERS else 0.0)
    busy = ImportJob.objects.filter(pk=job.pk, state__in=(*WAITING, *WORKED_ON))
    while time.monotonic() < until and busy.exists():
        time.sleep(0.05)
    return to(request, "desk:job", job.token)


def _find(request: HttpRequest, token: str) -> ImportJob:
    """A user's own job; 404 for a token that is unknown, too old or another's."""
    found = get_object_or_404(
        ImportJob.objects.select_related("profile", "release", "user"), token=token, user=request.user.pk
    )
    if found.state not in (*WAITING, *WORKED_ON) and queue.goes_at(found) < timezone.now():
        queue.give_up(found)
        raise Http404
    return found


@clerks
@require_http_methods(["GET", "POST"])
def job(request: HttpRequest, token: str) -> HttpResponse:
    """All that would come of a file, in the order in which it is looked at; and what its sender decides."""
    found = _find(request, token)
    if request.method == "POST":
        return _ACTIONS.get(request.POST.get("action", ""), _unknown)(request, found)
    worker.ensure()
    return show(request, "job", pages.of_job(found, language(request), request.GET))


def _unknown(request: HttpRequest, found: ImportJob) -> HttpResponse:
    return HttpResponse(status=400)


def _commit(request: HttpRequest, found: ImportJob) -> HttpResponse:
    choices = [Choice.of(one) for one in found.report.get("choices", ())]
    if found.state == CHECKED and open_questions(choices, found.how.get("told", {})):
        say(
            request, "请先确认标出的读法。", "Confirm first how the file is read, where it is marked.", messages.WARNING
        )
    elif not queue.ask(found, TO_COMMIT, (CHECKED,)):
        say(
            request,
            "这个文件已经导入，或正在导入。",
            "The file has been imported, or is being imported.",
            messages.WARNING,
        )
    return _under_way(request, found)


def _read(request: HttpRequest, found: ImportJob) -> HttpResponse:
    try:
        target, how = forms.parse_reading(request.POST.dict(), found)
    except Wrong as wrong:
        return show(request, "job", pages.of_job(found, language(request), request.GET, wrong), 400)
    return _read_again(request, found, target, how)


def _plain(request: HttpRequest, found: ImportJob) -> HttpResponse:
    """Without the kept reading that was used unasked."""
    return _read_again(request, found, found.target, {"plain": True})


def _retry(request: HttpRequest, found: ImportJob) -> HttpResponse:
    return _read_again(request, found, found.target, found.how, found.profile)


def _read_again(
    request: HttpRequest, found: ImportJob, target: str, how: dict[str, Any], profile: ReadingProfile | None = None
) -> HttpResponse:
    file = parcels.file_of(found.token, found.suffix)
    if not file.is_file() or not queue.ask(found, QUEUED, READABLE, target=target, how=how, profile=profile):
        say(request, "这个文件正在处理，或已不在。", "The file is being worked on, or is gone.", messages.WARNING)
    return _under_way(request, found)


def _discard(request: HttpRequest, found: ImportJob) -> HttpResponse:
    if not queue.give_up(found):
        say(
            request,
            "这个文件正在导入，不能放弃。",
            "The file is being imported and cannot be discarded.",
            messages.WARNING,
        )
        return to(request, "desk:job", found.token)
    say(request, "已放弃 {name}，文件已删除。", "{name} was discarded and deleted.", name=found.name)
    return to(request, "desk:index")


def _keep(request: HttpRequest, found: ImportJob) -> HttpResponse:
    kept = profiles.keep(found, request.POST.get("name", ""))
    if kept:
        say(request, "读法已保存为“{name}”。", "The reading is kept as “{name}”.", name=kept.name)
    else:
        say(
            request,
            "没有需要保存的读法：全部是自动识别的。",
            "There is nothing to keep: all was found without being told.",
        )
    return to(request, "desk:job", found.token)


_ACTIONS = {"commit": _commit, "read": _read, "plain": _plain, "retry": _retry, "discard": _discard, "keep": _keep}


@clerks
@require_GET
def state(request: HttpRequest, token: str) -> JsonResponse:
    """How far a job is, for its page to follow."""
    worker.ensure()
    return JsonResponse(pages.of_progress(_find(request, token), language(request)))


@clerks
@require_GET
def places(request: HttpRequest, token: str) -> JsonResponse:
    """Where the rows lie: GeoJSON of some thousands at most; ``sampled`` says whether there are more."""
    return JsonResponse(pages.of_places(_find(request, token)))


@clerks
@require_GET
def refused(request: HttpRequest, token: str) -> FileResponse:
    """The refused rows as a table that Excel opens in Chinese; why, in the language of the page."""
    found = _find(request, token)
    path = rows.refused_files(parcels.folder_of(token))[language(request)]
    if not path.is_file():
        raise Http404
    audit.write(
        "export",
        object=found.target,
        rows=found.report.get("rows", {}).get("refused"),
        errand=queue.errand(found),
        detail={"refused_of": found.name},
    )
    stem = found.name.rpartition(".")[0] or found.name
    tail = Words("拒收", "refused").in_(language(request))
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{stem}-{tail}.csv", content_type="text/csv; charset=utf-8"
    )


@clerks
@require_GET
def template(request: HttpRequest, target: str) -> HttpResponse:
    """An empty table with the headings of a target, to be filled in Excel."""
    spec = next((spec for spec in targets.specs() if spec.target == target), None)
    if spec is None:
        raise Http404
    text = io.StringIO()
    csv.writer(text).writerow(map(guarded, targets.template(spec)))
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{target}.csv"'
    return response


@clerks
@require_http_methods(["GET", "POST"])
def profile_list(request: HttpRequest) -> HttpResponse:
    """The readings that are kept: renamed, or let go."""
    if request.method == "GET":
        return show(request, "profiles", {"profiles": readings.of_profiles(language(request), request.user)})
    given = request.POST.get("profile", "")
    profile = get_object_or_404(ReadingProfile, pk=int(given) if given.isdecimal() and len(given) < 19 else 0)
    if not profiles.may_change(profile, request.user):
        raise PermissionDenied
    if request.POST.get("action") == "delete":
        profile.delete()
        say(request, "读法“{name}”已删除。", "The reading “{name}” was deleted.", name=profile.name)
    elif name := request.POST.get("name", "").strip():
        profile.name = name[:100]
        profile.save(update_fields=["name"])
    return to(request, "desk:profiles")
