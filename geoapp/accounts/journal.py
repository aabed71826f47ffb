"""Log-ins, refused tries and tokens: one line of log and one of the audit for each, with time, outcome, account and address."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from geoapp.accounts import sessions
from geoapp.address import client_address
from geoapp.audit import refusals, who, write
from geoapp.logs import one_line

logger = logging.getLogger("shuitu.login")
SHOWN = 80  # characters of a name that was typed
CAME_AND_WENT = {"success": "login", "out": "logout"}
REFUSALS = {
    "token": "token_refused",
    "session": "session_refused",
}  # how an outcome begins; any other is a refused log-in


def tell(outcome: str, account: str, address: str, user: Any = None) -> None:
    """`outcome=refused account="admin" address=192.0.2.1`; whatever was typed stays within its quotes and its line.

    ``user`` is the account itself, where it is known who came.
    """
    quoted = one_line(json.dumps(account[:SHOWN], ensure_ascii=False))
    level = logging.INFO if outcome in ("success", "out") else logging.WARNING
    logger.log(level, "outcome=%s account=%s address=%s", outcome, quoted, address or "-")
    _audit(outcome, account, address, user)


def _audit(outcome: str, account: str, address: str, user: Any) -> None:
    by = replace(who.now(), account=account[:SHOWN], address=address, account_id=user.pk if user is not None else None)
    if outcome in CAME_AND_WENT:
        write(CAME_AND_WENT[outcome], by=by)
    else:
        kind = next((kind for start, kind in REFUSALS.items() if outcome.startswith(start)), "login_refused")
        refusals.tell(kind, by, detail={"outcome": outcome})


@receiver(user_logged_in)
def came_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    sessions.begin(request.session)
    sessions.SessionStore.clear_expired()  # those that nobody came back to
    if hasattr(request, "META"):
        tell("success", user.get_username(), client_address(request), user)


@receiver(user_logged_out)
def went_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None and hasattr(request, "META"):
        tell("out", user.get_username(), client_address(request), user)
