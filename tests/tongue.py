"""A further language, made as docs/contributing.md says: an entry of the list, a catalogue, a dictionary of the page.

Its words are those of the source with every letter masked, so that whatever is shown with letters is no word of that language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import override_settings
from django.utils.translation import trans_real

from geoapp.tongues import catalogues, page, po
from layers import languages
from layers.languages import Language

CODE = "fr"  # one that Django's own administration is there in
MASK = "ẍ"
# What a text keeps in any language: places for values, markup, entities.
_KEPT = re.compile(r"\{\w+(?:!r)?(?::[^{}]*)?\}|</?\w[^>]*>|&\w+;")
_ADDRESS = re.compile(r"(?:https?:/)?/[\w./?=&-]+")
HAN = re.compile(r"[㐀-鿿]")
_ATTRIBUTES = {
    "title",
    "aria-label",
    "placeholder",
    "alt",
    "data-done",
    "data-label",
    "data-none",
    "data-delete",
    "data-sending",
}


def masked(text: str) -> str:
    """A text without a letter of its own."""
    parts = _KEPT.split(text), _KEPT.findall(text)
    hidden = ["".join(MASK if c.isalpha() else c for c in part) for part in parts[0]]
    return "".join(a + b for a, b in zip(hidden, [*parts[1], ""], strict=True))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The language's files, made once by the steps of the documentation: ``locale``, ``compiled``, ``dict``."""
    folder = tmp_path_factory.mktemp("tongue")
    with pytest.MonkeyPatch.context() as patch:
        _declare(patch, folder)
        with override_settings(LOCALE_PATHS=[folder / "compiled"]):
            call_command("words", update=CODE)
            path = catalogues.source_of(CODE)
            head, entries = po.parse(path.read_text("utf-8"))
            for entry in entries:
                entry.texts = [masked(entry.word)] * len(entry.texts)
            path.write_text(po.write(head, entries), encoding="utf-8")
            call_command("words", compile=True)
    dictionaries = folder / "dict"
    dictionaries.mkdir()
    for code in ("zh", "en"):
        (dictionaries / f"{code}.ts").write_text((page.FOLDER / f"{code}.ts").read_text("utf-8"), encoding="utf-8")
    own = {"languageName": "Masqué", "languageTag": CODE, "dateLocale": "en-GB"}
    lines = [f"  {key}: {_quoted(own.get(key) or masked(text))}," for key, text in page.read("zh").items()]
    (dictionaries / f"{CODE}.ts").write_text(
        f"export const {CODE} = {{\n" + "\n".join(lines) + "\n};\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def french(made: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation that speaks it; → the folder of its files."""
    _declare(monkeypatch, made)
    monkeypatch.setattr(page, "FOLDER", made / "dict")
    settings.LOCALE_PATHS = [made / "compiled"]
    settings.LANGUAGES = [(each.locale, each.name) for each in languages.LANGUAGES]
    forget()
    yield made
    monkeypatch.undo()
    forget()


def _declare(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(languages, "LANGUAGES", (*languages.LANGUAGES, Language(CODE, "Masqué")))
    patch.setattr(catalogues, "sources", lambda: folder / "locale")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def forget() -> None:
    """What Django remembers of languages."""
    trans_real._translations.clear()


class _Shown(HTMLParser):
    """The texts that a reader of a page meets."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden: list[str] = []
        self._foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.found += [text for name, text in attrs if name in _ATTRIBUTES and text]
        if tag == "input" and named.get("type") in ("submit", "button"):
            self.found.append(named.get("value") or "")
        if tag in ("script", "style", "code"):
            self._hidden.append(tag)
        if tag in ("a", "button") and named.get("data-testid") == "language":
            self._hidden.append(tag)  # each language by its own name

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.found.append(data.strip())


def shown(html: str) -> list[str]:
    parser = _Shown()
    parser.feed(html)
    return parser.found


def strange(texts: list[str], known: set[str], *, latin: bool = True) -> Iterator[str]:
    """The texts with words of another language: Chinese, or of two letters and more in Latin, but for what is ``known``."""
    words = re.compile(r"[A-Za-z]{2,}")
    for text in texts:
        rest = _ADDRESS.sub(" ", text)
        for each in sorted(known, key=len, reverse=True):
            rest = rest.replace(each, " ")
        if HAN.search(rest) or (latin and words.search(rest)):
            yield text


def names_of(*querysets: Any) -> set[str]:
    """What is data and in no language: names and codes of objects."""
    return {str(value) for found in querysets for row in found for value in row if value}
