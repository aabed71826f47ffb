"""What an ordinary run leaves out has its turn on another day, and a whole run leaves nothing out."""

from __future__ import annotations

import pytest

from tests import thorough

THINGS = list("abcdef")


@pytest.fixture(params=[False, True], ids=["ordinary", "whole"])
def whole(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(thorough, "WHOLE", request.param)
    return bool(request.param)


@pytest.mark.parametrize("each", range(1, 7))
def test_everything_has_its_turn_within_as_many_days_as_it_takes(each: int, whole: bool) -> None:
    days = -(-len(THINGS) // each)
    for first in (0, 5, 739_000):
        found = [thorough.by_turn(THINGS, each, turn) for turn in range(first, first + days)]
        assert all(day == (THINGS if whole else sorted(day)) for day in found)
        assert whole or all(len(day) == each for day in found)
        assert {thing for day in found for thing in day} == set(THINGS)


def test_of_nothing_there_is_nothing(whole: bool) -> None:
    assert thorough.by_turn([]) == []


def test_each_is_tried_every_day_and_every_pair_on_some_day(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    others, pairs = [1, 2, 3], set()
    for turn in range(7, 10):
        monkeypatch.setattr(thorough, "TURN", turn)
        found = thorough.paired(THINGS, others)
        assert [thing for thing, _ in found] == [thing for thing in THINGS for _ in range(3 if whole else 1)]
        pairs |= set(found)
    assert pairs == {(thing, other) for thing in THINGS for other in others}


@pytest.mark.parametrize("each", [1, 2])
def test_what_is_shared_is_tried_at_so_many_places_and_everywhere_in_time(each: int, whole: bool) -> None:
    found: list[set[str]] = [set() for _ in range(6)]
    for begin in range(6):
        today = thorough.shared(THINGS, 6, each, begin)
        assert sum(map(len, today)) == len(THINGS) * (6 if whole else each)
        found = [known | set(now) for known, now in zip(found, today, strict=True)]
    assert found == [set(THINGS)] * 6
