"""Who works on a request, and when: lanes of a few threads each, so that dear questions never hold up light ones.

Within a lane the askers take turns, however many requests each has waiting. A request that waits holds a connection and
no thread. One that has waited too long, or finds its lane full, is told to come again.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from geoapp.serving.arrival import Arrival, ArrivalState


@dataclass(frozen=True, slots=True)
class Lane:
    """What goes here: a path that begins with one of ``paths`` (and is of ``method``, if one is named)."""

    name: str
    threads: int
    paths: tuple[str, ...] = ()
    method: str = ""
    most_waiting: int = 2000  # in all
    most_of_one: int = 1000  # of one asker
    at_once_of_one: int = 0  # threads that one asker may hold; 0: all
    patience_s: float = 30.0

    def takes(self, arrival: Arrival) -> bool:
        fits = arrival.path.startswith(self.paths)
        return fits and self.method in ("", arrival.method)


class Full(Exception):
    """The lane has no place for this asker."""


class OutOfPatience(Exception):
    """The request has waited longer than its lane lets one wait."""


_PASSWORDS = ("/account/login", "/account/password", "/account/totp", "/account/tokens/make")
_REPORTS = tuple(f"/reports/{digit}" for digit in "0123456789")  # a report's own address begins with its number


def lanes(threads: int) -> tuple[Lane, ...]:
    """The lanes of one web process; the first that takes a request has it. ``threads`` are for light questions."""
    return (
        # Hashing a password takes as long as a hundred tiles.
        Lane("log-in", 1, _PASSWORDS, "POST", most_waiting=40, most_of_one=20),
        # Seconds of the database's or of this process's own time each.
        Lane("dear", 1, ("/api/explain", "/reports/preview"), most_waiting=200, most_of_one=100, patience_s=45.0),
        # Answers that may be as long as the city: each thread is held for as long as its reader takes.
        Lane(
            "files",
            4,
            ("/feeds/", "/ogc/", "/audit/export", "/quality/list", "/reports/issued/", *_REPORTS),
            most_waiting=400,
            most_of_one=200,
            at_once_of_one=3,
        ),
        Lane("light", threads, ("",)),
    )


LONG = Lane("long", 2, most_waiting=20, most_of_one=4, patience_s=60.0)
"""Bodies that are read while they come: only for who is logged in (see `arrival`)."""


@dataclass(slots=True)
class _Waiting:
    work: Callable[[], Any]
    done: Future[Any]
    until: float


class Pool:
    """The threads of one lane, and who waits for them."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._waiting: OrderedDict[str, deque[_Waiting]] = OrderedDict()  # the asker whose turn it is comes first
        self._count = 0
        self._at_work: Counter[str] = Counter()
        self._wake = threading.Condition()
        self._open = True
        for number in range(lane.threads):
            threading.Thread(target=self._work, name=f"{lane.name}-{number}", daemon=True).start()

    def submit(self, asker: str, work: Callable[[], Any]) -> Future[Any]:
        """Have it done in its turn; → what will come of it. `Full` when there is no place."""
        with self._wake:
            line = self._waiting.get(asker)
            if self._count >= self.lane.most_waiting or (line and len(line) >= self.lane.most_of_one):
                raise Full
            if line is None:
                line = self._waiting[asker] = deque()
            waiting = _Waiting(work, Future(), time.monotonic() + self.lane.patience_s)
            line.append(waiting)
            self._count += 1
            self._wake.notify()
        return waiting.done

    def _next(self) -> tuple[str, _Waiting] | None:
        """The first in line of the asker whose turn it is; who has fewer at work goes first. None when it is closed."""
        with self._wake:
            while self._open and not (self._count and self._is_anyones_turn()):
                self._wake.wait()
            if not self._open:
                return None
            asker = min(self._waiting, key=self._at_work.__getitem__)
            line = self._waiting[asker]
            found = line.popleft()
            self._count -= 1
            if line:
                self._waiting.move_to_end(asker)
            else:
                del self._waiting[asker]
            self._at_work[asker] += 1
            return asker, found

    def _is_anyones_turn(self) -> bool:
        """Whether somebody waits who does not hold all the threads that one may: the last is for who comes next."""
        most = self.lane.at_once_of_one
        return not most or any(self._at_work[one] < most for one in self._waiting)

    def _work(self) -> None:
        while (found := self._next()) is not None:
            asker, waiting = found
            try:
                if time.monotonic() > waiting.until:
                    raise OutOfPatience
                waiting.done.set_result(waiting.work())
            except BaseException as error:
                waiting.done.set_exception(error)
            finally:
                with self._wake:
                    self._at_work[asker] -= 1
                    if not self._at_work[asker]:
                        del self._at_work[asker]
                    self._wake.notify()  # somebody may wait for this place of one's own

    def close(self) -> None:
        """Begin nothing more; what is being worked on is finished."""
        with self._wake:
            self._open = False
            self._wake.notify_all()


class Pools:
    """All lanes of a process. Stands where gunicorn expects its thread pool."""

    def __init__(self, chosen: Sequence[Lane]) -> None:
        self._pools = [Pool(lane) for lane in chosen]
        self._long = Pool(LONG)

    def pool_for(self, arrival: Arrival) -> Pool:
        if arrival.state is ArrivalState.LONG:
            return self._long
        return next(pool for pool in self._pools if pool.lane.takes(arrival))

    def shutdown(self, wait: bool = True) -> None:
        for pool in (*self._pools, self._long):
            pool.close()
