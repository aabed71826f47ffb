"""The record as its pages tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.db.models import Count

from geoapp.reports.document import code_of
from layers import languages
from layers.errors import NotFound
from layers.record import kinds, notes, permits, tiles, tree
from layers.record.compared import RecordedState, called, differences, value_told
from layers.record.files import Folder
from layers.record.leaves import ENDED, BadLeaf, Leaf
from layers.record.models import RecordEntry, Salt
from layers.record.notes import BadNote, Checkpoint
from layers.wall import lifted
from layers.words import Listed, Worded, Words

ACTS = {"stated": Words("存证", "Recorded"), ENDED: Words("删除", "Deleted")}
UNREADABLE = Words("最新一条无法读取", "the last entry cannot be read")
COMMITTED = Words("（只存承诺值）", "(a commitment alone)")


def log(lang: str, site: str) -> dict[str, Any] | None:
    """The newest checkpoint and how many entries there are; None before the first, ``broken`` where it is none."""
    folder = Folder()
    try:
        found = folder.checkpoint()
    except BadNote:
        return {"broken": True}
    if found is None:
        return None
    counts = RecordEntry.objects.order_by().values_list("kind").annotate(count=Count("index"))
    of_kind = dict(counts)
    return {
        "checkpoint": found,
        "root": found.root.hex(),
        "note": str(folder.note()),
        "key": str(folder.public_key()),
        "address": f"{site}record/",
        "waiting": max(0, sum(of_kind.values()) - found.size),
        "kinds": [{"name": called(kind).in_(lang), "count": count} for kind, count in sorted(of_kind.items())],
    }


def permit(code: str, lang: str, site: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """The entries of a permit, the newest first, with the proof of each that is published."""
    folder = Folder()
    head = _checkpoint(folder)
    found = (
        list(RecordEntry.objects.filter(kind=permits.KIND.name, subject=code).order_by("-index"))
        if "\x00" not in code
        else []
    )
    size = head.size if head else 0
    path = tiles.over(size, folder.read)
    entries = [_entry(one, size, path, head, lang) for one in found]
    newest = entries[0]["index"] if entries else 0
    address = languages.address(f"{site}record/permit/{quote(code)}?size={size}&index={newest}", lang)
    return {
        "entries": entries,
        "size": size,
        "root": head.root.hex() if head else "",
        "now": _now(code, found[0], lang) if found else None,
        "address": address,
        "qr": code_of(address) if entries and entries[0]["proved"] else "",
        "printed": _printed(asked, entries),
    }


def subject_of(index: int) -> str:
    """The permit that an entry is of; nothing for one of another kind."""
    found = RecordEntry.objects.filter(index=index, kind=permits.KIND.name).values_list("subject", flat=True).first()
    return found or ""


def proof(index: int) -> str:
    """The file of a proof. `NotFound` for an entry that is not published."""
    folder = Folder()
    head, note = _checkpoint(folder), folder.note()
    if head is None or note is None or index >= head.size:
        raise NotFound(Words("没有第 {index} 条", "There is no entry {index}", index=index), param="index")
    bundle = next(tiles.of_bundles(head.size, since=index))
    path = _path(index, head.size, folder.tree(head.size))
    if path is None:
        raise NotFound(Words("公布的文件不见了", "Published files are gone"), param="index")
    return notes.proof(index, path, str(note), tiles.unpack(folder.read(bundle))[index - bundle.first])


def _checkpoint(folder: Folder) -> Checkpoint | None:
    try:
        return folder.checkpoint()
    except BadNote:
        return None  # `manage.py record verify` says what is wrong


def _entry(one: RecordEntry, size: int, of: tree.Over, head: Checkpoint | None, lang: str) -> dict[str, Any]:
    leaf, path = _leaf(one), _path(one.index, size, of)
    hashed = tree.leaf_hash(one.leaf.encode())
    return {
        "index": one.index,
        "at": leaf.at,
        "act": ACTS.get(leaf.act, Listed(leaf.act)).in_(lang),
        "release": leaf.release,
        "taken_in": leaf.taken_in,
        "facts": _facts(leaf, lang),
        "leaf": one.leaf,
        "hash": hashed.hex(),
        "published": one.index < size,
        "proved": bool(head and path is not None and tree.includes(hashed, one.index, size, path, head.root)),
        "path": [each.hex() for each in path or ()],
    }


def _leaf(one: RecordEntry) -> Leaf:
    """What the entry says; nothing, where somebody has made it unreadable."""
    try:
        return Leaf.parse(one.leaf)
    except BadLeaf:
        return Leaf(one.kind, 0, one.subject, "—", "—")


def _path(index: int, size: int, of: tree.Over) -> list[bytes] | None:
    """The proof; None for what is not published, or whose files are gone."""
    try:
        return tree.inclusion(index, size, of)
    except (ValueError, OSError):
        return None


def _facts(leaf: Leaf, lang: str) -> list[dict[str, str]]:
    state = leaf.state or {}
    return [
        {"name": fact.words.in_(lang), "told": (COMMITTED if fact.personal else _value(state[fact.name])).in_(lang)}
        for fact in permits.KIND.facts
        if fact.name in state
    ]


def _value(told: Any) -> Worded:
    return Listed(f"{told:,}") if isinstance(told, int) else value_told(told)


def _now(code: str, newest: RecordEntry, lang: str) -> dict[str, Any]:
    """Whether the tables say what the last entry says. Personal values are compared and not told."""
    leaf = _leaf(newest)
    salt = Salt.objects.filter(pk=newest.index).first()
    with lifted("the tables against what was entered"), connection.cursor() as cursor:
        found = next(kinds.now(cursor, permits.KIND, kinds.of_subject(), [code]), None)
    if found is None or leaf.act == ENDED:
        return {"same": (found is None) == (leaf.act == ENDED), "there": found is not None, "differs": []}
    if leaf.state is None:
        return {"same": False, "there": True, "differs": [UNREADABLE.in_(lang)]}
    state = RecordedState(newest.index, leaf, bytes(salt.salt) if salt else None)
    differs = [one.in_(lang) for one in differences(permits.KIND, state, found)]
    return {"same": not differs, "there": True, "differs": differs, "unshown": state.is_unshown}


def _printed(asked: Mapping[str, str], entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What a printed code refers to, and whether there is a newer entry by now."""
    index, size = (asked.get(name, "") for name in ("index", "size"))
    if not (index.isdecimal() and size.isdecimal() and len(index + size) < 40):
        return None
    one = next((each for each in entries if each["index"] == int(index)), None)
    return {"index": int(index), "size": int(size), "entry": one, "newest": bool(entries) and entries[0] is one}
