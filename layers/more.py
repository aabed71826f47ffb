"""Kinds of object that an installation adds: modules that `settings.MORE_LAYERS` names, read with the lists they add to.

Such a module has ``DATASETS`` and ``LAYERS``, in the words of `layers.fields`, `layers.shared` and `layers.entries`. It can
be read before Django is set up, as those can, and its models are of an installed application.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def more(what: str) -> tuple[Any, ...]:
    """What the modules add to one of the lists, in their order; nothing where no settings are named."""
    try:
        modules = settings.MORE_LAYERS
    except ImproperlyConfigured:  # the registry is also read on its own
        return ()
    return tuple(one for name in modules for one in getattr(import_module(name), what))
