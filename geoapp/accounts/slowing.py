"""Guessing passwords made slow: each refused try makes the next wait longer, and no one is locked out from elsewhere.

Three counts, each with a pause that doubles from try to try:

| of | free tries | longest pause |
| --- | --- | --- |
| an account from one address | 3 | 15 minutes |
| an address, whatever the account | 20 | 15 minutes |
| an account, from wherever | 30 | 30 seconds |

The last two do not count where the account has logged in before (`KNOWN_DAYS`): whoever guesses from elsewhere slows
elsewhere, and a colleague behind the same address slows nobody whom the site knows there.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from geoapp.accounts.models import Tries
from geoapp.address import network

FORGET = timedelta(days=1)  # after so long without a try the count begins anew
KNOWN_DAYS = 30
FIRST_PAUSE_SECONDS = 2
SWEEP_ROWS = 500  # old rows deleted at a refused try: more than it can have made


class Slowed(Exception):
    """No password is looked at before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


def seconds_left(until: datetime) -> int:
    """Whole seconds from now, at least one: what `Retry-After` says."""
    return max(1, math.ceil((until - timezone.now()).total_seconds()))


@dataclass(frozen=True, slots=True)
class Bound:
    free: int
    longest_seconds: int


HERE = Bound(3, 900)
ADDRESS = Bound(20, 900)
ACCOUNT = Bound(30, 30)


def pause_seconds(bound: Bound, count: int) -> int:
    """The pause after the `count`-th refused try: none, then 2, 4, 8 … seconds up to the longest."""
    if count < bound.free:
        return 0
    return int(min(bound.longest_seconds, FIRST_PAUSE_SECONDS << min(count - bound.free, 20)))


def _key(kind: str, *parts: str) -> str:
    return hashlib.sha256("\0".join((kind, *parts)).encode("utf-8", "surrogatepass")).hexdigest()


class TryPlace:
    """Where tries are counted: ``here``, which a success forgets; ``known``, where fewer counts are; and all of the ``bounds``."""

    here: str
    known: str
    bounds: dict[str, Bound]


class AccountPlace(TryPlace):
    """An account, and the address from which somebody tries it."""

    def __init__(self, account: str, address: str) -> None:
        name, asker = account.casefold(), network(address)
        self.here = _key("here", name, asker)
        self.known = _key("known", name, asker)
        self.bounds = {self.here: HERE, _key("address", asker): ADDRESS, _key("account", name): ACCOUNT}


class TokenPlace(TryPlace):
    """An address from which tokens are sent that are not to be taken; good ones are looked up without being counted."""

    def __init__(self, address: str) -> None:
        self.here = _key("token", network(address))
        self.known = ""
        self.bounds = {self.here: ADDRESS}


def begin(place: TryPlace) -> list[str]:
    """Take a try, or raise `Slowed`; called before the password is looked at. → the keys it was counted under.

    The try is counted as refused at once and in one transaction, so that a hundred at the same moment are not a
    hundred free ones; `succeeded` takes it back.
    """
    now = timezone.now()
    slowed: datetime | None = None
    with transaction.atomic():
        known = Tries.objects.filter(key=place.known, last_at__gt=now - timedelta(days=KNOWN_DAYS)).exists()
        bounds = {place.here: HERE} if known else place.bounds
        # In the order of their keys, so that no two tries wait for each other.
        for key in sorted(bounds):
            Tries.objects.get_or_create(key=key, defaults={"last_at": now, "until": now})
        rows = list(Tries.objects.select_for_update().filter(key__in=bounds).order_by("key"))
        slowed = max((row.until for row in rows if row.until > now), default=None)
        if slowed is None:
            for row in rows:
                row.count = 1 if now - row.last_at > FORGET else row.count + 1
                row.last_at = now
                row.until = now + timedelta(seconds=pause_seconds(bounds[row.key], row.count))
                row.save()
    if slowed is not None:
        raise Slowed(slowed)
    return list(bounds)


def succeeded(place: TryPlace, counted: list[str]) -> None:
    """The account is known here from now on; the try that `begin` counted was none."""
    now = timezone.now()
    with transaction.atomic():
        Tries.objects.update_or_create(key=place.known, defaults={"last_at": now, "until": now})
        for row in Tries.objects.select_for_update().filter(key__in=counted).order_by("key"):
            # Only what was refused here is forgotten: an own account is no way to go on guessing others.
            row.count = 0 if row.key == place.here else max(0, row.count - 1)
            row.until = now if row.count == 0 else row.until
            row.save()


def waits(place: TryPlace) -> datetime | None:
    """Until when no try is taken there; none where one is taken now."""
    now = timezone.now()
    rows = Tries.objects.filter(key__in=place.bounds, until__gt=now)
    return max(rows.values_list("until", flat=True), default=None)


def refused() -> None:
    """Let go of what nobody renews, a few rows at a time."""
    now = timezone.now()
    old = Tries.objects.filter(count__gt=0, last_at__lt=now - FORGET) | Tries.objects.filter(
        last_at__lt=now - timedelta(days=KNOWN_DAYS)
    )
    Tries.objects.filter(key__in=list(old.values_list("key", flat=True)[:SWEEP_ROWS])).delete()
