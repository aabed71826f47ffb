"""A name means one thing: no two public classes of the project are called the same."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OF_DJANGO = {"Command", "DatabaseWrapper"}  # which Django looks for by this name


def test_no_two_classes_share_a_name() -> None:
    where: dict[str, list[str]] = defaultdict(list)
    for top in ("layers", "tiles", "geoapp"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if {"migrations", "node_modules"} & set(path.parts):
                continue
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    where[node.name].append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in where.items() if len(paths) > 1 and name not in OF_DJANGO} == {}
