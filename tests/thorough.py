"""How much of what is alike is tried: some of it in every run, all of it in a whole one (`./shuitu test --whole`).

Where every one of a row of things is to be tried in every one of a row of places, a fault almost always shows in more than one
pair. So an ordinary run tries each thing somewhere and each place with something, the same pairs every time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

WHOLE = os.environ.get("SHUITU_TEST_WHOLE") == "1"
_Thing = TypeVar("_Thing")


def shared(things: Sequence[_Thing], places: int, each: int = 2) -> list[list[_Thing]]:
    """For each of so many places the things that are tried there: each thing in ``each`` of them as far apart as can be, or in all."""
    step = places // each
    return [
        [thing for n, thing in enumerate(things) if WHOLE or any((n + turn * step) % places == place for turn in range(each))]
        for place in range(places)
    ]  # fmt: skip


def some(things: Sequence[_Thing], ordinary: Sequence[_Thing]) -> list[_Thing]:
    """In every run those that stand for the others; all of them in a whole one."""
    assert set(ordinary) <= set(things)
    return list(things) if WHOLE else [thing for thing in things if thing in set(ordinary)]
