"""A web process and a database that goes away: refused or silent, it is known within two seconds, and so is its return."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections
from django.db.utils import load_backend

from geoapp.database import base
from geoapp.database.watch import Gone, NoneFree, Watch
from tests.proxy import Proxy, proxy_to

pytestmark = pytest.mark.django_db
# Not a measure of speed: without a limit of ours these calls take from ten seconds to for ever.
SOON = 5.0


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    place = connections["default"].settings_dict
    with proxy_to(place["HOST"], place["PORT"]) as made:
        yield made


@pytest.fixture
def connect(proxy: Proxy) -> Iterator[Callable[[], Any]]:
    """Makes wrappers as each thread of a web process has one: all on one pool of two connections."""
    found = connections["default"].settings_dict
    given = {
        **found, "ENGINE": "geoapp.database", "HOST": "127.0.0.1", "PORT": str(proxy.port),
        "CONN_HEALTH_CHECKS": False, "OPTIONS": {"application_name": "watched", "pool": {"max_size": 2}},
    }  # fmt: skip
    made: list[Any] = []

    def wrapper() -> Any:
        opened = load_backend("geoapp.database").DatabaseWrapper(given, "watched")
        opened.inc_thread_sharing()
        made.append(opened)
        return opened

    yield wrapper
    for each in made:
        each.close()
    # What was cut off in the middle sleeps on in the server.
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'watched'")
    made[0].close_pool()
    base._watches.pop("watched")


def ask(wrapper: Any, text: str = "SELECT 1") -> Any:
    """As a request does it: a connection of the pool, a statement, and the connection back."""
    try:
        with wrapper.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchone()[0]
    finally:
        wrapper.close()


def refused(wrapper: Any, text: str = "SELECT 1") -> BaseException:
    with pytest.raises(OperationalError) as caught:
        ask(wrapper, text)
    assert caught.value.__cause__ is not None
    return caught.value.__cause__


def answers_again(wrapper: Any) -> bool:
    """Within seconds, not with the first grown pause of a pool that has been without for long."""
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        try:
            return bool(ask(wrapper) == 1)
        except OperationalError:
            time.sleep(0.05)
    return False


@pytest.mark.parametrize("how", ["refuse", "swallow"])
def test_a_database_that_goes_away_is_gone_for_all_and_comes_back(
    proxy: Proxy, connect: Callable[[], Any], how: str
) -> None:
    one, other = connect(), connect()
    assert ask(one) == ask(other) == 1
    getattr(proxy, how)()
    began = time.monotonic()
    assert isinstance(refused(one), psycopg.OperationalError)
    assert one.watch.gone
    assert isinstance(refused(other), Gone)  # at once: nobody waits a second time
    assert time.monotonic() - began < SOON
    proxy.restore()
    assert answers_again(one) and ask(other) == 1


def test_a_database_that_never_was_there_is_gone_too(proxy: Proxy, connect: Callable[[], Any]) -> None:
    proxy.swallow()
    assert isinstance(refused(connect()), Gone)
    proxy.restore()
    assert answers_again(connect())


def test_a_statement_that_hangs_with_its_server_is_given_up(proxy: Proxy, connect: Callable[[], Any]) -> None:
    wrapper = connect()
    assert ask(wrapper) == 1
    threading.Timer(0.2, proxy.swallow).start()
    assert isinstance(refused(wrapper, "SELECT pg_sleep(60)"), psycopg.OperationalError)
    proxy.restore()
    assert answers_again(wrapper)


def test_a_statement_cut_in_its_middle_ends_at_once_and_the_next_works(
    proxy: Proxy, connect: Callable[[], Any]
) -> None:
    wrapper = connect()
    assert ask(wrapper) == 1
    threading.Timer(0.2, proxy.cut).start()
    refused(wrapper, "SELECT pg_sleep(60)")
    assert ask(wrapper) == 1 and not wrapper.watch.gone


def test_a_slow_statement_is_not_silence(connect: Callable[[], Any]) -> None:
    assert ask(connect(), "SELECT 2 FROM pg_sleep(2.5)") == 2


def test_connections_that_were_cut_unseen_cost_no_answer(proxy: Proxy, connect: Callable[[], Any]) -> None:
    """A restart between two requests: the pool holds only dead connections, and nobody is told of them."""
    one, other = connect(), connect()
    with one.cursor(), other.cursor():
        pass  # two connections at once
    one.close()
    other.close()
    proxy.cut()
    assert ask(one) == ask(other) == 1


def test_a_pool_without_a_free_connection_is_busy_and_not_gone(
    connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "FREE_SECONDS", 1.0)
    one, other, third = connect(), connect(), connect()
    with one.cursor(), other.cursor():
        assert isinstance(refused(third), NoneFree)
        assert not third.watch.gone
    one.close()
    assert ask(third) == 1


def test_whoever_waits_gets_the_connection_that_comes_free(connect: Callable[[], Any]) -> None:
    one, other, third = connect(), connect(), connect()
    with one.cursor(), other.cursor():
        threading.Timer(1.2, one.close).start()
        assert ask(third) == 1


def test_a_server_that_is_full_lives() -> None:
    def full() -> None:
        raise psycopg.OperationalError("connection failed: FATAL:  sorry, too many clients already")

    watch = Watch(full)
    assert watch.answers() and not watch.gone


def test_many_who_ask_at_once_make_one_question() -> None:
    asked = []

    def slow() -> None:
        asked.append(1)
        time.sleep(0.3)

    watch = Watch(slow)
    askers = [threading.Thread(target=watch.answers) for _ in range(20)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(asked) == 1
