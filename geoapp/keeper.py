"""The keeper of one service: starts its program, and starts it again when it ends without having been told to.

It runs as the service's own user, so that no process of root's stays, and may do so where that user cannot reach
the checkout: it is read from its standard input, and needs nothing but this one file and the standard library.
`SIGTERM` has it end the program in the program's own way, and then itself. `SIGUSR1` tells it that the service has
been seen at work: until then a program that ends ends its keeper too, and whoever started it can say why.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

MARK = "geoapp.keeper"  # in the command line: how a keeper is told from any other process
HEARD = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD}
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds before the next start: each time twice as long
STEADY_SECONDS = 60.0  # a program that ran for so long begins again with the first pause
LOOK_SECONDS = 1.0  # how often a program that is not our child is looked after

Plan = Sequence[tuple[signal.Signals, float]]  # how a program is ended: a signal, how long it may take, the next one
ORPHANS_END: Plan = ((signal.SIGQUIT, 10.0), (signal.SIGKILL, 60.0))


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


def running_in(folder: str, program: str) -> list[int]:
    """The processes of that program (by the name of its file) that run in the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and working_dir(int(entry.name)) == folder and alive(int(entry.name)):
            try:
                file = (entry / "exe").readlink().name
            except OSError:
                continue
            if file.removesuffix(" (deleted)") == program:
                found.append(int(entry.name))
    return found


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may just have ended, or never was (0, which to the system means all of our own)."""
    with contextlib.suppress(ProcessLookupError):
        if pid > 0:
            os.kill(pid, number)


def end_all(find: Callable[[], list[int]], plan: Plan, wait: Callable[[float], object] = time.sleep) -> bool:
    """End whatever ``find`` finds, step by step of the plan; → whether nothing is left of it."""
    for number, seconds in plan:
        until = time.monotonic() + seconds
        for pid in find():
            send(pid, number)
        while find():
            if time.monotonic() > until:
                break
            wait(0.05)
        else:
            return True
    return False


def first_number(path: Path) -> int:
    """The pid on the first line of a pid file; 0 when there is none."""
    try:
        return int(path.read_text(encoding="utf-8").split("\n", 1)[0].strip() or 0)
    except (OSError, ValueError):
        return 0


class Keeper:
    """One program, kept. ``home``: where it and its children run; what is left of them there ends before a new start."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        plan: Plan,
        home: str = "",
        pid_file: str = "",
        clear: Sequence[str] = (),
    ) -> None:
        self.name, self.command, self.plan = name, list(command), plan
        self.home, self.program = home, Path(command[0]).name
        self.pid_file, self.clear = Path(pid_file) if pid_file else None, [Path(path) for path in clear]
        self.child: subprocess.Popen[bytes] | None = None
        self.pid = 0
        self.told_to_stop = self.seen_at_work = False

    def run(self) -> int:
        """Until told to stop: 0. Until the program ends that was never seen at work: 1."""
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        pause = FIRST_PAUSE
        while not self.told_to_stop:
            self._begin()
            began = time.monotonic()
            while self.pid and not self.told_to_stop and not self._ended():
                self._hear(LOOK_SECONDS)
            if self.told_to_stop or not self.pid:
                break
            if not self.seen_at_work:
                self._say(f"{self._how()} before it was seen at work: it is left alone")
                return 1
            pause = FIRST_PAUSE if time.monotonic() - began >= STEADY_SECONDS else pause
            self._say(f"{self._how()}: started again in {pause:g} s")
            self._rest(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        end_all(lambda: [] if not self.pid or self._ended() else [self.pid], self.plan, self._hear)
        self._end_orphans()
        return 0

    def _begin(self) -> None:
        """Start the program; or watch it, if it runs already because only its last keeper has ended."""
        self.child, self.pid = None, first_number(self.pid_file) if self.pid_file else 0
        if self.pid and working_dir(self.pid) == self.home and alive(self.pid):
            self._say(f"pid {self.pid} runs already, and is watched from now on")
            return
        self.pid = 0
        self._end_orphans()
        if self.told_to_stop:
            return
        for path in self.clear:
            path.unlink(missing_ok=True)
        self.child = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            close_fds=False,  # the server's socket is among them
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, ()),
        )
        self.pid = self.child.pid
        self._say(f"pid {self.pid} started")

    def _end_orphans(self) -> None:
        """What a killed program left behind, as it would have ended it itself; a busy one does not notice by itself."""
        if self.home and (left := running_in(self.home, self.program)):
            self._say(f"{len(left)} left by the one before: ended")
            end_all(lambda: running_in(self.home, self.program), ORPHANS_END, self._hear)

    def _ended(self) -> bool:
        return self.child.poll() is not None if self.child else not alive(self.pid)

    def _how(self) -> str:
        code = self.child.returncode if self.child else None
        if code is None:
            return f"pid {self.pid} ended"
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
        return f"pid {self.pid} ended {how}"

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.told_to_stop and (left := until - time.monotonic()) > 0:
            self._hear(left)

    def _hear(self, seconds: float) -> None:
        """Wait for a signal, but no longer than that."""
        heard = signal.sigtimedwait(HEARD, seconds)
        if heard is None:
            return
        if heard.si_signo in (signal.SIGTERM, signal.SIGINT):
            self.told_to_stop = True
        elif heard.si_signo == signal.SIGUSR1:
            self.seen_at_work = True

    def _say(self, text: str) -> None:
        print(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z} [keeper] {self.name}: {text}", flush=True)


def launch(
    name: str, command: Sequence[str], plan: Plan, *, log: Path, python: str, home: str = "", pid_file: str = "",
    clear: Sequence[str] = (), **who_and_where: Any,
) -> subprocess.Popen[bytes]:  # fmt: skip
    """Start a keeper in a session of its own, so that it outlives the terminal; it opens the log as its own user."""
    words = [python, "-I", "-S", "-", MARK, f"--name={name}", f"--log={log}"]
    words += [f"--then={number.name}:{seconds:g}" for number, seconds in plan]
    words += [f"--home={home}"] * bool(home) + [f"--pid-file={pid_file}"] * bool(pid_file)
    words += [f"--clear={path}" for path in clear]
    with Path(__file__).open("rb") as code:
        return subprocess.Popen(
            [*words, "--", *command],
            stdin=code,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            umask=0o077,
            **who_and_where,
        )


def _plan(text: str) -> tuple[signal.Signals, float]:
    name, _, seconds = text.partition(":")
    return signal.Signals[name], float(seconds)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=MARK)
    parser.add_argument("mark")
    parser.add_argument("--name", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--then", type=_plan, action="append", required=True)
    parser.add_argument("--home", default="")
    parser.add_argument("--pid-file", default="")
    parser.add_argument("--clear", action="append", default=[])
    parser.add_argument("command", nargs="+")
    given = parser.parse_args(argv)
    for number in (signal.SIGINT, signal.SIGQUIT):  # a shell's background job ignores them, and would have heirs do so
        signal.signal(number, signal.SIG_DFL)
    log = os.open(given.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    return Keeper(given.name, given.command, given.then, given.home, given.pid_file, given.clear).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
