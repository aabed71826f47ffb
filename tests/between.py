"""A store between many askers and the site, as a CDN or an office's proxy is one: it keeps what RFC 9111 lets it, and gives it to whoever asks
in the same way by the headers that an answer says it varies by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client


@dataclass
class Kept:
    vary: dict[str, str]
    tag: str
    control: str
    body: bytes


class Between:
    """Asks what it has not, and asks again, by ETag, where it may not give what it has unasked."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Kept]] = {}
        self.given = 0  # answers that were not made anew for who got them

    def get(self, client: Client, address: str, **headers: str) -> tuple[int, bytes]:
        sent = {name.lower(): value for name, value in headers.items()}
        kept = next((one for one in self._kept.get(address, ()) if _varied(client, sent, one.vary) == one.vary), None)
        if kept is not None and "no-cache" not in kept.control:
            self.given += 1
            return 200, kept.body
        asked = client.get(address, headers=sent | ({"if-none-match": kept.tag} if kept else {}))
        if asked.status_code == 304 and kept is not None:
            self.given += 1
            return 200, kept.body
        body = asked.getvalue() if asked.streaming else asked.content
        control = asked.headers.get("Cache-Control", "")
        if asked.status_code == 200 and not any(word in control for word in ("private", "no-store")):
            self._keep(address, client, sent, asked, body)
        return asked.status_code, body

    def _keep(self, address: str, client: Client, sent: dict[str, str], asked: Any, body: bytes) -> None:
        names = {name.strip().lower() for name in asked.headers.get("Vary", "").split(",")} - {""}
        vary = _varied(client, sent, dict.fromkeys(names, ""))
        kept = Kept(vary, asked.headers.get("ETag", ""), asked.headers.get("Cache-Control", ""), body)
        self._kept.setdefault(address, []).append(kept)


def _varied(client: Client, sent: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    whole = sent | ({"cookie": cookies} if cookies else {})
    return {name: whole.get(name, "") for name in names}
