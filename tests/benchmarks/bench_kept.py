"""What it costs to keep a tile and to read it again, checked, against a plain file and against one database file (SQLite)."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import harness

TITLE = "What is kept: tiles read and written, checked, against plain files and against SQLite"
FILES, ROUNDS = 300, 4
SIZES = {"1 KiB": 1 << 10, "8 KiB": 8 << 10, "40 KiB": 40 << 10, "200 KiB": 200 << 10}
LARGE = 64 << 20


def measure() -> str:
    harness.django_setup()
    from django.conf import settings

    from layers.kept.seals import is_sound_gzip, open_sealed, seal, sealed_gzip
    from tiles import cache

    lines = []
    with tempfile.TemporaryDirectory() as home:
        settings.STATE_DIR = home
        for name, size in SIZES.items():
            bodies = [sealed_gzip(os.urandom(size)) for _ in range(FILES)]
            ours = [cache.files.home / name / f"{number}.pbf.gz" for number in range(FILES)]
            plain = [Path(home) / "plain" / name / f"{number}.gz" for number in range(FILES)]
            plain[0].parent.mkdir(parents=True)
            writing, reading, against = harness.Pair(), harness.Pair(), harness.Pair()
            one = _Sqlite(Path(home) / f"{size}.db")
            for number, body in enumerate(bodies):
                writing.take(_call(cache.files.keep, ours[number], body), _call(plain[number].write_bytes, body))
                one.put(str(number), body)
            for number in list(range(FILES)) * ROUNDS:
                read = _call(cache.files.read, ours[number], is_sound_gzip)
                reading.take(read, plain[number].read_bytes)
                against.take(read, _call(one.get, str(number)))
            lines.append(reading.row(f"read a tile of {name}, against a plain file", digits=3))
            lines.append(against.row(f"read a tile of {name}, against SQLite with the same check", digits=3))
            lines.append(
                writing.row(f"write a tile of {name} and flush it, against neither flushed nor counted", digits=3)
            )
        cache.files.settle()
        large = Path(home) / "large"
        large.write_bytes(os.urandom(LARGE))
        sealing = harness.Pair()
        for _ in range(5):
            sealing.take(lambda: seal(large), large.read_bytes)
            os.truncate(large, LARGE)
        seal(large)
        whole, piece = harness.Pair(), harness.Pair()
        for number in range(20):
            whole.take(_call(_checked, open_sealed, large, 0, LARGE), large.read_bytes)
            piece.take(_call(_checked, open_sealed, large, number << 20, (number << 20) + 16_384), large.read_bytes)
        lines.append(sealing.row("seal a file of 64 MiB, against reading it"))
        lines.append(whole.row("check all of it, against reading it"))
        lines.append(piece.row("check a range of 16 KiB, against reading it all", digits=3))
    return harness.table(harness.HEAD, lines)


def _call(work: Callable[..., object], *given: object) -> Callable[[], object]:
    return lambda: work(*given)


def _checked(open_sealed: Callable[[Path], object], path: Path, start: int, end: int) -> None:
    found = open_sealed(path)
    with found.file:  # type: ignore[attr-defined]
        assert found.is_sound(start, end)  # type: ignore[attr-defined]


class _Sqlite:
    """The other way to keep many small things: one file, with the same checksum beside each body."""

    def __init__(self, path: Path) -> None:
        self._link = sqlite3.connect(path, isolation_level=None)
        self._link.execute("PRAGMA journal_mode = wal")
        self._link.execute("CREATE TABLE kept (key text PRIMARY KEY, body blob, sum blob)")

    def put(self, key: str, body: bytes) -> None:
        self._link.execute("INSERT INTO kept VALUES (?, ?, ?)", [key, body, hashlib.sha256(body).digest()])

    def get(self, key: str) -> bytes:
        body, told = self._link.execute("SELECT body, sum FROM kept WHERE key = ?", [key]).fetchone()
        assert hashlib.sha256(body).digest() == told
        return bytes(body)
