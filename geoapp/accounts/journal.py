"""Log-ins, refused tries, tokens and what people change of their accounts: one line of log and one of the audit for each, with time,
outcome, account and address."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

from geoapp.audit import refusals, who, write
from geoapp.logs import one_line

logger = logging.getLogger("shuitu.login")
SHOWN = 80  # characters of a name that was typed
CAME_AND_WENT = {"success": "login", "out": "logout"}
# What people do with what is theirs, or an administrator for them; everything else is worth a second look.
CHANGES = frozenset(
    {"elsewhere", "password_changed", "password_reset", "session_ended", "totp_on", "totp_off", "recovery_codes", "token_made",
     "token_withdrawn"}
)  # fmt: skip
# How an outcome begins that is a refusal; any other is a refused log-in.
REFUSALS = {"token": "token_refused", "session": "session_refused", "moved": "session_refused"}


def tell(outcome: str, account: str, address: str, user: Any = None) -> None:
    """`outcome=refused account="admin" address=192.0.2.1`; whatever was typed stays within its quotes and its line.

    ``user`` is the account itself, where it is known who came and nobody was known before.
    """
    quoted = one_line(json.dumps(account[:SHOWN], ensure_ascii=False))
    usual = outcome in CAME_AND_WENT or outcome in CHANGES
    logger.log(
        logging.INFO if usual else logging.WARNING, "outcome=%s account=%s address=%s", outcome, quoted, address or "-"
    )
    _audit(outcome, account, address, user)


def _audit(outcome: str, account: str, address: str, user: Any) -> None:
    if outcome in CHANGES:  # by whoever asks, who may be another than whose account it is
        write("account_changed", detail={"outcome": outcome, "account": account[:SHOWN]})
        return
    by = replace(who.now(), account=account[:SHOWN], address=address, account_id=user.pk if user is not None else None)
    if outcome in CAME_AND_WENT:
        write(CAME_AND_WENT[outcome], by=by)
    else:
        kind = next((kind for start, kind in REFUSALS.items() if outcome.startswith(start)), "login_refused")
        refusals.tell(kind, by, detail={"outcome": outcome})
