"""The schema is what the models say, and every migration goes forward and back, on a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from layers.feeds.search import search
from tests import databases

NAME = f"shuitu_migrations_{os.getpid()}"


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of a database with nothing in it, dropped afterwards."""
    place = settings.DATABASES["default"]
    with databases.cluster(place) as link:
        name = sql.Identifier(NAME)
        link.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield databases.database_url(place, NAME)
        finally:
            # Without FORCE, which an autovacuum worker of the superuser would fail; a plain DROP sends such workers away.
            link.execute(sql.SQL("DROP DATABASE {}").format(name))


def manage(url: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=databases.ROOT,
        env={**os.environ, "DATABASE_URL": url, "SECRET_KEY": "only for this test" * 4},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def schema(url: str) -> dict[str, list[tuple[str, ...]]]:
    """Our tables with their columns, constraints and indexes, by the catalogue."""
    questions = {
        "columns": "SELECT table_name, column_name, udt_name, is_nullable, coalesce(generation_expression, '')"
        " FROM information_schema.columns WHERE table_name LIKE 'layers\\_%'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid::regclass::text LIKE 'layers\\_%'",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'layers\\_%'",
    }
    with psycopg.connect(url) as link:
        return {name: sorted(link.execute(question).fetchall()) for name, question in questions.items()}


@pytest.mark.turns(2)
def test_every_migration_goes_forward_and_back(empty_database: str) -> None:
    place = settings.DATABASES["default"]
    with databases.cluster(place) as link:
        databases.make_anew(link, NAME, databases.template(place))  # gone forward once
    first = schema(empty_database)
    assert len(first["columns"]) > 100
    manage(empty_database, "migrate", "layers", "zero", "--no-input")
    assert schema(empty_database) == {"columns": [], "constraints": [], "indexes": []}
    manage(empty_database, "migrate", "layers", "--no-input")
    assert schema(empty_database) == first


def part_indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%\\_part'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_without_trigrams_everything_goes_on_and_the_migration_says_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A role that may not add the extension is told so; once it is there, the migration is run again."""
    migration = import_module("layers.migrations.0011_parts_of_names")
    first, *adding = migration.Migration.operations
    state = MigrationLoader(connection).project_state(("layers", "0011_parts_of_names"))
    whole = part_indexes()
    assert len(whole) == len(adding) == 10
    with connection.cursor() as cursor:
        database = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"DROP EXTENSION pg_trgm CASCADE; REVOKE CREATE ON DATABASE {database} FROM CURRENT_USER")
        for rights, expected in (("", set()), (f"GRANT CREATE ON DATABASE {database} TO CURRENT_USER", whole)):
            cursor.execute(rights or "SELECT 1")
            with connection.schema_editor() as editor:
                first.code(None, editor)
                for operation in adding:
                    operation.database_forwards("layers", editor, state, state)
            assert part_indexes() == expected
            said = capsys.readouterr().err
            assert ("CREATE EXTENSION pg_trgm;" in said and "permission denied" in said) is not bool(rights)
            assert search("街", 20) == search("东华门", 20) == []  # with an index or without
        with connection.schema_editor() as editor:
            for operation in [*adding, *adding]:  # going back asks for none that is not there
                operation.database_backwards("layers", editor, state, state)
    assert part_indexes() == set()


@pytest.mark.django_db
def test_the_models_ask_for_no_further_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_djangos_own_checks_find_nothing() -> None:
    call_command("check", fail_level="WARNING", databases=["default"])


MEASURED = """
SELECT b.area_m2, w.cell_x, w.cell_y, (SELECT string_agg(DISTINCT CASE WHEN expression ~ 'layers_' THEN 'plane' ELSE 'fixed' END, ',')
    FROM (SELECT pg_get_expr(d.adbin, d.adrelid) AS expression FROM pg_attrdef d) each
    WHERE expression ~ '4548|layers_(plane|near)')
FROM layers_boundary b, layers_well w
"""
ROWS = """
INSERT INTO layers_release (id, dataset, file_name, file_sha256, actor, made_at, rows_new, rows_changed, rows_unchanged,
    rows_refused, report) VALUES (1, 'region', 'a.csv', '', '', now(), 1, 0, 0, 0, '{}');
SELECT setval(pg_get_serial_sequence('layers_release', 'id'), 1);
INSERT INTO layers_region (id, code, name, level, valid_from_id) VALUES (1, '11', '试验市', 1, 1);
INSERT INTO layers_boundary (region_id, geom, source, quality, valid_from_id)
    VALUES (1, ST_GeomFromText('MULTIPOLYGON(((116 39, 116.2 39, 116.2 39.1, 116 39.1, 116 39)))', 4490), '', 1, 1);
INSERT INTO layers_well (code, name, use, metering, status, release_id, geom, declared_region_id)
    VALUES ('W1', '', 1, 1, 1, 1, ST_SetSRID(ST_MakePoint(116.1, 39.05), 4490), 1);
INSERT INTO layers_gridbuild (size, weighed_release, by_positions, changed_at) VALUES (500, 1, TRUE, now());
"""


@pytest.mark.turns(2)
def test_the_plane_becomes_a_function_and_the_way_back_measures_as_before(empty_database: str) -> None:
    """Of a database that measured in EPSG:4548, and had rows: the same figures forward and back, whatever was declared."""
    place = settings.DATABASES["default"]
    with databases.cluster(place) as link:
        databases.make_anew(link, NAME, databases.template(place))
    manage(empty_database, "migrate", "layers", "0014", "--no-input")

    def measured() -> tuple[object, ...]:
        with psycopg.connect(empty_database) as link:
            return link.execute(MEASURED).fetchall()[0]

    with psycopg.connect(empty_database) as link:
        link.execute(ROWS)
    *before, how = measured()
    assert how == "fixed" and before[0] == pytest.approx(17_300 * 11_100, rel=0.01)
    manage(empty_database, "migrate", "layers", "0015", "--no-input")
    assert measured() == (*before, "plane")
    with psycopg.connect(empty_database) as link:
        assert link.execute("SELECT root, name_zh FROM layers_declaration").fetchall() == [("11", "试验市")]
        assert link.execute("SELECT weighed_release FROM layers_gridbuild").fetchone() == (1,)
    manage(empty_database, "migrate", "--no-input")  # the command is of the newest schema
    manage(empty_database, "place", "set", "--plane", "4547")
    assert measured()[:3] != tuple(before)
    manage(empty_database, "migrate", "layers", "0014", "--no-input")
    assert measured() == (*before, "fixed")
    with psycopg.connect(empty_database) as link:  # no cell of the other plane is taken for one of this
        assert link.execute("SELECT weighed_release FROM layers_gridbuild").fetchone() == (0,)
