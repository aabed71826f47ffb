"""The folder of one reading process: its working directory, where archives are unpacked; gone with it, whatever happens.

Where root reads for somebody, the process has a user of its own (``SERVICE_USER``), to whom the folder belongs and for
whom the file is copied into it: that user need not be able to reach the file, and cannot change it.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from layers.ingest.archive import SIDE_FILES

PREFIX = "shuitu-reading-"
# For another user's folder, which is that user's alone: root's own temporary directory may be one nobody else can enter.
FOR_ANOTHER = Path("/var/tmp")
_SETTLED_S = 60.0  # a folder so old has its lock, if its maker lives


def home(user: pwd.struct_passwd | None) -> Path:
    """Where the folders are made."""
    return FOR_ANOTHER if user else Path(tempfile.gettempdir())


@contextmanager
def folder(user: pwd.struct_passwd | None) -> Iterator[Path]:
    """A new folder that only ``user`` (or whoever we are) can enter; gone afterwards. Sweeps away what killed ones left."""
    sweep(user)
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home(user)))
    # Held as long as we live: by this a sweep tells a folder in use from one left behind.
    lock = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if user:
            os.chown(made, user.pw_uid, user.pw_gid)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def sweep(user: pwd.struct_passwd | None) -> int:
    """Remove the folders whose maker was killed; → how many."""
    ours = {os.geteuid(), *([user.pw_uid] if user else [])}
    swept = 0
    for left in home(user).glob(f"{PREFIX}*"):
        with suppress(OSError):  # it went meanwhile, or its maker holds it
            found = left.lstat()
            if found.st_uid not in ours or time.time() - found.st_ctime < _SETTLED_S:
                continue
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
                swept += 1
            finally:
                os.close(lock)
    return swept


def belonging(path: Path) -> list[Path]:
    """The file and what is read with it: a Shapefile's or a MapInfo table's others, the rows that a GeoPackage has not yet taken in."""
    suffix = path.suffix.lower()
    if suffix in SIDE_FILES:
        beside = (other for other in path.parent.iterdir() if other.stem == path.stem and other != path)
        return [path, *(other for other in beside if other.suffix.lower() in SIDE_FILES[suffix])]
    if suffix == ".gpkg" and (journal := path.with_name(f"{path.name}-wal")).is_file():
        return [path, journal]
    return [path]


def hand_over(path: Path, into: Path, user: pwd.struct_passwd | None) -> Path:
    """The file as the reading process is to open it: copied, with what belongs to it and under its own name, where
    another user reads it, or where SQLite has to write beside it; else where it is."""
    files = belonging(path)
    if not user and not any(one.name.endswith("-wal") for one in files):
        return path.absolute()
    given = into / "given"
    given.mkdir()
    for one in files:
        copy = given / one.name
        shutil.copyfile(one, copy)
        copy.chmod(0o644)
    if user:
        os.chown(given, user.pw_uid, user.pw_gid)
    return given / path.name
