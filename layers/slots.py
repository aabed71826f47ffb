"""How much of a kind is at work at once, over all processes of a machine.

A slot is a lock on a file; the system lets go of it with the process that held it, however that ended.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.conf import settings

_LOOK_SECONDS = 0.05


class NoSlot(Exception):
    """None became free in time."""


@contextmanager
def slot(kind: str, most: int, patience_s: float) -> Iterator[None]:
    """One of ``most`` places of a kind, waited for. Its files are in the state directory, in a folder of that name."""
    room = Path(settings.STATE_DIR) / kind
    room.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience_s
    while (held := _free(room, most)) is None:
        if time.monotonic() > until:
            raise NoSlot
        time.sleep(_LOOK_SECONDS)
    with held:
        yield


def _free(room: Path, most: int) -> TextIO | None:
    """The lock of the first free slot; closing it gives it back."""
    for number in range(most):
        file = (room / f"slot-{number}").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return file
    return None
