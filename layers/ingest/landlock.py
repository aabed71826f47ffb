"""Landlock, by which a process gives up what it may open (https://docs.kernel.org/userspace-api/landlock.html).

No library of ours speaks it; it is three system calls, whose numbers are the same on every architecture we run on.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_ALL_OF_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_TRUNCATE, _DEVICE = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE  # a rule on a file may name no other rights
_TCP = 0b11  # to listen and to connect; version 4
_OUTSIDE = 0b11  # abstract sockets and signals to others; version 6


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def restrict(readable: Iterable[Path], listed: Iterable[Path], writable: Iterable[Path]) -> bool:
    """From here on this thread, and those it starts, open nothing but what is there of these paths and below (of the
    ``listed`` folders they see the names), connect to nothing by TCP, and signal nobody else; → False where the kernel
    does not know how, and nothing is restricted."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    if version < 1:
        return False
    every = _ALL_OF_VERSION[min(version, max(_ALL_OF_VERSION))]
    rules = _Ruleset(every, _TCP if version >= 4 else 0, _OUTSIDE if version >= 6 else 0)
    size = 8 * (1 + (version >= 4) + (version >= 6))
    ruleset = libc.syscall(_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        reading = _EXECUTE | _READ_FILE | _READ_DIR  # a library is executed as it is read
        for paths, rights in ((readable, reading), (listed, _READ_DIR), (writable, every & ~_EXECUTE)):
            for path in paths:
                _allow(libc, ruleset, path, rights)
        return bool(libc.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there, or not ours to reach, need not be allowed
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _OF_FILES
        rule = _Beneath(rights, opened)
        libc.syscall(
            _ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0)
        )
    finally:
        os.close(opened)
