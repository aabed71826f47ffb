"""What is said of single rows: in every language, and at no cost a row where many have the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from layers.ingest import checks
from layers.ingest.checks import Judge
from layers.ingest.refusal import Fault, Faults, Verdicts
from layers.ingest.spec import spec_for
from layers.words import Words

INGEST = Path(__file__).resolve().parents[2] / "layers" / "ingest"
HAN = re.compile("[㐀-鿿、（）：，；]")
SAYING = {"refuse", "warn", "add", "add_all", "by_meaning"}  # calls that are told what would have been right


def test_a_fault_is_said_in_every_language() -> None:
    told = Words("见第 {line} 行", "see row {line}", line=9)
    fault = Fault(2, "code", "W1", "duplicate", told)
    assert (fault.zh, fault.said.in_("en")) == ("文件内重复：见第 9 行", "occurs more than once in the file: see row 9")
    assert fault.to_dict()["expected"] == {"zh": "见第 9 行", "en": "see row 9"}
    assert Fault(2, "depth_m", "-1", "out_of_range", "≥ 0").to_dict()["expected"] == {"zh": "≥ 0", "en": "≥ 0"}
    assert Fault(2, "code", "", "missing").to_dict()["expected"] == {}


def test_rows_with_the_same_fault_share_what_is_said_of_it() -> None:
    verdicts = Verdicts()
    column = spec_for("well").column("metering")
    for start in (0, 1_000):
        judge = Judge(np.arange(start, start + 1_000), verdicts)
        checks.column_values(pa.array([f"no{at % 7}" for at in range(1_000)]), column, judge)
    lines = verdicts.refused.by_line()
    assert len(lines) == 2_000 and len({id(fault.expected) for (fault,) in lines.values()}) == 1


def test_a_file_of_duplicates_takes_no_longer_a_row_than_a_small_one() -> None:
    faults = Faults()
    for row in range(200_000):  # minutes, if words with other values were one key
        faults.add(row, "code", "W", "duplicate", Words("见第 {line} 行", "see row {line}", line=row + 1))
    assert len(faults.rows) == 200_000 and faults.by_line()[7][0].said.in_("en").endswith("see row 8")


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SAYING:
                yield node


def _texts(node: ast.AST) -> Iterator[ast.Constant]:
    """Texts outside words."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Words":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


@pytest.mark.parametrize("path", sorted(INGEST.rglob("*.py")), ids=lambda path: path.stem)
def test_no_row_is_refused_in_one_language_alone(path: Path) -> None:
    wrong = [
        f"{path.name}:{text.lineno} {text.value}"
        for call in _calls(ast.parse(path.read_text("utf-8")))
        for text in _texts(call)
        if HAN.search(str(text.value))
    ]
    assert wrong == []
