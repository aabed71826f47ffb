"""Codes that a telephone shows: RFC 6238 with what every such program knows, SHA-1, six digits, thirty seconds. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1  # steps that a telephone's clock may go before or after ours
KEY_BYTES = 20


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def spelt(key: bytes) -> str:
    """A key as it is typed into a telephone."""
    return base64.b32encode(key).decode().rstrip("=")


def code_at(key: bytes, step: int) -> str:
    """The code of one step (RFC 4226, 5.3)."""
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(key: bytes, code: str, now: float, after: int = 0) -> int:
    """The step whose code it is, later than ``after``; 0 for none."""
    current, found = int(now // STEP_SECONDS), 0
    for step in range(current - DRIFT, current + DRIFT + 1):
        same = hmac.compare_digest(code_at(key, step).encode(), code.encode())
        if same and step > after:
            found = step
    return found


def address(key: bytes, account: str, issuer: str) -> str:
    """What is drawn as a QR code (Google Authenticator's key URI format)."""
    told = urlencode(
        {"secret": spelt(key), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}, quote_via=quote
    )
    return f"otpauth://totp/{quote(issuer)}:{quote(account, safe='')}?{told}"
