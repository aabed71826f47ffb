"""Which processes are ours: read from the system each time, never from a number that somebody wrote down.

A number may since have become any process's; a command line, a directory and an environment say what runs.
"""

import os
import time
from pathlib import Path

from geoapp import state
from geoapp.keeper import MARK, Plan, alive, end_all, first_number, running_in, send, working_dir

_STATE = b"SHUITU_STATE="

__all__ = [
    "MARK", "Plan", "alive", "command_line", "end_all", "find", "first_number", "of_this_state", "owner", "parent",
    "running_in", "send", "wait_gone", "working_dir",
]  # fmt: skip


def command_line(pid: int) -> list[str]:
    """The words of a running process; empty when it is gone, a zombie, just being started, or not ours to see."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return [word.decode(errors="replace") for word in raw.split(b"\0") if word]


def find(*words: str) -> list[int]:
    """The processes whose command line holds all of these words, lowest pid first; this one is not among them."""
    pids = sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if pid != os.getpid() and set(words) <= set(command_line(pid)) and alive(pid)]


def of_this_state(pid: int) -> bool:
    """Whether it is one of this checkout's that works on this state directory, run by us or by who serves for us.

    Another state may be served beside it, and any user can start a program by any name.
    """
    if owner(pid) not in (os.geteuid(), state.service_ids()[0]):
        return False
    try:
        raw = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    given = [word.removeprefix(_STATE) for word in raw.split(b"\0") if word.startswith(_STATE)]
    here = [os.path.realpath(os.fsdecode(path)) for path in given] == [os.path.realpath(state.state_dir())]
    return here and working_dir(pid) == str(state.BASE_DIR)


def parent(pid: int) -> int:
    """The pid of its parent; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(text.rpartition(")")[2].split()[1])


def owner(pid: int) -> int:
    """The number of the user it runs as; -1 when it is gone."""
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return -1


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until the process has ended; → whether it has."""
    until = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
