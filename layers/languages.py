"""THE list of languages that people are spoken to in. A language is one entry here, one catalogue of words
(``locale/<code>/LC_MESSAGES/django.po``) and one dictionary of the page (``geoapp/web/src/dict/<code>.ts``); nothing else names one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """``code`` is what an address says (``lang=``) and what catalogue and dictionary are called by; ``html`` and ``django`` are
    its names in pages and in Django, where they are others."""

    code: str
    name: str  # as its speakers call it
    html: str = ""
    django: str = ""
    spaced: bool = True  # whether words are set off by spaces
    small: bool = False  # whether the word of a list, like "Township", is written small within a sentence

    @property
    def tag(self) -> str:
        return self.html or self.code

    @property
    def locale(self) -> str:
        return self.django or self.code


# The first is the language of the source and of who asks for none.
LANGUAGES: tuple[Language, ...] = (
    Language("zh", "中文", html="zh-CN", django="zh-hans", spaced=False),
    Language("en", "English", small=True),
)
FIRST = LANGUAGES[0].code


def codes() -> tuple[str, ...]:
    return tuple(each.code for each in LANGUAGES)


def language(code: str) -> Language:
    """The language of that code; the first for one that there is not."""
    return next((each for each in LANGUAGES if each.code == code), LANGUAGES[0])


def by_locale(locale: str) -> Language:
    """The language that Django calls so."""
    return next((each for each in LANGUAGES if each.locale == locale), LANGUAGES[0])


def asked(code: object) -> str:
    """The code of a language as it was asked for; that of the first where it is none of ours."""
    return code if isinstance(code, str) and code in codes() else FIRST


def address(of: str, code: str) -> str:
    """An address as it is answered in a language: that of the first is the plain one."""
    return of if code == FIRST else f"{of}{'&' if '?' in of else '?'}lang={code}"
