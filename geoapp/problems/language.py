"""The language that who asks is spoken to in: read here and nowhere else, and active for whatever answers."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from layers import languages

# The administration's pages link to each other without a language, and take whatever else an address says for a filter: there
# an address with one sets the cookie, which only they read. All other pages have it in their addresses and are kept by them.
ADMIN, ACCOUNT = "/admin/", "/account/"
COOKIE = "shuitu_lang"


def speak(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Have Django, its administration and our words in the language asked for, for as long as the answer is made."""

    def middleware(request: HttpRequest) -> HttpResponse:
        told = request.GET.get("lang")
        if request.path.startswith(ADMIN) and request.method == "GET" and told in languages.codes():
            return _with_cookie(request, str(told))
        with translation.override(languages.language(address_language(request)).locale):
            return get_response(request)

    return middleware


def _with_cookie(request: HttpRequest, code: str) -> HttpResponse:
    rest = urlencode([(name, value) for name, values in request.GET.lists() if name != "lang" for value in values])
    response = HttpResponseRedirect(f"{request.path}{'?' if rest else ''}{rest}")
    response.set_cookie(COOKIE, code, path=ADMIN, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response


def address_language(request: HttpRequest) -> str:
    """The code of the language that an address names (``lang=``), or in the administration its cookie; else the first.

    Reads no form: it is asked before anybody has looked at what was sent.
    """
    named = request.GET.get("lang")
    if not named and request.path.startswith(ACCOUNT):
        named = _led_back(request)
    if not named and request.path.startswith(ADMIN):
        named = request.COOKIES.get(COOKIE)
    return languages.asked(named)


def _led_back(request: HttpRequest) -> str:
    """The language of the page that a log-in leads back to: who was sent to it from there goes on in it."""
    named = dict(parse_qsl(request.GET.get("next", "").partition("?")[2])).get("lang", "")
    return named if named in languages.codes() else ""


def page_language(request: HttpRequest) -> str:
    """The same of a page: a form that was sent to it may name the language too."""
    return languages.asked(request.POST.get("lang") or address_language(request))


def asked_language(request: HttpRequest) -> str:
    """The same of an answer to who may have said nothing of it: then the first of ours that the browser names.

    Needs no database and reads no form: it is asked while things go wrong.
    """
    named = request.GET.get("lang")
    if named in languages.codes() or (request.path.startswith(ADMIN) and COOKIE in request.COOKIES):
        return address_language(request)
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200]):
        if (language := tag.partition("-")[0]) in languages.codes():
            return language
    return languages.FIRST


def html_language(language: str) -> str:
    """The same as HTML has it."""
    return languages.language(language).tag
