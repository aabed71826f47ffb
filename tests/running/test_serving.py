"""Started, seen at work, started again while it runs, stopped; and what is on the machine besides it is left alone."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from geoapp import cluster, identity, serve, state
from tests.running.conftest import Installation, eventually


def listening() -> dict[str, str]:
    """Address by inode of every TCP socket of this machine that takes connections."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {line[9]: line[1] for line in lines if line[3] == "0A"}


def sockets(pid: int) -> set[str]:
    """The inodes of the sockets that a process has open."""
    links = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()]  # noqa: PTH115
    return {found[1] for link in links if (found := re.fullmatch(r"socket:\[(\d+)\]", link))}


def test_the_database_listens_on_its_socket_and_nowhere_else(running: Installation) -> None:
    folder = state.read_json(running.home / "db.json")["socket"]
    with running.connected() as link:
        assert link.execute("SHOW listen_addresses").fetchone() == ("",)
        assert link.info.host == folder
    assert Path(folder, f".s.PGSQL.{cluster.PORT}").is_socket()
    pids, taken = running.pids(), listening()
    assert sockets(pids["server"]) & set(taken)  # so the look is no blind one
    assert sockets(pids["database"])
    assert [taken[inode] for inode in sockets(pids["database"]) if inode in taken] == []


def test_what_runs_as_it_should_is_left_alone(running: Installation) -> None:
    before, address = running.pids(), running.url
    said = running.run("-m", "geoapp.serve", "start")
    assert "already running" in said and said.splitlines()[-1] == address
    running.run("-m", "geoapp.localdb", "start")
    assert running.pids() == before and all(before.values())
    kept = before["server's keeper"]
    status = running.run("-m", "geoapp.serve", "status")
    assert f"pid {before['server']}, kept by {kept}, {address}" in status


@pytest.mark.turns(3)
def test_another_setting_replaces_what_runs_on_its_port(running: Installation) -> None:
    before, address = running.pids(), running.url
    said = running.run("-m", "geoapp.serve", "start", LOG_LEVEL="WARNING")
    after = running.pids()
    assert "replaced" in said
    assert running.url == address and running.answers()
    for who in ("server", "server's keeper"):
        assert after[who] not in (0, before[who])
    assert after["database"] == before["database"]


@pytest.mark.turns(3)
def test_a_stop_gives_back_the_port_and_is_told(running: Installation) -> None:
    port = int(running.url.rstrip("/").rpartition(":")[2])
    running.run("-m", "geoapp.serve", "stop")
    assert "server    stopped" in running.run("-m", "geoapp.serve", "status", fails=True)
    assert serve.free_port("127.0.0.1", port) == port
    pids = running.pids()
    assert pids["server"] == pids["server's keeper"] == 0
    assert running.database_answers()
    running.up()
    assert running.url.endswith(f":{port}/") and running.answers()


@pytest.mark.turns(3)
def test_a_record_of_dead_processes_is_no_server(running: Installation) -> None:
    address = running.url
    with running.here():
        mine = [running.pids()["server's keeper"], *serve.processes()]
    for pid in mine:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not running.pids()["server"], "they are gone")
    assert (running.home / "server.json").exists()
    assert "server    stopped" in running.run("-m", "geoapp.serve", "status", fails=True)
    running.run("-m", "geoapp.serve", "start")
    assert running.url == address and running.answers()
    assert not set(running.pids().values()) & {0, *mine}


@pytest.mark.turns(3)
def test_a_port_that_another_program_has_taken_is_left_to_it(running: Installation) -> None:
    address = running.url
    port = int(address.rstrip("/").rpartition(":")[2])
    running.run("-m", "geoapp.serve", "stop")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        said = running.run("-m", "geoapp.serve", "start", fails=True, PORT=str(port))
        assert f"port {port} is used by another program" in said
        running.run("-m", "geoapp.serve", "start")
        assert running.url != address and running.answers()
        before = running.pids()
        running.run("-m", "geoapp.serve", "start", fails=True, PORT=str(port))
        assert running.pids() == before and running.answers()  # what ran runs on
    running.run("-m", "geoapp.serve", "stop")
    (running.home / "server.json").unlink()


@pytest.mark.turns(3)
@pytest.mark.parametrize("word", ["gone", "another's"])
def test_a_pid_file_of_a_killed_database_keeps_nobody_from_starting_it(running: Installation, word: str) -> None:
    """The number in it may be of no process any more, or of one that has nothing to do with the database."""
    running.run("-m", "geoapp.localdb", "stop")
    owner = running.cluster().owner
    who = identity.popen_as(owner) if os.geteuid() == 0 else {}  # of the database's user: PostgreSQL would wait for it
    other = subprocess.Popen(["sleep", "600"], cwd="/", **who)
    try:
        if word == "gone":
            other.kill()
            other.wait()
        data = running.cluster().data
        (data / "postmaster.pid").write_text(f"{other.pid}\n{data}\n1\n{cluster.PORT}\n\n\n\nready\n")
        os.chown(data / "postmaster.pid", owner.pw_uid, owner.pw_gid)
        (data / "postmaster.pid").chmod(0o600)
        assert "stopped" in running.run("-m", "geoapp.localdb", "status", fails=True)
        running.run("-m", "geoapp.localdb", "stop")  # finds nothing that is its own
        assert (other.poll() is None) is (word != "gone")
        running.run("-m", "geoapp.localdb", "start")
        assert running.database_answers()
        assert running.pids()["database"] not in (0, other.pid)
        assert (other.poll() is None) is (word != "gone")
    finally:
        other.kill()
        other.wait()


OLD_LINE = (
    "INSERT INTO audit_line (at, act, result, account, address, channel, request_id, errand, question, object, detail)"
    " VALUES (now() - interval '3 days', 1, 1, 'old', '', 1, '', '', '', '', '{}')"
)


def test_days_of_the_audit_that_are_over_are_sealed_by_themselves(running: Installation) -> None:
    """Nobody gives the command, and nobody opens the page."""
    with running.connected() as link:
        assert link.execute("SELECT count(*) FROM audit_seal").fetchone() == (0,)
        link.execute(OLD_LINE)
        link.commit()
        running.run("-m", "geoapp.serve", "stop")
        running.up()
        eventually(lambda: link.execute("SELECT count(*) >= 1 FROM audit_seal").fetchone() == (True,), "a seal")
    assert "天的封存无误" in running.run("manage.py", "audit", "--verify")


@pytest.mark.turns(3)
def test_a_site_that_shows_nothing_without_a_log_in_starts_like_any_other(running: Installation) -> None:
    running.run("manage.py", "openness", "closed")
    try:
        before = running.pids()["server"]
        said = running.run("-m", "geoapp.serve", "start", LOG_LEVEL="ERROR")
        assert "answers with" not in said and running.pids()["server"] not in (0, before)
        assert serve.status_of(running.url, 10.0) == 401
        assert serve.status_of(f"{running.url}account/login", 10.0) == 200
        assert "NOTHING without a log-in" in running.run("-m", "geoapp.serve", "status")
    finally:
        running.run("manage.py", "openness", "open")
        running.up()
