"""One HTTP request at a time, and what was found."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

SECONDS = 30.0
GEOJSON = "application/geo+json"


class Unanswered(Exception):
    """No answer, or none that the client could go on from."""


@dataclass(frozen=True, slots=True)
class DoctorLine:
    """One line of the report."""

    client: str
    step: str
    ok: bool
    said: str

    def of(self, client: str) -> DoctorLine:
        return replace(self, client=client)


def found(step: str, ok: bool, said: str) -> DoctorLine:
    return DoctorLine("", step, ok=ok, said=said)


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    url: str
    status: int
    headers: Message
    body: bytes

    @property
    def type(self) -> str:
        """The media type, without its parameters."""
        return str(self.headers.get_content_type())

    def json(self) -> Any:
        """`Unanswered` when it is no JSON, or no success."""
        if self.status != 200:
            raise Unanswered(f"{self.url} answers {self.status}")
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unanswered(f"{self.url} is no JSON") from None


class Probe:
    """A server's root address and how it is asked. Machines on the own network are asked without a proxy."""

    def __init__(self, root: str) -> None:
        if urlsplit(root).scheme not in ("http", "https"):
            raise ValueError(f"{root!r} is no http address")
        self.root = root
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, url: str, accept: str = "application/json", method: str = "GET", **headers: str) -> ServerAnswer:
        given = {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            with self._opener.open(
                urllib.request.Request(url, headers=given, method=method), timeout=SECONDS
            ) as answer:
                return ServerAnswer(url, answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return ServerAnswer(url, error.code, error.headers, error.read())
        except OSError as error:
            raise Unanswered(f"{url} does not answer: {error}") from None


def link(document: dict[str, Any], *rels: str, type_: str = "") -> str:
    """The address of the first link of one of these relations, one of the wanted type before others; empty for none."""
    fitting = [one for one in document.get("links", ()) if one.get("rel") in rels]
    fitting.sort(key=lambda one: one.get("type", "") != type_)
    return str(fitting[0]["href"]) if fitting else ""
