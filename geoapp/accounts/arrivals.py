"""What is done when somebody comes in, goes, or may come no more."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from geoapp.accounts import bound, sessions, tokens
from geoapp.accounts.journal import tell
from geoapp.accounts.models import Account, PersonalToken
from geoapp.address import client_address


def must_first(user: Any) -> str:
    """What somebody has to do before anything else: ``password``, ``totp`` or nothing."""
    own = Account.objects.filter(user=user).first()
    if own is not None and own.must_change:
        return "password"
    if settings.TOTP_FOR_ADMINS and user.is_staff and (own is None or own.totp_since is None):
        return "totp"
    return ""


@receiver(user_logged_in)
def came_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    known = hasattr(request, "META")
    sessions.begin(request.session, **(bound.here(request) if known else {}))
    request.session[sessions.MUST] = must_first(user)
    sessions.SessionStore.clear_expired()  # those that nobody came back to
    if known:
        tell("success", user.get_username(), client_address(request), user)


@receiver(user_logged_out)
def went_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None and hasattr(request, "META"):
        tell("out", user.get_username(), client_address(request), user)


@receiver(post_save, sender=User)
def changed(instance: Any, **kwargs: Any) -> None:
    """Nobody is inside any more whose account was closed, nor is so again when it is opened; nor are the programs of theirs."""
    if not instance.is_active:
        sessions.end_all(instance, "closed")
        tokens.revoke(PersonalToken.objects.filter(user=instance))
