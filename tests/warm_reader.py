"""Reading processes that need not start: of a thousand files that the tests import, each would wait for the same libraries.

`start` stands in for `layers.ingest.apart._start`. One process loads what a reader needs, once, and forks itself for each file.
The fork is the reading process in all else: a child of whoever asks, with the same user, folder, environment and pipes, and it runs
`layers.ingest.reader.main` with every bound that this puts on itself. How one starts by itself is for tests/unit/test_ingest_apart.py.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

_SUBREAPER = 36  # prctl(2)
_LONGEST = 1 << 16  # of a request
_LOADED = (
    "layers.ingest.wire", "layers.ingest.readers", "layers.ingest.delimited", "layers.ingest.workbook", "layers.ingest.vector",
    "layers.ingest.kml", "layers.ingest.dbf",
)  # fmt: skip


class Reading:
    """The part of `subprocess.Popen` that `layers.ingest.apart` uses, of a child that another process forked."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until and time.monotonic() > until:
                raise subprocess.TimeoutExpired("a reader", timeout or 0)
            time.sleep(0.001)
        return code


class _Loaded:
    """The process that has loaded all, of this process; who was forked from a test's process has one of its own."""

    def __init__(self) -> None:
        from layers.ingest import apart

        self.owner = os.getpid()
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in apart._KEPT if name in os.environ}
        environment |= {"LANG": "C.UTF-8", "PYTHONPATH": str(apart._ROOT), **apart._LIBRARIES}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-B", "-m", "tests.warm_reader", str(theirs.fileno())],
                env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def fork(self, request: dict[str, Any], descriptors: list[int]) -> int:
        """→ the pid of a new reader, which is this process's child as soon as the one between them has ended."""
        _be_subreaper(True)
        try:
            socket.send_fds(self.line, [json.dumps(request).encode()], descriptors)
            answer = self.line.recv(_LONGEST)
        finally:
            _be_subreaper(False)
        assert answer, "the process that forks readers has ended: see what it said"
        return int(answer)


_loaded: _Loaded | None = None
_one_at_a_time = threading.Lock()


def start(folder: Path, user: pwd.struct_passwd | None, last_words: int) -> Reading:
    """A reading process, as `layers.ingest.apart._start` makes it."""
    global _loaded
    (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
    request = {"folder": str(folder), "user": user and user.pw_uid, "group": user and user.pw_gid}
    try:
        with _one_at_a_time:
            if _loaded is None or _loaded.owner != os.getpid():
                _loaded = _Loaded()
            pid = _loaded.fork(request, [theirs_in, theirs_out, last_words])
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    return Reading(pid, os.fdopen(ours_in, "wb", 0), os.fdopen(ours_out, "rb", 0))


def _be_subreaper(wanted: bool) -> None:
    """Whether orphans among our descendants become our children, instead of the machine's first process's."""
    if ctypes.CDLL(None).prctl(_SUBREAPER, ctypes.c_ulong(wanted), 0, 0, 0):
        raise OSError("prctl")


def main() -> None:
    """The process that has loaded all: forks a reader for each request, until nobody can ask any more."""
    from layers.ingest import reader

    sys.meta_path.insert(0, reader._Absent())
    for name in _LOADED:
        importlib.import_module(name)
    line = socket.socket(fileno=int(sys.argv[1]))
    while True:
        told, descriptors, *_ = socket.recv_fds(line, _LONGEST, 3)
        if not told:
            return
        ours, theirs = os.pipe()
        between = os.fork()
        if not between:
            # Its own child becomes the asker's when it ends, before the answer is sent.
            if reading := os.fork():
                os.write(theirs, str(reading).encode())
                os._exit(0)
            _read(json.loads(told), descriptors, [line.fileno(), ours, theirs])
        os.waitpid(between, 0)
        line.send(os.read(ours, _LONGEST))
        for one in (ours, theirs, *descriptors):
            os.close(one)


def _read(request: dict[str, Any], descriptors: list[int], unwanted: list[int]) -> None:
    """In the fork: become what `subprocess.Popen` would have made, then the reader; never returns."""
    from layers.ingest import reader

    try:
        for number, one in enumerate(descriptors):
            os.dup2(one, number)
        for one in (*descriptors, *unwanted):  # and none that a library has opened, as PROJ its tables
            os.close(one)
        os.environ |= {"HOME": request["folder"], "TMPDIR": request["folder"]}
        tempfile.tempdir = None
        os.chdir(request["folder"])
        os.setsid()
        if request["user"] is not None:
            os.setgroups([])
            os.setgid(request["group"])
            os.setuid(request["user"])
        reader.main()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
