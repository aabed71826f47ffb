"""Nothing of ours turns a text into markup, a template or code: the ways to do so are not in the sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# By kind of file: where it is looked for, and what must not be there.
WAYS = {
    "script": (
        ("geoapp/web/src/**/*.ts", "geoapp/reports/**/*.js", "layers/static/**/*.js"),
        r"\.(inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\.setHTML\(|\beval\(|new Function\(|createContextualFragment",
    ),
    "template": (
        ("geoapp/**/templates/**/*.*", "layers/**/templates/**/*.*"),
        r"\|\s*(safe|safeseq)\b|autoescape\s+off|on(click|error|load)=|javascript:",
    ),
    "module": (
        ("geoapp/**/*.py", "layers/**/*.py", "tiles/**/*.py"),
        r"mark_safe|html_safe|SafeString\(|SafeText\(|(?<!language_)from_string\(|Environment\(|format_html\(f|\bTemplate\(|\beval\(|\bexec\(",
    ),
}
# The page of the offline map, whose template is a constant: tests/http/test_report_offline.py holds it to that.
# The words of templates, which are literals of the source or its catalogues and may hold markup: tests/unit/test_words.py holds their
# values to be escaped.
KNOWN = {"geoapp/reports/offline/page.py": ["Template("], "layers/templatetags/words.py": ["mark_safe", "mark_safe"]}


def _files(patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in ROOT.glob(pattern) if path.is_file() and "node_modules" not in path.parts)


@pytest.mark.parametrize("kind", WAYS)
def test_no_text_becomes_markup_or_code(kind: str) -> None:
    patterns, ways = WAYS[kind]
    files = list(_files(patterns))
    assert len(files) > 3
    found = {}
    for path in files:
        hits = [hit[0] for hit in re.finditer(ways, path.read_text("utf-8"))]
        if hits:
            found[str(path.relative_to(ROOT))] = hits
    assert found == {name: hits for name, hits in KNOWN.items() if kind == "module"}
