"""Files kept for as long as they are true and there is room: desktops read a file in many ranges, and poll it.

A file's key holds the data version, so that a kept one is never stale; the ones used longest ago go first. Its bytes are checked
before they are sent, those of a range for the range (see `layers.kept.seals`): a damaged file is made anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from layers.export.slots import slot
from layers.kept.files import KeptFiles
from layers.kept.flights import Flights
from layers.kept.seals import Opened, open_sealed, seal

log = logging.getLogger(__name__)
files = KeptFiles("exports", ".kept", lambda: settings.EXPORT_KEEP_BYTES)
_flights: Flights[None] = Flights()

Part = Callable[[int], tuple[int, int]]  # of a size, the first byte that is wanted and the one after the last


def whole(size: int) -> tuple[int, int]:
    return 0, size


@contextmanager
def fetch(key: str, make: Callable[[Path], Path], part: Part = whole) -> Iterator[Opened]:
    """The file of that key, open, kept or made now (once, however many ask) in a directory of its own.

    The bytes of ``part`` are as they were written; of the rest nothing is said. It can be read on though it is swept meanwhile.
    `Busy` as `slot`, and for who waits too long for another's; whatever ``make`` raises leaves nothing behind.
    """
    path = files.home / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.kept"
    found = _opened(path, part)
    while found is None:
        ours: list[Opened] = []
        _flights.once(path, lambda ours=ours: ours.append(_opened(path, part) or _made(path, make)), _patience_s)  # type: ignore[misc]
        # Who waited opens what was made; and makes it, where the disk did not take it.
        found = ours[0] if ours else _opened(path, part)
    with found.file:
        yield found


def _patience_s() -> float:
    """A file of millions of rows is many statements long."""
    return 600.0


def _opened(path: Path, part: Part) -> Opened | None:
    try:
        found = open_sealed(path)
        if found is not None and found.is_sound(*part(found.size)):
            files.used(found.file.fileno(), os.fstat(found.file.fileno()))
            return found
    except FileNotFoundError:
        return None
    except OSError as error:  # the disk does not give it back
        log.warning("%s: %s", path, error)
        found = None
    if found is not None:
        found.file.close()
    files.wrong(path)
    return None


def _made(path: Path, make: Callable[[Path], Path]) -> Opened:
    with slot(), files.workshop() as workshop:
        finished = make(workshop)
        file = finished.open("rb")
        made = Opened(file, os.fstat(file.fileno()).st_size)
        try:
            seal(finished)
            files.take(finished, path)
        except OSError as error:  # it is there all the same, for this once
            log.warning("%s cannot be kept: %s", path, error)
    return made
