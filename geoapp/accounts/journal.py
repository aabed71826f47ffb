"""The log of log-ins: one line for each try, with time, outcome, account and address."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from geoapp.accounts import sessions
from geoapp.address import client_address
from geoapp.logs import one_line

logger = logging.getLogger("shuitu.login")
SHOWN = 80  # characters of a name that was typed


def tell(outcome: str, account: str, address: str) -> None:
    """`outcome=refused account="admin" address=192.0.2.1`; whatever was typed stays within its quotes and its line."""
    quoted = one_line(json.dumps(account[:SHOWN], ensure_ascii=False))
    level = logging.INFO if outcome in ("success", "out") else logging.WARNING
    logger.log(level, "outcome=%s account=%s address=%s", outcome, quoted, address or "-")


@receiver(user_logged_in)
def came_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    sessions.begin(request.session)
    sessions.SessionStore.clear_expired()  # those that nobody came back to
    if hasattr(request, "META"):
        tell("success", user.get_username(), client_address(request))


@receiver(user_logged_out)
def went_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None and hasattr(request, "META"):
        tell("out", user.get_username(), client_address(request))
