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

from tests.mutants.same import only_letters

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
    if _function() and only_letters(*_changed(os.environ["MUTANT_UNDER_TEST"])):
        os._exit(SKIPPED)


def _changed(mutant: str) -> tuple[list[str], list[str]]:
    """The lines of a function that a mutant has otherwise: as they are, and as it has them. None, of a method."""
    module, _, name = mutant.rpartition(".")
    both = [getattr(sys.modules[module], one, None) for one in (_function().rpartition(".")[2] + "__mutmut_orig", name)]
    if None in both:
        return [], []
    # The first line has the name, which is another.
    own, mutated = (inspect.getsource(one).splitlines()[1:] for one in both)
    if len(own) != len(mutated):
        return own, mutated
    pairs = [pair for pair in zip(own, mutated, strict=True) if pair[0] != pair[1]]
    return [before for before, _ in pairs], [after for _, after in pairs]


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
