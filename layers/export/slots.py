"""How many files are made at once, over all processes of a machine: the database has others to answer too.

A slot is a lock on a file; the system lets go of it with the process that held it, however that ended.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from django.conf import settings

from layers.errors import Busy

PATIENCE_SECONDS = 5.0  # most files take less: a short wait is better than a refusal
_LOOK_SECONDS = 0.05


@contextmanager
def slot() -> Iterator[None]:
    """Held while a file is made; `Busy` when none becomes free in time."""
    room = Path(settings.STATE_DIR) / "exports"
    room.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + PATIENCE_SECONDS
    with ExitStack() as stack:
        while (held := _free(room)) is None:
            if time.monotonic() > until:
                raise Busy(f"{settings.EXPORT_SLOTS} files are being made already. Ask again in a moment.")
            time.sleep(_LOOK_SECONDS)
        stack.enter_context(held)
        yield


def _free(room: Path) -> TextIO | None:
    """The lock of the first free slot; closing it gives it back."""
    for number in range(settings.EXPORT_SLOTS):
        file = (room / f"slot-{number}").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return file
    return None
