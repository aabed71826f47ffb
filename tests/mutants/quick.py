"""A pytest plugin (``-p tests.mutants.quick``) that makes a mutant cheap, and its verdict one of the tests and of nothing else.

mutmut runs the tests in its own process, once to learn which function each of them reaches and once more to see them pass,
and then in a fork for each mutant. Here the second of these runs is one test: the first has seen all of them pass. The first process makes
the test database and a copy of it for each fork that may run at once; a fork takes a copy that is free, and does not look at
its migrations again. It begins with the tests that have found faults of the same function before. Hypothesis tries the same
examples every time, takes no slowness for a fault, and looks for no smaller one: the first is enough.
"""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings

UNSURE = 35  # mutmut's code for a mutant of which the tests could say nothing
_FIRST = os.getpid()
_FOUND = Path("found-by").resolve()  # lines "function test": which tests found faults of which function
_copies: list[str] = []
_locks: list[int] = []

settings.register_profile(
    "mutants",
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutants")


def pytest_configure(config: pytest.Config) -> None:
    """The fixtures of what is registered last are those that hold: this one has to come after pytest-django's."""
    config.pluginmanager.register(Databases(), "mutants-databases")


class Databases:
    """A database of its own for each process."""

    @pytest.fixture(scope="session")
    def django_db_setup(self, request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
        """In the first process the test database itself, in a fork a copy that no other fork has."""
        if os.getpid() == _FIRST:
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


def _function() -> str:
    """The function that is mutated in this process; none in the first one."""
    return "" if os.getpid() == _FIRST else os.environ.get("MUTANT_UNDER_TEST", "").rpartition("__mutmut_")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    function = _function()
    if os.getpid() == _FIRST and os.environ.get("MUTANT_UNDER_TEST") == "":
        del items[1:]
    if function and _FOUND.exists():
        lines = (line.split(" ", 1) for line in _FOUND.read_text(encoding="utf-8").splitlines())
        found = Counter(test for mutated, test in lines if mutated == function)
        items.sort(key=lambda item: -found[item.nodeid])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed and (function := _function()):
        with _FOUND.open("a", encoding="utf-8") as found:
            found.write(f"{function} {report.nodeid}\n")
