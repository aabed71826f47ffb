"""What `python -m tests.mutants` tries is there, and what it takes for no fault is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.__main__ import TARGETS, Target
from tests.mutants.same import SAME, no_fault


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.dotted)
def test_modules_and_their_tests_are_there(target: Target, root: Path) -> None:
    assert (root / target.path).is_file()
    for test in target.tests:
        path, _, name = test.partition("::")
        assert f"def {name}" in (root / path).read_text(encoding="utf-8"), test


def test_every_line_that_is_no_fault_is_of_a_function_that_is_tried(root: Path) -> None:
    for function in SAME:
        module, _, name = function.rpartition(".x")
        (path,) = (target.path for target in TARGETS if target.dotted == module)
        assert f"def {name.removeprefix('_').rpartition('ǁ')[2]}(" in (root / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ('"SELECT size FROM t"', '"select size from t"', True),
        ('"SELECT size FROM t"', '"SELECT SIZE FROM T"', True),
        ('"SELECT size FROM t"', '"XXSELECT size FROM tXX"', False),
        ("\"SELECT lock('name')\"", "\"select lock('name')\"", True),
        ("\"SELECT lock('name')\"", "\"SELECT LOCK('NAME')\"", False),  # what is quoted has its letters
        ('"SELECT size WHERE m = %s"', '"SELECT SIZE WHERE M = %S"', False),  # and so has a placeholder
        ('"SELECT size WHERE m = %s"', '"select size where m = %s"', True),
        ("zip(a, b, strict=True)", "zip(a, b, strict=False)", True),
        ("zip(a, b, strict=True)", "zip(a, b, )", True),
        ("zip(a, b, strict=True)", "zip(a, strict=True)", False),
        ('found["size"]', 'found["SIZE"]', False),  # no SQL
    ],
)
def test_other_letters_of_sql_and_lengths_that_are_not_compared_are_no_faults(
    before: str, after: str, same: bool
) -> None:
    assert bool(no_fault("layers.grid.assign.x_due", [before], [after])) is same
