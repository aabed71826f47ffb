"""What the desk's templates say, in the language of the page."""

from __future__ import annotations

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
