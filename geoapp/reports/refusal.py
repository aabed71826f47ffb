"""What is wrong with a question, told to a person: a page in their language with the status a program understands."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from layers.errors import BadParameter, Busy, NotFound, ShuituError, TooSlow
from layers.feeds.problems import STATUS


class MadeAgain(Busy):
    """A file was damaged or is gone, and its report is being made again."""

    title = "The file is being made again"
    RETRY_SECONDS = 60


TOLD = {
    BadParameter: ("请求的参数不对", "A parameter is wrong"),
    NotFound: ("没有可以报告的内容", "There is nothing to report"),
    Busy: ("等待的报告太多，请稍后再试", "Too many reports are waiting; try again later"),
    MadeAgain: (
        "文件已损坏或不在，报告正在重新生成，请一分钟后再取",
        "The file was damaged or is gone; its report is being made again",
    ),
    TooSlow: ("数据库没有及时答复，请稍后再试", "The database did not answer in time; try again later"),
}


def language(request: HttpRequest) -> str:
    return "en" if (request.POST.get("lang") or request.GET.get("lang")) == "en" else "zh"


def for_script(request: HttpRequest) -> bool:
    """Whether a script of the map page asks, and not a form."""
    return request.headers.get("Accept") == "application/json"


def page_of(error: ShuituError, request: HttpRequest) -> HttpResponse:
    response = _page_of(error, request)
    if isinstance(error, Busy):
        response["Retry-After"] = str(error.RETRY_SECONDS)
    return response


def _page_of(error: ShuituError, request: HttpRequest) -> HttpResponse:
    lang = language(request)
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
    zh, en = TOLD.get(type(error), (error.title, error.title))
    if for_script(request):
        body = {"title": en if lang == "en" else zh, "detail": error.detail}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    told = {
        "lang": lang,
        "html_lang": "en" if lang == "en" else "zh-CN",
        "error": error,
        "told": en if lang == "en" else zh,
    }
    return render(request, "reports/refused.html", told, status=status)


def for_people(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view whose `ShuituError` becomes a page, or a problem body where a script asked."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ShuituError as error:
            return page_of(error, request)

    return told
