"""The log of log-ins: one line for each try, with time, outcome, account and address."""

from __future__ import annotations

import json
import logging

from geoapp.logs import one_line

logger = logging.getLogger("shuitu.login")
SHOWN = 80  # characters of a name that was typed
# What people do with what is theirs; everything else is worth a second look.
USUAL = frozenset(
    {"success", "out", "elsewhere", "password_changed", "session_ended", "totp_on", "totp_off", "recovery_codes",
     "token_made", "token_revoked"}
)  # fmt: skip


def tell(outcome: str, account: str, address: str) -> None:
    """`outcome=refused account="admin" address=192.0.2.1`; whatever was typed stays within its quotes and its line."""
    quoted = one_line(json.dumps(account[:SHOWN], ensure_ascii=False))
    level = logging.INFO if outcome in USUAL else logging.WARNING
    logger.log(level, "outcome=%s account=%s address=%s", outcome, quoted, address or "-")
