"""A test database of its own for each process: mutmut's first one makes it, and a copy for each fork that may run at once.

A fork takes a copy that is free, and does not look at its migrations again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

UNSURE = 35  # mutmut's code for a mutant of which the tests could say nothing
FIRST = os.getpid()
_copies: list[str] = []
_locks: list[int] = []


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    if os.getpid() == FIRST:
        request.getfixturevalue("django_db_setup")  # pytest-django's
        with django_db_blocker.unblock():
            _make_copies()
        yield
        connection.close()  # a fork must not find it open
        return
    with django_db_blocker.unblock():
        try:
            assert connection.connection is None
            connection.settings_dict["NAME"] = _free_copy()
            connection.ensure_connection()
        except Exception:
            os._exit(UNSURE)  # else every test would fail, and the mutant pass for found
    yield


def _make_copies() -> None:
    if _copies:
        return
    for number in range(int(os.environ["MUTANTS_AT_ONCE"])):
        connection.creation.clone_test_db(str(number), verbosity=0)
        _copies.append(connection.creation.get_test_db_clone_settings(str(number))["NAME"])


def _free_copy() -> str:
    """The name of a copy, ours until this process ends."""
    for name in _copies:
        lock = os.open(f"{name}.lock", os.O_CREAT | os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        _locks.append(lock)
        return name
    raise LookupError("more forks at once than databases")
