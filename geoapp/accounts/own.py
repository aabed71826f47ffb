"""One's own account: who one is, the password, log-ins elsewhere, the second step, tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import password_validation, update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.debug import sensitive_post_parameters

from geoapp.accounts import arrivals, browsers, rights, second, sessions, slowing, tokens, words
from geoapp.accounts import totp as telephone
from geoapp.accounts.backend import confirmed
from geoapp.accounts.doors import FORM, HOME, PAGE, going, on, onward, show, slowed, to
from geoapp.accounts.journal import tell
from geoapp.accounts.models import Account, PersonalToken
from geoapp.address import client_address
from geoapp.problems.language import page_language
from layers import languages
from layers.words import Worded, Words

KEY = "totp"  # in the session, while a second factor is set up: its key
View = Callable[..., HttpResponseBase]


def inside(view: View) -> View:
    """For who is logged in, and has done what has to be done first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            address = languages.address(reverse("account:login"), page_language(request))
            return redirect_to_login(HOME if request.method == "POST" else request.get_full_path(), address)
        must = request.session.get(sessions.MUST)
        if must and view.__name__ != must:
            return to(request, must, next=going(request))
        return view(request, *args, **kwargs)

    return guarded


def _user(request: HttpRequest) -> Any:
    """Who is inside: every view here is for somebody."""
    return request.user


def _is_sure(request: HttpRequest) -> bool:
    """What somebody at an open screen could do for good wants the password again; who has none came in from outside."""
    return not _user(request).has_usable_password() or confirmed(request, request.POST.get("password", ""))


def _told(request: HttpRequest, outcome: str) -> None:
    tell(outcome, request.user.get_username(), client_address(request))


def _done(request: HttpRequest, said: Worded) -> HttpResponse:
    messages.success(request, said.in_(page_language(request)))
    return to(request, "home")


@PAGE
@inside
def home(request: HttpRequest) -> HttpResponse:
    return _home(request, {})


def _home(request: HttpRequest, more: dict[str, Any]) -> HttpResponse:
    user, lang = _user(request), page_language(request)
    own = second.of(user)
    context = {
        "rights": [one.in_(lang) for one in rights.told(user)],
        "sessions": [_session(row, request, lang) for row in sessions.alive(user)],
        "second": own,
        "second_since": _moment(own.totp_since) if own else "",
        "codes_left": second.left(user) if own else 0,
        "tokens": [_token(row, lang) for row in PersonalToken.objects.filter(user=user)[:60]],
        "scopes": [{"code": term.code, "name": term.in_(lang)} for term in tokens.SCOPE],
        "days": tokens.DAYS,
        "has_password": user.has_usable_password(),
        "given": {"days": "180", "scope": ["figures", "objects"]},
    }
    return show(request, "home", {**context, **more})


def _moment(at: Any) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def name_of(session_key: str) -> str:
    """What a session is called in a form: its key opens it, and stays in its cookie."""
    return hashlib.sha256(f"shuitu {session_key}".encode()).hexdigest()[:20]


def _session(row: Any, request: HttpRequest, lang: str) -> dict[str, Any]:
    return {
        "name": name_of(row.session_key), "own": row.session_key == request.session.session_key,
        "started": _moment(row.started_at), "seen": _moment(row.seen_at), "address": row.address,
        "browser": browsers.told(row.browser, lang),
    }  # fmt: skip


def _token(row: PersonalToken, lang: str) -> dict[str, Any]:
    if row.revoked_at is not None:
        state = "revoked"
    elif row.expires_at <= localtime():
        state = "expired"
    else:
        state = "good"
    return {
        "id": row.pk, "name": row.name, "begins": f"{tokens.PREFIX}{row.public_id}_…", "state": state,
        "scope": [tokens.SCOPE.by_code[code].in_(lang) for code in row.scope],
        "made": _moment(row.made_at), "expires": _moment(row.expires_at), "used": _moment(row.last_used_at),
    }  # fmt: skip


@FORM
@inside
def end(request: HttpRequest) -> HttpResponse:
    """End one of one's own log-ins, or all but this one."""
    own, here = sessions.alive(request.user), request.session.session_key
    if request.POST.get("which") == "others":
        count = sessions.end_all(request.user, "ended", but=here)
    else:
        wanted = request.POST.get("which", "")
        keys = [row.session_key for row in own if name_of(row.session_key) == wanted and row.session_key != here]
        count = sessions.end(own.filter(session_key__in=keys), "ended")
    if count:
        _told(request, "session_ended")
    return _done(request, words.SESSION_ENDED.of(count=count))


@PAGE
@sensitive_post_parameters()
@inside
def password(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {**onward(request), "must": request.session.get(sessions.MUST) == "password"}
    if not _user(request).has_usable_password():
        raise Http404
    if request.method != "POST":
        return show(request, "password", context)
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    try:
        if errors := _wrong(request, old, new):
            return show(request, "password", {**context, "errors": errors})
    except slowing.Slowed as error:
        return slowed(request, "password", error, **context)
    user = _user(request)
    user.set_password(new)
    user.save(update_fields=["password"])
    Account.objects.filter(user=user).update(must_change=False)
    sessions.end_all(user, "password", but=request.session.session_key)
    update_session_auth_hash(request, user)
    request.session[sessions.MUST] = arrivals.must_first(user)
    _told(request, "password_changed")
    messages.success(request, words.CHANGED.in_(page_language(request)))
    return on(request)


def _wrong(request: HttpRequest, old: str, new: str) -> list[str]:
    """What is wrong with a new password, and whether the asker knows the old one."""
    lang = page_language(request)
    if not confirmed(request, old):
        return [words.WRONG_PASSWORD.in_(lang)]
    if new == old:
        return [words.SAME.in_(lang)]
    try:
        password_validation.validate_password(new, _user(request))
    except ValidationError as error:
        return list(error.messages)
    return []


@PAGE
@sensitive_post_parameters()
@inside
def totp(request: HttpRequest) -> HttpResponse:
    """The second step: set up, given up, or its recovery codes made anew."""
    if request.method != "POST":
        return _set_up(request) if second.of(request.user) is None else to(request, "home")
    return _STEPS.get(request.POST.get("action", ""), _set_up)(request)


def _set_up(request: HttpRequest, error: Worded | None = None) -> HttpResponse:
    """A key and its picture; it counts once a code of it has come back."""
    key = bytes.fromhex(request.session.get(KEY, "")) or telephone.new_key()
    request.session[KEY] = key.hex()
    issuer = Words("水图", "Shuitu").in_("en")
    picture = segno.make(telephone.address(key, request.user.get_username(), issuer), error="m", micro=False)
    context = {
        "picture": picture.svg_data_uri(scale=5, border=2, dark="#1b2b32"), "key": _in_fours(telephone.spelt(key)),
        "next": going(request), "must": request.session.get(sessions.MUST) == "totp", "error": error,
        "has_password": _user(request).has_usable_password(),
    }  # fmt: skip
    return show(request, "totp", context)


def _in_fours(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _confirm(request: HttpRequest) -> HttpResponse:
    key = bytes.fromhex(request.session.get(KEY, ""))
    if not key or second.of(request.user) is not None:
        return to(request, "home")
    if not _is_sure(request):
        return _set_up(request, words.WRONG_PASSWORD)
    codes = second.begin(request.user, key, request.POST.get("code", "")[:40])
    if not codes:
        return _set_up(request, words.NOT_CONFIRMED)
    del request.session[KEY]
    request.session[sessions.MUST] = arrivals.must_first(request.user)
    _told(request, "totp_on")
    return show(request, "codes", {"codes": codes, "next": going(request)})


def _off(request: HttpRequest) -> HttpResponse:
    if not _is_sure(request):
        return _home(request, {"second_error": words.WRONG_PASSWORD})
    second.stop(request.user)
    request.session[sessions.MUST] = arrivals.must_first(request.user)
    _told(request, "totp_off")
    return _done(request, words.TOTP_OFF)


def _renew(request: HttpRequest) -> HttpResponse:
    if second.of(request.user) is None:
        return to(request, "home")
    if not _is_sure(request):
        return _home(request, {"second_error": words.WRONG_PASSWORD})
    _told(request, "recovery_codes")
    return show(request, "codes", {"codes": second.new_codes(request.user), "next": ""})


_STEPS: dict[str, Callable[[HttpRequest], HttpResponse]] = {"confirm": _confirm, "off": _off, "renew": _renew}


@PAGE
@inside
def make_token(request: HttpRequest) -> HttpResponse:
    """A new token, on the one page that ever shows it; whoever reloads its address is where one is made."""
    if request.method != "POST":
        return to(request, "home")
    form = request.POST
    name, scope, days = form.get("name", "").strip()[:60], form.getlist("scope"), form.get("days", "")
    given = {"given": {"name": name, "days": days, "scope": scope}}
    if wrong := _unfit(request, name, scope):
        return _home(request, {**given, "token_error": wrong})
    if not _is_sure(request):
        return _home(request, {**given, "token_error": words.WRONG_PASSWORD})
    chosen = int(days) if days in map(str, tokens.DAYS) else tokens.DAYS[0]
    made, text = tokens.make(request.user, name, scope, chosen)
    _told(request, "token_made")
    return show(request, "token", {"token": _token(made, page_language(request)), "text": text})


def _unfit(request: HttpRequest, name: str, scope: list[str]) -> Worded | None:
    if not name or "\0" in name:
        return words.NO_NAME
    if not set(scope) & set(tokens.SCOPES):
        return words.NO_SCOPE
    if tokens.good(request.user).count() >= tokens.MOST:
        return words.TOO_MANY.of(count=tokens.MOST)
    return None


@FORM
@inside
def revoke_token(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("token", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
    found = PersonalToken.objects.filter(user=_user(request), pk=number)
    row = found.first()
    if row is None:
        raise Http404
    if tokens.revoke(found):
        _told(request, "token_withdrawn")
    return _done(request, words.REVOKED.of(name=row.name))
