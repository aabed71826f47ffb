"""The menu of a page, from the one list (`geoapp.menu`)."""

from __future__ import annotations

from typing import Any

from django import template

from geoapp import menu
from layers import languages
from layers.templatetags.words import lang_of

register = template.Library()


@register.simple_tag(takes_context=True)
def menu_entries(context: Any) -> list[dict[str, object]]:
    """Name, hint and address of each in the language of the page, and which of them it is."""
    lang = lang_of(context)
    request = context.get("request")
    path = request.path if request is not None else ""
    return [
        {
            "key": entry.key,
            "address": languages.address(entry.address, lang),
            "name": entry.name.in_(lang),
            "hint": entry.hint.in_(lang),
            "here": path == entry.address or (len(entry.address) > 1 and path.startswith(entry.address)),
        }
        for entry in menu.entries(request)
    ]


@register.simple_tag(takes_context=True)
def menu_of_asker(context: Any) -> list[dict[str, object]]:
    """The same of a page that is made for one person, in the administration."""
    menu.remember(context["request"])
    return menu_entries(context)


@register.simple_tag
def menu_everywhere() -> list[dict[str, str]]:
    """What everybody is shown, in every language at once, as pages are written that programs read too."""
    return [
        {"address": entry.address, "name": " ".join(entry.name.in_(code) for code in languages.codes())}
        for entry in menu.entries(None)
    ]


@register.simple_tag(takes_context=True)
def menu_told(context: Any) -> list[dict[str, object]]:
    """The same for the map's script, which speaks every language."""
    return [entry.told() for entry in menu.entries(context.get("request"))]
