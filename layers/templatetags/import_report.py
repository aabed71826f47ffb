"""How a report's figures and words are shown on the administration's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from layers.ingest.page_words import page_words
from layers.templatetags.numbers import grouped
from layers.templatetags.words import lang_of
from layers.words import Kept

register = template.Library()
register.filter(grouped)


@register.simple_tag(takes_context=True)
def import_note(context: Any, texts: Mapping[str, str]) -> str:
    """What an import says, in the language of the page and with its names of things."""
    lang = lang_of(context)
    return page_words(Kept(texts).in_(lang), lang)
