"""The one place where a password is looked at, whichever form brought it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from geoapp.accounts import slowing
from geoapp.accounts.journal import tell
from geoapp.address import client_address


class SlowingBackend(ModelBackend):
    """Django's own accounts, with the tries of each place counted; raises `Slowed` before a password is looked at."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        account = username if username is not None else kwargs.get(get_user_model().USERNAME_FIELD)
        if request is None or account is None or password is None:  # a command of the operator's, not a form
            return super().authenticate(request, username, password, **kwargs)
        address = client_address(request)
        place = slowing.AccountPlace(account, address)
        try:
            counted = slowing.begin(place)
        except slowing.Slowed:
            tell("slowed", account, address)
            raise
        user = super().authenticate(request, username, password, **kwargs)
        if user is None:
            slowing.refused()
            tell("refused", account, address)
        else:
            slowing.succeeded(place, counted)
        return user


def confirmed(request: HttpRequest, password: str) -> bool:
    """Whether it is the asker's password, who is inside already; counted like a try to come in. `Slowed` where too many were not."""
    user, address = request.user, client_address(request)
    place = slowing.AccountPlace(user.get_username(), address)
    counted = slowing.begin(place)
    if user.check_password(password):
        slowing.succeeded(place, counted)
        return True
    slowing.refused()
    tell("refused", user.get_username(), address)
    return False
