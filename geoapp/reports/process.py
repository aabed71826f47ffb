"""How a process of its own begins. Imports nothing of Django: it is read before Django is set up."""

from __future__ import annotations


def set_up() -> None:
    import django

    django.setup()
