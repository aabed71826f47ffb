"""What is wrong with a question, told to a person: a page in their language with the status a program understands."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from geoapp.beside import Interrupted, Occupied
from geoapp.problems import words
from geoapp.problems.language import html_language, page_language
from geoapp.reports.layouts.faults import BadTemplates
from layers.errors import BadParameter, Busy, NotFound, ShuituError, TooSlow
from layers.http.problems import CONTENT_TYPE


class MadeAgain(Busy):
    """A file was damaged or is gone, and its report is being made again."""

    title = "The file is being made again"
    RETRY_SECONDS = 60


TOLD: dict[type[ShuituError], words.Trouble] = {
    BadTemplates: words.TEMPLATES_WRONG,
    BadParameter: words.WRONG_PARAMETER,
    NotFound: words.NOTHING_TO_REPORT,
    Busy: words.REPORTS_WAIT,
    MadeAgain: words.MADE_AGAIN,
    TooSlow: words.NOT_IN_TIME,
    Occupied: words.OTHERS_FIRST,
    Interrupted: words.NOT_FINISHED,
}


def for_script(request: HttpRequest) -> bool:
    """Whether a script of the map page asks, and not a form."""
    return request.headers.get("Accept") == "application/json"


def refused(request: HttpRequest, error: ShuituError) -> HttpResponse:
    """The page of an error, or a problem body where a script asked."""
    language = page_language(request)
    trouble = TOLD.get(type(error), words.WRONG_PARAMETER)
    title = trouble.told(language).title
    if for_script(request):
        body = {"title": title, "detail": error.told(language)}
        return JsonResponse(body, status=trouble.status, content_type=CONTENT_TYPE)
    told = {
        "detail": error.told(language),
        "detail_lang": language if error.worded is not None else getattr(error, "lang", "en"),
        "lang": language,
        "html_lang": html_language(language),
        "error": error,
        "told": title,
    }
    return render(request, "reports/refused.html", told, status=trouble.status)
