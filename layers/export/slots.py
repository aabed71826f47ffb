"""How many files are made at once, over all processes of a machine: the database has others to answer too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from layers import slots
from layers.errors import Busy

PATIENCE_SECONDS = 5.0  # most files take less: a short wait is better than a refusal


@contextmanager
def slot() -> Iterator[None]:
    """Held while a file is made; `Busy` when none becomes free in time."""
    with ExitStack() as stack:
        try:
            stack.enter_context(slots.slot("exports", settings.EXPORT_SLOTS, PATIENCE_SECONDS))
        except slots.NoSlot:
            raise Busy(f"{settings.EXPORT_SLOTS} files are being made already. Ask again in a moment.") from None
        yield
