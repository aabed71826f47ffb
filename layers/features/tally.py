"""How many features were read from the database: counted where they come out, for whoever asks inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class RowTally:
    rows: int = 0


_counted: ContextVar[RowTally | None] = ContextVar("features_counted", default=None)


@contextmanager
def counting(into: RowTally) -> Iterator[None]:
    """What begins to be read inside is counted to its end, wherever that is."""
    token = _counted.set(into)
    try:
        yield
    finally:
        _counted.reset(token)


def tally() -> RowTally:
    """Where what is read now is counted."""
    return _counted.get() or RowTally()
