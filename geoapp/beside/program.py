"""The process beside: `python -m geoapp.beside.program`, started by `geoapp.beside.helper` for one web process.

It makes what it is told, one thing after another, and ends when nothing has been wanted for a while, when it is old, or
when who started it is gone. It has no database and no secrets, and once it is set up it can start no process and open no
socket; it yields to everybody else on the machine.
"""

from __future__ import annotations

import os
import pickle
import queue
import resource
import sys
import threading
import time
import traceback
from typing import BinaryIO

from geoapp.beside import wire

IDLE_S = 120.0
NICENESS = 10
MEMORY_BYTES = 1 << 30
CPU_S = 30  # of one piece of work: what takes longer is ended by the system
OLD_CPU_S = 600  # libraries keep some of what they took


def main() -> None:
    out = _private_output()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    os.nice(NICENESS)
    _set_up()
    threading.Thread(target=_listen, args=(waiting,), daemon=True).start()  # as bounded as what began it
    while time.process_time() < OLD_CPU_S:
        try:
            work = waiting.get(timeout=IDLE_S)
        except queue.Empty:
            break
        out.write(_made(work))
        out.flush()
    os._exit(0)


def _private_output() -> BinaryIO:
    """The pipe to who started us, where no library's word can get between the frames."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _listen(waiting: queue.SimpleQueue[bytes]) -> None:
    """Take what comes in; the end of it is the end of who started us, and with that ours, whatever is being made."""
    try:
        while True:
            waiting.put(wire.frame(_read)[1])
    except EOFError:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _read(count: int) -> bytes:
    found = sys.stdin.buffer.read(count)
    if len(found) < count:
        raise EOFError
    return found


def _set_up() -> None:
    import django

    django.setup()
    from layers.ingest import confine, seccomp

    confine.bound(MEMORY_BYTES, OLD_CPU_S + CPU_S)
    seccomp.restrict()  # at last: finding its libraries, Django starts programs


def _made(work: bytes) -> bytes:
    """The answer to one piece of work. Whatever goes wrong in it is told, and the next is begun all the same."""
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_S, hard))
        what, given = pickle.loads(work)
        return wire.framed(wire.MADE, what(*given))
    except MemoryError:
        return wire.framed(wire.FULL, b"")
    except Exception:
        return wire.framed(wire.FAULT, traceback.format_exc().encode(errors="replace"))


if __name__ == "__main__":
    main()
