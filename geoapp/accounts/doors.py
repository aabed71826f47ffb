"""Coming in and going: name and password, the code of a telephone where there is one, and on to where somebody was going."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.views.decorators.debug import sensitive_post_parameters

from geoapp import menu
from geoapp.accounts import asker, second, sessions, slowing, words
from geoapp.accounts.journal import tell
from geoapp.address import client_address
from geoapp.problems.language import html_language, page_language
from layers import languages
from layers.http.answers import NOT_AT_ALL
from layers.http.resource import Resource
from layers.words import Worded

PAGE = Resource(("GET", "HEAD", "POST"), kept=NOT_AT_ALL, of_data=False, token=True, needs=None)
READ_PAGE = Resource(kept=NOT_AT_ALL, of_data=False, needs=None)
FORM = Resource(("POST",), kept=NOT_AT_ALL, of_data=False, token=True, needs=None)
HALF = "half"  # in the session of who gave the right password and no code yet: account, time, backend
HALF_SECONDS = 300
GOING = "going"  # in the session of who is at the outside provider: where to, in which language
HOME = "/account/"


def show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of accounts; ``keep`` is what its address goes on saying in another language."""
    lang = page_language(request)
    menu.remember(request)
    told = {"lang": lang, "html_lang": html_language(lang), **context}
    return render(request, f"accounts/{template}.html", told, status=status)


def to(request: HttpRequest, name: str, **query: str) -> HttpResponse:
    found = {key: value for key, value in query.items() if value}
    address = languages.address(reverse(f"account:{name}"), page_language(request))
    if found:
        address += ("&" if "?" in address else "?") + urlencode(found)
    return redirect(address)


def going(request: HttpRequest) -> str:
    """Where somebody was going, within this site; nothing for anywhere else."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and not wanted.startswith(reverse("account:login")) else ""


def on(request: HttpRequest, wanted: str = "") -> HttpResponse:
    """Where somebody was going, unless something has to be done first."""
    wanted = wanted or going(request)
    if must := request.session.get(sessions.MUST):
        return to(request, must, next=wanted)
    return redirect(wanted or languages.address(HOME, page_language(request)))


def onward(request: HttpRequest) -> dict[str, str]:
    """For a form and for its page in another language: where somebody was going."""
    wanted = going(request)
    return {"next": wanted, "keep": urlencode({"next": wanted}) if wanted else ""}


def waiting(until: datetime | None) -> dict[str, Any]:
    """For a page: how long no try is taken."""
    if until is None:
        return {}
    return {"wait": {"seconds": slowing.seconds_left(until), "at": localtime(until).strftime("%H:%M:%S")}}


def slowed(request: HttpRequest, template: str, error: slowing.Slowed, **context: Any) -> HttpResponse:
    """The same page, which says for how long no try is taken."""
    response = show(request, template, {**context, **waiting(error.until)}, 429)
    response["Retry-After"] = str(slowing.seconds_left(error.until))
    return response


@PAGE
@sensitive_post_parameters("password")
def come_in(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = onward(request)
    if request.user.is_authenticated and request.method != "POST":
        led = request.session.get(sessions.MUST) or not context["next"]
        return on(request) if led else show(request, "inside", context)
    if request.method != "POST":
        return _login_page(request, context)
    form = AuthenticationForm(request, data=request.POST)
    context["name"] = request.POST.get("username", "")[:150]
    try:
        if not form.is_valid():
            place = slowing.AccountPlace(context["name"], client_address(request))
            return _login_page(request, {**context, "error": words.WRONG, **waiting(slowing.waits(place))})
    except slowing.Slowed as error:
        return slowed(request, "login", error, **context)
    user: Any = form.get_user()
    return _enter(request, user, user.backend, going(request))


def _enter(request: HttpRequest, user: Any, backend: str, wanted: str) -> HttpResponse:
    """In, or to the second step where the account has one."""
    if second.of(user) is None:
        login(request, user, backend)
        return on(request, wanted)
    request.session.cycle_key()
    request.session[HALF] = [user.pk, int(time.time()), backend]
    return to(request, "code", next=wanted)


def _login_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """With the reason where a log-in has just ended; it is told once."""
    why: Worded | None = words.ENDED.get(request.session.ended or request.COOKIES.get(asker.WHY, ""))  # type: ignore[attr-defined]
    context = {"why": why if request.method != "POST" else None, "outside": _door_outside(request, context), **context}
    response = show(request, "login", context)
    if asker.WHY in request.COOKIES:
        response.delete_cookie(asker.WHY, path=asker.ROOM)
    return response


def _door_outside(request: HttpRequest, context: dict[str, Any]) -> dict[str, str] | None:
    """The button that leads to the authority's own provider, where there is one."""
    if not settings.OIDC_ISSUER:
        return None
    address = languages.address(reverse("account:oidc"), page_language(request))
    if wanted := context.get("next"):
        address += ("&" if "?" in address else "?") + urlencode({"next": wanted})
    return {"address": address, "name": settings.OIDC_NAME}


def _outside() -> Any:
    """Called late: what speaks the protocol is read only where a provider is named."""
    if not settings.OIDC_ISSUER:
        raise Http404
    from geoapp.accounts import outside

    return outside


@READ_PAGE
def oidc(request: HttpRequest) -> HttpResponse:
    """To the authority's own provider."""
    outside = _outside()
    request.session[GOING] = [going(request), page_language(request)]
    try:
        answer: HttpResponse = outside.send(request, request.build_absolute_uri(reverse("account:oidc_back")))
    except outside.Refused as refused:
        return _not_from_outside(request, refused)
    return answer


@READ_PAGE
def oidc_back(request: HttpRequest) -> HttpResponse:
    """From there, with a word that is worth one question to the provider."""
    outside = _outside()
    wanted, lang = request.session.pop(GOING, ("", ""))
    try:
        user = outside.come_back(request)
    except outside.Refused as refused:
        return _not_from_outside(request, refused, lang)
    return _enter(request, user, outside.BACKEND, wanted or languages.address(HOME, lang))


def _not_from_outside(request: HttpRequest, refused: Any, lang: str = "") -> HttpResponse:
    tell(f"outside_{refused.why}", refused.account, client_address(request))
    more = {"lang": lang} if lang else {}
    return _login_page(request, {"error": words.OUTSIDE[refused.why].of(name=refused.account), **more})


@PAGE
def code(request: HttpRequest) -> HttpResponse:
    """The second step: nobody is inside before it."""
    account, at, backend = request.session.get(HALF) or (0, 0, "")
    user = get_user_model()._default_manager.filter(pk=account, is_active=True).first()
    if user is None or not 0 <= time.time() - at < HALF_SECONDS:
        request.session.pop(HALF, None)
        return to(request, "login", next=going(request))
    context: dict[str, Any] = onward(request)
    if request.method != "POST":
        return show(request, "code", context)
    try:
        if not second.confirmed(request, user, request.POST.get("code", "")[:40]):
            return show(request, "code", {**context, "error": words.WRONG_CODE})
    except slowing.Slowed as error:
        return slowed(request, "code", error, **context)
    del request.session[HALF]
    login(request, user, backend)
    return on(request)


def to_password(request: HttpRequest) -> HttpResponse:
    """The administration's way to another password, in its language."""
    return to(request, "password")


@FORM
def go(request: HttpRequest) -> HttpResponse:
    logout(request)
    return to(request, "login")
