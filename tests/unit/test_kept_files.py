"""What is kept on disk: whole or not there, never trusted blindly, never more than its bound, whoever is killed meanwhile."""

from __future__ import annotations

import fcntl
import gzip
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layers.kept.files import KeptFiles
from layers.kept.seals import PIECE, is_sound_gzip, open_sealed, seal, sealed_gzip
from layers.kept.tally import Tally, charged
from layers.kept.whole import abandoned, clear_parts, new_part, write_whole

ROOT = Path(__file__).parents[2]
BLOCK = 4096


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


def room(blocks: int = 1000, slack: float = 0.25) -> KeptFiles:
    return KeptFiles("room", ".gz", lambda: blocks * BLOCK, slack)


def kept(files: KeptFiles) -> list[Path]:
    return sorted(files.home.rglob("*.gz"))


def test_a_sealed_file_is_gzip_for_everybody() -> None:
    for body in (b"x", b"tile" * 10_000, os.urandom(70_000)):
        file = sealed_gzip(body)
        assert gzip.decompress(file) == body
        assert is_sound_gzip(file)
        assert sealed_gzip(body) == file
        unpacked = subprocess.run(["gzip", "-dc"], input=file, capture_output=True, check=True)
        assert unpacked.stdout == body


def test_any_byte_of_a_small_file_tells_that_it_was_changed() -> None:
    file = sealed_gzip(b"a tile of some length")
    for place in range(len(file)):
        wrong = bytearray(file)
        wrong[place] ^= 1
        assert not is_sound_gzip(bytes(wrong)), place
    for length in range(len(file)):
        assert not is_sound_gzip(file[:length])
    assert not is_sound_gzip(file + b"\0")
    assert not is_sound_gzip(gzip.compress(b"a tile of some length"))


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_a_large_file_is_checked_where_it_is_read(tmp_path: Path, length: int) -> None:
    path, body = tmp_path / "file", os.urandom(length)
    path.write_bytes(body)
    seal(path)
    whole = path.read_bytes()
    found = open_sealed(path)
    assert found is not None
    with found.file:
        assert (found.size, found.file.read(found.size)) == (length, body)
        assert found.is_sound(0, length) and found.is_sound(length, length)
    for place in {0, length // 2, length - 1} - {-1}:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        found = open_sealed(path)
        assert (found is None) == (place >= length)  # of an empty body the seal is all there is
        if found is not None:
            with found.file:
                assert not found.is_sound(0, length) and not found.is_sound(place, place + 1)
                elsewhere = (place + PIECE + 1) if place + PIECE + 1 < length else None
                assert elsewhere is None or found.is_sound(elsewhere, elsewhere + 1)
    for place in range(length, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert open_sealed(path) is None
    for cut in {0, length // 2, length, len(whole) - 1}:
        path.write_bytes(whole[:cut])
        assert open_sealed(path) is None


def test_what_is_wrong_is_removed_with_a_word(caplog: pytest.LogCaptureFixture) -> None:
    files = room()
    path = files.home / "1" / "a.gz"
    assert files.keep(path, sealed_gzip(b"a"))
    assert files.read(path, is_sound_gzip) == sealed_gzip(b"a")
    path.write_bytes(b"")
    assert files.read(path, is_sound_gzip) is None
    assert not path.exists()
    assert str(path) in caplog.text
    assert files.held == 0


def test_the_bound_holds_and_the_longest_unused_go_first() -> None:
    files, begun = room(blocks=100), int(time.time()) - 5000
    for number in range(300):
        path = files.home / str(number % 7) / f"{number}.gz"
        files.keep(path, b"x")
        if path.exists():  # as old as their number
            then = (begun + number + (500 if number < 10 else 0)) * 10**9
            os.utime(path, ns=(then, 10**18))
        assert len(kept(files)) <= 100
        files.settle()
    assert len(kept(files)) > 60
    assert files.held == len(kept(files)) * BLOCK
    assert {path.stem for path in kept(files)} >= {str(number) for number in range(10)}  # used later than all others


def test_large_files_are_counted_by_their_size() -> None:
    files = room(blocks=100)
    assert charged(0) == charged(1) == charged(BLOCK) == BLOCK and charged(BLOCK + 1) == 2 * BLOCK
    assert not files.keep(files.home / "large.gz", bytes(101 * BLOCK))
    for number in range(30):
        files.keep(files.home / f"{number}.gz", bytes(10 * BLOCK - 5))
        files.settle()  # what is too much goes behind the one who keeps
        assert len(kept(files)) <= 10
    assert room(blocks=0).keep(files.home / "none.gz", b"x") is False


_WRITER = """
import sys
from django.conf import settings
settings.configure(STATE_DIR=sys.argv[1])
from layers.kept.files import KeptFiles
files = KeptFiles("room", ".gz", lambda: 100 * 4096, 0.25)
most = 0
for number in range(300):
    files.keep(files.home / f"{sys.argv[2]}-{number}.gz", b"x" * 3000)
    most = max(most, files.held)
    if number % 10 == 0:
        files.settle()
print(most)
"""


def test_the_bound_holds_when_two_processes_write_at_once(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), name], cwd=ROOT, stdout=subprocess.PIPE)
        for name in "ab"
    ]
    for writer in writers:
        told, _ = writer.communicate()
        assert writer.returncode == 0
        assert 0 < int(told) <= 100 * BLOCK
    files = room(blocks=100)
    assert 50 < len(kept(files)) <= 100
    files.sweep()
    assert files.held == len(kept(files)) * BLOCK


def test_what_waits_to_be_written_is_read_at_once_and_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    files, flush, slow = room(blocks=100_000), os.fsync, threading.Event()

    def hanging(descriptor: int) -> None:
        slow.wait(30)
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", hanging)
    bodies = {files.home / f"{number}.gz": sealed_gzip(os.urandom(1 << 20)) for number in range(20)}
    for path, body in bodies.items():
        files.keep_soon(path, body)
    waiting = [path for path in bodies if files.read(path, is_sound_gzip) == bodies[path]]
    assert waiting == list(bodies)[:15]  # of 16 MiB
    slow.set()
    files.settle()
    assert kept(files) == sorted(waiting)
    assert all(path.read_bytes() == bodies[path] for path in waiting)
    files.keep_soon(path, body)
    files.settle()
    assert len(kept(files)) == 16


def test_an_unreadable_tally_is_counted_anew() -> None:
    files = room(blocks=100)
    for number in range(10):
        files.keep(files.home / f"{number}.gz", b"x")
    files.settle()
    (files.home / ".tally").write_bytes(b"?")
    assert files.held == 0
    files.keep(files.home / "next.gz", b"x")
    files.settle()
    assert files.held == 11 * BLOCK


def test_what_nobody_used_for_a_month_goes_though_there_is_room() -> None:
    files = room()
    files.keep(files.home / "old" / "a.gz", b"x")
    files.keep(files.home / "new" / "b.gz", b"x")
    files.settle()
    long_ago = time.time() - 40 * 24 * 3600
    os.utime(files.home / "old" / "a.gz", (long_ago, long_ago))
    files.sweep()
    assert kept(files) == [files.home / "new" / "b.gz"]
    assert not (files.home / "old").exists()


def test_a_use_is_remembered_and_the_time_of_writing_stays() -> None:
    files = room()
    path = files.home / "a.gz"
    files.keep(path, sealed_gzip(b"a"))
    files.settle()  # or the sweep that may follow would find it unused for years
    os.utime(path, (1_600_000_000, 1_600_000_000))
    files.read(path, is_sound_gzip)
    assert path.stat().st_atime > time.time() - 60
    assert path.stat().st_mtime == 1_600_000_000


def test_a_disk_that_is_full_costs_only_the_cache(caplog: pytest.LogCaptureFixture) -> None:
    files = room()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
    try:
        for number in range(5):
            assert files.keep(files.home / f"{number}.gz", bytes(10_000)) is False
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert kept(files) == [] and files.held == 0
    assert not list(files.home.rglob("*.part"))
    assert caplog.text.count("nothing can be kept there") == 1
    assert files.keep(files.home / "again.gz", bytes(10_000))


_HALFWAY = {
    "file": """
import os, sys, time
from django.conf import settings
settings.configure(STATE_DIR=sys.argv[1])
from layers.kept.files import KeptFiles
def slow(descriptor):  # the disk: the bytes are written, the name is not
    print("halfway", flush=True)
    time.sleep(60)
os.fsync = slow
files = KeptFiles("room", ".gz", lambda: 1 << 20, 0.25)
files.keep(files.home / "half.gz", b"x" * 100_000)
""",
    "folder": """
import sys, time
from django.conf import settings
settings.configure(STATE_DIR=sys.argv[1])
from layers.kept.files import KeptFiles
files = KeptFiles("room", ".gz", lambda: 1 << 20)
with files.workshop() as shop:
    (shop / "half.gz").write_bytes(b"x" * 100_000)
    print("halfway", flush=True)
    time.sleep(60)
""",
}


@pytest.mark.parametrize("what", list(_HALFWAY))
def test_what_a_killed_process_was_writing_is_never_served_and_swept(tmp_path: Path, what: str) -> None:
    files = room()
    writer = subprocess.Popen(
        [sys.executable, "-c", _HALFWAY[what], str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout is not None and writer.stdout.readline() == "halfway\n"
        (part,) = files.home.rglob("*.part")
        files.sweep()
        assert part.exists(), "it is being written, however long that takes"
    finally:
        writer.kill()
        writer.wait()
    assert files.read(files.home / "half.gz", is_sound_gzip) is None
    files.sweep()
    assert not part.exists() and list(files.home.rglob("*.gz")) == []
    assert files.held == 0
    if what == "file":
        assert files.keep(files.home / "half.gz", b"x")


def test_a_file_is_on_the_disk_before_its_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, list[str]]] = []
    flush: Callable[[int], None] = os.fsync

    def watched(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        seen.append((name, sorted(path.name for path in (tmp_path / "to").glob("[!.]*"))))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_whole(tmp_path / "to" / "file", b"x")
    assert [there for _, there in seen] == [[], ["file"]]
    assert seen[1][0] == "to"


def test_parts_beside_a_file_are_cleared_when_their_writer_is_dead(tmp_path: Path) -> None:
    write_whole(tmp_path / "file.pdf", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["file.pdf"]
    part = tmp_path / ".0123456789abcdef.part"
    part.write_bytes(b"half")
    clear_parts(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file.pdf"]


@pytest.mark.parametrize("folder", [False, True], ids=["file", "folder"])
def test_a_part_that_a_sweep_took_before_its_lock_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: bool
) -> None:
    """Its writer is alive, but nobody can know that yet."""
    taken: list[Path] = []
    lock: Callable[[int, int], None] = fcntl.flock

    def swept_before(descriptor: int, how: int) -> None:
        if not taken:
            (part,) = tmp_path.iterdir()
            taken.append(part)
            part.rmdir() if folder else part.unlink()
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", swept_before)
    with new_part(tmp_path, folder=folder) as (part, _):
        assert part.exists() and [part] != taken
        assert list(abandoned(tmp_path)) == []
    assert list(abandoned(tmp_path)) == [part]


def test_the_tally_is_never_below_nothing(tmp_path: Path) -> None:
    tally = Tally(tmp_path / "tally")
    assert tally.add(-5).size == 0
    assert tally.reserve(10, 10)[0] and not tally.reserve(1, 10)[0]
    assert tally.read().size == 10
