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
from tests import city

NAME = f"shuitu_migrations_{os.getpid()}"


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of a database with nothing in it, dropped afterwards."""
    place = settings.DATABASES["default"]
    with psycopg.connect(city.database_url(place, "postgres"), autocommit=True) as link:
        name = sql.Identifier(NAME)
        link.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield city.database_url(place, NAME)
        finally:
            # Without FORCE, which an autovacuum worker of the superuser would fail; a plain DROP sends such workers away.
            link.execute(sql.SQL("DROP DATABASE {}").format(name))


def manage(url: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=city.ROOT,
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


def test_every_migration_goes_forward_and_back(empty_database: str) -> None:
    manage(empty_database, "migrate", "layers", "--no-input")
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
