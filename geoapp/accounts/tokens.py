"""Personal tokens: made once, found by their public part, compared without telling by time how near a guess was.

    shuitu_<10 characters, by which it is found>_<256 random bits>

Nothing of them is kept in memory: what was revoked is refused at the next request.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from geoapp.accounts.models import PersonalToken
from layers.vocab import Term, Vocab

PREFIX = "shuitu_"
SCOPE = Vocab(
    "token_scope",
    "范围",
    "Scope",
    (
        Term(1, "figures", "用水数字", "Figures of use"),
        Term(2, "objects", "设施与对象", "Facilities and objects"),
        Term(3, "personal", "个人信息", "Personal data"),
    ),
)
SCOPES = tuple(term.code for term in SCOPE)
DAYS = (30, 90, 180, 365)
LONGEST = timedelta(days=DAYS[-1])
MOST = 20  # of one account at once
USED_EVERY = timedelta(minutes=5)  # "last used" is written no more often
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_FORM = re.compile(r"shuitu_([a-z0-9]{10})_([A-Za-z0-9_-]{43})")


class Unfit(Exception):
    """A token that is not taken; ``why`` is wrong, expired, revoked or closed, ``account`` whose it is where that is proven."""

    def __init__(self, why: str, account: str = "") -> None:
        super().__init__(why)
        self.why, self.account = why, account


def _digest(secret: str) -> str:
    # Of 256 random bits: there is nothing that a slow hash would make harder to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


def make(user: Any, name: str, scope: Sequence[str], days: int) -> tuple[PersonalToken, str]:
    """A new token, and its text, which is nowhere else."""
    secret = secrets.token_urlsafe(32)
    public = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    now = timezone.now()
    made = PersonalToken.objects.create(
        user=user, name=name, public_id=public, digest=_digest(secret), scope=[one for one in SCOPES if one in scope],
        made_at=now, expires_at=now + min(timedelta(days=days), LONGEST),
    )  # fmt: skip
    return made, f"{PREFIX}{public}_{secret}"


def find(text: str) -> PersonalToken:
    """The token, with its account, by one query; `Unfit` where it is not to be taken."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise Unfit("wrong")
    found = PersonalToken.objects.select_related("user").filter(public_id=form[1]).first()
    if not hmac.compare_digest(found.digest if found else "", _digest(form[2])) or found is None:
        raise Unfit("wrong")
    account, now = found.user.get_username(), timezone.now()
    if found.revoked_at is not None:
        raise Unfit("revoked", account)
    if found.expires_at <= now:
        raise Unfit("expired", account)
    if not found.user.is_active:
        raise Unfit("closed", account)
    if found.last_used_at is None or now - found.last_used_at > USED_EVERY:
        PersonalToken.objects.filter(pk=found.pk).filter(
            Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
        ).update(last_used_at=now)
    return found


def good(user: Any) -> QuerySet[PersonalToken]:
    """Those of somebody that are still taken."""
    return PersonalToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())


def revoke(chosen: QuerySet[PersonalToken]) -> int:
    return chosen.filter(revoked_at=None).update(revoked_at=timezone.now())
