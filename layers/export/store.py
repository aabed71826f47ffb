"""Files kept for as long as they are true and there is room: desktops read a file in many ranges, and poll it.

A file's key holds the data version, so that a kept one is never stale; the ones used longest ago go first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from layers.export.slots import slot
from layers.flights import Flights

_flights = Flights()
_ABANDONED_SECONDS = 6 * 3600  # what a killed process was making


def _room() -> Path:
    room = Path(settings.STATE_DIR) / "exports"
    room.mkdir(parents=True, exist_ok=True)
    return room


@contextmanager
def fetch(key: str, make: Callable[[Path], Path]) -> Iterator[BinaryIO]:
    """The file of that key, open, kept or made now (once, however many ask) in a directory of its own.

    It can be read on though it is swept meanwhile. `Busy` as `slot`; whatever ``make`` raises leaves nothing behind.
    """
    path = _room() / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.kept"
    file = _opened(path)
    if file is None:
        with _flights.turn(str(path)):
            file = _opened(path) or _made(path, make)
    with file:
        yield file


def _opened(path: Path) -> BinaryIO | None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with suppress(OSError):
        os.utime(path)  # used now
    return file


def _made(path: Path, make: Callable[[Path], Path]) -> BinaryIO:
    with slot():
        workshop = Path(tempfile.mkdtemp(prefix="making-", dir=path.parent))
        try:
            finished = make(workshop)
            file = finished.open("rb")
            finished.replace(path)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    _sweep(path)
    return file


def _sweep(newest: Path) -> None:
    """Lets go of what was used longest ago until the rest fits, and of what was never finished."""
    kept = []
    for path in newest.parent.iterdir():
        with suppress(FileNotFoundError):  # another process sweeps as well
            found = path.stat()
            if path.suffix == ".kept":
                kept.append((path == newest, found.st_mtime, found.st_size, path))
            elif path.is_dir() and time.time() - found.st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
    total = sum(size for _, _, size, _ in kept)
    for is_newest, _, size, path in sorted(kept):
        if total <= settings.EXPORT_KEEP_BYTES or is_newest:
            break
        path.unlink(missing_ok=True)
        total -= size
