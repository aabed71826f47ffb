"""Benchmarks run seldom: what they import where they need it, within functions, has to be there all the same."""

from __future__ import annotations

import ast
import importlib

import pytest

from tests.benchmarks.__main__ import NAMES
from tests.benchmarks.harness import ROOT


@pytest.mark.parametrize("name", [*(f"bench_{each}" for each in NAMES), "attacks", "harness"])
def test_what_a_benchmark_imports_is_there(name: str) -> None:
    tree = ast.parse((ROOT / "tests" / "benchmarks" / f"{name}.py").read_text(encoding="utf-8"))
    asked = [
        (node.module or "", one.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    ]
    missing = [
        f"{module}.{one}"
        for module, one in asked
        if module.split(".")[0] in ("geoapp", "layers", "tiles", "tests", "data") and not there(module, one)
    ]
    assert missing == []


def there(module: str, name: str) -> bool:
    """Whether a module, or a package, has a thing of that name."""
    found = importlib.import_module(module)
    return hasattr(found, name) or importlib.util.find_spec(f"{module}.{name}") is not None
