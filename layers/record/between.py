"""What was changed past the record and then written over by a release: nothing of it is in the tables any more.

A release keeps what objects were before it changed them (`layers.history`). That is what the entry before said, or somebody else
was there in between, and the next entry took it over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from django.db import connection

from layers.record.compared import changed
from layers.record.kinds import Kind
from layers.record.leaves import Leaf, is_committed
from layers.words import Worded, Words


def past_the_record(kind: Kind, leaves: Mapping[str, list[tuple[int, Leaf]]]) -> Iterator[Worded]:
    """Of each object's entries, by subject and in their order: facts that are columns of its table, entry against entry."""
    former = _former(kind.dataset)
    for subject, entries in leaves.items():
        for (index, was), (after, leaf) in pairwise(entries):
            row = former.get((leaf.release, subject)) or {}
            for name, value in (was.state or {}).items():
                if name in row and not is_committed(value) and row[name] != value:
                    yield Words(
                        "{kind} {subject}：{what}，在第 {index} 条之后、第 {release} 号发布（第 {after} 条）之前绕过存证改动",
                        "{kind} {subject}: {what}, changed past the record after entry {index} and before release {release} "
                        "(entry {after})",
                        kind=kind.words,
                        subject=subject,
                        what=changed(kind.fact(name).words, value, row[name]),
                        index=index,
                        release=leaf.release,
                        after=after,
                    )


def _former(dataset: str) -> dict[tuple[int | None, str], dict[str, Any]]:
    """What objects were until a release, by that and their code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT release_id, row->>'code', row::text FROM layers_formerstate WHERE dataset = %s", [dataset]
        )
        return {(release, code): json.loads(row) for release, code, row in cursor.fetchall()}
