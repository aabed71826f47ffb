"""What the desk's templates need besides words."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from layers import languages
from layers.templatetags import words
from layers.templatetags.numbers import grouped

register = template.Library()
register.filter(grouped)
register.tags.update(words.register.tags)


@register.simple_tag(takes_context=True)
def at(context: Any, name: str, *args: Any) -> str:
    """The address of a page of the desk, in the language of this one."""
    return languages.address(reverse(name, args=args), words.lang_of(context))


@register.filter
def size(count: int) -> str:
    """262 → "262 B", 1234567 → "1.2 MB"."""
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count} B"
