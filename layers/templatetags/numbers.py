"""How numbers are shown on pages."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1234567 → 1,234,567"""
    return f"{number:,}"
