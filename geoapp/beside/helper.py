"""The process beside, as its web process sees it: started when there is work, kept while there is some, ended when it overruns."""

from __future__ import annotations

import fcntl
import logging
import os
import pickle
import pwd
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import IO, Any

from django.conf import settings

from geoapp import identity
from geoapp.beside import wire
from geoapp.beside.errors import Failed, Interrupted, Occupied
from layers.slots import NoSlot, slot

log = logging.getLogger(__name__)
PROGRAM = ("-m", "geoapp.beside.program")
PATIENCE_S = 20.0  # for a place among those that are at work on this machine
# By the clock, the start of the process included: it yields to all others. Of its own time there is less (`program`).
SECONDS = 120.0
ROOM = "beside"  # in the state directory: the locks of the places
TOO_LONG = "It takes longer than it may. Ask for less: a region, a shorter period; or again in a moment."
ENDED = "What made it ended in the midst of it. Ask again."
_PIPE_BYTES = 1 << 20
_KEPT = ("PATH", "LD_LIBRARY_PATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "TZ", "DJANGO_SETTINGS_MODULE", "LOG_LEVEL")
# Settings are read as everywhere, but for what opens the database or signs.
_IN_PLACE_OF_SECRETS = {"DATABASE_URL": "postgresql:///none", "SECRET_KEY": "signs nothing"}
_ONE_THREAD = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def done(what: Callable[..., bytes], read: Callable[[], tuple[Any, ...]]) -> bytes:
    """``what(*read())``: read here, once there is a place, and made by the process beside while this thread holds up no other.

    ``what`` is a function of a module of ours that asks nothing of the database; it and what was read are pickled.
    Reading is under the same bound, as it is work too: of the database.
    `Occupied` when no place becomes free in time, `Interrupted` when the process ends in the midst of it or takes too long,
    `Failed` with its traceback for whatever ``what`` raises.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(slot(ROOM, settings.BESIDE_SLOTS, PATIENCE_S))
        except NoSlot:
            raise Occupied("Others are being served. Ask again in a moment.") from None
        work = wire.framed(wire.WORK, pickle.dumps((what, read()), pickle.HIGHEST_PROTOCOL))
        mark, body = _ours.ask(work)
    if mark == wire.MADE:
        return body
    if mark == wire.FULL:
        raise Interrupted("It takes more memory than it may. Ask for less: a region, a shorter period.")
    raise Failed(body.decode(errors="replace"))


class _Gone(Exception):
    """The process ended by itself, having nothing to do, before it took the work."""


class _Helper:
    """One process, and whose turn it is."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, work: bytes) -> tuple[bytes, bytes]:
        """The helper's answer. One that was about to end is followed by another, once."""
        with self._turn:
            with suppress(_Gone):
                return self._asked(work)
            try:
                return self._asked(work)
            except _Gone:
                raise Interrupted("What makes it ends at once. Ask again in a moment.") from None

    def _asked(self, work: bytes) -> tuple[bytes, bytes]:
        process = self._running()
        until = time.monotonic() + SECONDS
        try:
            _send(process, work, until)
            return wire.frame(lambda count: _read(process, count, until))
        except TimeoutError:
            self._end()
            log.warning("the process beside took more than %s s and was ended", SECONDS)
            raise Interrupted(TOO_LONG) from None
        except (EOFError, OSError, wire.MalformedMessage) as error:
            code = self._end()
            if code == 0:
                raise _Gone from None
            log.warning("the process beside ended with %s (%r)", code, error)
            raise Interrupted(TOO_LONG if code == -signal.SIGXCPU else ENDED) from None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = _start()
        return self._process

    def _end(self) -> int | None:
        """End it if it runs; → how it ended."""
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(subprocess.TimeoutExpired):  # it may be about to end by itself
            process.wait(0.2)
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        return process.wait()


_ours = _Helper()


def _start() -> subprocess.Popen[bytes]:
    user = pwd.getpwnam(settings.SERVICE_USER) if settings.SERVICE_USER else None
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    paths = [str(settings.BASE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
    mine = {"LANG": "C.UTF-8", "PYTHONPATH": os.pathsep.join(paths)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", *PROGRAM], env={**kept, **mine, **_ONE_THREAD, **_IN_PLACE_OF_SECRETS},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, cwd=settings.BASE_DIR, **identity.popen_as(user),
    )  # fmt: skip
    for pipe in (process.stdin, process.stdout):
        assert pipe
        os.set_blocking(pipe.fileno(), False)
        with suppress(OSError):  # a user may have as many as are allowed
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    threading.Thread(target=process.wait, daemon=True).start()  # whenever it ends, nothing is left of it
    return process


def _send(process: subprocess.Popen[bytes], work: bytes, until: float) -> None:
    assert process.stdin
    rest = memoryview(work)
    while rest:
        _await(process.stdin, select.POLLOUT, until)
        rest = rest[os.write(process.stdin.fileno(), rest[:_PIPE_BYTES]) :]


def _read(process: subprocess.Popen[bytes], count: int, until: float) -> bytes:
    """So many bytes of its answer; `EOFError` when it ended before."""
    assert process.stdout
    found = bytearray(count)
    view, at = memoryview(found), 0
    while at < count:
        _await(process.stdout, select.POLLIN, until)
        got = os.readv(process.stdout.fileno(), [view[at:]])
        if not got:
            raise EOFError
        at += got
    return bytes(found)


def _await(pipe: IO[bytes], what: int, until: float) -> None:
    """Wait until the pipe can be read from or written to, or its other end is gone; `TimeoutError`."""
    poller = select.poll()
    poller.register(pipe, what)
    if not poller.poll(max(0.0, until - time.monotonic()) * 1000):
        raise TimeoutError
