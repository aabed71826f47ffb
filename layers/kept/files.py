"""Files kept on disk for all processes of the machine: bounded, whole, and the ones used longest ago go first.

When a file was used last is its access time, set here (not oftener than hourly) and by the system, whoever reads it; its
modification time stays that of the writing. Everything here is a cache: a disk that is full, or not to be written, costs no more.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from layers.kept.tally import Tally, charged
from layers.kept.whole import abandoned, move_whole, new_part, write_whole

log = logging.getLogger(__name__)
_TOUCH_SECONDS = 3600.0
_UNUSED_SECONDS = 30 * 24 * 3600.0  # such as those of a data version that a restore has left behind
_TELL_SECONDS = 60.0
_SOON_BYTES = 16 * 2**20  # small files that wait to be written


class KeptFiles:
    """The files with one suffix in one folder of the state directory, ``limit()`` bytes in all, however many write at once.

    With ``slack`` the limit is never passed: a file that does not fit is not kept, and a sweep in the background, begun
    when half of the slack is left, frees all of it. Without, the newest file stays whatever its size, and the sweep is done
    before `take` returns: for few large files, each of which its asker reads again at once.
    """

    def __init__(self, name: str, suffix: str, limit: Callable[[], int], slack: float = 0.0) -> None:
        self.name = name
        self._suffix = suffix
        self._limit = limit
        self._slack = slack
        # Of many small files the second is exact enough, and takes less memory to sort by.
        self._grain_ns = 1_000_000_000 if slack else 1
        self._told_at = 0.0
        self._soon: dict[Path, bytes] = {}
        self._soon_size = 0
        self._behind = threading.Lock()
        self._todo: list[Callable[[], None]] = []
        self._worker: threading.Thread | None = None

    @property
    def home(self) -> Path:
        return Path(settings.STATE_DIR) / self.name

    @property
    def _parts(self) -> Path:
        """Where files are made: each is locked, or stands in a folder that is."""
        return self.home / ".parts"

    @property
    def _tally(self) -> Tally:
        return Tally(self.home / ".tally")

    @property
    def held(self) -> int:
        """Bytes held, as counted (see `charged`)."""
        return self._tally.read().size

    def read(self, path: Path, is_sound: Callable[[bytes], bool]) -> bytes | None:
        """A small file; None when it is not there, or not sound: then it is gone."""
        waiting = self._soon.get(path)
        if waiting is not None:
            return waiting
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # not there, or not to be read: then it is made
            return None
        try:
            found = os.fstat(descriptor)
            body = os.read(descriptor, found.st_size)  # in one call: quicker than a file object
            if is_sound(body):
                self.used(descriptor, found)
                return body
        except OSError as error:  # the disk does not give it back
            log.warning("%s: %s", path, error)
        finally:
            os.close(descriptor)
        self.wrong(path)
        return None

    def used(self, descriptor: int, found: os.stat_result) -> None:
        """Remember that a file is used now."""
        now = time.time_ns()
        if now - found.st_atime_ns > (_TOUCH_SECONDS * 1e9 if self._slack else 0):
            with suppress(OSError):
                os.utime(descriptor, ns=(now, found.st_mtime_ns))

    def wrong(self, path: Path) -> None:
        """Remove a file that is not what was written; it is made anew by who asks."""
        log.warning("%s is not what was written there: removed, to be made anew", path)
        with suppress(OSError):
            size = path.stat().st_size
            path.unlink()
            self._tally.add(-charged(size))

    def keep(self, path: Path, body: bytes) -> bool:
        """Write a small file, whole; False when it was not kept for want of room."""
        limit, size = self._limit(), charged(len(body))
        try:
            if path.exists():  # another process made it meanwhile
                return True
            fits, held = self._tally.reserve(size, limit)
            if fits:
                try:
                    write_whole(path, body, self._parts)
                except BaseException:
                    self._tally.add(-size)
                    raise
        except OSError as error:
            self._tell(error)
            return False
        if not fits or held.size > limit * (1 - self._slack / 2) or held.is_old:
            self.later(self.sweep)
        return fits

    def keep_soon(self, path: Path, body: bytes) -> None:
        """As `keep`, in the background: to flush a file to a busy disk takes longer than to make a tile.

        It can be read here at once. When too much waits already it is not kept.
        """
        with self._behind:
            if path in self._soon or self._soon_size + len(body) > _SOON_BYTES:
                return
            self._soon[path] = body
            self._soon_size += len(body)
        self.later(self._keep_waiting)

    def _keep_waiting(self) -> None:
        """What waits now; what comes meanwhile comes after a sweep that is due."""
        for path in list(self._soon):
            try:
                self.keep(path, self._soon[path])
            finally:
                with self._behind:
                    self._soon_size -= len(self._soon.pop(path))
        if self._soon:
            self.later(self._keep_waiting)

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """A folder to make a file in, gone at the end; a killed process's is swept as soon as it is dead."""
        self._parts.mkdir(parents=True, exist_ok=True)
        with new_part(self._parts, folder=True) as (folder, _):
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def take(self, finished: Path, path: Path) -> None:
        """Move a finished file in from a workshop, and let go of what was used longest ago."""
        with finished.open("rb") as file:
            size = charged(os.fstat(file.fileno()).st_size)
            move_whole(file.fileno(), finished, path)
        held = self._tally.add(size)
        if held.size > self._limit() or held.is_old:
            self.sweep(path)

    def later(self, work: Callable[[], None]) -> None:
        """In the background, one thing after the other; nothing twice that has not begun."""
        with self._behind:
            if work not in self._todo:
                self._todo.append(work)
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name=f"keep {self.name}", daemon=True)
                self._worker.start()

    def _work(self) -> None:
        while True:
            with self._behind:
                if not self._todo:
                    self._worker = None
                    return
                work = self._todo.pop(0)
            try:
                work()
            except Exception:
                log.exception("%s: what was to be done in the background failed", self.home)

    def settle(self) -> None:
        """Wait for what is at work in the background."""
        worker = self._worker
        if worker is not None:
            worker.join()

    def sweep(self, spare: Path | None = None) -> None:
        """Let go of what killed processes were making, of what was not used for a month, and of what was used longest ago.

        By one process at a time; another finds it done. ``spare`` stays.
        """
        with self._alone(wait=False) as alone:
            if alone:
                self._sweep(spare)

    def _sweep(self, spare: Path | None) -> None:
        for part in abandoned(self._parts):
            shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink(missing_ok=True)
        before = self._tally.read().size
        ages: Counter[int] = Counter()
        for _, found in self._walk(self.home):
            ages[self._used_at(found)] += charged(found.st_size)
        total = left = sum(ages.values())
        room = int(self._limit() * (1 - self._slack))
        expired = (time.time_ns() - int(_UNUSED_SECONDS * 1e9)) // self._grain_ns
        last = -1
        for age in sorted(ages):
            if left <= room and age > expired:
                break
            left, last = left - ages[age], age
        # Of the files of the last age only as many as need be.
        over = ages[last] - (max(0, room - left) if last > expired else 0)
        freed = self._remove(self._aged(last, over, spare))
        with self._tally.changing() as held:  # others wrote meanwhile
            held.size = max(0, held.size - before) + total - freed
            held.counted_at = time.time()

    def _aged(self, last: int, over: int, spare: Path | None) -> Iterator[Path]:
        """The files used before ``last``, and ``over`` bytes of those used then."""
        for path, found in self._walk(self.home):
            used = self._used_at(found)
            if used > last or path == spare:
                continue
            if used == last:
                if over <= 0:
                    continue
                over -= charged(found.st_size)
            yield path

    def _used_at(self, found: os.stat_result) -> int:
        return max(found.st_atime_ns, found.st_mtime_ns) // self._grain_ns

    def drop(self, folders: Iterable[Path]) -> None:
        """Remove all files in some folders, and the folders."""
        with self._alone(wait=True):
            for folder in folders:
                freed = self._remove(path for path, _ in self._walk(folder))
                shutil.rmtree(folder, ignore_errors=True)
                with suppress(OSError):
                    self._tally.add(-freed)

    def _remove(self, paths: Iterable[Path]) -> int:
        """→ how much room that gave. Folders that are empty then go too."""
        freed = 0
        for path in paths:
            with suppress(OSError):  # another process removed it, or has a new file in the folder
                size = path.stat().st_size
                path.unlink()
                freed += charged(size)
                folder = path.parent
                while folder != self.home:
                    folder.rmdir()
                    folder = folder.parent
        return freed

    def _walk(self, folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
        """Every kept file below; what is made just now is none."""
        try:
            entries = os.scandir(folder)
        except OSError:
            return
        with entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        yield from self._walk(Path(entry.path))
                    elif entry.name.endswith(self._suffix):
                        yield Path(entry.path), entry.stat(follow_symlinks=False)

    @contextmanager
    def _alone(self, *, wait: bool) -> Iterator[bool]:
        """Whether no other process sweeps; with ``wait``, when none does."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / ".sweep").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True

    def _tell(self, error: OSError) -> None:
        """Into the log, but not for every file of a disk that is full."""
        if time.monotonic() - self._told_at > _TELL_SECONDS or not self._told_at:
            self._told_at = time.monotonic()
            log.warning("%s: nothing can be kept there: %s", self.home, error)
