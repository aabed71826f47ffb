"""What the second wall lets each statement of an asker see, and how a transaction is told of it (`layers.wall`, `layers.access.policies`)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from layers.access import policies
from layers.access.rights import Rights
from layers.access.sight import now
from layers.db import Query
from layers.reach import Reach
from layers.wall import Wall, told

_KEPT = 4096  # walls, of as many classes of rights

# As long as the transaction, and in one statement: the role first, as what comes after may be set by any.
_RAISE = """
SELECT set_config('role', %s, TRUE), set_config('shuitu.figures', %s, TRUE), set_config('shuitu.objects', %s, TRUE),
       set_config('shuitu.personal', %s, TRUE), set_config('shuitu.why', %s, TRUE)
"""


@lru_cache(_KEPT)
def _of(rights: Rights) -> Wall:
    objects = rights.reach("objects")
    return Wall(rights.may("figures"), objects, objects & rights.reach("personal"))


def wanted() -> Wall:
    """What the next statement may see: what is said here of the wall, or else what its asker may."""
    return told() or _of(now().rights)


@cache
def _named() -> re.Pattern[str]:
    # Not from the beginning of a word, which would be looked for at each of them: 126 µs a statement of 9 kB, and 20 so.
    return re.compile(rf"(?:{'|'.join(policies.tables())})\b")


def stands_before(text: str) -> bool:
    """Whether a statement speaks of a table that the wall stands before."""
    return _named().search(text) is not None


def raising(wall: Wall, web: str) -> Query:
    """The statement after which those of its transaction see no more than a wall lets them. Who logged in as ``web`` takes the role of
    who sees everything, or everything but persons, where that is so: their plans are those without a wall.
    """
    role = policies.ALL if wall.lies_open else policies.OBJECTS if wall.hides_persons_alone else web
    given: list[Any] = [role, "*" if wall.figures else "", _said(wall.objects), _said(wall.personal), wall.why]
    return Query(_RAISE, given)


def _said(reach: Reach) -> str:
    return "*" if reach.whole else ",".join(reach.prefixes)
