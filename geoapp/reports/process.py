"""How a process of its own begins, and what it takes. Imports nothing of Django: it is read before Django is set up."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import re
import resource
import signal
import threading
from collections.abc import Iterator
from multiprocessing import connection
from pathlib import Path

from geoapp.background.process import become_service


def set_up() -> None:
    """As the service's user where root begins it: it lays out what others wrote. It ends with whoever began it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells all of them: who began it says what becomes of it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    become_service()
    import django

    django.setup()


def _end_with_parent() -> None:
    """However that ends: nobody would take what is made, and a pool's process waits for ever for what nobody hands out.

    By a pipe that the parent holds; a signal that the kernel sends for it would be forgotten with the change of user.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@contextlib.contextmanager
def collected_at_the_end() -> Iterator[None]:
    """A report makes two hundred thousand objects that live until it is written: they are walked once then, and not again and
    again meanwhile, which would be a tenth of its time. So the next report begins in the memory that this one had.

    Around another one it is the outer that collects: whoever waits for a report has it before that.
    """
    if not gc.isenabled():
        yield
        return
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


def peak_of_children_mb() -> float:
    """That of the largest of the processes that this one began and that have ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
