"""THE list of what there are entries of: the modules that `settings.RECORD_KINDS` names, each with its ``KIND``.

Another kind of act (a drainage permit, a plan, a verdict) is one such entry: how it is called, what is told of it, which of that is
personal, and the statement that reads it. A kind whose objects are rows of a dataset is entered with the releases that change
them and needs nothing else; any other calls `layers.record.append.done` where it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from psycopg.sql import SQL, Composable

from layers.record import leaves
from layers.words import Listed, Worded, Words

Cursor = Any


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of an object: its name in entries, and in words. A ``personal`` one is committed to and not told."""

    name: str
    words: Worded
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """``select`` gives of every object as it is now: id, subject (what people know it by), then each fact in its order: a whole
    number, a text, a day, a moment, or nothing. ``dataset`` names the dataset of objects that releases change; ``also`` gives the ids of those that a
    release changes without writing their rows, of the numbers of releases, which are each of its parameters. A new ``version``
    tells that facts have changed; entries of older ones stay as they are."""

    name: str
    words: Words
    facts: tuple[Fact, ...]
    select: str
    dataset: str = ""
    also: str = ""
    version: int = 1

    def fact(self, name: str) -> Fact:
        return next((one for one in self.facts if one.name == name), Fact(name, Listed(name)))


@dataclass(frozen=True, slots=True)
class Now:
    """An object as the tables have it."""

    id: int
    subject: str
    values: dict[str, leaves.Value]

    def state(self, kind: Kind, salt: bytes) -> dict[str, Any]:
        """As an entry has it: personal values as commitments."""
        personal = {fact.name for fact in kind.facts if fact.personal}
        return {
            name: leaves.commitment(salt, name, value) if name in personal else value
            for name, value in self.values.items()
        }


@cache
def _of(modules: tuple[str, ...]) -> tuple[Kind, ...]:
    return tuple(import_module(name).KIND for name in modules)


def every() -> tuple[Kind, ...]:
    return _of(tuple(settings.RECORD_KINDS))


def kind(name: str) -> Kind | None:
    return next((one for one in every() if one.name == name), None)


def now(cursor: Cursor, of: Kind, which: Composable | None = None, params: Sequence[Any] = ()) -> Iterator[Now]:
    """Objects as the tables have them, in the order of their ids: those of ``which`` (a condition on ``o``), or all."""
    cursor.execute(
        SQL("SELECT o.* FROM ({}) o WHERE {} ORDER BY o.id").format(SQL(of.select), which or SQL("TRUE")), list(params)
    )
    names = [fact.name for fact in of.facts]
    for id_, subject, *values in cursor.fetchall():
        yield Now(int(id_), str(subject), dict(zip(names, map(_told, values), strict=True)))


def of_subject() -> Composable:
    """The condition that it is known by a name, which is the statement's one parameter."""
    return SQL("o.subject = %s")


def _told(value: Any) -> leaves.Value:
    """As entries tell it: whole numbers and texts; moments in UTC, to the microsecond."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    if isinstance(value, date):
        return value.isoformat()
    if value is None or type(value) in (int, str):
        return value
    raise TypeError(f"an entry tells no {type(value).__name__}")
