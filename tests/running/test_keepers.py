"""Server and database come back by themselves, whatever is killed; and stop means that nothing of them is left."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from geoapp import proc
from tests.running.conftest import Installation, eventually

BUSY = "SELECT count(*) FROM generate_series(1, 1000000000000) AS number"  # never looks whether its server lives


@contextlib.contextmanager
def at_work(running: Installation, query: str) -> Iterator[int]:
    """A backend that is in the middle of a query; → its pid."""
    with running.connected() as link:

        def ask() -> None:
            with contextlib.suppress(psycopg.Error):
                link.execute(query)  # type: ignore[call-overload]

        pid = link.info.backend_pid
        asking = threading.Thread(target=ask)
        asking.start()
        with running.connected() as other:
            state = "SELECT state FROM pg_stat_activity WHERE pid = %s"
            eventually(lambda: other.execute(state, [pid]).fetchone() == ("active",), "the query begins")
        try:
            yield pid
        finally:
            if proc.working_dir(pid) == str(running.cluster().data):
                os.kill(pid, signal.SIGKILL)
            asking.join()


def taken(address: str) -> bool:
    """Whether a program listens there."""
    parts = urlsplit(address)
    with contextlib.suppress(OSError), socket.create_connection((str(parts.hostname), int(parts.port or 0)), 5):
        return True
    return False


@pytest.mark.turns(3)
def test_a_killed_web_server_comes_back_on_its_port(running: Installation) -> None:
    before, address = running.pids(), running.url
    os.kill(before["server"], signal.SIGKILL)
    eventually(lambda: running.pids()["server"] not in (0, before["server"]), "another master")
    eventually(running.answers, "it answers again")
    after = running.pids()
    assert after == {**before, "server": after["server"]}
    assert running.url == address
    log = (running.home / "logs/server.log").read_text()
    assert f"pid {before['server']} ended by SIGKILL: started again" in log


@pytest.mark.turns(3)
@pytest.mark.parametrize("query", [BUSY, "SELECT pg_sleep(1000)"])
def test_a_killed_database_comes_back_though_a_query_runs_on(running: Installation, query: str) -> None:
    before = running.pids()
    with at_work(running, query) as backend:
        os.kill(before["database"], signal.SIGKILL)
        eventually(lambda: running.pids()["database"] not in (0, before["database"]), "another postmaster")
        eventually(running.database_answers, "the database answers again")
        assert backend not in proc.running_in(str(running.cluster().data), "postgres")
    eventually(running.answers, "the server answers again")
    after = running.pids()
    assert after == {**before, "database": after["database"]}


def test_up_succeeds_while_an_orphan_of_a_killed_database_is_at_work(running: Installation) -> None:
    before = running.pids()
    with at_work(running, BUSY) as backend:
        os.kill(before["database's keeper"], signal.SIGKILL)
        os.kill(before["database"], signal.SIGKILL)
        assert proc.alive(backend)
        said = running.run("-m", "geoapp.localdb", "start")
    assert "what it was working on is ended first" in said
    assert running.database_answers()
    after = running.pids()
    assert after["database"] not in (0, before["database"])
    assert after["database's keeper"] not in (0, before["database's keeper"])


@pytest.mark.turns(3)
def test_a_database_whose_keeper_was_killed_runs_on_and_gets_another(running: Installation) -> None:
    before = running.pids()
    os.kill(before["database's keeper"], signal.SIGKILL)
    eventually(lambda: not running.pids()["database's keeper"], "it has ended")
    assert "NOBODY STARTS IT AGAIN" in running.run("-m", "geoapp.localdb", "status")
    running.run("-m", "geoapp.localdb", "start")
    after = running.pids()
    assert after["database"] == before["database"]
    assert after["database's keeper"]
    assert "NOBODY" not in running.run("-m", "geoapp.localdb", "status")
    os.kill(after["database"], signal.SIGKILL)  # no child of its keeper
    eventually(lambda: running.pids()["database"] not in (0, before["database"]), "it is started again all the same")
    eventually(running.database_answers, "the database answers again")


@pytest.mark.turns(3)
def test_a_server_whose_keeper_was_killed_serves_on_and_is_replaced_at_the_next_up(running: Installation) -> None:
    before, address = running.pids(), running.url
    os.kill(before["server's keeper"], signal.SIGKILL)
    eventually(lambda: not running.pids()["server's keeper"], "it has ended")
    assert running.answers()
    assert "NOBODY STARTS IT AGAIN" in running.run("-m", "geoapp.serve", "status")
    running.up()
    after = running.pids()
    assert after["server"] not in (0, before["server"])
    assert after["server's keeper"]
    assert running.answers()
    assert running.url == address or taken(address)  # by another program while nobody held it


def test_a_database_with_settings_of_another_version_is_started_anew(running: Installation) -> None:
    before = running.pids()["database"]
    running.run("-m", "geoapp.localdb", "start")
    assert running.pids()["database"] == before
    with (running.cluster().data / "shuitu.conf").open("a") as file:
        file.write("work_mem = 31MB\n")
    assert "other settings" in running.run("-m", "geoapp.localdb", "start")
    assert running.pids()["database"] != before
    assert running.database_answers()


@pytest.mark.turns(3)
def test_stop_leaves_no_process_whoever_was_killed_before(running: Installation) -> None:
    with at_work(running, BUSY):
        before = running.pids()
        for who in ("database's keeper", "database", "server's keeper"):
            os.kill(before[who], signal.SIGKILL)
        assert running.everything()
        running.stop()
    assert running.everything() == []
    assert running.pids() == dict.fromkeys(before, 0)
    running.stop()  # again: nothing to do, and no fault


@pytest.mark.turns(3)
def test_a_server_that_cannot_start_is_told_of_and_not_tried_for_ever(running: Installation) -> None:
    running.run("-m", "geoapp.serve", "stop")
    said = running.run("-m", "geoapp.serve", "start", fails=True, DATABASE_URL="postgresql:///?host=/nowhere")
    assert "the server does not start" in said
    assert "DATABASE_URL" in said
    assert running.pids()["server's keeper"] == running.pids()["server"] == 0
