"""What is kept in memory: bounded, by version and fingerprint, made once by one maker whom nobody waits for too long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import RequestFactory

from layers.access import Posture, sight
from layers.errors import Busy
from layers.http.answers import BY_VERSION, Found
from layers.http.media import JSON
from layers.kept.flights import Flights
from layers.kept.memory import Made, Memory, forget, in_bytes
from layers.versions import Stamp

ONE, TWO = Stamp("1-a"), Stamp("1-b")


def test_the_least_recently_used_goes() -> None:
    store: Memory[str] = Memory(2)
    for key in "abac":
        store.get_or_make(ONE, key, lambda key=key: key)
    assert (store.get(ONE, "a"), store.get(ONE, "b"), store.get(ONE, "c")) == ("a", None, "c")


def test_bytes_are_counted_with_their_keys_and_an_empty_answer_is_not_free() -> None:
    store: Memory[bytes] = Memory(100_000, in_bytes)
    for number in range(10_000):
        store.get_or_make(ONE, number, lambda: b"")
    assert 100 < len(store) < 1000
    assert store.size <= 100_000


def test_an_answer_larger_than_the_store_puts_nothing_out() -> None:
    store: Memory[bytes] = Memory(10_000, in_bytes)
    store.get_or_make(ONE, "small", lambda: b"1")
    assert store.get_or_make(ONE, "large", lambda: bytes(20_000)) == bytes(20_000)
    assert (store.get(ONE, "small"), store.get(ONE, "large")) == (b"1", None)


def test_nothing_is_an_answer_too() -> None:
    store, made = Memory[Any](2), []
    for _ in range(2):
        assert store.get_or_make(ONE, "", lambda: made.append(1)) is None
    assert made == [1]


def test_the_same_number_with_another_fingerprint_is_another_answer() -> None:
    store: Memory[str] = Memory(2)
    assert store.get_or_make(ONE, "", lambda: "old") == "old"
    assert store.get_or_make(TWO, "", lambda: "new") == "new"


def test_what_turns_out_to_be_of_another_version_is_given_and_not_kept() -> None:
    store: Memory[str] = Memory(2)
    assert store.get_or_make(ONE, "", lambda: Made("newer", TWO)) == "newer"
    assert store.get(ONE, "") is None
    assert store.get_or_make(ONE, "", lambda: Made("right", ONE)) == "right"
    assert store.get(ONE, "") == "right"


def test_one_call_forgets_all_also_what_is_in_the_making() -> None:
    first, second = Memory[str](2), Memory[bytes](1000, in_bytes)
    first.get_or_make(ONE, "", lambda: "kept")
    second.get_or_make(ONE, "", lambda: b"kept")

    def make() -> str:
        forget()
        return "made from what is forgotten"

    first.get_or_make(ONE, "late", make)
    assert (first.get(ONE, ""), first.get(ONE, "late"), second.get(ONE, "")) == (None, None, None)
    assert first.size == second.size == 0


def at_once(work: Callable[[], Any], many: int = 16) -> list[Any]:
    """What so many threads get that begin together; an error as itself."""
    ready = threading.Barrier(many)

    def begin() -> Any:
        ready.wait()
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(many) as pool:
        return [future.result() for future in [pool.submit(begin) for _ in range(many)]]


def test_an_answer_missed_by_many_at_once_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "read", lambda: Posture(open=True, why="setting"))  # which the database is asked for
    made = []

    def make() -> bytes:
        made.append(1)
        time.sleep(0.1)
        return b"{}"

    def ask() -> bytes:
        request = RequestFactory().get("/api/nowhere")
        return Found("987654-a", make, JSON).to(request, BY_VERSION).content

    assert at_once(ask) == [b"{}"] * 16
    assert made == [1]


def test_a_maker_that_fails_fails_alone() -> None:
    store, tries = Memory[str](2), []

    def make() -> str:
        tries.append(1)
        time.sleep(0.05)
        if len(tries) == 1:
            raise RuntimeError("no database")
        return "made"

    found = at_once(lambda: store.get_or_make(ONE, "", make))
    assert sorted(map(str, found)) == ["made"] * 15 + ["no database"]
    assert len(tries) == 2


def test_nobody_waits_for_ever_for_a_maker_that_hangs() -> None:
    flights: Flights[str] = Flights()
    hangs = threading.Event()

    def make() -> str:
        hangs.wait(30)
        return "late"

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(flights.once, "key", make)
        try:
            with pytest.raises(Busy):
                while not late.running():
                    time.sleep(0.01)
                time.sleep(0.05)
                flights.once("key", lambda: "other", lambda: 0.05)
            assert flights.once("another key", lambda: "made", lambda: 0.05) == "made"
        finally:
            hangs.set()
    assert late.result() == "late"
    assert flights.once("key", lambda: "anew", lambda: 0.05) == "anew"


def test_a_maker_that_asks_for_its_own_does_not_wait_for_itself() -> None:
    flights: Flights[str] = Flights()
    assert flights.once("key", lambda: flights.once("key", lambda: "inner")) == "inner"


def test_the_wait_is_told_by_the_statement_timeout(settings: Any) -> None:
    from layers.kept.flights import patience_s

    settings.STATEMENT_TIMEOUT_MS = 7000
    assert patience_s() == 14
    settings.STATEMENT_TIMEOUT_MS = 0  # none: then there is one all the same
    assert 0 < patience_s() < 600
