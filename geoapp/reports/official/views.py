"""The pages of issued reports: the list, one report with its steps, and its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from geoapp import audit
from geoapp.menu import knows_asker
from geoapp.problems.language import html_language, page_language
from geoapp.reports import queue, worker
from geoapp.reports.forms import FORMS
from geoapp.reports.models import DONE, ReportJob
from geoapp.reports.official import frozen, pages, states
from geoapp.reports.official.models import IssuedReport
from geoapp.reports.official.reach import Signing
from geoapp.reports.official.states import SignRefused, person
from geoapp.reports.refusal import refused
from layers import access, languages
from layers.errors import ShuituError
from layers.http.answers import NOT_AT_ALL
from layers.http.resource import Resource

View = Callable[..., HttpResponseBase]


def told(request: HttpRequest, error: ShuituError) -> HttpResponse:
    """Why a step cannot be taken, in the asker's language; anything else as the other pages of reports tell it."""
    if not isinstance(error, SignRefused):
        return refused(request, error)
    lang = page_language(request)
    match = request.resolver_match
    number = match.kwargs.get("report_id") if match else None
    back = languages.address(reverse("reports:issued_one", args=[number]), lang) if number else ""
    context = {"lang": lang, "html_lang": html_language(lang), "said": error.said.in_(lang), "back": back}
    return render(request, "reports/official/refused.html", context, status=409)


PAGE = Resource(kept=NOT_AT_ALL, refuses=told, of_data=False, lane="files", needs=None)
FORM = Resource(("POST",), kept=NOT_AT_ALL, refuses=told, of_data=False, token=True, lane="files", needs=None)


def staff(view: View) -> View:
    """For who is logged in to the administration: others are sent to the log-in, or refused."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account:login"))
        if not pages.is_staff(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    lang = page_language(request)
    return render(request, f"reports/official/{template}.html", {"lang": lang, "html_lang": html_language(lang), **context})  # fmt: skip


def _to(request: HttpRequest, report: IssuedReport) -> HttpResponse:
    return redirect(languages.address(reverse("reports:issued_one", args=[report.pk]), page_language(request)))


@knows_asker
@PAGE
@staff
def index(request: HttpRequest) -> HttpResponse:
    """Every issued report, and what became of the numbers."""
    worker.ensure()
    return _show(request, "list", pages.of_list(request.user, page_language(request)))


@FORM
@staff
def issue(request: HttpRequest) -> HttpResponse:
    """A draft of what a report of the list is of, with today's figures."""
    if not request.user.has_perm(access.COMPILE):
        raise PermissionDenied
    number = request.POST.get("job", "")
    job = get_object_or_404(ReportJob, pk=int(number) if number.isascii() and number.isdigit() else 0, status=DONE)
    if not Signing(request.user).may(access.COMPILE, job):
        raise PermissionDenied
    with audit.attempt("report_step", object=job.region, step="issued"):
        report = states.issue(queue.ask_of(job), person(request.user))
    worker.ensure()
    return _to(request, report)


@knows_asker
@PAGE
@staff
def one(request: HttpRequest, report_id: int) -> HttpResponse:
    worker.ensure()
    report = get_object_or_404(pages.listed(), pk=report_id)
    if not Signing(request.user).concerns(report):
        raise PermissionDenied
    return _show(request, "one", pages.of_one(report, request.user, page_language(request)))


@FORM
@staff
def step(request: HttpRequest, report_id: int) -> HttpResponse:
    """The next step of a report, as its page offers it."""
    report = get_object_or_404(IssuedReport, pk=report_id)
    take = _STEPS.get(request.POST.get("action", ""))
    revision = request.POST.get("revision", "")
    if take is None or not (revision.isascii() and revision.isdigit()):
        return HttpResponse(status=400)
    if not pages.may_step(request.user, request.POST["action"], report):
        raise PermissionDenied
    with audit.attempt("report_step", object=report.told, step=request.POST["action"]):
        take(request, report, int(revision))
    worker.ensure()
    return _to(request, report)


def _edit(request: HttpRequest, report: IssuedReport, revision: int) -> None:
    text, copy_number = request.POST.get("commentary", ""), request.POST.get("copy_number", "").strip()
    states.edit(report.pk, revision, person(request.user), text, copy_number)


def _renew(request: HttpRequest, report: IssuedReport, revision: int) -> None:
    states.renew(report.pk, revision, person(request.user))


def _check(request: HttpRequest, report: IssuedReport, revision: int) -> None:
    states.check(report.pk, revision, person(request.user))


def _approve(request: HttpRequest, report: IssuedReport, revision: int) -> None:
    frozen.read(report, report.frozen)  # whole as it was checked, or nothing is approved
    states.approve(report.pk, revision, person(request.user))


def _send_back(request: HttpRequest, report: IssuedReport, revision: int) -> None:
    states.send_back(report.pk, revision, person(request.user), request.POST.get("reason", ""))


def _withdraw(request: HttpRequest, report: IssuedReport, revision: int) -> None:
    states.withdraw(report.pk, revision, person(request.user), request.POST.get("reason", ""))


def _retry(_request: HttpRequest, report: IssuedReport, _revision: int) -> None:
    states.try_again(report.pk)


_STEPS: dict[str, Callable[[HttpRequest, IssuedReport, int], None]] = {
    "edit": _edit, "renew": _renew, "check": _check, "approve": _approve, "send_back": _send_back, "withdraw": _withdraw,
    "retry": _retry,
}  # fmt: skip


@replace(PAGE)
def file(request: HttpRequest, report_id: int, form: str) -> FileResponse:
    """A file as it was written, or none at all: what was signed is never made again."""
    report = get_object_or_404(IssuedReport, pk=report_id)
    if form not in report.files or report.waits_for or not pages.may_take(request.user, report):
        raise Http404
    path = frozen.path_of(report, report.files[form])
    if path is None:
        raise frozen.Damaged(f"{report.told}: the {form} file is not what was written. Bring it back from a backup.")
    if request.method == "GET":
        audit.write("export", object=report.told, detail={"format": form})
    name = path.name.partition("-")[2]
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=FORMS[form].content_type)
