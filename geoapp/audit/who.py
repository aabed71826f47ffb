"""Who acts, from where and by which question: known from the request that is being answered, else from the process."""

from __future__ import annotations

import getpass
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import Error as DatabaseError
from django.http import HttpRequest

from geoapp.address import client_address
from geoapp.audit import question
from geoapp.walls import ids

CHANNELS = {
    "/admin/": "admin", "/desk/": "desk", "/api/": "api", "/ogc/": "ogc", "/tiles/": "tiles", "/styles/": "tiles",
    "/feeds/": "file", "/desktop/": "file", "/reports/": "report",
}  # fmt: skip
NAME_MOST = 150


@dataclass(frozen=True, slots=True)
class Who:
    """The account as it is called now (an account may go, its lines stay), where it asks from, and what."""

    account_id: int | None = None
    account: str = ""
    address: str = ""
    channel: str = "command"
    request_id: str = ""
    question: str = ""
    errand: str = ""


@dataclass(slots=True)
class RequestAsked:
    """A request while it is answered: what was written for it, and what waits until its answer is there."""

    request: HttpRequest
    request_id: str = ""  # by which the answer, its line in the access log and those of the audit are found together
    written: int = 0
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.request_id = ids.of(self.request) or secrets.token_hex(8)

    def who(self) -> Who:
        account_id, account = account_of(self.request)
        return Who(
            account_id, account, client_address(self.request), channel_of(self.request.path), self.request_id,
            question_of(self.request),
        )  # fmt: skip


_asked: ContextVar[RequestAsked | None] = ContextVar("audit_asked", default=None)
_acting: ContextVar[Who | None] = ContextVar("audit_acting", default=None)


def channel_of(path: str) -> str:
    return next((channel for start, channel in CHANNELS.items() if path.startswith(start)), "page")


def question_of(request: HttpRequest) -> str:
    query = [(name, value) for name, values in request.GET.lists() for value in values]
    return question.of(request.method or "", request.path, query)


def account_of(request: HttpRequest) -> tuple[int | None, str]:
    """The account of a request; nobody's where nobody is logged in, or the database cannot say."""
    try:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return None, ""
        return int(user.pk), str(user.get_username())[:NAME_MOST]
    except DatabaseError:
        return None, ""


def now() -> Who:
    """Who acts."""
    acting = _acting.get()
    if acting is not None:
        return acting
    asked = _asked.get()
    return asked.who() if asked is not None else of_process()


def asked() -> RequestAsked | None:
    """The request that is being answered, if one is."""
    return _asked.get()


def of_request(request: HttpRequest) -> RequestAsked | None:
    found: RequestAsked | None = getattr(request, "audit_asked", None)
    return found


def of_process() -> Who:
    """A command of the operator's: his name on the machine, and which command. What stands behind it may be a secret."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user without an entry
        name = "?"
    words = [Path(sys.argv[0]).name, *sys.argv[1:2]] if sys.argv else []
    return Who(account=f"command:{name}"[:NAME_MOST], question=question.clean(" ".join(words), 200))


@contextmanager
def answering(request: HttpRequest) -> Iterator[RequestAsked]:
    """What is written inside is of this request."""
    found = of_request(request) or RequestAsked(request)
    request.audit_asked = found  # type: ignore[attr-defined]  # a stream is at work when nothing is being answered any more
    token = _asked.set(found)
    try:
        yield found
    finally:
        _asked.reset(token)


@contextmanager
def as_who(who: Who) -> Iterator[None]:
    token = _acting.set(who)
    try:
        yield
    finally:
        _acting.reset(token)


@contextmanager
def on_behalf(errand: str, account_id: int | None = None, account: str = "", channel: str = "") -> Iterator[None]:
    """What a worker does of what somebody asked for earlier: who that was, and from where, is what the line of the asking says.

    ``errand`` names what was asked for, `file:12` or `report:7`; account and channel stand in where no line tells of it.
    """
    from geoapp.audit.models import Line
    from geoapp.audit.words import CHANNEL

    line = Line.objects.filter(errand=errand).exclude(address="").order_by("-at", "-id").first()
    if line is None:
        found = Who(account_id, account[:NAME_MOST], channel=channel or "command", errand=errand)
    else:
        channel = CHANNEL.by_id[line.channel].code
        found = Who(line.account_id, line.account, line.address, channel, line.request_id, line.question, errand)
    if account and account != found.account:  # who asked for it is known, and it is another's line that was found
        found = replace(found, account_id=account_id, account=account[:NAME_MOST], address="")
    with as_who(found):
        yield
