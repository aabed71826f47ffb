"""Buckets of askers: emptied by questions, filled by time, kept by all processes together; and what that costs."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest

from geoapp.walls import limits
from geoapp.walls.limits import Bucket, Buckets
from geoapp.walls.rates import is_dear, lane_of

SMALL = Bucket(10, 2)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_is_emptied_and_fills_again(clock: Clock) -> None:
    table = Buckets(None, clock)
    assert [table.take("a", 4, SMALL) for _ in range(3)] == [
        0,
        0,
        1.0,
    ]  # 2 are left, 4 are wanted, 2 come back a second
    clock.now += 1
    assert table.take("a", 4, SMALL) == 0
    assert table.take("a", 1, SMALL) == 0.5
    clock.now += 3600
    assert table.take("a", 10, SMALL) == 0  # no more than it holds
    assert table.take("a", 1, SMALL) > 0


def test_a_refused_question_costs_nothing(clock: Clock) -> None:
    table = Buckets(None, clock)
    table.take("a", 10, SMALL)
    assert {table.take("a", 1, SMALL) for _ in range(50)} == {0.5}


def test_what_costs_more_than_a_bucket_holds_waits_for_a_full_one(clock: Clock) -> None:
    table = Buckets(None, clock)
    assert table.take("a", 50, SMALL) == 0 or table.take("a", 50, SMALL) <= 5


def test_each_has_its_own(clock: Clock) -> None:
    table = Buckets(None, clock)
    table.take("a", 10, SMALL)
    assert table.take("b", 10, SMALL) == 0
    assert table.take("a", 1, SMALL) > 0


def test_many_askers_push_out_who_asked_longest_ago(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PLACES", 8)
    table = Buckets(None, clock)
    for number in range(1000):
        clock.now += 0.001
        table.take(f"asker-{number}", 1, SMALL)
    table.take("heavy", 10, SMALL)
    assert table.take("heavy", 1, SMALL) > 0  # who asked just now is remembered


def test_a_machine_that_began_anew_forgets(tmp_path: Path, clock: Clock) -> None:
    Buckets(tmp_path / "limits", clock).take("a", 10, SMALL)
    clock.now = 1.0
    assert Buckets(tmp_path / "limits", clock).take("a", 10, SMALL) == 0


def _ask(path: Path, count: int) -> None:
    table = Buckets(path)
    for _ in range(count):
        table.take("a", 1, Bucket(1000, 0.001))


def test_processes_count_together(tmp_path: Path) -> None:
    path = tmp_path / "work" / "limits"
    with multiprocessing.get_context("fork").Pool(2) as two:
        two.starmap(_ask, [(path, 300), (path, 300)])
    # A write that met another's is lost; nobody else's are.
    found = Buckets(path)
    left = next(left for left in range(1000, 0, -1) if found.take("a", left, Bucket(1000, 0.001)) == 0)
    assert 400 <= left <= 700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_disk_that_takes_nothing_closes_nobody_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    table = Buckets(tmp_path / "file" / "limits")
    assert table.take("a", 10, SMALL) == 0
    assert table.take("a", 10, SMALL) > 0


@pytest.mark.parametrize(
    ("method", "path", "lane", "dear"),
    [
        ("GET", "/tiles/well/10/1/1.pbf", "light", False),
        ("GET", "/api/explain", "dear", True),
        ("GET", "/reports/preview", "dear", True),
        ("POST", "/reports/make", "light", True),
        ("GET", "/reports/jobs", "light", False),
        ("GET", "/feeds/usage.csv", "files", True),
        ("GET", "/ogc/collections/well/items", "files", False),
        ("POST", "/account/login", "log-in", False),
    ],
)
def test_what_a_question_is(method: str, path: str, lane: str, dear: bool) -> None:
    assert lane_of(path, method) == lane
    assert is_dear(path, method, lane) is dear
