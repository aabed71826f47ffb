"""Merkle trees of RFC 9162, section 2.1 (the same as RFC 6962's): roots, and proofs of inclusion and consistency. Pure.

Hashes are 32 bytes of SHA-256. A tree is given as a function of the root over its leaves from ``start`` (included) to ``end``
(excluded), so that proofs are made in the same way of hashes in memory (`over`) and of tiles on the disk (`layers.record.tiles`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Over = Callable[[int, int], bytes]
"""MTH(D[start:end]), for 0 ≤ start < end ≤ the size of the tree."""

EMPTY = hashlib.sha256().digest()  # the root of no leaves


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves, or of whole subtrees of one size whose last may be smaller."""
    if not hashes:
        return EMPTY
    row = list(hashes)
    while len(row) > 1:
        pairs = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(pairs) * 2 :]  # what has no neighbour goes up as it is
    return row[0]


def over(hashes: Sequence[bytes]) -> Over:
    """A tree whose leaves' hashes are in memory."""
    return lambda start, end: root(hashes[start:end])


def split(size: int) -> int:
    """The largest power of two below ``size`` (2 or more): how many leaves the left half has."""
    return 1 << (size - 1).bit_length() - 1


def inclusion(index: int, size: int, tree: Over) -> list[bytes]:
    """The proof that a leaf is in the tree of that size: from its neighbour up to the child of the root."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(tree(middle, end))
            end = middle
        else:
            path.append(tree(start, middle))
            start = middle
    return path[::-1]


def consistency(old: int, size: int, tree: Over) -> list[bytes]:
    """The proof that the tree of size ``old`` is the beginning of that of ``size``; empty for none of it and all of it."""
    if not 0 <= old <= size:
        raise ValueError(f"no tree of {old} in one of {size}")
    if old in (0, size):
        return []
    start, end, whole = 0, size, True
    path: list[bytes] = []
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(tree(middle, end))
            end = middle
        else:
            path.append(tree(start, middle))
            start, whole = middle, False
    return ([] if whole else [tree(start, end)]) + path[::-1]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], of: bytes) -> bool:
    """Whether the proof leads from a leaf's hash to the root ``of`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(one) != 32 for one in (leaf, of, *proof)):
        return False
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == of


def continues(old: int, size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of ``size`` begins with that of ``old`` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == new_root
    if old == 0:
        return not proof
    if not proof or any(len(one) != 32 for one in (old_root, new_root, *proof)):
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, one)
        at, last = at >> 1, last >> 1
    return last == 0 and (before, after) == (old_root, new_root)
