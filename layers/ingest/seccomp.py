"""Seccomp, by which a process gives up system calls (https://docs.kernel.org/userspace-api/seccomp_filter.html).

Not RLIMIT_NPROC: it counts threads too, of which GDAL starts one a layer, and all that the user runs elsewhere.
"""

from __future__ import annotations

import ctypes
import errno
import os
from dataclasses import dataclass

_SET_SECCOMP, _FILTER = 22, 2  # prctl(2)
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
# Of the classic BPF machine: load a word of the call's description, compare, test bits, return.
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_THREAD = 0x10000  # CLONE_THREAD
_X32 = 0x40000000  # the same calls under other numbers


@dataclass(frozen=True, slots=True)
class _Machine:
    """Numbers of system calls: to start processes and programs, to speak to others, to reach into others or end them."""

    architecture: int
    clone: int
    clone3: int
    denied: tuple[int, ...]


_MACHINES = {
    # fork, vfork, execve, execveat; socket, socketpair, io_uring_setup; ptrace, process_vm_readv and _writev, kill
    "x86_64": _Machine(0xC000003E, 56, 435, (57, 58, 59, 322, 41, 53, 425, 101, 310, 311, 62)),
    "aarch64": _Machine(0xC00000B7, 220, 435, (221, 281, 198, 199, 425, 117, 270, 271, 129)),
}


class _Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction))]


def restrict() -> bool:
    """From here on this thread, and those it starts, can start threads, but no process and no program; open no socket;
    trace and end nobody. To be called without the right to gain privileges; → False where it cannot be, and is not."""
    machine = _MACHINES.get(os.uname().machine)
    if machine is None:
        return False
    lines = _lines(machine)
    program = _Program(len(lines), (_Instruction * len(lines))(*map(_Instruction, *zip(*lines, strict=True))))
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    return bool(libc.prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(program), zero, zero) == 0)


def _lines(machine: _Machine) -> list[tuple[int, int, int, int]]:
    """(operation, lines to skip if so, lines to skip if not, operand)."""
    count = len(machine.denied)
    # Behind the comparisons: clone's flags, and the four answers.
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, count + 7, machine.architecture),  # a program of another architecture: denied
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, count + 5, 0, _X32),
        *((_EQUAL, count - at + 4, 0, number) for at, number in enumerate(machine.denied)),
        (_EQUAL, 5, 0, machine.clone3),  # its flags are out of reach; libraries then ask by the older call
        (_EQUAL, 0, 2, machine.clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_BITS, 0, 1, _THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _FAIL | errno.EPERM),
        (_RETURN, 0, 0, _FAIL | errno.ENOSYS),
    ]
