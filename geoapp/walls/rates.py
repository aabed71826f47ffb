"""How much one asker may ask: who asks too much is told when to come again, and nobody else notices.

Who asks is the account or its token, whose bucket is its own wherever it asks from; else the address, as log-in counts it. What a question
costs goes by its lane (`geoapp.serving.lanes`). What takes seconds, or tells a whole layer, is bounded for strangers by the minute too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from geoapp.address import Proxy, address_of, network
from geoapp.problems import words
from geoapp.problems.answers import answer
from geoapp.serving.lanes import lanes
from geoapp.walls.limits import Bucket, Buckets
from layers.http.asker import known_of

COST = {"light": 1.0, "log-in": 1.0, "files": 5.0, "dear": 20.0}
# What is counted by the minute for strangers: the dear lane, whole layers as files, and a report that is ordered.
_WHOLE = ("/feeds/",)
_ORDERED = ("/reports/",)
_FREE = ("/healthz",)  # who watches the site asks without end
_LANES = lanes(1)


@lru_cache(maxsize=4)
def table(folder: Path) -> Buckets:
    return Buckets(folder / "work" / "limits")


@lru_cache(maxsize=8)
def bucket(most: float, per_second: float) -> Bucket:
    return Bucket(most, per_second)


def bound(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Behind the log-in's middleware: it knows who asks."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        seconds = _seconds_to_wait(request)
        return told(request, seconds) if seconds else get_response(request)

    return middleware


def _seconds_to_wait(request: HttpRequest) -> float:
    if not settings.LIMITS or request.path.startswith(_FREE):
        return 0.0
    lane = lane_of(request.path, str(request.method))
    kept = table(settings.STATE_DIR)
    who = asker(request)
    if who.startswith("address:") and is_dear(request.path, str(request.method), lane):
        minute = bucket(settings.LIMIT_DEAR_PER_MINUTE, settings.LIMIT_DEAR_PER_MINUTE / 60)
        if seconds := kept.take(f"dear:{who}", 1.0, minute):
            return seconds
    return kept.take(who, COST[lane], bucket(settings.LIMIT_BURST, settings.LIMIT_PER_SECOND))


def asker(request: HttpRequest) -> str:
    """Whose bucket it is. A session or a token that is nobody's is no name: else each made-up one had a full bucket."""
    account = known_of(request)
    if account is None:
        given = request.META.get
        forwarded = given("HTTP_X_FORWARDED_FOR", "") if settings.TRUSTED_PROXIES else ""
        return _address(given("REMOTE_ADDR", ""), forwarded, tuple(settings.TRUSTED_PROXIES))
    token = getattr(getattr(request, "token", None), "pk", None)
    return f"token:{token}" if token is not None else f"account:{account.id}"


@lru_cache(maxsize=8192)
def _address(peer: str, forwarded: str, proxies: tuple[Proxy, ...]) -> str:
    """Parsed once, as one asker sends many requests."""
    return f"address:{network(address_of(peer, forwarded, proxies))}"


def is_dear(path: str, method: str, lane: str) -> bool:
    return lane == "dear" or path.startswith(_WHOLE) or (method == "POST" and path.startswith(_ORDERED))


def lane_of(path: str, method: str) -> str:
    return next(lane.name for lane in _LANES if path.startswith(lane.paths) and lane.method in ("", method))


def told(request: HttpRequest, seconds: float) -> HttpResponseBase:
    """Refused: when to come again, and by which bounds (draft-ietf-httpapi-ratelimit-headers)."""
    whole = max(1, math.ceil(seconds))
    response = answer(request, words.TOO_MANY, wait=whole)
    response["Retry-After"] = str(whole)
    response["RateLimit-Policy"] = (
        f'"asker";q={settings.LIMIT_BURST};w={math.ceil(settings.LIMIT_BURST / settings.LIMIT_PER_SECOND)}, '
        f'"dear";q={settings.LIMIT_DEAR_PER_MINUTE};w=60'
    )
    response["RateLimit"] = f'"asker";r=0;t={whole}'
    return response
