"""The second wall in the database: what a role that owns nothing sees of objects, and what it may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from geoapp import localdb
from layers import access
from layers.access import behind, personal, policies
from layers.access.rights import Rights
from layers.models import Well
from layers.reach import WHOLE, Reach
from layers.wall import Wall, lifted
from tests.behind import behind_the_wall
from tests.db.ingest_files import DISTRICT, OTHER_DISTRICT
from tests.http.test_rights import city
from tests.rights_city import A, choose
from tests.standing import standing

pytestmark = pytest.mark.django_db
WEB = localdb.WEB_ROLE
world = standing(city)


def ask(text: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall() if cursor.description else []


def raw(text: str) -> list[tuple[Any, ...]]:
    """A statement that no code of ours has seen: nothing is told of the wall for it."""
    return connection.connection.execute(text).fetchall()


def test_each_setting_is_read_once_a_statement(world: Path) -> None:
    """By a subquery that depends on no row: as an InitPlan, or hashed."""
    for dataset in policies.walled():
        with transaction.atomic(), behind_the_wall():
            table = policies.table_of(dataset)
            plan = "\n".join(line for (line,) in raw(f"EXPLAIN (COSTS OFF) SELECT * FROM {table}"))
        assert (
            "wall_any(" not in plan.partition("InitPlan")[0] and "wall_whole(" not in plan.partition("InitPlan")[0]
        ), plan


# What a query sees that forgot the filter

REACHES = {"nothing": Reach(), "a district": Reach.of([DISTRICT]), "another": Reach.of([OTHER_DISTRICT]), "a village": Reach.of([A]), "all": WHOLE}  # fmt: skip


@pytest.mark.parametrize("persons", REACHES)
@pytest.mark.parametrize("objects", REACHES)
def test_a_query_that_forgot_the_filter_sees_what_the_filter_would_have_left(
    world: Path, objects: str, persons: str
) -> None:
    """Of every dataset, for reaches of objects and of persons: not a row more, and none less. What no layer publishes, a finding
    that is over, is for who sees everything."""
    reach = REACHES[objects]
    wall = Wall(True, reach, reach & REACHES[persons])
    for dataset in policies.walled():
        rows = apps.get_model(dataset.model)._default_manager.all()
        wanted, published = set(), set()
        for layer in access.layers_of(dataset):
            held = (
                wall.personal
                if dataset.name in personal.DATASETS or layer.needs == "persons"
                else WHOLE
                if layer.needs == "figures"
                else wall.objects
            )
            published |= set(rows.filter(**layer.scope).values_list("pk", flat=True))
            wanted |= set(rows.filter(access.rows_in(dataset, held), **layer.scope).values_list("pk", flat=True))
        assert objects != "all" or persons != "all" or wanted == published
        query = behind.raising(wall, WEB)
        with transaction.atomic(), behind_the_wall():
            connection.connection.execute(query.text, query.params)
            seen = {pk for (pk,) in raw(f"SELECT id FROM {policies.table_of(dataset)}")}
        everything = objects == persons == "all"
        assert (seen & published if everything else seen) == wanted, dataset.name


def test_unset_means_nothing_before_and_after(world: Path) -> None:
    tables = [table for table in policies.tables() if ask(f"SELECT count(*) FROM {table}") != [(0,)]]
    assert len(tables) > 15
    with behind_the_wall():
        for table in tables:
            assert raw(f"SELECT count(*) FROM {table}") == [(0,)], table
        sid = transaction.savepoint()
        with lifted("a test"):
            assert Well.objects.count() == 2
        transaction.savepoint_rollback(sid)  # as a transaction's end does
        assert raw("SELECT count(*) FROM layers_well") == [(0,)]
        assert Well.objects.count() == 0 or access.now().rights.reach("objects").whole


def test_what_only_sees_cannot_write_what_it_does_not_see(world: Path) -> None:
    """Not in the role of who logs in, whatever it was told it may see."""
    query = behind.raising(Wall(True, WHOLE, Reach.of([A])), WEB)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        cursor.execute("UPDATE layers_well SET name = ''")


# What passes from one asker to another


def sees(rights: Rights) -> int:
    with access.one_moment() as moment:
        moment._rights = rights
        return Well.objects.count()


def of(prefix: str) -> Rights:
    return Rights.of({"figures": WHOLE, "objects": Reach.of([prefix])})


def test_no_transaction_keeps_what_another_asker_may_see(world: Path) -> None:
    """One connection, askers in turn, with errors between, in savepoints that are undone and such that are not."""
    choose("closed")
    west, all_of_it, nothing = of(DISTRICT), Rights.everywhere("figures", "objects", "personal"), Rights()
    with behind_the_wall():
        for _ in range(3):
            assert (sees(west), sees(all_of_it), sees(nothing), sees(of(A)), sees(of("999"))) == (1, 2, 0, 1, 0)
            with pytest.raises(DatabaseError), transaction.atomic():
                assert sees(all_of_it) == 2
                ask("SELECT 1 / 0 FROM layers_well")
            assert sees(nothing) == 0 and sees(west) == 1
            with transaction.atomic():
                assert sees(all_of_it) == 2
            assert sees(west) == 1
            sid = transaction.savepoint()
            assert sees(all_of_it) == 2
            transaction.savepoint_rollback(sid)
            assert sees(west) == 1
            with access.one_moment() as moment:
                moment._rights = west
                with lifted("a test"):
                    assert Well.objects.count() == 2
                assert Well.objects.count() == 1
