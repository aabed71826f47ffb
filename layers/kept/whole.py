"""Files that are there whole or not at all, whatever ends first: the disk, the patience, the power."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex


def write_whole(path: Path, data: bytes, aside: Path | None = None) -> None:
    """Write aside, flush to the disk, move into place; whatever goes wrong leaves nothing behind but its OSError.

    ``aside`` is a folder of the same file system, the file's own unless given.
    """
    home = aside or path.parent
    home.mkdir(parents=True, exist_ok=True)
    with new_part(home) as (part, descriptor):
        try:
            with open(descriptor, "wb", closefd=False) as file:
                file.write(data)
            move_whole(descriptor, part, path)
        except BaseException:  # an interruption too
            part.unlink(missing_ok=True)
            raise


@contextmanager
def new_part(home: Path, *, folder: bool = False) -> Iterator[tuple[Path, int]]:
    """A part that nobody else has, file or folder, and the descriptor that locks it: by the lock `abandoned` knows that its
    process lives. It stays when the lock ends, unless whoever made it took it away.

    Between its making and its lock a sweep may take it for a dead one's: then another is made.
    """
    while True:
        part = home / f".{token_hex(8)}.part"
        try:
            descriptor = _made(part, folder=folder)
        except FileNotFoundError:
            if not home.exists():
                raise
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                yield part, descriptor
                return
        finally:
            os.close(descriptor)


def _made(part: Path, *, folder: bool) -> int:
    if not folder:
        return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    part.mkdir(0o700)
    return os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def move_whole(descriptor: int, part: Path, path: Path) -> None:
    """A finished part into place: its bytes are on the disk before its name is, and its name before this returns."""
    os.fsync(descriptor)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.replace(path)
    except FileNotFoundError:  # a sweep took the folder, empty as it was, in between
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def abandoned(folder: Path, pattern: str = ".*.part") -> Iterable[Path]:
    """The parts, files or folders, that nobody writes any more: a lock ends with its process, however that ended."""
    for part in folder.glob(pattern):
        with suppress(OSError):  # gone meanwhile, or locked
            descriptor = os.open(part, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield part
            finally:
                os.close(descriptor)


def clear_parts(folder: Path) -> None:
    """Remove the files that a killed process was writing in a folder (see `write_whole`)."""
    for part in abandoned(folder):
        part.unlink(missing_ok=True)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_as_told(path: Path, length: int, sha256: str) -> bool:
    """Whether a file is there with this length and SHA-256 (1.4 GB a second where the processor helps, else 0.4)."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != length:
                return False
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False
