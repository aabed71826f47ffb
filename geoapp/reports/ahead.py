"""What a report will need in any case, begun beside it while the database answers what it asks first.

Python waits for a third of the time that a first report of new data is read in. Meanwhile what prints is loaded, half a second, and what
is the same for every region is read on a second connection: it is kept by the version of its data, so that whoever needs it finds it, or waits
for it, by the one way that all take.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Collection
from importlib import import_module

from django.db import connection

from geoapp.reports.ask import Ask
from layers.db import snapshot

PRINTED = frozenset({"pdf", "docx", "png"})
log = logging.getLogger(__name__)
_begun: set[str] = set()


def begin(ask: Ask, forms: Collection[str], stamp: str) -> None:
    """Once for the data that a stamp is of. Not inside a transaction: what it has written is there for nobody else."""
    if connection.in_atomic_block or stamp in _begun:
        return
    _begun.clear()
    _begun.add(stamp)
    threading.Thread(target=contextvars.copy_context().run, args=(_work, ask, frozenset(forms)), daemon=True).start()


def _work(ask: Ask, forms: frozenset[str]) -> None:
    try:
        if PRINTED & forms:
            import_module("geoapp.reports.press")
        if not ask.area and not ask.atlas:
            _read(ask)
    except Exception:  # the report comes to the same, and says so
        log.debug("nothing read ahead", exc_info=True)
    finally:
        connection.close()


def _read(ask: Ask) -> None:
    """What is of the whole city, in the order in which it is asked for."""
    from geoapp.reports import ground
    from layers.stats.profile import object_counts

    with snapshot():
        object_counts([])
        ground.grid_breaks(ask.period, ask.within())
