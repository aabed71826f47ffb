"""The language an answer is wanted in: Chinese, unless English is asked for."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

LANGUAGES = ("zh", "en")


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
