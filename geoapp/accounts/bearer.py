"""Tokens as programs send them: `Authorization: Bearer`, `Basic` with the token as password, `X-API-Key`, `X-Esri-Authorization`.

Only where programs read; never in the administration, at the desk, or where accounts are kept. Without such a header nothing is
done and nothing is asked. `?login=basic` has an address ask for one: ArcGIS Pro sends what it was told only after it was asked.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse

from geoapp.accounts import slowing, tokens
from geoapp.accounts.journal import tell
from geoapp.accounts.tokens import Unfit
from geoapp.address import client_address
from geoapp.problems import words
from geoapp.problems.answers import answer
from geoapp.problems.handlers import waiting
from layers.http import asker
from layers.http.resource import READ

MACHINES = ("/api/", "/desktop/", "/feeds/", "/ogc/", "/record/", "/reports/", "/styles/", "/tiles/")
CLOSED = ("/account/", "/admin/", "/desk/")
ASKS = "login"  # of an address; the one value that it takes
REALM = "Shuitu"
_TROUBLE = {
    "wrong": words.TOKEN_WRONG, "expired": words.TOKEN_EXPIRED, "revoked": words.TOKEN_REVOKED,
    "closed": words.TOKEN_CLOSED, "password": words.NO_PASSWORD_HERE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What a request says of its sender: by which scheme, the token, and the name beside it."""

    scheme: str
    text: str
    name: str = ""

    @property
    def is_token(self) -> bool:
        return self.text.startswith(tokens.PREFIX)


def given(request: HttpRequest) -> Given | None:
    """None also for schemes that are not ours: a proxy before us may speak them."""
    for header in asker.TOKENS:
        if found := _READ_AS[header](request.headers.get(header, "").strip()):
            return found
    return None


def _of_scheme(text: str) -> Given | None:
    scheme, _, rest = text.partition(" ")
    if scheme.lower() == "basic":
        name, password = _pair(rest.strip())
        # Some dialogs take no name without a password, some no password: either may be the token.
        return Given("Basic", name if name.startswith(tokens.PREFIX) else password, name)
    return _of_bearer(text)


def _of_bearer(text: str) -> Given | None:
    scheme, _, rest = text.partition(" ")
    return Given("Bearer", rest.strip()) if scheme.lower() == "bearer" else None


def _alone(text: str) -> Given | None:
    return Given("Bearer", text) if text else None


_READ_AS = {asker.AUTHORIZATION: _of_scheme, asker.API_KEY: _alone, asker.ESRI: _of_bearer}


def _pair(text: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def take(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """`request.token`: the token that a request came with, or None."""

    def middleware(request: Any) -> HttpResponse:
        request.token = None
        asked = _asks(request)
        found = given(request)
        if found is not None and request.path.startswith(MACHINES):
            try:
                request.token = _taken(request, found)
            except Unfit as unfit:
                return _refused(request, found, unfit)
        elif found is not None and found.is_token and request.path.startswith(CLOSED):
            return answer(request, words.TOKEN_NOT_HERE)
        elif asked:
            return _challenge(answer(request, words.TOKEN_ASKED), "Basic")
        response = get_response(request)
        if request.token is not None and "public" in response.headers.get("Cache-Control", ""):
            response["Cache-Control"] = response["Cache-Control"].replace("public", "private")
        return response

    middleware.process_view = only_reads  # type: ignore[attr-defined]  # where Django looks for it
    return middleware


def only_reads(request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
    """A token is for reading: by GET, or by a question that is too long for an address."""
    if request.token is None or request.method in (*READ, "OPTIONS"):
        return None
    resource = getattr(view, "resource", None)
    return None if resource is not None and resource.of_data else answer(request, words.TOKEN_READS)


def _asks(request: Any) -> bool:
    """Whether the address wants a token to be asked for; the word is taken out of it, and no view sees it."""
    query = request.META.get("QUERY_STRING", "")
    if f"{ASKS}=basic" not in query or not request.path.startswith(MACHINES):
        return False
    pairs = parse_qsl(query, keep_blank_values=True)
    if (ASKS, "basic") not in pairs:
        return False
    request.META["QUERY_STRING"] = urlencode([pair for pair in pairs if pair != (ASKS, "basic")])
    request.__dict__.pop("GET", None)  # read before, of the address as it was
    return True


def _taken(request: HttpRequest, found: Given) -> Any:
    if found.scheme == "Basic" and not found.is_token:
        raise Unfit("password", found.name)
    return tokens.find(found.text)


def _refused(request: HttpRequest, found: Given, unfit: Unfit) -> HttpResponse:
    """401 and which of them it is; 429 for an address that sends too many. One that is slowed is not told of again."""
    address = client_address(request)
    try:
        slowing.begin(slowing.TokenPlace(address))
    except slowing.Slowed as slowed:
        return waiting(request, slowed, words.TOKEN_SLOWED)
    slowing.refused()
    tell(f"token_{unfit.why}", unfit.account or found.name, address)
    return _challenge(answer(request, _TROUBLE[unfit.why]), found.scheme)


def _challenge(response: HttpResponse, scheme: str) -> HttpResponse:
    more = 'charset="UTF-8"' if scheme == "Basic" else 'error="invalid_token"'
    response["WWW-Authenticate"] = f'{scheme} realm="{REALM}", {more}'
    return response
