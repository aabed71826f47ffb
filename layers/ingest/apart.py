"""A file, read in a process of its own: bounded in memory and time, without secrets, gone with whoever asked.

Readers of spreadsheets and maps are large libraries in C and Rust, and a file of a kilobyte can make them take all memory
or crash. What that ends is `layers.ingest.reader`, and the one who asked gets an `ImportRefused` that says what to do.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import pwd
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from layers.ingest import said, scratch, wire
from layers.ingest.readers import look
from layers.ingest.reading import NO_HINTS, Choice, Hints
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table
from layers.words import Words

logger = logging.getLogger(__name__)

PROGRAM = ("-m", "layers.ingest.reader")
CHUNK_BYTES = 32 << 20  # of rows that come at once
_PIPE_BYTES = 1 << 20
_LAST_WORDS = 4_000  # characters
_DYING_S = 10.0
_OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "Cannot allocate memory")
_CRS_LONGEST, _NOTES, _CHOICES, _ABOVE, _ALLOWED = 100_000, 20, 50, 200, 2_000
_ROOT = Path(__file__).resolve().parents[2]
# One thread is as fast here, and each more takes memory. Of allocators glibc's, with large blocks given back at once: Arrow's
# own reserves two gigabytes, and kept blocks would let the process grow with its file.
_LIBRARIES = {
    "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": str(1 << 20),
    "GDAL_NUM_THREADS": "1", "OGR_GPKG_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    "OGR_ARROW_MEM_LIMIT": str(64 << 20),  # of a batch: 20,000 outlines can be a gigabyte
    "GDAL_SKIP": "OGR_VRT,VRT,GDALG,GTI,WFS,OAPIF,OGCAPI,HTTP,CSW,EEDA,PLSCENES,NGW,Carto,AmigoCloud,Elasticsearch,ADBC,GPSBabel,SQLite,"
    "ESRIJSON,TopoJSON",  # which read further files, or ask servers; and what is refused by its name
}  # fmt: skip
_KEPT = ("PATH", "LD_LIBRARY_PATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "TZ")


@contextmanager
def opened_apart(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Iterator[Table]:
    """Open a file of any known format; ``layer`` is the sheet or the layer within it. The rows can be taken once.

    Raises `ImportRefused`, here and while rows are taken: whatever is wrong with the file, and when to read it takes more
    than IMPORT_READ_MB of memory or IMPORT_READ_SECONDS.
    """
    look(path)
    user = pwd.getpwnam(settings.SERVICE_USER) if settings.SERVICE_USER else None
    with scratch.folder(user) as folder:
        given = scratch.hand_over(path, folder, user)
        with _Reading(given, layer, hints, folder, user) as reading:
            yield reading.table()


class _Reading:
    """One process and what it says."""

    def __init__(
        self, path: Path, layer: str | None, hints: Hints, folder: Path, user: pwd.struct_passwd | None
    ) -> None:
        self._path = path
        self._patience = float(settings.IMPORT_READ_SECONDS)  # left to wait; while its rows are worked on nobody waits
        self._words, last_words = os.pipe()
        for end in (self._words, last_words):
            os.set_blocking(end, False)  # what does not fit into the pipe is lost, and the process does not wait for it
        try:
            self._process = _start(folder, user, last_words)
        except BaseException:
            os.close(self._words)
            raise
        finally:
            os.close(last_words)
        assert self._process.stdin and self._process.stdout
        self._out: IO[bytes] = self._process.stdout
        with suppress(OSError):  # a user may have as many as are allowed
            fcntl.fcntl(self._out, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN)
        self._frames = wire.frames(self._read)
        job = {
            "parent": os.getpid(), "path": str(path), "layer": layer, "folder": str(folder),
            "told": dict(hints.told), "words": sorted(hints.words),
            "given": [str(one) for one in scratch.belonging(path)],
            "memory_bytes": settings.IMPORT_READ_BYTES, "seconds": settings.IMPORT_READ_SECONDS, "chunk_bytes": CHUNK_BYTES,
        }  # fmt: skip
        left = memoryview(json.dumps(job).encode() + b"\n")
        with suppress(BrokenPipeError):  # it ended at once: the answer says why
            while left:  # of more than a pipe holds, a signal that comes meanwhile leaves a rest
                left = left[self._process.stdin.write(left) :]
            self._process.stdin.close()

    def __enter__(self) -> _Reading:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._out.close()
        os.close(self._words)

    def table(self) -> Table:
        found = self._next()
        if found is None or found[0] != wire.HEAD:
            raise self._unreadable("no head")
        try:
            return _table(found[1], self._chunks)
        except (KeyError, TypeError, ValueError) as error:
            raise self._unreadable(repr(error)) from error

    def _chunks(self, headings: Sequence[str], has_geometry: bool) -> Iterator[Chunk]:
        names = list(dict.fromkeys(headings))
        while found := self._next():
            try:
                yield wire.chunk_of(found[1], names, has_geometry)
            except (wire.Malformed, TypeError) as error:
                raise self._unreadable(repr(error)) from error

    def _next(self) -> tuple[bytes, Any] | None:
        """The next frame, None behind the last; whatever the process met is raised as an `ImportRefused`."""
        try:
            kind, told = next(self._frames)
        except EOFError:
            raise self._death() from None
        except TimeoutError:
            raise _too_long() from None
        except wire.Malformed as error:
            raise self._unreadable(repr(error)) from error
        if kind != wire.END:
            return kind, told
        if told.get("out_of") == "memory":
            raise _too_much(self._path)
        if "zh" in told:
            try:
                raise _refusal(told)
            except (KeyError, TypeError, ValueError) as error:
                raise self._unreadable(repr(error)) from error
        if told:
            raise self._unreadable(self._last_words())
        return None

    def _read(self, count: int) -> bytearray:
        """So many bytes of the process's output; `EOFError` when it ended before, `TimeoutError` when patience did."""
        found = bytearray(count)
        view, at = memoryview(found), 0
        while at < count:
            began = time.monotonic()
            there = self._poll.poll(self._patience * 1000)
            self._patience -= time.monotonic() - began
            if not there or self._patience <= 0:
                raise TimeoutError
            got = os.readv(self._out.fileno(), [view[at:]])
            if not got:
                raise EOFError
            at += got
        return found

    def _death(self) -> ImportRefused:
        """Of what the process died, as far as its signal and its last words tell."""
        try:
            code = self._process.wait(_DYING_S)
        except subprocess.TimeoutExpired:
            return self._unreadable("it closed its output")
        words = self._last_words()
        if code == -signal.SIGXCPU:
            return _too_long()
        if code == -signal.SIGKILL:
            return _killed()
        # Rust and C++ abort when they are given no memory.
        if code == -signal.SIGABRT and any(sign in words for sign in _OUT_OF_MEMORY):
            return _too_much(self._path)
        return self._unreadable(f"ended with {code}: {words}")

    def _last_words(self) -> str:
        try:
            return os.read(self._words, 1 << 16)[-_LAST_WORDS:].decode(errors="replace")
        except BlockingIOError:
            return ""

    def _unreadable(self, why: str) -> ImportRefused:
        logger.warning("reading %s: %s", self._path.name, plain(why, _LAST_WORDS))
        return ImportRefused(
            "文件无法读取，可能已损坏或格式与扩展名不符", "the file cannot be read: damaged, or not what its name says"
        )


def _start(folder: Path, user: pwd.struct_passwd | None, last_words: int) -> subprocess.Popen[bytes]:
    who: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    mine = {"LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(_ROOT)}
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-s", "-B", *PROGRAM], env={**kept, **mine, **_LIBRARIES},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=last_words, bufsize=0, cwd=folder, start_new_session=True, **who,
        )  # fmt: skip
    except OSError as error:
        raise ImportRefused(
            "无法启动读取文件的进程（{strerror}）：用户 {service_user} 须能进入程序所在的目录",
            "the process that reads files cannot be started ({strerror}): its user has to reach the program",
            strerror=error.strerror,
            service_user=settings.SERVICE_USER or "—",
        ) from error


def _table(told: dict[str, Any], chunks: Callable[[Sequence[str], bool], Iterator[Chunk]]) -> Table:
    headings, crs = told["headings"], told["crs"]
    if not isinstance(headings, list) or not all(isinstance(heading, str) for heading in headings):
        raise ValueError("headings")
    if len(headings) > wire.MAX_HEADINGS or not (crs is None or (isinstance(crs, str) and len(crs) <= _CRS_LONGEST)):
        raise ValueError("too long")
    names, geometry = tuple(headings), bool(told["has_geometry"])
    notes = [said.words(one, plain) for one in told["notes"][:_NOTES]]
    above = [plain(text) for text in told["above"][:_ABOVE]]
    choices = [_choice(one) for one in told["choices"][:_CHOICES]]
    return Table(plain(told["format"]), names, lambda: chunks(names, geometry), geometry, crs, notes, choices, above)


def _choice(told: dict[str, Any]) -> Choice:
    name, value = plain(told["name"]), plain(told["value"])
    return Choice(
        name,
        value,
        said.words(told["why"], plain),
        [plain(word, 200) for word in told["others"][:_ALLOWED]],
        bool(told["asks"]),
    )


def _refusal(told: dict[str, Any]) -> ImportRefused:
    param, allowed = told.get("param"), told.get("allowed")
    return ImportRefused.saying(
        said.words(told, plain), param=None if param is None else plain(param),
        allowed=[plain(word, 200) for word in allowed[:_ALLOWED]] if isinstance(allowed, list) else None,
    )  # fmt: skip


def plain(text: object, most: int = 1_000) -> str:
    """Somebody else's text as it may be shown and logged: so many characters, and none that does more than be seen."""
    return "".join(c if c.isprintable() else "·" for c in str(text)[:most])


def _too_much(path: Path) -> ImportRefused:
    mb = settings.IMPORT_READ_BYTES >> 20
    workbook = path.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods", ".zip"}
    what_to_do = (
        Words(
            "表格太大，或远处有零星内容（在 Excel 中按 Ctrl+End 看最后一个单元格）：请删去多余的空行空列，或另存为 CSV 再导入",
            "the table is too large, or has a stray cell far away (Ctrl+End in Excel): delete that, or save the table as CSV",
        )
        if workbook
        else Words("请拆成几个文件再导入", "split it")
    )
    return ImportRefused(
        "读取这个文件要用的内存超过 {mb} MB 的上限：{what_to_do}",
        "reading the file takes more than {mb} MB of memory: {what_to_do}",
        param="file",
        mb=mb,
        what_to_do=what_to_do,
    )


def _killed() -> ImportRefused:
    """By the kernel, which kills who takes the machine's memory, or by somebody: the file need not be to blame."""
    return ImportRefused(
        "读取文件的进程被系统终止，多半是服务器内存不足：请再试一次；仍不行就拆成几个文件，或另存为 CSV 再导入",
        "the process that reads the file was killed, probably as the machine ran out of memory: try again, or split the file, or save "
        "it as CSV",
        param="file",
    )


def _too_long() -> ImportRefused:
    seconds = settings.IMPORT_READ_SECONDS
    return ImportRefused(
        "读取这个文件超过 {seconds} 秒的上限（IMPORT_READ_SECONDS）：请拆成几个文件，或另存为 CSV 再导入",
        "reading the file takes more than {seconds} seconds: split it, or save it as CSV",
        param="file",
        seconds=seconds,
    )
