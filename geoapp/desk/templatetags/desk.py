"""What the desk's templates say, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse

from layers.templatetags.numbers import grouped

register = template.Library()
register.filter(grouped)


@register.simple_tag(takes_context=True)
def say(context: Any, zh: str, en: str) -> str:
    """The Chinese, or on an English page the English."""
    return en if context.get("lang") == "en" else zh


@register.simple_tag(takes_context=True)
def at(context: Any, name: str, *args: Any) -> str:
    """The address of a page of the desk, in the language of this one."""
    return reverse(name, args=args) + ("?lang=en" if context.get("lang") == "en" else "")


@register.simple_tag(takes_context=True)
def listed(context: Any, words: Iterable[object]) -> str:
    """Words one after the other, as the language of the page separates them."""
    return (", " if context.get("lang") == "en" else "、").join(map(str, words))


@register.filter
def size(count: int) -> str:
    """262 → "262 B", 1234567 → "1.2 MB"."""
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count} B"
