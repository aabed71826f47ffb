"""Answers kept in memory: one store a kind and process, bounded, by data version, each made by one maker."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from layers.kept.flights import Flights
from layers.versions import Stamp

T = TypeVar("T")
_ENTRY_BYTES = 400  # what an entry takes besides its key and value: an empty one is not free
_NOTHING: Any = object()  # an answer may be None
_stores: weakref.WeakSet[Memory[Any]] = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """What a maker returns that knows from which version it was really made.

    Another one than was asked for is given to those who wait, and not kept under a stamp that it is not of.
    """

    value: T
    stamp: Stamp


def made_of(stamp: Stamp, made: T | Made[T]) -> Made[T]:
    """What a maker returned, with the version that it is of: the one asked for, unless the maker says another."""
    return made if isinstance(made, Made) else Made(made, stamp)


def one_each(key: Hashable, value: object) -> int:
    """A store's limit is a number of answers."""
    return 1


def in_bytes(key: Hashable, value: Any) -> int:
    """A store's limit is bytes, of values that have a length; the keys count too."""
    return len(value) + len(str(key)) + _ENTRY_BYTES


class Memory(Generic[T]):
    """The answers used last, up to ``limit`` in all; safe between threads.

    A key is never without the stamp of the data behind the answer (`AsOf.stamp`: version *and* fingerprint, as numbers come
    again after a restore), so that what is kept is never stale and needs no purge: what is old is asked for no more and goes.
    """

    def __init__(self, limit: int, cost: Callable[[Hashable, T], int] = one_each) -> None:
        self.limit = limit
        self.size = 0
        self._cost = cost
        self._held: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._flights: Flights[T] = Flights()
        self._forgotten = 0
        self._lock = threading.Lock()
        _stores.add(self)

    def get(self, stamp: Stamp, key: Hashable) -> T | None:
        """The kept answer, if there is one."""
        with self._lock:
            return self._found((stamp, key), None)

    def get_or_make(self, stamp: Stamp, key: Hashable, make: Callable[[], T | Made[T]]) -> T:
        """The kept answer, or the one that ``make`` makes, once for all who ask meanwhile; `Busy` as `Flights.once`.

        Whatever ``make`` raises goes to its asker, and nothing is kept.
        """
        whole = (stamp, key)
        with self._lock:
            found = self._found(whole, _NOTHING)
        if found is not _NOTHING:
            return found
        return self._flights.once(whole, lambda: self._made(stamp, whole, make))

    def _found(self, whole: Hashable, otherwise: Any) -> Any:
        if whole not in self._held:
            return otherwise
        self._held.move_to_end(whole)
        return self._held[whole][0]

    def _made(self, stamp: Stamp, whole: Hashable, make: Callable[[], T | Made[T]]) -> T:
        with self._lock:
            found, forgotten = self._found(whole, _NOTHING), self._forgotten
        if found is not _NOTHING:  # another maker's has landed since it was looked for
            return found
        made = made_of(stamp, make())
        with self._lock:
            if made.stamp == stamp and forgotten == self._forgotten:  # else it was made from what is to be forgotten
                self._put(whole, made.value)
        return made.value

    def _put(self, whole: Hashable, value: T) -> None:
        cost = self._cost(whole, value)
        if cost > self.limit:  # it would put out all others, and go at the next
            return
        self._held[whole] = (value, cost)
        self.size += cost
        while self.size > self.limit:
            self.size -= self._held.popitem(last=False)[1][1]

    def forget(self) -> None:
        with self._lock:
            self._held.clear()
            self.size = 0
            self._forgotten += 1

    def __len__(self) -> int:
        return len(self._held)


def forget() -> None:
    """Everything kept in this process's memory, whoever keeps it."""
    for store in list(_stores):
        store.forget()
