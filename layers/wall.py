"""How much the database itself lets a statement see: the second wall (decision 48), which stands behind the one filter.

A process that answers goes by its asker's sight (`layers.access.behind`). What is the same to all who see it at all is made of rows that not
all may see: that code says here that it lifts the wall, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from layers.reach import NOWHERE_AT_ALL, WHOLE, Reach


@dataclass(frozen=True, slots=True)
class Wall:
    """What rows a statement sees: those told with figures, objects as far as one reach, persons as far as another."""

    figures: bool = False
    objects: Reach = NOWHERE_AT_ALL
    personal: Reach = NOWHERE_AT_ALL
    why: str = ""  # it was lifted

    @property
    def lies_open(self) -> bool:
        return self.figures and self.objects.whole and self.personal.whole

    @property
    def hides_persons_alone(self) -> bool:
        return self.figures and self.objects.whole and not self.personal


_told: ContextVar[Wall | None] = ContextVar("wall", default=None)


def told() -> Wall | None:
    """What was said of the wall here; None where it goes by who asks."""
    return _told.get()


@contextmanager
def lifted(why: str) -> Iterator[None]:
    """Statements inside see all rows. They are run inside: a query that is only built here is none yet."""
    token = _told.set(Wall(True, WHOLE, WHOLE, why))
    try:
        yield
    finally:
        _told.reset(token)
