"""The catalogue of each language against the words there are: what it lacks, what it says wrongly, and the file that is looked up."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from geoapp.tongues import page, po
from geoapp.tongues.source import Said
from layers import languages
from layers.words import ENGLISH, SOURCE, fill, places

FILE = Path("LC_MESSAGES", "django")
_HEAD = {
    "Project-Id-Version": "shuitu",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}
# How many forms a word has by number is the language's: this is English's, and the first thing to look at in a new catalogue.
_PLURALS = "nplurals=2; plural=(n != 1);"


@dataclass(slots=True)
class CatalogueState:
    """How far a language is said."""

    words: int
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # with places for values that are not the word's
    unknown: list[str] = field(default_factory=list)  # what nobody says any more


def sources() -> Path:
    """Where the catalogues lie that people edit."""
    return Path(settings.BASE_DIR) / "locale"


def source_of(code: str) -> Path:
    return sources() / languages.language(code).locale.replace("-", "_") / FILE.with_suffix(".po")


def of_catalogues() -> list[languages.Language]:
    """The languages that have a catalogue: all but those that stand in the source."""
    return [each for each in languages.LANGUAGES if each.code not in (SOURCE, ENGLISH)]


def entries_of(words: Iterable[Said]) -> list[po.Entry]:
    """The entry of each word without its texts; where one Chinese word is two in English, the English tells them apart."""
    by_word: dict[str, dict[str, list[Said]]] = {}
    for said in words:
        if said.translatable:
            by_word.setdefault(said.zh, {}).setdefault(said.en, []).append(said)
    found = []
    for zh, meanings in by_word.items():
        for en, all_said in meanings.items():
            comments = [f"#. English: {line}" for line in en.splitlines()]
            comments += [f"#: {where}" for where in sorted({said.where for said in all_said})[:3]]
            found.append(po.Entry(zh, [""], en if len(meanings) > 1 and en else "", all_said[0].counted, comments))
    return found


def read(code: str) -> tuple[dict[str, str], list[po.Entry]]:
    """The catalogue of a language; an empty one where it has none."""
    path = source_of(code)
    return po.parse(path.read_text(encoding="utf-8")) if path.exists() else ({}, [])


def update(code: str, words: Iterable[Said]) -> Path:
    """Write the catalogue with every word there is: what is said stays, what nobody says any more goes."""
    head, before = read(code)
    known = {entry.key: entry for entry in before}
    head = {**_HEAD, "Language": languages.language(code).locale, "Plural-Forms": _PLURALS, **head}
    entries = entries_of(words)
    for entry in entries:
        told = known.get(entry.key) or known.get((entry.word, ""))
        if entry.plural:
            entry.texts = ["", ""]
        if told is not None and told.plural == entry.plural:
            entry.texts, entry.fuzzy = told.texts, told.fuzzy
    path = source_of(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(po.write(head, entries), encoding="utf-8")
    return path


def state(code: str, words: Iterable[Said]) -> CatalogueState:
    """What a catalogue lacks and says wrongly; of a language that stands in the source, whether its places are right."""
    words = [said for said in words if said.translatable]
    if code in (SOURCE, ENGLISH):
        wrong = [said.where for said in words if said.en and not fits(said.zh, said.en)] if code == ENGLISH else []
        return CatalogueState(len(words), wrong=wrong)
    said_in = {entry.key: entry for entry in read(code)[1]}
    offered = _places_by_word(words)
    wanted = entries_of(words)
    found = CatalogueState(len(wanted) + len(page.every_key()))
    for entry in wanted:
        told = said_in.get(entry.key) or said_in.get((entry.word, ""))
        if told is None or not told.done:
            found.missing.append(f"{entry.word}  ({entry.context})" if entry.context else entry.word)
        elif any(not places(text) <= offered[entry.word] for text in told.texts):
            found.wrong.append(entry.word)
    known = {entry.word for entry in wanted}
    found.unknown = [entry.word for entry in said_in.values() if entry.word not in known]
    dictionary = page.read(code)
    found.missing += [f"page: {key}" for key in page.every_key() if not dictionary.get(key)]
    found.wrong += [f"page: {key}" for key in page.wrong_places(dictionary)]
    return found


def fits(zh: str, en: str) -> bool:
    """Whether values that fill the one fill the other: a place of one alone is told in words in the other."""
    values = dict.fromkeys(places(zh) | places(en), 1)
    fill(zh, values, SOURCE)
    fill(en, values, ENGLISH)
    return not (places(en) and not places(zh))


def _places_by_word(words: Iterable[Said]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for said in words:
        found.setdefault(said.zh, set()).update(places(said.zh) | places(said.en))
    return found


def compile_all(into: Path) -> list[Path]:
    """Make the files that words are looked up in, of every catalogue there is."""
    made = []
    for path in sorted(sources().glob(f"*/{FILE}.po")):
        text = po.compiled(*po.parse(path.read_text(encoding="utf-8")))
        target = into / path.relative_to(sources()).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(f".{os.getpid()}")
        aside.write_bytes(text)
        aside.replace(target)
        made.append(target)
    return made
