"""Which city this is: its root division, its names, the plane it is measured in. Declared once, told everywhere.

The plane is what the database itself measures with (`layers_plane_srid`, migration 0002), the rest one row of
`layers.models.Declaration`. Before either, the place is whatever city is imported, without a name of its own.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from django.db import connection

from layers import names, vocab
from layers import plane as planes
from layers.words import Kept

Cursor = Any

# The city that is imported is the root where none was declared.
_SQL = """
SELECT layers_plane_srid(), d.id IS NOT NULL, COALESCE(d.root, r.code, ''), COALESCE(d.name_zh, r.name, ''),
       COALESCE(d.name_en, ''), COALESCE(d.authority_zh, ''), COALESCE(d.authority_en, ''), COALESCE(d.credit_zh, ''),
       COALESCE(d.credit_en, '')
FROM (VALUES (1)) AS one (id)
LEFT JOIN layers_declaration d ON d.id = one.id
LEFT JOIN LATERAL (
    SELECT code, name FROM layers_region WHERE level = 1 AND valid_to_id IS NULL ORDER BY code LIMIT 1
) r ON TRUE
"""


@dataclass(frozen=True, slots=True)
class Place:
    """The place as everything that is told of it follows; texts are empty where nothing was said."""

    plane: int = planes.USUAL
    declared: bool = False
    root: str = ""
    zh: str = ""
    en: str = ""
    authority_zh: str = ""
    authority_en: str = ""
    credit_zh: str = ""
    credit_en: str = ""

    def name(self, lang: str) -> str:
        return Kept({"zh": self.zh, "en": self.en}).in_(lang)

    def authority(self, lang: str) -> str:
        return Kept({"zh": self.authority_zh, "en": self.authority_en}).in_(lang)

    def credit(self, lang: str) -> str:
        return Kept({"zh": self.credit_zh, "en": self.credit_en}).in_(lang)

    def called(self, code: str, name: str, lang: str, *, unit: bool = False) -> str:
        """A division, or a reporting unit, in a language: the name it is registered with where there is no other."""
        if code == self.root and self.en and not unit:
            return Kept({"zh": name, "en": self.en}).in_(lang)
        return (names.unit(code, name) if unit else names.division(code, name)).in_(lang)

    @property
    def levels(self) -> tuple[int, ...]:
        return levels_of(self.root)


def levels_of(root: str) -> tuple[int, ...]:
    """The levels of division that a place has, from its root down: a county, and a city without districts, has no districts."""
    county = len(root) == vocab.CODE_DIGITS[vocab.DISTRICT]
    return tuple(level for level in vocab.DIVISIONS if not (county and level == vocab.DISTRICT))


def parents_of(root: str) -> dict[int, int]:
    """Of each level below the root, the digits of its parent's code."""
    levels = levels_of(root)
    digits = {vocab.CITY: len(root), **vocab.CODE_DIGITS}
    return {level: digits[above] for above, level in itertools.pairwise(levels)}


def read(cursor: Cursor | None = None) -> Place:
    """The place as it is this moment: one query of one row. Whoever asks in a loop reads it once."""
    if cursor is None:
        with connection.cursor() as own:
            return read(own)
    cursor.execute(_SQL)
    return Place(*cursor.fetchone())
