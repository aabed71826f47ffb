"""What templates say, in the language of the page: the context's ``lang``, else the one that is active."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from layers import languages
from layers.words import Kept, Listed, Worded, Words, active

register = template.Library()


def lang_of(context: Any) -> str:
    return str(context.get("lang") or active())


@register.simple_tag(takes_context=True)
def say(context: Any, zh: str, en: str, **values: Any) -> SafeString:
    """The words in the language of the page. They may hold markup, as the template that writes them may; values may not."""
    given = {name: conditional_escape(value) if isinstance(value, str) else value for name, value in values.items()}
    return mark_safe(Words(zh, en, **given).in_(lang_of(context)))  # the source's own, or its catalogue's


@register.simple_tag(takes_context=True)
def word(context: Any, of: Worded) -> str:
    """The word of a layer, a field, a term in the language of the page."""
    return of.in_(lang_of(context))


@register.simple_tag(takes_context=True)
def kept(context: Any, texts: Mapping[str, str]) -> str:
    """What is there in every language, by code, in the language of the page."""
    return Kept(texts).in_(lang_of(context))


@register.simple_tag(takes_context=True)
def listed(context: Any, things: Iterable[object]) -> str:
    """Words one after the other, as the language of the page separates them."""
    return Listed(*things).in_(lang_of(context))


@register.simple_tag(takes_context=True)
def address(context: Any, of: str) -> str:
    """An address of the site in the language of the page."""
    return languages.address(of, lang_of(context))


@register.simple_tag
def every_language() -> tuple[languages.Language, ...]:
    return languages.LANGUAGES


@register.simple_tag(takes_context=True)
def other_languages(context: Any) -> list[languages.Language]:
    """The languages that the page is not in."""
    return [each for each in languages.LANGUAGES if each.code != lang_of(context)]
