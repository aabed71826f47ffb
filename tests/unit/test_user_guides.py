"""The user guide is there in two languages: both have the same chapters, tables, files and names, and links lead somewhere."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHINESE, ENGLISH = ROOT / "docs/user-guide.md", ROOT / "docs/user-guide.en.md"
DOCUMENTS = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
FENCED = re.compile(r"^```(.*)\n((?s:.*?))^```$", re.MULTILINE)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
SETTING = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
A_WORD = re.compile(r"[a-z一-鿿]")
LINK = re.compile(r"\]\(([^)\s]*)\)")


@dataclass(frozen=True)
class Chapter:
    """A heading and what stands below it, before the next."""

    level: int
    title: str
    text: str

    @property
    def fenced(self) -> list[tuple[str, str]]:
        """(what it is, its lines) of every block of code."""
        return FENCED.findall(self.text)

    @property
    def prose(self) -> str:
        return FENCED.sub("", self.text)

    @property
    def rows(self) -> list[list[str]]:
        lines = [line for line in self.prose.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]

    @property
    def points(self) -> int:
        return len(re.findall(r"^- ", self.prose, re.MULTILINE))


def codes(text: str) -> set[str]:
    """Names of columns, settings, options, addresses, and values: what is the same in every language."""
    return {code for code in CODE.findall(text) if code.isascii()}


def chapters(path: Path) -> list[Chapter]:
    text = path.read_text(encoding="utf-8")
    hidden = FENCED.sub(lambda found: re.sub(r"(?m)^#", "\0", found[0]), text)  # comments of shells are no headings
    at = [*HEADING.finditer(hidden)]
    ends = [*(found.start() for found in at[1:]), len(text)]
    return [Chapter(len(found[1]), found[2], text[found.end() : end]) for found, end in zip(at, ends, strict=True)]


def names_of(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", each.title.lower()).replace(" ", "-") for each in chapters(document)}


IN_CHINESE, IN_ENGLISH = chapters(CHINESE), chapters(ENGLISH)
each_chapter = pytest.mark.parametrize(
    ("zh", "en"), [pytest.param(zh, en, id=en.title) for zh, en in zip(IN_CHINESE, IN_ENGLISH, strict=False)]
)


def test_both_guides_have_the_same_sequence_of_chapters() -> None:
    assert len(IN_CHINESE) > 15
    assert [chapter.level for chapter in IN_CHINESE] == [chapter.level for chapter in IN_ENGLISH]


@each_chapter
def test_a_chapter_names_the_same_in_both_guides(zh: Chapter, en: Chapter) -> None:
    assert (
        codes(zh.prose) - codes(en.prose) == set()
    )  # the English may have a word in code that is Chinese in the other
    assert set(SETTING.findall(zh.text)) == set(SETTING.findall(en.text))
    assert re.findall(r"images/\S+\.png", zh.text) == re.findall(r"images/\S+\.png", en.text)
    assert [what for what, _ in zh.fenced] == [what for what, _ in en.fenced]
    assert zh.points == en.points


@each_chapter
def test_tables_of_both_guides_have_the_same_rows(zh: Chapter, en: Chapter) -> None:
    assert [len(row) for row in zh.rows] == [len(row) for row in en.rows]
    for ours, theirs in zip(zh.rows, en.rows, strict=True):
        assert [codes(cell) - codes(other) for cell, other in zip(ours, theirs, strict=True)] == [set()] * len(ours)


@each_chapter
def test_files_of_both_guides_hold_the_same_numbers(zh: Chapter, en: Chapter) -> None:
    def numbers(chapter: Chapter) -> list[list[list[str]]]:
        files = [text.splitlines()[1:] for what, text in chapter.fenced if what.startswith("csv ")]
        return [[[cell for cell in row if not A_WORD.search(cell)] for row in csv.reader(lines)] for lines in files]

    assert numbers(zh) == numbers(en)


def test_the_guides_lead_to_each_other() -> None:
    for guide, other in ((CHINESE, ENGLISH), (ENGLISH, CHINESE)):
        top = guide.read_text(encoding="utf-8").partition("\n## ")[0]
        assert LINK.findall(top) == [other.name]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_within_the_documents_leads_somewhere(document: str) -> None:
    here = ROOT / document
    for link in LINK.findall(FENCED.sub("", here.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        there = (here.parent / path).resolve() if path else here
        assert there.exists(), link
        assert not anchor or there.suffix != ".md" or anchor in names_of(there), link
