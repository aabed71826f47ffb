"""A pytest plugin (``-p tests.mutants.quick``) that makes a mutant cheap, and its verdict one of the tests and of nothing else.

mutmut runs the tests in its own process, once to learn which function each of them reaches and once more to see them pass,
and then in a fork for each mutant. Here the second of these runs is one test, as the first has seen all of them pass. A
fork has its database ready (`tests.mutants.databases`), and begins with the tests that have found faults of the same
function before. Hypothesis tries the same examples every time, takes no slowness for a fault, and looks for no smaller
example than the first that fails. What changes nothing but the letters of SQL is not tried at all.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutants.same import changed, only_letters

SKIPPED = 34  # mutmut's code for a mutant that is not tried

_FIRST = os.getpid()
_FOUND = Path("found-by").resolve()  # lines "function test": which tests found faults of which function

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
    """The fixtures of what is registered last are those that hold: after pytest-django's."""
    from tests.mutants import databases

    config.pluginmanager.register(databases)


def _function() -> str:
    """The function that is mutated in this process; none in the first one."""
    return "" if os.getpid() == _FIRST else os.environ.get("MUTANT_UNDER_TEST", "").rpartition("__mutmut_")[0]


def pytest_sessionstart() -> None:
    if not _function():
        return
    module, _, name = os.environ["MUTANT_UNDER_TEST"].rpartition(".")
    own = name.rpartition("__mutmut_")[0] + "__mutmut_orig"
    both = [getattr(sys.modules[module], one, None) for one in (own, name)]
    if None not in both and only_letters(*changed(*map(inspect.getsource, both))):  # else it is a method
        os._exit(SKIPPED)


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
