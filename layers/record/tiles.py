"""The tree as static files, as C2SP tlog-tiles has them: tiles of 256 hashes, bundles of 256 entries, and their paths. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from layers.record import tree

HEIGHT, WIDTH = 8, 256
ENTRY_MOST = 2**16 - 1  # bytes: an entry's length is told in two
HASH = 32
ENTRIES = "entries"

_PATH = re.compile(r"tile/(?P<level>0|[1-9]\d?|entries)/(?P<index>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?")


class BadTile(ValueError):
    """A tile or bundle is not what it has to be."""


@dataclass(frozen=True, slots=True)
class HashTile:
    """A tile of hashes, or with ``level`` None a bundle of entries; ``width`` is how many there are in it."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        level = ENTRIES if self.level is None else self.level
        told = f"tile/{level}/{index_path(self.index)}"
        return told if self.width == WIDTH else f"{told}.p/{self.width}"

    @property
    def first(self) -> int:
        """Which of its level's hashes (or entries) its first is."""
        return self.index * WIDTH


def index_path(index: int) -> str:
    """1234067 → x001/x234/067"""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def parse(path: str) -> HashTile | None:
    """The tile of a path as tlog-tiles spells it; None for any other text."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level = None if found["level"] == ENTRIES else int(found["level"])
    tile = HashTile(level, int(found["index"].replace("x", "").replace("/", "")), int(found["width"] or WIDTH))
    return tile if (level or 0) < 64 and tile.path == path else None


def of_level(level: int | None, size: int, *, since: int = 0) -> Iterator[HashTile]:
    """The tiles of one level of a tree of that size; only those that one of size ``since`` lacks."""
    there, before = (each >> HEIGHT * (level or 0) for each in (size, since))
    for index in range(before // WIDTH, -(-there // WIDTH)):
        yield HashTile(level, index, min(WIDTH, there - index * WIDTH))


def of_bundles(size: int, *, since: int = 0) -> Iterator[HashTile]:
    """Likewise its bundles of entries."""
    return of_level(None, size, since=since)


def pack(entries: Sequence[bytes]) -> bytes:
    """A bundle: each entry after its length in two bytes, the larger first."""
    if any(len(entry) > ENTRY_MOST for entry in entries):
        raise BadTile(f"an entry is longer than {ENTRY_MOST} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes]:
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if at + 2 > len(bundle) or end > len(bundle):
            raise BadTile("a bundle of entries is cut short")
        entries.append(bundle[at + 2 : end])
        at = end
    return entries


def hashes(tile: bytes) -> list[bytes]:
    if len(tile) % HASH:
        raise BadTile("a tile is cut short")
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]


def over(size: int, read: Callable[[HashTile], bytes]) -> tree.Over:
    """The tree of that size whose tiles ``read`` gives: each is read once."""
    known: dict[HashTile, list[bytes]] = {}

    def row(level: int, start: int, end: int) -> list[bytes]:
        """Hashes of one level, all in one tile."""
        index, there = start // WIDTH, size >> HEIGHT * level
        tile = HashTile(level, index, min(WIDTH, there - index * WIDTH))
        if tile not in known:
            known[tile] = hashes(read(tile))
            if len(known[tile]) != tile.width:
                raise BadTile(f"{tile.path} has {len(known[tile])} hashes")
        return known[tile][start - tile.first : end - tile.first]

    def mth(start: int, end: int) -> bytes:
        count = end - start
        if count & (count - 1) == 0 and start % count == 0:
            level = (count.bit_length() - 1) // HEIGHT
            unit = 1 << HEIGHT * level
            return tree.root(row(level, start // unit, end // unit))
        middle = start + tree.split(count)
        return tree.node_hash(mth(start, middle), mth(middle, end))

    return mth


@dataclass(slots=True)
class Edge:
    """The right edge of a growing tree: of each level the hashes of its last tile, which is not full."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    @classmethod
    def read(cls, size: int, read: Callable[[HashTile], bytes]) -> Edge:
        """That of the tree whose tiles ``read`` gives."""
        edge, level = cls(size), 0
        while there := size >> HEIGHT * level:
            width = there % WIDTH
            edge.levels.append(hashes(read(HashTile(level, there // WIDTH, width))) if width else [])
            if len(edge.levels[-1]) != width:
                raise BadTile(f"the last tile of level {level} has {len(edge.levels[-1])} hashes, not {width}")
            level += 1
        return edge

    def append(self, leaf: bytes) -> Iterator[tuple[HashTile, bytes]]:
        """Take in a leaf's hash; → the tiles that it makes full."""
        self.size += 1
        level, found = 0, leaf
        while True:
            if level == len(self.levels):
                self.levels.append([])
            row = self.levels[level]
            row.append(found)
            if len(row) < WIDTH:
                return
            yield HashTile(level, (self.size >> HEIGHT * (level + 1)) - 1), b"".join(row)
            found, self.levels[level] = tree.root(row), []
            level += 1

    def partial(self) -> Iterator[tuple[HashTile, bytes]]:
        """The tiles that are not full."""
        for level, row in enumerate(self.levels):
            if row:
                yield HashTile(level, (self.size >> HEIGHT * level) // WIDTH, len(row)), b"".join(row)

    def root(self) -> bytes:
        found: list[bytes] = []
        for row in self.levels:
            if row or found:
                found = [tree.root([*row, *found])]
        return found[0] if found else tree.EMPTY
