"""The guide for contributors names files: each of them is there; and no document is left half merged."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("docs/contributing.md", "docs/architecture.md", "docs/glossary.md")
A_PATH = re.compile(r"`((?:layers|tiles|geoapp|data|tests|docs|deploy)/[\w./-]*)`")


@pytest.mark.parametrize("guide", GUIDES)
def test_every_file_that_a_guide_names_is_there(guide: str) -> None:
    named = A_PATH.findall((ROOT / guide).read_text(encoding="utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_no_document_is_left_half_merged() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(documents) > 50
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    left = [
        path.name for path in documents if any(line.startswith(marks) for line in path.read_text("utf-8").splitlines())
    ]
    assert left == []
