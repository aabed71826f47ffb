"""Figures that are one user's: whom each posture tells those of villages and cells, and that whoever is not told them cannot work them out of what
everybody is told."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.http.test_rights_random import Reader
from tests.rights_city import choose
from tests.rights_world import METERED, SELF_BUILT, VILLAGES, Given, Principal, make_world
from tests.standing import standing

pytestmark = pytest.mark.django_db
world = standing(make_world)
FINE = (
    "/api/stats?level=village&period=2019", "/api/stats/series?level=village", f"/api/regions/{VILLAGES[1]}", "/tiles/village.json",
    "/api/stats/cells?period=2019", "/tiles/grid_500.json", "/ogc/collections/grid_500/items", "/ogc/collections/village/items",
    "/feeds/village.csv?period=2019", "/api/stats/compare?period=2019-01&versus=2019-01&level=grid_500",
    "/api/explain?region=110101001&period=2019", "/api/stats/area?area=box:116,39,116.02,39.05&period=2019",
    "/api/stats/area?area=regions:110101001001,110101002001&period=2019",
)  # fmt: skip
FIGURES, OBJECTS = Given(("figures",)), Given(("figures", "objects"), "110102")


@pytest.fixture(autouse=True)
def unset(settings: Any) -> None:
    settings.OPEN_TO_ALL = ()


@pytest.mark.parametrize(
    ("principal", "told"),
    [
        (
            Principal("open"),
            True,
        ),  # everything but personal data, which these are not said to be: an authority's own data too
        (Principal("figures"), False),
        (Principal("closed"), False),
        (Principal("figures", (FIGURES,)), False),
        (Principal("closed", (FIGURES,)), False),
        (Principal("closed", (OBJECTS,)), True),  # of the whole city, as sums of its parts are figures
        (Principal("closed", (OBJECTS,), scope=("figures",)), False),  # a token that has less than its account
    ],
)
def test_villages_and_cells_are_told_to_whom_objects_are(world: Path, principal: Principal, told: bool) -> None:
    reader = Reader(principal)
    for address in FINE:
        status = reader.get(address).status_code
        assert (status == 200) is told, (address, status)
        assert told or status in (400, 401, 403, 404), address
    if principal.reach("figures"):
        levels = reader.get("/api/meta").json()["levels"]
        assert ("village" in levels) is told


# What the city uses; any other selection is nothing, or one of these.
SELECTIONS = [
    f"{source}{purpose}"
    for source in ("", "&source=group_tap", "&source=self_built_well")
    for purpose in ("", "&purpose=residential", "&purpose=industrial")
]


def figures(client: Client, region: str, level: str) -> set[int]:
    """Every figure of a region that somebody can ask for, by periods and selections."""
    found = set()
    for period, selection in itertools.product(("2019", "2019-01"), SELECTIONS):
        rows = client.get(f"/api/stats?level={level}&period={period}{selection}").json()["rows"]
        found |= {row["volume_l"] for row in rows if row["code"] == region and row["volume_l"]}
    return found


def test_what_is_not_told_is_no_difference_of_what_is(world: Path, client: Client) -> None:
    """Of a township with two villages, of what holds it and of what lies beside it: by periods, sources and purposes."""
    choose("figures")
    asked = (
        ("110101001", "township"),
        ("110101002", "township"),
        ("110101", "district"),
        ("110102", "district"),
        ("110105", "district"),
    )
    told = set().union(*(figures(client, code, level) for code, level in asked))
    own = {round(1000 * amount) for n in (1, 2) for amount in (METERED[n], SELF_BUILT[n], METERED[n] + SELF_BUILT[n])}
    assert not told & own
    sums = {one + other for one, other in itertools.combinations(told, 2)} | told
    assert not {abs(one - other) for one in sums for other in told} & own
    assert round(1000 * (METERED[1] + METERED[2])) in told, "nothing was asked"


def test_a_township_with_one_user_is_told_which_is_the_limit(world: Path, client: Client) -> None:
    """The rule withholds what is finer than a township, whoever is in it: `docs/security.md` says so."""
    choose("figures")
    assert round(1000 * METERED[3]) in figures(client, "110101002", "township")
