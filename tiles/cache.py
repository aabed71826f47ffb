"""Tiles kept by version: compressed once, shared by all processes, never stale.

An unfiltered tile is a file, named by layer and stamp (see `AsOf.stamp`): ``well/26-1a2b3c4d/14/88/13488-6207.pbf.gz``, in folders by the
last two digits of x, so that there are a hundred of them at most. The file is the answer's body with a seal in its gzip head (see
`layers.kept.seals`), so that a web server may send it too. Filtered tiles are kept in each process's memory: their number has no
end. So are those where nothing is: a file of no bytes would take as much of the disk as one of four thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from django.conf import settings

from layers.kept.files import KeptFiles
from layers.kept.flights import Flights
from layers.kept.memory import Made, Memory, in_bytes, made_of
from layers.kept.seals import is_sound_gzip, sealed_gzip
from layers.versions import Stamp
from tiles.address import Tile

files = KeptFiles("tiles", ".gz", lambda: settings.TILE_KEEP_BYTES, slack=0.25)
_filtered: Memory[bytes] = Memory(32 * 2**20, in_bytes)
_empty: Memory[bytes] = Memory(8 * 2**20, in_bytes)
_flights: Flights[bytes] = Flights()


def compress(body: bytes) -> bytes:
    """Gzipped and sealed, the same bytes for the same tile; empty stays empty."""
    return sealed_gzip(body) if body else b""


def path_of(layer_id: str, stamp: str, tile: Tile) -> Path:
    return files.home / layer_id / stamp / str(tile.z) / str(tile.x)[-2:] / f"{tile.x}-{tile.y}.pbf.gz"


def fetch(
    layer_id: str,
    stamp: Stamp,
    tile: Tile,
    variant: str,
    make: Callable[[], bytes | Made[bytes]],
    current: Callable[[], str],
) -> bytes:
    """The gzipped tile (empty when nothing is there), from store or made now; `Busy` as `Flights.once`.

    ``variant`` is the canonical filter. ``make`` may tell by `Made` from which version it really made the tile. ``current`` asks the
    database for the layer's stamp: a tile that was long in the making is not kept when there is a newer version by then.
    """
    key = (layer_id, tile, variant)

    def made() -> Made[bytes]:
        found = made_of(stamp, make())
        return Made(compress(found.value), found.stamp)

    if variant:
        return _filtered.get_or_make(stamp, key, made)
    path = path_of(layer_id, stamp, tile)

    def look() -> bytes | None:
        held = _empty.get(stamp, key)
        return files.read(path, is_sound_gzip) if held is None else held

    def look_or_make() -> bytes:
        held = look()  # another maker's may have landed since it was looked for
        if held is not None:
            return held
        found = made()
        if not found.value:
            return _empty.get_or_make(stamp, key, lambda: found)
        if found.stamp == stamp:
            _keep(stamp, path, found.value, current)
        return found.value

    held = look()
    return _flights.once(path, look_or_make) if held is None else held


def _keep(stamp: str, path: Path, body: bytes, current: Callable[[], str]) -> None:
    versions = path.parents[3]
    fresh = not (versions / stamp).exists()
    if fresh and current() != stamp:  # its version was swept while it was made
        return
    files.keep_soon(path, body)
    if fresh:
        files.later(partial(_drop_older, versions, _number(stamp)))


def _drop_older(versions: Path, number: int) -> None:
    with suppress(OSError):  # a disk that cannot be written
        older = [folder for folder in versions.iterdir() if _number(folder.name) < number]
        if older:
            files.drop(older)


def _number(stamp: str) -> int:
    """The version of a stamp.

    Only a smaller number is surely older: an equal one may be of data made anew, a greater one of a database that was there
    before or of a release a moment ago. Those go with the files that are not used.
    """
    number = stamp.partition("-")[0]
    return int(number) if number.isdecimal() else 0
