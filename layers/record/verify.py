"""Everything of the record computed anew, and held to the published files, to what others have kept, and to the tables as they are.

Whoever has the database, the files and the key can rewrite all three; what he cannot rewrite is what a witness has kept. So each
of them is held to the others, and what differs is named: which entry, which object, which value, old → new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from layers.db import snapshot
from layers.record import kinds, tree
from layers.record.between import past_the_record
from layers.record.compared import RecordedState, differences, entry_against
from layers.record.files import Folder
from layers.record.kept import KeptLog
from layers.record.leaves import ENDED, BadLeaf, Leaf
from layers.record.notes import BadNote, Checkpoint
from layers.record.tiles import BadTile
from layers.words import Worded, Words

NAMED = 50  # of one sort that are named one by one
_ByObject = dict[str, dict[str, list[tuple[int, Leaf]]]]
"""Kind → subject → its entries in their order, with their indexes."""


@dataclass(slots=True)
class Verification:
    """What was found; ``wrong`` is what may not be, ``notes`` what to know besides."""

    size: int = 0
    root: bytes = tree.EMPTY
    checkpoint: Checkpoint | None = None
    counts: Counter[str] = field(default_factory=Counter)  # entries by kind
    wrong: list[Worded] = field(default_factory=list)
    notes: list[Worded] = field(default_factory=list)
    left_out: int = 0  # of what is wrong, beyond those named

    def blame(self, found: Iterator[Worded]) -> None:
        for number, one in enumerate(found):
            if number < NAMED:
                self.wrong.append(one)
            else:
                self.left_out += 1


@dataclass(slots=True)
class _Log:
    """The entries as the database has them, by index."""

    leaves: dict[int, str]
    salts: dict[int, bytes]
    indexed: dict[int, tuple[str, str]]  # kind and subject by which an entry is found

    @property
    def size(self) -> int:
        """How many there are without a gap from the first on."""
        return next((at for at, index in enumerate(sorted(self.leaves)) if at != index), len(self.leaves))


def verify(kept: Sequence[KeptLog] = ()) -> Verification:
    """`FileNotFoundError` and `OSError` where the files cannot be read at all."""
    folder, found = Folder(), Verification()
    try:
        found.checkpoint = folder.checkpoint()  # before the entries: these may be more by then, never fewer
    except BadNote as error:
        found.wrong.append(Words("检查点无效：{error}", "The checkpoint is not valid: {error}", error=str(error)))
    with snapshot():
        log = _read()
        hashes = [tree.leaf_hash(log.leaves[index].encode()) for index in range(log.size)]
        found.size, found.root = log.size, tree.root(hashes)
        found.blame(_gaps(log))
        if found.checkpoint:
            found.blame(_against_files(folder, found.checkpoint, log, hashes, found.notes))
        for one in kept:
            found.blame(one.against(hashes, log.leaves, folder.public_key(), found.notes))
        found.blame(_against_tables(log, found))
    return found


def _read() -> _Log:
    with connection.cursor() as cursor:
        cursor.execute("SELECT index, kind, subject, leaf FROM record_entry ORDER BY index")
        rows = cursor.fetchall()
        cursor.execute("SELECT index, salt FROM record_salt")
        salts = {index: bytes(salt) for index, salt in cursor.fetchall()}
    return _Log({row[0]: row[3] for row in rows}, salts, {row[0]: (row[1], row[2]) for row in rows})


def _gaps(log: _Log) -> Iterator[Worded]:
    """Entries that are not there though later ones are."""
    there = sorted(log.leaves)
    for before, after in zip([-1, *there], there, strict=False):
        if after - before > 1:
            yield Words(
                "缺第 {first} 至 {last} 条：已从数据库删除",
                "Entries {first} to {last} are missing: deleted from the database",
                first=before + 1,
                last=after - 1,
            )


def _against_files(
    folder: Folder, checkpoint: Checkpoint, log: _Log, hashes: list[bytes], notes: list[Worded]
) -> Iterator[Worded]:
    """The files among themselves, and the entries as they were published against those of the database."""
    try:
        published = list(folder.entries(checkpoint.size))
        own = [tree.leaf_hash(entry) for entry in published]
        if len(own) != checkpoint.size or tree.root(own) != checkpoint.root:
            yield Words("公布的条目与签署的检查点不符", "The published entries do not have the root that was signed")
        if checkpoint.size and folder.tree(checkpoint.size)(0, checkpoint.size) != checkpoint.root:
            yield Words("公布的哈希瓦片与签署的检查点不符", "The published tiles do not have the root that was signed")
    except (OSError, BadTile) as error:
        yield Words("公布的文件缺失或损坏：{error}", "Published files are missing or broken: {error}", error=str(error))
        return
    for index, entry in enumerate(published):
        yield from entry_against(index, entry.decode(errors="replace"), log.leaves.get(index))
    if len(hashes) > checkpoint.size:
        notes.append(
            Words(
                "{count} 条已提交、尚未公布（record integrate）",
                "{count} entries are committed and not published yet (record integrate)",
                count=len(hashes) - checkpoint.size,
            )
        )


def _against_tables(log: _Log, found: Verification) -> Iterator[Worded]:
    """Of every object, its last entry against the tables, and its entries against what releases kept between them."""
    of: _ByObject = defaultdict(lambda: defaultdict(list))
    yield from _sorted(log, found, of)
    if not of:
        return
    unshown = 0
    for kind in kinds.every():
        entries = of[kind.name]
        recorded = {subject: RecordedState(*each[-1], log.salts.get(each[-1][0])) for subject, each in entries.items()}
        with connection.cursor() as cursor:
            now = {one.subject: one for one in kinds.now(cursor, kind)}
        for subject in sorted({*recorded, *now}):
            state, there = recorded.get(subject), now.get(subject)
            unshown += bool(state and there and state.is_unshown)
            yield from _object(kind, subject, state, there)
        if kind.dataset:
            yield from past_the_record(kind, entries)
    if unshown:
        found.notes.append(
            Words(
                "{count} 个对象的个人信息已删去盐值，无法核对",
                "Of {count} objects the salts are deleted: their personal values cannot be held to the record",
                count=unshown,
            )
        )


def _sorted(log: _Log, found: Verification, of: _ByObject) -> Iterator[Worded]:
    """Put every entry that can be read to its object, and count it."""
    for index in sorted(log.leaves):
        try:
            leaf = Leaf.parse(log.leaves[index])
        except BadLeaf as error:
            yield Words(
                "第 {index} 条无法读取：{error}", "Entry {index} cannot be read: {error}", index=index, error=str(error)
            )
            continue
        if log.indexed[index] != (leaf.kind, leaf.subject):
            yield Words(
                "第 {index} 条的检索栏被改为 {told}",
                "Entry {index} is filed under {told}, which is not what it tells of",
                index=index,
                told=" ".join(log.indexed[index]),
            )
        found.counts[leaf.kind] += 1
        of[leaf.kind][leaf.subject].append((index, leaf))


def _object(kind: kinds.Kind, subject: str, state: RecordedState | None, there: kinds.Now | None) -> Iterator[Worded]:
    named: dict[str, Any] = {"kind": kind.words, "subject": subject}
    is_there = state is not None and state.leaf.act != ENDED
    if state is None or (there and not is_there):
        yield Words(
            "{kind} {subject}：表中有，存证中没有（绕过存证添加）",
            "{kind} {subject}: it is in the tables and not in the record (added past it)",
            **named,
        )
    elif there is None and is_there:
        yield Words(
            "{kind} {subject}：存证第 {index} 条有，表中没有（绕过存证删除）",
            "{kind} {subject}: it is in the record (entry {index}) and not in the tables (deleted past it)",
            index=state.index,
            **named,
        )
    elif there is not None:
        for one in differences(kind, state, there):
            yield Words(
                "{kind} {subject}：{what}（存证第 {index} 条）",
                "{kind} {subject}: {what} (entry {index} of the record)",
                what=one,
                index=state.index,
                **named,
            )
