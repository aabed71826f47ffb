"""Lanes: askers take turns, dear questions hold up no light ones, and nobody waits for ever."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from geoapp.serving.arrival import Arrival
from geoapp.serving.lanes import Full, Lane, OutOfPatience, Pool, Pools, lanes


def request(path: str, method: str = "GET") -> Arrival:
    found = Arrival(0.0)
    found.take(f"{method} {path} HTTP/1.1\r\n\r\n".encode())
    return found


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/", "light"),
        ("GET", "/tiles/well/10/1/1.pbf", "light"),
        ("GET", "/api/explain", "dear"),
        ("GET", "/reports/preview", "dear"),
        ("GET", "/reports/", "light"),
        ("GET", "/reports/jobs", "light"),
        ("GET", "/reports/1/pdf", "files"),
        ("GET", "/reports/issued/1/pdf", "files"),
        ("GET", "/feeds/usage.csv", "files"),
        ("GET", "/ogc/collections/well/items", "files"),
        ("GET", "/account/login", "light"),
        ("POST", "/account/login", "log-in"),
        ("POST", "/admin/layers/well/1/change/", "light"),
    ],
)
def test_each_request_has_its_lane(method: str, path: str, lane: str) -> None:
    assert next(one for one in lanes(8) if one.takes(request(path, method))).name == lane


class Gate:
    """Work that waits until it is let through, and notes whose it was."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.open = threading.Event()
        self.begun = threading.Event()

    def work(self, name: str) -> str:
        self.begun.set()
        self.open.wait(10)
        self.order.append(name)
        return name


@pytest.fixture
def gate() -> Iterator[Gate]:
    found = Gate()
    yield found
    found.open.set()


def test_askers_take_turns_however_many_each_has_waiting(gate: Gate) -> None:
    pool = Pool(Lane("one", 1))
    first = pool.submit("a", lambda: gate.work("a0"))
    gate.begun.wait(10)
    waiting = [pool.submit("a", lambda n=n: gate.work(f"a{n}")) for n in range(1, 5)]
    waiting += [pool.submit("b", lambda: gate.work("b1")), pool.submit("c", lambda: gate.work("c1"))]
    gate.open.set()
    assert [done.result(10) for done in (first, *waiting)][-2:] == ["b1", "c1"]
    assert gate.order[0] == "a0"
    assert gate.order.index("b1") < gate.order.index("a2")
    assert gate.order.index("c1") < gate.order.index("a2")


def test_who_has_nothing_at_work_goes_before_who_has(gate: Gate) -> None:
    pool = Pool(Lane("two", 2))
    held = [pool.submit("a", lambda: gate.work("a")) for _ in range(6)]
    gate.begun.wait(10)
    late = pool.submit("b", lambda: gate.work("b"))
    gate.open.set()
    assert late.result(10) == "b"
    assert gate.order.index("b") <= 2  # behind the two that were at work
    assert [done.result(10) for done in held] == ["a"] * 6


def test_a_lane_has_a_bound_in_all_and_for_one_asker(gate: Gate) -> None:
    pool = Pool(Lane("one", 1, most_waiting=3, most_of_one=2))
    pool.submit("a", lambda: gate.work("a"))
    gate.begun.wait(10)
    for _ in range(2):
        pool.submit("a", lambda: gate.work("a"))
    with pytest.raises(Full):
        pool.submit("a", lambda: gate.work("a"))
    pool.submit("b", lambda: gate.work("b"))
    with pytest.raises(Full):
        pool.submit("c", lambda: gate.work("c"))


def test_who_has_waited_too_long_is_told_so(gate: Gate) -> None:
    pool = Pool(Lane("one", 1, patience_s=0.0))
    first: Future[Any] = pool.submit("a", lambda: "never")
    with pytest.raises(OutOfPatience):
        first.result(10)


def test_a_fault_is_the_requests_own_and_the_thread_goes_on() -> None:
    pool = Pool(Lane("one", 1))
    with pytest.raises(ZeroDivisionError):
        pool.submit("a", lambda: 1 / 0).result(10)
    assert pool.submit("a", lambda: 5).result(10) == 5


def test_lanes_that_are_closed_begin_nothing_more() -> None:
    pools = Pools(lanes(1))
    light = pools.pool_for(request("/"))
    assert light.submit("a", lambda: 1).result(10) == 1
    pools.shutdown()
    assert not light.submit("a", lambda: 1).done()


def test_one_asker_never_holds_the_last_thread(gate: Gate) -> None:
    pool = Pool(Lane("two", 2, at_once_of_one=1))
    held = [pool.submit("a", lambda n=n: gate.work(f"a{n}")) for n in range(3)]
    gate.begun.wait(10)
    late = pool.submit("b", lambda: "b")
    assert late.result(10) == "b"  # though a's have waited for longer, and hold the other thread
    assert not any(done.done() for done in held)
    gate.open.set()
    assert [done.result(10) for done in held] == ["a0", "a1", "a2"]
