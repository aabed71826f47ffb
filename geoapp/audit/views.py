"""The page of the audit and its files: for who was given the right, and each look at it is a line itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from geoapp.audit import files, filters, page
from geoapp.audit.filters import PARAMS, LineAt
from geoapp.audit.rights import may_audit
from geoapp.audit.writing import attempt, write
from geoapp.menu import knows_asker
from geoapp.problems import words
from geoapp.problems.answers import answer
from geoapp.problems.language import html_language, page_language
from layers import params
from layers.errors import BadParameter, ShuituError, TooLarge
from layers.http.answers import NOT_AT_ALL
from layers.http.resource import Resource
from layers.words import Words

View = Callable[..., HttpResponseBase]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOO_LARGE = words.Trouble(413, Words("行数太多", "Too many lines"), Words("{detail}", "{detail}"))


def refused(request: HttpRequest, error: ShuituError) -> HttpResponse:
    trouble = _TOO_LARGE if isinstance(error, TooLarge) else words.WRONG_PARAMETER
    return answer(request, trouble, detail=error.told(page_language(request)))


PAGE = Resource(kept=NOT_AT_ALL, refuses=refused, of_data=False, needs=None)


def auditors(view: View) -> View:
    """For who may read the audit: strangers are sent to the log-in, others refused, which is a line."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        if not may_audit(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _given(request: HttpRequest) -> dict[str, str]:
    params.refuse_unwritable(request.GET.dict())
    return {name: request.GET.get(name, "") for name in PARAMS}


@knows_asker
@PAGE
@auditors
def index(request: HttpRequest) -> HttpResponse:
    """Filters, the picture of days, and a page of lines. A filter that cannot be read is said above an empty list."""
    lang, given = page_language(request), _given(request)
    context: dict[str, Any] = {"lang": lang, "html_lang": html_language(lang), **page.form(given, lang)}
    try:
        wanted = filters.parse(given)
    except BadParameter as wrong:
        write("audit_read", result="refused")
        return render(request, "audit/index.html", {**context, "wrong": wrong.told(lang)}, status=400)
    context |= page.of_page(wanted, lang)
    write("audit_read", rows=len(context["lines"]))
    return render(request, "audit/index.html", context)


@replace(PAGE, lane="files")
@auditors
def export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """The filtered lines as a file: those that there are now. Its own line comes first, with how many it hands out."""
    lang = page_language(request)
    with attempt("audit_read", format=suffix):
        wanted = filters.parse(_given(request))
        now = timezone.now()
        upto = LineAt(now, 1 << 62)
        count = files.count(replace(wanted, until=min(now, wanted.until or now)))
    write("audit_read", rows=count, detail={"format": suffix})
    name = f"audit-{timezone.localtime(now):%Y%m%d-%H%M%S}.{suffix}"
    if suffix == "csv":
        body = files.delimited(wanted, upto, lang)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)
    with tempfile.TemporaryDirectory(prefix="shuitu-audit-") as room:
        path = Path(room) / name
        files.workbook(wanted, upto, lang, path)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=XLSX)
