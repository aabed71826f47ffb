"""Tiles kept by version: compressed once, shared by all processes, never stale.

An unfiltered tile is a file under the state directory, named by build, layer and stamp (see `versions.AsOf`); others
are swept when the first tile of a new stamp is written. Filtered tiles live in a bounded store of each process: their number has no end.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from layers.feeds.caching import ByteCache
from layers.flights import Flights
from layers.versions import build
from tiles.address import Tile

_filtered = ByteCache(32 * 2**20)


_flights = Flights()


def root() -> Path:
    return Path(settings.STATE_DIR) / "tiles" / build()


def compress(body: bytes) -> bytes:
    """Gzipped, with a fixed time so that the same tile has the same bytes; empty stays empty."""
    return gzip.compress(body, 6, mtime=0) if body else b""


def fetch(layer_id: str, stamp: str, tile: Tile, variant: str, make: Callable[[], bytes]) -> bytes:
    """The gzipped tile (empty when nothing is there), from store or made now. ``variant`` is the canonical filter."""
    if variant:
        key = f"{layer_id} {stamp} {tile.z}/{tile.x}/{tile.y}?{variant}"
        with _flights.turn(key):
            found = _filtered.get(key)
            if found is None:
                found = compress(make())
                _filtered.put(key, found)
            return found
    path = root() / layer_id / stamp / str(tile.z) / str(tile.x) / f"{tile.y}.pbf.gz"
    held = _read(path)
    if held is not None:
        return held
    with _flights.turn(str(path)):
        held = _read(path)
        if held is None:
            held = compress(make())
            _write(path, held)
        return held


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:  # not there, or not to be read: then it is made
        return None


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all: a reader in another process never sees half a tile. A full disk only costs the cache."""
    version_dir = path.parents[2]
    fresh = not version_dir.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(temporary).replace(path)
    except OSError:
        return
    if fresh:
        with suppress(FileNotFoundError):  # another process sweeps as well
            _sweep(version_dir)


def _sweep(newest: Path) -> None:
    for other in newest.parent.iterdir():
        if other != newest:  # a higher number may be of a database that was there before
            shutil.rmtree(other, ignore_errors=True)
    for other in newest.parents[1].parent.iterdir():  # tiles of other builds of the code
        if other != newest.parents[1]:
            shutil.rmtree(other, ignore_errors=True)
