"""Work in the process beside: what it gives, what it is bounded by, and what becomes of it when the process ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from geoapp import beside
from geoapp.beside import helper, program, wire
from layers.slots import slot

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.STATE_DIR = tmp_path
    settings.BESIDE_SLOTS = 1
    yield


# What is worked on: found there by its name.


def who() -> bytes:
    told = {"pid": os.getpid(), "nice": os.nice(0), "environment": dict(os.environ)}
    return json.dumps(told).encode()


def echo(given: bytes) -> bytes:
    return given


def long() -> bytes:
    time.sleep(60)
    return b""


def busy() -> bytes:
    while True:
        pass


def large() -> bytes:
    return bytes(program.MEMORY_BYTES + 1)


def wrong() -> bytes:
    raise ZeroDivisionError("of ours")


def program_started() -> bytes:
    return subprocess.check_output(["true"])


def socket_opened() -> bytes:
    return socket.socket().getsockname()


def ended() -> bytes:
    os._exit(0)


def given_away(what: Callable[..., bytes], *given: Any) -> bytes:
    return beside.done(what, lambda: given)


def pid() -> int:
    return int(json.loads(given_away(who))["pid"])


def test_it_is_another_process_that_yields_and_holds_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "secret")
    monkeypatch.setenv("SECRET_KEY", "of the server")
    told = json.loads(given_away(who))
    assert told["pid"] != os.getpid() and told["nice"] >= 10
    assert told["environment"]["DATABASE_URL"] == "postgresql:///none"
    assert not {"SHUITU_STATE", "SHUITU_SERVING", "SHUITU_SECRET_KEY_FILE", "PGPASSWORD"} & set(told["environment"])
    assert told["environment"]["SECRET_KEY"] != "of the server"
    assert pid() == told["pid"], "it is kept for the next"


def test_what_is_longer_than_a_pipe_comes_and_goes_whole() -> None:
    given = os.urandom(5 << 20)
    assert given_away(echo, given) == given


def test_a_fault_is_told_and_the_next_is_made_by_the_same() -> None:
    before = pid()
    with pytest.raises(beside.Failed, match="ZeroDivisionError: of ours"):
        given_away(wrong)
    assert pid() == before


@pytest.mark.skipif(os.uname().machine not in ("x86_64", "aarch64"), reason="its system calls are not known")
def test_it_starts_no_program_and_opens_no_socket() -> None:
    for forbidden in (program_started, socket_opened):
        with pytest.raises(beside.Failed, match="PermissionError"):
            given_away(forbidden)


def test_too_much_memory_is_refused_and_the_next_is_made() -> None:
    with pytest.raises(beside.Interrupted, match="more memory"):
        given_away(large)
    assert pid()


def killed_at_work(number: int, before: int) -> None:
    """Kill the process once it is at work."""
    while not helper._ours._turn.locked():
        time.sleep(0.01)
    time.sleep(0.1)
    os.kill(before, number)


@pytest.mark.parametrize(
    ("number", "told"), [(signal.SIGKILL, "in the midst"), (signal.SIGSEGV, "in the midst"), (signal.SIGXCPU, "longer")]
)
def test_its_death_costs_one_asker_an_answer(number: signal.Signals, told: str) -> None:
    before = pid()
    threading.Thread(target=killed_at_work, args=(number, before)).start()
    with pytest.raises(beside.Interrupted, match=told):
        given_away(long)
    assert pid() not in (0, before)


def test_who_overruns_the_clock_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pid()
    monkeypatch.setattr(helper, "SECONDS", 0.2)
    with pytest.raises(beside.Interrupted, match="longer"):
        given_away(long)
    assert not Path(f"/proc/{before}").exists()


def test_who_overruns_its_own_time_is_ended_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is set before each piece of work, from what was used by then."""
    code = "from geoapp.beside import program; program.CPU_S = 3; program.main()"
    monkeypatch.setattr(helper, "PROGRAM", ("-c", code))
    helper._ours._end()
    assert pid()
    with pytest.raises(beside.Interrupted, match="longer"):
        given_away(busy)


def test_one_that_has_ended_by_itself_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "from geoapp.beside import program; program.IDLE_S = 0.2; program.main()"
    monkeypatch.setattr(helper, "PROGRAM", ("-c", code))
    helper._ours._end()
    before = pid()
    until = time.monotonic() + 30
    while Path(f"/proc/{before}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{before}").exists(), "it is still there, or nobody has taken note of its end"
    assert pid() != before
    helper._ours._end()


def test_one_that_ends_before_it_takes_the_work_is_followed_by_another_once() -> None:
    with pytest.raises(beside.Interrupted, match="ends at once"):
        given_away(ended)
    assert pid()


def test_no_more_at_once_than_there_are_places(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "PATIENCE_S", 0.1)
    with slot(helper.ROOM, 1, 0), pytest.raises(beside.Occupied):
        given_away(who)
    assert pid()


def test_it_ends_with_who_started_it_whatever_it_is_at() -> None:
    code = (
        "import sys, tempfile, threading; from pathlib import Path; from django.conf import settings; import django; django.setup();"
        "settings.STATE_DIR = tempfile.mkdtemp();"
        "from tests.unit import test_beside as work\n"
        "print(work.pid(), flush=True); work.given_away(work.busy)"
    )
    asking = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert asking.stdout
    there = Path(f"/proc/{int(asking.stdout.readline())}")
    time.sleep(0.2)
    assert there.exists()
    asking.kill()
    asking.wait()
    asking.stdout.close()
    until = time.monotonic() + 30
    while there.exists() and " Z " not in (there / "stat").read_text() and time.monotonic() < until:
        time.sleep(0.02)
    assert not there.exists() or " Z " in (there / "stat").read_text()


@pytest.mark.parametrize(
    "said", [b"Hello, world", wire.framed(b"X", b""), wire.framed(wire.MADE, b"")[:-1] + b"\xff" * 9]
)
def test_what_is_no_answer_is_an_interruption(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "PROGRAM", ("-c", f"import os; os.write(1, {said!r}); os.read(0, 1)"))
    helper._ours._end()
    with pytest.raises(beside.Interrupted):
        given_away(who)
