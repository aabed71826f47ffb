"""Whose session it is by where it is used: one that turns up in another network and another browser at once was taken.

One of the two alone proves nothing: telephones change networks on the way, and offices have many behind one address. An
installation whose people never leave its network may have a change of network alone end a session (`SESSION_NETWORK`).
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from geoapp.accounts import browsers, sessions
from geoapp.accounts.journal import tell
from geoapp.address import client_address, network


def _place(address: str) -> str:
    """What stays while somebody is at one place, whose addresses change from day to day: the /24 of an IPv4 address, and the /48 that a
    site has of IPv6."""
    return network(address, v4=24, v6=48)


def here(request: HttpRequest) -> dict[str, str]:
    """Where a request is from and with which browser, as a session remembers it."""
    address = client_address(request)
    said = str(request.META.get("HTTP_USER_AGENT", ""))
    agent = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {"address": address, "network": _place(address), "browser": browsers.code(said), "agent": agent}


def is_broken(request: HttpRequest, user: Any) -> bool:
    """Whether the session was taken elsewhere. Then it is ended, for who took it and for whose it was. A change of network is told."""
    session, now = request.session, here(request)
    home = session.get(sessions.HOME)
    if not home:  # nobody knows from where it was begun
        return False
    moved = now["network"] != home
    # To the letter: a browser does not become another version while it is open, and a session ends when it is closed.
    other = now["agent"] != session.get(sessions.AGENT)
    if moved and (other or settings.SESSION_NETWORK):
        tell("moved", user.get_username(), now["address"])
        session.lose("moved")  # type: ignore[attr-defined]
        return True
    if now["address"] != session.get(sessions.ADDRESS):
        if _place(session.get(sessions.ADDRESS, "")) != now["network"]:
            tell("elsewhere", user.get_username(), now["address"])
        session[sessions.ADDRESS] = now["address"]
    return False
