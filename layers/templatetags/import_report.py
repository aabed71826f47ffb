"""How a report's figures and words are shown on the administration's pages."""

from __future__ import annotations

from django import template

from layers.admin.upload import web_words as words_of_the_page
from layers.templatetags.numbers import grouped

register = template.Library()
register.filter(grouped)


@register.filter
def web_words(text: str) -> str:
    """A message of the import with the page's names for the command's options."""
    return words_of_the_page(text)
