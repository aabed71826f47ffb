"""The keeper with small programs: what it starts again, what it leaves alone, and how it ends what it keeps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from geoapp import keeper, proc

PATIENCE_SECONDS = 60.0  # only to give up
PLAN: keeper.Plan = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0))
# Writes a line when it begins, and one when it is told to end.
PROGRAM = """
import os, signal, sys, time
def say(word):
    with open("said", "a") as file: file.write(f"{word} {os.getpid()}\\n")
def end(number, frame):
    say("told")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
say("began")
time.sleep(600)
"""


class Kept:
    """A keeper of the program, in a folder of its own."""

    def __init__(self, folder: Path, program: str = PROGRAM, **given: Any) -> None:
        self.folder, self.log = folder, folder / "log"
        command = [sys.executable, "-c", program]
        self.process = keeper.launch(
            "small", command, PLAN, log=self.log, python=sys.executable, cwd=folder, env=dict(os.environ), **given
        )

    def says(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def lines(self, word: str) -> list[int]:
        """The pids that have said so."""
        path = self.folder / "said"
        said = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        return [int(pid) for found, pid in said if found == word]

    def began(self, times: int) -> int:
        eventually(lambda: len(self.lines("began")) >= times, f"{times} starts: {self.says()}")
        return self.lines("began")[-1]


def eventually(true: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.02)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Kept]]:
    made: list[Kept] = []

    def kept(*words: Any, **given: Any) -> Kept:
        made.append(Kept(tmp_path, *words, **given))
        return made[-1]

    yield kept
    for each in made:
        each.process.terminate()
        each.process.wait(PATIENCE_SECONDS)
        for pid in each.lines("began"):
            assert not proc.alive(pid)


def test_what_ends_untold_is_started_again_and_why_is_said(make: Callable[..., Kept]) -> None:
    kept = make()
    first = kept.began(1)
    kept.process.send_signal(signal.SIGUSR1)
    time.sleep(0.1)
    os.kill(first, signal.SIGKILL)
    second = kept.began(2)
    os.kill(second, signal.SIGTERM)
    third = kept.began(3)
    assert len({first, second, third}) == 3
    log = kept.says()
    assert f"pid {first} ended by SIGKILL: started again in 0.5 s" in log
    assert f"pid {second} ended with status 0: started again in 1 s" in log


def test_what_was_never_seen_at_work_is_left_alone(make: Callable[..., Kept]) -> None:
    kept = make("import sys; sys.exit('no such thing')")
    assert kept.process.wait(PATIENCE_SECONDS) == 1
    assert "no such thing" in kept.says()
    assert "ended with status 1 before it was seen at work" in kept.says()


def test_told_to_end_it_ends_its_program_in_its_own_way(make: Callable[..., Kept]) -> None:
    kept = make()
    pid = kept.began(1)
    kept.process.send_signal(signal.SIGHUP)  # a terminal that is closed is no word to end
    kept.process.terminate()
    assert kept.process.wait(PATIENCE_SECONDS) == 0
    assert kept.lines("told") == [pid]


def test_it_can_be_told_to_end_while_it_waits_to_start_again(make: Callable[..., Kept]) -> None:
    kept = make()
    first = kept.began(1)
    kept.process.send_signal(signal.SIGUSR1)
    time.sleep(0.1)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: "started again in" in kept.says(), "it waits")
    kept.process.terminate()
    assert kept.process.wait(PATIENCE_SECONDS) == 0


def test_what_runs_already_is_watched_and_not_started_twice(make: Callable[..., Kept], tmp_path: Path) -> None:
    alone = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=tmp_path)
    eventually((tmp_path / "said").exists, "it begins")
    (tmp_path / "pid").write_text(f"{alone.pid}\n")
    kept = make(home=str(tmp_path), pid_file=str(tmp_path / "pid"), clear=[str(tmp_path / "pid")])
    eventually(lambda: "is watched from now on" in kept.says(), "it is watched")
    assert kept.lines("began") == [alone.pid]
    kept.process.send_signal(signal.SIGUSR1)
    alone.kill()
    alone.wait()
    kept.began(2)
    assert not (tmp_path / "pid").exists()


def test_a_pid_that_has_become_somebody_elses_is_not_watched(make: Callable[..., Kept], tmp_path: Path) -> None:
    (tmp_path / "pid").write_text(f"{os.getpid()}\n")  # alive, and runs elsewhere
    kept = make(home=str(tmp_path), pid_file=str(tmp_path / "pid"))
    assert kept.began(1) != os.getpid()
    assert "is watched" not in kept.says()


def test_what_a_killed_program_left_in_its_folder_is_ended_first(make: Callable[..., Kept], tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    orphan = subprocess.Popen([sys.executable, "-c", deaf], cwd=tmp_path, stdout=subprocess.PIPE)
    assert orphan.stdout is not None and orphan.stdout.readline()
    other = subprocess.Popen(["sleep", "600"], cwd=tmp_path)  # somebody's shell, say: no process of the program's
    try:
        program = Path(f"/proc/{orphan.pid}/exe").resolve().name
        assert proc.running_in(str(tmp_path), program) == [orphan.pid]
        words = keeper.Keeper("x", [program], PLAN, home=str(tmp_path))
        words._end_orphans()
        assert orphan.wait(PATIENCE_SECONDS) == -signal.SIGQUIT
        assert other.poll() is None
    finally:
        for process in (orphan, other):
            process.kill()
            process.wait()


def test_it_needs_no_file_but_its_own(tmp_path: Path) -> None:
    """Its user may reach neither the checkout nor what is installed for it."""
    code = Path(keeper.__file__).read_text()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-", "--help"],
        input=code, cwd="/", capture_output=True, text=True, check=True, env={},
    )  # fmt: skip
    assert "--pid-file" in done.stdout
