"""How a report's figures and words are shown on the administration's pages."""

from __future__ import annotations

from django import template

from layers.ingest.page_words import page_words
from layers.templatetags.numbers import grouped

register = template.Library()
register.filter(grouped)
register.filter("web_words", page_words)
