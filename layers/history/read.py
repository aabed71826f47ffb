"""What is kept, in words: what a release changed of each object, and what an object was at each time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.apps import apps
from psycopg.sql import SQL, Identifier, Literal

from layers import registry
from layers.db import Query, rows
from layers.fields import Field
from layers.history import said
from layers.history.keep import row_json
from layers.history.said import GEOMETRY
from layers.history.tables import OWN_HISTORY, kept
from layers.models import Release
from layers.values import Lang

Row = Mapping[str, Any]
Said = dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of an object before and after; words for people, empty where there was nothing."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """An object that a release changed or deleted. ``differences`` of a deleted one are all it had."""

    object_id: int
    code: str
    deleted: bool
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class State:
    """An object from one release to another; ``until`` is None for what it is now. ``differences`` are to the state before."""

    code: str
    made_by: Release | None
    until: Release | None
    deleted: bool
    differences: Sequence[Difference] = field(default_factory=tuple)


def changed_by(release: Release, lang: Lang = "zh", *, limit: int = 100, offset: int = 0) -> tuple[int, list[Changed]]:
    """(how many objects it changed or deleted, those from ``offset`` on in the order of their ids)."""
    if release.dataset in OWN_HISTORY:
        return 0, []
    of = kept(release.dataset)
    count = rows(_query("SELECT count(*) FROM layers_formerstate WHERE release_id = %s AND dataset = %s", release))[0][
        0
    ]
    found = rows(
        Query(
            # What came after: the next state that was kept, or what it is now.
            SQL(
                "SELECT f.object_id, f.deleted, f.row, COALESCE((SELECT n.row FROM layers_formerstate n WHERE n.dataset = f.dataset "
                "AND n.object_id = f.object_id AND n.release_id > f.release_id ORDER BY n.release_id LIMIT 1), "
                "(SELECT {now} FROM {table} t WHERE t.id = f.object_id)) FROM layers_formerstate f "
                "WHERE f.release_id = {release} AND f.dataset = {dataset} ORDER BY f.object_id LIMIT {limit} OFFSET {offset}"
            ).format(
                now=row_json(of, whole=False), table=Identifier(of.table), release=Literal(release.pk),
                dataset=Literal(release.dataset), limit=Literal(limit), offset=Literal(offset),
            ),
            [],
        )
    )  # fmt: skip
    pairs = [
        (json.loads(before), None if deleted or after is None else json.loads(after))
        for _, deleted, before, after in found
    ]
    words = _Words(release.dataset, lang, [row for pair in pairs for row in pair if row])
    return int(count), [
        Changed(object_id, words.title(before), deleted, list(words.differences(before, after)))
        for (object_id, deleted, _, _), (before, after) in zip(found, pairs, strict=True)
    ]


def states_of(dataset: str, object_id: int, lang: Lang = "zh") -> list[State]:
    """What an object was, the newest first; its first known state has no differences. Empty for what was never there."""
    of = kept(dataset)
    found = rows(
        Query(
            SQL(
                "SELECT made_by, release_id, deleted, row FROM layers_formerstate WHERE dataset = {} AND object_id = {} "
                "UNION ALL SELECT t.release_id, NULL, FALSE, {} FROM {} t WHERE t.id = {} ORDER BY 2 NULLS LAST"
            ).format(
                Literal(dataset),
                Literal(object_id),
                row_json(of, whole=False),
                Identifier(of.table),
                Literal(object_id),
            ),
            [],
        )
    )
    read = [json.loads(row) for *_, row in found]
    words = _Words(dataset, lang, read)
    releases = Release.objects.in_bulk({number for made, until, *_ in found for number in (made, until) if number})
    states: list[State] = []
    before: Row | None = None
    for (made, until, deleted, _), row in zip(found, read, strict=True):
        differences = list(words.differences(before, row)) if before else []
        states.append(State(words.title(row), releases.get(made), releases.get(until), deleted, differences))
        before = row
    return states[::-1]


def _query(text: str, release: Release) -> Query:
    return Query(text, [release.pk, release.dataset])


class _Words:
    """Rows of one dataset in words; codes of what they refer to are looked up once for all of them."""

    def __init__(self, dataset: str, lang: Lang, found: Sequence[Row]) -> None:
        self._dataset = registry.dataset(dataset)
        self._fields = [f for f in self._dataset.fields if f.imported]
        self._lang = lang
        self._model: Any = apps.get_model(self._dataset.model)
        self._names: dict[tuple[str, str], dict[int, str]] = {}
        self._look_up(found)

    def title(self, row: Row) -> str:
        return str(row.get("code") or f"{row.get('month', '')[:7] or row.get('day', '')} {row['id']}".strip())

    def differences(self, before: Row | None, after: Row | None) -> Iterator[Difference]:
        old, new = (self._said(row) if row else {} for row in (before, after))
        for name in (*(f.name for f in self._fields), GEOMETRY):
            was, is_ = old.get(name, ""), new.get(name, "")
            if was != is_:
                words = (said.shown(self._dataset, name, told).in_(self._lang) for told in (was, is_))
                yield Difference(name, said.label(self._dataset, name).in_(self._lang), *words)

    def _said(self, row: Row) -> Said:
        found = {f.name: self._value(f, row) for f in self._fields}
        if row.get("geom"):
            found[GEOMETRY] = said.shape(shapely.from_wkb(row["geom"]))
        return found

    def _value(self, f: Field, row: Row) -> str:
        if f.kind == "links":
            names = self._names.get((f.name, "code"), {})
            return said.codes(names.get(one, f"#{one}") for one in row.get("links", {}).get(f.name, ()))
        column, end = self._path(f)
        stored = row.get(column)
        if end and stored is not None:
            return self._names.get((column, end), {}).get(stored, f"#{stored}")
        return said.value(f, stored)

    def _path(self, f: Field) -> tuple[str, str]:
        """(the table's column, the field at the other end of a reference or nothing)."""
        head, _, end = f.orm_path.partition("__")
        return self._model._meta.get_field(head).column, end

    def _look_up(self, found: Iterable[Row]) -> None:
        wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
        models: dict[tuple[str, str], Any] = {}
        listed = list(found)
        for f in self._fields:
            links = f.kind == "links"
            key = (f.name, "code") if links else self._path(f)
            if not key[1]:
                continue
            models[key] = self._model._meta.get_field(f.orm_path.partition("__")[0]).related_model
            for row in listed:
                wanted[key].update(row.get("links", {}).get(f.name, ()) if links else filter(None, [row.get(key[0])]))
        for key, ids in wanted.items():
            self._names[key] = dict(models[key]._default_manager.filter(pk__in=ids).values_list("pk", key[1]))
