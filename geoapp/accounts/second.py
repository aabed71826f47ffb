"""The second factor of an account: its key, sealed; codes that are taken once; recovery codes for a lost telephone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from geoapp.accounts import slowing, totp
from geoapp.accounts.journal import tell
from geoapp.accounts.models import Account, RecoveryCode
from geoapp.address import client_address

RECOVERY_CODES = 10
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def _pad(nonce: bytes) -> bytes:
    """As many bytes as a key has, of this installation's secret and used for one key alone."""
    return hmac.new(settings.SECRET_KEY.encode(), b"shuitu.totp" + nonce, hashlib.sha256).digest()[: totp.KEY_BYTES]


def seal(key: bytes) -> str:
    """A key as it is kept: a copy of the database alone shows no codes."""
    nonce = secrets.token_bytes(16)
    return (nonce + bytes(a ^ b for a, b in zip(key, _pad(nonce), strict=True))).hex()


def unsealed(text: str) -> bytes:
    held = bytes.fromhex(text)
    nonce, covered = held[:16], held[16:]
    return bytes(a ^ b for a, b in zip(covered, _pad(nonce), strict=True))


def of(user: Any) -> Account | None:
    """The account's second factor; none where it has none."""
    return Account.objects.filter(user=user).exclude(totp_since=None).first()


def begin(user: Any, key: bytes, code: str) -> list[str]:
    """Have an account ask for codes from now on, if this is one of the key's. → its recovery codes; none where it is not."""
    step = totp.step_of(key, _plain(code), time.time())
    if not step:
        return []
    told = {"totp_key": seal(key), "totp_since": timezone.now(), "totp_step": step}
    Account.objects.update_or_create(user=user, defaults=told)
    return new_codes(user)


def stop(user: Any) -> None:
    Account.objects.filter(user=user).update(totp_key="", totp_since=None)
    RecoveryCode.objects.filter(user=user).delete()


def new_codes(user: Any) -> list[str]:
    """Recovery codes in place of those that there were; they are nowhere else."""
    RecoveryCode.objects.filter(user=user).delete()
    made = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code)) for code in made)
    return made


def left(user: Any) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).lower()


def _digest(code: str) -> str:
    return salted_hmac("shuitu.recovery", _plain(code), algorithm="sha256").hexdigest()


def confirmed(request: HttpRequest, user: Any, code: str) -> bool:
    """Whether it is a code of the account that was not used before; counted like a try to come in. `slowing.Slowed` after too many."""
    name, address = user.get_username(), client_address(request)
    place = slowing.AccountPlace(f"{name}\0code", address)
    try:
        counted = slowing.begin(place)
    except slowing.Slowed:
        tell("slowed", name, address)
        raise
    if _takes(user, _plain(code)):
        slowing.succeeded(place, counted)
        return True
    slowing.refused()
    tell("code_refused", name, address)
    return False


def _takes(user: Any, code: str) -> bool:
    """Use the code up. By a condition of the database: the same code at the same moment is taken once."""
    own = of(user)
    if own is None:
        return False
    step = totp.step_of(unsealed(own.totp_key), code, time.time(), after=own.totp_step)
    if step:
        return bool(Account.objects.filter(pk=own.pk, totp_step__lt=step).update(totp_step=step))
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
    return bool(unused.update(used_at=timezone.now()))
