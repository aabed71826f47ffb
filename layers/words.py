"""The one way to say a word: its Chinese with its English beside it, and any other language from that language's catalogue.

    Words("共 {count} 行", "{count} rows in all", count=3).in_("en")

Chinese is the language of the source, English its translation that every reader of the code sees and that needs no catalogue. A further
language is a catalogue of gettext (`layers.languages`) whose entries are found by the Chinese, or by Chinese and English where
one Chinese word is two in English. What a catalogue lacks, or says with places for values that there are not, is said in
English, else in Chinese. ``./shuitu manage words`` finds every word there is, which is why texts are written out where they are
said: literals, with ``{names}`` for values, and never put together from pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from layers import languages

SOURCE, ENGLISH = "zh", "en"
COUNT = "count"  # the value by whose number a language may say it otherwise: one row, two rows


class Worded:
    """What has a word, in Chinese and in English as its source writes them. Terms, fields, layers and messages are such."""

    __slots__ = ()
    zh: str
    en: str

    def in_(self, lang: str, **values: object) -> str:
        """The word in a language, its values filled in."""
        zh, en, own = self.written()
        given = {**own, **values}
        if not given:
            return found(zh, en, lang)
        count = given.get(COUNT)
        text = found(zh, en, lang, count if isinstance(count, int) else None)
        try:
            return fill(text, given, lang)
        except BadPlaces:
            return fill(zh if lang == SOURCE else en, given, lang)

    def everywhere(self) -> dict[str, str]:
        """The word in every language there is, by code."""
        return {code: self.in_(code) for code in languages.codes()}

    def written(self) -> tuple[str, str, Mapping[str, object]]:
        """Chinese and English as in the source, and the values of their places."""
        return self.zh, self.en, {}


class Composed(Worded):
    """What is put together when it is said: its Chinese and its English are it, said so."""

    __slots__ = ()

    @property
    def zh(self) -> str:  # type: ignore[override]
        return self.in_(SOURCE)

    @property
    def en(self) -> str:  # type: ignore[override]
        return self.in_(ENGLISH)


class Words(Composed):
    """A word, a sentence, a message. ``values`` stand in its ``{places}``; words among them are said in the same language.

    Of an import there may be one a row: so it is small, and a key by its texts and its values.
    """

    __slots__ = ("_en", "_given", "_names", "_zh")

    def __init__(self, zh: str, en: str, /, **values: object) -> None:
        self._zh, self._en = zh, en
        names = tuple(values)
        self._names, self._given = _NAMES.setdefault(names, names), tuple(values.values())

    @property
    def values(self) -> dict[str, object]:
        return dict(zip(self._names, self._given, strict=True))

    def of(self, **values: object) -> Words:
        """The same with further values."""
        return Words(self._zh, self._en, **{**self.values, **values})

    def written(self) -> tuple[str, str, Mapping[str, object]]:
        return self._zh, self._en, self.values

    def _key(self) -> tuple[object, ...]:
        return self._zh, self._en, self._names, self._given

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Words) and self._key() == other._key())

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Words{(self._zh, self._en, *(f'{name}={value!r}' for name, value in self.values.items()))!r}"


_NAMES: dict[tuple[str, ...], tuple[str, ...]] = {}  # of the places of all words, each once


class Kept(Worded):
    """What was said in every language when it was kept or sent: a mapping by code of language."""

    __slots__ = ("texts",)

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self.texts = {code: str(text) for code, text in texts.items() if code in languages.codes() and text}

    @property
    def zh(self) -> str:  # type: ignore[override]
        return self.texts.get(SOURCE, "")

    @property
    def en(self) -> str:  # type: ignore[override]
        return self.texts.get(ENGLISH, "")

    def in_(self, lang: str, **values: object) -> str:
        return self.texts.get(lang) or (self.zh if lang == SOURCE else self.en) or self.zh

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and self.texts == other.texts

    def __hash__(self) -> int:
        return hash(frozenset(self.texts.items()))


class Listed(Composed):
    """Several things one after the other, as a language separates them. ``more`` is said behind them of those left out."""

    __slots__ = ("_hash", "by", "more", "things")

    def __init__(self, *things: object, by: Words | None = None, more: Worded | None = None) -> None:
        self.things, self.by, self.more = things, by or AND, more
        self._hash: int | None = None

    def in_(self, lang: str, **values: object) -> str:
        said = self.by.in_(lang).join(str(in_language(thing, lang)) for thing in self.things)
        return said if self.more is None else said + self.more.in_(lang)

    def _key(self) -> tuple[object, ...]:
        return self.things, self.by, self.more

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Listed) and self._key() == other._key())

    def __hash__(self) -> int:
        if self._hash is None:  # a vocabulary is long, and many rows are refused with it
            self._hash = hash(self._key())
        return self._hash


class Small(Composed):
    """A word of a list, like "Township", as it is written within a sentence."""

    __slots__ = ("word",)

    def __init__(self, word: Worded) -> None:
        self.word = word

    def in_(self, lang: str, **values: object) -> str:
        return small(self.word.in_(lang, **values), lang)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Small) and self.word == other.word

    def __hash__(self) -> int:
        return hash((Small, self.word))


def small(text: str, lang: str) -> str:
    """The word of a list in a language as it is written within a sentence."""
    return text.lower() if languages.language(lang).small else text


AND = Words("、", ", ")
COLON = Words("：", ": ")
COMMA = Words("，", ", ")
SEMICOLON = Words("；", "; ")
NOTHING = Words("", "")


def in_language(thing: object, lang: str) -> object:
    """A word in a language; anything else as it is."""
    return thing.in_(lang) if isinstance(thing, Worded) else thing


def everywhere(thing: object) -> dict[str, str]:
    """A word in every language there is; anything else the same in all of them."""
    return thing.everywhere() if isinstance(thing, Worded) else dict.fromkeys(languages.codes(), str(thing))


def first_of(things: Sequence[object], most: int, more: Words | None = None) -> Listed:
    """The first of several things; where some are left out, how many there are: ``more``, or in plain words."""
    more = more or Words(" 等 {count} 个", ", … ({count} in all)")
    return Listed(*things[:most], more=more.of(count=len(things)) if len(things) > most else None)


class BadPlaces(ValueError):
    """A text has a place for a value that there is not, or that cannot be written so."""


# A place is a name alone, as it is or quoted, or a number with few digits: a text can neither reach into a value nor make it long.
PLACE = re.compile(r"\{\{|\}\}|\{(?P<name>[A-Za-z_]\w*)(?P<quoted>!r)?(?::(?P<form>\+?,?(?:\.\d)?[efg%]?))?\}")


def places(text: str) -> set[str]:
    """The names of the places of a text."""
    return {place["name"] for place in PLACE.finditer(text) if place["name"]}


def fill(text: str, values: Mapping[str, object], lang: str) -> str:
    """A text with its values, each said in the language; `BadPlaces` where they do not fit."""

    def one(place: re.Match[str]) -> str:
        if not place["name"]:
            return place[0][0]
        try:
            value = in_language(values[place["name"]], lang)
            return repr(value) if place["quoted"] else format(value, place["form"] or "")
        except (KeyError, ValueError, TypeError) as error:
            raise BadPlaces(f"{place[0]} in {text!r}") from error

    return PLACE.sub(one, text)


def found(zh: str, en: str, lang: str, count: int | None = None) -> str:
    """The text of a word in a language: its own where the catalogue has it, else the English, else the Chinese."""
    if lang == SOURCE:
        return zh
    if lang != ENGLISH and zh:
        text = _catalogued(zh, en, lang, count)
        if text is not None:
            return text
    return en


def _catalogued(zh: str, en: str, lang: str, count: int | None) -> str | None:
    # Here and not above: the words of the domain are read where there is no Django.
    from django.utils.translation import trans_real

    catalogue = trans_real.translation(languages.language(lang).locale)
    asked: list[Callable[[], str]] = [lambda: catalogue.pgettext(en, zh), lambda: catalogue.gettext(zh)]
    if count is not None:
        asked[:0] = [lambda: catalogue.npgettext(en, zh, zh, count), lambda: catalogue.ngettext(zh, zh, count)]
    for ask in asked:
        text = ask()
        if text is not zh and text:  # what a catalogue lacks comes back itself; an equal text is another object
            return str(text)
    return None


def active() -> str:
    """The language that who is being answered is spoken to in (`geoapp.problems.language` has activated it)."""
    from django.utils.translation import get_language

    return languages.by_locale(get_language() or "").code


def shown(zh: str, en: str, /, **values: object) -> Any:
    """A word in the language of who looks at it: for names that Django asks of models, forms and administration once, at the start."""
    from django.utils.functional import lazystr

    return lazystr(_Shown(Words(zh, en, **values)))


def shown_word(word: Worded) -> Any:
    """The same of a word that there is."""
    from django.utils.functional import lazystr

    return lazystr(_Shown(word))


class _Shown:
    """Its `str` is the word in the language of now."""

    __slots__ = ("_words",)

    def __init__(self, words: Worded) -> None:
        self._words = words

    def __str__(self) -> str:
        return self._words.in_(active())
