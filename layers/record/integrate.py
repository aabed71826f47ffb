"""What was committed becomes part of the tree: bundles and tiles first, then a checkpoint that is signed.

The files hold what was published, and are the beginning of whatever is published next: a root is made from their right edge and
from the entries behind it. Entries that are no longer those that were published are never signed (`Altered`).
"""

from __future__ import annotations

import logging

from django.db import connection

from layers.record import tiles, tree
from layers.record.files import Folder
from layers.record.notes import Checkpoint
from layers.record.tiles import Edge, HashTile
from layers.words import Words

log = logging.getLogger(__name__)


class Altered(Exception):
    """What is in the database is not what was published."""

    def __init__(self, said: Words) -> None:
        super().__init__(said.in_("en"))
        self.said = said


def quietly() -> None:
    """After a commit: whatever is wrong is told in the log, and what was committed waits for the next time."""
    try:
        run()
    except Exception:
        log.exception("the record could not be brought up to date: ./shuitu manage record verify")


def run() -> Checkpoint | None:
    """Bring the files up to what is committed; → the newest checkpoint, or None while there is no entry."""
    folder = Folder()
    with folder.alone():
        before = folder.checkpoint()
        size = before.size if before else 0
        start = max(0, size - 1) // tiles.WIDTH * tiles.WIDTH  # of the last bundle that was published
        found = _entries(start)
        _refuse_altered(folder, start, size, found)
        new = found[size - start :]
        if not new:
            return before
        edge = Edge.read(size, folder.read)
        whole = [full for entry in new for full in edge.append(tree.leaf_hash(entry))]
        for tile in tiles.of_bundles(edge.size, since=size):
            folder.put(tile, tiles.pack(found[tile.first - start : tile.first - start + tile.width]))
        for tile, data in (*whole, *edge.partial()):
            folder.put(tile, data)
        return Checkpoint.parse(folder.sign(edge.size, edge.root()).text)


def _entries(start: int) -> list[bytes]:
    """What is committed from an index on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT index, leaf FROM record_entry WHERE index >= %s ORDER BY index", [start])
        rows = cursor.fetchall()
    for index, (told, _) in enumerate(rows, start):
        if told != index:
            raise Altered(
                Words(
                    "第 {index} 条不见了：不再签署。请运行 record verify",
                    "Entry {index} is missing: nothing is signed. Run record verify",
                    index=index,
                )
            )
    return [leaf.encode() for _, leaf in rows]


def _refuse_altered(folder: Folder, start: int, size: int, found: list[bytes]) -> None:
    """The last published entries, those of one bundle, have to be there as they were."""
    if len(found) < size - start:
        raise Altered(
            Words(
                "已公布 {size} 条，数据库里最后 {count} 条不见了：不再签署。请运行 record verify",
                "{size} entries were published, and the last {count} of them are not in the database: nothing is signed. Run record verify",
                size=size,
                count=size - start - len(found),
            )
        )
    kept = tiles.unpack(folder.read(HashTile(None, start // tiles.WIDTH, size - start))) if size else []
    for index, published in enumerate(kept):
        if published != found[index]:
            raise Altered(
                Words(
                    "第 {index} 条与已公布的不同：不再签署。请运行 record verify",
                    "Entry {index} is not as it was published: nothing is signed. Run record verify",
                    index=start + index,
                )
            )
