"""Entering acts: each in the transaction that does it, at its end, so that there is no act without its entry nor entry without its act.

Whoever appends holds a lock until its transaction ends, so that entries are numbered without a gap and in the order in which they
become true; it is taken last, and no other is waited for under it. Sets, not rows: one statement reads the objects of an act, one
COPY writes their entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from psycopg.sql import SQL, Identifier

from layers.history.tables import kept
from layers.models import Release
from layers.record import integrate, kinds, leaves, releases
from layers.record.kinds import Kind, Now
from layers.record.leaves import ENDED, STATED, Leaf
from layers.record.models import RecordEntry, Salt

Cursor = Any
Made = tuple[Leaf, bytes | None]
"""A leaf, and the salt of its commitments."""


def released(release: Release, *, undone: int | None = None) -> None:
    """Enter a release, complete as it is, and what its rows are now in all kinds of its dataset; ``undone`` is the release that it
    takes back, whose rows it has changed too. Call last in its transaction."""
    numbers = [release.pk, *([undone] if undone else [])]
    _enter(lambda cursor, at: _released(cursor, release, numbers, at))


def done(kind: Kind, ids: Sequence[int]) -> None:
    """Enter acts of a kind that is no dataset's. Call last in their transaction."""
    which = SQL("o.id = ANY(%s)")
    _enter(lambda cursor, at: (_stated(kind, one, at) for one in kinds.now(cursor, kind, which, [list(ids)])))


def take_in() -> int:
    """Enter everything that there is, where the record has not begun; → how many entries that made."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor)
        return 0 if _size(cursor) else _write(cursor, 0, list(_everything(cursor, _now())))


def forget(kind: str, subject: str) -> int:
    """Delete the salts of an object's entries: what they commit to can be shown to nobody any more; → of how many entries."""
    of = RecordEntry.objects.filter(kind=kind, subject=subject)
    return Salt.objects.filter(index__in=of.values("index")).delete()[0]


def lock(cursor: Cursor) -> None:
    """The head of the log, until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('shuitu record'))")


def _enter(make: Callable[[Cursor, str], Iterable[Made]]) -> None:
    """Hold the head and write; before the first act comes what was there before it."""
    with connection.cursor() as cursor:
        lock(cursor)
        at, first = _now(), _size(cursor)
        made = list(make(cursor, at))
        if not first:
            own = {(leaf.kind, leaf.subject) for leaf, _ in made}
            made[:0] = [each for each in _everything(cursor, at) if (each[0].kind, each[0].subject) not in own]
        _write(cursor, first, made)
    transaction.on_commit(integrate.quietly, robust=True)


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _size(cursor: Cursor) -> int:
    """How many entries there were. A number whose salt is there was given, though its entry be gone: it is not given again."""
    cursor.execute(
        "SELECT COALESCE(GREATEST((SELECT max(index) FROM record_entry), (SELECT max(index) FROM record_salt)) + 1, 0)"
    )
    return int(cursor.fetchone()[0])


def _everything(cursor: Cursor, at: str) -> Iterator[Made]:
    # What releases made comes after them.
    for kind in sorted(kinds.every(), key=lambda each: each.name != releases.KIND.name):
        for one in kinds.now(cursor, kind):
            yield _stated(kind, one, at, taken_in=True)


def _released(cursor: Cursor, release: Release, numbers: Sequence[int], at: str) -> Iterator[Made]:
    for one in kinds.now(cursor, releases.KIND, SQL("o.id = %s"), [release.pk]):
        yield _stated(releases.KIND, one, at, release.pk)
    for kind in kinds.every():
        if kind.dataset == release.dataset:
            yield from _rows(cursor, kind, numbers, release.pk, at)


def _rows(cursor: Cursor, kind: Kind, numbers: Sequence[int], release: int, at: str) -> Iterator[Made]:
    """The objects that a release wrote, as they are now, and those that it deleted."""
    table = Identifier(kept(kind.dataset).table)
    written = SQL(
        "SELECT id FROM {} WHERE release_id = %s UNION "
        "SELECT object_id FROM layers_formerstate WHERE dataset = %s AND release_id = ANY(%s)"
    ).format(table)
    params: list[Any] = [release, kind.dataset, list(numbers)]
    if kind.also:
        written = SQL("{} UNION {}").format(written, SQL(kind.also))
        params += [list(numbers)] * kind.also.count("%s")
    for one in kinds.now(cursor, kind, SQL("o.id IN ({})").format(written), params):
        yield _stated(kind, one, at, release)
    cursor.execute(
        SQL(
            "SELECT DISTINCT f.row->>'code' FROM layers_formerstate f WHERE f.dataset = %s AND f.release_id = %s "
            "AND f.deleted AND NOT EXISTS (SELECT FROM {} t WHERE t.id = f.object_id) ORDER BY 1"
        ).format(table),
        [kind.dataset, release],
    )
    for (subject,) in cursor.fetchall():
        yield Leaf(kind.name, kind.version, subject, ENDED, at, release=release), None


def _stated(kind: Kind, one: Now, at: str, release: int | None = None, *, taken_in: bool = False) -> Made:
    salt = leaves.new_salt() if any(fact.personal for fact in kind.facts) else b""
    state = one.state(kind, salt)
    return Leaf(kind.name, kind.version, one.subject, STATED, at, state, release, taken_in), salt or None


def _write(cursor: Cursor, first: int, made: Sequence[Made]) -> int:
    """Under the lock: the entries from index ``first`` on; → how many."""
    salts = [(index, salt) for index, (_, salt) in enumerate(made, first) if salt]
    with cursor.copy("COPY record_entry (index, kind, subject, leaf) FROM STDIN") as copy:
        for index, (leaf, _) in enumerate(made, first):
            copy.write_row((index, leaf.kind, leaf.subject, leaf.canonical().decode()))
    if salts:
        with cursor.copy("COPY record_salt (index, salt) FROM STDIN") as copy:
            for each in salts:
                copy.write_row(each)
    return len(made)
