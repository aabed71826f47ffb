"""A test's own connection as that of a web process behind the second wall: in the role that owns nothing, until it is given back.

With SHUITU_TEST_BEHIND_WALL=1 all that tests of `tests/http` ask by Django's client is answered so; without it most tests ask as the owner
of the tables, who is bound by no wall.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from django.test import Client, override_settings

from geoapp.database.wall import Walled
from geoapp.localdb import WEB_ROLE

ALL_BEHIND = os.environ.get("SHUITU_TEST_BEHIND_WALL") == "1"


@contextmanager
def behind_the_wall() -> Iterator[None]:
    """The role is the connection's until the end; what a transaction was told besides is taken from it."""
    one = connections["default"]
    one.ensure_connection()
    owners = type(one)
    with override_settings(WEB_ROLE=WEB_ROLE):
        one.__class__ = type("Behind", (Walled, owners), {})
        try:
            _say(one, WEB_ROLE)
            yield
        finally:
            one.__class__ = owners
            vars(one).pop("_raised", None)
            if not one.needs_rollback:  # else what was told goes with the transaction, or its savepoint
                _say(one, "none")


def _say(one: Any, role: str) -> None:
    with one.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, FALSE), set_config('shuitu.figures', '', FALSE), set_config('shuitu.objects', '', FALSE),"
            " set_config('shuitu.personal', '', FALSE)",
            [role],
        )


@pytest.fixture(autouse=ALL_BEHIND)
def all_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the client asks is answered behind the wall, to its last byte."""
    asked = Client.request

    def request(self: Client, **given: Any) -> Any:
        with behind_the_wall():
            response = asked(self, **given)
            if response.streaming:
                response.streaming_content = iter([b"".join(response)])
            return response

    monkeypatch.setattr(Client, "request", request)
