"""The work list of findings: the page, on which who may judges them, and its files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from geoapp.menu import knows_asker
from geoapp.problems import words
from geoapp.problems.answers import answer
from geoapp.problems.language import html_language, page_language
from geoapp.quality import acts, files, filters, page, rows
from geoapp.quality.acts import Sent
from geoapp.quality.filters import PARAMS, WantedFindings
from layers import params, registry
from layers.errors import BadParameter, ShuituError, TooLarge
from layers.findings.verdicts import VerdictRefused
from layers.http.answers import NOT_AT_ALL
from layers.http.resource import Resource
from layers.http.signals import exported
from layers.words import Words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOO_LARGE = words.Trouble(413, Words("问题太多", "Too many findings"), Words("{detail}", "{detail}"))


def refused(request: HttpRequest, error: ShuituError) -> HttpResponse:
    trouble = _TOO_LARGE if isinstance(error, TooLarge) else words.WRONG_PARAMETER
    return answer(request, trouble, detail=error.told(page_language(request)))


PAGE = Resource(
    ("GET", "HEAD", "POST"), kept=NOT_AT_ALL, refuses=refused, of_data=False, token=True, needs="objects"
)  # fmt: skip
FILE = Resource(kept=NOT_AT_ALL, refuses=refused, needs="objects", lane="files")


def _given(request: HttpRequest) -> dict[str, str]:
    params.refuse_unwritable(request.GET.dict())
    return {name: request.GET.get(name, "") for name in PARAMS}


@knows_asker
@PAGE
def index(request: HttpRequest) -> HttpResponse:
    """A page of the list; and what is said of its findings, sent to the same address: so they stay where they are."""
    given = _given(request)
    try:
        wanted = filters.parse(given)
    except BadParameter as wrong:
        return _show(request, given, {"wrong": wrong.told(page_language(request))}, 400)
    if request.method != "POST":
        return _list(request, wanted)
    params.refuse_unwritable({"reason": request.POST.get("reason", "")})
    sent = Sent.read(request.POST)
    try:
        _do(request, wanted, sent)
    except VerdictRefused as refusal:
        return _list(request, wanted, sent, refusal)
    place = request.POST.get("next", "")
    query = wanted.here
    to = f"{reverse('quality')}{'?' if query else ''}{query}"
    return redirect(f"{to}#f-{place}" if place.isalnum() else to)


def _do(request: HttpRequest, wanted: WantedFindings, sent: Sent) -> None:
    lang = page_language(request)
    if request.POST.get("action") == "take_back":
        count = acts.take_back(request.user, request.POST.get("act", ""))
        said = Words("已撤回，{count} 个问题恢复原状。", "Taken back; as before: {count}.", count=count)
    else:
        done = acts.judge(request.user, wanted, sent)
        state = page.STATES[done.act.state].in_(lang)
        said = Words("{state}：{count} 个。", "{state}: {count}.", count=done.count, state=state)
        if done.gone:
            gone = Words("另有 {count} 个已经消除。", "Gone already: {count}.", count=done.gone)
            messages.info(request, gone.in_(lang))
    messages.success(request, said.in_(lang))


def _list(
    request: HttpRequest, wanted: WantedFindings, sent: Sent | None = None, refusal: VerdictRefused | None = None
) -> HttpResponse:
    lang = page_language(request)
    told = page.of_page(wanted, request.user, lang, sent or Sent(), was_sent=refusal is not None)
    error = {"refusal": refusal.told(lang)} if refusal is not None else {}
    return _show(request, dict(wanted.given), {**told, **error}, 400 if refusal is not None else 200)


def _show(request: HttpRequest, given: dict[str, str], told: dict[str, Any], status: int) -> HttpResponse:
    lang = page_language(request)
    keep = WantedFindings({**given, "lang": ""}).address()  # what the switch of language leads to again
    context = {"lang": lang, "html_lang": html_language(lang), "keep": keep, **page.form(given, lang), **told}
    return render(request, "quality/index.html", context, status=status)


def _site(request: HttpRequest) -> str:
    """The address that links in a file begin with."""
    return str(settings.PUBLIC_URL if settings.PUBLIC_URL_GIVEN else request.build_absolute_uri("/"))


@FILE
def delimited(request: HttpRequest) -> HttpResponseBase:
    found, name = _file(request, "csv")
    body = files.delimited(found, request.user, page_language(request), _site(request))
    return _attached(body, "text/csv; charset=utf-8", name)


@FILE
def workbook(request: HttpRequest) -> HttpResponseBase:
    found, name = _file(request, "xlsx")
    body = files.workbook(found, request.user, page_language(request), _site(request))
    return _attached(body, XLSX, name)


def _attached(body: bytes, media: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=media, headers=headers)


def _file(request: HttpRequest, suffix: str) -> tuple[Any, str]:
    """The filtered findings, and what their file is called; that it is taken is told to the audit."""
    found = filters.parse(_given(request)).of(rows.visible())
    count = files.refuse_too_many(found)
    exported.send(
        sender=Resource, request=request, layer=registry.FINDING.name, format=suffix, rows=lambda: count, whole=True
    )
    return found, f"findings-{timezone.localtime():%Y%m%d-%H%M%S}.{suffix}"
