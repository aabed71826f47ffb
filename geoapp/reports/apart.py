"""Things made in processes of their own, by whoever hands them out: whichever of them is killed, nobody is left behind."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from geoapp.reports.process import set_up

# A process ends after so many reports: WeasyPrint keeps some of what it took (Kozea/WeasyPrint#1104).
REPORTS_A_PROCESS = 8
T = TypeVar("T")
R = TypeVar("R")


def each(make: Callable[[T], R], things: Sequence[T], processes: int) -> Iterator[tuple[T, R | None]]:
    """What comes of each thing, as it is done; None of one whose process was ended from outside, by hand or for want of memory.

    A process that ends takes along what the others are at. So these are done again, each alone: who ends then was it.
    """
    left = list(things)
    while left:
        lost: list[T] = []
        yield from _round(make, left, min(processes, len(left)), lost)
        for suspect in lost[:processes]:
            again: list[T] = []
            yield from _round(make, [suspect], 1, again)
            yield from ((each, None) for each in again)
        left = lost[processes:]


def _round(make: Callable[[T], R], things: Sequence[T], processes: int, lost: list[T]) -> Iterator[tuple[T, R]]:
    """One pool of processes; ``lost`` gets, in their order, the things that it did not come to an end with."""
    # Begun anew: a fork would share the database's connection, and the threads of numpy.
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=set_up, max_tasks_per_child=REPORTS_A_PROCESS
    )
    broken = set()
    try:
        waiting = {pool.submit(make, thing): at for at, thing in enumerate(things)}
        for done in as_completed(waiting):
            at = waiting.pop(done)  # and with it what came of it
            try:
                result = done.result()
            except BrokenProcessPool:
                broken.add(at)
                continue
            yield things[at], result
            del done, result
        lost.extend(things[at] for at in sorted(broken))
        pool.shutdown()
    except BaseException:  # who asked was stopped: nobody waits for what is being made
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
