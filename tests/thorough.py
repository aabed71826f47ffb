"""How much of what is alike is tried: some of it in every run, all of it in a whole one (`./shuitu test --whole`).

Where every one of a row of things is to be tried in every one of a row of places, a fault almost always shows in more than one
pair. So an ordinary run tries each thing somewhere and each place with something, the same pairs every time. What takes long for each
of a row takes turns instead: every day another of them, so that a row of six is through in six days.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

WHOLE = os.environ.get("SHUITU_TEST_WHOLE") == "1"
# Of the day on which the run began, for all its processes; whoever wants a run again names its turn.
TURN = int(os.environ.setdefault("SHUITU_TEST_TURN", str(date.today().toordinal())))
_Thing = TypeVar("_Thing")
_Other = TypeVar("_Other")


def shared(things: Sequence[_Thing], places: int, each: int = 2, begin: int = 0) -> list[list[_Thing]]:
    """For each of so many places the things that are tried there: each thing in ``each`` of them as far apart as can be, or in all.
    The first thing's first place is ``begin``."""
    step = places // each
    return [
        [thing for n, thing in enumerate(things) if WHOLE or any((n + begin + turn * step) % places == place for turn in range(each))]
        for place in range(places)
    ]  # fmt: skip


def some(things: Sequence[_Thing], ordinary: Sequence[_Thing]) -> list[_Thing]:
    """In every run those that stand for the others; all of them in a whole one."""
    assert set(ordinary) <= set(things)
    return list(things) if WHOLE else [thing for thing in things if thing in set(ordinary)]


def by_turn(things: Sequence[_Thing], each: int = 1, turn: int | None = None) -> list[_Thing]:
    """So many of them as have their turn today, in their order: the next day the next so many. All of them in a whole run.

    Not in a test with the mark `turns`: on every second day a row of six would never come to its second, fourth and sixth.
    """
    begin = (TURN if turn is None else turn) * each
    chosen = {(begin + n) % max(len(things), 1) for n in range(each)}
    return [thing for n, thing in enumerate(things) if WHOLE or n in chosen]


def paired(things: Sequence[_Thing], others: Sequence[_Other]) -> list[tuple[_Thing, _Other]]:
    """Each thing with one of the others, every day with the next; with each of them in a whole run."""
    return [(thing, other) for n, thing in enumerate(things) for other in by_turn(others, turn=TURN + n)]
