"""How a process of its own begins, and what it takes. Imports nothing of Django: it is read before Django is set up."""

from __future__ import annotations

import contextlib
import gc
import re
import resource
from collections.abc import Iterator
from pathlib import Path

from geoapp.background.process import become_service


def set_up() -> None:
    """As the service's user where root begins it: it lays out what others wrote."""
    become_service()
    import django

    django.setup()


@contextlib.contextmanager
def collected_at_the_end() -> Iterator[None]:
    """A report makes half a million objects that live until it is written: they are walked once then, and not again and
    again meanwhile, which would be a tenth of its time. So the next report begins in the memory that this one had.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def peak_mb() -> float:
    """The most memory this process ever held. Its ``ru_maxrss`` is no less than that of the process that began it."""
    try:
        told = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    except OSError:
        told = None
    return (int(told[1]) if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
