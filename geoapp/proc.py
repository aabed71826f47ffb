"""Which processes are ours: a pid from a file counts only while its command line says so."""

import os
import signal
import time
from pathlib import Path


def command_line(pid: int) -> list[str]:
    """The words of a running process; empty when it is gone, a zombie, just being started, or not ours to see."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return [word.decode(errors="replace") for word in raw.split(b"\0") if word]


def alive(pid: int) -> bool:
    """Whether the process still runs; one that has ended and waits to be asked for its status does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in ("Z", "X")


def working_dir(pid: int) -> str:
    """Where a process runs; empty when it is gone or not ours to see."""
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


def first_number(path: Path) -> int:
    """The pid on the first line of a pid file; 0 when there is none."""
    try:
        return int(path.read_text(encoding="utf-8").split("\n", 1)[0].strip() or 0)
    except (OSError, ValueError):
        return 0


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until the process has ended; → whether it has."""
    until = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may just have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
