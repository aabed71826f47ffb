"""What an entry says against what the tables say, and against another entry: which value, old → new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layers.record import kinds, leaves
from layers.record.kinds import Kind, Now
from layers.record.leaves import BadLeaf, Leaf
from layers.words import SEMICOLON, Listed, Worded, Words


@dataclass(frozen=True, slots=True)
class RecordedState:
    """The last entry of an object, and its salt where that was not deleted."""

    index: int
    leaf: Leaf
    salt: bytes | None

    @property
    def is_unshown(self) -> bool:
        """Whether it commits to something that can be shown to nobody any more."""
        return self.salt is None and any(map(leaves.is_committed, (self.leaf.state or {}).values()))


def differences(kind: Kind, state: RecordedState, now: Now) -> Iterator[Worded]:
    """Value by value. An entry of an older version is held to what it tells, and to nothing else."""
    told = state.leaf.state or {}
    for name in sorted(told):
        if name not in now.values:
            continue
        was, is_ = told[name], now.values[name]
        if leaves.is_committed(was):
            if state.salt is not None and leaves.commitment(state.salt, name, is_) != was:
                yield Words(
                    "“{name}”不是存证的那个", "“{name}” is not the one that was recorded", name=kind.fact(name).words
                )
        elif was != is_:
            yield changed(kind.fact(name).words, was, is_)


def differing(was: Leaf, now: Leaf) -> Worded:
    """What is different between two forms of one entry."""
    kind = kinds.kind(was.kind)
    found: list[Worded] = [
        changed(Listed(name), before, after)  # a key of the entry itself
        for name, before, after in (
            ("kind", was.kind, now.kind), ("subject", was.subject, now.subject), ("act", was.act, now.act),
            ("at", was.at, now.at), ("release", was.release, now.release), ("version", was.version, now.version),
        )
        if before != after
    ]  # fmt: skip
    before, after = was.state or {}, now.state or {}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            words = kind.fact(name).words if kind else Listed(name)
            found.append(changed(words, _plain(before.get(name)), _plain(after.get(name))))
    return Listed(*found, by=SEMICOLON) if found else Words("写法不同", "it is written otherwise")


def _plain(value: object) -> object:
    return value[leaves.COMMITTED][:16] if leaves.is_committed(value) else value  # type: ignore[index]


def changed(name: Worded, was: object, is_: object) -> Words:
    return Words("{name} {was} → {now}", "{name} {was} → {now}", name=name, was=value_told(was), now=value_told(is_))


def value_told(value: object) -> Worded:
    return Words("（空）", "(nothing)") if value in (None, "") else Listed(value)


def entry_against(index: int, published: str, now: str | None) -> Iterator[Worded]:
    """What has become of an entry that was published."""
    if now == published:
        return
    try:
        was = Leaf.parse(published)
    except BadLeaf:
        yield Words("第 {index} 条公布的内容无法读取", "Entry {index} as it was published cannot be read", index=index)
        return
    named = {"index": index, "kind": called(was.kind), "subject": was.subject}
    if now is None:
        yield Words(
            "第 {index} 条（{kind} {subject}）已从数据库删除",
            "Entry {index} ({kind} {subject}) was deleted from the database",
            **named,
        )
        return
    try:
        what = differing(was, Leaf.parse(now))
    except BadLeaf:
        what = Words("无法读取", "it cannot be read any more")
    yield Words(
        "第 {index} 条（{kind} {subject}）在数据库中被改：{what}",
        "Entry {index} ({kind} {subject}) was changed in the database: {what}",
        what=what,
        **named,
    )


def called(kind: str) -> Worded:
    known = kinds.kind(kind)
    return known.words if known else Listed(kind)  # of a kind that is no longer known
