"""What others have kept of the record: a checkpoint, or all that a witness has seen (`deploy/witness/shuitu_witness.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from layers.record import tree
from layers.record.compared import entry_against
from layers.record.notes import BadNote, Checkpoint, PublicKey, SignedNote
from layers.words import Worded, Words

COSIGNED, ENTRIES, WITNESS_KEY = "checkpoint", "entries.jsonl", "witness.pub"  # in a witness's folder


@dataclass(frozen=True, slots=True)
class KeptLog:
    """A checkpoint of before, where it is from, and the entries of that time if a witness has them."""

    name: str
    note: SignedNote
    witness: PublicKey | None = None
    entries: tuple[str, ...] = ()

    @classmethod
    def file(cls, path: Path) -> KeptLog:
        """`OSError`, or `BadNote` for what is no checkpoint."""
        return cls(path.name, SignedNote.parse(path.read_bytes()))

    @classmethod
    def folder(cls, path: Path) -> KeptLog:
        """Of a witness."""
        entries = path / ENTRIES
        told = entries.read_text(encoding="utf-8").split("\n")[:-1] if entries.exists() else []
        key = PublicKey.parse((path / WITNESS_KEY).read_text(encoding="utf-8"))
        return cls(key.name, SignedNote.parse((path / COSIGNED).read_bytes()), key, tuple(told))

    def against(
        self, hashes: list[bytes], now: Mapping[int, str], log: PublicKey | None, notes: list[Worded]
    ) -> Iterator[Worded]:
        """Whether today's log goes on from what was kept; what does not is named."""
        try:
            then = Checkpoint.parse(self.note.text)
            at = self.note.signed_at(self.witness) if self.witness else None
            signed = log is not None and self.note.signed_at(log) is not None
        except BadNote as error:
            yield Words("{name}：{error}", "{name}: {error}", name=self.name, error=str(error))
            return
        when = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""
        named = {"name": self.name, "size": then.size, "when": when}
        if not signed:
            yield Words(
                "{name} 保存的检查点（{size} 条，{when}）不是用现在的密钥签署的：存证被重新开始过",
                "The checkpoint that {name} has kept ({size} entries, {when}) is not signed with today's key: the record was begun anew",
                **named,
            )
        if self.goes_on(then, hashes):
            notes.append(
                Words(
                    "与 {name} 保存的检查点一致（{size} 条，{when}）",
                    "It goes on from the checkpoint that {name} has kept ({size} entries, {when})",
                    **named,
                )
            )
            return
        yield Words(
            "存证被改写：它不是 {name} 保存的检查点（{size} 条，{when}）的延续",
            "The record was rewritten: it does not go on from the checkpoint that {name} has kept ({size} entries, {when})",
            **named,
        )
        yield from self._named(now)

    def goes_on(self, then: Checkpoint, hashes: list[bytes]) -> bool:
        """By a proof of consistency between the two trees."""
        size = len(hashes)
        if then.size > size:
            return False
        proof = tree.consistency(then.size, size, tree.over(hashes))
        return tree.continues(then.size, size, then.root if then.size else tree.EMPTY, tree.root(hashes), proof)

    def _named(self, now: Mapping[int, str]) -> Iterator[Worded]:
        for index, entry in enumerate(self.entries):
            yield from entry_against(index, entry, now.get(index))
