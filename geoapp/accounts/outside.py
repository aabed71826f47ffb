"""Log-in by an authority's own provider (OpenID Connect), where the settings name one: code flow with PKCE, state and nonce.

The protocol is Authlib's; ours is whom it lets in. An account belongs to a subject of an issuer, never to a name or a mail
address that somebody over there may choose. Who is not known yet gets an account that waits for the administrator.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

from geoapp.accounts.models import OutsideAccount

TIMEOUT_S = 10
BACKEND = "geoapp.accounts.backend.SlowingBackend"  # whose sessions they are from then on


class Refused(Exception):
    """Nobody came in; ``why`` is a key of `words.OUTSIDE`, ``account`` whose it is where that is known."""

    def __init__(self, why: str, account: str = "") -> None:
        super().__init__(why)
        self.why, self.account = why, account


@lru_cache(maxsize=4)
def _provider(issuer: str, client: str, secret_file: str) -> Any:
    secret = Path(secret_file).read_text(encoding="utf-8").strip() if secret_file else None
    registry = OAuth()
    return registry.register(
        "provider",
        client_id=client,
        client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": TIMEOUT_S},
    )


def provider() -> Any:
    return _provider(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET_FILE)


def send(request: HttpRequest, back: str) -> HttpResponse:
    """To the provider, which sends whoever logs in there back to an address of ours."""
    try:
        response: HttpResponse = provider().authorize_redirect(request, back)
    except (OSError, RuntimeError, ValueError) as error:  # what asks for us raises OSError
        raise Refused("away") from error
    return response


def come_back(request: HttpRequest) -> Any:
    """The account of who comes back from the provider; `Refused` for everybody else."""
    try:
        told = provider().authorize_access_token(request)
    except OSError as error:
        raise Refused("away") from error
    except (OAuthError, JoseError, RuntimeError, ValueError) as error:
        raise Refused("refused") from error
    claims = told.get("userinfo") or {}
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    if not (issuer and subject):
        raise Refused("refused")
    user: Any = _account(issuer[:300], subject[:255], claims)
    if not user.is_active:
        raise Refused("waits", user.get_username())
    return user


def _account(issuer: str, subject: str, claims: dict[str, Any]) -> Any:
    known = OutsideAccount.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    if known is not None:
        return known.user
    with transaction.atomic():
        made = User(username=_free_name(claims, issuer + subject), is_active=False)
        made.first_name = str(claims.get("name", ""))[:150].replace("\0", "")
        made.set_unusable_password()
        made.save()
        OutsideAccount.objects.create(user=made, issuer=issuer, subject=subject)
    return made


def _free_name(claims: dict[str, Any], whose: str) -> str:
    """The name that the provider tells, unless somebody here has it."""
    wanted = re.sub(r"[^\w.@+-]", "", str(claims.get("preferred_username", "")))[:120] or "user"
    if not User.objects.filter(username__iexact=wanted).exists():
        return wanted
    return f"{wanted}-{hashlib.sha256(whose.encode()).hexdigest()[:8]}"
