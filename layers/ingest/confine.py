"""The bounds that a reading process puts on itself before it looks at a file. None can be taken off again."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from layers.ingest import landlock, seccomp

FILE_BYTES = 4 << 30  # of one file in its own folder: what an archive may unpack to, and more
_RESERVED_BYTES = 2 << 30  # address space that libraries ask for and do not use: code, arenas, stacks of threads
_FILES = 256
_PDEATHSIG, _NO_NEW_PRIVILEGES = 1, 38  # prctl(2)
_ROOT = Path(__file__).resolve().parents[2]  # of the checkout, where the secrets are too
_LIBRARIES = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", sys.base_prefix)


def die_with(parent: int) -> None:
    """End when the process that asked does, however it ends: nobody would take the rows, nor clear the folder away."""
    _prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was quicker
        os._exit(1)


def bound(memory_bytes: int, cpu_seconds: int) -> None:
    """No more memory, time, files and rights than a reader needs."""
    # Memory that is written to is counted (RLIMIT_DATA). Address space is not memory: Arrow and OpenBLAS reserve hundreds
    # of megabytes that they never touch. Its own bound keeps out what the first does not count, as shared mappings.
    _limit(resource.RLIMIT_DATA, memory_bytes)
    _limit(resource.RLIMIT_AS, memory_bytes + _RESERVED_BYTES)
    _limit(
        resource.RLIMIT_CPU, cpu_seconds, 5
    )  # the first ends it by a signal of its own; the second is for who catches that
    _limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, _FILES)
    _limit(resource.RLIMIT_CORE, 0)
    _prctl(_NO_NEW_PRIVILEGES, 1)


def fence(given: Sequence[Path], writable: Path) -> None:
    """As far as the kernel can: no process, no program, no socket (seccomp); no file but the libraries', those given, and
    the own folder's (Landlock, Linux 5.13). Only threads that are started afterwards are bound by it.

    Where the reader has no user of its own, this is what keeps it from the secrets of the one it runs as.
    """
    seccomp.restrict()
    programs = [Path(path) for path in sys.path if path and Path(path) != _ROOT] + [_ROOT / "layers"]
    told = [Path(os.environ[name]) for name in ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA") if name in os.environ]
    # What stands beside a file is looked for by name: a Shapefile's attributes.
    beside = {path.parent for path in given}
    landlock.restrict([*programs, *map(Path, _LIBRARIES), *told, *given], beside, [writable])


def _limit(what: int, most: int, grace: int = 0) -> None:
    _, hard = resource.getrlimit(what)
    told = most + grace
    if hard != resource.RLIM_INFINITY:  # who started us may have been stricter
        most, told = min(most, hard), min(told, hard)
    resource.setrlimit(what, (most, told))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise OSError(ctypes.get_errno(), f"prctl({option})")
