"""The language an answer is wanted in: Chinese, unless English is asked for."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from layers.http.parameters import LANGUAGES


def asked_language(request: HttpRequest) -> str:
    """`zh` or `en`: what the address says (`lang=`), else the first of the two that the browser names, else Chinese.

    Needs no database and reads no form: it is asked while things go wrong.
    """
    named = request.GET.get("lang")
    if named in LANGUAGES:
        return str(named)
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200]):
        if (language := tag.partition("-")[0]) in LANGUAGES:
            return language
    return "zh"


def page_language(request: HttpRequest) -> str:
    """`zh` or `en` of a page: Chinese unless its address, or the form that was sent to it, says English."""
    return "en" if (request.POST.get("lang") or request.GET.get("lang")) == "en" else "zh"


def html_language(language: str) -> str:
    """The same as HTML has it."""
    return "en" if language == "en" else "zh-CN"
