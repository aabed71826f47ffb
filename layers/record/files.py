"""The folder of the record: tiles, bundles, the checkpoint, the key. Written aside, flushed, renamed; the checkpoint last.

All logs lie in one folder of the state directory, the service's own, for nobody else to read; what root writes there by a command
becomes its owner's.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

from layers.kept.whole import clear_parts, write_whole
from layers.record import tiles, tree
from layers.record.notes import BadNote, Checkpoint, PublicKey, SecretKey, SignedNote
from layers.record.tiles import HashTile

CHECKPOINT, KEY, PUBLIC, LOCK = "checkpoint", "key", "key.pub", ".lock"


class Folder:
    """The files of this database's log: another database that is served from here has others, and another key."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM record_log")
            self.home = Path(settings.STATE_DIR) / "record" / cursor.fetchone()[0]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While nobody else writes here."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.home / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._own(self.home / LOCK)
            clear_parts(self.home)
            yield

    def key(self) -> SecretKey:
        """What the log signs with; made at first use, named as the settings then say, which is its name for ever."""
        path = self.home / KEY
        try:
            return SecretKey.parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            made = SecretKey.made(settings.RECORD_ORIGIN)
            self.write(path, f"{made.secret()}\n".encode(), mode=0o600)
            self.write(self.home / PUBLIC, f"{made.public}\n".encode())
            return made

    def public_key(self) -> PublicKey | None:
        """By which the log is known; None before its first checkpoint."""
        with suppress(FileNotFoundError):
            return PublicKey.parse((self.home / PUBLIC).read_text(encoding="utf-8"))
        return None

    def note(self) -> SignedNote | None:
        """The newest checkpoint as it was signed; None before the first."""
        with suppress(FileNotFoundError):
            return SignedNote.parse((self.home / CHECKPOINT).read_bytes())
        return None

    def checkpoint(self) -> Checkpoint | None:
        """The same, its signature verified; `BadNote` where that is wrong or missing."""
        note, key = self.note(), self.public_key()
        if note is None:
            return None
        if key is None or note.signed_at(key) is None:
            raise BadNote("the checkpoint is not signed with the key of this record")
        return Checkpoint.parse(note.text)

    def read(self, tile: HashTile) -> bytes:
        """A tile or bundle. One that was not full may have given way to the full one, which begins with it."""
        try:
            return (self.home / tile.path).read_bytes()
        except FileNotFoundError:
            if tile.width == tiles.WIDTH:
                raise
        whole = (self.home / HashTile(tile.level, tile.index).path).read_bytes()
        if tile.level is None:
            return tiles.pack(tiles.unpack(whole)[: tile.width])
        return whole[: tile.width * tiles.HASH]

    def tree(self, size: int) -> tree.Over:
        return tiles.over(size, self.read)

    def entries(self, size: int) -> Iterator[bytes]:
        """All entries of the published tree of that size."""
        for tile in tiles.of_bundles(size):
            yield from tiles.unpack(self.read(tile))

    def sign(self, size: int, root: bytes) -> SignedNote:
        """The checkpoint of all that was written; nobody sees that before."""
        key = self.key()
        note = SignedNote(Checkpoint(key.name, size, root).text).signed(key)
        self.write(self.home / CHECKPOINT, str(note).encode())
        return note

    def put(self, tile: HashTile, data: bytes) -> None:
        """A tile or bundle; a full one makes an end of those that were its beginning."""
        path = self.home / tile.path
        self.write(path, data)
        if tile.width == tiles.WIDTH:
            for part in path.with_name(f"{path.name}.p").glob("*"):
                part.unlink(missing_ok=True)
            with suppress(OSError):
                path.with_name(f"{path.name}.p").rmdir()

    def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        write_whole(path, data, self.home)
        path.chmod(mode)
        self._own(path)

    def _own(self, path: Path) -> None:
        """What root makes becomes the folder's owner's, with the folders on the way to it."""
        if os.geteuid():
            return
        owner = self.home.parent.stat()
        while path != self.home.parent:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
            path = path.parent
